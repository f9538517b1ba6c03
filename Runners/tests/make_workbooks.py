#!/usr/bin/python3
"""Makes workbooks with LibreOffice: those of Examples/sinter, or what a test describes.

    /usr/bin/python3 Runners/tests/make_workbooks.py             Examples/sinter
    /usr/bin/python3 Runners/tests/make_workbooks.py - < JSON    those described on stdin, see ``Description``

Needs libreoffice-calc-nogui and python3-uno.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any, TypedDict

RUNNERS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(RUNNERS))

import uno  # noqa: E402

from sinter_runner.spreadsheet.office import Office  # noqa: E402

EXAMPLES = RUNNERS.parent / "Examples" / "sinter"
_FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".xlsm": "Calc MS Excel 2007 VBA XML",
    ".xls": "MS Excel 97",
    ".ods": "calc8",
}
_VBA = "Rem Attribute VBA_ModuleType=VBAModule\nOption VBASupport 1\n"
_VBA_MODULE = 1  # com.sun.star.script.ModuleType.NORMAL


class Description(TypedDict, total=False):
    """One workbook. Formulas as LibreOffice writes them: =SUM(A1;$Sheet2.B1)."""

    path: str
    sheets: dict[str, dict[str, str]]  # by name: formulas by address
    names: dict[str, str]  # defined names: $Sheet.$A$1
    modules: dict[str, str]  # of VBA in Excel's files, else of LibreOffice's own Basic
    password: str
    protected: list[str]  # sheets
    manual: bool  # calculation


def make(office: Office, description: Description) -> None:
    document = office.desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, (_property("Hidden", True),))
    try:
        _fill(document, description)
        path = Path(description["path"])
        properties = [_property("FilterName", _FILTERS[path.suffix])]
        if "password" in description:
            properties += _encryption(path, description["password"])
        if "modules" in description:
            _add_modules(document, description["modules"], vba=path.suffix != ".ods")
        document.enableAutomaticCalculation(not description.get("manual", False))
        document.storeToURL(uno.systemPathToFileUrl(str(path)), tuple(properties))
    finally:
        document.close(True)


def _fill(document: Any, description: Description) -> None:
    sheets = document.getSheets()
    before = sheets.getElementNames()
    for position, name in enumerate(description["sheets"]):
        sheets.insertNewByName(name, position)
    for name in before:
        sheets.removeByName(name)
    for name, place in description.get("names", {}).items():
        document.NamedRanges.addNewByName(name, place, uno.createUnoStruct("com.sun.star.table.CellAddress"), 0)
    for name, cells in description["sheets"].items():
        for address, formula in cells.items():
            sheets.getByName(name).getCellRangeByName(address).setFormula(formula)
    for name in description.get("protected", []):
        sheets.getByName(name).protect("")


def _add_modules(document: Any, modules: dict[str, str], vba: bool) -> None:
    libraries = document.BasicLibraries
    name = "VBAProject" if vba else "Standard"
    if vba:
        libraries.VBACompatibilityMode = True
        libraries.ProjectName = name
        # What makes the sheets' and the workbook's own modules.
        document.createInstance("ooo.vba.VBAObjectModuleObjectProvider")
    if not libraries.hasByName(name):
        libraries.createLibrary(name)
    library = libraries.getByName(name)
    for module, source in modules.items():
        if vba:
            info = uno.createUnoStruct("com.sun.star.script.ModuleInfo")
            info.ModuleType = _VBA_MODULE
            library.insertModuleInfo(module, info)
        library.insertByName(module, (_VBA if vba else "") + source)


def _encryption(path: Path, password: str) -> list[Any]:
    if path.suffix in (".xls", ".ods"):
        return [_property("Password", password)]
    named = []
    for name, value in (("CryptoType", "Standard"), ("OOXPassword", password)):
        named.append(uno.createUnoStruct("com.sun.star.beans.NamedValue"))
        named[-1].Name, named[-1].Value = name, value
    return [_property("EncryptionData", uno.Any("[]com.sun.star.beans.NamedValue", tuple(named)))]


def _property(name: str, value: Any) -> Any:
    made = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
    made.Name, made.Value = name, value
    return made


_TANK: Description = {
    "path": str(EXAMPLES / "tank" / "tank.xlsx"),
    "sheets": {
        "Feed": {
            "A1": "Filling a tank",
            "A2": "flow of the feed",
            "B2": "m3/h",
            "C2": "3",
            "A3": "base of the tank",
            "B3": "m2",
            "C3": "2",
            "A4": "time",
            "B4": "h",
            "C4": "2",
            "A5": "parts that go to three tanks",
            "C5": "0.5",
            "D5": "0.3",
            "E5": "0.2",
            "A6": "name",
            "C6": "north",
        },
        "Out": {
            "A1": "level",
            "B1": "m",
            "C1": "=volume/$Feed.C3",
            "A2": "volume",
            "B2": "m3",
            "C2": "=$Feed.C2*$Feed.C4",
            "A3": "flows to the tanks",
            "B3": "m3/h",
            "C3": "=$Feed.C2*$Feed.C5",
            "D3": "=$Feed.C2*$Feed.D5",
            "E3": "=$Feed.C2*$Feed.E5",
            "A4": "tanks that run over at 4 m",
            "C4": "=IF(C1>4;1;0)",
            "A5": "what to say",
            "C5": '="tank "&$Feed.C6&IF(C4=1;" runs over";" is fine")',
        },
    },
    "names": {"volume": "$Out.$C$2"},
}

_FLASH_MACRO = """' Finds the part of the feed that becomes vapor: two components, the equation of Rachford and Rice.
Public Sub Solve()
    Dim z As Double, k1 As Double, k2 As Double
    z = Sheets("Feed").Range("C2").Value
    k1 = Sheets("Feed").Range("C3").Value
    k2 = Sheets("Feed").Range("C4").Value
    If Residual(0, z, k1, k2) <= 0 Or Residual(1, z, k1, k2) >= 0 Then
        Err.Raise vbObjectError + 1, "Solve", "the feed does not split into liquid and vapor"
    End If
    Dim low As Double, high As Double, middle As Double, i As Integer
    low = 0
    high = 1
    For i = 1 To 60
        middle = (low + high) / 2
        If Residual(middle, z, k1, k2) > 0 Then
            low = middle
        Else
            high = middle
        End If
    Next i
    Sheets("Out").Range("C1").Value = middle
