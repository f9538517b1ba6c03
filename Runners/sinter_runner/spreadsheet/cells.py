"""The cells that variables stand for."""

from __future__ import annotations

import math
import re
from typing import Any, Optional

from com.sun.star.lang import IndexOutOfBoundsException
from com.sun.star.uno import Exception as UnoException

from ..simulator import LoadError
from ..variables import Variable

_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")
#: What a formula's error is, by LibreOffice's number, as Excel calls it where it has a name for it.
_ERRORS = {
    502: "invalid argument",
    503: "#NUM! not a number",
    508: "a parenthesis is missing",
    509: "an operator is missing",
    510: "a variable is missing",
    511: "a variable is missing",
    512: "the formula is too long",
    513: "a text is too long",
    518: "a variable is not available",
    519: "#VALUE! no value that can be used",
    520: "the formula cannot be understood",
    522: "circular reference",
    523: "the iteration of circular references does not converge",
    524: "#REF! a cell that is not there",
    525: "#NAME? an unknown name or function",
    527: "references are nested too deep",
    532: "#DIV/0! division by zero",
    540: "what comes from another file or the network is not loaded",
    533: "#NULL! ranges that do not meet",
    32767: "#N/A no value available",
}
NOT_CONVERGED = 523


class CellError(Exception):
    """What is in a cell cannot be the value of its variable; ``number`` is the formula's error, if it has one."""

    def __init__(self, text: str, number: int = 0) -> None:
        super().__init__(text)
        self.number = number


class CellReference:
    """A variable's cell, or the cells of a vector, which go to the right. Asking the office costs 0.1 ms a time."""

    def __init__(self, document: Any, variable: Variable, path: str) -> None:
        """Raises LoadError that names variable, path, and what there is."""
        self.variable = variable
        self.path = path
        try:
            self._range = self._resolve(document)
        except (UnoException, LoadError) as error:
            raise LoadError(f"{variable.name} ({path}): {getattr(error, 'Message', None) or error}") from None

    def _resolve(self, document: Any) -> Any:
        sheet_name, separator, rest = self.path.partition("$")
        if not separator:
            raise LoadError("an address is Sheet$Column$Row, like Sheet1$C$2")
        sheets = document.getSheets()
        if not sheets.hasByName(sheet_name):
            names = ", ".join(sheets.getElementNames())
            raise LoadError(f"the workbook has no sheet {sheet_name!r}; it has: {names}")
        sheet = sheets.getByName(sheet_name)
        address = _ADDRESS.fullmatch(rest)
        first = self._cell(sheet, address) if address else self._named(sheet, rest)
        if self.variable.is_given and sheet.isProtected() and first.CellProtection.IsLocked:
            raise LoadError("the cell is locked in a protected sheet: take the protection away")
        self.place = f"{sheet_name}!{rest.replace('$', '')}"
        if self.variable.type.length is None:
            return first
        corner = first.getCellAddress()
        try:
            return sheet.getCellRangeByPosition(
                corner.Column, corner.Row, corner.Column + self.variable.type.length - 1, corner.Row
            )
        except IndexOutOfBoundsException:
            raise LoadError(f"a sheet has no {self.variable.type.length} cells to the right of it") from None

    def _cell(self, sheet: Any, address: re.Match[str]) -> Any:
        try:
            return sheet.getCellByPosition(_column(address[1]), int(address[2]) - 1)
        except IndexOutOfBoundsException:
            raise LoadError("a sheet has no such cell") from None

    def _named(self, sheet: Any, name: str) -> Any:
        try:
            found = sheet.getCellRangeByName(name)
        except UnoException:
            raise LoadError(f"{name!r} is neither a cell like C$2 nor a name defined for one") from None
        area = found.getRangeAddress()
        if (area.StartColumn, area.StartRow) != (area.EndColumn, area.EndRow) and self.variable.type.length is None:
            raise LoadError(f"{name!r} is a range of cells, not one cell")
        return found.getCellByPosition(0, 0)

    def write(self, value: Any) -> None:
        """Replaces what is there, a formula too."""
        if self.variable.type.length is not None:
            self._range.setDataArray((tuple(item if isinstance(item, str) else float(item) for item in value),))
        elif self.variable.type.kind == "string":
            self._range.setString(value)
        else:
            self._range.setValue(float(value))

    def read(self) -> Any:
        """Raises CellError."""
        row = self._range.getDataArray()[0]
        if self.variable.type.length is None:
            return self._value(row[0], 0)
        return [self._value(item, index) for index, item in enumerate(row)]

    def _value(self, content: Any, index: int) -> Any:
        kind = self.variable.type.kind
        if content is None:
            number = self._range.getCellByPosition(index, 0).getError()
            raise CellError(self._at(index) + _ERRORS.get(number, f"error {number} in the formula"), number)
        if kind == "string":
            return content if isinstance(content, str) else format(content, ".15g")
        if isinstance(content, str):
            what = f"the text {content[:40]!r}" if content else "nothing"
            raise CellError(f"{self._at(index)}the cell holds {what}, not a number")
        if not math.isfinite(content):
            raise CellError(f"{self._at(index)}the number is not finite")
        if kind == "double":
            return content
        if not content.is_integer():
            raise CellError(f"{self._at(index)}{content!r} is not a whole number")
        return int(content)

    def _at(self, index: int) -> str:
        """Which cell of a vector."""
        return "" if self.variable.type.length is None else f"element {index + 1}: "


def resolve(document: Any, variables: tuple[Variable, ...]) -> list[CellReference]:
    """All cells of these variables; raises LoadError that tells all that cannot be found."""
    found: list[CellReference] = []
    wrong: list[str] = []
    for variable in variables:
        if not variable.path:
            wrong.append(f"{variable.name}: it has no path")
        for path in variable.path:
            try:
                found.append(CellReference(document, variable, path))
            except LoadError as error:
                wrong.append(str(error))
    if wrong:
        raise LoadError("; ".join(wrong))
    return found


def unusable_number(value: Any) -> Optional[str]:
    """Why no cell can have an input's value."""
    for item in value if isinstance(value, list) else (value,):
        try:
            if not isinstance(item, str) and not math.isfinite(float(item)):
                return f"a cell cannot hold {item}"
        except OverflowError:
            return "the number is too large for a cell"
    return None


def _column(letters: str) -> int:
    """A is 0, AA 26."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
