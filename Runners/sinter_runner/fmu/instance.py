"""An instance of a unit: FMPy's classes, with every call's status looked at and the unit's log kept."""

from __future__ import annotations

from ctypes import byref, c_int, cast
from typing import Any, Optional

import fmpy
from fmpy.fmi1 import FMICallException
from fmpy.fmi2 import (
    FMU2Model,
    FMU2Slave,
    fmi2CallbackAllocateMemoryTYPE,
    fmi2CallbackFreeMemoryTYPE,
    fmi2CallbackFunctions,
    fmi2CallbackLoggerTYPE,
)
from fmpy.fmi3 import FMU3Model, FMU3Slave
from fmpy.logging import addLoggerProxy

from ..simulator import ModelError
from .child import Report
from .unit import CO_SIMULATION, Unit

_WARNING = 1


class CannotInstantiate(Exception):
    """The unit's library cannot be loaded, or it refuses to be instantiated."""


class _Library:
    """A loaded library in which functions may be missing: many units leave out what they do not offer."""

    def __init__(self, library: Any) -> None:
        self._library = library

    def __getattr__(self, name: str) -> Any:
        try:
            return getattr(self._library, name)
        except AttributeError:
            if not name.startswith("fmi"):
                raise
            return _Missing(name)


class _Missing:
    """In place of a function; FMPy gives it the attributes of one."""

    restype: Any = None

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, *arguments: Any) -> Any:
        raise ModelError(f"the unit's library has no function {self.name}")


class _Watched:
    """Looks at what each call of the unit's code returns."""

    report: Report
    time: Optional[float] = None

    def __init__(self, report: Report, **arguments: Any) -> None:
        self.report = report
        super().__init__(**arguments)

    def _loadFunctions(self) -> None:
        self.dll: Any = _Library(self.dll)
        super()._loadFunctions()  # type: ignore[misc]

    def _call(self, name: str, *arguments: Any) -> Any:
        self.report.at(name, self.time)
        function = self._functions[name]  # type: ignore[attr-defined]
        result = function(*arguments)
        if function.restype is c_int and result != 0:
            if result != _WARNING:
                raise FMICallException(name, result)
            self.report.worst = max(self.report.worst, _WARNING)
        return result


# FMPy goes by the beginnings of the names of the classes.
class FMU2CoSimulation(_Watched, FMU2Slave):
    pass


class FMU2ModelExchange(_Watched, FMU2Model):
    pass


class FMU3CoSimulation(_Watched, FMU3Slave):
    pass


class FMU3ModelExchange(_Watched, FMU3Model):
    pass


def instantiate(unit: Unit, interface: str, report: Report) -> Any:
    """One of the classes above; raises CannotInstantiate.

    All of the unit's log is asked for, as a choice of its categories leaves out what has none: in the units of pythonfmu
    these are the exceptions.
    """
    is_slave = interface == CO_SIMULATION
    if unit.version == 2:
        kind: Any = FMU2CoSimulation if is_slave else FMU2ModelExchange
    else:
        kind = FMU3CoSimulation if is_slave else FMU3ModelExchange
    try:
        made = kind(
            report=report,
            guid=unit.description.guid,
            modelIdentifier=unit.interfaces[interface].modelIdentifier,
            unzipDirectory=unit.folder,
            instanceName="job",
        )
    except Exception as error:  # FMPy raises a plain Exception, ctypes an AttributeError
        raise CannotInstantiate(str(error)) from None
    try:
        if unit.version == 2:
            made.instantiate(callbacks=_callbacks(report), loggingOn=True)
        else:
            made.instantiate(loggingOn=True, logMessage=lambda _, status, category, text: _log(report, status, text))
    except ModelError as error:
        raise CannotInstantiate(str(error)) from None
    except Exception:
        said = f": {report.last_error}" if report.last_error else ""
        raise CannotInstantiate(f"it refuses to be instantiated, as with a wrong GUID or licence{said}") from None
    return made


def _callbacks(report: Report) -> fmi2CallbackFunctions:
    callbacks = fmi2CallbackFunctions()
    callbacks.logger = fmi2CallbackLoggerTYPE(lambda _, name, status, category, text: _log(report, status, text))
    # The C library's own, not by way of Python.
    callbacks.allocateMemory = cast(fmpy.calloc, fmi2CallbackAllocateMemoryTYPE)
    callbacks.freeMemory = cast(fmpy.free, fmi2CallbackFreeMemoryTYPE)
    addLoggerProxy(byref(callbacks))  # puts in the values of printf's formats
    return callbacks


def _log(report: Report, status: int, text: Optional[bytes]) -> None:
    report.message(status, (text or b"").decode(errors="replace"))
