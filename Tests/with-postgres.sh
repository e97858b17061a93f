#!/bin/bash
# with-postgres.sh COMMAND...: runs COMMAND with a PostgreSQL of its own, named in TEST_POSTGRES, and ends it.
#
# The cluster is in a temporary directory, listens on a socket in it only and is run by an unprivileged user. It is not
# fsync'ed, unless POSTGRES_DURABLE is set, and keeps POSTGRES_BUFFERS of pages at hand (128MB). Ends with the status of COMMAND.
set -u
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
if [ -z "$bin" ]; then
    echo "with-postgres.sh: PostgreSQL is not installed: run 'make test-deps', or install Debian's postgresql-15" >&2
    exit 1
fi
directory=$(mktemp -d /tmp/tegu-postgres-XXXXXX)
as=()
if [ "$(id -u)" = 0 ]; then
    # PostgreSQL does not run as root; the package has made this user.
    chown postgres "$directory"
    as=(setpriv --reuid=postgres --regid=postgres --init-groups --)
fi
stop() {
    (cd / && "${as[@]}" "$bin/pg_ctl" -D "$directory/data" -m immediate -s stop) >/dev/null 2>&1
    rm -rf "$directory"
}
trap stop EXIT
trap 'exit 130' INT TERM
durable=on
[ -n "${POSTGRES_DURABLE:-}" ] || durable=off
# Another collation than C, so that a missing one in the schema is noticed.
cd / && "${as[@]}" "$bin/initdb" -D "$directory/data" -U tegu -A trust -E UTF8 --locale-provider=icu --icu-locale=en \
    --locale=C.UTF-8 -N >"$directory/initdb.log" 2>&1 || { cat "$directory/initdb.log" >&2; exit 1; }
cat >>"$directory/data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$directory'
unix_socket_permissions = 0700
max_connections = 400
fsync = $durable
synchronous_commit = on
full_page_writes = $durable
shared_buffers = ${POSTGRES_BUFFERS:-128MB}
log_min_messages = fatal
max_prepared_transactions = 0
CONF
"${as[@]}" "$bin/pg_ctl" -D "$directory/data" -l "$directory/log" -w -s start || { cat "$directory/log" >&2; exit 1; }
cd "$OLDPWD" || exit 1
export TEST_POSTGRES="postgresql:///postgres?host=$directory&user=tegu" TEST_POSTGRES_DIRECTORY="$directory"
"$@"
