# Keys, schema and settings of the programs, all under the data folder.
# shellcheck shell=bash

programs=$root/build/dev/bin
plugin=$root/build/dev/lib/libcambist_plugin.so

# make_keys: CURVE pairs of the bridge and of the trading server's plugin, and the audit's seal key.
make_keys() {
    local name
    local -a kind
    for name in bridge server-1 seal; do
        kind=()
        if [[ $name == seal ]]; then kind=(--seal); fi
        if [[ ! -e $data/keys/$name.pub ]]; then
            step "making the keys of $name"
            "$programs/cambist-keys" "${kind[@]}" "$name" "$data/keys" >/dev/null
        fi
    done
}

# make_cursor_key: what the gateway seals the cursors of lists with.
make_cursor_key() {
    if [[ -e $data/secrets/cursor.key ]]; then return; fi
    write_secret "$data/secrets/cursor.key" "$(random_word)"
}

# as_admin PROGRAM ARGUMENT...: a PostgreSQL client program as the cluster's administrator.
as_admin() {
    local program=$1
    shift
    env PGHOST="$(socket_folder)" PGUSER=cambist_admin \
        PGPASSFILE="$data/secrets/cambist_admin.pgpass" \
        "$(postgres_bin)/$program" "$@"
}

# migrate: the database, the roles with their passwords, and the migrations that are missing.
migrate() {
    local log=$data/log/migrate.log exists
    exists=$(as_admin psql -d postgres -Atc "SELECT 1 FROM pg_database WHERE datname = 'cambist'")
    if [[ -z $exists ]]; then as_admin createdb cambist; fi
    make_passwords
    if ! "$programs/cambist-migrate" --dsn "$(dsn cambist_admin)" \
        --passwords "$data/secrets/passwords" >"$log" 2>&1; then
        die "the migration failed: $(last_words "$log") (details: $log)"
    fi
}

# make_demo_keys: demo.key may do everything, backoffice.key may only narrow rights.
make_demo_keys() {
    local log=$data/log/demo-keys.log
    if ! "$programs/cambistctl" --dsn "$(dsn cambist_admin)" demo-keys "$data/secrets" \
        >"$log" 2>&1; then
        die "no API keys: $(last_words "$log") (details: $log)"
    fi
}

# make_secret_key: what encrypts second factors in the database.
make_secret_key() {
    local file=$data/secrets/gateway.key
    if [[ ! -e $file ]]; then "$programs/cambistctl" secret-key "$file"; fi
}

# make_demo_staff: people of every role, their passwords and second factors in staff.json.
make_demo_staff() {
    local log=$data/log/demo-staff.log
    if ! "$programs/cambistctl" --dsn "$(dsn cambist_admin)" staff demo "$data/secrets" \
        --secret-key "$data/secrets/gateway.key" >"$log" 2>&1; then
        die "no staff: $(last_words "$log") (details: $log)"
    fi
}

# staff_table: who may sign in to the demo, a line each.
staff_table() {
    /usr/bin/python3 - "$data/secrets/staff.json" <<'PYTHON'
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    for person in json.load(file):
        print(f"  {person['username']:12} {person['password']}  {person['totp_secret']}  "
              f"{person['role']}")
PYTHON
}

# make_passwords: one a role, kept where libpq looks for them.
make_passwords() {
    if [[ -e $data/secrets/passwords ]]; then return; fi
    local role password lines=''
    for role in cambist_bridge cambist_gateway cambist_reports; do
        password=$(random_word)
        write_secret "$data/secrets/$role.pgpass" "*:*:*:$role:$password"
        lines+="$role = $password"$'\n'
    done
    write_secret "$data/secrets/passwords" "${lines%$'\n'}"
}

# for_sed TEXT: as the replacement of s|...|...|.
for_sed() { printf '%s' "$1" | sed 's/[&|\\]/\\&/g'; }

# write_settings PORT: the examples of config/ with our folders and ports in their place.
write_settings() {
    local name first=$1
    for name in bridge gateway sim; do
        # Names first, values last: what was put in must not be taken for an example again.
        (umask 077 && sed -e 's/860\([0-3]\)/@PORT\1@/g' \
            -e 's|/var/lib/cambist|@DATA@|g; s|/usr/lib/libcambist_plugin.so|@PLUGIN@|g' \
            -e 's|host=/var/run/postgresql|host=@SOCKETS@|g' \
            -e "s|@PORT0@|$first|g; s|@PORT1@|$((first + 1))|g" \
            -e "s|@PORT2@|$((first + 2))|g; s|@PORT3@|$((first + 3))|g" \
            -e "s|@DATA@|$(for_sed "$data")|g; s|@PLUGIN@|$(for_sed "$plugin")|g" \
            -e "s|@SOCKETS@|$(for_sed "$(socket_folder)")|g" \
            "$root/config/$name.toml" >"$data/config/$name.toml")
    done
}

# where_to_look PORT
where_to_look() {
    local port=$1
    cat <<TEXT

Cambist runs. Where to look:
  gateway          http://127.0.0.1:$port   (routes: gateway/openapi.yaml)
  its metrics      http://127.0.0.1:$port/metrics
  bridge's metrics http://127.0.0.1:$((port + 2))/metrics
  trading server   127.0.0.1:$((port + 3))   (JSON lines: {"cmd":"stats"})
  everything else  $data   (log/, config/, secrets/)

Try, with the key that may do what the demo needs:
  key=\$(cat $data/secrets/demo.key)
  curl -H "Authorization: Bearer \$key" http://127.0.0.1:$port/v1/servers
  curl -H "Authorization: Bearer \$key" http://127.0.0.1:$port/v1/accounts

Staff who sign in (POST /v1/session): username, password, secret for an authenticator, role
$(staff_table)

Ctrl-C stops everything.
TEXT
}
