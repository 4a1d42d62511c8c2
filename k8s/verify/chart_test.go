package verify

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"sigs.k8s.io/yaml"
)

type object = map[string]any

const (
	root  = "../.."
	chart = root + "/k8s/chart"
	// Digest of no image, for values that a release would set.
	digest = "@sha256:0000000000000000000000000000000000000000000000000000000000000000"
)

// minors are the three newest of Kubernetes, with what each needs beyond the values file.
var minors = []struct {
	version string
	set     []string
}{
	{"1.37.0", nil},
	{"1.36.0", nil},
	// Nothing but a Deployment can make pods wait there.
	{"1.35.0", []string{"workload=Deployment", "caSecret=authorities"}},
}

// environments are the values files as they are used, with what a release sets.
var environments = []struct {
	name  string
	files []string
	set   []string
}{
	{"minikube", []string{"values-minikube.yaml"}, release("registry.local")},
	{"staging", []string{"values-staging.yaml"}, append(release("registry.local"), addresses("staging")...)},
	{"production", []string{"values-production.yaml"}, append(release("registry.local"), addresses("taskflow")...)},
	{"digitalocean", []string{"values-production.yaml", "examples/digitalocean.yaml"}, nil},
	{"gke", []string{"values-production.yaml", "examples/gke.yaml"}, []string{"images.spin=registry.local/spin:3.6.3"}},
	{"aks", []string{"values-production.yaml", "examples/aks.yaml"}, nil},
}

func release(registry string) []string {
	return []string{
		"images.functions=" + registry + "/functions" + digest,
		"images.taskflow=" + registry + "/taskflow" + digest,
	}
}

func addresses(name string) []string {
	return []string{
		"publicUrl=https://" + name + ".example.com",
		"database.host=db.example.com",
		"broker.metadata.brokers=kafka.example.com:9092",
	}
}

// arguments of helm for an environment on a minor.
func arguments(version string, files, set []string) []string {
	arguments := []string{"template", "taskflow", chart, "--namespace", "taskflow", "--kube-version", version}
	for _, file := range files {
		arguments = append(arguments, "--values", filepath.Join(chart, file))
	}
	for _, pair := range set {
		arguments = append(arguments, "--set", pair)
	}
	return arguments
}

// tool returns the path of a program: the one that a variable names, or that on the PATH.
func tool(t *testing.T, variable, name string) string {
	t.Helper()
	if path := os.Getenv(variable); path != "" {
		return path
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is missing: run `cargo dev cluster`, which installs it", name)
	}
	return path
}

// helm runs helm, and returns what it prints.
func helm(t *testing.T, arguments ...string) (string, error) {
	t.Helper()
	command := exec.Command(tool(t, "HELM", "helm"), arguments...)
	var output, errors bytes.Buffer
	command.Stdout, command.Stderr = &output, &errors
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("%s", errors.String())
	}
	return output.String(), nil
}

// production renders production on the newest minor, with changes.
func production(t *testing.T, set ...string) objects {
	t.Helper()
	all := append(append(release("registry.local"), addresses("taskflow")...), set...)
	text, err := helm(t, arguments("1.37.0", []string{"values-production.yaml"}, all)...)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, text)
}

type objects []object

func parse(t *testing.T, text string) objects {
	t.Helper()
	var found objects
	for _, document := range regexp.MustCompile(`(?m)^---$`).Split(text, -1) {
		var parsed object
		if err := yaml.Unmarshal([]byte(document), &parsed); err != nil {
			t.Fatalf("%v in %s", err, document)
		}
		if parsed != nil {
			found = append(found, parsed)
		}
	}
	return found
}

func (all objects) of(kind string) map[string]object {
	found := map[string]object{}
	for _, one := range all {
		if one["kind"] == kind {
			found[text(one, "metadata", "name")] = one
		}
	}
	return found
}

// at returns what is at a path of names; nil if there is nothing.
func at(value any, path ...string) any {
	for _, name := range path {
		members, _ := value.(object)
		value = members[name]
	}
	return value
}

func text(value any, path ...string) string {
	found, _ := at(value, path...).(string)
	return found
}

func list(value any, path ...string) []any {
	found, _ := at(value, path...).([]any)
	return found
}

// manifest is spin.toml.
type manifest struct {
	Variables map[string]struct {
		Default string
		Secret  bool
	}
	Trigger struct {
		HTTP []struct {
			Route     any
			Component string
		}
	}
	Component map[string]struct {
		AllowedOutboundHosts []string `toml:"allowed_outbound_hosts"`
		Variables            map[string]string
	}
}

func readManifest(t *testing.T) manifest {
	t.Helper()
	var app manifest
	if _, err := toml.DecodeFile(root+"/spin.toml", &app); err != nil {
		t.Fatal(err)
	}
	if len(app.Component) < 11 {
		t.Fatalf("spin.toml has only %d functions", len(app.Component))
	}
	return app
}

var template = regexp.MustCompile(`\{\{ *([a-z0-9_]+) *\}\}`)

// variables that a function uses.
func (app manifest) variables(function string) map[string]bool {
	found := map[string]bool{}
	component := app.Component[function]
	texts := append([]string{}, component.AllowedOutboundHosts...)
	for _, value := range component.Variables {
		texts = append(texts, value)
	}
	for _, match := range template.FindAllStringSubmatch(strings.Join(texts, " "), -1) {
		found[match[1]] = true
	}
	return found
}
