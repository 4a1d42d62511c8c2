#!/usr/bin/env bash
# Releases step by step: a new release of the functions runs beside the old one, first for nobody but its check, then
# for a growing share of all requests, and at last for everybody. If a check fails, or more requests fail than before,
# everything is as it was. The schema stays, as the old release works with it.
#
#   k8s/canary.sh --functions IMAGE --taskflow IMAGE [--spin IMAGE] [--namespace taskflow] [--release taskflow]
#                 [--steps 10,50] [--watch 60] [--most 1] [--metrics URL]
#
# --spin is the new images.spin, where that has the functions in it.
# --steps are percents of the requests, and --watch the seconds for which each of them is looked at. It is given up if
# more than --most percent of these requests fail. --metrics is the address of TaskFlow's /metrics, where kubectl cannot
# forward a port; METRICS_TOKEN is its token then.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
namespace=taskflow release=taskflow functions='' taskflow='' spin='' steps=10,50 watch=60 most=1 url=''

fail() {
    echo "error: $*" >&2
    exit 1
}

while (($#)); do
    (($# > 1)) || fail "$1 needs a value; the head of this file shows how it is used"
    case $1 in
    --functions) functions=$2 ;;
    --taskflow) taskflow=$2 ;;
    --spin) spin=$2 ;;
    --namespace) namespace=$2 ;;
    --release) release=$2 ;;
    --steps) steps=$2 ;;
    --watch) watch=$2 ;;
    --most) most=$2 ;;
    --metrics) url=$2 ;;
    *) fail "$1 is unknown; the head of this file shows how it is used" ;;
    esac
    shift 2
done
[[ -n $functions && -n $taskflow ]] || fail "say what is new: --functions IMAGE --taskflow IMAGE"
[[ $steps =~ ^[0-9]+(,[0-9]+)*$ ]] || fail "--steps are percents, as 10,50"
[[ $watch =~ ^[0-9]+$ && $most =~ ^[0-9]+$ ]] || fail "--watch is a number of seconds, and --most a percent"
for program in kubectl helm curl; do
    command -v "$program" >/dev/null || fail "$program is missing: install it and try again"
done
before=$(helm history "$release" --namespace "$namespace" --max 1 --output json 2>/dev/null |
    sed -n 's/.*"revision": *\([0-9]*\).*"status": *"deployed".*/\1/p')
[[ -n $before ]] || fail "the release $release in the namespace $namespace is not deployed: helm history $release \
--namespace $namespace"

work=$(mktemp -d)
forwarder=''
# shellcheck disable=SC2329 # The trap calls it.
finish() {
    [[ -z $forwarder ]] || kill "$forwarder" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

if [[ -z $url ]]; then
    kubectl --namespace "$namespace" port-forward service/ops :80 >"$work/port" 2>&1 &
    forwarder=$!
    for _ in {1..50}; do
        port=$(sed -n 's/^Forwarding from 127.0.0.1:\([0-9]*\).*/\1/p' "$work/port")
        [[ -z $port ]] || break
        sleep 0.1
    done
    [[ -n $port ]] || fail "kubectl cannot forward a port of the function ops: $(cat "$work/port")"
    url=http://127.0.0.1:$port/metrics
    METRICS_TOKEN=$(kubectl --namespace "$namespace" get secret taskflow-functions \
        --output 'jsonpath={.data.metrics_token}' | base64 --decode)
fi

# Prints how many requests there were so far, and how many of them failed. TaskFlow does not count those that it could
# not answer without its database: the check would have noticed.
requests() {
    # The token comes by standard input, where no list of processes shows it.
    curl --fail --silent --show-error --retry 3 --retry-all-errors --max-time 10 --config - "$url" \
        <<<"header = \"Authorization: Bearer ${METRICS_TOKEN:-}\"" >"$work/metrics" || return 1
    awk '/^taskflow_requests_total[{]/ { all += $NF; if ($0 ~ /status="5/) failed += $NF }
         END { printf "%d %d\n", all, failed }' "$work/metrics"
}

# Changes the release, checks it, and goes back to what was before if that fails.
change() {
    local values=() pair
    for pair in "$@"; do values+=(--set "$pair"); done
    helm upgrade "$release" "$root/k8s/chart" --namespace "$namespace" --reset-then-reuse-values "${values[@]}" \
        --wait --timeout 15m >/dev/null 2>"$work/reason" ||
        back "$(grep -v 'found symbolic link' "$work/reason" || true)"
}

back() {
    echo "  $1" >&2
    helm rollback "$release" "$before" --namespace "$namespace" --wait --timeout 15m >/dev/null 2>&1 ||
        fail "the new release is no good, and the old one does not come back: helm history $release \
--namespace $namespace"
    fail "the new release is no good: everybody has the old one again"
}

echo "· the canary, for its check only"
change "images.taskflow=$taskflow" "canary.functions=$functions" "canary.spin=$spin" canary.weight=0
for weight in ${steps//,/ }; do
    echo "· $weight percent"
    change "canary.weight=$weight"
    [[ $weight != 0 && $watch != 0 ]] || continue
    read -r all failed < <(requests) || back "the metrics of TaskFlow cannot be read at $url"
    sleep "$watch"
    read -r all_then failed_then < <(requests) || back "the metrics of TaskFlow cannot be read at $url"
    all=$((all_then - all)) failed=$((failed_then - failed))
    echo "  $failed of $all requests failed"
    ((failed * 100 <= most * all)) || back "that is more than $most percent"
done
echo "· everybody"
change "images.functions=$functions" ${spin:+"images.spin=$spin"} canary.functions= canary.spin= canary.weight=0
echo "released"
