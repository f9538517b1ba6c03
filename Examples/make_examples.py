#!/usr/bin/env python3
"""Builds the example flowsheets and inputs of this folder with FOQUS itself.

Run it in the environment of the runner (see README.md). The files come out the
same at every run: identifiers and times are fixed, and no path enters them.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any, Iterator

HERE = Path(__file__).resolve().parent
MADE = "2026-01-01T00:00:00"
NAMESPACE = uuid.UUID("6f0c7b1e-4a62-4d0e-9a5b-0f3d5c1e7a10")

MIXER = """\
if x["hot_flow"] < 0 or x["cold_flow"] < 0:
    raise ValueError("a flow must not be negative")
f["flow_out"] = x["hot_flow"] + x["cold_flow"]
f["T_out"] = (x["hot_flow"] * x["hot_T"] + x["cold_flow"] * x["cold_T"]) / f["flow_out"]
"""

FAILING = """\
import os, signal
mode, value = x["mode"], x["x"]
if mode == "ok":
    f["y"] = 2.0 * value
elif mode == "raise":
    raise ValueError("x must not be negative") if value < 0 else RuntimeError("asked to fail")
elif mode in ("NaN", "Infinity", "-Infinity"):
    f["y"] = float(mode)
elif mode == "crash":
    import ctypes
    ctypes.string_at(0)
elif mode == "exit":
    os._exit(3)
elif mode == "sysexit":
    raise SystemExit("leaving")
elif mode == "kill":
    os.kill(os.getpid(), signal.SIGKILL)
elif mode == "memory":
    hog = []
    while True:
        hog.append(bytearray(1 << 24))
elif mode == "print":
    line = "x" * 1023
    for _ in range(int(value) * 1024):
        print(line)
    f["y"] = value
else:
    raise ValueError("unknown mode " + mode)
"""

HANGING = """\
import ctypes, signal, subprocess, time
ctypes.CDLL(None).signal(signal.SIGTERM, ctypes.c_void_p(1))  # ignore it; signal.signal needs the main thread
end = time.monotonic() + x["seconds"]
if x["mode"] == "busy":
    while time.monotonic() < end:
        pass
elif x["mode"] == "child":
    subprocess.run(["sleep", str(x["seconds"])], start_new_session=True)
else:
    time.sleep(x["seconds"])
f["waited"] = x["seconds"]
"""

FEED = 'f["total_A"] = x["fresh_A"] + x["recycle_A"]\n'
REACTOR = 'f["B"] = x["A"] * x["conversion"]\nf["A_left"] = x["A"] - f["B"]\n'
SEPARATOR = (
    'f["recycle_A"] = x["A"] * x["recovery"]\nf["product_A"] = x["A"] - f["recycle_A"]\nf["product_B"] = x["B"]\n'
)


FLOW = 'f["volume_flow"] = x["mass_flow"] / x["density"]\n'
COST = 'f["cost"] = 1000.0 * f["volume"]\n'


class Builder:
    """Makes sessions with the engine's own classes."""

    def __init__(self) -> None:
        from foqus_lib.framework.graph.nodeVars import NodeVars
        from foqus_lib.framework.session.session import session

        self.variable = NodeVars
        self.session = session(useCurrentWorkingDir=True)

    def start(self) -> Any:
        self.session.new()
        return self.session.flowsheet

    def inputs(self, flowsheet: Any, node: str, *rows: tuple[str, Any, Any, Any, str, str]) -> None:
        """rows: name, default, minimum, maximum, unit, description."""
        for name, value, low, high, unit, text in rows:
            variable = self.variable(value, low, high, value, unit=unit, vdesc=text, tags=[], dtype=type(value))
            flowsheet.input.addVariable(node, name, variable)

    def outputs(self, flowsheet: Any, node: str, *rows: tuple[str, str, str]) -> None:
        """rows: name, unit, description."""
        for name, unit, text in rows:
            flowsheet.output.addVariable(node, name, self.variable(0.0, unit=unit, vdesc=text, tags=[], dtype=float))

    def save(self, name: str, description: str) -> None:
        session = self.session
        session.name, session.description, session.creationTime = name, description, MADE
        session.ID = f"Session_{name}"
        content = session.save(filename=None)
        identity = uuid.uuid5(NAMESPACE, name).hex
        content["CCSIFileMetaData"].update(
            ID=identity,
            ModificationTime=MADE,
            ChangeLog={MADE: [session.version, identity, name, description]},
            OriginalFilename=f"{name}.foqus",
        )
        folder = HERE / name
        folder.mkdir(exist_ok=True)
        write_json(folder / "session.foqus", content)


