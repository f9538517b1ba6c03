"""The FOQUS engine: one session, set up without a desktop and loaded from files."""

from __future__ import annotations

import copy
import gc
import json
import logging
import os
from typing import Any, Sequence

from . import inputs, plugins
from .commands import Load
from .messages import describe_exception
from .turbine_nodes import NodeSimulations

_QUIET = {
    "foqusLogLevel": logging.WARNING,
    # To stdout, which is the job's log during a run; a file would grow for ever.
    "foqusLogToConsole": True,
    "foqusLogToFile": False,
    "turbLogToConsole": True,
    "turbLogToFile": False,
}


class LoadError(Exception):
    """A session that cannot be run."""


def _prepare_environment(workdir: str) -> None:
    """FOQUS writes to $HOME and to the current folder: both are the work folder."""
    os.makedirs(os.path.join(workdir, "logs"), exist_ok=True)
    open(os.path.join(workdir, "logs", "foqus.log"), "a").close()  # session() looks for it
    os.environ["HOME"] = workdir
    os.environ["MPLCONFIGDIR"] = os.path.join(workdir, ".matplotlib")
    os.environ.setdefault("MPLBACKEND", "Agg")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # A worker runs one runner a slot; and no threads in this process means safe forks.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    os.chdir(workdir)
    with open("foqus.cfg", "w", encoding="utf-8") as file:
        json.dump({"working_dir": workdir, **_QUIET}, file)


def _hide_windows_paths() -> None:
    """FOQUS warns at each load that programs of Windows are not installed."""
    logging.getLogger().addFilter(lambda record: "Install Path Does Not Exist" not in str(record.msg))


class Engine:
    """One FOQUS session in a work folder of its own. Raises OSError when the folder cannot be made."""

    def __init__(self, workdir: str) -> None:
        self.workdir = workdir
        self.plugin_folder = os.path.join(workdir, plugins.FOLDER)
        _prepare_environment(workdir)
        _hide_windows_paths()
        plugins.install((), self.plugin_folder)
        # After the environment is set: importing numpy reads it.
        from foqus_lib.framework.session.session import session
        from foqus_lib.version.version import version

        class HeadlessSession(session):  # type: ignore[misc]
            """Without surrogate methods and optimizers, which no flowsheet run uses and which are slow to import."""

            def loadPlugins(inner) -> None:
                inner.pymodels, _ = plugins.scan(self.plugin_folder)

        self.version: str = version
        self.session: Any = HeadlessSession(useCurrentWorkingDir=True)
        self.loaded: str = ""
        self.saved_results: Any = None
        self.simulations = NodeSimulations(self.flowsheet)
        self._base: dict[str, Any] = {}

    @property
    def flowsheet(self) -> Any:
        return self.session.flowsheet

    def load(self, command: Load) -> None:
        """Loads a session file with its plugins. Raises LoadError, and then no session is loaded."""
        self.loaded = ""
        gc.unfreeze()
        name = os.path.basename(command.session)
        content = _read(command.session, name)
        try:
            plugins.install(command.plugins, self.plugin_folder)
        except plugins.PluginError as error:
            raise LoadError(str(error)) from None
        except OSError as error:
            raise LoadError(f"plugins cannot be copied: {error.strerror}") from None
        self.session.pymodels, problems = plugins.scan(self.plugin_folder)
        # No run reads or changes the table of results, and FOQUS takes seconds to
        # build a long one: it is kept as it is, for the session that a run saves.
        results = content["flowsheet"].pop("results", None)
        try:
            self.session.loadDict(content, command.session)
        except Exception as error:
            logging.getLogger("foqus").exception("loading %s", name)
            raise LoadError(f"{name} is no session that FOQUS can load: {describe_exception(error)}") from None
        self.session.currentFile = command.session
        self._require_plugins(problems)
        self.simulations = self.flowsheet.turbConfig = NodeSimulations(self.flowsheet)
        self._base = copy.deepcopy(self.flowsheet.saveValues())
        self.saved_results = results or self.flowsheet.results.saveDict()
        self.loaded = command.session
        # What is alive now is never collected, so children do not copy its pages to look at it.
        gc.collect()
        gc.freeze()

    def _require_plugins(self, problems: Sequence[str]) -> None:
        known = self.session.pymodels.plugins
        missing = [
            f"node {name} needs plugin {node.modelName}, which was not found"
            for name, node in self.flowsheet.nodes.items()
            if node.isModelPlugin and node.modelName not in known
        ]
        if missing:
            raise LoadError("; ".join(missing + [f"plugin not loaded: {problem}" for problem in problems]))

    def check_input(self, given: Any) -> inputs.Values:
        """Raises inputs.InvalidInput; changes nothing."""
        return inputs.check(given, self.flowsheet.input, self.flowsheet.input_vectorlist)

    def restore(self) -> None:
        """Puts the values of the session file back; needed where runs share this process."""
        self.flowsheet.loadValues(copy.deepcopy(self._base))

    def apply(self, values: inputs.Values) -> None:
        """Sets checked values, in the scalars and in the vectors that are made of them."""
        flowsheet = self.flowsheet
        vectors = copy.deepcopy(self._base["input_vectorvals"])
        for node, members in vectors.items():
            for name, elements in members.items():
                for index in elements:
                    elements[index] = values.get(node, {}).get(f"{name}_{index}", elements[index])
        flowsheet.loadValues({"input": values, "input_vectorvals": vectors})

    def describe(self) -> dict[str, Any]:
        """Nodes and variables of the loaded flowsheet."""

        def variables(nodes: Any) -> dict[str, Any]:
            return {
                node: {
                    name: {
                        "type": variable.dtype.__name__,
                        "value": variable.value,
                        "default": variable.default,
                        "min": variable.min,
                        "max": variable.max,
                        "unit": variable.unit,
                        "description": variable.desc,
                    }
                    for name, variable in members.items()
                }
                for node, members in nodes.items()
            }

        flowsheet = self.flowsheet
        return {
            "session": self.loaded,
            "nodes": {
                name: {"modelType": int(node.modelType), "modelName": node.modelName, "turbApp": node.turbApp}
                for name, node in flowsheet.nodes.items()
            },
            "input": variables(flowsheet.input),
            "output": variables(flowsheet.output),
        }


def _read(path: str, name: str) -> dict[str, Any]:
    try:
        with open(path, encoding="utf-8") as file:
            # Plain dicts: FOQUS's own load makes OrderedDicts, whose vectors it then cannot set.
            content = json.load(file)
    except OSError as error:
        raise LoadError(f"{name}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise LoadError(f"{name} is not JSON: {error}") from None
    if not isinstance(content, dict) or not isinstance(content.get("flowsheet"), dict):
        raise LoadError(f"{name} is no FOQUS session: it has no flowsheet")
    return content
