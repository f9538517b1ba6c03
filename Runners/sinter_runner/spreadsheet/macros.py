"""The macros of a workbook, and how one is called so that its errors are seen.

Without a window, LibreOffice swallows what goes wrong in a macro. So a module is
put next to it, whose function calls it and returns what happened. It returns
nothing when the library does not compile.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Iterator

from com.sun.star.uno import Exception as UnoException

from ..simulator import ModelError
from . import basic_check

_PROCEDURE = re.compile(
    r"^[ \t]*(?:(?:public|private|friend|static)[ \t]+)*(?:sub|function)[ \t]+([^\W\d]\w*)",
    re.IGNORECASE | re.MULTILINE,
)
#: Statements that move cells, after which references to them point elsewhere than their addresses.
_MOVES = re.compile(
    r"\b(?:insert|delete|cut|moveRange|removeRange|insertCells|insertByIndex|removeByIndex|removeByName)\b",
    re.IGNORECASE,
)
_NAME = "SinterRunner"
_VBA = "Rem Attribute VBA_ModuleType=VBAModule\nOption VBASupport 1\n"
_WRAPPER = """Global {name}Begun
Function {name}Call() As String
{name}Begun = "begun"
On Error GoTo Failed
{module}.{procedure}
{name}Begun = ""
{name}Call = "OK"
Exit Function
Failed:
{name}Begun = ""
{name}Call = "E|" & {number} & "|" & {text}
End Function
Function {name}State() As String
{name}State = {name}Begun
{name}Begun = ""
End Function
"""


@dataclass(frozen=True)
class Macro:
    library: str
    module: str
    procedure: str

    def __str__(self) -> str:
        return f"{self.module}.{self.procedure}"


@dataclass(frozen=True)
class _Wrapped:
    macro: Macro
    call: Any  # scripts
    state: Any


class Macros:
    """Of one open document."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._libraries = document.BasicLibraries
        self._wrapped: dict[str, _Wrapped] = {}
        sources = list(_sources(self._libraries))
        self._all = [
            Macro(library, module, procedure)
            for library, module, source in sources
            for procedure in _PROCEDURE.findall(source)
        ]
        self.move_cells = any(_MOVES.search(source) for _, _, source in sources)

    def call(self, name: str) -> None:
        """Raises ModelError."""
        wrapped = self._wrapped.get(name)
        if wrapped is None:
            wrapped = self._wrapped[name] = self._wrap(self._find(name))
        answer = wrapped.call.invoke((), (), ())[0]
        if answer == "OK":
            return
        macro = wrapped.macro
        if answer:
            _, number, text = answer.split("|", 2)
            raise ModelError(f"macro {macro}: {_one_line(text)} (error {number})")
        if wrapped.state.invoke((), (), ())[0]:
            raise ModelError(f"macro {macro}: it ended all macros with End or Stop, so its results cannot be told")
        del self._wrapped[name]
        raise ModelError(f"macro {macro} did not run: {basic_check.find_fault(self._document, macro.library)}")

    def _find(self, name: str) -> Macro:
        """A macro's name may have its workbook, library and module before it: Book.xlsm!Module1.Main."""
        parts = name.rpartition("!")[2].strip().strip("'").split(".")
        wanted = [part.lower() for part in parts]
        found = [
            macro
            for macro in self._all
            if [macro.library.lower(), macro.module.lower(), macro.procedure.lower()][-len(wanted) :] == wanted
        ]
        if len(found) == 1:
            return found[0]
        if found:
            raise ModelError(f"macro {name!r} is ambiguous: write one of {', '.join(map(str, found))}")
        known = f"it has: {', '.join(map(str, self._all))}" if self._all else "it has none"
        raise ModelError(f"the workbook has no macro {name!r}; {known}")

    def _wrap(self, macro: Macro) -> _Wrapped:
        module = f"{_NAME}{len(self._wrapped) + 1}"
        library = self._libraries.getByName(macro.library)
        is_vba = "Option VBASupport 1" in library.getByName(macro.module)
        source = (_VBA if is_vba else "") + _WRAPPER.format(
            name=_NAME,
            module=macro.module,
            procedure=macro.procedure,
            number="Err.Number" if is_vba else "Err",
            text="Err.Description" if is_vba else "Error$",
        )
        try:
            if library.hasByName(module):
                library.replaceByName(module, source)
            else:
                library.insertByName(module, source)
            provider = self._document.getScriptProvider()
            uri = f"vnd.sun.star.script:{macro.library}.{module}.{_NAME}{{}}?language=Basic&location=document"
            return _Wrapped(macro, provider.getScript(uri.format("Call")), provider.getScript(uri.format("State")))
        except UnoException as error:
            reason = _one_line(error.Message)
            raise ModelError(f"macro {macro} cannot be called: {reason or 'its library is locked'}") from None


def _sources(libraries: Any) -> Iterator[tuple[str, str, str]]:
    for library in libraries.getElementNames():
        try:
            if not libraries.isLibraryLoaded(library):
                libraries.loadLibrary(library)
            modules = libraries.getByName(library)
            for module in sorted(modules.getElementNames()):
                yield library, module, modules.getByName(module)
        except UnoException:  # a library with a password: none of its macros can be called
            continue


def _one_line(text: str) -> str:
    return "; ".join(line.strip().rstrip(".") for line in text.splitlines() if line.strip())
