# Shared by the scripts: where things are, how to speak, how to install what is missing.
# shellcheck shell=bash

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build="${FOQUS_BUILD_DIR:-$root/.build}"

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# Runs a command as root: as it is, or by sudo.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "'$*' needs root: run this script as root, or install sudo"
    fi
}

# Installs those of the named Debian packages that are missing.
ensure_packages() {
    local missing=() name
    for name in "$@"; do
        dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || die "missing packages: ${missing[*]} (install them; this script knows apt only)"
    say "installing ${missing[*]}"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >/dev/null ||
        die "apt-get update failed: is the network there?"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" \
        >"${TMPDIR:-/tmp}/foqus-apt.log" 2>&1 ||
        die "apt-get install failed; see ${TMPDIR:-/tmp}/foqus-apt.log"
}

ensure_build_packages() {
    ensure_packages pkg-config libcurl4-openssl-dev libsystemd-dev libssl-dev libsqlite3-dev libmicrohttpd-dev \
        libinih-dev libexpat1-dev libudunits2-dev libudunits2-data
}

# LibreOffice and its library for Debian's Python, which the runner of workbooks needs. One that is there will do.
ensure_libreoffice() {
    if command -v soffice >/dev/null && /usr/bin/python3 -c 'import uno' 2>/dev/null; then return 0; fi
    ensure_packages libreoffice-calc-nogui python3-uno
}

# Fetches promtool into BUILD_DIR/promtool and sets FOQUS_PROMTOOL, unless that names one. Debian has it in the package of
# the server, which is not to be installed, and started, for that.
ensure_promtool() {
    local folder=$1/promtool work
    [ -z "${FOQUS_PROMTOOL:-}" ] || return 0
    FOQUS_PROMTOOL=$folder/usr/bin/promtool
    [ ! -x "$FOQUS_PROMTOOL" ] || return 0
    say "fetching promtool"
    work=$(mktemp -d "${TMPDIR:-/tmp}/foqus-promtool.XXXXXX")
    (cd "$work" && { apt-get download -q prometheus || { as_root apt-get update -q && apt-get download -q prometheus; }; }) \
        >"$work/log" 2>&1 || die "apt-get download prometheus failed: $(tail -n 3 "$work/log")"
    mkdir -p "$folder"
    dpkg-deb --fsys-tarfile "$work"/prometheus_*.deb | tar -C "$folder" -x ./usr/bin/promtool
    rm -rf "$work"
}

ensure_swift() {
    command -v swift >/dev/null ||
        die "Swift 6.2 or later is not on the PATH: install it from https://www.swift.org/install/linux/"
    local version
    version=$(swift --version 2>&1 | sed -n 's/.*Swift version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p' | head -n 1)
    # shellcheck disable=SC2086
    set -- $version
    if [ "${1:-0}" -lt 6 ] || { [ "${1:-0}" = 6 ] && [ "${2:-0}" -lt 2 ]; }; then
        die "Swift ${1:-?}.${2:-?} is too old: this package needs 6.2 or later"
    fi
}

release_products=(foqus-worker foqus-worker-aws foqus-service foqus-gateway foqusctl foqus-sinter)
release_options=(--scratch-path "$build" -c release --static-swift-stdlib -Xlinker -s)
# As Debian hardens its programs; what C there is, Package.swift hardens.
release_options+=(-Xlinker -z -Xlinker now)

# Builds the programs for use: optimised, with the Swift library inside.
build_release() {
    local product
    say "building the programs (the first time takes some minutes)"
    for product in "${release_products[@]}"; do
        (cd "$root" && swift build "${release_options[@]}" --product "$product") >&2
    done
}

# The folder that build_release builds into.
release_folder() { (cd "$root" && swift build "${release_options[@]}" --show-bin-path); }
