# shellcheck shell=bash
# The Python environments of the FOQUS runner and of the tests' AWS peers. To be sourced:
#
#     source script/lib/python-env.sh
#     ensure_foqus_python .build        # makes .build/foqus-venv
#     "$FOQUS_PYTHON" -m foqus_runner …
#     ensure_aws_peers .build           # makes .build/aws-peers-venv and sets FOQUS_AWS_PEERS
#     ensure_sinter_python .build       # makes .build/sinter-venv, with FMPy, and sets FOQUS_SINTER_PYTHON
#
# A function does nothing when its environment is there and matches Runners/requirements*.txt or
# Tests/AWSPeers/requirements.txt.

_foqus_python_note() { printf '==> %s\n' "$*" >&2; }
_foqus_python_fail() { printf 'error: %s\n' "$*" >&2; }

# Prints a Python that can make environments and for which the pinned packages are made.
_foqus_python_find() {
    local candidate
    for candidate in "${FOQUS_BASE_PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        [[ -n $candidate ]] && command -v "$candidate" >/dev/null || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

_foqus_python_as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo "$@"
    else
        return 1
    fi
}

# Installs Debian's package for one that has no ensurepip (Debian splits it off).
_foqus_python_install_venv() {
    local python=$1 package
    command -v apt-get >/dev/null || return 1
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    _foqus_python_note "installing $package"
    _foqus_python_as_root apt-get install -y -q "$package" >&2 && return 0
    _foqus_python_as_root apt-get update -q >&2 && _foqus_python_as_root apt-get install -y -q "$package" >&2
}

# ensure_foqus_python BUILD_DIR: makes BUILD_DIR/foqus-venv and sets FOQUS_PYTHON
# to its interpreter. Returns 1, having said what is missing and what to do about it.
ensure_foqus_python() {
    local build=${1:?ensure_foqus_python needs the build directory}
    local runners venv wanted
    runners=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../Runners" && pwd) || return 1
    mkdir -p "$build" || return 1
    build=$(cd "$build" && pwd) || return 1
    venv=$build/foqus-venv
    wanted=$(cat "$runners/requirements.txt" "$runners/requirements-foqus.txt" | sha256sum | cut -d' ' -f1)
    FOQUS_PYTHON=$venv/bin/python3
    _foqus_python_is_current "$venv" "$wanted" && return 0
    # One at a time: builds and tests may ask for it together.
    (
        flock 9 || exit 1
        _foqus_python_is_current "$venv" "$wanted" || _foqus_python_make "$build" "$venv" "$runners" "$wanted"
    ) 9>"$build/foqus-venv.lock"
}

_foqus_python_is_current() {
    local venv=$1 wanted=$2 stamp=$1/.requirements
    [[ -f $stamp && $(<"$stamp") == "$wanted" ]] && "$venv/bin/python3" -c '' 2>/dev/null
}

# ensure_aws_peers BUILD_DIR: makes BUILD_DIR/aws-peers-venv, with the servers that the tests take for AWS, and sets
# FOQUS_AWS_PEERS to its interpreter, unless that names one already. Returns 1, having said what is missing.
ensure_aws_peers() {
    local build=${1:?ensure_aws_peers needs the build directory} requirements
    [[ -z ${FOQUS_AWS_PEERS:-} ]] || return 0
    requirements=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../Tests/AWSPeers" && pwd)/requirements.txt || return 1
    FOQUS_AWS_PEERS=$(_foqus_python_pinned "$build" aws-peers-venv "$requirements" "the AWS peers" "about 530 MB")
}

# ensure_sinter_python BUILD_DIR: the same for BUILD_DIR/sinter-venv, with what runs FMI units and the examples of Sinter
# configurations, and FOQUS_SINTER_PYTHON.
ensure_sinter_python() {
    local build=${1:?ensure_sinter_python needs the build directory} requirements
    [[ -z ${FOQUS_SINTER_PYTHON:-} ]] || return 0
    requirements=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../Runners" && pwd)/requirements-sinter.txt || return 1
    FOQUS_SINTER_PYTHON=$(_foqus_python_pinned "$build" sinter-venv "$requirements" "FMPy and Cantera" "about 290 MB")
}

