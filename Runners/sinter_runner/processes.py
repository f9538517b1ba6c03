"""The processes that models leave behind."""

from __future__ import annotations

import os
import signal


def children() -> set[int]:
    """The children of all threads of this process; none on a kernel without CONFIG_PROC_CHILDREN."""
    found: set[int] = set()
    for thread in os.listdir("/proc/self/task"):
        try:
            with open(f"/proc/self/task/{thread}/children", "rb") as file:
                found.update(map(int, file.read().split()))
        except (FileNotFoundError, ProcessLookupError):  # the thread has ended, or the kernel does not say
            pass
    return found


def kill_children() -> None:
    """Kills and reaps all children, and the orphans that this brings up in a subreaper."""
    while found := children():
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            except (ProcessLookupError, ChildProcessError):  # another thread has reaped it
                pass
