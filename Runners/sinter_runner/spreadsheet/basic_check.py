"""Finds what LibreOffice does not understand in a library of Basic, of which it tells nothing by itself."""

from __future__ import annotations

import itertools
import re
from typing import Any, Optional

#: A library of the same name as one before would have its faults.
_NAMES = (f"SinterRunnerCheck{number}" for number in itertools.count(1))
_PROBE = "\nFunction SinterRunnerProbe()\nSinterRunnerProbe = 1\nEnd Function\n"
_PROCEDURES = re.compile(
    r"^[ \t]*(?:(?:public|private|friend|static)[ \t]+)*(sub|function|property)\b.*?^[ \t]*end[ \t]+\1\b.*?$",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)


def find_fault(document: Any, library: str) -> str:
    """Which module, and which procedure in it, does not compile."""
    libraries = document.BasicLibraries
    modules = libraries.getByName(library)
    for name in modules.getElementNames():
        source = modules.getByName(name)
        if not _compiles(document, source):
            procedure = _faulty_procedure(document, source)
            place = f"{name}: {procedure!r}" if procedure else name
            return f"LibreOffice finds a syntax error in {place}"
    return f"LibreOffice does not understand the library {library}"


def _faulty_procedure(document: Any, source: str) -> Optional[str]:
    """The first line of the procedure without which the module would compile."""
    for match in _PROCEDURES.finditer(source):
        if _compiles(document, source[: match.start()] + source[match.end() :]):
            return match[0].strip().splitlines()[0]
    return None


def _compiles(document: Any, source: str) -> bool:
    libraries, library = document.BasicLibraries, next(_NAMES)
    libraries.createLibrary(library)
    try:
        libraries.getByName(library).insertByName("Module1", source + _PROBE)
        uri = f"vnd.sun.star.script:{library}.Module1.SinterRunnerProbe?language=Basic&location=document"
        return bool(document.getScriptProvider().getScript(uri).invoke((), (), ())[0] == 1)
    finally:
        libraries.removeLibrary(library)
