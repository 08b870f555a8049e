# The private PostgreSQL cluster under the data folder. PostgreSQL refuses to run as root, so root
# runs it as the user `postgres`; anybody else as themselves. It listens on a socket in the data
# folder only.
# shellcheck shell=bash

# as_postgres COMMAND...
as_postgres() {
    if ((EUID == 0)); then
        setpriv --reuid=postgres --regid=postgres --clear-groups -- "$@"
    else
        "$@"
    fi
}

postgres_bin() {
    local folder
    folder=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null |
        sort -V | tail -n 1)
    [[ -n $folder ]] || die "PostgreSQL's programs are not under /usr/lib/postgresql"
    printf '%s' "$folder"
}

# reachable FOLDER: whether PostgreSQL's user may pass through to it.
reachable() {
    while [[ ! -e $1 ]]; do set -- "$(dirname -- "$1")"; done
    as_postgres test -x "$1"
}

# data_folder ASKED: prints it. A checkout under root's home is closed to the user `postgres`, so
# there the default is another.
data_folder() {
    local folder
    folder=$(realpath -m -- "${1:-$root/.cambist}")
    if [[ -z $1 ]] && ((EUID == 0)) && ! reachable "$folder"; then folder=/var/lib/cambist; fi
    printf '%s' "$folder"
}

# prepare_data_folder ASKED: makes $data and what is in it, or says why it cannot be.
prepare_data_folder() {
    if ! mkdir -p -- "$data"/{anchors,config,keys,log,run,secrets,sim,plugin} 2>/dev/null ||
        [[ ! -w $data ]]; then
        die "the data folder $data cannot be written; choose another with --data"
    fi
    chmod 700 "$data"/{keys,secrets}
    reachable "$data/run" || die "the user postgres cannot reach $data; choose another with --data"
    if [[ -z $1 && $data != "$root"/* ]]; then
        say "    the data folder is $data, because the user postgres cannot reach $root"
    fi
}

# socket_folder: where PostgreSQL's socket is; the path of a socket is limited to 107 bytes.
socket_folder() {
    local folder=$data/run/postgres
    if ((${#folder} > 85)); then
        folder=/tmp/cambist-$UID-$(printf '%s' "$data" | cksum | cut -d ' ' -f 1)
    fi
    printf '%s' "$folder"
}

make_socket_folder() {
    local folder
    folder=$(socket_folder)
    mkdir -p "$folder"
    if ((EUID == 0)); then chown postgres:postgres "$folder"; fi
    chmod 700 "$folder"
}

random_word() { head -c 24 /dev/urandom | base64 | tr '+/' '-_'; }

# make_cluster: initdb into a folder that is named only when it is whole.
make_cluster() {
    if [[ -e $data/postgres/PG_VERSION ]]; then return; fi
    step "making a private PostgreSQL cluster in $data/postgres"
    need_space "$data" 500 "the database"
    local fresh=$data/postgres.new password bin
    bin=$(postgres_bin)
    password=$(random_word)
    rm -rf -- "$fresh"
    install -d -m 700 "$fresh"
    if ((EUID == 0)); then chown postgres:postgres "$fresh"; fi
    write_secret "$fresh.password" "$password"
    if ((EUID == 0)); then chown postgres:postgres "$fresh.password"; fi
    if ! as_postgres "$bin/initdb" --pgdata="$fresh" --username=cambist_admin --encoding=UTF8 \
        --locale=C.UTF-8 --data-checksums --auth-local=scram-sha-256 --auth-host=reject \
        --pwfile="$fresh.password" >"$data/log/initdb.log" 2>&1; then
        die "initdb failed: $(last_words "$data/log/initdb.log") (details: $data/log/initdb.log)"
    fi
    rm -f -- "$fresh.password"
    write_secret "$data/secrets/cambist_admin.pgpass" "*:*:*:cambist_admin:$password"
    mv -- "$fresh" "$data/postgres"
}

start_postgres() {
    make_socket_folder
    local socket bin
    socket=$(socket_folder)
    bin=$(postgres_bin)
    start_program postgres "$bin/postgres" -D "$data/postgres" -c listen_addresses= \
        -c "unix_socket_directories=$socket" -c port=5432 -c max_connections=100 \
        -c shared_buffers=128MB -c logging_collector=off
    wait_until_ready postgres 60 "$bin/pg_isready" --quiet --host="$socket" --username=cambist_admin
}

# dsn ROLE: how that role connects; the password stands in a file.
dsn() {
    local file=$data/secrets/$1.pgpass
    printf 'host=%s dbname=cambist user=%s passfile=%s' "$(socket_folder)" "$1" "$file"
}