def write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def script_node(flowsheet: Any, name: str, code: str, position: int = 0) -> None:
    flowsheet.addNode(name, x=100.0 * position).pythonCode = code


def simple(build: Builder) -> None:
    flowsheet = build.start()
    script_node(flowsheet, "mixer", MIXER)
    build.inputs(
        flowsheet,
        "mixer",
        ("hot_flow", 2.0, 0.0, 100.0, "kg/s", "flow of the hot stream"),
        ("hot_T", 360.0, 273.15, 373.15, "K", "temperature of the hot stream"),
        ("cold_flow", 1.0, 0.0, 100.0, "kg/s", "flow of the cold stream"),
        ("cold_T", 300.0, 273.15, 373.15, "K", "temperature of the cold stream"),
    )
    build.outputs(
        flowsheet,
        "mixer",
        ("flow_out", "kg/s", "flow of the mixture"),
        ("T_out", "K", "temperature of the mixture"),
    )
    build.save("simple", "Two water streams are mixed")


def recycle(build: Builder) -> None:
    flowsheet = build.start()
    for position, (name, code) in enumerate((("feed", FEED), ("reactor", REACTOR), ("separator", SEPARATOR))):
        script_node(flowsheet, name, code, position)
    build.inputs(
        flowsheet,
        "feed",
        ("fresh_A", 100.0, 0.0, 1e4, "mol/s", "fresh A"),
        ("recycle_A", 0.0, 0.0, 1e6, "mol/s", "A that comes back from the separator"),
    )
    build.outputs(flowsheet, "feed", ("total_A", "mol/s", "A to the reactor"))
    build.inputs(
        flowsheet,
        "reactor",
        ("A", 100.0, 0.0, 1e6, "mol/s", "A into the reactor"),
        ("conversion", 0.5, 0.0, 1.0, "", "part of A that reacts in one pass"),
    )
    build.outputs(flowsheet, "reactor", ("A_left", "mol/s", "A that did not react"), ("B", "mol/s", "B that was made"))
    build.inputs(
        flowsheet,
        "separator",
        ("A", 50.0, 0.0, 1e6, "mol/s", "A into the separator"),
        ("B", 50.0, 0.0, 1e6, "mol/s", "B into the separator"),
        ("recovery", 0.9, 0.0, 1.0, "", "part of A that goes back to the feed"),
    )
    build.outputs(
        flowsheet,
        "separator",
        ("recycle_A", "mol/s", "A back to the feed"),
        ("product_A", "mol/s", "A that leaves with the product"),
        ("product_B", "mol/s", "B that leaves with the product"),
    )
    connect(flowsheet, "feed", "reactor", ("total_A", "A"))
    connect(flowsheet, "reactor", "separator", ("A_left", "A"), ("B", "B"))
    connect(flowsheet, "separator", "feed", ("recycle_A", "recycle_A"), tear=True)
    flowsheet.tearTol = 1e-9
    build.save("recycle", "A reacts to B; what is left of A is recycled")


def connect(flowsheet: Any, start: str, end: str, *pairs: tuple[str, str], tear: bool = False) -> None:
    edge = flowsheet.edges[flowsheet.addEdge(start, end)]
    edge.tear = tear
    for source, target in pairs:
        edge.addConnection(source, target)


def plugin(build: Builder) -> None:
    sys.path.insert(0, str(HERE / "plugin" / "pump"))
    import pump

    flowsheet = build.start()
    node = flowsheet.addNode("pump")
    node.modelType, node.modelName, node.turbApp = 1, "pump", ["foqus-user-plugin", "pump"]
    model = pump.pymodel_pg()
    for name, variable in model.inputs.items():
        flowsheet.input.addVariable("pump", name, variable)
    for name, variable in model.outputs.items():
        flowsheet.output.addVariable("pump", name, variable)
    build.save("plugin", "The power of a pump, by a user plugin")


