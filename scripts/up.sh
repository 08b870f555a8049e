# `up` and `down`: everything on this machine, until Ctrl-C.
# shellcheck shell=bash

up_help() {
    cat <<'TEXT'
./cambist up [--data DIR] [--port N]
  Installs what is missing, builds, and runs a private PostgreSQL, the bridge, the gateway and a
  simulated trading server that has the plugin loaded, with a small demo broker. Prints where to
  look, and stops everything on Ctrl-C, on SIGTERM and on `./cambist down`.
  --data DIR   where database, keys, settings and logs are kept (default: .cambist in this folder)
  --port N     the first of four ports: gateway N, trading link N+1, metrics of the bridge N+2,
               manager port of the trading server N+3 (default: 8600)
TEXT
}

down_help() {
    cat <<'TEXT'
./cambist down [--data DIR]
  Stops what `./cambist up` runs in that data folder. A process is only touched when it is the very
  one that `up` started. What is stored stays.
TEXT
}

up_command() {
    local asked='' port=8600
    while (($# > 0)); do
        case $1 in
            --help) up_help && return ;;
            --data) asked=${2:?} && shift 2 ;;
            --port) port=${2:?} && shift 2 ;;
            *) usage_error "unknown argument: $1" up ;;
        esac
    done
    if [[ ! $port =~ ^[1-9][0-9]{3,4}$ ]] || ((port < 1024 || port > 65532)); then
        usage_error "--port is a number from 1024 to 65532" up
    fi
    install_packages up
    data=$(data_folder "$asked")
    prepare_data_folder "$asked"
    allow_one_up
    check_ports "$port"
    prepare_programs
    run_everything "$port"
}

# allow_one_up: the lock lasts as long as this process; programs that it starts do not inherit it.
allow_one_up() {
    exec 9>"$data/run/up.lock"
    flock --nonblock 9 || die "another ./cambist up runs in $data (stop it with ./cambist down)"
    local name
    for name in "${program_names[@]}"; do
        # Of an earlier `up` that was killed and whose programs have not ended yet.
        stop_program "$name"
    done
    remember_pid up $$
}

check_ports() {
    local port
    for port in {0..3}; do
        port=$(($1 + port))
        if port_in_use "$port"; then
            die "port $port is in use by another program; choose other ports with --port N"
        fi
    done
}

running=no # whether all programs came up

run_everything() {
    local port=$1 name
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    trap 'finish $?' EXIT
    start_everything "$port"
    step "making the demo broker"
    demo_broker clients "$port"
    where_to_look "$port"
    running=yes
    # A read that nothing ever answers: a pause of a second that a signal ends at once.
    exec 8<> <(:)
    until name=$(one_stopped); do read -r -t 1 -u 8 || true; done
    die "$name ended: $(last_words "$data/log/$name.log") (details: $data/log/$name.log)"
}

start_everything() {
    local port=$1
    make_keys
    make_cursor_key
    make_cluster
    step "starting PostgreSQL, the bridge, the gateway and the trading server"
    start_postgres
    migrate
    make_demo_keys
    make_secret_key
    make_demo_staff
    write_settings "$port"
    start_program gateway "$programs/cambist-gateway" --config "$data/config/gateway.toml"
    wait_until_ready gateway 30 answers "http://127.0.0.1:$port/readyz"
    demo_broker server "$port"
    start_program bridge "$programs/cambist-bridge" --config "$data/config/bridge.toml"
    wait_until_ready bridge 30 demo_broker ready "$port"
    start_program sim "$programs/cambist-sim" --config "$data/config/sim.toml"
    wait_until_ready sim 30 port_in_use "$((port + 3))"
}

# demo_broker STEP PORT
demo_broker() {
    /usr/bin/python3 "$root/scripts/demo_broker.py" "$1" "$2" "$data/secrets"
}

answers() { curl --silent --fail --max-time 2 --output /dev/null "$1"; }

# finish STATUS: whatever the way out, nothing is left running.
finish() {
    local status=$1
    # The terminal may be gone: words that cannot be said must not keep us from stopping.
    set +e
    trap '' INT TERM HUP PIPE
    trap - EXIT
    step "stopping"
    stop_all
    rm -f -- "$data/run/up.pid"
    # A stop that was asked for while all ran is what `up` is for.
    if [[ $running == yes && ($status == 130 || $status == 143) ]]; then status=0; fi
    exit "$status"
}

down_command() {
    local asked='' pid deadline
    while (($# > 0)); do
        case $1 in
            --help) down_help && return ;;
            --data) asked=${2:?} && shift 2 ;;
            *) usage_error "unknown argument: $1" down ;;
        esac
    done
    data=$(data_folder "$asked")
    if pid=$(pid_of up); then
        kill -s TERM "$pid"
        deadline=$((SECONDS + 90))
        while pid_of up >/dev/null; do
            ((SECONDS < deadline)) || die "./cambist up (process $pid) does not stop"
            sleep 0.1
        done
        say "stopped"
        return
    fi
    local name found=no
    for name in "${program_names[@]}"; do
        if pid_of "$name" >/dev/null; then found=yes; fi
    done
    if [[ $found == no ]]; then
        say "nothing runs in $data"
        return
    fi
    stop_all
    say "stopped what an earlier up had left behind"
}
