#!/bin/sh
# A private PostgreSQL cluster for tests:
# `cluster.sh start DIR MIGRATE_PROGRAM` and `cluster.sh stop DIR`.
#
# start writes DIR/env (KEY=value lines):
#   CAMBIST_TEST_DSN       superuser, database postgres; tests clone databases through it
#   CAMBIST_TEST_TEMPLATE  name of the migrated database to clone
#   CAMBIST_TEST_PORT, CAMBIST_TEST_HOST (127.0.0.1) for connections that a test means to cut
# Trust authentication, fsync off: nothing here is worth keeping.
set -eu

action=$1
mkdir -p "$2"
dir=$(realpath "$2")
bin=${CAMBIST_PG_BIN:-/usr/lib/postgresql/15/bin}

as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=postgres --regid=postgres --clear-groups "$@"
    else
        "$@"
    fi
}

stop() {
    if [ -f "$dir/place" ]; then
        place=$(cat "$dir/place")
        if [ -d "$place/data" ]; then
            cd /
            as_postgres "$bin/pg_ctl" -D "$place/data" -m immediate -w stop >/dev/null 2>&1 || true
        fi
        rm -rf "$place"
    fi
    rm -f "$dir/env" "$dir/place"
}

start() {
    stop
    # A socket's path must stay below 108 bytes, whatever the build folder is called.
    place=$(mktemp -d /tmp/cambist-test-XXXXXX)
    echo "$place" >"$dir/place"
    if [ "$(id -u)" = 0 ]; then
        chown postgres "$place"
    fi
    cd "$place"
    as_postgres "$bin/initdb" -D "$place/data" -U postgres -A trust -E UTF8 --locale=C --no-sync \
        >"$dir/initdb.log" 2>&1
    tries=0
    while :; do
        port=$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')
        port=$((20000 + port % 12000))
        if as_postgres "$bin/pg_ctl" -D "$place/data" -l "$place/log" -w -t 60 \
            -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$place \
                -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
                -c max_connections=200 -c shared_buffers=64MB -c log_min_messages=warning" \
            start >/dev/null 2>&1; then
            break
        fi
        tries=$((tries + 1))
        if [ $tries -ge 5 ]; then
            echo "the test cluster did not start:" >&2
            tail -20 "$place/log" >&2
            exit 1
        fi
    done
    dsn="host=$place port=$port user=postgres dbname=postgres"
    as_postgres "$bin/createdb" -h "$place" -p "$port" -U postgres cambist_template
    "$1" --dsn "host=$place port=$port user=postgres dbname=cambist_template" >/dev/null
    {
        echo "CAMBIST_TEST_DSN=$dsn"
        echo "CAMBIST_TEST_TEMPLATE=cambist_template"
        echo "CAMBIST_TEST_HOST=127.0.0.1"
        echo "CAMBIST_TEST_PORT=$port"
    } >"$dir/env"
}

case $action in
start) start "$(realpath "$3")" ;;
stop) stop ;;
*)
    echo "usage: cluster.sh start DIR MIGRATE_PROGRAM | stop DIR" >&2
    exit 2
    ;;
esac
