// Checks of the chart, without a cluster and with a real API server. `cargo dev cluster` runs them.
module taskflow/verify

go 1.26

require (
	github.com/BurntSushi/toml v1.6.0
	sigs.k8s.io/yaml v1.6.0
)

require go.yaml.in/yaml/v2 v2.4.2 // indirect
