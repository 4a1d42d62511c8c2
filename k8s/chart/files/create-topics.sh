#!/usr/bin/env bash
# Creates Kafka's topics that are missing, and gives the others their partitions and retention. Partitions are
# never taken away: Kafka cannot, and users would move to others.
#
# BROKERS, AUTH_TYPE (none, password, certificate), SASL_MECHANISM, SASL_USERNAME, SASL_PASSWORD, CA_CERT and
# DISABLE_TLS are those of Dapr's component. TOPICS is a file with a topic in each line: name, partitions,
# copies, retention in milliseconds.
set -euo pipefail

KAFKA=${KAFKA:-/opt/kafka/bin}
TOPICS=${TOPICS:-/topics/topics}
client=$(mktemp)
trap 'rm -f "$client" "$client.pem"' EXIT

fail() {
    echo "error: $*" >&2
    exit 1
}

case "$AUTH_TYPE-${DISABLE_TLS:-false}" in
none-*) protocol=PLAINTEXT ;;
password-true) protocol=SASL_PLAINTEXT ;;
password-*) protocol=SASL_SSL ;;
certificate-*) protocol=SSL ;;
*) fail "the broker's authType is $AUTH_TYPE; this job knows none, password and certificate. \
Create the topics yourself, and set broker.createTopics to false" ;;
esac
echo "security.protocol=$protocol" >"$client"
if [[ $protocol == SASL_* ]]; then
    case "${SASL_MECHANISM:-PLAIN}" in
    PLAIN) mechanism=PLAIN module=plain.PlainLoginModule ;;
    SHA-256 | SHA-512) mechanism=SCRAM-$SASL_MECHANISM module=scram.ScramLoginModule ;;
    *) fail "the broker's saslMechanism is $SASL_MECHANISM; use PLAIN, SHA-256 or SHA-512" ;;
    esac
    # In quotes of the one language, inside a line of the other: each has its own use for a backslash.
    quote() {
        local text=${1//\\/\\\\}
        text=\"${text//\"/\\\"}\"
        printf %s "${text//\\/\\\\}"
    }
    user=$(quote "${SASL_USERNAME:?is missing in the Secret of the broker}")
    password=$(quote "${SASL_PASSWORD:?is missing in the Secret of the broker}")
    {
        echo "sasl.mechanism=$mechanism"
        echo "sasl.jaas.config=org.apache.kafka.common.security.$module required username=$user password=$password;"
    } >>"$client"
fi
if [[ -n "${CA_CERT:-}" ]]; then
    echo "$CA_CERT" >"$client.pem"
    printf 'ssl.truststore.type=PEM\nssl.truststore.location=%s\n' "$client.pem" >>"$client"
fi

topics() { "$KAFKA/kafka-topics.sh" --bootstrap-server "$BROKERS" --command-config "$client" "$@"; }
configs() { "$KAFKA/kafka-configs.sh" --bootstrap-server "$BROKERS" --command-config "$client" "$@"; }

existing=$(topics --list) || fail "cannot list the topics of $BROKERS; the reason is above"
while read -r name partitions copies retention; do
    if ! grep -qx -- "$name" <<<"$existing"; then
        topics --create --topic "$name" --partitions "$partitions" --replication-factor "$copies" \
            --config "retention.ms=$retention" || fail "cannot create the topic $name with $copies copies"
        continue
    fi
    now=$(topics --describe --topic "$name")
    has=$(sed -n 's/.*PartitionCount: *\([0-9]*\).*/\1/p' <<<"$now" | head -n 1)
    if ((has < partitions)); then
        topics --alter --topic "$name" --partitions "$partitions" || fail "cannot add partitions to $name"
        echo "$name has $partitions partitions now, instead of $has"
    fi
    if ! grep -q "retention.ms=$retention\b" <<<"$now"; then
        configs --alter --entity-type topics --entity-name "$name" --add-config "retention.ms=$retention" ||
            fail "cannot set the retention of $name"
    fi
done <"$TOPICS"
echo "all topics are as dapr/topics.yaml has them"
