# The cgroups of a machine: one for each hierarchy of the host, below the cgroup that this script runs in. A plan has a
# line for each: its mount point's name, the type and options to mount it with, and the machine's cgroup.
# shellcheck shell=bash

# The hierarchies of this host: MOUNT-POINT TYPE OPTION, the option being the controllers of an older hierarchy.
cgroup_hierarchies() {
    if [ -n "${FOQUS_MACHINE_CGROUP2:-}" ]; then
        echo "$FOQUS_MACHINE_CGROUP2 cgroup2 -"
    elif [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]; then
        echo "/sys/fs/cgroup cgroup2 -"
    else
        awk '$5 ~ "^/sys/fs/cgroup/" {
            for (i = 7; i < NF; i++) if ($i == "-") break
            if ($(i + 1) == "cgroup2") print $5, "cgroup2", "-"
            if ($(i + 1) != "cgroup") next
            count = split($(i + 3), all, ","); controllers = ""
            for (j = 1; j <= count; j++)
                if (all[j] !~ /^(r[wo]|xattr|noprefix|clone_children|release_agent=.*)$/)
                    controllers = controllers (controllers == "" ? "" : ",") all[j]
            print $5, "cgroup", controllers
        }' /proc/self/mountinfo
    fi
}

# Where this process is in a hierarchy: cgroup_of_self TYPE CONTROLLERS
cgroup_of_self() {
    local path
    if [ "$1" = cgroup2 ]; then
        path=$(sed -n 's/^0:://p' /proc/self/cgroup)
    else
        path=$(awk -F: -v wanted="$2" '$2 == wanted { print $3 }' /proc/self/cgroup)
    fi
    printf '%s\n' "${path%/}"
}

cgroups_plan() {
    local mounted type option name=$1
    cgroup_hierarchies | while read -r mounted type option; do
        if [ "$type" = cgroup2 ] && [ -f "$mounted/cgroup.controllers" ] && is_only_hierarchy "$mounted"; then
            offer_controllers "$mounted$(cgroup_of_self cgroup2 -)" >&2
        fi
        echo "${mounted##*/} $type $option $mounted$(cgroup_of_self "$type" "$option")/foqus-machine-$name"
    done
}

is_only_hierarchy() { [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ] || [ -n "${FOQUS_MACHINE_CGROUP2:-}" ]; }

# Has a cgroup2 pass its controllers on. It may then hold no processes itself, but for the root of all: they move to a
# cgroup beside the machine's.
offer_controllers() {
    local cgroup=$1 controller process
    for controller in $(cat "$cgroup/cgroup.controllers"); do
        grep -qw "$controller" "$cgroup/cgroup.subtree_control" && continue
        if ! echo "+$controller" 2>/dev/null >"$cgroup/cgroup.subtree_control"; then
            mkdir -p "$cgroup/foqus-machine-host"
            for process in $(cat "$cgroup/cgroup.procs"); do
                echo "$process" 2>/dev/null >"$cgroup/foqus-machine-host/cgroup.procs" || true
            done
            echo "+$controller" 2>/dev/null >"$cgroup/cgroup.subtree_control" ||
                say "the machine has no cgroup controller $controller"
        fi
    done
}

# Whether there are hierarchies and each takes a new cgroup.
cgroups_can_be_made() {
    local mounted type option trial="" status=0
    while read -r mounted type option; do
        trial=$mounted$(cgroup_of_self "$type" "$option")/foqus-machine-trial-$$
        { mkdir "$trial" && rmdir "$trial"; } 2>/dev/null || status=1
    done < <(cgroup_hierarchies)
    [ -n "$trial" ] && return $status
}

# cgroups_make PLAN
cgroups_make() {
    local cgroup parent
    while read -r _ _ _ cgroup; do
        mkdir "$cgroup"
        parent=${cgroup%/*}
        if [ -f "$cgroup/cpuset.mems" ] && [ ! -f "$cgroup/cgroup.controllers" ]; then
            cat "$parent/cpuset.cpus" >"$cgroup/cpuset.cpus"
            cat "$parent/cpuset.mems" >"$cgroup/cpuset.mems"
        fi
    done <"$1"
}

# Takes this process into a machine's cgroups: cgroups_join PLAN. Once systemd runs there, only its leaves hold processes.
cgroups_join() {
    local cgroup
    while read -r _ _ _ cgroup; do
        if [ -f "$cgroup/cgroup.controllers" ] && [ -d "$cgroup/init.scope" ]; then cgroup=$cgroup/init.scope; fi
        echo 0 >"$cgroup/cgroup.procs"
    done <"$1"
}

# Removes what is left of them: cgroups_remove PLAN. Processes that were killed a moment ago may still be in them.
cgroups_remove() {
    local cgroup attempt
    [ -f "$1" ] || return 0
    while read -r _ _ _ cgroup; do
        for attempt in {1..100}; do
            [ -d "$cgroup" ] || break
            find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || sleep "0.0$((attempt % 9 + 1))"
        done
    done <"$1"
}
