package verify

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// kafka stands in for Kafka's programs: it writes down how it is called and keeps each topic as a file.
const kafka = `#!/usr/bin/env bash
cd "$(dirname "$0")"
while (($#)); do
    case $1 in
    --command-config) cat "$2" >> properties; shift ;;
    --topic | --entity-name) topic=$2; shift ;;
    --partitions) partitions=$2; shift ;;
    --replication-factor) copies=$2; shift ;;
    --config | --add-config) config=$2; shift ;;
    --bootstrap-server | --entity-type) shift ;;
    --list | --create | --describe | --alter) action=$1 ;;
    esac
    shift
done
[[ ! -e broken ]] || { echo "the broker says no" >&2; exit 1; }
mkdir -p topics
case $action in
--list) ls topics ;;
--describe) cat "topics/$topic" ;;
--create)
    echo "create $topic $partitions $copies" >> calls
    printf 'Topic: %s\tPartitionCount: %s\tConfigs: %s\n' "$topic" "$partitions" "$config" > "topics/$topic" ;;
--alter)
    echo "alter $topic ${partitions:-} ${config:-}" >> calls
    [[ -z ${partitions:-} ]] || sed -i "s/PartitionCount: [0-9]*/PartitionCount: $partitions/" "topics/$topic"
    [[ -z ${config:-} ]] || sed -i "s/Configs: .*/Configs: $config/" "topics/$topic" ;;
esac
`

// createTopics runs the job's script, and returns its output.
func createTopics(t *testing.T, folder, topics string, environment ...string) (string, error) {
	t.Helper()
	for _, name := range []string{"kafka-topics.sh", "kafka-configs.sh"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(kafka), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "wanted"), []byte(topics), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("bash", chart+"/files/create-topics.sh")
	command.Env = append(append(os.Environ(), "KAFKA="+folder, "TOPICS="+filepath.Join(folder, "wanted"),
		"BROKERS=kafka:9092", "AUTH_TYPE=none"), environment...)
	output, err := command.CombinedOutput()
	return string(output), err
}

func calls(folder string) string {
	content, _ := os.ReadFile(filepath.Join(folder, "calls"))
	_ = os.Remove(filepath.Join(folder, "calls"))
	return strings.TrimSpace(string(content))
}

func TestTopicsThatAreMissingAreMadeAndOthersGetTheirPartitionsAndRetention(t *testing.T) {
	folder := t.TempDir()
	for _, one := range []struct{ topics, expected string }{
		{"events 6 3 1000\nletters 1 3 2000\n", "create events 6 3\ncreate letters 1 3"},
		{"events 6 3 1000\nletters 1 3 2000\n", ""},
		{"events 8 3 1000\nletters 1 3 2500\n", "alter events 8\nalter letters  retention.ms=2500"},
		// Kafka cannot take partitions away.
		{"events 4 3 1000\nletters 1 3 2500\n", ""},
	} {
		if output, err := createTopics(t, folder, one.topics); err != nil {
			t.Fatal(output)
		}
		if found := calls(folder); found != strings.TrimSpace(strings.ReplaceAll(one.expected, "8\n", "8 \n")) {
			t.Errorf("for %q it did %q instead of %q", one.topics, found, one.expected)
		}
	}
}

func TestThePasswordOfTheBrokerReachesKafkaAsItIs(t *testing.T) {
	folder := t.TempDir()
	output, err := createTopics(t, folder, "events 1 1 1000\n", "AUTH_TYPE=password", "SASL_MECHANISM=SHA-512",
		"SASL_USERNAME=taskflow", `SASL_PASSWORD=a"b\c`)
	if err != nil {
		t.Fatal(output)
	}
	properties, _ := os.ReadFile(filepath.Join(folder, "properties"))
	for _, expected := range []string{
		"security.protocol=SASL_SSL\n", "sasl.mechanism=SCRAM-SHA-512\n", "scram.ScramLoginModule required ",
		// Java reads "a\"b\\c" from it, and JAAS what is between the quotes.
		`password="a\\"b\\\\c";`,
	} {
		if !strings.Contains(string(properties), expected) {
			t.Errorf("it does not have %q: %s", expected, properties)
		}
	}
}

func TestTopicsThatCannotBeMadeAreNamed(t *testing.T) {
	folder := t.TempDir()
	if output, err := createTopics(t, folder, "events 1 1 1000\n", "AUTH_TYPE=oidc"); err == nil ||
		!strings.Contains(output, "this job knows none, password and certificate") {
		t.Errorf("an unknown authType: %s", output)
	}
	if output, err := createTopics(t, folder, "events 1 1 1000\n", "AUTH_TYPE=password"); err == nil ||
		!strings.Contains(output, "SASL_USERNAME: is missing in the Secret of the broker") {
		t.Errorf("no user: %s", output)
	}
	if err := os.WriteFile(filepath.Join(folder, "broken"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if output, err := createTopics(t, folder, "events 1 1 1000\n"); err == nil ||
		!strings.Contains(output, "error: cannot list the topics of kafka:9092") {
		t.Errorf("a broker that is broken: %s", output)
	}
}
