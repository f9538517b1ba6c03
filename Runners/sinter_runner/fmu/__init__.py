"""Functional mock-up units (FMI 2 and 3), simulated through FMPy."""

from __future__ import annotations

from ..simulator import Simulator, Unavailable


def make(workdir: str) -> Simulator:
    """Raises Unavailable without FMPy."""
    try:
        from .fmu_simulator import FMUSimulator
    except ModuleNotFoundError as error:
        raise Unavailable(f"FMPy is not installed for this Python ({error}): pip install FMPy") from None
    return FMUSimulator(workdir)