End Sub

Private Function Residual(v As Double, z As Double, k1 As Double, k2 As Double) As Double
    Residual = z * (k1 - 1) / (1 + v * (k1 - 1)) + (1 - z) * (k2 - 1) / (1 + v * (k2 - 1))
End Function
"""

_FLASH: Description = {
    "path": str(EXAMPLES / "flash_macro" / "flash.xlsm"),
    "sheets": {
        "Feed": {
            "A2": "part of component 1 in the feed",
            "C2": "0.5",
            "A3": "K of component 1",
            "C3": "3",
            "A4": "K of component 2",
            "C4": "0.5",
        },
        "Out": {
            "A1": "part of the feed that becomes vapor (the macro Solve writes it)",
            "C1": "0",
            "A2": "component 1 in the liquid",
            "C2": "=$Feed.C2/(1+C1*($Feed.C3-1))",
            "A3": "component 1 in the vapor",
            "C3": "=$Feed.C3*C2",
        },
    },
    "modules": {"Flash": _FLASH_MACRO},
}


def main() -> None:
    descriptions: list[Description] = json.load(sys.stdin) if sys.argv[1:] == ["-"] else [_TANK, _FLASH]
    with tempfile.TemporaryDirectory() as folder:
        office = Office(folder + "/office", folder + "/model")
        office.start()
        try:
            for description in descriptions:
                make(office, description)
        finally:
            office.close()


if __name__ == "__main__":
    main()
