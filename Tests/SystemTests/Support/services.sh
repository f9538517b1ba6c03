#!/usr/bin/env bash
# Runs in a throwaway machine with systemd: services.sh UNITS PROGRAM…
# Installs the unit files as they are, and checks what systemd makes of the services.
set -euo pipefail
units=$1
shift

trap 'status=$?; [ $status = 0 ] || journalctl --no-pager -n 60 -u foqus-worker -u foqus-gateway >&2' EXIT
fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}
# Waits until a command succeeds.
until_true() {
    local end=$((SECONDS + 60))
    until "$@"; do
        [ $SECONDS -lt $end ] || fail "never true: $*"
        sleep 0.05
    done
}
property() { systemctl show --property="$2" --value "$1"; }
is_restarted() { [ "$(property "$1" NRestarts)" = 1 ] && systemctl -q is-active "$1"; }
has_state() { foqusctl session status "$session" --json | grep -q "\"$1\": *1"; }
is_in() { [ "$(property "$1" ActiveState)" = "$2" ]; }

install -m 755 "$@" /usr/bin/
useradd --system --no-create-home foqus
mkdir -p /etc/foqus /root/waiting
cat >/etc/foqus/foqus.conf <<'CONF'
[worker]
slots = 1

[application.script]
executor = command
program = /bin/sh
arguments = job.sh
CONF
install -m 644 "$units"/foqus-worker.service "$units"/foqus-gateway.service /etc/systemd/system/
systemctl daemon-reload

# Type=notify: start returns when the service says that it is ready.
systemctl start foqus-gateway foqus-worker
for service in foqus-gateway foqus-worker; do
    [ "$(property $service ActiveState)" = active ] || fail "$service is not active"
    systemctl kill --signal=SIGKILL --kill-whom=main $service
    until_true is_restarted $service
done

export FOQUS_USER=alice FOQUS_PASSWORD=secret
printf 'secret\n' | runuser -u foqus -- foqusctl user --store /var/lib/foqus add alice --password-stdin

# A stop lets the running job end.
printf 'until [ -e /etc/foqus/gate ]; do sleep 0.05; done\n' >/root/waiting/job.sh
foqusctl simulation put waiting /root/waiting --application script
printf '[{"a": {"b": 1}}]' >/root/inputs.json
session=$(foqusctl session create)
foqusctl session append "$session" /root/inputs.json --simulation waiting --application script
foqusctl session start "$session"
until_true has_state running
systemctl stop --no-block foqus-worker
until_true is_in foqus-worker deactivating
touch /etc/foqus/gate
until_true has_state success
until_true is_in foqus-worker inactive
systemctl stop foqus-gateway
for service in foqus-gateway foqus-worker; do
    [ "$(property $service Result)" = success ] || fail "$service ended with $(property $service Result)"
    [ "$(property $service ExecMainStatus)" = 0 ] || fail "$service ended with $(property $service ExecMainStatus)"
done
