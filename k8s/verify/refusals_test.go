package verify

import (
	"strings"
	"testing"
)

// Values that do not fit, and a part of the sentence that says what to do.
var refusals = []struct {
	name, expected string
	set            []string
}{
	{"an unknown executor", "/executor", []string{"executor=docker"}},
	{"zero replicas", "/functions/tasks/replicas", []string{"functions.tasks.replicas=0"}},
	{"one replica of what people reach", "functions.tasks.replicas to 2", []string{"functions.tasks.replicas=1"}},
	{"a database without TLS", "set database.tls to `require`", []string{"database.tls=disable"}},
	{"a broker without TLS", "set broker.metadata.authType", []string{"broker.metadata.authType=none"}},
	{"a broker that turns TLS off", "leave\n  disableTls out", []string{"broker.metadata.disableTls=true"}},
	{"a sidecar in the pods of a shim", "Use dapr.shape `shared`, or executor `spintainer`", []string{"dapr.shape=sidecar"}},
	{"a check without Dapr", "set verify.enabled to false", []string{"dapr.shape=none"}},
	{"a name too long", "/secrets/smtp", []string{"secrets.smtp=" + strings.Repeat("a", 60)}},
	{"a function that is none", "`functions` names chatt", []string{"functions.chatt.replicas=2"}},
	{"an image without digest", "images.taskflow is registry.local/taskflow:1", []string{"images.taskflow=registry.local/taskflow:1"}},
	{"an image that is the latest", "/images/taskflow", []string{"images.taskflow=registry.local/taskflow:latest"}},
	{"an address without TLS", "in production people come by https", []string{"publicUrl=http://taskflow.example.com"}},
	{"an address with a path", "/publicUrl", []string{"publicUrl=https://taskflow.example.com/"}},
	{"no address", "publicUrl is missing", []string{"publicUrl="}},
	{"no database", "database.host is missing", []string{"database.host="}},
	{"no backup", "set backup.enabled to true", []string{"backup.enabled=false"}},
	{"a misspelt value", "replica", []string{"functions.tasks.replica=2"}},
	{"lag of Redis", "use `hpa`", []string{"autoscaling.by=keda", "broker.kind=redis"}},
	{"a namespace for a Gateway to be made", "set gateway.create to false", []string{"gateway.namespace=edge"}},
	{"Spin in a container without its image", "name its image in images.spin", []string{"workload=Deployment", "executor=spintainer"}},
	{"a shim without authorities", "name it in caSecret", []string{"workload=Deployment"}},
	{"three proxies for streams", "/pushpin/replicas", []string{"pushpin.replicas=3"}},
	{"a share for no canary", "name its artefact in canary.functions", []string{"canary.weight=10"}},
	{"a canary of what runs", "which everybody gets already", []string{"canary.functions=" + release("registry.local")[0][len("images.functions="):]}},
	{"a canary without digest", "canary.functions is registry.local/functions:2", []string{"canary.functions=registry.local/functions:2"}},
	{"more than all of the requests", "/canary/weight", []string{"canary.weight=101"}},
	{"issuers at four hosts", "functions may reach three", func() (set []string) {
		for at, host := range []string{"a", "b", "c", "d"} {
			prefix := "issuers[" + string(rune('0'+at)) + "]."
			set = append(set, prefix+"issuer=https://"+host, prefix+"audience=x", prefix+"jwks=https://"+host+"/jwks")
		}
		return set
	}()},
}

func TestValuesThatDoNotFitAreRefusedWithASentence(t *testing.T) {
	for _, one := range refusals {
		t.Run(one.name, func(t *testing.T) {
			all := append(append(release("registry.local"), addresses("taskflow")...), one.set...)
			_, err := helm(t, arguments("1.37.0", []string{"values-production.yaml"}, all)...)
			if err == nil {
				t.Fatal("it is accepted")
			}
			if !strings.Contains(err.Error(), one.expected) {
				t.Errorf("the reason is %v", err)
			}
		})
	}
}

func TestASpinAppInProductionIsRefusedWhereNothingMakesItsPodsWait(t *testing.T) {
	all := append(release("registry.local"), addresses("taskflow")...)
	_, err := helm(t, arguments("1.35.0", []string{"values-production.yaml"}, all)...)
	if err == nil || !strings.Contains(err.Error(), "set workload to `Deployment`, or upgrade to 1.36") {
		t.Errorf("it is accepted, or refused without a reason: %v", err)
	}
}

func TestAClusterThatIsTooOldIsRefused(t *testing.T) {
	_, err := helm(t, arguments("1.34.0", environments[0].files, environments[0].set)...)
	if err == nil || !strings.Contains(err.Error(), "kubeVersion") {
		t.Errorf("it is accepted, or refused without a reason: %v", err)
	}
}

func TestAllProblemsAreNamedAtOnce(t *testing.T) {
	_, err := helm(t, arguments("1.37.0", []string{"values-production.yaml"}, []string{"database.tls=disable"})...)
	if err == nil {
		t.Fatal("it is accepted")
	}
	for _, expected := range []string{"publicUrl is missing", "images.functions is missing", "images.taskflow is missing",
		"database.host is missing", "broker.metadata.brokers is missing", "database.tls"} {
		if !strings.Contains(err.Error(), expected) {
			t.Errorf("it does not say %q: %v", expected, err)
		}
	}
}
