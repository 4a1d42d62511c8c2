package verify

import (
	"fmt"
	"strings"
	"testing"
)

// newer is the artefact of a release that is tried.
const newer = "registry.local/functions@sha256:1111111111111111111111111111111111111111111111111111111111111111"

// shares returns the percent of a path's requests that each Service gets, of those that ask for the canary or of the
// others.
func shares(all objects, path string, isAsked bool) map[string]float64 {
	found := map[string]float64{}
	length := -1
	for _, one := range all.of("HTTPRoute") {
		for _, rule := range list(one, "spec", "rules") {
			for _, match := range list(rule, "matches") {
				headers := list(match, "headers")
				isOfCanary := len(headers) == 1 && text(headers[0], "name") == "TaskFlow-Release" &&
					text(headers[0], "value") == "canary"
				if len(headers) > 0 && !(isAsked && isOfCanary) {
					continue
				}
				value := text(match, "path", "value")
				isExact := text(match, "path", "type") == "Exact"
				prefix := strings.TrimSuffix(value, "/") + "/"
				if path != value && (isExact || !strings.HasPrefix(path, prefix)) {
					continue
				}
				// Of two equal paths that with more headers wins.
				rank := 10*len(value) + len(headers)
				if isExact {
					rank += 100_000
				}
				if rank > length {
					length, found = rank, divide(list(rule, "backendRefs"))
				}
			}
		}
	}
	return found
}

func divide(backends []any) map[string]float64 {
	found, sum := map[string]float64{}, 0.0
	for _, backend := range backends {
		weight, isGiven := at(backend, "weight").(float64)
		if !isGiven {
			weight = 1
		}
		found[text(backend, "name")] = weight
		sum += weight
	}
	for name, weight := range found {
		found[name] = 100 * weight / sum
		if weight == 0 {
			delete(found, name)
		}
	}
	return found
}

func TestACanaryGetsItsShareAndThoseWhoAskForIt(t *testing.T) {
	for _, workload := range []string{"SpinApp", "Deployment"} {
		all := production(t, "canary.functions="+newer, "canary.weight=20", "workload="+workload, "caSecret=authorities")
		for path, function := range map[string]string{"/api/tasks/x": "tasks", "/api/sync": "tasks", "/mcp": "mcp",
			"/api/auth/me": "auth", "/api/audit": "audit", "/api/notifications": "notifications", "/": "ops", "/health": "ops"} {
			expected := map[string]float64{function: 80, function + "-canary": 20}
			if found := shares(all, path, false); fmt.Sprint(found) != fmt.Sprint(expected) {
				t.Errorf("%s is shared by %v", path, found)
			}
			expected = map[string]float64{function + "-canary": 100}
			if found := shares(all, path, true); fmt.Sprint(found) != fmt.Sprint(expected) {
				t.Errorf("who asks for the canary reaches %v by %s", found, path)
			}
		}
		// Pushpin knows one realtime, and messages for held streams come from that.
		for _, isAsked := range []bool{true, false} {
			if found := shares(all, "/api/events", isAsked); fmt.Sprint(found) != "map[streams:100]" {
				t.Errorf("streams are shared by %v", found)
			}
			for _, path := range []string{"/internal/audit/events", "/metrics"} {
				if found := shares(all, path, isAsked); len(found) != 1 || found["ops"] != 100 {
					t.Errorf("%s reaches %v", path, found)
				}
			}
		}
	}
}

