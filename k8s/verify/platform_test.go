package verify

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// manifestDigest is what a registry says of each chart.
const manifestDigest = "abcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcd"

// programs stand in for those that install.sh runs: they write down what is applied and installed.
var programs = map[string]string{
	"kubectl": `#!/usr/bin/env bash
case $* in
"version --output json")
    printf '{\n "clientVersion": {\n  "minor": "33"\n },\n "serverVersion": {\n  "minor": "%s"\n }\n}\n' "$MINOR" ;;
"get nodes"*) echo "$NODES" ;;
"create namespace"*) echo "name: data" ;;
"apply "*)
    file=${!#}
    { echo "── applied"; cat "${file/#-//dev/stdin}"; } >> "$WORK/calls" ;;
*) echo "kubectl $*" >> "$WORK/calls" ;;
esac
`,
	"helm": `#!/usr/bin/env bash
if [[ $1 == pull ]]; then
    # Versions of this chart begin with a letter.
    [[ $2 != *envoy* || $4 == v* ]] || { echo "not found" >&2; exit 1; }
    echo "chart" > "$6/chart-$4.tgz" || exit 1
    echo "Pulled: $2:$4"
    echo "Digest: sha256:$DIGEST"
else
    echo "── installed $3 in ${6}" >> "$WORK/calls"
fi
`,
	"curl": `#!/usr/bin/env bash
while (($# > 1)); do
    [[ $1 != --output ]] || output=$2
    shift
done
echo "content of $1" > "$output"
`,
}

