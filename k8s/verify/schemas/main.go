// Command schemas makes the JSON schemas that kubeconform needs, in a folder for each Kubernetes minor and one for
// custom resources:
//
//	schemas OUTPUT CRDS VERSION=SWAGGER…
//
// Everything that a schema does not name is refused, so that a typing error in a template is one in the tests.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

type object = map[string]any

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) < 2 {
		return fmt.Errorf("usage: schemas OUTPUT CRDS VERSION=SWAGGER…")
	}
	output, crds := arguments[0], arguments[1]
	for _, pair := range arguments[2:] {
		version, swagger, _ := strings.Cut(pair, "=")
		if err := ofKubernetes(filepath.Join(output, version), swagger); err != nil {
			return err
		}
	}
	files, err := filepath.Glob(filepath.Join(crds, "*", "*.yaml"))
	if err != nil {
		return err
	}
	for _, file := range files {
		// Dapr 1.18 has everything that 1.14 has, and the chart has to fit both.
		if err := ofCustomResources(filepath.Join(output, filepath.Base(filepath.Dir(file))), file); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

// ofKubernetes writes a schema for each kind of Kubernetes' own API.
func ofKubernetes(folder, swagger string) error {
	text, err := os.ReadFile(swagger)
	if err != nil {
		return err
	}
	var document struct{ Definitions map[string]object }
	if err := json.Unmarshal(text, &document); err != nil {
		return err
	}
	for name, definition := range document.Definitions {
		close(definition)
		// Numbers and strings are both fine for these two.
		if strings.HasSuffix(name, ".IntOrString") || strings.HasSuffix(name, ".Quantity") {
			definition["type"] = []any{"string", "integer", "number"}
			delete(definition, "format")
		}
	}
	for _, definition := range document.Definitions {
		kinds, _ := definition["x-kubernetes-group-version-kind"].([]any)
		for _, kind := range kinds {
			kind := kind.(object)
			group, version := kind["group"].(string), kind["version"].(string)
			schema := object{"definitions": reachable(document.Definitions, definition)}
			for key, value := range definition {
				schema[key] = value
			}
			if err := write(folder, kind["kind"].(string), group, version, schema); err != nil {
				return err
			}
		}
	}
	return nil
}

// reachable returns the definitions that one needs.
func reachable(all map[string]object, from any) map[string]object {
	found := map[string]object{}
	var visit func(any)
	visit = func(value any) {
		switch value := value.(type) {
		case object:
			if reference, is := value["$ref"].(string); is {
				name := strings.TrimPrefix(reference, "#/definitions/")
				if _, known := found[name]; !known {
					found[name] = all[name]
					visit(all[name])
				}
			}
			for _, member := range value {
				visit(member)
			}
		case []any:
			for _, item := range value {
				visit(item)
			}
		}
	}
	visit(from)
	return found
}

// ofCustomResources writes a schema for each version of the resources that a file defines.
func ofCustomResources(folder, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for _, document := range strings.Split(string(text), "\n---") {
		var definition struct {
			Kind string
			Spec struct {
				Group    string
				Names    struct{ Kind string }
				Versions []struct {
					Name   string
					Schema struct {
						OpenAPIV3Schema object `json:"openAPIV3Schema"`
					}
				}
			}
		}
		if err := yaml.Unmarshal([]byte(document), &definition); err != nil {
			return err
		}
		if definition.Kind != "CustomResourceDefinition" {
			continue
		}
		for _, version := range definition.Spec.Versions {
			schema := version.Schema.OpenAPIV3Schema
			close(schema)
			properties, _ := schema["properties"].(object)
			for name, kind := range map[string]string{"apiVersion": "string", "kind": "string", "metadata": "object"} {
				if properties != nil && properties[name] == nil {
					properties[name] = object{"type": kind}
				}
			}
			if metadata, is := properties["metadata"].(object); is {
				delete(metadata, "additionalProperties")
			}
			if err := write(folder, definition.Spec.Names.Kind, definition.Spec.Group, version.Name, schema); err != nil {
				return err
			}
		}
	}
	return nil
}

// close refuses members that an object does not name, unless it takes any, and translates what JSON schemas do not
// know.
func close(value any) {
	switch value := value.(type) {
	case object:
		properties, _ := value["properties"].(object)
		_, isOpen := value["additionalProperties"]
		if len(properties) > 0 && !isOpen && value["x-kubernetes-preserve-unknown-fields"] != true {
			value["additionalProperties"] = false
		}
		if value["x-kubernetes-int-or-string"] == true {
			delete(value, "type")
		}
		for _, member := range value {
			close(member)
		}
		// Formats are Go's, not those of JSON schemas.
		if _, is := value["format"].(string); is {
			delete(value, "format")
		}
	case []any:
		for _, item := range value {
			close(item)
		}
	}
}

func write(folder, kind, group, version string, schema object) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	group, _, _ = strings.Cut(group, ".")
	name := strings.ToLower(kind) + "-" + version + ".json"
	if group != "" {
		name = strings.ToLower(kind) + "-" + group + "-" + version + ".json"
	}
	text, err := json.Marshal(schema)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, name), text, 0o644)
}
