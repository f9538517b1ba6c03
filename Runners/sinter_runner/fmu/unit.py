"""What a unit says of itself, and whether it can run here."""

from __future__ import annotations

import os
import xml.etree.ElementTree
from dataclasses import dataclass
from typing import Any, Optional

import fmpy
from fmpy.model_description import ModelDescription, ModelVariable

from ..simulator import LoadError

#: Where FMI 2 and 3 have the programs for this machine.
_PLATFORMS = {2: fmpy.platform, 3: fmpy.platform_tuple}
#: The two ways to run a unit: it has its own solver, or it needs one.
CO_SIMULATION = "co-simulation"
MODEL_EXCHANGE = "model exchange"


@dataclass(frozen=True)
class Experiment:
    """What the unit says how to run it; None where it says nothing."""

    start: Optional[float]
    stop: Optional[float]
    step: Optional[float]
    tolerance: Optional[float]


@dataclass(frozen=True)
class Unit:
    """An unpacked unit."""

    name: str  # of its file
    folder: str
    description: ModelDescription
    version: int  # of FMI: 2 or 3
    experiment: Experiment

    @property
    def interfaces(self) -> dict[str, Any]:
        """Those that it offers, the preferred one first."""
        offered = {CO_SIMULATION: self.description.coSimulation, MODEL_EXCHANGE: self.description.modelExchange}
        return {kind: interface for kind, interface in offered.items() if interface is not None}

    @property
    def variables(self) -> dict[str, ModelVariable]:
        return {variable.name: variable for variable in self.description.modelVariables}


def read(name: str, folder: str) -> Unit:
    """The unit that was unpacked in the folder; raises LoadError."""
    try:
        version = _version(folder)
        if version.split(".")[0] not in ("2", "3"):
            raise LoadError(f"{name} is an FMI {version} unit: export it as FMI 2 or 3")
        # Not validated: units with small faults are common, and they run.
        description = fmpy.read_model_description(folder, validate=False)
        experiment = _experiment(description)
    except LoadError:
        raise
    except Exception as error:  # FMPy raises whatever it comes across
        raise LoadError(f"{name}: modelDescription.xml cannot be read: {error}") from None
    unit = Unit(name, folder, description, description.fmiMajorVersion, experiment)
    if not unit.interfaces:
        raise LoadError(f"{name} offers neither co-simulation nor model exchange: export it with one of them")
    for interface in unit.interfaces.values():
        _check_binary(unit, interface.modelIdentifier)
    return unit


def _version(folder: str) -> str:
    """Of FMI, before FMPy looks at anything else."""
    with open(os.path.join(folder, "modelDescription.xml"), "rb") as file:
        for _, root in xml.etree.ElementTree.iterparse(file, ("start",)):
            if "fmiVersion" in root.attrib:
                return str(root.attrib["fmiVersion"])
            break
    raise ValueError("it does not say its fmiVersion")


def _experiment(description: ModelDescription) -> Experiment:
    default = description.defaultExperiment
    if default is None:
        return Experiment(None, None, None, None)
    texts = (default.startTime, default.stopTime, default.stepSize, default.tolerance)
    return Experiment(*(None if text is None else float(text) for text in texts))


def _check_binary(unit: Unit, identifier: str) -> None:
    place = _PLATFORMS[unit.version]
    binaries = os.path.join(unit.folder, "binaries")
    if os.path.isfile(os.path.join(binaries, place, f"{identifier}.so")):
        return
    others = sorted(os.listdir(binaries)) if os.path.isdir(binaries) else []
    if not others:
        raise LoadError(f"{unit.name}: the unit has no binaries: export it with those for Linux ({place})")
    if place in others:
        raise LoadError(f"{unit.name}: the unit has no {identifier}.so in binaries/{place}: export it again")
    raise LoadError(f"{unit.name}: the unit has binaries for {', '.join(others)} only: export it for Linux ({place})")
