package verify

import (
	"strings"
	"testing"
)

func TestEveryFunctionOfSpinTomlIsASpinAppWithItsComponentAndItsVariables(t *testing.T) {
	app, apps := readManifest(t), production(t).of("SpinApp")
	if len(apps) != len(app.Component) {
		t.Errorf("%d SpinApps for %d functions", len(apps), len(app.Component))
	}
	for function := range app.Component {
		found := apps[function]
		components := list(found, "spec", "components")
		if len(components) != 1 || components[0] != function {
			t.Errorf("the SpinApp %s has the components %v", function, components)
		}
		expected := app.variables(function)
		for _, binding := range list(found, "spec", "variables") {
			name := text(binding, "name")
			if !expected[name] {
				t.Errorf("%s gets the variable %s, which it does not use", function, name)
			}
			delete(expected, name)
			_, isPlain := at(binding, "value").(string)
			fromSecret := text(binding, "valueFrom", "secretKeyRef", "name") != ""
			if app.Variables[name].Secret != fromSecret || isPlain == fromSecret {
				t.Errorf("%s: the variable %s must come from a Secret exactly if it is secret", function, name)
			}
			if text(binding, "value") == app.Variables[name].Default && strings.Contains(name, "db_host") {
				t.Errorf("%s: %s is that of a laptop", function, name)
			}
		}
		for name := range expected {
			t.Errorf("%s lacks the variable %s", function, name)
		}
	}
}

// A host that is nobody's would only be noticed in a cluster.
func TestEveryHostThatAFunctionMayReachIsAServiceOrComesFromTheValues(t *testing.T) {
	app, all := readManifest(t), production(t)
	services, statefulSets := all.of("Service"), all.of("StatefulSet")
	for function, component := range app.Component {
		values := map[string]string{}
		for _, binding := range list(all.of("SpinApp")[function], "spec", "variables") {
			values[text(binding, "name")] = text(binding, "value")
		}
		for _, host := range component.AllowedOutboundHosts {
			filled := template.ReplaceAllStringFunc(host, func(found string) string {
				return values[strings.Trim(found, "{} ")]
			})
			_, address, _ := strings.Cut(filled, "://")
			name, _, _ := strings.Cut(address, ":")
			pod, service, isPod := strings.Cut(name, ".")
			switch {
			case name == "db.example.com", name == "issuer.invalid", services[name] != nil:
			case isPod && services[service] != nil && statefulSets[pod[:strings.LastIndex(pod, "-")]] != nil:
			default:
				t.Errorf("%s may reach %s, which is nothing of the chart's", function, filled)
			}
		}
	}
}

func TestIssuersOfTheValuesBecomeTheHostsThatFunctionsMayReach(t *testing.T) {
	all := production(t, "issuers[0].issuer=https://a.example", "issuers[0].jwks=https://keys.example:8443/jwks",
		"issuers[0].audience=taskflow")
	for _, binding := range list(all.of("SpinApp")["tasks"], "spec", "variables") {
		switch text(binding, "name") {
		case "issuer_host":
			if value := text(binding, "value"); value != "https://keys.example:8443" {
				t.Errorf("issuer_host is %s", value)
			}
		case "issuers":
			if value := text(binding, "value"); !strings.Contains(value, `"audience":"taskflow"`) {
				t.Errorf("issuers is %s", value)
			}
		}
	}
}

// A Service `db` would set DB_PORT in every pod, and the shim would take it for the variable db_port.
func TestNoServiceSetsAnEnvironmentVariableThatSpinWouldTakeForAVariable(t *testing.T) {
	app, all := readManifest(t), production(t)
	names := []string{}
	for name := range all.of("Service") {
		names = append(names, name)
	}
	for name := range app.Component {
		// The Service that SpinKube makes, and that of Dapr's operator.
		names = append(names, name, name+"-dapr")
	}
	for _, name := range names {
		prefix := strings.ReplaceAll(name, "-", "_") + "_"
		for variable := range app.Variables {
			for _, suffix := range []string{"port", "service_host", "service_port"} {
				if variable == prefix+suffix {
					t.Errorf("the Service %s sets the variable %s of Spin", name, variable)
				}
			}
		}
	}
}

func TestADeploymentOfAFunctionIsWhatSpinKubeWouldMakeAndWaitsBeforeItStops(t *testing.T) {
	apps := production(t).of("SpinApp")
	all := production(t, "workload=Deployment", "caSecret=authorities")
	for name, app := range apps {
		deployment := all.of("Deployment")[name]
		container := list(deployment, "spec", "template", "spec", "containers")[0]
		if text(container, "image") != text(app, "spec", "image") {
			t.Errorf("%s has another image", name)
		}
		environment := map[string]any{}
		for _, variable := range list(container, "env") {
			environment[text(variable, "name")] = variable
		}
		for _, binding := range list(app, "spec", "variables") {
			if environment["SPIN_VARIABLE_"+strings.ToUpper(text(binding, "name"))] == nil {
				t.Errorf("%s lacks the variable %s", name, text(binding, "name"))
			}
		}
		if seconds := at(container, "lifecycle", "preStop", "sleep", "seconds"); seconds != 10.0 {
			t.Errorf("%s waits %v seconds", name, seconds)
		}
		if text(all.of("Service")[name], "spec", "selector", "app.kubernetes.io/name") != name {
			t.Errorf("the Service %s selects other pods", name)
		}
	}
	if len(all.of("SpinApp")) != 0 {
		t.Error("there are SpinApps beside the Deployments")
	}
}

func TestWhatPeopleReachHasTwoReplicasAndADisruptionBudget(t *testing.T) {
	app, all := readManifest(t), production(t)
	scalers, budgets := all.of("HorizontalPodAutoscaler"), all.of("PodDisruptionBudget")
	public := 0
	for function := range app.Component {
		if !app.isPublic(function) {
			continue
		}
		public++
		spec := at(all.of("SpinApp")[function], "spec")
		replicas := at(spec, "replicas")
		if at(spec, "enableAutoscaling") == true {
			replicas = at(scalers[function], "spec", "minReplicas")
		}
		if replicas != 2.0 {
			t.Errorf("%s has %v replicas", function, replicas)
		}
		selected := text(budgets[function], "spec", "selector", "matchLabels", "app.kubernetes.io/name")
		if selected != function || at(spec, "podLabels", "app.kubernetes.io/name") != function {
			t.Errorf("%s has no disruption budget", function)
		}
	}
	if public < 7 {
		t.Errorf("people reach only %d functions", public)
	}
}

func (app manifest) isPublic(function string) bool {
	for _, trigger := range app.Trigger.HTTP {
		route, _ := trigger.Route.(string)
		if trigger.Component == function && !strings.HasPrefix(route, "/internal") {
			return true
		}
	}
	return false
}
