#!/usr/bin/env bash
# Makes the Secrets that the chart needs, as far as they are missing. It never changes one that exists, so it
# can be run again, and whoever has an operator for secrets needs none of it.
#
#   k8s/secrets.sh --namespace taskflow --database-host HOST [--database-port 5432] [--database-name taskflow]
#                  [--database-tls require|disable]
#
# HOST is the one that Dapr uses: not a pooler's. What only you know comes by the environment, so that no list
# of processes shows it:
#   OWNER_PASSWORD                   of the role that owns the database
#   SASL_USERNAME, SASL_PASSWORD     of Kafka, if it asks for them; CA_CERT, if its authority is not a public one
#   REDIS_USERNAME, REDIS_PASSWORD   of Redis, if it is the broker
#   SMTP_HOST, SMTP_PORT, SMTP_USER, SMTP_PASSWORD, SMTP_FROM   of a mail server
#   RCLONE_CONFIG_BACKUP_…           of the object storage for backups, in rclone's names
# Passwords of TaskFlow's own roles and tokens are made here, by chance.
set -euo pipefail

namespace=taskflow host='' port=5432 name=taskflow tls=require

fail() {
    echo "error: $*" >&2
    exit 1
}

while (($#)); do
    (($# > 1)) || fail "$1 needs a value; the head of this file shows how it is used"
    case $1 in
    --namespace) namespace=$2 ;;
    --database-host) host=$2 ;;
    --database-port) port=$2 ;;
    --database-name) name=$2 ;;
    --database-tls) tls=$2 ;;
    *) fail "$1 is unknown; the head of this file shows how it is used" ;;
    esac
    shift 2
done
[[ -n $host ]] || fail "say where the database is: --database-host HOST"
[[ $tls == require || $tls == disable ]] || fail "--database-tls is require or disable"
command -v kubectl >/dev/null || fail "kubectl is missing: install it and try again"
kubectl get namespace "$namespace" >/dev/null 2>&1 ||
    fail "the cluster has no namespace $namespace: run k8s/platform/install.sh --namespace $namespace first"

random() { head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

exists() { kubectl --namespace "$namespace" get secret "$1" >/dev/null 2>&1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Makes a Secret of keys and values, which follow its name.
make() {
    local name=$1
    shift
    if exists "$name"; then
        echo "$name exists"
        return
    fi
    # By files that only this user can read: arguments of kubectl would show in the list of processes.
    mkdir "$work/$name"
    while (($#)); do
        printf %s "$2" >"$work/$name/$1"
        shift 2
    done
    kubectl --namespace "$namespace" create secret generic "$name" --from-file="$work/$name" >/dev/null ||
        fail "cannot make the Secret $name"
    echo "$name made"
}

read_key() {
    kubectl --namespace "$namespace" get secret "$1" --output "jsonpath={.data.$2}" | base64 --decode
}

if ! exists taskflow-owner && [[ -z ${OWNER_PASSWORD:-} ]]; then
    fail "OWNER_PASSWORD is not set: the password of the role that owns the database"
fi
make taskflow-owner password "${OWNER_PASSWORD:-}"
make taskflow-functions \
    db_user_password "$(random)" \
    db_service_password "$(random)" \
    db_dapr_password "$(random)" \
    grip_key "$(random)" \
    metrics_token "$(random)"
make taskflow-dapr-api-token token "$(random)"
make taskflow-app-api-token token "$(random)"

# Of Dapr's components.
mode=disable
[[ $tls == disable ]] || mode=verify-full
make postgres connectionString "host=$host port=$port user=taskflow_dapr \
password=$(read_key taskflow-functions db_dapr_password) dbname=$name sslmode=$mode"
make smtp host "${SMTP_HOST:-mail.invalid}" port "${SMTP_PORT:-587}" user "${SMTP_USER:-}" \
    password "${SMTP_PASSWORD:-}" skipTLSVerify false emailFrom "${SMTP_FROM:-taskflow@mail.invalid}"
if [[ -z ${SMTP_HOST:-} ]]; then
    echo "SMTP_HOST is not set: unless the Secret smtp has it, people see reminders in TaskFlow only"
fi
if [[ -n ${SASL_USERNAME:-}${CA_CERT:-} ]]; then
    make kafka saslUsername "${SASL_USERNAME:-}" saslPassword "${SASL_PASSWORD:-}" caCert "${CA_CERT:-}"
fi
if [[ -n ${REDIS_PASSWORD:-} ]]; then
    make redis redisUsername "${REDIS_USERNAME:-}" redisPassword "$REDIS_PASSWORD"
fi
storage=()
while IFS= read -r variable; do
    storage+=("$variable" "${!variable}")
done < <(compgen -e RCLONE_CONFIG_BACKUP_ || true)
((${#storage[@]} == 0)) || make taskflow-backup "${storage[@]}"
