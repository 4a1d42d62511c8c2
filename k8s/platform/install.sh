#!/usr/bin/env bash
# Installs what a cluster needs before TaskFlow's chart, in pinned versions, and prepares TaskFlow's namespace. Run
# again, it changes what differs. README.md says what each part is for.
#
#   k8s/platform/install.sh [--namespace taskflow] [--with PART,…] [--without PART,…] [--spin-image IMAGE]
#                           [--ca-secret NAME]
#
# Parts that are not installed unless --with names them: envoy-gateway, keda, strimzi, cloudnative-pg, monitoring.
# --without leaves out what the cluster has already: gateway-api, cert-manager, shim, spin-operator, dapr,
# metrics-server. --spin-image is what the executor `spintainer` runs, --ca-secret a Secret with the authorities that
# functions trust (key ca-certificates.crt) in place of the public ones.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
namespace=taskflow with='' without='' ca_secret='' spin_image=ghcr.io/spinframework/spin:v3.6.3
cache=${XDG_CACHE_HOME:-$HOME/.cache}/taskflow/platform
optional=(envoy-gateway keda strimzi cloudnative-pg monitoring)
usual=(gateway-api cert-manager shim spin-operator dapr metrics-server)

fail() {
    echo "error: $*" >&2
    exit 1
}

while (($#)); do
    (($# > 1)) || fail "$1 needs a value; the head of this file shows how it is used"
    case $1 in
    --namespace) namespace=$2 ;;
    --with) with=,$2, ;;
    --without) without=,$2, ;;
    --spin-image) spin_image=$2 ;;
    --ca-secret) ca_secret=$2 ;;
    *) fail "$1 is unknown; the head of this file shows how it is used" ;;
    esac
    shift 2