func TestACanaryRunsTheNewReleaseBesideTheOldOneWithTheSameVariablesAndRights(t *testing.T) {
	all := production(t, "canary.functions="+newer, "canary.weight=20")
	apps, policies := all.of("SpinApp"), all.of("NetworkPolicy")
	canaries := 0
	for name, app := range apps {
		function, isCanary := strings.CutSuffix(name, "-canary")
		image := text(app, "spec", "image")
		if isCanary != (image == newer) {
			t.Errorf("%s runs %s", name, image)
		}
		if !isCanary {
			continue
		}
		canaries++
		stable := apps[function]
		if components := list(app, "spec", "components"); len(components) != 1 || components[0] != function {
			t.Errorf("%s has the components %v", name, components)
		}
		for _, member := range []string{"variables", "serviceAccountName", "checks", "executor"} {
			if fmt.Sprint(at(app, "spec", member)) != fmt.Sprint(at(stable, "spec", member)) {
				t.Errorf("%s of %s differ from those of %s", member, name, function)
			}
		}
		labels := map[string]string{}
		for label, value := range at(app, "spec", "podLabels").(object) {
			labels[label] = value.(string)
		}
		pod := pod{"taskflow", labels}
		for what, isAllowed := range map[string]bool{
			"people reach it":          mayReach(policies, elsewhere("envoy-gateway-system"), pod, 80),
			"it reaches its sidecar":   mayReach(policies, pod, sidecar(function), 3500),
			"it reaches the database":  mayReach(policies, pod, elsewhere("somewhere"), 5432),
			"no stranger reaches it":   !mayReach(policies, elsewhere("default"), pod, 80),
			"the budget is another's":  labels["app.kubernetes.io/name"] == name,
			"it waits before it stops": labels["taskflow.dev/drain-seconds"] == "10",
		} {
			if !isAllowed {
				t.Errorf("%s: it is not so that %s", name, what)
			}
		}
	}
	app, expected := readManifest(t), 0
	for function := range app.Component {
		// Pushpin knows one realtime.
		if app.isPublic(function) && function != "realtime" {
			expected++
		}
	}
	if canaries != expected || expected < 6 {
		t.Errorf("%d of %d SpinApps are canaries instead of %d", canaries, len(apps), expected)
	}
}

func TestACanaryHasAsManyReplicasAsItsShareNeeds(t *testing.T) {
	for _, one := range []struct {
		weight             string
		few, least, utmost float64
	}{{"0", 1, 1, 1}, {"1", 1, 1, 1}, {"50", 1, 1, 3}, {"51", 2, 2, 4}, {"100", 2, 2, 6}} {
		all := production(t, "canary.functions="+newer, "canary.weight="+one.weight)
		if found := at(all.of("SpinApp")["audit-canary"], "spec", "replicas"); found != one.few {
			t.Errorf("of %s percent: %v", one.weight, found)
		}
		scaler := at(all.of("HorizontalPodAutoscaler")["tasks-canary"], "spec")
		if scaler == nil {
			fixed := at(all.of("SpinApp")["tasks-canary"], "spec", "replicas")
			scaler = object{"minReplicas": fixed, "maxReplicas": fixed}
		}
		if at(scaler, "minReplicas") != one.least || at(scaler, "maxReplicas") != one.utmost {
			t.Errorf("of %s percent: %v", one.weight, scaler)
		}
	}
}

func TestACanaryInSpinsOwnImageHasItsOwnImage(t *testing.T) {
	all := production(t, "workload=Deployment", "executor=spintainer", "images.spin=registry.local/host:1",
		"canary.functions="+newer, "canary.spin=registry.local/host:2")
	for name, image := range map[string]string{"tasks": "registry.local/host:1", "tasks-canary": "registry.local/host:2"} {
		container := list(all.of("Deployment")[name], "spec", "template", "spec", "containers")[0]
		if text(container, "image") != image {
			t.Errorf("%s runs %s", name, text(container, "image"))
		}
		arguments := list(container, "args")
		if arguments[len(arguments)-1] != "tasks" || name == "tasks-canary" && arguments[4] != newer {
			t.Errorf("%s is started with %v", name, arguments)
		}
	}
}

func TestTheCheckOfAReleaseWithACanaryIsDoneForBoth(t *testing.T) {
	job := production(t, "canary.functions="+newer).of("Job")["verify"]
	var checked []string
	for _, container := range list(job, "spec", "template", "spec", "containers") {
		checked = append(checked, fmt.Sprint(list(container, "args")))
	}
	expected := "[[check https://taskflow.example.com] " +
		"[check https://taskflow.example.com --header TaskFlow-Release: canary]]"
	if fmt.Sprint(checked) != expected {
		t.Errorf("it runs %v", checked)
	}
	for _, container := range list(job, "spec", "template", "spec", "initContainers") {
		arguments := fmt.Sprint(list(container, "args"))
		if text(container, "name") != "replaced" && !strings.Contains(arguments, "deployment/ops-canary ") {
			t.Errorf("%s does not wait for the canary: %s", text(container, "name"), arguments)
		}
	}
}

func TestWithoutACanaryNothingOfItIsThere(t *testing.T) {
	for _, one := range production(t) {
		if content := fmt.Sprint(one); strings.Contains(content, "-canary") || strings.Contains(content, "TaskFlow-Release") {
			t.Errorf("%s %s knows a canary", text(one, "kind"), text(one, "metadata", "name"))
		}
	}
}
