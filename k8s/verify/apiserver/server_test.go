// Package apiserver runs the chart on a real API server: etcd, kube-apiserver, its controllers and scheduler, and kwok,
// whose nodes say that pods run. Nothing runs in the pods; what SpinKube's operator does is in operator_test.go.
package apiserver

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	root = "../../.."
	// token of the administrator, for this server alone.
	token = "sample-token-for-this-machine"
)

// cluster is the API server of all tests.
var cluster struct {
	folder, address, kubeconfig string
	client                      *http.Client
}

func TestMain(m *testing.M) {
	status, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		status = 1
	}
	os.Exit(status)
}

func run(m *testing.M) (int, error) {
	programs := os.Getenv("KUBERNETES")
	if programs == "" {
		fmt.Println("no programs of Kubernetes: run `cargo dev cluster --api-server`, which builds them")
		return 0, nil
	}
	folder, err := os.MkdirTemp("", "taskflow-apiserver-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(folder)
	cluster.folder = folder
	cluster.client = &http.Client{
		Timeout:   time.Minute,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
	}
	if err := start(programs); err != nil {
		return 1, err
	}
	defer stop()
	status := m.Run()
	if status != 0 {
		explain()
	}
	return status, nil
}

// explain prints what a failure leaves: the pods, and the ends of all logs.
func explain() {
	pods, _ := kubectl("", "get", "pods", "--all-namespaces", "--output", "wide")
	fmt.Println(pods)
	logs, _ := filepath.Glob(filepath.Join(cluster.folder, "*.log"))
	for _, log := range logs {
		content, _ := os.ReadFile(log)
		lines := strings.Split(strings.TrimSpace(string(content)), "\n")
		fmt.Printf("── %s\n%s\n", filepath.Base(log), strings.Join(lines[max(0, len(lines)-8):], "\n"))
	}
}

var running []*exec.Cmd

// launch starts a program, whose output is a file of its name. It ends with this process, however that ends.
func launch(program string, arguments ...string) error {
	log, err := os.Create(filepath.Join(cluster.folder, filepath.Base(program)+".log"))
	if err != nil {
		return err
	}
	command := exec.Command(program, arguments...)
	command.Stdout, command.Stderr = log, log
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := command.Start(); err != nil {
		return err
	}
	running = append(running, command)
	return nil
}

func stop() {
	for at := len(running) - 1; at >= 0; at-- {
		_ = running[at].Process.Kill()
		_ = running[at].Wait()
	}
}

func start(programs string) error {
	file := func(name string) string { return filepath.Join(cluster.folder, name) }
	ports, err := freePorts(4)
	if err != nil {
		return err
	}
	etcd, peers := "http://127.0.0.1:"+ports[0], "http://127.0.0.1:"+ports[1]
	cluster.address, cluster.kubeconfig = "https://127.0.0.1:"+ports[2], file("kubeconfig")
	if err := writeFiles(file); err != nil {
		return err
	}
	// The package of etcd's program is called so.
	err = launch(filepath.Join(programs, "server"), "--data-dir", file("etcd"), "--listen-client-urls", etcd,
		"--advertise-client-urls", etcd, "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers,
		"--initial-cluster", "default="+peers, "--unsafe-no-fsync", "--log-level", "error")
	if err != nil {
		return err
	}
	err = launch(filepath.Join(programs, "kube-apiserver"), "--etcd-servers", etcd, "--bind-address", "127.0.0.1",
		"--secure-port", ports[2], "--cert-dir", file("certificates"), "--token-auth-file", file("tokens"),
		"--authorization-mode", "RBAC", "--service-cluster-ip-range", "10.96.0.0/16",
		"--service-account-issuer", "https://kubernetes.default.svc", "--service-account-key-file", file("account.pem"),
		"--service-account-signing-key-file", file("account.pem"))
	if err != nil {
		return err
	}
	if err := until("the API server", 90*time.Second, func() error {
		_, err := request("GET", "/readyz", nil, nil)
		return err
	}); err != nil {
		return err
	}
	err = launch(filepath.Join(programs, "kube-controller-manager"), "--kubeconfig", cluster.kubeconfig,
		"--leader-elect=false", "--secure-port", "0", "--service-account-private-key-file", file("account.pem"),
		"--use-service-account-credentials=false")
	if err != nil {
		return err
	}
	err = launch(filepath.Join(programs, "kube-scheduler"), "--kubeconfig", cluster.kubeconfig, "--leader-elect=false",
		"--secure-port", "0")
	if err != nil {
		return err
	}
	// Without leases the nodes would be lost after a minute, with all of their pods.
	err = launch(filepath.Join(programs, "kwok"), "--kubeconfig", cluster.kubeconfig, "--manage-all-nodes",
		"--node-lease-duration-seconds", "40", "--config", file("stages.yaml"), "--server-address", "127.0.0.1:"+ports[3])
	if err != nil {
		return err
	}
	return prepare()
}

func writeFiles(file func(string) string) error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	account := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	stages, err := os.ReadFile("stages.yaml")
	if err != nil {
		return err
	}
	kubeconfig := object{
		"apiVersion": "v1", "kind": "Config", "current-context": "test",
		"clusters": []any{object{"name": "test", "cluster": object{
			"server": cluster.address, "insecure-skip-tls-verify": true}}},
		"users":    []any{object{"name": "test", "user": object{"token": token}}},
		"contexts": []any{object{"name": "test", "context": object{"cluster": "test", "user": "test"}}},
	}
	config, err := json.Marshal(kubeconfig)
	if err != nil {
		return err
	}
	for name, content := range map[string]string{
		"account.pem": string(account),
		"tokens":      token + ",administrator,administrator,system:masters\n",
		"kubeconfig":  string(config),
		"stages.yaml": strings.ReplaceAll(string(stages), "FAILING", `"`+failing+`"`),
	} {
		if err := os.WriteFile(file(name), []byte(content), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// prepare makes what k8s/platform would: definitions, namespace, executors, the policy that makes pods wait; and nodes.
func prepare() error {
	definitions := os.Getenv("CRDS")
	folders, err := filepath.Glob(filepath.Join(definitions, "*-*"))
	if err != nil || len(folders) == 0 {
		return fmt.Errorf("the definitions of custom resources are not in %q: name their folder in TASKFLOW_CRDS", definitions)
	}
	for _, folder := range folders {
		if strings.HasPrefix(filepath.Base(folder), "dapr-1.14") {
			continue
		}
		if _, err := kubectl("", "apply", "--server-side", "--force-conflicts", "--filename", folder); err != nil {
			return err
		}
	}
	if _, err := kubectl("", "wait", "crd", "--all", "--for=condition=Established", "--timeout=60s"); err != nil {
		return err
	}
	// Dapr's own server would convert between versions of subscriptions, of which nothing here uses the old one.
	if _, err := kubectl("", "patch", "crd", "subscriptions.dapr.io", "--type", "json", "--patch",
		`[{"op": "replace", "path": "/spec/conversion", "value": {"strategy": "None"}}]`); err != nil {
		return err
	}
	class := object{"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "handler": "spin-v2",
		"metadata": object{"name": "wasmtime-spin-v2"}}
	if err := apply("/apis/node.k8s.io/v1/runtimeclasses", class); err != nil {
		return err
	}
	for at := range 3 {
		node := object{
			"apiVersion": "v1", "kind": "Node", "metadata": object{"name": fmt.Sprintf("node-%d", at)},
			"status": object{"allocatable": object{"cpu": "16", "memory": "64Gi", "pods": "110"},
				"capacity": object{"cpu": "16", "memory": "64Gi", "pods": "110"}},
		}
		if err := apply("/api/v1/nodes", node); err != nil {
			return err
		}
	}
	for _, name := range []string{"namespace.yaml", "executors.yaml", "drain.yaml"} {
		content, err := os.ReadFile(root + "/k8s/platform/" + name)
		if err != nil {
			return err
		}
		filled := strings.NewReplacer("NAMESPACE", "taskflow", "SPIN_IMAGE", "registry.local/spin:3.6.3").Replace(string(content))
		if _, err := kubectl(filled, "apply", "--server-side", "--filename", "-"); err != nil {
			return err
		}
	}
	go operate()
	return nil
}

type object = map[string]any

// request sends a request to the API, and returns the response.
func request(method, path string, body any, headers map[string]string) (object, error) {
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		reader = bytes.NewReader(text)
	}
	sent, err := http.NewRequest(method, cluster.address+path, reader)
	if err != nil {
		return nil, err
	}
	sent.Header.Set("Authorization", "Bearer "+token)
	sent.Header.Set("Content-Type", "application/json")
	for name, value := range headers {
		sent.Header.Set(name, value)
	}
	response, err := cluster.client.Do(sent)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode >= 300 {
		return nil, fmt.Errorf("%s %s: %s: %s", method, path, response.Status, content)
	}
	parsed := object{}
	_ = json.Unmarshal(content, &parsed)
	return parsed, nil
}

// apply makes an object below a collection as it should be, as an operator does.
func apply(collection string, desired object) error {
	name := desired["metadata"].(object)["name"].(string)
	_, err := request("PATCH", collection+"/"+name+"?fieldManager=spin-operator&force=true", desired,
		map[string]string{"Content-Type": "application/apply-patch+yaml"})
	return err
}

// kubectl runs kubectl with this standard input, and returns its output.
func kubectl(input string, arguments ...string) (string, error) {
	return command(input, filepath.Join(os.Getenv("KUBERNETES"), "kubectl"), arguments...)
}

// command runs a program on the cluster.
func command(input, program string, arguments ...string) (string, error) {
	run := exec.Command(program, arguments...)
	path := []string{os.Getenv("KUBERNETES"), filepath.Dir(os.Getenv("HELM")), os.Getenv("PATH")}
	run.Env = append(os.Environ(), "KUBECONFIG="+cluster.kubeconfig,
		"PATH="+strings.Join(path, string(os.PathListSeparator)))
	run.Stdin = strings.NewReader(input)
	var output, errors bytes.Buffer
	run.Stdout, run.Stderr = &output, &errors
	if err := run.Run(); err != nil {
		return output.String(), fmt.Errorf("%s %s: %s%s", filepath.Base(program), strings.Join(arguments, " "),
			errors.String(), output.String())
	}
	return output.String(), nil
}

// until waits for something to be so, and returns the last reason why it is not.
func until(what string, limit time.Duration, attempt func() error) error {
	var reason error
	for begin := time.Now(); time.Since(begin) < limit; time.Sleep(100 * time.Millisecond) {
		if reason = attempt(); reason == nil {
			return nil
		}
	}
	return fmt.Errorf("%s: not within %s: %w", what, limit, reason)
}

func freePorts(count int) ([]string, error) {
	var ports []string
	for range count {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		// Open until all are known, so that they differ.
		defer listener.Close()
		_, port, _ := net.SplitHostPort(listener.Addr().String())
		ports = append(ports, port)
	}
	return ports, nil
}
