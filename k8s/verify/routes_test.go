package verify

import (
	"strings"
	"testing"
)

// route is a rule as a gateway sees it.
type route struct {
	kind, path, service, rewritten string
}

func routes(all objects) []route {
	var found []route
	for name, one := range all.of("HTTPRoute") {
		if name == "to-https" {
			continue
		}
		for _, rule := range list(one, "spec", "rules") {
			service := text(list(rule, "backendRefs")[0], "name")
			rewritten := ""
			for _, filter := range list(rule, "filters") {
				rewritten = text(filter, "urlRewrite", "path", "replaceFullPath")
			}
			for _, match := range list(rule, "matches") {
				found = append(found, route{text(match, "path", "type"), text(match, "path", "value"), service, rewritten})
			}
		}
	}
	return found
}

// reach returns where a gateway sends a path: an exact match wins, then the longest prefix.
func reach(all []route, path string) route {
	best := route{}
	for _, one := range all {
		switch {
		case one.kind == "Exact" && one.path == path:
			return one
		case one.kind == "PathPrefix" && len(one.path) > len(best.path) &&
			(one.path == "/" || path == one.path || strings.HasPrefix(path, one.path+"/")):
			best = one
		}
	}
	return best
}

func TestEveryPublicRouteOfSpinTomlReachesItsFunctionAndNoInternalOne(t *testing.T) {
	app, all := readManifest(t), routes(production(t))
	for _, trigger := range app.Trigger.HTTP {
		path, isPublic := trigger.Route.(string)
		if !isPublic {
			continue
		}
		path = strings.Replace(path, "/:well_known/", "/.well-known/", 1)
		path = strings.Replace(path, "/...", "/anything", 1)
		found := reach(all, path)
		if strings.HasPrefix(path, "/internal") {
			if found.rewritten != "/not-public" {
				t.Errorf("%s is open to everybody", path)
			}
			continue
		}
		expected := trigger.Component
		if expected == "realtime" {
			// By the proxy that holds streams.
			expected = "streams"
		}
		if found.service != expected || found.rewritten != "" {
			t.Errorf("%s reaches %+v instead of %s", path, found, expected)
		}
	}
	for _, path := range []string{"/metrics", "/metrics/x", "/internal", "/internal/audit/events"} {
		if found := reach(all, path); found.rewritten != "/not-public" {
			t.Errorf("%s is open to everybody: %+v", path, found)
		}
	}
	for path, service := range map[string]string{"/": "ops", "/api/tasks": "tasks", "/api/tasks/x/complete": "tasks",
		"/api/tasksx": "ops", "/api/sync": "tasks", "/api/sync/x": "ops", "/internals": "ops"} {
		if found := reach(all, path); found.service != service {
			t.Errorf("%s reaches %s instead of %s", path, found.service, service)
		}
	}
}

func TestWithoutPushpinTheFunctionHoldsStreamsItself(t *testing.T) {
	all := production(t, "pushpin.enabled=false")
	if found := reach(routes(all), "/api/events"); found.service != "realtime" {
		t.Errorf("streams go to %s", found.service)
	}
	for _, binding := range list(all.of("SpinApp")["realtime"], "spec", "variables") {
		if text(binding, "name") == "grip_publish" && text(binding, "value") != "" {
			t.Errorf("messages go to %s", text(binding, "value"))
		}
	}
}

func TestMessagesGoToEveryPushpin(t *testing.T) {
	all := production(t)
	replicas := at(all.of("StatefulSet")["pushpin"], "spec", "replicas")
	for _, binding := range list(all.of("SpinApp")["realtime"], "spec", "variables") {
		if text(binding, "name") == "grip_publish" {
			if addresses := strings.Split(text(binding, "value"), ","); float64(len(addresses)) != replicas {
				t.Errorf("%v replicas, and messages go to %v", replicas, addresses)
			}
		}
	}
}

// A stream would end at the time-out of other requests, and a request without one would hang with the database.
func TestOnlyStreamsHaveNoTimeOut(t *testing.T) {
	for name, one := range production(t).of("HTTPRoute") {
		for _, rule := range list(one, "spec", "rules") {
			if len(list(rule, "filters")) > 0 {
				continue
			}
			expected := "15s"
			if name == "realtime" {
				expected = "0s"
			}
			if found := text(rule, "timeouts", "request"); found != expected {
				t.Errorf("a request to %s may take %q", name, found)
			}
		}
	}
}

func TestAnAddressWithoutANameHasNeitherHostNamesNorACertificate(t *testing.T) {
	output, err := helm(t, arguments("1.37.0", environments[0].files, environments[0].set)...)
	if err != nil {
		t.Fatal(err)
	}
	all := parse(t, output)
	for name, one := range all.of("HTTPRoute") {
		if at(one, "spec", "hostnames") != nil {
			t.Errorf("%s has host names", name)
		}
	}
	if len(all.of("Certificate")) != 0 || len(list(all.of("Gateway")["taskflow"], "spec", "listeners")) != 1 {
		t.Error("there is TLS for http://127.0.0.1:8080")
	}
}
