package apiserver

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// operate stands in for SpinKube's operator, which cannot be had here: it makes of each SpinApp the Deployment and the
// Service that the operator 0.6.1 makes, as its sources say.
func operate() {
	for ; ; time.Sleep(200 * time.Millisecond) {
		apps, err := request("GET", "/apis/core.spinkube.dev/v1alpha1/spinapps", nil, nil)
		if err != nil {
			// The server ends before this does.
			continue
		}
		items, _ := apps["items"].([]any)
		for _, item := range items {
			if err := reconcile(item.(object)); err != nil {
				fmt.Fprintln(os.Stderr, "operator:", err)
			}
		}
	}
}

func reconcile(app object) error {
	metadata, spec := app["metadata"].(object), app["spec"].(object)
	if metadata["deletionTimestamp"] != nil {
		return nil
	}
	namespace, name := metadata["namespace"].(string), metadata["name"].(string)
	executor, err := request("GET",
		"/apis/core.spinkube.dev/v1alpha1/namespaces/"+namespace+"/spinappexecutors/"+spec["executor"].(string), nil, nil)
	if err != nil {
		return err
	}
	config, _ := executor["spec"].(object)["deploymentConfig"].(object)
	ready := object{"core.spinkube.dev/app-name": name, "core.spinkube.dev/app." + name + ".status": "ready"}
	owner := []any{object{"apiVersion": "core.spinkube.dev/v1alpha1", "kind": "SpinApp", "name": name,
		"uid": metadata["uid"], "controller": true, "blockOwnerDeletion": true}}
	container := object{
		"name": name, "image": spec["image"], "env": environment(spec), "resources": spec["resources"],
		"ports": []any{object{"name": "http-app", "containerPort": 80}},
	}
	for probe, check := range members(spec["checks"]) {
		container[probe+"Probe"] = probeOf(check.(object))
	}
	pod := object{"serviceAccountName": spec["serviceAccountName"], "imagePullSecrets": spec["imagePullSecrets"]}
	if class := config["runtimeClassName"]; class != nil {
		pod["runtimeClassName"] = class
		container["command"] = []any{"/"}
	} else {
		container["image"] = config["spinImage"]
		container["args"] = []any{"up", "--listen", "0.0.0.0:80", "-f", spec["image"]}
	}
	pod["containers"] = []any{container}
	labels := object{}
	for label, value := range members(spec["podLabels"]) {
		labels[label] = value
	}
	for label, value := range ready {
		labels[label] = value
	}
	desired := object{
		"selector": object{"matchLabels": ready},
		"template": object{"metadata": object{"labels": labels, "annotations": spec["podAnnotations"]}, "spec": pod},
	}
	if spec["enableAutoscaling"] != true {
		desired["replicas"] = spec["replicas"]
	}
	about := func(annotations any) object {
		return object{"name": name, "namespace": namespace, "annotations": annotations, "ownerReferences": owner,
			"labels": object{"core.spinkube.dev/app-name": name}}
	}
	err = apply("/apis/apps/v1/namespaces/"+namespace+"/deployments", object{"apiVersion": "apps/v1",
		"kind": "Deployment", "metadata": about(spec["deploymentAnnotations"]), "spec": desired})
	if err != nil {
		return err
	}
	port := object{"protocol": "TCP", "port": 80, "targetPort": "http-app"}
	return apply("/api/v1/namespaces/"+namespace+"/services", object{"apiVersion": "v1", "kind": "Service",
		"metadata": about(spec["serviceAnnotations"]),
		"spec": object{"type": "ClusterIP", "ports": []any{port},
			"selector": object{"core.spinkube.dev/app." + name + ".status": "ready"}}})
}

func members(value any) object {
	found, _ := value.(object)
	return found
}

func environment(spec object) []any {
	var found []any
	variables, _ := spec["variables"].([]any)
	for _, one := range variables {
		variable := object{"name": "SPIN_VARIABLE_" + strings.ToUpper(one.(object)["name"].(string))}
		for _, source := range []string{"value", "valueFrom"} {
			if value := one.(object)[source]; value != nil {
				variable[source] = value
			}
		}
		found = append(found, variable)
	}
	found = append(found, object{"name": "SPIN_HTTP_LISTEN_ADDR", "value": "0.0.0.0:80"})
	if components, _ := spec["components"].([]any); components != nil {
		found = append(found, object{"name": "SPIN_COMPONENTS_TO_RETAIN", "value": fmt.Sprint(components[0])})
	}
	return found
}

func probeOf(check object) object {
	probe := object{"httpGet": object{"path": check["httpGet"].(object)["path"], "port": 80}}
	for _, name := range []string{"initialDelaySeconds", "periodSeconds", "timeoutSeconds", "failureThreshold", "successThreshold"} {
		if value := check[name]; value != nil {
			probe[name] = value
		}
	}
	return probe
}
