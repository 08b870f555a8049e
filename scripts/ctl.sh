# `ctl` and `play`: cambistctl against the private instance that `up` runs.
# shellcheck shell=bash

ctl_help() {
    cat <<'TEXT'
./cambist ctl [--data DIR] [--as NAME] COMMAND...
  Runs cambistctl against what `./cambist up` runs here, e.g. ./cambist ctl staff list
  --data DIR   the data folder of that `up`, when it was given one
  --as NAME    as this member of the demo's staff (secrets/staff.json): logs in by itself and keeps
               the session in the data folder. Default: the administrator, or with the demo's API
               key where there is no staff
  COMMAND...   as cambistctl takes it (./cambist ctl routes lists every route, each command has
               --help); the exit code is cambistctl's
TEXT
}

ctl_command() {
    local asked='' person='' url
    while (($# > 0)); do
        case $1 in
            --help) ctl_help && return ;;
            --data) asked=${2:?} && shift 2 ;;
            --as) person=${2:?} && shift 2 ;;
            *) break ;;
        esac
    done
    [[ -x $programs/cambistctl ]] || die "cambistctl is not built yet: ./cambist up builds it"
    data=$(data_folder "$asked")
    if needs_instance "$@"; then
        if ! pid_of gateway >/dev/null; then
            warn "nothing runs in $data: start it with ./cambist up"
            exit 5
        fi
        url=http://127.0.0.1:$(sed -n '0,/^port = /s/^port = //p' "$data/config/gateway.toml")
        export CAMBIST_URL=$url
        CAMBIST_DATABASE_DSN=$(dsn cambist_admin)
        export CAMBIST_DATABASE_DSN
        if ! names_caller "$@"; then become "$person" "$url"; fi
    fi
    exec "$programs/cambistctl" "$@"
}

# needs_instance ARGUMENT...: what only tells about the program itself runs without.
needs_instance() {
    (($# > 0)) && [[ $1 != completion && $1 != routes ]] &&
        [[ " $* " != *" --help "* && " $* " != *" -h "* ]]
}

# names_caller ARGUMENT...: whether the arguments say themselves who asks, or are about to.
names_caller() {
    [[ ${1:-} == login || " $* " == *" --profile"* || " $* " == *" --api-key-file"* ]]
}

# become NAME URL: who the command asks as.
become() {
    local name=$1 url=$2 staff=$data/secrets/staff.json
    local -a who=()
    unset CAMBIST_PROFILE CAMBIST_API_KEY_FILE
    if [[ ! -e $staff ]]; then
        [[ -z $name ]] || die "there is no staff in $data: leave --as $name out"
        export CAMBIST_API_KEY_FILE=$data/secrets/demo.key
        return
    fi
    export CAMBIST_PROFILE=$data/run/ctl/${name:-administrator}.json
    if [[ -n $name ]]; then who=(--username "$name"); fi
    mkdir -p -- "$data/run/ctl"
    (
        flock 7
        # The profile renews its session by itself, but only at the address that gave it.
        grep -qsF "\"url\":\"$url\"" "$CAMBIST_PROFILE" ||
            "$programs/cambistctl" login "${who[@]}" --credentials "$staff" >/dev/null
    ) 7>"$data/run/ctl/lock" || exit
}

play_help() {
    cat <<'TEXT'
./cambist play [--data DIR] [FILE...]
  Plays scenarios with cambistctl against what `./cambist up` runs here, each line as somebody of
  the demo's staff, and says where something else came of it than the line says.
  --data DIR   the data folder of that `up`, when it was given one
  FILE         scenarios (scripts/play.py explains their lines); without any, all of
               tests/scenarios/people
TEXT
}

play_command() {
    local asked=''
    while (($# > 0)); do
        case $1 in
            --help) play_help && return ;;
            --data) asked=${2:?} && shift 2 ;;
            --*) usage_error "unknown argument: $1" play ;;
            *) break ;;
        esac
    done
    data=$(data_folder "$asked")
    pid_of gateway >/dev/null || die "nothing runs in $data: start it with ./cambist up"
    (($# > 0)) || set -- "$root"/tests/scenarios/people/*.txt
    exec /usr/bin/python3 -B "$root/scripts/play.py" "$root/cambist" "$data" "$@"
}
