package apiserver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"
)

// failing is the image of a release whose migrations fail.
const failing = "registry.local/taskflow@sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"

// image of a release, by a digit.
func image(name string, release int) string {
	return fmt.Sprintf("registry.local/%s@sha256:%064d", name, release)
}

// upgrade installs or upgrades the release `taskflow` in production's shape.
func upgrade(release int, set ...string) error {
	arguments := []string{"upgrade", "--install", "taskflow", root + "/k8s/chart", "--namespace", "taskflow",
		"--values", root + "/k8s/chart/values-production.yaml", "--wait", "--timeout", "90s"}
	for _, pair := range append([]string{
		"publicUrl=https://taskflow.example.com", "database.host=db.example.com",
		"broker.metadata.brokers=kafka.example.com:9092", "access.operators={oncall}",
		"images.functions=" + image("functions", release), "images.taskflow=" + image("taskflow", release),
	}, set...) {
		if pair == "--atomic" {
			arguments = append(arguments, pair)
			continue
		}
		arguments = append(arguments, "--set", pair)
	}
	_, err := helm(arguments...)
	return err
}

func helm(arguments ...string) (string, error) {
	return command("", os.Getenv("HELM"), arguments...)
}

// get returns objects of a kind in the namespace, by name.
func get(t *testing.T, kind string) map[string]object {
	t.Helper()
	output, err := kubectl("", "--namespace", "taskflow", "get", kind, "--output", "json")
	if err != nil {
		t.Fatal(err)
	}
	var found struct{ Items []object }
	if err := json.Unmarshal([]byte(output), &found); err != nil {
		t.Fatal(err)
	}
	named := map[string]object{}
	for _, item := range found.Items {
		named[at(item, "metadata", "name").(string)] = item
	}
	return named
}

// at returns what is at a path of names; nil if there is nothing.
func at(value any, path ...string) any {
	for _, name := range path {
		value = members(value)[name]
	}
	return value
}

// images of the functions that run.
func images(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for name, deployment := range get(t, "deployments") {
		if !strings.HasPrefix(name, "dapr-") {
			containers := at(deployment, "spec", "template", "spec", "containers").([]any)
			found[at(containers[0], "image").(string)] = true
		}
	}
	return found
}

