#!/usr/bin/env bash
# Restores a backup of the job `backup` into an empty database. docs/restore.md has the steps around it.
#
#   PGHOST=… PGDATABASE=… PGUSER=… PGPASSWORD=… k8s/restore.sh FILE.dump
#
# The user owns the database and may create roles. psql and pg_restore are not older than what has made the
# file.
set -euo pipefail

fail() {
    echo "error: $*" >&2
    exit 1
}

(($# == 1)) || fail "say which file: k8s/restore.sh 2031-01-05T021700Z.dump"
[[ -r $1 ]] || fail "cannot read $1"
for program in psql pg_restore; do
    command -v "$program" >/dev/null || fail "$program is missing: install the client programs of Postgres"
done
sql() { psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --command "$1"; }

tables=$(sql "select count(*) from pg_class join pg_namespace on pg_namespace.oid = relnamespace
               where nspname in ('app', 'dapr', 'statements') and relkind in ('r', 'p')") ||
    fail "cannot reach the database: check PGHOST, PGDATABASE, PGUSER and PGPASSWORD"
((tables == 0)) || fail "the database ${PGDATABASE:-} has $tables tables of TaskFlow: restore into an empty one"

# Roles belong to the server and are not in the file, which grants them their rights. `taskflow migrate up`
# lets them sign in.
for role in $(pg_restore --schema-only --file - "$1" | sed -n 's/^GRANT .* TO \(taskflow_[a-z]*\);$/\1/p' | sort -u); do
    sql "do \$\$ begin create role $role nologin; exception when duplicate_object then null; end \$\$"
done
pg_restore --single-transaction --exit-on-error --no-owner --dbname "${PGDATABASE:-}" "$1" ||
    fail "the backup was not restored; the reason is above, and the database is as it was"
# Devices may have seen changes that came after the backup. In a new history they start again, and send what
# was not answered.
sql "update app.history set id = default"
sql "set client_min_messages = error; analyze"
sql "select 'restored: ' || (select count(*) from app.users) || ' users, ' || (select count(*) from app.tasks)
     || ' tasks, ' || (select count(*) from app.audit) || ' events, the newest of '
     || coalesce((select max(occurred_at)::text from app.audit), 'never')"
