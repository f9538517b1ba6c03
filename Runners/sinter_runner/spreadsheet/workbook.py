"""An open workbook and its runs."""

from __future__ import annotations

import os
from typing import Any

import uno
from com.sun.star.uno import Exception as UnoException

from ..simulator import Load, LoadError, ModelError, Result
from . import cells
from .cells import CellError
from .macros import Macros

_ALWAYS_EXECUTE_NO_WARN = 4  # com.sun.star.document.MacroExecMode
_NO_UPDATE = 0  # com.sun.star.document.UpdateDocMode: links stay as they are
_SHOWN_ERRORS = 5
#: What reads workbooks. LibreOffice takes any text for a table.
_FILTERS = ("MS Excel", "Calc MS Excel", "calc8")


class Workbook:
    """One that is open in an office. What goes wrong with the office itself is raised as UNO's exceptions."""

    def __init__(self, desktop: Any, path: str, load: Load) -> None:
        """Opens it and finds the cells of all variables; raises LoadError."""
        self._load = load
        self._document = _open(desktop, path)
        try:
            # Without it, each input's write would be kept to be undone.
            self._document.getUndoManager().lock()
            self._calculates_itself = self._document.isAutomaticCalculationEnabled()
            self._document.enableAutomaticCalculation(False)
            # Errors that Excel's files have as values of formulas come as 0.
            self._document.calculateAll()
            self._macros = Macros(self._document)
            self._find_cells()
        except (LoadError, UnoException):
            self.close()
            raise

    def _find_cells(self) -> None:
        self._inputs = cells.resolve(self._document, self._load.with_role("input"))
        self._outputs = cells.resolve(self._document, self._load.with_role("output"))
        self._cells_moved = False

    def run(self, values: dict[str, Any]) -> Result:
        """Writes the inputs, calculates, calls the macro that is named, and reads the outputs; raises ModelError."""
        if self._cells_moved:
            self._find_cells_again()
        for reference in self._inputs:
            reference.write(values[reference.variable.name])
        macro = next((values[setting.name] for setting in self._load.with_role("setting")), "")
        if macro.strip():
            self._run_macro(macro.strip())
        else:
            self._document.calculate()
        return Result(self._read())

    def _run_macro(self, name: str) -> None:
        document = self._document
        # A macro that writes a cell and reads a formula must find it calculated, as in Excel.
        if self._calculates_itself:
            document.enableAutomaticCalculation(True)
        else:
            document.calculate()
        try:
            self._macros.call(name)
            document.calculate()
        finally:
            if self._macros.move_cells:
                self._cells_moved = True
            if self._calculates_itself:
                document.enableAutomaticCalculation(False)
        if self._cells_moved:
            self._find_cells_again()

    def _find_cells_again(self) -> None:
        try:
            self._find_cells()
        except LoadError as error:
            raise ModelError(f"after the macro, a variable's cell is no longer there: {error}") from None

    def _read(self) -> dict[str, Any]:
        output: dict[str, Any] = {}
        wrong: list[str] = []
        number = 0
        for reference in self._outputs:
            if reference.variable.name in output:  # the first path is what is read
                continue
            try:
                output[reference.variable.name] = reference.read()
            except CellError as error:
                output[reference.variable.name] = None
                number = number or error.number
                wrong.append(f"{reference.variable.name} ({reference.place}): {error}")
        if wrong:
            more = f"; and {len(wrong) - _SHOWN_ERRORS} more" if len(wrong) > _SHOWN_ERRORS else ""
            code = 9 if number == cells.NOT_CONVERGED else 1
            raise ModelError("; ".join(wrong[:_SHOWN_ERRORS]) + more, code)
        return output

    @property
    def is_open(self) -> bool:
        """Not when a macro has closed it, and not without its office."""
        try:
            self._document.isModified()
            return True
        except UnoException:
            return False

    def close(self) -> None:
        """Does not save it. One that is gone already is closed."""
        try:
            self._document.close(True)
        except UnoException:
            pass


def close_all(desktop: Any) -> None:
    """Closes what macros have opened, too."""
    documents = desktop.getComponents().createEnumeration()
    while documents.hasMoreElements():
        try:
            documents.nextElement().close(True)
        except (UnoException, AttributeError):
            pass


def _open(desktop: Any, path: str) -> Any:
    name = os.path.basename(path)
    properties = (
        _property("Hidden", True),
        _property("MacroExecutionMode", _ALWAYS_EXECUTE_NO_WARN),
        _property("UpdateDocMode", _NO_UPDATE),
    )
    try:
        document = desktop.loadComponentFromURL(uno.systemPathToFileUrl(path), "_blank", 0, properties)
    except UnoException as error:
        if type(error).__name__ == "DisposedException":
            raise
        raise LoadError(f"LibreOffice cannot open {name}: {error.Message}") from None
    if document is None:
        raise LoadError(f"LibreOffice cannot open {name}: it is damaged or no workbook")
    reader = next((argument.Value for argument in document.getArgs() if argument.Name == "FilterName"), "")
    if not document.supportsService("com.sun.star.sheet.SpreadsheetDocument") or not reader.startswith(_FILTERS):
        document.close(True)
        raise LoadError(f"{name} is damaged or no workbook")
    return document


def _property(name: str, value: Any) -> Any:
    made = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
    made.Name, made.Value = name, value
    return made
