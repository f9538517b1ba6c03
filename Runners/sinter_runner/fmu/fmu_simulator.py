"""Runs units: one is unpacked and read, and each run makes an instance of it in a child."""

from __future__ import annotations

import os
import shutil
from typing import Any, Optional

import fmpy

from ..simulator import Crash, InvalidInput, Load, LoadError, ModelError, Result, Run, Simulator
from .archive import Archive
from .bindings import Binding, Bindings, bind
from .child import Child, Told
from .plan import check_settings, plan
from .simulation import Values, probe, simulate
from .unit import MODEL_EXCHANGE, Unit, read


class FMUSimulator(Simulator):
    """What is below ``workdir`` is its own. Nothing is left of a run, so ``reset`` needs nothing."""

    def __init__(self, workdir: str) -> None:
        self.engine = f"FMPy {fmpy.__version__}"
        self._workdir = workdir
        self._child = Child()
        self._archive: Optional[Archive] = None
        self._unit: Optional[Unit] = None
        self._bindings = Bindings((), ())
        self._is_dynamic = False

    def interrupt(self) -> None:
        self._child.kill()

    def load(self, load: Load) -> None:
        self._unit = None
        if self._archive is not None:
            self._archive.close()
        self._archive = Archive(load.model, os.path.join(self._workdir, "unit"))
        self._archive.unpack()
        unit = read(self._archive.name, self._archive.folder)
        check_settings(load, unit)
        self._bindings = bind(load, unit)
        self._is_dynamic = any(variable.is_dynamic for variable in load.variables)
        if MODEL_EXCHANGE in unit.interfaces:
            from . import model_exchange  # noqa: F401  # loads the solver once, for all children
        self._probe(unit, load)
        self._unit = unit

    def run(self, run: Run) -> Result:
        assert self._unit is not None and self._archive is not None
        unit = self._unit
        made = plan(run, unit, self._is_dynamic)
        values = self._values(run)
        self._archive.restore()
        told = self._child.call(
            lambda report: simulate(unit, self._bindings, made, values, report), run.jobdir, run.interrupted
        )
        return _result(told)

    def _probe(self, unit: Unit, load: Load) -> None:
        """Whether it can be instantiated, so that each run need not find out; raises LoadError."""
        folder = os.path.join(self._workdir, "probe")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        interface = next(iter(unit.interfaces))
        told = self._child.call(lambda report: probe(unit, interface, report), folder, load.interrupted)
        shutil.rmtree(folder, ignore_errors=True)
        if told.fields is None:
            raise LoadError(f"{unit.name}: {_crashed(told)}")
        if "refused" in told.fields:
            tool = (
                "; it says that it needs the tool that made it, which must be on the worker"
                if unit.interfaces[interface].needsExecutionTool
                else ""
            )
            raise LoadError(f"{unit.name}: {told.fields['refused']}{tool}")

    def _values(self, run: Run) -> Values:
        """Raises InvalidInput for what the unit's types cannot hold."""
        values = Values([], [])
        wrong: list[str] = []
        for binding in self._bindings.inputs:
            given = run.input[binding.variable.name]
            try:
                if binding.variable.is_dynamic:
                    values.dynamic.append((binding, [binding.flat(item) for item in given]))
                else:
                    values.steady.append((binding, binding.flat(given)))
            except ValueError as error:
                wrong.append(f"{binding.variable.name} ({_places(binding)}): {error}")
        if wrong:
            raise InvalidInput("; ".join(wrong))
        return values


def _places(binding: Binding) -> str:
    return ", ".join(place.path for place in binding.places)


def _result(told: Told) -> Result:
    fields: Optional[dict[str, Any]] = told.fields
    if fields is None:
        raise Crash(_crashed(told))
    if "failed" in fields:
        raise ModelError(fields["failed"], fields["code"], told.messages)
    messages = told.messages
    if told.ending:  # the values were there before
        messages = [*messages, f"{told.place} after the run ended the process: {told.ending}"]
    return Result(fields["output"], 2 if fields["warned"] or messages else 0, messages)


def _crashed(told: Told) -> str:
    said = f"; it last said: {told.messages[-1]}" if told.messages else ""
    return f"{told.place or 'the unit'} ended the process: {told.ending or 'exit status 0'}{said}"
