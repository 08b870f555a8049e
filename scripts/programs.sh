# Start, readiness and stop of the programs. Each runs in a session of its own, so that Ctrl-C
# reaches this script alone, which stops them in order; should the script be killed, the kernel
# sends them their signal.
# shellcheck shell=bash

# Start order; they stop in the reverse order.
readonly program_names=(postgres bridge gateway sim)

# started_at PID: the kernel's start time of a living process; with the pid it names one process for
# ever.
started_at() {
    local stat
    local -a fields
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    read -ra fields <<<"${stat##*) }"
    [[ ${fields[0]} != Z ]] || return 1
    printf '%s' "${fields[19]}"
}

remember_pid() { printf '%s %s\n' "$2" "$(started_at "$2")" >"$data/run/$1.pid"; }

# pid_of NAME: the pid in the pid file when that very process still lives.
pid_of() {
    local pid started
    read -r pid started 2>/dev/null <"$data/run/$1.pid" || return 1
    [[ $pid =~ ^[0-9]+$ && $(started_at "$pid") == "$started" ]] || return 1
    printf '%s' "$pid"
}

# start_program NAME COMMAND...: its output goes to log/NAME.log.
start_program() {
    local name=$1 death=TERM
    local -a user=()
    shift
    if [[ $name == postgres ]]; then
        death=INT # PostgreSQL's fast shutdown
        if ((EUID == 0)); then
            user=(setpriv --reuid=postgres --regid=postgres --clear-groups --)
        fi
    fi
    setsid -- "${user[@]}" setpriv --pdeathsig "$death" -- "$@" \
        >"$data/log/$name.log" 2>&1 </dev/null 9>&- &
    remember_pid "$name" $!
    disown # who watches it says what became of it, not the shell
}

# wait_until_ready NAME SECONDS COMMAND...: until the command succeeds; dies when the program does.
wait_until_ready() {
    local name=$1 limit=$2 started=$SECONDS log=$data/log/$1.log
    shift 2
    until "$@" >/dev/null 2>&1; do
        pid_of "$name" >/dev/null ||
            die "$name ended while starting: $(last_words "$log") (details: $log)"
        ((SECONDS - started < limit)) || die "$name is not ready after $limit s (details: $log)"
        sleep 0.1
    done
}

# stop_program NAME: asks it to stop, waits 20 s, then insists.
stop_program() {
    local name=$1 pid signal=TERM deadline=$((SECONDS + 20))
    pid=$(pid_of "$name") || {
        rm -f -- "$data/run/$name.pid"
        return 0
    }
    if [[ $name == postgres ]]; then signal=INT; fi
    kill -s "$signal" "$pid" 2>/dev/null || true
    while pid_of "$name" >/dev/null; do
        if ((SECONDS >= deadline)); then
            warn "$name did not stop within 20 s and is killed"
            kill -s KILL "$pid" 2>/dev/null || true
            deadline=$((SECONDS + 20))
        fi
        sleep 0.05
    done
    rm -f -- "$data/run/$name.pid"
}

stop_all() {
    local index
    for ((index = ${#program_names[@]} - 1; index >= 0; --index)); do
        stop_program "${program_names[index]}"
    done
}

# one_stopped: says which program is no longer there, or fails when all run.
one_stopped() {
    local name
    for name in "${program_names[@]}"; do
        if ! pid_of "$name" >/dev/null; then
            printf '%s' "$name"
            return 0
        fi
    done
    return 1
}

port_in_use() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# write_secret FILE TEXT: readable by us alone from its first byte on.
write_secret() {
    (umask 077 && printf '%s\n' "$2" >"$1.new" && mv -- "$1.new" "$1")
}
