package verify

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

func TestEveryAlertHasARunbookAndEveryRunbookAnAlert(t *testing.T) {
	pages, err := os.ReadFile(root + "/docs/runbooks.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]bool{}
	for _, match := range regexp.MustCompile(`(?m)^## (\w+)$`).FindAllStringSubmatch(string(pages), -1) {
		sections[match[1]] = true
	}
	for _, rule := range alerts(t) {
		alert := text(rule, "alert")
		if !sections[alert] || !strings.HasSuffix(text(rule, "annotations", "runbook_url"), "#"+strings.ToLower(alert)) {
			t.Errorf("docs/runbooks.md has no section %s", alert)
		}
		delete(sections, alert)
	}
	for section := range sections {
		t.Errorf("docs/runbooks.md has the section %s, and there is no such alert", section)
	}
}

// A metric that TaskFlow does not have would never be noticed: the alert would be silent.
func TestAlertsLookAtMetricsThatTaskFlowHas(t *testing.T) {
	source, err := os.ReadFile(root + "/functions/ops/src/metrics.rs")
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range alerts(t) {
		for _, metric := range regexp.MustCompile(`taskflow_\w+`).FindAllString(text(rule, "expr"), -1) {
			if !strings.Contains(string(source), `"`+metric+`"`) {
				t.Errorf("%s looks at %s, which functions/ops does not have", text(rule, "alert"), metric)
			}
		}
	}
}

func alerts(t *testing.T) []any {
	t.Helper()
	var found []any
	for _, group := range list(production(t).of("PrometheusRule")["taskflow"], "spec", "groups") {
		found = append(found, list(group, "rules")...)
	}
	if len(found) < 10 {
		t.Fatalf("there are only %d alerts", len(found))
	}
	return found
}

func TestAlertsComeWhenTheyShould(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is missing (Debian: prometheus), so alerts are not played")
	}
	rules, err := yaml.Marshal(object{"groups": at(production(t).of("PrometheusRule")["taskflow"], "spec", "groups")})
	if err != nil {
		t.Fatal(err)
	}
	cases, err := os.ReadFile("testdata/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for name, content := range map[string][]byte{"rules.yaml": rules, "alerts.yaml": cases} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command(promtool, "test", "rules", "alerts.yaml")
	command.Dir = folder
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("%s", output)
	}
}
