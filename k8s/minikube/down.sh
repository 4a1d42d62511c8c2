#!/usr/bin/env bash
# Stops what up.sh has started. Everything in it stays, and up.sh continues with it. With --delete nothing stays.
set -euo pipefail

profile=taskflow

fail() {
    echo "error: $*" >&2
    exit 1
}

command -v minikube >/dev/null || fail "minikube is missing, so there is nothing to stop"
case ${1:-} in
'') minikube stop --profile "$profile" || fail "Minikube does not stop: minikube status --profile $profile" ;;
--delete) minikube delete --profile "$profile" || fail "Minikube cannot delete its cluster" ;;
*) fail "$1 is unknown: k8s/minikube/down.sh takes --delete and nothing else" ;;
esac
