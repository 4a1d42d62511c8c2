package verify

import "testing"

// pod is a pod of the namespace with these labels, or of another one.
type pod struct {
	namespace string
	labels    map[string]string
}

func function(name string, isPublic bool) pod {
	labels := map[string]string{"app.kubernetes.io/component": "function", "app.kubernetes.io/name": name}
	if isPublic {
		labels["taskflow.dev/public"] = "true"
	}
	return pod{"taskflow", labels}
}

func sidecar(name string) pod {
	return pod{"taskflow", map[string]string{
		"app.kubernetes.io/component": "dapr", "app.kubernetes.io/name": name, "taskflow.dev/dapr": "true"}}
}

func component(name string) pod {
	return pod{"taskflow", map[string]string{"app.kubernetes.io/component": name}}
}

func elsewhere(namespace string) pod { return pod{namespace, nil} }

func TestPodsReachWhatTheyNeedAndNothingElse(t *testing.T) {
	all := production(t)
	policies := all.of("NetworkPolicy")
	gateway, prometheus, stranger := elsewhere("envoy-gateway-system"), elsewhere("monitoring"), elsewhere("default")
	database := elsewhere("somewhere")
	pushpin := component("pushpin")
	tasks, realtime, relay := function("tasks", true), function("realtime", true), function("outbox-relay", false)
	for _, one := range []struct {
		what     string
		from, to pod
		port     int
		expected bool
	}{
		{"people reach tasks", gateway, tasks, 80, true},
		{"people reach a stream", gateway, pushpin, 7999, true},
		{"people reach a function that only Dapr calls", gateway, relay, 80, false},
		{"people publish to Pushpin", gateway, pushpin, 5561, false},
		{"people reach a sidecar", gateway, sidecar("tasks"), 3500, false},
		{"a stranger reaches tasks", stranger, tasks, 80, false},
		{"a stranger reaches a sidecar", stranger, sidecar("tasks"), 3500, false},
		{"a sidecar reaches its function", sidecar("outbox-relay"), relay, 80, true},
		{"a function reaches a sidecar", tasks, sidecar("tasks"), 3500, true},
		{"a function reaches the internal port of a sidecar", tasks, sidecar("tasks"), 50002, false},
		{"a sidecar reaches another one", sidecar("tasks"), sidecar("audit"), 50002, true},
		{"a function reaches another one", tasks, relay, 80, false},
		{"a function reaches the database", tasks, database, 5432, true},
		{"a function reaches the broker", tasks, database, 9092, false},
		{"a function reaches the Kubernetes API", tasks, database, 443, false},
		{"a sidecar reaches the broker", sidecar("tasks"), database, 9092, true},
		{"a sidecar reaches the Kubernetes API", sidecar("tasks"), database, 443, true},
		{"a sidecar reaches Dapr", sidecar("tasks"), elsewhere("dapr-system"), 50001, true},
		{"a sidecar reaches a mail server", sidecar("notifications"), database, 587, true},
		{"Pushpin reaches realtime", pushpin, realtime, 80, true},
		{"Pushpin reaches tasks", pushpin, tasks, 80, false},
		{"Pushpin reaches the database", pushpin, database, 5432, false},
		{"realtime reaches Pushpin", realtime, pushpin, 5561, true},
		{"tasks reaches Pushpin", tasks, pushpin, 5561, false},
		{"Prometheus reaches ops", prometheus, function("ops", true), 80, true},
		{"Prometheus reaches a sidecar", prometheus, sidecar("audit"), 9090, true},
		{"the migrations reach the database", component("migrate"), database, 5432, true},
		{"the backup reaches object storage", component("backup"), database, 443, true},
		{"the check reaches the gateway behind its Service", component("verify"), gateway, 10443, true},
		{"any pod reaches names", tasks, elsewhere("kube-system"), 53, true},
		{"an unknown pod reaches a function", component("unknown"), tasks, 80, false},
		{"an unknown pod reaches the database", component("unknown"), database, 5432, false},
	} {
		if found := mayReach(policies, one.from, one.to, one.port); found != one.expected {
			t.Errorf("%s: %t", one.what, found)
		}
	}
}

// mayReach is what Kubernetes says of policies: both ends must allow it, and a pod without a policy allows all.
func mayReach(policies map[string]object, from, to pod, port int) bool {
	allows := func(here, there pod, direction, rules, peers string) bool {
		if here.namespace != "taskflow" {
			return true
		}
		for _, policy := range policies {
			spec := at(policy, "spec")
			if !contains(list(spec, "policyTypes"), direction) || !selects(at(spec, "podSelector"), here.labels) {
				continue
			}
			for _, rule := range list(spec, rules) {
				if hasPort(list(rule, "ports"), port) && isPeer(at(rule, peers), there) {
					return true
				}
			}
		}
		return false
	}
	return allows(from, to, "Egress", "egress", "to") && allows(to, from, "Ingress", "ingress", "from")
}

func hasPort(ports []any, port int) bool {
	for _, one := range ports {
		if at(one, "port") == float64(port) {
			return true
		}
	}
	return len(ports) == 0
}

func isPeer(peers any, other pod) bool {
	all, isGiven := peers.([]any)
	for _, one := range all {
		namespace, isNamespaced := at(one, "namespaceSelector").(object)
		labels, isSelected := at(one, "podSelector").(object)
		inPlace := isNamespaced && selects(namespace, map[string]string{"kubernetes.io/metadata.name": other.namespace}) ||
			!isNamespaced && other.namespace == "taskflow"
		if (isNamespaced || isSelected) && inPlace && (!isSelected || selects(labels, other.labels)) {
			return true
		}
	}
	return !isGiven
}

func selects(selector any, labels map[string]string) bool {
	matching, _ := at(selector, "matchLabels").(object)
	for name, value := range matching {
		if labels[name] != value {
			return false
		}
	}
	for _, expression := range list(selector, "matchExpressions") {
		if !contains(list(expression, "values"), labels[text(expression, "key")]) {
			return false
		}
	}
	return true
}
