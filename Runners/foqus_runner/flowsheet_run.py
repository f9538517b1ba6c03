"""One run of the loaded flowsheet, and the files it leaves."""

from __future__ import annotations

import copy
import logging
import os
import threading
from types import TracebackType
from typing import Any, Optional

from . import strict_json
from .commands import Job
from .engine import Engine
from .inputs import Values
from .messages import describe_exception, print_exception, shorten
from .outcome import EXCEPTION, NOT_RUN, Outcome

OUTPUT = "output.json"
RESULTS = "results_session.foqus"
LOG = "foqus.log"


def prepare_directory(jobdir: str) -> None:
    """Makes the job's folder and removes what an earlier attempt left. Raises OSError."""
    os.makedirs(jobdir, exist_ok=True)
    for name in (OUTPUT, RESULTS, LOG):
        try:
            os.unlink(os.path.join(jobdir, name))
        except FileNotFoundError:
            pass


class _NodeErrors(logging.Handler):
    """Keeps the last exception that the engine logged: a node's script error is told nowhere else."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.last: Optional[tuple[BaseException, Optional[TracebackType]]] = None

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1]:
            self.last = (record.exc_info[1], record.exc_info[2])


class FlowsheetRun:
    """Runs the flowsheet in the engine's own thread, as FOQUS does."""

    def __init__(self, engine: Engine, job: Job, values: Values, job_owns_process: bool) -> None:
        self.engine = engine
        self.job = job
        self.values = values
        self.job_owns_process = job_owns_process
        self.graph: Any = None  # the engine's thread, once started
        self._errors = _NodeErrors()
        self._stopped = False
        self._escaped: Optional[BaseException] = None

    def execute(self) -> Outcome:
        """Returns however the flowsheet ends, unless it ends the process."""
        logger = logging.getLogger("foqus")
        logger.addHandler(self._errors)
        previous_hook, threading.excepthook = threading.excepthook, self._exception_hook
        try:
            self.engine.apply(self.values)
            self.graph = self._start()
            if self._stopped:
                self.graph.terminate()
            self.graph.join()
            return self._collect()
        except Exception as error:
            print_exception()
            return Outcome("error", EXCEPTION, shorten(describe_exception(error)), "flowsheet")
        finally:
            threading.excepthook = previous_hook
            logger.removeHandler(self._errors)

    def _start(self) -> Any:
        """The engine's thread at work."""
        flowsheet = self.engine.flowsheet
        if self.job_owns_process:
            # What runAsThread does but for copying the graph, which costs more than a small flowsheet.
            flowsheet.useTurbine = False
            flowsheet.createNodeTurbineSessions(forceNew=False)
            flowsheet.status = {"unfinished": 1, "finished": 0, "error": 0, "success": 0}
            flowsheet.turbineSession = flowsheet.runList = None
            flowsheet.res, flowsheet.res_fin, flowsheet.res_re = [None], [-1], [0]
            flowsheet.start()
            return flowsheet
        return flowsheet.runAsThread()

    def stop(self) -> None:
        """Asks the engine to stop before the next node. From another thread."""
        self._stopped = True
        if self.graph is not None:
            self.graph.terminate()

    def _exception_hook(self, arguments: Any) -> None:
        # SystemExit and the like pass the engine's `except Exception`.
        self._escaped = arguments.exc_value

    def _collect(self) -> Outcome:
        """Turns the finished thread's values into files and an outcome."""
        graph = self.graph
        values = graph.res[0]
        failed = values is None or graph.errorStat != 0
        if values is None:
            graph.setErrorCode(EXCEPTION)
            values = graph.saveValues()
        code = int(graph.errorStat)
        message = self._message(code) if failed else ""
        if failed:
            values = _without_unfinished(values, graph)
        try:
            self._write(OUTPUT, strict_json.encode(values))
            if self.job.save_session:
                self._write(RESULTS, strict_json.encode(self._session(values)))
        except OSError as error:
            return Outcome("error", code, f"the results cannot be written: {error.strerror}", "files")
        return Outcome("error" if failed else "success", code, message, "flowsheet" if failed else "")

    def _message(self, code: int) -> str:
        graph = self.graph
        parts = [f"flowsheet error {code}: {graph.errorLookup(code)}"]
        cause = self._cause()
        for name, node in graph.nodes.items():
            error = int(node.calcError)
            interrupted = error == NOT_RUN and node.calcCount > 0
            if error in (0, NOT_RUN) and not interrupted:
                continue
            known = "" if interrupted else node.errorLookup(error)
            told = ": ".join(text for text in (str(error) if not interrupted else "", known) if text)
            report = self.engine.simulations.reports.get(name, "")
            parts.append(": ".join(text for text in (f"node {name}", told, report or cause) if text))
            cause = cause if report else ""
        if cause:
            parts.append(cause)
        return shorten("; ".join(parts))

    def _cause(self) -> str:
        if self.graph.ex is not None:  # first: the engine fails to log it, and that escapes
            return describe_exception(self.graph.ex[1], self.graph.ex[2])
        if self._escaped is not None:
            return describe_exception(self._escaped)
        return describe_exception(*self._errors.last) if self._errors.last else ""

    def _session(self, values: dict[str, Any]) -> dict[str, Any]:
        """The session with the values of this run, as FOQUS saves it."""
        session = self.engine.session
        loadable = {key: item for key, item in values.items() if key != "output"}
        loadable["output"] = {
            node: {name: value for name, value in members.items() if value is not None}
            for node, members in values["output"].items()
        }
        session.flowsheet.loadValues(loadable)
        log = copy.copy(session.changeLog)  # save() adds to it, also for runs to come
        try:
            saved: dict[str, Any] = session.save(
                filename=None, changeLogMsg="Saved Turbine Run", bkp=False, keepData=False
            )
            saved["CCSIFileMetaData"]["ChangeLog"] = copy.copy(session.changeLog)
        finally:
            session.changeLog = log
        saved["flowsheet"]["results"] = self.engine.saved_results
        return saved

    def _write(self, name: str, text: str) -> None:
        """Whole or not at all: a killed run leaves no half of a file."""
        path = os.path.join(self.job.jobdir, name)
        with open(path + ".part", "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(path + ".part", path)


def _without_unfinished(values: dict[str, Any], graph: Any) -> dict[str, Any]:
    """The values without outputs of nodes that did not finish.

    Those still hold what the session file was saved with, which is another
    run's result: numbers become NaN and all else null.
    """
    output = dict(values["output"])
    for name, node in graph.nodes.items():
        if node.calcError != 0:
            output[name] = {
                variable: float("nan") if isinstance(value, float) else None
                for variable, value in output.get(name, {}).items()
            }
    return {**values, "output": output, "output_vectorvals": _vectors(values, output)}


def _vectors(values: dict[str, Any], output: dict[str, Any]) -> dict[str, Any]:
    return {
        node: {
            name: {index: output[node].get(f"{name}_{index}", value) for index, value in elements.items()}
            for name, elements in members.items()
        }
        for node, members in values["output_vectorvals"].items()
    }
