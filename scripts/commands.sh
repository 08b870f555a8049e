# The subcommands of ./cambist.
# shellcheck shell=bash

help_text() {
    cat <<'TEXT'
Cambist: a forex broker's back office whose rules are enforced inside the trading server.

  ./cambist up       builds and runs everything on this machine, with a small demo broker
  ./cambist down     stops what `up` runs, from another terminal
  ./cambist test     builds and runs every test
  ./cambist ctl      asks what `up` runs: every route from a shell
  ./cambist play     plays scenarios against what `up` runs: who says what, and what comes of it
  ./cambist demo     plays a broker's day on real quotes and checks every deal of it
  ./cambist bench    measures what is fast about it, each figure beside its floor
  ./cambist prepare  only installs what is missing and configures the build

Each has --help. On Debian 12 with git alone the first `up` installs compiler, libraries and
PostgreSQL with apt (as root, or through sudo), which takes minutes; later ones start in seconds.
TEXT
}

test_help() {
    cat <<'TEXT'
./cambist test [-R REGEX] [--preset NAME]
  Installs what is missing, builds once with assertions on, and runs every test with its own
  servers; the last line reads "N passed, N failed, N skipped". Exit code 0 when all passed.
  -R REGEX        only the tests whose name matches (ctest -N in build/dev lists them)
  --preset NAME   another build: asan runs the unit, integration and simulation tests under the
                  address and undefined-behaviour sanitizers, tsan the pure code and the plugin
                  under the thread sanitizer (default: dev)
TEXT
}

prepare_command() {
    if [[ ${1:-} == --help ]]; then
        say "./cambist prepare: installs what building and testing need, and configures the build."
        return
    fi
    (($# == 0)) || usage_error "prepare takes no argument: $1" prepare
    prepare_tests dev
    provide_linters
}

# prepare_tests PRESET [CMAKE_ARGUMENT...]
prepare_tests() {
    install_packages up test
    provide_msgpack
    configure "$@" -DCAMBIST_TESTS=ON
}

test_command() {
    local preset=dev
    local -a filter=()
    while (($# > 0)); do
        case $1 in
            --help) test_help && return ;;
            -R)
                (($# > 1)) || usage_error "-R needs a regular expression" test
                filter=(-R "$2")
                shift 2
                ;;
            --preset)
                [[ ${2:-} =~ ^(dev|asan|tsan)$ ]] ||
                    usage_error "--preset is dev, asan or tsan" test
                preset=$2
                shift 2
                ;;
            *) usage_error "unknown argument: $1" test ;;
        esac
    done
    prepare_tests "$preset"
    provide_linters
    build "$preset"
    run_tests "$preset" "${filter[@]}"
}

# run_tests PRESET [CTEST_ARGUMENT...]: shows the output of what fails and closes with the count.
run_tests() {
    local preset=$1 failed=0 started=$SECONDS
    local results=$root/build/$preset/results
    shift
    step "testing ($preset)"
    rm -rf -- "$results"
    mkdir -p "$results"
    (cd "$root" && ctest --preset "$preset" --parallel "$(nproc)" --output-on-failure \
        --no-tests=error --output-junit "$results/ctest.junit" "$@") || failed=1
    say "    tested in $(seconds_since "$started")"
    [[ -e $results/ctest.junit ]] || die "ctest could not run; what it said stands above"
    /usr/bin/python3 "$root/scripts/tally.py" "$results/ctest.junit" "$results"
    return "$failed"
}

bench_command() {
    if [[ ${1:-} == --help ]]; then
        say './cambist bench [NAME...]'
        say '  One JSON line a case: ours beside its floor, measured in the same run.'
        if can_run_python; then /usr/bin/python3 "$root/tests/bench/bench.py" --help; fi
        return
    fi
    install_packages bench >&2
    prepare_tests release >&2
    build release cambist-migrate cambist-keys cambist-bridge cambist-gateway cambistctl \
        cambist_plugin cambist-bench-host cambist-bench-floors cambist-bench-micro \
        cambist-bench-bare-http cambist-bench-audit >&2
    exec /usr/bin/python3 "$root/tests/bench/bench.py" --build "$root/build/release" "$@"
}

# prepare_programs: what `up` and `demo` run. A build folder that has the tests keeps them.
prepare_programs() {
    install_packages up
    provide_msgpack
    local -a tests=()
    if [[ ! -e $root/build/dev/build.ninja ]]; then tests=(-DCAMBIST_TESTS=OFF); fi
    configure dev "${tests[@]}"
    build dev cambist-migrate cambist-keys cambist-bridge cambist-gateway cambistctl \
        cambist-sim cambist_plugin
}

# can_run_python: without it yet, only the short help can be shown.
can_run_python() {
    if [[ -x /usr/bin/python3 ]]; then return; fi
    say '  (the rest needs python3, which ./cambist prepare installs)'
    return 1
}

demo_command() {
    # What the day itself says of --help needs nothing built.
    if [[ " $* " == *" --help "* || " $* " == *" -h "* ]]; then
        say './cambist demo [OPTION...]: plays a broker'"'"'s day and has every deal of it checked.'
        can_run_python || return 0
    else
        prepare_programs >&2
    fi
    exec /usr/bin/python3 "$root/sim/broker_day/demo.py" "$@"
}