def failing(build: Builder) -> None:
    flowsheet = build.start()
    script_node(flowsheet, "calc", FAILING)
    build.inputs(
        flowsheet,
        "calc",
        ("mode", "ok", "", "", "", "what shall happen, see README.md"),
        ("x", 1.0, -1e6, 1e6, "", "a value; MiB to print when mode is print"),
    )
    build.outputs(flowsheet, "calc", ("y", "", "2 x when mode is ok"))
    build.save("failing", "Fails in every way that the mode names")


def hanging(build: Builder) -> None:
    flowsheet = build.start()
    script_node(flowsheet, "wait", HANGING)
    build.inputs(
        flowsheet,
        "wait",
        ("seconds", 1.0, 0.0, 1e6, "s", "time to wait"),
        ("mode", "sleep", "", "", "", "sleep, busy or child"),
    )
    build.outputs(flowsheet, "wait", ("waited", "s", "seconds"))
    build.save("hanging", "Waits and ignores SIGTERM")


def composite(build: Builder) -> None:
    flowsheet = build.start()
    script_node(flowsheet, "feed", FLOW)
    build.inputs(
        flowsheet,
        "feed",
        ("mass_flow", 2400.0, 0.0, 1e5, "kg/hr", "flow of the liquid"),
        ("density", 800.0, 1.0, 1e4, "kg/m3", "of the liquid"),
    )
    build.outputs(flowsheet, "feed", ("volume_flow", "m3/hr", "flow of the liquid"))
    script_node(flowsheet, "tank", COST, 1)
    node = flowsheet.nodes["tank"]
    node.modelType, node.modelName, node.turbApp = 2, "tank", ["Excel", "spreadsheet"]
    node.addTurbineOptions()
    build.inputs(
        flowsheet,
        "tank",
        ("feed.flow", 3.0, 0.0, 1e3, "m3/hr", "flow of the feed"),
        ("hours", 2, 0, 1000, "hr", "time"),
    )
    build.outputs(
        flowsheet, "tank", ("volume", "m3", "what flowed in"), ("status", "", "status of the simulation's run")
    )
    for variables in (flowsheet.input["tank"], flowsheet.output["tank"]):
        for variable in variables.values():
            variable.set = "sinter"  # the simulation's, and not the node's own
    build.outputs(flowsheet, "tank", ("cost", "EUR", "price of the tank"))
    connect(flowsheet, "feed", "tank", ("volume_flow", "feed.flow"))
    build.save("composite", "A workbook fills a tank with the flow that a script computes")


def simple_inputs() -> None:
    """20 inputs of the simple flowsheet, as JSON and as CSV with the same values."""
    rows = [
        {
            "hot_flow": round(0.5 + 0.37 * i, 4),
            "hot_T": round(330.0 + 2.1 * ((7 * i) % 20), 4),
            "cold_flow": round(4.0 - 0.18 * i, 4),
            "cold_T": round(280.0 + 1.3 * ((3 * i) % 20), 4),
        }
        for i in range(20)
    ]
    folder = HERE / "inputs"
    folder.mkdir(exist_ok=True)
    lines = [json.dumps({"mixer": row}) for row in rows]
    (folder / "simple-20.json").write_text("[\n " + ",\n ".join(lines) + "\n]\n", encoding="utf-8")
    with open(folder / "simple-20.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(f"mixer.{name}" for name in rows[0])
        writer.writerows(row.values() for row in rows)


@contextlib.contextmanager
def engine_folder() -> Iterator[None]:
    """FOQUS writes settings to $HOME and to the current folder; neither is the user's here."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOME"] = folder
        os.mkdir(os.path.join(folder, "logs"))
        os.chdir(folder)
        Path("logs/foqus.log").touch()
        Path("foqus.cfg").write_text(json.dumps({"foqusLogToConsole": False, "turbLogToConsole": False}))
        yield
        os.chdir("/")


def main() -> None:
    with engine_folder():
        build = Builder()
        for example in (simple, recycle, plugin, failing, hanging, composite):
            example(build)
    simple_inputs()


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    main()
