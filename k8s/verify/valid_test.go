package verify

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// schemas returns the folder with kubeconform's schemas, which `cargo dev cluster` makes.
func schemas(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("SCHEMAS")
	if folder == "" {
		t.Skip("no schemas: run `cargo dev cluster`, which makes them")
	}
	return folder
}

// kubeconform checks what is rendered against the API of a minor, and against custom resources. Two versions of Dapr
// are known, of which the chart has to fit both.
func kubeconform(t *testing.T, rendered, version, dapr string, more ...string) (string, bool) {
	t.Helper()
	folder := schemas(t)
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	arguments := append([]string{"-strict", "-kubernetes-version", version, "-output", "text"}, more...)
	hasCustom := false
	for _, entry := range entries {
		name := entry.Name()
		isOther := strings.HasPrefix(name, "v") && name != "v"+version || strings.HasPrefix(name, "dapr-") && name != "dapr-"+dapr
		if !isOther {
			hasCustom = hasCustom || !strings.HasPrefix(name, "v")
			arguments = append(arguments, "-schema-location",
				filepath.Join(folder, name, "{{.ResourceKind}}{{.KindSuffix}}.json"))
		}
	}
	if !hasCustom {
		t.Log("the definitions of custom resources are not here, so only Kubernetes' own kinds are checked")
		arguments = append(arguments, "-ignore-missing-schemas")
	}
	command := exec.Command(tool(t, "KUBECONFORM", "kubeconform"), arguments...)
	command.Stdin = strings.NewReader(rendered)
	output, err := command.CombinedOutput()
	return string(output), err == nil
}

func TestEveryValuesFileIsValidOnTheThreeNewestMinors(t *testing.T) {
	for _, environment := range environments {
		for _, minor := range minors {
			for _, dapr := range []string{"1.18.3", "1.14.4"} {
				t.Run(environment.name+" on "+minor.version+" with Dapr "+dapr, func(t *testing.T) {
					t.Parallel()
					set := append(append([]string{}, environment.set...), minor.set...)
					if environment.name == "gke" {
						// It has authorities of its own.
						set = append(set, "caSecret=cloud-sql-authority")
					}
					rendered, err := helm(t, arguments(minor.version, environment.files, set)...)
					if err != nil {
						t.Fatal(err)
					}
					if output, isValid := kubeconform(t, rendered, minor.version, dapr); !isValid {
						t.Error(output)
					}
				})
			}
		}
	}
}

// What an operator may choose, one after the other: each shape is a template that others do not reach.
func TestEveryShapeIsValid(t *testing.T) {
	shapes := [][]string{
		{"workload=Deployment", "caSecret=authorities"},
		{"workload=Deployment", "executor=spintainer", "images.spin=registry.local/spin:3.6.3"},
		{"workload=Deployment", "executor=spintainer", "images.spin=registry.local/spin:3.6.3", "dapr.shape=sidecar"},
		{"executor=spintainer"},
		{"executor=spintainer", "dapr.shape=sidecar", "autoscaling.by=keda"},
		{"autoscaling.by=keda"},
		{"autoscaling.by=none"},
		{"dapr.shape=none", "verify.enabled=false"},
		{"dapr.otlpEndpoint=http://collector.monitoring:4318"},
		{"pushpin.enabled=false"},
		{"pushpin.replicas=1"},
		{"gateway.create=false", "gateway.name=shared", "gateway.namespace=edge"},
		{"gateway.requestTimeout="},
		{"broker.metadata.authType=certificate", "broker.secretMetadata={caCert}", "caSecret=authorities"},
		{"canary.functions=" + newer, "canary.weight=10"},
		{"canary.functions=" + newer, "workload=Deployment", "caSecret=authorities", "pushpin.enabled=false"},
		{"networkPolicy.enabled=false"},
		{"access.operators={oncall}"},
		{"images.pullSecrets={registry}"},
		{"quota.enabled=false", "monitoring.enabled=false", "verify.enabled=false", "migrations.deadline=60"},
	}
	if _, err := os.Stat(root + "/dapr/brokers/redis"); err == nil {
		shapes = append(shapes, []string{"broker.kind=redis", "broker.metadata.redisHost=redis.example.com:6379",
			"broker.metadata.enableTLS=true", "broker.secretMetadata={redisUsername,redisPassword}"})
	}
	for _, set := range shapes {
		t.Run(strings.Join(set, " "), func(t *testing.T) {
			t.Parallel()
			all := append(append(release("registry.local"), addresses("taskflow")...), set...)
			rendered, err := helm(t, arguments("1.37.0", []string{"values-production.yaml"}, all)...)
			if err != nil {
				t.Fatal(err)
			}
			if output, isValid := kubeconform(t, rendered, "1.37.0", "1.18.3"); !isValid {
				t.Error(output)
			}
		})
	}
}

// What the scripts of the platform and of Minikube apply. Of the kinds that are skipped no definitions are here.
func TestTheManifestsOfThePlatformAreValid(t *testing.T) {
	count := 0
	for _, glob := range []string{"platform/*.yaml", "platform/data/*.yaml", "minikube/*.yaml"} {
		files, err := filepath.Glob(root + "/k8s/" + glob)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			count++
			content := readFile(t, file)
			output, isValid := kubeconform(t, content, "1.37.0", "1.18.3", "-skip", "Shim,EnvoyProxy,ClientTrafficPolicy")
			if !isValid {
				t.Errorf("%s: %s", file, output)
			}
		}
	}
	if count < 10 {
		t.Errorf("there are only %d files", count)
	}
}

func TestATypingErrorInAManifestIsFound(t *testing.T) {
	manifest := "apiVersion: v1\nkind: Service\nmetadata: { name: tasks }\nspec: { selektor: { app: tasks } }\n"
	if output, isValid := kubeconform(t, manifest, "1.37.0", "1.18.3"); isValid || !strings.Contains(output, "selektor") {
		t.Errorf("it is not: %s", output)
	}
}

func TestTheChartIsWithoutFaultsForHelm(t *testing.T) {
	for _, environment := range environments {
		all := []string{"lint", chart, "--strict", "--kube-version", "1.37.0"}
		for _, file := range environment.files {
			all = append(all, "--values", filepath.Join(chart, file))
		}
		for _, pair := range environment.set {
			all = append(all, "--set", pair)
		}
		if output, err := helm(t, all...); err != nil {
			t.Errorf("%s: %v %s", environment.name, err, output)
		}
	}
}
