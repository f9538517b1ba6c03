"""Runs workbooks: one office, one open workbook, both made anew when they are lost."""

from __future__ import annotations

import os
import threading
from typing import Any, Optional

from .office import Office
from com.sun.star.lang import DisposedException
from com.sun.star.uno import Exception as UnoException

from ..simulator import Crash, InvalidInput, Load, LoadError, ModelError, Result, Run, Simulator, Unavailable
from . import file_check
from .cells import unusable_number
from .model_copy import ModelCopy
from .workbook import Workbook, close_all


class SpreadsheetSimulator(Simulator):
    """What is below ``workdir`` is its own."""

    def __init__(self, workdir: str) -> None:
        self.engine = ""
        self._workdir = workdir
        self._copy = ModelCopy(os.path.join(workdir, "model"))
        self._office: Optional[Office] = None
        self._workbook: Optional[Workbook] = None
        self._load: Optional[Load] = None
        self._path = ""  # of the copied workbook

    def start(self) -> None:
        self.engine = self._ready_office(threading.Event()).version

    def interrupt(self) -> None:
        office = self._office
        if office is not None:
            office.kill()

    def memory_kb(self) -> int:
        office = self._office
        return office.memory_kb() if office is not None else 0

    def close(self) -> None:
        if self._office is not None:
            self._office.close()

    def load(self, load: Load) -> None:
        self._forget_workbook()
        self._load = None
        _check_variables(load)
        file_check.check(load.model, load.model_name)
        office = self._ready_office(load.interrupted)
        close_all(office.desktop)
        self._path = self._copy.take(load.directory, load.model, load.model_name)
        self._open(office, load)
        self._load = load

    def run(self, run: Run) -> Result:
        for name, value in run.input.items():
            if reason := unusable_number(value):
                raise InvalidInput(f"{name}: {reason}")
        if run.times is not None:
            raise InvalidInput("a workbook has no dynamic runs: give no TimeSeries")
        try:
            return self._ready_workbook(run).run(run.input)
        except UnoException as error:
            raise self._failure(error) from None
        finally:
            self._copy.collect(run.jobdir)

    def _ready_office(self, interrupted: threading.Event) -> Office:
        """The one that runs, or a new one in place of one that is gone; raises Unavailable."""
        if self._office is not None:
            if self._office.answers():
                return self._office
            self._end_office()
        # Set before the look at the event, so that an interrupt finds either the one or the other.
        office = self._office = Office(os.path.join(self._workdir, "office"), self._copy.folder)
        if interrupted.is_set():
            raise Unavailable("interrupted")
        office.start()
        return office

    def _ready_workbook(self, run: Run) -> Workbook:
        """Raises Unavailable, and UNO's exceptions."""
        assert self._load is not None
        if self._workbook is not None and not self._workbook.is_open:
            self._end_office()
        if self._workbook is not None and not run.reset:
            return self._workbook
        office = self._ready_office(run.interrupted)
        if self._workbook is not None:
            self._workbook.close()
            self._workbook = None
            close_all(office.desktop)
        try:
            return self._open(office, self._load)
        except LoadError as error:
            raise Unavailable(f"the workbook cannot be opened again: {error}") from None

    def _open(self, office: Office, load: Load) -> Workbook:
        try:
            workbook = self._workbook = Workbook(office.desktop, self._path, load)
        except DisposedException:
            raise LoadError(f"LibreOffice ended as it opened the workbook: {office.describe_end()}") from None
        return workbook

    def _end_office(self) -> None:
        """One that is gone, or of which nobody knows what a macro has done to it."""
        assert self._office is not None
        self._office.kill()
        self._office.clean_up()
        self._workbook = None

    def _forget_workbook(self) -> None:
        if self._workbook is not None and self._office is not None and self._office.is_alive:
            self._workbook.close()
        self._workbook = None

    def _failure(self, error: Any) -> Exception:
        """What an exception of UNO in a run means. The workbook is opened anew in any case."""
        office = self._office
        assert office is not None
        if not isinstance(error, DisposedException):
            self._forget_workbook()
            return ModelError(f"LibreOffice: {error.Message or type(error).__name__}")
        self._workbook = None
        closed = office.answers()
        how = "" if closed else office.describe_end()
        self._end_office()
        if closed:
            return ModelError("the workbook was closed in the run, by a macro of its own")
        return Crash(f"LibreOffice ended during the run: {how}")


def _check_variables(load: Load) -> None:
    """Raises LoadError for what a workbook cannot have."""
    wrong = [
        f"{variable.name}: a workbook has no setting of this name; it has only macro"
        for variable in load.with_role("setting")
        if variable.name.lower() != "macro"
    ]
    wrong += [
        f"{variable.name}: a workbook has no dynamic variables" for variable in load.variables if variable.is_dynamic
    ]
    wrong += [
        f"{variable.name}: the type of macro is string, not {variable.type}"
        for variable in load.with_role("setting")
        if variable.name.lower() == "macro" and str(variable.type) != "string"
    ]
    if wrong:
        raise LoadError("; ".join(wrong))
