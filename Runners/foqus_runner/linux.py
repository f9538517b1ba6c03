"""What the standard library does not offer of Linux: prctl, and the children of this process."""

from __future__ import annotations

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), "prctl")


def die_with_parent(parent: int) -> None:
    """Asks for SIGKILL when the parent ends, and ends now if it is gone already."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def begin_child(parent: int) -> None:
    """Makes of a process that was just forked one of its own: in a session, with the signals' actions of a program."""
    os.setsid()
    die_with_parent(parent)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def prefer_for_oom() -> None:
    """Out of memory, the kernel shall end this process and not the runner."""
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("500")
    except OSError:
        pass


def write_all(descriptor: int, data: bytes) -> None:
    """Raises OSError, as BrokenPipeError when nobody reads any more."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def become_subreaper() -> None:
    """Orphans among our descendants become our children, also those that left their process group."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def kill_group(pid: int) -> None:
    """SIGKILL for a process and its group. The process may not have made the group yet."""
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def children() -> frozenset[int]:
    """The children of this single-threaded process; none on a kernel without CONFIG_PROC_CHILDREN."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", "rb") as file:
            return frozenset(map(int, file.read().split()))
    except FileNotFoundError:
        return frozenset()


def kill_children(keep: frozenset[int] = frozenset()) -> None:
    """Kills and reaps the children but those to keep, and the orphans that this brings up."""
    while extra := children() - keep:
        for pid in extra:
            os.kill(pid, signal.SIGKILL)  # ours and not reaped, so the id cannot be another's
            os.waitpid(pid, 0)


def max_rss_kb() -> int:
    """The peak memory of this process in KiB."""
    with open("/proc/self/status", "rb") as file:
        for line in file:
            if line.startswith(b"VmHWM:"):
                return int(line.split()[1])
    return 0
