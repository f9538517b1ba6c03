# Shared by the parts of script/machine.
# shellcheck shell=bash

machines=/run/foqus-machines

say() { printf 'machine: %s\n' "$*" >&2; }
# die TEXT [STATUS]
die() {
    say "$1"
    exit "${2:-125}"
}

# Whether a process runs; one that has ended and is not reaped does not.
is_alive() {
    local state
    state=$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null) || return 1
    case $state in '' | Z | X) return 1 ;; esac
}

await_end() {
    local end=$((SECONDS + $2))
    while is_alive "$1"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.02
    done
}
