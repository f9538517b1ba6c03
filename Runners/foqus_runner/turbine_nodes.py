"""Nodes whose model is a Turbine simulation: the worker runs it.

FOQUS's own code of such a node stays as it is. What it takes for its connection
to a Turbine gateway, ``flowsheet.turbConfig``, is a NodeSimulations: sessions and
consumers are no more than names there, and waiting for a job is a call to the
worker. Neither a Turbine installation nor a network is needed.
"""

from __future__ import annotations

import collections
import math
from typing import Any, Callable, Optional

from .messages import without_paths

Ask = Callable[[dict[str, Any]], Optional[dict[str, Any]]]

# FOQUS's codes of a TurbineInterfaceEx, which its nodes turn into codes of their own.
FAILED = 350  # 7: Turbine simulation error
RUN_TIMEOUT = 352  # 6: Maximum run time exceeded
WAIT_TIMEOUT = 353  # 3: Maximum wait time exceeded
NO_STATUS = 354  # 10: Failed to get job status
STOPPED = 355  # 11: Graph thread terminated

WARNING = 2  # Sinter's status of a run that succeeded with warnings


class NodeSimulations:
    """Has the methods of FOQUS's TurbineConfiguration that nodes use, under their names."""

    def __init__(self, flowsheet: Any) -> None:
        self.nodes = [name for name, node in flowsheet.nodes.items() if node.isModelTurbine]
        self.reports: dict[str, str] = {}  # by node: why its last simulation failed
        self.res: Optional[dict[str, Any]] = None  # FOQUS: the last result, also of a failure
        self._outputs = {
            node: {name: (variable.dtype, variable.set) for name, variable in flowsheet.output[node].items()}
            for node in self.nodes
        }
        self._ask: Ask = lambda request: None
        self._jobs: dict[int, dict[str, Any]] = {}
        self._made = 0
        self._uses: collections.Counter[str] = collections.Counter()
        self._stopped: set[str] = set()

    def begin(self, ask: Ask) -> None:
        """A run of the flowsheet begins, whose calls are answered by ask."""
        self._ask = ask
        self.reports.clear()
        self._jobs.clear()
        self._uses.clear()
        self._stopped.clear()

    # What nodes call. There is one gateway, the worker, so that other settings than its own mean nothing.

    def updateSettings(self, altConfig: Optional[str] = None) -> None:
        pass

    def createSession(self) -> str:
        return "foqus-worker"

    def sessionExists(self, sid: str) -> bool:
        return sid == self.createSession()  # a session that was saved elsewhere is not here

    def killSession(self, sid: str) -> None:
        pass  # a call ends with the process that made it

    def consumerID(self, nodeName: str) -> None:
        return None

    def consumerCount(self, nodeName: str) -> int:
        return self._uses[nodeName]

    def consumerCountInc(self, nodeName: str) -> int:
        self._uses[nodeName] += 1
        return self._uses[nodeName]

    def startConsumer(self, nodeName: str, simName: str) -> None:
        pass  # the worker has the simulator started

    def stopConsumer(self, nodeName: str) -> None:
        """After a failure, and after so many uses: the next run shall find the model as its file has it."""
        self._stopped.add(nodeName)
        self._uses[nodeName] = 0

    def retryFunction(self, maxTries: int, waitTime: float, waitPow: float, function: Any, *args: Any) -> Any:
        return function(*args)  # nothing here gets better by waiting

    def createJobsInSession(self, sid: str, inputData: list[dict[str, Any]]) -> list[int]:
        numbers = []
        for job in inputData:
            self._made += 1
            self._jobs[self._made] = job
            numbers.append(self._made)
        return numbers

    def startSession(self, sid: str) -> int:
        return len(self._jobs)

    def monitorJob(
        self,
        jobID: int,
        maxWaitTime: float = 72000.0,
        maxRunTime: float = 600.0,
        minCheckInt: float = 5.0,
        maxCheckInt: Optional[float] = None,
        stopFlag: Any = None,
        nodeName: str = "",
        simName: str = "",
        allowWarnings: bool = True,
        app: Any = None,
        checkConsumer: bool = True,
    ) -> dict[str, Any]:
        """Runs the job and returns its result. Raises TurbineInterfaceEx; ``res`` is the result then too."""
        self.res = None
        self.reports.pop(nodeName, None)
        job = self._jobs.pop(jobID)
        limit = min(_limit(maxRunTime), _limit(maxWaitTime))
        reset = bool(job["Reset"]) or nodeName in self._stopped
        self._stopped.discard(nodeName)
        answer = self._ask(
            {
                "node": nodeName,
                "simulation": job["Simulation"],
                "application": _application(app),
                "input": job["Input"],
                "reset": reset,
                "initialize": bool(job["Initialize"]),
                "visible": bool(job["Visible"]),
                "timeout": limit if math.isfinite(limit) else None,
            }
        )
        if answer is None:
            stopped = stopFlag is not None and stopFlag.is_set()
            raise self._failure(nodeName, STOPPED if stopped else NO_STATUS, "the worker gave no answer")
        messages = without_paths(answer["messages"])
        status = answer["status"]
        self.res = {
            "State": answer["state"],
            "Status": status,
            "Messages": messages,
            "Output": self._output(nodeName, answer["output"], status),
        }
        if answer["state"] != "success" and self.res["Output"]:
            self._drop_unusable(nodeName, self.res["Output"])
        if answer["state"] == "terminate":
            waited = _limit(maxWaitTime) < _limit(maxRunTime)
            option = "Maximum Wait Time (s)" if waited else "Maximum Run Time (s)"
            text = f"ended after {limit:g} s, by the node's option {option}"
            raise self._failure(nodeName, WAIT_TIMEOUT if waited else RUN_TIMEOUT, text, messages)
        if answer["state"] != "success":
            raise self._failure(nodeName, FAILED, messages or f"it ended as {answer['state']}")
        if status == WARNING and not allowWarnings:
            text = "it ended with warnings, which the node's option Allow Simulation Warnings forbids"
            raise self._failure(nodeName, FAILED, text, messages)
        if problems := self._problems(nodeName, self.res["Output"]):
            self.res["Output"] = None
            raise self._failure(nodeName, FAILED, "; ".join(problems))
        return self.res

    def _output(self, node: str, output: Optional[dict[str, Any]], status: int) -> Optional[dict[str, Any]]:
        """Without what the node has no variable for: it may have been deleted there, and FOQUS stumbles on it."""
        if output is None:
            return None
        known = self._outputs.get(node, {})
        whole = {"status": {"value": status, "units": ""}, **output}
        return {name: member for name, member in whole.items() if name in known}

    def _drop_unusable(self, node: str, output: dict[str, Any]) -> None:
        """Of a failure: FOQUS reads its outputs, and an outcome that cannot be read would hide the cause."""
        for name in list(output):
            if not _fits(output[name], self._outputs[node][name][0]):
                del output[name]

    def _problems(self, node: str, output: Optional[dict[str, Any]]) -> list[str]:
        """What keeps the results from being the node's: FOQUS would go on with values of another run."""
        given = output or {}
        problems = []
        for name, (kind, origin) in self._outputs.get(node, {}).items():
            if name not in given:
                if origin == "sinter" and name != "status":
                    problems.append(f"it gave no output {name}")
                continue
            if not _fits(given[name], kind):
                problems.append(f"its output {name} is no {kind.__name__}")
        return problems

    def _failure(self, node: str, code: int, text: str, more: str = "") -> Exception:
        # Late: the engine's import must not print on the protocol's stdout.
        from foqus_lib.framework.sim.turbineConfiguration import TurbineInterfaceEx

        self.reports[node] = f"{text}: {more}" if more else text
        error: Exception = TurbineInterfaceEx(code=code, msg=self.reports[node])
        return error


def _fits(member: Any, kind: type) -> bool:
    """Whether FOQUS can set a variable of this type to an output's value."""
    try:
        kind(member["value"])
    except (TypeError, ValueError, OverflowError, KeyError):
        return False
    return True


def _limit(seconds: Any) -> float:
    """A node's option in seconds; without limit when it is no number over 0."""
    return float(seconds) if isinstance(seconds, (int, float)) and seconds > 0 else math.inf


def _application(app: Any) -> Optional[str]:
    """FOQUS has an application's name, or a pair of it and the name of the model's resource."""
    name = app[0] if isinstance(app, (list, tuple)) and app else app
    return name if isinstance(name, str) and name else None
