"""FMI units that tests make: of the C code in ``units``, and the example of Van de Vusse. Needs a C compiler."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

from sinter_support import SINTER_EXAMPLES
from support import RUNNERS, TIMEOUT

#: A Python with FMPy and pythonfmu. That of the tests need not be one.
PYTHON = os.environ.get("FOQUS_SINTER_PYTHON") or str(RUNNERS.parent / ".build" / "sinter-venv" / "bin" / "python3")
SOURCES = Path(__file__).resolve().parent / "units"
VAN_DE_VUSSE = SINTER_EXAMPLES / "vandevusse"
CO_SIMULATION = '<CoSimulation modelIdentifier="plant" canHandleVariableCommunicationStepSize="true"/>'
FIXED_STEP = '<CoSimulation modelIdentifier="plant"/>'
MODEL_EXCHANGE = '<ModelExchange modelIdentifier="plant"/>'
BOTH = MODEL_EXCHANGE + CO_SIMULATION
EXPERIMENT = '<DefaultExperiment startTime="0" stopTime="1" stepSize="0.1"/>'
#: The modes of plant2.c, by their places in its enum.
MODES = (
    "fine crash endless error nan warning crash-when-freed end-early print leave-process silent-error init-error"
    " silent-warning exit chatty discard change-files scribble"
).split()


def mode(name: str) -> int:
    return MODES.index(name)


def _scalar(reference: int, name: str, kind: str, start: Any = None, **attributes: str) -> str:
    texts = "".join(f' {key}="{value}"' for key, value in attributes.items())
    value = "" if start is None else f' start="{start}"'
    return f'<ScalarVariable name="{name}" valueReference="{reference}"{texts}><{kind}{value}/></ScalarVariable>'


def _plant(experiment: str, interfaces: str, guid: str, version: str) -> str:
    fixed = {"causality": "parameter", "variability": "fixed"}
    discrete = {"causality": "output", "variability": "discrete"}
    variables = (
        _scalar(0, "u", "Real", 0, causality="input"),
        _scalar(1, "k", "Real", 1, **fixed),
        _scalar(2, "x", "Real", 1, causality="output", initial="exact"),
        '<ScalarVariable name="der(x)" valueReference="3" causality="local"><Real derivative="3"/></ScalarVariable>',
        *(_scalar(3 + n, f"v[{n}]", "Real", 0, causality="input") for n in (1, 2, 3)),
        *(_scalar(6 + n, f"w[{n}]", "Real", causality="output") for n in (1, 2, 3)),
        _scalar(10, "rate", "Real", 0, causality="parameter", variability="tunable"),
        _scalar(0, "mode", "Integer", 0, **fixed),
        _scalar(1, "steps", "Integer", **discrete),
        _scalar(2, "crossings", "Integer", **discrete),
        _scalar(3, "phase", 'Enumeration declaredType="Phase"', 1, causality="input", variability="discrete"),
        _scalar(0, "on", "Boolean", "false", causality="input", variability="discrete"),
        _scalar(1, "late", "Boolean", **discrete),
        _scalar(0, "name", "String", "it", **fixed),
        _scalar(1, "says", "String", **discrete),
    )
    return (
        f'<fmiModelDescription fmiVersion="{version}" modelName="plant" guid="{guid}" numberOfEventIndicators="1">'
        f"{interfaces}"
        '<TypeDefinitions><SimpleType name="Phase"><Enumeration><Item name="gas" value="1"/><Item name="liquid" value="2"/>'
        "</Enumeration></SimpleType></TypeDefinitions>"
        f'<LogCategories><Category name="logStatusError"/></LogCategories>{experiment}'
        f"<ModelVariables>{''.join(variables)}</ModelVariables>"
        '<ModelStructure><Outputs><Unknown index="3"/></Outputs><Derivatives><Unknown index="4"/></Derivatives>'
        "</ModelStructure></fmiModelDescription>"
    )


def _plant3(interfaces: str) -> str:
    array = '<Dimension start="2"/><Dimension start="2"/>'
    return (
        '<fmiModelDescription fmiVersion="3.0" modelName="plant" instantiationToken="plant3">'
        f"{interfaces}{EXPERIMENT}<ModelVariables>"
        '<Float64 name="time" valueReference="0" causality="independent" variability="continuous"/>'
        '<Float64 name="u" valueReference="1" causality="input" start="0"/>'
        '<Float64 name="x" valueReference="2" causality="output" initial="exact" start="0"/>'
        '<Float64 name="der(x)" valueReference="3" causality="local" derivative="2"/>'
        f'<Float64 name="v" valueReference="4" causality="input" start="0 0 0 0">{array}</Float64>'
        f'<Float64 name="w" valueReference="5" causality="output">{array}</Float64>'
        '<Float32 name="single" valueReference="6" causality="parameter" variability="fixed" start="0"/>'
        '<Int8 name="small" valueReference="7" causality="parameter" variability="fixed" start="0"/>'
        '<UInt64 name="big" valueReference="8" causality="input" variability="discrete" start="0"/>'
        '<Int32 name="count" valueReference="9" causality="output" variability="discrete"/>'
        '<Boolean name="on" valueReference="10" causality="input" variability="discrete" start="false"/>'
        '<Boolean name="off" valueReference="11" causality="output" variability="discrete"/>'
        '<String name="name" valueReference="12" causality="parameter" variability="fixed"><Start value=""/></String>'
        '<String name="echo" valueReference="15" causality="output" variability="discrete"/>'
        '<Float32 name="single.out" valueReference="16" causality="local"/>'
        '<Int8 name="small.out" valueReference="17" causality="local" variability="discrete"/>'
        '<UInt64 name="big.out" valueReference="18" causality="local" variability="discrete"/>'
        '<Int32 name="mode" valueReference="13" causality="parameter" variability="fixed" start="0"/>'
        '<Binary name="blob" valueReference="14" causality="output" variability="discrete"/>'
        '</ModelVariables><ModelStructure><Output valueReference="2"/>'
        '<ContinuousStateDerivative valueReference="3"/></ModelStructure></fmiModelDescription>'
    )


def make_plant(
    path: Path,
    interfaces: str = CO_SIMULATION,
    experiment: str = EXPERIMENT,
    guid: str = "plant",
    version: str = "2.0",
    platform: str = "linux64",
    options: tuple[str, ...] = (),
) -> Path:
    """An FMI 2 unit of plant2.c, with options for the compiler."""
    return _write(path, _plant(experiment, interfaces, guid, version), f"binaries/{platform}/plant.so", _library(2, *options))


def make_plant3(path: Path, interfaces: str = CO_SIMULATION) -> Path:
    """An FMI 3 unit of plant3.c."""
    return _write(path, _plant3(interfaces), "binaries/x86_64-linux/plant.so", _library(3))


def make_van_de_vusse(folder: Path) -> Path:
    """The example's configuration and its unit, which its own script makes; returns the configuration."""
    shutil.copy(VAN_DE_VUSSE / "vandevusse.json", folder)
    subprocess.run(
        [str(VAN_DE_VUSSE / "make_unit"), str(folder)],
        env={**os.environ, "FOQUS_SINTER_PYTHON": PYTHON},
        check=True,
        timeout=TIMEOUT,
        stdout=subprocess.DEVNULL,
    )
    return folder / "vandevusse.json"


