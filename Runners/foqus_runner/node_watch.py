"""Tells which node the engine is calculating: a node that ends or hangs the process cannot say so itself."""

from __future__ import annotations

import mmap
from typing import Any, Callable, Optional

Observer = Callable[[str], None]

_observer: Optional[Observer] = None
_installed = False


def observe(observer: Optional[Observer]) -> None:
    """Calls observer with a node's name before each of its calculations."""
    global _observer, _installed
    _observer = observer
    if _installed:
        return
    _installed = True
    from foqus_lib.framework.graph.node import Node

    calculate = Node.runCalc

    def run_calc(node: Any, nanout: bool = False) -> Any:
        if _observer is not None:
            _observer(node.name)
        return calculate(node, nanout)

    Node.runCalc = run_calc


class SharedName:
    """A name in memory that parent and child share; the parent reads it after the child's end."""

    SIZE = 256

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, self.SIZE)

    def set(self, name: str) -> None:
        data = name.encode()[: self.SIZE - 1]
        self._memory[: len(data) + 1] = data + b"\0"

    def get(self) -> str:
        return bytes(self._memory).split(b"\0", 1)[0].decode(errors="ignore")
