package verify

import (
	"strings"
	"testing"
)

// podSpecs returns the pods that the chart describes itself, by the kind and name of what makes them.
func podSpecs(all objects) map[string]object {
	found := map[string]object{}
	for _, one := range all {
		paths := map[string][]string{
			"Deployment": {"spec", "template"}, "StatefulSet": {"spec", "template"}, "Job": {"spec", "template"},
			"CronJob": {"spec", "jobTemplate", "spec", "template"},
		}
		if path, has := paths[text(one, "kind")]; has {
			found[text(one, "kind")+" "+text(one, "metadata", "name")] = at(one, path...).(object)
		}
	}
	return found
}

func containers(pod object) []any {
	return append(append([]any{}, list(pod, "spec", "initContainers")...), list(pod, "spec", "containers")...)
}

// The pods of a shim are the exception: it writes to the root of the file system, as root.
func TestNoContainerIsRootOrMayBecomeIt(t *testing.T) {
	shapes := map[string][]string{
		"SpinApps":                 nil,
		"Deployments of Spin":      {"workload=Deployment", "executor=spintainer", "images.spin=registry.local/spin:3.6.3"},
		"sidecars in Spin's pods":  {"executor=spintainer", "dapr.shape=sidecar"},
		"Deployments of the shim":  {"workload=Deployment", "caSecret=authorities"},
		"without streams and Dapr": {"pushpin.enabled=false", "dapr.shape=none", "verify.enabled=false"},
	}
	for shape, set := range shapes {
		for name, pod := range podSpecs(production(t, set...)) {
			if at(pod, "spec", "runtimeClassName") != nil {
				continue
			}
			for _, container := range containers(pod) {
				context := at(container, "securityContext")
				user, _ := at(context, "runAsUser").(float64)
				if at(context, "runAsNonRoot") != true || user == 0 || at(context, "readOnlyRootFilesystem") != true ||
					at(context, "allowPrivilegeEscalation") != false || len(list(context, "capabilities", "drop")) != 1 {
					t.Errorf("%s: %s in %s may do %v", shape, text(container, "name"), name, context)
				}
			}
		}
	}
}

func TestEveryContainerSaysWhatItNeedsAndWhatIsItsLimit(t *testing.T) {
	all := production(t, "workload=Deployment", "caSecret=authorities")
	for name, pod := range podSpecs(all) {
		for _, container := range containers(pod) {
			resources := at(container, "resources")
			if text(resources, "requests", "cpu") == "" || text(resources, "requests", "memory") == "" ||
				text(resources, "limits", "memory") == "" {
				t.Errorf("%s in %s says %v", text(container, "name"), name, resources)
			}
		}
	}
}

func TestNoImageIsTheLatestAndThoseOfOthersAreNamedByDigest(t *testing.T) {
	for name, pod := range podSpecs(production(t)) {
		for _, container := range containers(pod) {
			image := text(container, "image")
			if strings.HasSuffix(image, ":latest") || !strings.Contains(image, ":") {
				t.Errorf("%s runs %s", name, image)
			}
			if !strings.Contains(image, "@sha256:") && !strings.Contains(image, "/pushpin:") {
				t.Errorf("%s runs %s, which may change", name, image)
			}
		}
	}
}

func TestOnlyWhatAsksKubernetesHasATokenForIt(t *testing.T) {
	all := production(t)
	if at(all.of("ServiceAccount")["functions"], "automountServiceAccountToken") != false {
		t.Error("functions have a token")
	}
	for _, app := range all.of("SpinApp") {
		if text(app, "spec", "serviceAccountName") != "functions" {
			t.Errorf("%s has another account", text(app, "metadata", "name"))
		}
	}
	for name, pod := range podSpecs(all) {
		account := text(pod, "spec", "serviceAccountName")
		hasToken := at(pod, "spec", "automountServiceAccountToken") != false
		asks := strings.HasPrefix(account, "dapr-") || account == "verify"
		if hasToken != asks {
			t.Errorf("%s has a token: %t", name, hasToken)
		}
	}
}

func TestNothingWaitsForAPodWithoutBeingToldToGo(t *testing.T) {
	for name, pod := range podSpecs(production(t)) {
		if !strings.HasPrefix(name, "Job") && !strings.HasPrefix(name, "CronJob") {
			continue
		}
		if text(pod, "spec", "restartPolicy") != "Never" {
			t.Errorf("%s restarts its containers", name)
		}
	}
	for _, kind := range []string{"Job"} {
		for name, job := range production(t).of(kind) {
			if at(job, "spec", "activeDeadlineSeconds") == nil || at(job, "spec", "ttlSecondsAfterFinished") == nil {
				t.Errorf("the job %s has no end", name)
			}
		}
	}
}

func TestNoSecretIsInTheChart(t *testing.T) {
	for name, secret := range production(t).of("Secret") {
		t.Errorf("the chart makes the Secret %s: %v", name, secret)
	}
}