def make_python(folder: Path, name: str, source: str) -> None:
    """A unit of a class of pythonfmu, as NAME.fmu."""
    with tempfile.TemporaryDirectory() as sources:
        module = Path(sources) / f"{name.lower()}.py"
        module.write_text(source)
        command = [PYTHON, "-m", "pythonfmu", "build", "-f", str(module), "-d", str(folder)]
        subprocess.run(command, check=True, timeout=TIMEOUT, stdout=subprocess.DEVNULL)


def _write(path: Path, description: str, place: str, library: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("modelDescription.xml", '<?xml version="1.0" encoding="UTF-8"?>\n' + description)
        archive.writestr(place, library)
        archive.writestr("resources/table.txt", "1")
    return path


@cache
def _headers() -> str:
    """Where FMPy has those of the standard."""
    ask = "import os, fmpy; print(os.path.dirname(fmpy.__file__))"
    return subprocess.check_output([PYTHON, "-c", ask], timeout=TIMEOUT, text=True).strip() + "/c-code"


@cache
def _library(version: int, *more: str) -> bytes:
    """The compiled unit. It leaves out the functions of the standard that it does not need, as many do."""
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    assert compiler is not None, "a C compiler is needed: apt-get install gcc libc6-dev"
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "plant.so"
        options = ["-shared", "-fPIC", "-O1", "-w", f"-I{_headers()}", "-o", str(library), *more]
        subprocess.run([compiler, *options, str(SOURCES / f"plant{version}.c"), "-lm"], check=True, timeout=TIMEOUT)
        return library.read_bytes()
