package verify

import (
	"strconv"
	"strings"
	"testing"
)

// amount of a quantity, in cores or MiB.
func amount(t *testing.T, quantity string) float64 {
	t.Helper()
	units := map[string]float64{"m": 0.001, "Mi": 1, "Gi": 1024, "": 1}
	number := strings.TrimRight(quantity, "mMGi")
	value, err := strconv.ParseFloat(number, 64)
	factor, known := units[strings.TrimPrefix(quantity, number)]
	if err != nil || !known {
		t.Fatalf("%q is no quantity", quantity)
	}
	return value * factor
}

func TestTheQuotaHasRoomForAllReplicasAtTheirMaximumAndARollout(t *testing.T) {
	checkQuota(t)
}

func TestTheQuotaHasRoomForACanaryToo(t *testing.T) {
	checkQuota(t, "canary.functions="+newer, "canary.weight=50")
}

func checkQuota(t *testing.T, set ...string) {
	for _, environment := range environments {
		output, err := helm(t, arguments("1.37.0", environment.files, append(append([]string{}, environment.set...), set...))...)
		if err != nil {
			t.Fatal(err)
		}
		all := parse(t, output)
		scalers := all.of("HorizontalPodAutoscaler")
		var pods, cores, memory float64
		// One more of each, as a new pod is there before an old one goes.
		add := func(replicas any, name string, requests any) {
			count, _ := replicas.(float64)
			if most, isScaled := at(scalers[name], "spec", "maxReplicas").(float64); isScaled {
				count = most
			}
			pods += count + 1
			cores += (count + 1) * amount(t, text(requests, "cpu"))
			memory += (count + 1) * amount(t, text(requests, "memory"))
		}
		for name, app := range all.of("SpinApp") {
			add(at(app, "spec", "replicas"), name, at(app, "spec", "resources", "requests"))
		}
		for _, kind := range []string{"Deployment", "StatefulSet"} {
			for name, workload := range all.of(kind) {
				replicas := at(workload, "spec", "replicas")
				for _, container := range list(workload, "spec", "template", "spec", "containers") {
					add(replicas, name, at(container, "resources", "requests"))
				}
				if annotations := at(workload, "spec", "template", "metadata", "annotations"); annotations != nil {
					add(replicas, name, object{"cpu": at(annotations, "dapr.io/sidecar-cpu-request"),
						"memory": at(annotations, "dapr.io/sidecar-memory-request")})
				}
			}
		}
		hard := at(all.of("ResourceQuota")["taskflow"], "spec", "hard")
		for resource, needed := range map[string]float64{"pods": pods, "requests.cpu": cores, "requests.memory": memory} {
			if limit := amount(t, text(hard, resource)); needed > limit {
				t.Errorf("%s: %s is limited to %v, and %v may be needed", environment.name, resource, limit, needed)
			}
		}
		if pods < 20 {
			t.Errorf("%s: only %v pods were found", environment.name, pods)
		}
	}
}