done
for name in ${with//,/ }; do
    [[ " ${optional[*]} " == *" $name "* ]] || fail "--with knows ${optional[*]}, and not $name"
done
for name in ${without//,/ }; do
    [[ " ${usual[*]} " == *" $name "* ]] || fail "--without knows ${usual[*]}, and not $name"
done
for program in kubectl helm curl sha256sum; do
    command -v "$program" >/dev/null || fail "$program is missing: install it and try again"
done
server=$(kubectl version --output json 2>/dev/null | sed -n '/serverVersion/,$s/.*"minor": *"\([0-9]*\).*/\1/p')
[[ -n $server ]] || fail "kubectl reaches no cluster: set its context (kubectl config use-context …) and try again"
((server >= 35)) || fail "the cluster runs Kubernetes 1.$server; TaskFlow needs 1.35 or newer"

wants() {
    [[ " ${usual[*]} " == *" $1 "* && $without != *,"$1",* ]] || [[ $with == *,"$1",* ]]
}

# Prints one field of a part in the lock: version, checksum or address.
locked() {
    local fields=(name version checksum address) index
    for index in "${!fields[@]}"; do
        [[ ${fields[index]} != "$2" ]] || awk -v name="$1" -v at=$((index + 1)) '$1 == name { print $at }' "$here/lock"
    done
}

# Downloads a part unless it is here, compares it with the lock, and prints its path. A chart in a registry is asked for
# each time, as the registry's digest is that of its manifest, which names the file.
fetch() {
    local name=$1 version checksum address file found
    version=$(locked "$name" version) checksum=$(locked "$name" checksum) address=$(locked "$name" address)
    [[ -n $address ]] || fail "$here/lock does not have $name"
    file=$cache/$name-$version-${address##*/}
    mkdir -p "$cache"
    if [[ $address == oci://* ]]; then
        rm -rf "$cache/$name.part" "$file"
        found=$(pull "$address" "$version" "$cache/$name.part" || pull "$address" "v$version" "$cache/$name.part") ||
            fail "cannot download $address $version"
        mv "$cache/$name.part"/*.tgz "$file"
    else
        if [[ ! -s $file ]]; then
            curl --fail --silent --show-error --location --output "$cache/$name.part" "$address" ||
                fail "cannot download $address"
            mv "$cache/$name.part" "$file"
        fi
        found=$(sha256sum "$file" | cut -d ' ' -f 1)
    fi
    if [[ $checksum == - ]]; then
        sed -i.bak "s|^\($name  *$version  *\)-  *|\1$found |" "$here/lock" && rm -f "$here/lock.bak"
        echo "  recorded the checksum of $name $version in $here/lock: compare it with its publisher's, and commit it" >&2
    elif [[ $checksum != "$found" ]]; then
        mv "$file" "$file.rejected"
        fail "$name $version has another checksum than $here/lock: $found. It is kept as $file.rejected"
    fi
    echo "$file"
}

# Downloads a version of a chart from a registry into a folder, and prints the SHA-256 of its manifest.
pull() {
    local output digest
    # Helm does not make it.
    mkdir -p "$3"
    output=$(helm pull "$1" --version "$2" --destination "$3" 2>&1) || { echo "$output" >&2 && return 1; }
    digest=$(sed -n 's/^Digest: sha256:\([0-9a-f]\{64\}\)$/\1/p' <<<"$output")
    [[ -n $digest ]] && echo "$digest"
}

# Installs a chart: part, namespace, and further arguments of helm.
chart() {
    local name=$1 in=$2 file values=()
    shift 2
    echo "· $name $(locked "$name" version)"
    file=$(fetch "$name")
    [[ ! -e $here/values/$name.yaml ]] || values=(--values "$here/values/$name.yaml")
    helm upgrade --install "$name" "$file" --namespace "$in" --create-namespace --wait --timeout 10m \
        "${values[@]}" "$@" >/dev/null || fail "$name does not become ready: kubectl --namespace $in get pods"
}

# Applies a file. On the server, as definitions of resources are too large for an annotation.
apply() {
    kubectl apply --server-side --force-conflicts --filename "$1" >/dev/null || fail "the cluster refuses $1"
}

if wants gateway-api; then
    echo "· gateway-api $(locked gateway-api version)"
    apply "$(fetch gateway-api)"
fi
if wants cert-manager; then chart cert-manager cert-manager; fi
if wants shim; then
    chart runtime-class-manager runtime-class-manager
    echo "· shim $(locked shim-x86_64 version)"
    for machine in x86_64 aarch64; do fetch "shim-$machine" >/dev/null; done
    sed -e "s|X86_64_LOCATION|$(locked shim-x86_64 address)|" -e "s|X86_64_SHA256|$(locked shim-x86_64 checksum)|" \
        -e "s|AARCH64_LOCATION|$(locked shim-aarch64 address)|" \
        -e "s|AARCH64_SHA256|$(locked shim-aarch64 checksum)|" "$here/shim.yaml" | apply /dev/stdin
    [[ -n $(kubectl get nodes --selector spin=true --output name) ]] ||
        fail "no node has the label spin=true, so none gets the shim: give it to a pool of nodes, with your provider's \
tools, as a node that is replaced keeps only what its pool has; then run this again"
fi
if wants spin-operator; then
    echo "· spin-operator-crds $(locked spin-operator-crds version)"
    apply "$(fetch spin-operator-crds)"
    chart spin-operator spin-operator
fi
if wants dapr; then chart dapr dapr-system; fi
if wants metrics-server; then chart metrics-server kube-system; fi
if wants envoy-gateway; then
    chart envoy-gateway envoy-gateway-system
    apply "$here/gateway-class.yaml"
fi
if wants keda; then chart keda keda; fi
if wants strimzi || wants cloudnative-pg; then
    kubectl create namespace data --dry-run=client --output yaml | apply /dev/stdin
fi
if wants strimzi; then
    chart strimzi strimzi
    apply "$here/data/kafka.yaml"
fi
if wants cloudnative-pg; then
    chart cloudnative-pg cloudnative-pg
    apply "$here/data/postgres.yaml"
fi
if wants monitoring; then chart monitoring monitoring; fi

echo "· namespace $namespace"
sed "s|NAMESPACE|$namespace|" "$here/namespace.yaml" | apply /dev/stdin
if wants spin-operator; then
    executors=$(sed -e "s|NAMESPACE|$namespace|" -e "s|SPIN_IMAGE|$spin_image|" "$here/executors.yaml")
    [[ -z $ca_secret ]] || executors=${executors//installDefaultCACerts: true/caCertSecret: $ca_secret}
    # The operator's webhook answers a moment after its pod is ready.
    for ((attempt = 1; ; attempt++)); do
        kubectl apply --server-side --force-conflicts --filename - <<<"$executors" >/dev/null && break
        ((attempt < 10)) || fail "SpinKube's operator refuses executors: kubectl --namespace spin-operator get pods"
        sleep 3
    done
fi
if ((server >= 36)); then
    apply "$here/drain.yaml"
else
    echo "  Kubernetes 1.$server has no policy that makes pods wait before they stop: use workload \`Deployment\`"
fi
if wants strimzi; then
    echo "· waiting for Kafka"
    kubectl --namespace data wait kafka/kafka --for=condition=Ready --timeout=10m >/dev/null ||
        fail "Kafka does not become ready: kubectl --namespace data describe kafka kafka"
fi
if wants cloudnative-pg; then
    echo "· waiting for Postgres"
    kubectl --namespace data wait cluster.postgresql.cnpg.io/postgres --for=condition=Ready --timeout=10m >/dev/null ||
        fail "Postgres does not become ready: kubectl --namespace data describe cluster.postgresql.cnpg.io postgres"
fi
echo "ready: the chart can be installed in the namespace $namespace"
