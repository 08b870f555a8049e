# Configures and compiles.
# shellcheck shell=bash

# build_jobs: one a processor, but each needs up to 2 GB while it compiles HTTP.
build_jobs() {
    local processors memory
    processors=$(nproc)
    memory=$(awk '/^MemAvailable:/ { print int($2 / 2000000) }' /proc/meminfo)
    ((memory >= 1)) || memory=1
    printf '%d' "$((processors < memory ? processors : memory))"
}

# configure PRESET [CMAKE_ARGUMENT...]
configure() {
    local preset=$1 log=$root/build/configure-$1.log
    shift
    mkdir -p "$root/build"
    if [[ ! -e $root/build/$preset/build.ninja ]]; then
        need_space "$root/build" 1500 "the build"
    fi
    if ! (cd "$root" && cmake --preset "$preset" "$@" >"$log" 2>&1); then
        sed -n '/CMake Error/,$p' "$log" >&2
        die "configuring the $preset build failed (details: build/configure-$preset.log)"
    fi
}

# build PRESET [TARGET...]: with progress; compiler messages are shown as they come.
build() {
    local preset=$1 started=$SECONDS
    shift
    local -a targets=()
    if (($# > 0)); then targets=(--target "$@"); fi
    step "building ($preset)"
    if ! run_build "$preset" "${targets[@]}" | build_progress 9>&-; then
        die "building $preset failed; what the compiler said stands above"
    fi
    say "    built in $(seconds_since "$started")"
}

run_build() {
    local preset=$1
    shift
    cd "$root" || return
    # Not the lock of `up`: who stops that would find it held until the compilers have ended.
    NINJA_STATUS='[%f/%t] ' flock "$root/build/$preset.lock" \
        cmake --build --preset "$preset" --parallel "$(build_jobs)" "$@" 2>&1 9>&-
}

# build_progress: ninja's "[n/m] text" become progress; everything else passes.
build_progress() {
    local line percent shown=-1
    while IFS= read -r line; do
        if [[ $line =~ ^\[([0-9]+)/([0-9]+)\]\ (.*) ]]; then
            percent=$((100 * BASH_REMATCH[1] / BASH_REMATCH[2]))
            if [[ -t 1 ]]; then
                printf '\r\033[K    [%s/%s] %.70s' "${BASH_REMATCH[@]:1:3}"
            elif ((percent / 10 != shown)); then
                shown=$((percent / 10))
                printf '    %3d %% of %s steps\n' "$percent" "${BASH_REMATCH[2]}"
            fi
        elif [[ $line != 'ninja: no work to do.' ]]; then
            if [[ -t 1 ]]; then printf '\r\033[K'; fi
            printf '%s\n' "$line"
        fi
    done
    if [[ -t 1 ]]; then printf '\r\033[K'; fi
}
