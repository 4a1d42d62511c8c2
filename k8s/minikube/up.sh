#!/usr/bin/env bash
# All of TaskFlow on one machine with Minikube: Kafka, Postgres, Dapr, SpinKube, a gateway, and the functions. Run
# again, it deploys only what has changed. Prints an address that answers. What is in it survives `minikube stop`.
#
#   k8s/minikube/up.sh [--monitoring]
#
# The machine needs Docker, minikube, kubectl, helm, Rust and Go, and at least 4 processors, 10 GiB of memory and 40 GiB
# of free disk. The first run downloads about 3 GiB.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
profile=taskflow namespace=taskflow kubernetes=v1.36.2
cpus=4 memory_gib=8 machine_gib=10 disk_gib=40
url=http://127.0.0.1:8080
parts=envoy-gateway,strimzi,cloudnative-pg values=()

fail() {
    echo "error: $*" >&2
    exit 1
}

case ${1:-} in
'') ;;
--monitoring) parts+=,monitoring values=(--set monitoring.enabled=true) ;;
*) fail "$1 is unknown: k8s/minikube/up.sh takes --monitoring and nothing else" ;;
esac

# ── the machine ──
for program in docker minikube kubectl helm cargo curl; do
    command -v "$program" >/dev/null || fail "$program is missing: install it and try again (docs/minikube.md)"
done
docker info >/dev/null 2>&1 || fail "Docker does not answer: start it, and let this user use it"
exists=$(minikube profile list --output json 2>/dev/null | grep -c "\"Name\":\"$profile\"" || true)
if ((exists == 0)); then
    # What Docker has, which on a Mac is less than the machine has.
    has_cpus=$(docker info --format '{{.NCPU}}')
    has_gib=$(($(docker info --format '{{.MemTotal}}') / 1024 / 1024 / 1024 + 1))
    free_gib=$(df -Pk "$HOME" | awk 'NR == 2 { print int($4 / 1024 / 1024) }')
    ((has_cpus >= cpus)) || fail "Docker has $has_cpus processors, and TaskFlow needs $cpus"
    ((has_gib >= machine_gib)) || fail "Docker has $has_gib GiB of memory, and TaskFlow needs $machine_gib"
    ((free_gib >= disk_gib)) || fail "$HOME has $free_gib GiB of free disk, and TaskFlow needs $disk_gib"
    for port in 8080 30500; do
        ! curl --silent --output /dev/null --max-time 2 "http://127.0.0.1:$port" ||
            fail "something else listens on port $port of this machine: stop it, and try again"
    done
fi

# ── the cluster ──
echo "· Minikube"
minikube start --profile "$profile" --driver docker --container-runtime containerd --cni calico \
    --kubernetes-version "$kubernetes" --cpus "$cpus" --memory "${memory_gib}g" --disk-size "${disk_gib}g" \
    --ports 127.0.0.1:8080:30080 --ports 127.0.0.1:30500:30500 --keep-context --wait all >/dev/null ||
    fail "Minikube does not start: minikube logs --profile $profile"
# For this script alone: the context that you use stays yours.
config=$(kubectl config view --raw --flatten --minify --context "$profile") ||
    fail "kubectl has no context for $profile: minikube update-context --profile $profile"
KUBECONFIG=$(mktemp)
export KUBECONFIG
trap 'rm -f "$KUBECONFIG"' EXIT
printf '%s\n' "$config" >"$KUBECONFIG"
docker exec -i "$profile" bash -s <"$root/k8s/minikube/node.sh" || fail "cannot set up containerd on the node"
kubectl label node --all --overwrite spin=true >/dev/null

"$root/k8s/platform/install.sh" --namespace "$namespace" --with "$parts"
kubectl apply --server-side --filename "$root/k8s/minikube/gateway.yaml" --filename "$root/k8s/minikube/registry.yaml" \
    >/dev/null
kubectl --namespace registry rollout status deployment/registry --timeout 5m >/dev/null ||
    fail "the registry does not start: kubectl --namespace registry get pods"

# ── TaskFlow ──
echo "· images"
# It prints a line for each, as taskflow@sha256:…
images=$(cd "$root" && cargo dev images app taskflow --push localhost:30500) || fail "the images could not be made"
functions=$(grep '^taskflow-app@sha256:' <<<"$images") taskflow=$(grep '^taskflow@sha256:' <<<"$images") ||
    fail "cargo dev images did not name its images: $images"

echo "· secrets"
OWNER_PASSWORD=$(kubectl --namespace data get secret postgres-app --output 'jsonpath={.data.password}' | base64 --decode)
export OWNER_PASSWORD
"$root/k8s/secrets.sh" --namespace "$namespace" --database-host postgres-rw.data --database-tls disable |
    sed '/ exists$/d'

echo "· TaskFlow"
helm upgrade --install taskflow "$root/k8s/chart" --namespace "$namespace" \
    --values "$root/k8s/chart/values-minikube.yaml" "${values[@]}" \
    --set "images.functions=localhost:30500/$functions" --set "images.taskflow=localhost:30500/$taskflow" \
    --set "verify.url=http://$(minikube ip --profile "$profile"):30080" \
    --wait --timeout 15m 2> >(grep -v 'found symbolic link' >&2) >/dev/null ||
    fail "TaskFlow does not become ready; the reason is above. kubectl --context $profile --namespace $namespace get pods"

"$root/k8s/check.sh" "$url" --namespace "$namespace"
echo "ready $url"
