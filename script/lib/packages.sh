# shellcheck shell=bash
# Makes and checks the Debian packages for the stage "packages" of script/test. To be sourced after common.sh.

packages=$build/packages

_debian_release() { (source /etc/os-release && echo "$VERSION_CODENAME"); }

# Where this machine gets its Debian from, as lines of a sources.list.
_debian_sources() {
    [ -n "$(apt-get indextargets)" ] || as_root apt-get update -q >/dev/null
    apt-get indextargets 'Created-By: Packages' 'Origin: Debian' --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' |
        sort -u
}

# What `apt install` of the packages needs to be there: their dependencies and recommendations.
_packages_wants() {
    local package
    for package in "$1"/*.deb; do dpkg-deb -f "$package" Depends Recommends; done | sort -u
}

# make_packages: two versions of all packages in $packages/old and $packages/new, and a second making of the old.
make_packages() {
    ensure_packages lintian piuparts mmdebstrap
    build_release
    local programs version
    programs=$(release_folder)
    version=$("$programs/foqusctl" --version | cut -d' ' -f2)
    rm -rf "$packages"/{old,again,new}
    # Three times the xz of a release would take minutes.
    export DPKG_DEB_COMPRESSOR_TYPE=gzip DPKG_DEB_COMPRESSOR_LEVEL=1
    "$root/script/deb" --programs "$programs" --output "$packages/old"
    "$root/script/deb" --programs "$programs" --output "$packages/again"
    "$root/script/deb" --programs "$programs" --output "$packages/new" --version "$version+1"
}

# ensure_debian_root: a Debian of the smallest kind with systemd in $packages/root, as a fresh machine has it. What the
# packages need is downloaded, but not installed, so that tests need no network.
ensure_debian_root() {
    local debian=$packages/root release wanted proxy
    release=$(_debian_release)
    wanted=$({ _debian_sources && _packages_wants "$packages/old"; } | sha256sum | cut -d' ' -f1)
    [ "$(cat "$packages/root.stamp" 2>/dev/null)" != "$wanted" ] || return 0
    say "making a fresh Debian ($release, once, some minutes)"
    rm -rf "$debian" "$packages/root.stamp"
    _debian_sources >"$packages/sources.list"
    proxy=$(apt-config dump --format '%v' Acquire::http::Proxy)
    # Without --skip the lists of packages would be removed in the end, and what was downloaded.
    if ! as_root mmdebstrap --mode=root --variant=minbase --format=directory --include=systemd,dbus \
        ${proxy:+--aptopt="Acquire::http::Proxy \"$proxy\""} --skip=cleanup/apt \
        --customize-hook="copy-in $packages/old /opt" \
        --customize-hook='chroot "$1" sh -c "apt-get install --download-only --install-recommends --yes /opt/old/*.deb"' \
        --customize-hook='rm -r "$1/opt/old"' \
        "$release" "$debian" "$packages/sources.list" >"$packages/root.log" 2>&1; then
        tail -n 20 "$packages/root.log" >&2
        die "no fresh Debian could be made"
    fi
    echo "$wanted" >"$packages/root.stamp"
}

# The same source must give the same packages.
check_reproducible() {
    local package
    for package in "$packages"/old/*.deb; do
        cmp "$package" "$packages/again/${package##*/}" || die "${package##*/} comes out different each time"
    done
    say "made twice, the packages are the same"
}

check_lintian() { lintian --fail-on error,warning "$packages"/old/*.changes 2> >(grep -v 'running with root' >&2); }

# Installs, removes and purges each package, and finds what is left behind.
check_piuparts() {
    local set package files
    for set in foqusctl foqus-sinter foqus-worker "foqus-worker foqus-worker-aws" "foqus-worker foqus-gateway"; do
        files=()
        for package in $set; do files+=("$packages/old/${package}_"*.deb); done
        if ! as_root piuparts --existing-chroot "$packages/root" --keep-sources-list --no-eatmydata \
            --distribution "$(_debian_release)" --install-remove-install "${files[@]}" >"$packages/piuparts.log" 2>&1; then
            grep -E 'ERROR|FAIL|WARN' -A 10 "$packages/piuparts.log" >&2
            die "piuparts found faults in $set; all it said is in $packages/piuparts.log"
        fi
        say "piuparts: $set is clean"
    done
}
