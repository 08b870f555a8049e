# Which Debian packages are needed (packages.txt) and how what is missing gets installed.
# shellcheck shell=bash

# wanted_packages KIND...: the entries of packages.txt of those kinds, alternatives still joined.
wanted_packages() {
    local kind
    for kind in "$@"; do
        awk -v kind="$kind" '$1 == kind { print $2 }' "$root/scripts/packages.txt"
    done
}

installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }
known_to_apt() { apt-cache show --no-all-versions "$1" >/dev/null 2>&1; }

# missing_packages KIND...: the entries of which no alternative is installed.
missing_packages() {
    local entry name have
    local -a names
    for entry in $(wanted_packages "$@"); do
        IFS='|' read -ra names <<<"$entry"
        have=no
        for name in "${names[@]}"; do
            if grep -qx -- "$name" <<<"$installed_names"; then have=yes; fi
        done
        [[ $have == yes ]] || printf '%s\n' "$entry"
    done
}

# choose_alternative ENTRY: the first of its names that apt can install.
choose_alternative() {
    local name
    local -a names
    IFS='|' read -ra names <<<"$1"
    for name in "${names[@]}"; do
        if known_to_apt "$name"; then
            printf '%s\n' "$name"
            return
        fi
    done
    printf '%s\n' "${names[0]}"
}

# as_root COMMAND...: through sudo unless we are root already.
as_root() {
    if ((EUID == 0)); then "$@"; else sudo -- "$@"; fi
}

# install_packages KIND...: what is missing, and nothing when nothing is.
install_packages() {
    command -v dpkg-query >/dev/null ||
        die "this is not Debian: install what scripts/packages.txt lists, by hand"
    local installed_names missing
    # A package may provide another's name: some nodejs bring npm along.
    installed_names=$(dpkg-query -W -f '${db:Status-Status} ${Package}, ${Provides}\n' |
        sed -n 's/^installed //p' | tr ',' '\n' | sed 's/^ *//; s/ .*//')
    missing=$(missing_packages "$@")
    [[ -n $missing ]] || return 0
    if ((EUID != 0)) && ! command -v sudo >/dev/null; then
        die "missing packages and neither root nor sudo to install them:" "${missing//$'\n'/ }"
    fi
    need_space /var 3000 "installing packages"
    need_space "$root/build" 1500 "the build"
    local log=$root/build/apt.log
    mkdir -p "$root/build"
    : >"$log"
    step "installing $(wc -l <<<"$missing") packages and what they need (details: build/apt.log)"
    keep_postgresql_quiet
    # Failing to refresh one list matters only if the installation fails too, so that is what is
    # reported.
    as_root apt-get update >>"$log" 2>&1 || true
    local entry
    local -a names=()
    for entry in $missing; do names+=("$(choose_alternative "$entry")"); done
    apt_install "$log" "${names[@]}"
}

# keep_postgresql_quiet: Debian's package would otherwise create and start a cluster that nobody
# asked for.
keep_postgresql_quiet() {
    local settings=/etc/postgresql-common/createcluster.conf
    if installed postgresql-common || [[ -e $settings ]]; then return; fi
    as_root mkdir -p /etc/postgresql-common
    as_root tee "$settings" >/dev/null <<<'create_main_cluster = false'
}

# apt_install LOG NAME...: with progress; one clear line when it fails.
apt_install() {
    local log=$1 started=$SECONDS
    shift
    if ! run_apt_install "$log" "$@"; then
        if grep -q 'No space left on device\|enough free space' "$log"; then
            die "the disk is full: apt could not install the packages (details: build/apt.log)"
        fi
        die "apt could not install the packages: $(apt_reason "$log")"
    fi
    say "    installed in $(seconds_since "$started")"
}

# apt_reason LOG: the first failed download, or else the last error.
apt_reason() {
    local reason
    reason=$(grep -m 1 '^E: Failed to fetch' "$1" || grep '^E: ' "$1" | tail -n 1)
    reason=${reason#E: }
    printf '%s' "${reason:-it said nothing} (details: build/apt.log)"
}

run_apt_install() {
    local log=$1
    shift
    # The status goes to descriptor 3, opened behind sudo, which would close it; apt closes it for
    # dpkg, so it cannot be 1. confold: keep_postgresql_quiet wrote a settings file already.
    # shellcheck disable=SC2016
    as_root env DEBIAN_FRONTEND=noninteractive sh -c 'exec apt-get "$@" 3>&1' apt-get install \
        --yes --no-install-recommends -o APT::Status-Fd=3 -o DPkg::Lock::Timeout=120 \
        -o Dpkg::Options::=--force-confold -o Dpkg::Use-Pty=0 "$@" </dev/null 2>&1 |
        apt_progress "$log" | show_progress apt
}

# apt_progress LOG: everything goes to the log; the status lines become "PERCENT TEXT", downloads
# being the first half and unpacking the second.
apt_progress() {
    local line kind percent text
    while IFS= read -r line; do
        printf '%s\n' "$line" >>"$1"
        IFS=: read -r kind _ percent text <<<"$line"
        percent=${percent%%.*}
        [[ $percent =~ ^[0-9]+$ ]] || continue
        case $kind in
            dlstatus) printf '%d %s\n' $((percent / 2)) "$text" ;;
            pmstatus) printf '%d %s\n' $((50 + percent / 2)) "$text" ;;
        esac
    done
}

# provide_msgpack: the headers of msgpack-cxx, which Debian 12 cannot install beside Boost 1.81.
provide_msgpack() {
    local target=$root/build/packages
    if [[ -e $target/usr/include/msgpack.hpp || -e /usr/include/msgpack.hpp ]]; then return; fi
    step "unpacking the headers of libmsgpack-cxx-dev into build/packages"
    mkdir -p "$target"
    local log=$root/build/apt.log
    if ! (cd "$target" && download_msgpack >>"$log" 2>&1); then
        die "apt could not download libmsgpack-cxx-dev: $(apt_reason "$log")"
    fi
}

download_msgpack() {
    # Run as root in a folder of another user, apt warns that it downloads unsandboxed; that is
    # harmless.
    if ! known_to_apt libmsgpack-cxx-dev; then as_root apt-get update || return; fi
    rm -rf unpacked usr &&
        apt-get download libmsgpack-cxx-dev &&
        dpkg-deb --extract libmsgpack-cxx-dev_*.deb unpacked &&
        mv unpacked/usr . &&
        rm -r unpacked libmsgpack-cxx-dev_*.deb
}

# provide_linters: what reads the API's description in the tests, as package-lock.json names it.
provide_linters() {
    local target=$root/build/contract source=$root/tests/contract log=$root/build/npm.log
    if cmp -s "$source/package-lock.json" "$target/package-lock.json"; then return; fi
    step "installing the linters of the API's description into build/contract"
    rm -rf -- "$target" "$target.new"
    mkdir -p "$target.new"
    cp "$source/package.json" "$source/package-lock.json" "$target.new"
    if ! (cd "$target.new" && npm ci --ignore-scripts --no-audit --no-fund </dev/null \
        >"$log" 2>&1); then
        die "npm could not install the linters: $(npm_reason "$log")"
    fi
    mv "$target.new" "$target"
}

# npm_reason LOG: the first error that says more than a code.
npm_reason() {
    local reason
    reason=$(sed -n 's/^npm ERR! //p; s/^npm error //p' "$1" | grep -v -m 1 '^code \|^errno ')
    printf '%s' "${reason:-it said nothing} (details: build/npm.log)"
}