// platform is a copy of k8s/platform with a lock of what the programs above download.
func platform(t *testing.T) string {
	t.Helper()
	work := t.TempDir()
	if err := os.CopyFS(filepath.Join(work, "platform"), os.DirFS(root+"/k8s/platform")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(work, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, script := range programs {
		if err := os.WriteFile(filepath.Join(work, "bin", name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	var lines []string
	for _, line := range strings.Split(readFile(t, filepath.Join(work, "platform/lock")), "\n") {
		fields := strings.Fields(line)
		if len(fields) == 4 && fields[0] != "#" {
			checksum := fmt.Sprintf("%x", sha256.Sum256([]byte("content of "+fields[3]+"\n")))
			if strings.HasPrefix(fields[3], "oci://") {
				checksum = manifestDigest
			}
			if fields[0] == "runtime-class-manager" {
				checksum = "-"
			}
			line = fmt.Sprintf("%s %s %s %s", fields[0], fields[1], checksum, fields[3])
		}
		lines = append(lines, line)
	}
	writeLock(t, work, strings.Join(lines, "\n"))
	return work
}

func writeLock(t *testing.T, work, lock string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(work, "platform/lock"), []byte(lock), 0o600); err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// install runs install.sh, and returns its output and what it has applied and installed.
func install(t *testing.T, work string, environment []string, arguments ...string) (string, string, error) {
	t.Helper()
	command := exec.Command("bash", append([]string{filepath.Join(work, "platform/install.sh")}, arguments...)...)
	command.Env = append(append(os.Environ(), "PATH="+filepath.Join(work, "bin")+":"+os.Getenv("PATH"), "WORK="+work,
		"XDG_CACHE_HOME="+filepath.Join(work, "cache"), "MINOR=36", "NODES=node/one", "DIGEST="+manifestDigest), environment...)
	output, err := command.CombinedOutput()
	calls, _ := os.ReadFile(filepath.Join(work, "calls"))
	return string(output), string(calls), err
}

func TestThePlatformIsInstalledInOrderAndWithWhatTheLockHas(t *testing.T) {
	work := platform(t)
	everything := []string{"--namespace", "here", "--with", "envoy-gateway,keda,strimzi,cloudnative-pg,monitoring",
		"--ca-secret", "authorities"}
	output, calls, err := install(t, work, nil, everything...)
	if err != nil || !strings.HasSuffix(output, "ready: the chart can be installed in the namespace here\n") {
		t.Fatalf("%v: %s", err, output)
	}
	place := 0
	for _, expected := range []string{
		"gateway-api/releases/download", "installed cert-manager in cert-manager", "installed runtime-class-manager in",
		"kind: Shim", "spin-operator.crds.yaml", "installed spin-operator in spin-operator", "installed dapr in dapr-system",
		"installed metrics-server in kube-system", "installed envoy-gateway in envoy-gateway-system", "kind: GatewayClass",
		"installed keda in keda", "name: data", "installed strimzi in strimzi", "kind: Kafka", "installed cloudnative-pg in",
		"kind: Cluster", "installed monitoring in monitoring", "name: here", "namespace: here", "caCertSecret: authorities",
		"kind: MutatingAdmissionPolicy",
	} {
		at := strings.Index(calls[place:], expected)
		if at < 0 {
			t.Fatalf("%s is missing, or comes too early:\n%s", expected, calls)
		}
		place += at
	}
	if strings.Contains(calls, "_SHA256") || strings.Contains(calls, "NAMESPACE") || strings.Contains(calls, "SPIN_IMAGE") {
		t.Errorf("something is not filled in:\n%s", calls)
	}
	if lock := readFile(t, filepath.Join(work, "platform/lock")); !strings.Contains(lock, "runtime-class-manager 0.2.0 "+manifestDigest) {
		t.Errorf("the checksum that was missing is not recorded:\n%s", lock)
	}
	if again, _, err := install(t, work, nil, everything...); err != nil || strings.Contains(again, "recorded") {
		t.Errorf("it cannot be run again: %v %s", err, again)
	}
}

func TestAFileThatIsNotThatOfTheLockIsNotInstalled(t *testing.T) {
	work := platform(t)
	lock := readFile(t, filepath.Join(work, "platform/lock"))
	wrong := strings.Repeat("0", 64)
	dapr := fmt.Sprintf("%x", sha256.Sum256([]byte("content of https://dapr.github.io/helm-charts/dapr-1.18.3.tgz\n")))
	writeLock(t, work, strings.Replace(lock, dapr, wrong, 1))
	output, calls, err := install(t, work, nil)
	if err == nil || !strings.Contains(output, "dapr 1.18.3 has another checksum") || strings.Contains(calls, "installed dapr") {
		t.Errorf("a changed file is installed: %v %s", err, output)
	}

	work = platform(t)
	output, calls, err = install(t, work, []string{"DIGEST=" + wrong}, "--with", "envoy-gateway")
	if err == nil || !strings.Contains(output, "envoy-gateway 1.9.1 has another checksum") || strings.Contains(calls, "installed envoy") {
		t.Errorf("a changed chart is installed: %v %s", err, output)
	}
}

func TestThePlatformSaysWhatAClusterLacks(t *testing.T) {
	for _, one := range []struct{ environment, expected string }{
		{"MINOR=34", "the cluster runs Kubernetes 1.34; TaskFlow needs 1.35 or newer"},
		{"MINOR=", "kubectl reaches no cluster"},
		{"NODES=", "no node has the label spin=true"},
	} {
		output, calls, err := install(t, platform(t), []string{one.environment})
		if err == nil || !strings.Contains(output, one.expected) || strings.Contains(calls, "spin-operator") {
			t.Errorf("%s: %v %s", one.environment, err, output)
		}
	}
	_, calls, err := install(t, platform(t), []string{"MINOR=35", "NODES="}, "--without", "shim,metrics-server")
	if err != nil || strings.Contains(calls, "metrics-server") || strings.Contains(calls, "MutatingAdmissionPolicy") {
		t.Errorf("it installs what it should not: %v %s", err, calls)
	}
}

func TestEachPartOfTheLockHasAChecksum(t *testing.T) {
	for _, line := range strings.Split(readFile(t, root+"/k8s/platform/lock"), "\n") {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		// That of runtime-class-manager could not be found: whoever installs it first records it.
		isKnown := len(fields) == 4 && len(fields[2]) == 64 && strings.Trim(fields[2], "0123456789abcdef") == ""
		if !isKnown && fields[0] != "runtime-class-manager" {
			t.Errorf("%s has no checksum", fields[0])
		}
	}
}
