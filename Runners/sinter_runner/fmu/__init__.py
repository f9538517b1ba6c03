"""FMI units, versions 2 and 3, through FMPy: each run in a process of its own."""

from __future__ import annotations

from ..simulator import Simulator, Unavailable


def make(workdir: str) -> Simulator:
    """Raises Unavailable when this Python has no FMPy."""
    try:
        from .fmu_simulator import FMUSimulator
    except ModuleNotFoundError as error:
        raise Unavailable(
            f"the Python package {error.name} is not installed:"
            " name in the setting python a Python with what requirements-sinter.txt lists"
        ) from None
    return FMUSimulator(workdir)
