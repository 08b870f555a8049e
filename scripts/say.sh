# Words for people: steps, progress, and one clear line when something fails.
# shellcheck shell=bash

say() { printf '%s\n' "$*"; }
step() { printf '==> %s\n' "$*"; }
warn() { printf 'cambist: %s\n' "$*" >&2; }
die() {
    warn "$@"
    exit 1
}
usage_error() {
    warn "$1 (see ./cambist $2 --help)"
    exit 2
}

# seconds_since START: whole seconds since the value of $SECONDS in START.
seconds_since() { printf '%d s' "$((SECONDS - $1))"; }

# show_progress LABEL: reads lines "PERCENT TEXT" from stdin; one moving line on a terminal, else
# one line for each ten percent.
show_progress() {
    local label=$1 percent text shown=-1
    while read -r percent text; do
        percent=${percent%%.*}
        if [[ -t 1 ]]; then
            printf '\r\033[K    %s %3d %% %.60s' "$label" "$percent" "$text"
        elif ((percent / 10 != shown)); then
            shown=$((percent / 10))
            printf '    %s %3d %%\n' "$label" "$percent"
        fi
    done
    if [[ -t 1 ]]; then printf '\r\033[K'; fi
}

# need_space FOLDER MEGABYTES WHAT: dies when the folder's disk has less room than that.
need_space() {
    local folder=$1 needed=$2 what=$3 free
    while [[ ! -e $folder ]]; do folder=$(dirname -- "$folder"); done
    free=$(df -Pm -- "$folder" | awk 'NR == 2 { print $4 }')
    ((free >= needed)) || die "$what needs $needed MB on the disk of $folder; $free MB are free"
}

# last_words LOG: the line of a log that says best why a program ended.
last_words() {
    local line
    line=$(grep -Ei 'error|critical|fatal|cannot|refused|failed' -- "$1" 2>/dev/null | tail -n 1)
    [[ -n $line ]] || line=$(tail -n 1 -- "$1" 2>/dev/null)
    printf '%s' "${line:-it said nothing}"
}
