package verify

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// resources of a file of dapr/.
func resources(t *testing.T, path string) objects {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, string(content))
}

// files of dapr/ that a cluster gets.
func daprFiles(t *testing.T) []string {
	t.Helper()
	files := []string{root + "/dapr/resiliency.yaml", root + "/dapr/config.yaml"}
	for _, glob := range []string{"components", "subscriptions", "brokers/kafka"} {
		found, err := filepath.Glob(root + "/dapr/" + glob + "/*.yaml")
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	return files
}

func TestTheFilesOfDaprAreThoseOfTheChartButForAddressesAndCredentials(t *testing.T) {
	all := production(t, "broker.metadata.brokers=broker.example.com:9092")
	count := 0
	for _, file := range daprFiles(t) {
		for _, source := range resources(t, file) {
			count++
			kind, name := text(source, "kind"), text(source, "metadata", "name")
			found := all.of(kind)[name]
			if found == nil {
				t.Errorf("%s: the %s %s is missing", file, kind, name)
				continue
			}
			delete(found["metadata"].(object), "labels")
			switch name {
			case "secrets":
				if text(found, "spec", "type") != "secretstores.kubernetes" {
					t.Errorf("secrets come from %s", text(found, "spec", "type"))
				}
				continue
			case "pubsub":
				comparePubsub(t, source, found)
				continue
			}
			if !reflect.DeepEqual(source, found) {
				t.Errorf("%s: the %s %s differs:\n%s", file, kind, name, difference(source, found))
			}
		}
	}
	if count < 20 {
		t.Errorf("dapr/ has only %d resources", count)
	}
}

// comparePubsub expects what the file says itself, and the values in place of what it takes from a Secret.
func comparePubsub(t *testing.T, source, found object) {
	t.Helper()
	expected := map[string]string{
		"brokers": "broker.example.com:9092", "authType": "password", "saslMechanism": "SHA-512",
		"saslUsername": "secret kafka/saslUsername", "saslPassword": "secret kafka/saslPassword",
	}
	for _, entry := range list(source, "spec", "metadata") {
		if value, isPlain := at(entry, "value").(string); isPlain {
			expected[text(entry, "name")] = value
		}
	}
	for _, entry := range list(found, "spec", "metadata") {
		value := text(entry, "value")
		if secret := at(entry, "secretKeyRef"); secret != nil {
			value = fmt.Sprintf("secret %s/%s", text(secret, "name"), text(secret, "key"))
		}
		if expected[text(entry, "name")] != value {
			t.Errorf("pubsub: %s is %s instead of %s", text(entry, "name"), value, expected[text(entry, "name")])
		}
		delete(expected, text(entry, "name"))
	}
	for name := range expected {
		t.Errorf("pubsub lacks %s", name)
	}
}

func difference(expected, found object) string {
	one, _ := yaml.Marshal(expected)
	other, _ := yaml.Marshal(found)
	return string(one) + "--- in the chart:\n" + string(other)
}

func TestEveryAppIdHasASidecarThatDeliversToItsFunctionAndReadsItsOwnSecretsOnly(t *testing.T) {
	all := production(t)
	var ids struct{ Apps []struct{ AppID string } }
	content, err := os.ReadFile(root + "/dapr/dapr.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(content, &ids); err != nil {
		t.Fatal(err)
	}
	crons, secrets := map[string]bool{}, map[string]map[string]bool{}
	for _, file := range daprFiles(t) {
		for _, resource := range resources(t, file) {
			if text(resource, "kind") != "Component" {
				continue
			}
			for _, app := range ids.Apps {
				id := app.AppID
				scopes := list(resource, "scopes")
				if len(scopes) > 0 && !contains(scopes, id) {
					continue
				}
				crons[id] = crons[id] || text(resource, "spec", "type") == "bindings.cron"
				for _, entry := range list(resource, "spec", "metadata") {
					if name := text(entry, "secretKeyRef", "name"); name != "" {
						if secrets[id] == nil {
							secrets[id] = map[string]bool{}
						}
						secrets[id][name] = true
					}
				}
			}
		}
	}
	for _, app := range ids.Apps {
		id := app.AppID
		name := "dapr-" + id
		deployment := all.of("Deployment")[name]
		annotations := at(deployment, "spec", "template", "metadata", "annotations")
		if at(annotations, "dapr.io/app-id") != id || at(annotations, "dapr.io/app-channel-address") != id {
			t.Errorf("the sidecar of %s delivers to %v", id, at(annotations, "dapr.io/app-channel-address"))
		}
		expected := 2.0
		if crons[id] {
			expected = 1
		}
		if replicas := at(deployment, "spec", "replicas"); replicas != expected {
			t.Errorf("the sidecar of %s has %v replicas, and a cron binding: %t", id, replicas, crons[id])
		}
		var wanted, given []string
		for secret := range secrets[id] {
			wanted = append(wanted, secret)
		}
		for _, rule := range list(all.of("Role")[name], "rules") {
			for _, secret := range list(rule, "resourceNames") {
				given = append(given, secret.(string))
			}
		}
		sort.Strings(wanted)
		sort.Strings(given)
		if !reflect.DeepEqual(wanted, given) {
			t.Errorf("the sidecar of %s may read %v, and needs %v", id, given, wanted)
		}
	}
}

func contains(all []any, one string) bool {
	for _, item := range all {
		if item == one {
			return true
		}
	}
	return false
}

func TestTheJobMakesTheTopicsOfDaprTopicsYaml(t *testing.T) {
	var declared struct {
		Topics []struct {
			Name                    string
			Partitions, Replication int
			Retention               string
		}
	}
	content, err := os.ReadFile(root + "/dapr/topics.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(content, &declared); err != nil {
		t.Fatal(err)
	}
	var expected []string
	for _, topic := range declared.Topics {
		var days int
		fmt.Sscanf(topic.Retention, "%dd", &days)
		expected = append(expected, fmt.Sprintf("%s %d %d %d", topic.Name, topic.Partitions, topic.Replication, days*86_400_000))
	}
	found := strings.TrimSpace(text(production(t).of("ConfigMap")["topics"], "data", "topics"))
	if found != strings.Join(expected, "\n") {
		t.Errorf("the job makes\n%s\ninstead of\n%s", found, strings.Join(expected, "\n"))
	}
}

func TestWithoutDaprNothingOfItIsThere(t *testing.T) {
	all := production(t, "dapr.shape=none", "verify.enabled=false")
	for _, kind := range []string{"Component", "Subscription", "Resiliency", "Configuration"} {
		if found := all.of(kind); len(found) > 0 {
			t.Errorf("there are %d of the kind %s", len(found), kind)
		}
	}
	for name := range all.of("Deployment") {
		t.Errorf("there is the Deployment %s", name)
	}
}

func TestASidecarInThePodsOfFunctionsIsCalledAtTheirOwnAddress(t *testing.T) {
	all := production(t, "dapr.shape=sidecar", "executor=spintainer")
	apps := all.of("SpinApp")
	for name, app := range apps {
		if text(app, "spec", "podAnnotations", "dapr.io/app-id") != name {
			t.Errorf("the pods of %s have the app id %q", name, text(app, "spec", "podAnnotations", "dapr.io/app-id"))
		}
		for _, binding := range list(app, "spec", "variables") {
			if text(binding, "name") == "dapr_host" && text(binding, "value") != "127.0.0.1" {
				t.Errorf("%s calls Dapr at %s", name, text(binding, "value"))
			}
		}
	}
	if len(apps) == 0 || len(all.of("Deployment")) != 0 {
		t.Errorf("there are %d SpinApps and %d Deployments", len(apps), len(all.of("Deployment")))
	}
}

// daprd reads the Secrets of its components by itself, with the account of its pod.
func TestASidecarInThePodsOfFunctionsMayReadItsOwnSecrets(t *testing.T) {
	all := production(t, "dapr.shape=sidecar", "executor=spintainer")
	accounts, roles := all.of("ServiceAccount"), all.of("Role")
	for name, app := range all.of("SpinApp") {
		account := text(app, "spec", "serviceAccountName")
		if account != "dapr-"+name || accounts[account] == nil ||
			at(accounts[account], "automountServiceAccountToken") == false {
			t.Errorf("%s has the account %q, without a token for Kubernetes", name, account)
		}
		given := map[string]bool{}
		for _, rule := range list(roles[account], "rules") {
			for _, secret := range list(rule, "resourceNames") {
				given[secret.(string)] = true
			}
		}
		// All of them publish, and two may send mail.
		sendsMail := name == "tasks" || name == "notifications"
		if !given["kafka"] || given["smtp"] != sendsMail {
			t.Errorf("the sidecar of %s may read %v", name, given)
		}
	}
	configuration := all.of("Configuration")["taskflow"]
	if text(configuration, "spec", "accessControl", "defaultAction") != "deny" {
		t.Error("a function may call another one by its sidecar")
	}
}

// Two scalers of one Deployment undo each other, and SpinKube's operator undoes both, unless it leaves the number to them.
func TestAConsumerWithASidecarInItsPodsHasOneScaler(t *testing.T) {
	all := production(t, "executor=spintainer", "dapr.shape=sidecar", "autoscaling.by=keda", "functions.audit.maxReplicas=4")
	scaled := map[string]bool{}
	for name, one := range all.of("ScaledObject") {
		target := text(one, "spec", "scaleTargetRef", "name")
		scaled[target] = true
		app := at(all.of("SpinApp")[target], "spec")
		if at(app, "enableAutoscaling") != true || at(app, "replicas") != nil {
			t.Errorf("%s scales %s, whose number the operator keeps", name, target)
		}
	}
	if !scaled["audit"] || !scaled["recurrence"] {
		t.Errorf("by their lag are scaled %v", scaled)
	}
	for name := range all.of("HorizontalPodAutoscaler") {
		if scaled[name] {
			t.Errorf("%s has two scalers", name)
		}
	}
}
