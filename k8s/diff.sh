#!/usr/bin/env bash
# Shows what the changes since a commit do to what the chart renders, for every values file.
#
#   k8s/diff.sh [COMMIT]        origin/main unless another one is named
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
commit=${1:-origin/main}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "error: $*" >&2
    exit 1
}

command -v helm >/dev/null || fail "helm is missing: install it and try again"
git -C "$root" rev-parse --quiet --verify "$commit^{commit}" >/dev/null || fail "there is no commit $commit"
mkdir "$work/source"
git -C "$root" archive "$commit" k8s/chart dapr spin.toml | tar -x -C "$work/source" || fail "$commit has no chart"

# Renders values files of a tree into a folder, an object in each file.
render() {
    local tree=$1 to=$2 file values=()
    shift 2
    for file in "$@"; do values+=(--values "$tree/k8s/chart/$file"); done
    mkdir -p "$to"
    helm template taskflow "$tree/k8s/chart" --namespace taskflow --kube-version 1.37.0 "${values[@]}" \
        --set images.functions=registry.local/functions@sha256:"$(printf '0%.0s' {1..64})" \
        --set images.taskflow=registry.local/taskflow@sha256:"$(printf '0%.0s' {1..64})" \
        --set publicUrl=https://taskflow.example.com --set database.host=db.example.com \
        --set broker.metadata.brokers=kafka.example.com:9092 >"$work/rendered" 2>"$work/reason" ||
        fail "$* of ${tree#"$work"/} cannot be rendered: $(grep -v 'symbolic link' "$work/reason")"
    awk -v to="$to" '
        function flush() {
            if (kind != "") { file = to "/" kind "-" name ".yaml"; printf "%s", text > file; close(file) }
            kind = name = text = ""
        }
        /^---$/ { flush(); next }
        /^kind: / && kind == "" { kind = $2 }
        /^  name: / && name == "" { name = $2 }
        { text = text $0 "\n" }
        END { flush() }' "$work/rendered"
}

for files in values-minikube.yaml values-staging.yaml values-production.yaml \
    "values-production.yaml examples/digitalocean.yaml" "values-production.yaml examples/gke.yaml" \
    "values-production.yaml examples/aks.yaml"; do
    read -ra list <<<"$files"
    name=$(basename "${list[-1]}" .yaml)
    render "$work/source" "$work/before/$name" "${list[@]}"
    render "$root" "$work/after/$name" "${list[@]}"
done
status=0
(cd "$work" && git --no-pager diff --no-index --stat --patch before after) || status=$?
((status <= 1)) || fail "git cannot compare"
