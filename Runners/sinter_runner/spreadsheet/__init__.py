"""Workbooks in a LibreOffice without a window, driven over UNO."""

from __future__ import annotations

from ..simulator import Simulator, Unavailable


def make(workdir: str) -> Simulator:
    """Raises Unavailable without Debian's python3-uno or when another Python than Debian's runs this."""
    try:
        from .spreadsheet_simulator import SpreadsheetSimulator
    except ModuleNotFoundError as error:
        if error.name != "uno":
            raise
        raise Unavailable("LibreOffice is not installed: apt-get install libreoffice-calc-nogui python3-uno") from None
    return SpreadsheetSimulator(workdir)