# Makes the environment of a file of pinned packages, unless it is there, and prints its interpreter:
# _foqus_python_pinned BUILD_DIR NAME REQUIREMENTS CONTENT SIZE
_foqus_python_pinned() {
    local build=$1 name=$2 requirements=$3 content=$4 size=$5 venv wanted
    mkdir -p "$build" || return 1
    build=$(cd "$build" && pwd) || return 1
    venv=$build/$name
    wanted=$(cat "$requirements" "$(dirname "$requirements")"/requirements-fmu.txt 2>/dev/null | sha256sum | cut -d' ' -f1)
    printf '%s\n' "$venv/bin/python3"
    _foqus_python_is_current "$venv" "$wanted" && return 0
    # One at a time: builds and tests may ask for it together.
    (
        flock 9 || exit 1
        _foqus_python_is_current "$venv" "$wanted" && exit 0
        log=$build/$name.log
        _foqus_python_venv "$venv" "$log" "$size" || exit 1
        _foqus_python_note "installing $content"
        FOQUS_PYTHON=$venv/bin/python3 _foqus_python_pip "$log" -r "$requirements" || exit 1
        printf '%s\n' "$wanted" >"$venv/.requirements"
    ) 9>"$build/$name.lock"
}

# Makes an empty environment: _foqus_python_venv PATH LOG SIZE
_foqus_python_venv() {
    local venv=$1 log=$2 size=$3 python
    if ! python=$(_foqus_python_find); then
        _foqus_python_fail "no Python 3.11 or newer found. Install it (Debian: apt-get install python3 python3-venv)" \
            "or name one in FOQUS_BASE_PYTHON."
        return 1
    fi
    if ! "$python" -c 'import venv, ensurepip' 2>/dev/null && ! _foqus_python_install_venv "$python"; then
        _foqus_python_fail "$python cannot make virtual environments. Install them as root:" \
            "apt-get install python3-venv"
        return 1
    fi

    _foqus_python_note "making $venv with $("$python" --version) ($size, once)"
    rm -rf "$venv"
    if ! "$python" -m venv "$venv" >"$log" 2>&1; then
        _foqus_python_fail "$python -m venv failed:"
        tail -n 5 "$log" >&2
        return 1
    fi
}

_foqus_python_make() {
    local build=$1 venv=$2 runners=$3 wanted=$4 log=$1/foqus-venv.log
    _foqus_python_venv "$venv" "$log" "about 450 MB" || return 1
    _foqus_python_note "installing numpy, pandas, scipy and what else FOQUS needs"
    _foqus_python_pip "$log" -r "$runners/requirements.txt" || return 1
    _foqus_python_note "installing FOQUS"
    _foqus_python_pip "$log" --no-deps -r "$runners/requirements-foqus.txt" || return 1
    printf '%s\n' "$wanted" >"$venv/.requirements"
    _foqus_python_note "the FOQUS environment is ready: $venv"
}

_foqus_python_pip() {
    local log=$1
    shift
    if "$FOQUS_PYTHON" -m pip install --disable-pip-version-check --no-input "$@" >>"$log" 2>&1; then
        return 0
    fi
    grep -E '^ *(ERROR|WARNING: Retrying)' "$log" | tail -n 5 >&2
    if grep -qE 'NewConnectionError|HTTPConnection|connection broken|Temporary failure|ProxyError|timed out|from versions: none' "$log"; then
        _foqus_python_fail "the Python package index cannot be reached. Connect this machine to it, or name a mirror" \
            "in PIP_INDEX_URL or a folder of wheels in PIP_FIND_LINKS with PIP_NO_INDEX=1, and run this again."
    else
        _foqus_python_fail "pip could not install the packages of $(basename "${*: -1}"); all it said is in $log"
    fi
    return 1
}
