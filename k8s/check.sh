#!/usr/bin/env bash
# Proves that an installation works: what Kubernetes says of it, that nothing internal is public, and, by
# `taskflow check`, that a task goes through all of it. Ends with the first thing that does not hold.
#
#   k8s/check.sh URL [--namespace taskflow]
#
# Without a cluster that kubectl reaches, or where the namespace is not, only what people see is checked.
# TASKFLOW names the program `taskflow`, unless it is on the PATH or `cargo dev check` is there for it.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

fail() {
    echo "error: $*" >&2
    exit 1
}

[[ ${1:-} == http*://* ]] || fail "say which installation: k8s/check.sh https://taskflow.example.com"
url=${1%/} namespace=taskflow
shift
while (($#)); do
    [[ $1 == --namespace && $# -gt 1 ]] || fail "$1 is unknown: k8s/check.sh takes URL and --namespace NAME"
    namespace=$2
    shift 2
done
command -v curl >/dev/null || fail "curl is missing: install it and try again"

in_namespace() { kubectl --namespace "$namespace" "$@"; }

# Prints a line for each workload that has fewer pods than it should.
unready() {
    local fields='{.kind} {.metadata.name} {.spec.replicas} {.status.readyReplicas}'
    fields+=' {.metadata.generation} {.status.observedGeneration}'
    in_namespace get deployments,statefulsets --output "jsonpath={range .items[*]}$fields{\"\\n\"}{end}" |
        awk 'NF < 6 || $4 < $3 || $6 < $5 { print $1, $2 }'
}

# Prints the names of certificates that cert-manager could not issue or renew.
unissued() {
    local failed='?(@.type=="Ready")'
    in_namespace get certificates.cert-manager.io --output \
        "jsonpath={range .items[*]}{.metadata.name} {.status.conditions[$failed].status}{\"\\n\"}{end}" 2>/dev/null |
        awk '$2 != "True" { print $1 }'
}

# Runs a command with the local port of a forwarded Service: service, its port, command.
forwarded() {
    local service=$1 port=$2 log found='' status=0
    shift 2
    log=$(mktemp)
    in_namespace port-forward "service/$service" ":$port" >"$log" 2>&1 &
    local forwarder=$!
    for _ in {1..50}; do
        found=$(sed -n 's/^Forwarding from 127.0.0.1:\([0-9]*\).*/\1/p' "$log")
        [[ -z $found ]] || break
        sleep 0.1
    done
    if [[ -n $found ]]; then "$@" "$found" || status=$?; else status=1; fi
    kill "$forwarder" 2>/dev/null || true
    rm -f "$log"
    return "$status"
}

metrics() {
    local token
    token=$(in_namespace get secret taskflow-functions --output 'jsonpath={.data.metrics_token}' | base64 --decode)
    # The token comes by standard input, where no list of processes shows it.
    curl --fail --silent --max-time 10 --config - "http://127.0.0.1:$1/metrics" \
        <<<"header = \"Authorization: Bearer $token\"" | grep -q '^taskflow_postgres_up 1$'
}

# Prometheus has heard of TaskFlow within the last minutes.
prometheus() {
    curl --fail --silent --max-time 10 --get "http://127.0.0.1:$1/api/v1/query" \
        --data-urlencode "query=max(taskflow_postgres_up{namespace=\"$watched\"})" | grep -q '"value":\[[0-9.]*,"1"\]'
}

if command -v kubectl >/dev/null && in_namespace get service ops >/dev/null 2>&1; then
    echo "· workloads"
    missing=$(unready)
    [[ -z $missing ]] || fail "not all pods of these are ready: ${missing//$'\n'/, }"
    echo "· certificates"
    missing=$(unissued || true)
    [[ -z $missing ]] || fail "not ready: the certificates ${missing//$'\n'/, }. kubectl describe certificate says why"
    echo "· metrics"
    forwarded ops 80 metrics || fail "the function ops shows no metrics: kubectl --namespace $namespace logs deploy/ops"
    watched=$namespace
    if kubectl --namespace monitoring get service monitoring-prometheus >/dev/null 2>&1 &&
        in_namespace get servicemonitor taskflow >/dev/null 2>&1; then
        echo "· monitoring"
        namespace=monitoring forwarded monitoring-prometheus 9090 prometheus ||
            fail "Prometheus does not read TaskFlow's metrics: look at its page /targets"
    fi
fi

echo "· what is not public"
for path in /metrics /internal/housekeeping; do
    status=$(curl --silent --output /dev/null --max-time 20 --write-out '%{http_code}' --request POST "$url$path") ||
        fail "$url does not answer"
    [[ $status == 404 || $status == 405 ]] || fail "$url$path answers $status to everybody: it is for the cluster only"
done

if [[ -n ${TASKFLOW:-} ]]; then
    "$TASKFLOW" check "$url"
elif command -v taskflow >/dev/null; then
    taskflow check "$url"
else
    command -v cargo >/dev/null || fail "neither taskflow nor cargo is here: put the program taskflow on the PATH"
    (cd "$root" && cargo dev check "$url")
fi