func expectImage(t *testing.T, release int) {
	t.Helper()
	err := until("the image of release "+fmt.Sprint(release), 30*time.Second, func() error {
		if found := images(t); len(found) != 1 || !found[image("functions", release)] {
			return fmt.Errorf("the functions run %v", found)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAReleaseFromItsInstallationToItsEnd(t *testing.T) {
	steps := []struct {
		name string
		run  func(*testing.T)
	}{
		{"every shape is accepted by the server", everyShapeIsAccepted},
		{"without its Secrets it is refused, and nothing is changed", withoutSecretsItIsRefused},
		{"the script makes the Secrets, and leaves those that exist alone", theScriptMakesTheSecrets},
		{"it is installed within its quota, and all of it becomes ready", itIsInstalled},
		{"every pod of a function waits before it stops", everyPodWaits},
		{"the check waits for the pods of the release, with the rights that it has", theCheckWaits},
		{"accounts and people may do what they need, and not more", rightsAreThoseNeeded},
		{"the same release again replaces no pod", theSameReplacesNothing},
		{"a new release replaces all functions", aNewReleaseReplacesAll},
		{"a migration that fails stops the release with file and cause", aFailingMigrationStops},
		{"a release that fails its check goes back by itself", aFailedReleaseGoesBack},
		{"it goes back to an earlier one by command", itGoesBack},
		{"a canary gets its share, and then everything", aCanaryBecomesTheRelease},
		{"a canary that fails requests is taken back", aFailingCanaryIsTakenBack},
		{"it is uninstalled, and nothing of it is left", itIsUninstalled},
	}
	for _, step := range steps {
		if !t.Run(step.name, step.run) {
			t.FailNow()
		}
	}
}

// Rules that schemas cannot say are only known by the server.
func everyShapeIsAccepted(t *testing.T) {
	for name, set := range map[string][]string{
		"production":  nil,
		"deployments": {"workload=Deployment", "caSecret=authorities"},
		"sidecars":    {"executor=spintainer", "dapr.shape=sidecar", "autoscaling.by=keda"},
		"keda":        {"autoscaling.by=keda"},
		"a canary":    {"canary.functions=" + image("functions", 2), "canary.weight=10"},
		"no streams":  {"pushpin.enabled=false", "dapr.shape=none", "verify.enabled=false", "autoscaling.by=none"},
	} {
		arguments := []string{"template", "taskflow", root + "/k8s/chart", "--namespace", "taskflow", "--kube-version", "1.36.0",
			"--values", root + "/k8s/chart/values-production.yaml"}
		for _, pair := range append([]string{"publicUrl=https://taskflow.example.com", "database.host=db.example.com",
			"broker.metadata.brokers=kafka.example.com:9092", "images.functions=" + image("functions", 1),
			"images.taskflow=" + image("taskflow", 1)}, set...) {
			arguments = append(arguments, "--set", pair)
		}
		rendered, err := helm(arguments...)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := kubectl(rendered, "apply", "--server-side", "--dry-run=server", "--filename", "-"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func withoutSecretsItIsRefused(t *testing.T) {
	err := upgrade(1)
	if err == nil {
		t.Fatal("it is accepted")
	}
	for _, expected := range []string{
		"the Secret taskflow-functions is missing in the namespace taskflow: make it with db_dapr_password, db_service_password",
		"the Secret taskflow-owner is missing", "the Secret kafka is missing", "the Secret postgres is missing",
		"the Secret smtp is missing", "the Secret taskflow-backup is missing", "k8s/secrets.sh",
	} {
		if !strings.Contains(err.Error(), expected) {
			t.Errorf("it does not say %q: %v", expected, err)
		}
	}
	if found := remaining(t); len(found) > 0 {
		t.Errorf("it has made %v", found)
	}
}

func theScriptMakesTheSecrets(t *testing.T) {
	for name, value := range map[string]string{"OWNER_PASSWORD": "owner's \"own\"", "SASL_USERNAME": "taskflow",
		"SASL_PASSWORD": "secret", "SMTP_HOST": "mail.example.com", "RCLONE_CONFIG_BACKUP_TYPE": "s3"} {
		t.Setenv(name, value)
	}
	script := func() {
		if _, err := command("", "bash", root+"/k8s/secrets.sh", "--database-host", "db.example.com"); err != nil {
			t.Fatal(err)
		}
	}
	script()
	first := get(t, "secrets")
	script()
	for name, secret := range get(t, "secrets") {
		if fmt.Sprint(secret["data"]) != fmt.Sprint(first[name]["data"]) {
			t.Errorf("the second run has changed %s", name)
		}
	}
	if fmt.Sprint(at(first["taskflow-owner"], "data", "password")) != "b3duZXIncyAib3duIg==" {
		t.Errorf("the owner's password is %v", at(first["taskflow-owner"], "data", "password"))
	}
}

func itIsInstalled(t *testing.T) {
	if err := upgrade(1); err != nil {
		t.Fatal(err)
	}
	expectImage(t, 1)
	err := until("all pods", time.Minute, func() error {
		for _, kind := range []string{"deployments", "statefulsets"} {
			for name, workload := range get(t, kind) {
				if at(workload, "status", "readyReplicas") != at(workload, "spec", "replicas") {
					return fmt.Errorf("%s %s has %v of %v", kind, name, at(workload, "status", "readyReplicas"),
						at(workload, "spec", "replicas"))
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	for name, app := range get(t, "spinapps") {
		if at(get(t, "deployments")[name], "spec", "template", "spec", "runtimeClassName") != "wasmtime-spin-v2" {
			t.Errorf("%s runs elsewhere than in the shim: %v", name, app["spec"])
		}
	}
	quota := get(t, "resourcequotas")["taskflow"]
	if used := at(quota, "status", "used", "pods"); used == nil || used == "0" {
		t.Errorf("the quota counts %v pods", used)
	}
}

func everyPodWaits(t *testing.T) {
	count := 0
	for name, pod := range get(t, "pods") {
		if at(pod, "metadata", "labels", "taskflow.dev/drain-seconds") == nil {
			continue
		}
		count++
		for _, container := range at(pod, "spec", "containers").([]any) {
			if seconds := at(container, "lifecycle", "preStop", "sleep", "seconds"); seconds != 10.0 {
				t.Errorf("%s in %s waits %v seconds", at(container, "name"), name, seconds)
			}
		}
	}
	if count < 20 {
		t.Errorf("only %d pods wait", count)
	}
}

// The job's own arguments, by its account, as nothing runs in its pod here.
func theCheckWaits(t *testing.T) {
	manifest, err := helm("get", "hooks", "taskflow", "--namespace", "taskflow")
	if err != nil {
		t.Fatal(err)
	}
	_, job, _ := strings.Cut(manifest, "name: verify\n")
	var waits [][]string
	for _, container := range regexp.MustCompile(`(?s)args:\n(.*?)\n {10}terminationMessagePolicy`).FindAllStringSubmatch(job, -1) {
		var arguments []string
		for _, line := range strings.Split(container[1], "\n") {
			argument := strings.TrimPrefix(strings.TrimSpace(line), "- ")
			arguments = append(arguments, strings.Trim(argument, `"`))
		}
		waits = append(waits, arguments)
	}
	if len(waits) != 3 {
		t.Fatalf("%d containers wait: %v", len(waits), waits)
	}
	for _, arguments := range waits {
		for at, argument := range arguments {
			// In YAML a backslash stands twice.
			arguments[at] = strings.ReplaceAll(argument, `\\`, `\`)
			if strings.HasPrefix(argument, "--timeout") {
				arguments[at] = "--timeout=20s"
			}
		}
		whole := append([]string{"--namespace", "taskflow", "--as", "system:serviceaccount:taskflow:verify"}, arguments...)
		if _, err := kubectl("", whole...); err != nil {
			t.Error(err)
		}
	}
	// Another revision than the one that is there never comes.
	newest := append([]string{"--namespace", "taskflow"}, waits[1]...)
	for at, argument := range newest {
		if strings.HasPrefix(argument, "--for=jsonpath") {
			newest[at] = regexp.MustCompile(`=[0-9]+$`).ReplaceAllString(argument, "=99")
		}
		if strings.HasPrefix(argument, "--timeout") {
			newest[at] = "--timeout=1s"
		}
	}
	if _, err := kubectl("", newest...); err == nil {
		t.Error("it does not wait for its own revision")
	}
}

func rightsAreThoseNeeded(t *testing.T) {
	account := func(name string) []string { return []string{"--as", "system:serviceaccount:taskflow:" + name} }
	oncall := []string{"--as", "ada", "--as-group", "oncall"}
	for _, one := range []struct {
		who      []string
		may      bool
		what     string
		resource string
	}{
		{account("functions"), false, "get", "pods"},
		{account("functions"), false, "get", "secrets"},
		{account("dapr-notifications"), true, "get", "secret/smtp"},
		{account("dapr-audit"), false, "get", "secret/smtp"},
		{account("dapr-audit"), true, "get", "secret/kafka"},
		{account("dapr-audit"), false, "get", "secret/postgres"},
		{account("dapr-tasks"), true, "get", "secret/postgres"},
		{account("dapr-tasks"), false, "get", "secret/taskflow-functions"},
		{account("dapr-tasks"), false, "list", "secrets"},
		{account("verify"), true, "list", "deployments"},
		{account("verify"), false, "get", "secrets"},
		{account("verify"), false, "patch", "deployments"},
		{oncall, true, "get", "pods"},
		{oncall, true, "get", "pods/log"},
		{oncall, true, "get", "spinapps.core.spinkube.dev"},
		{oncall, true, "patch", "deployments"},
		{oncall, false, "get", "secrets"},
		{oncall, false, "create", "pods/exec"},
		{oncall, false, "delete", "spinapps.core.spinkube.dev"},
		{[]string{"--as", "eve"}, false, "get", "pods"},
	} {
		arguments := append([]string{"--namespace", "taskflow", "auth", "can-i", one.what, one.resource}, one.who...)
		// The answer `no` comes with an error.
		answer, _ := kubectl("", arguments...)
		if (strings.TrimSpace(answer) == "yes") != one.may {
			t.Errorf("%v may %s %s: %q", one.who, one.what, one.resource, answer)
		}
	}
	if _, err := kubectl("", append([]string{"--namespace", "taskflow", "rollout", "restart", "deployment/dapr-audit"}, oncall...)...); err != nil {
		t.Error(err)
	}
}

// replicaSets by name, each with the revision of its Deployment.
func replicaSets(t *testing.T) []string {
	t.Helper()
	var found []string
	for name := range get(t, "replicasets") {
		found = append(found, name)
	}
	sort.Strings(found)
	return found
}

func theSameReplacesNothing(t *testing.T) {
	before := replicaSets(t)
	if err := upgrade(1); err != nil {
		t.Fatal(err)
	}
	err := until("the newest revision", 30*time.Second, func() error {
		revision := at(get(t, "deployments")["tasks"], "metadata", "annotations", "taskflow.dev/revision")
		if revision != "2" {
			return fmt.Errorf("it is %v", revision)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if after := replicaSets(t); strings.Join(after, " ") != strings.Join(before, " ") {
		t.Errorf("pods were replaced:\n%v\n%v", before, after)
	}
}

func aNewReleaseReplacesAll(t *testing.T) {
	if err := upgrade(2); err != nil {
		t.Fatal(err)
	}
	expectImage(t, 2)
}

func aFailingMigrationStops(t *testing.T) {
	err := upgrade(3, "images.taskflow="+failing, "migrations.deadline=30")
	if err == nil {
		t.Fatal("the release goes on")
	}
	if !strings.Contains(err.Error(), "pre-upgrade hooks failed") || !strings.Contains(err.Error(), "migrate") {
		t.Errorf("it does not name the job: %v", err)
	}
	expectImage(t, 2)
	reasons, listed := kubectl("", "--namespace", "taskflow", "get", "pods", "--selector", "job-name=migrate", "--output",
		"jsonpath={.items[*].status.containerStatuses[*].state.terminated.message}")
	if listed != nil || !strings.Contains(reasons, "migrations/0099_labels.up.sql: column") {
		t.Errorf("the job does not keep file and cause: %q %v", reasons, listed)
	}
	if err := upgrade(2); err != nil {
		t.Errorf("the next release cannot be made: %v", err)
	}
}

func aFailedReleaseGoesBack(t *testing.T) {
	// Only the check fails: its image is that of a job that does, and migrations have the good one.
	if err := upgrade(4, "--atomic", "images.kubectl="+failing, "verify.deadline=10"); err == nil {
		t.Fatal("it is there")
	}
	expectImage(t, 2)
}

func itGoesBack(t *testing.T) {
	if _, err := helm("rollback", "taskflow", "1", "--namespace", "taskflow", "--wait", "--timeout", "90s"); err != nil {
		t.Fatal(err)
	}
	expectImage(t, 1)
}

// canary releases step by step, while of 1000 requests a few fail. It returns what the script prints, and the shares of
// the function `tasks` at the moments at which the script has asked for metrics.
func canary(t *testing.T, release, failures int) (string, map[string]bool, error) {
	t.Helper()
	shares, reads := map[string]bool{}, 0
	server := httptest.NewServer(http.HandlerFunc(func(response http.ResponseWriter, asked *http.Request) {
		// The database would lose the statements of the release that most requests reach.
		for _, err := range []error{upgrade(1, "canary.functions="+image("functions", 9)), upgrade(9)} {
			if err == nil || !strings.Contains(err.Error(), "a canary is running, "+image("functions", release)) {
				t.Errorf("a third release is possible: %v", err)
			}
		}
		if asked.Header.Get("Authorization") != "Bearer sample" {
			response.WriteHeader(http.StatusUnauthorized)
			return
		}
		reads++
		for _, rule := range at(get(t, "httproutes")["tasks"], "spec", "rules").([]any) {
			shares[fmt.Sprint(at(rule, "backendRefs"))] = true
		}
		fmt.Fprintf(response, "taskflow_requests_total{method=\"GET\",route=\"/api/tasks\",status=\"200\"} %d\n", 1000*reads)
		fmt.Fprintf(response, "taskflow_requests_total{method=\"GET\",route=\"/api/tasks\",status=\"500\"} %d\n", failures*reads)
	}))
	defer server.Close()
	t.Setenv("METRICS_TOKEN", "sample")
	output, err := command("", "bash", root+"/k8s/canary.sh", "--functions", image("functions", release), "--taskflow",
		image("taskflow", release), "--steps", "25", "--watch", "1", "--metrics", server.URL)
	return output, shares, err
}

func expectNoCanary(t *testing.T) {
	t.Helper()
	err := until("no canary", 30*time.Second, func() error {
		for _, kind := range []string{"spinapps", "deployments", "services", "horizontalpodautoscalers"} {
			for name := range get(t, kind) {
				if strings.HasSuffix(name, "-canary") {
					return fmt.Errorf("there is %s of the kind %s", name, kind)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func aCanaryBecomesTheRelease(t *testing.T) {
	output, shares, err := canary(t, 5, 1)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(output, "\n· 25 percent\n  1 of 1001 requests failed\n· everybody\nreleased\n") {
		t.Errorf("it says %s", output)
	}
	found := fmt.Sprint(shares)
	for _, expected := range []string{"name:tasks port:80 weight:75", "name:tasks-canary port:80 weight:25"} {
		if !strings.Contains(found, expected) {
			t.Errorf("requests were shared by %s", found)
		}
	}
	expectImage(t, 5)
	expectNoCanary(t)
}

func aFailingCanaryIsTakenBack(t *testing.T) {
	_, _, err := canary(t, 6, 50)
	if err == nil || !strings.Contains(err.Error(), "everybody has the old one again") {
		t.Errorf("it is released, or the reason is not said: %v", err)
	}
	expectImage(t, 5)
	expectNoCanary(t)
	for _, rule := range at(get(t, "httproutes")["tasks"], "spec", "rules").([]any) {
		if found := fmt.Sprint(at(rule, "backendRefs")); strings.Contains(found, "canary") {
			t.Errorf("requests are shared by %s", found)
		}
	}
}

// kinds of all objects that a release can make.
func remaining(t *testing.T) []string {
	t.Helper()
	kinds, err := kubectl("", "api-resources", "--namespaced", "--verbs=list", "--output", "name")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, kind := range strings.Fields(kinds) {
		if !strings.HasPrefix(kind, "events") && !strings.HasPrefix(kind, "endpointslices") {
			listed = append(listed, kind)
		}
	}
	output, err := kubectl("", "--namespace", "taskflow", "get", strings.Join(listed, ","), "--output", "name")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, name := range strings.Fields(output) {
		kept := strings.HasPrefix(name, "secret/") && !strings.Contains(name, "helm.release") ||
			name == "serviceaccount/default" || name == "configmap/kube-root-ca.crt" ||
			strings.HasPrefix(name, "spinappexecutor.")
		if !kept {
			found = append(found, name)
		}
	}
	return found
}

func itIsUninstalled(t *testing.T) {
	if _, err := helm("uninstall", "taskflow", "--namespace", "taskflow", "--wait"); err != nil {
		t.Fatal(err)
	}
	err := until("an empty namespace", time.Minute, func() error {
		if found := remaining(t); len(found) > 0 {
			return fmt.Errorf("there is %v", found)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
