"""Nodes that run a Turbine simulation call the worker, which this test plays."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from support import EXAMPLES, RunnerTestCase, RunningJob, wait_gone

COMPOSITE = EXAMPLES / "composite" / "session.foqus"


def outputs(**values: Any) -> dict[str, Any]:
    return {name: {"value": value, "units": None} for name, value in values.items()}


def changed(folder: Path, name: str = "changed.foqus", turb_app: Any = None, code: str = "", **options: Any) -> Path:
    """The composite session with other options of its tank."""
    content = json.loads(COMPOSITE.read_text())
    tank = content["flowsheet"]["nodes"]["tank"]
    for option, value in options.items():
        tank["options"]["options"][option.replace("_", " ")]["value"] = value
    tank["turbApp"] = turb_app or tank["turbApp"]
    if code:
        tank.update(pythonCode=code, scriptMode="total")
    path = folder / name
    path.write_text(json.dumps(content))
    return path


class TurbineTestCase(RunnerTestCase):
    def load(self, session: Path) -> None:
        loaded = self.runner.load(session)
        self.assertEqual(loaded["event"], "loaded", loaded)

    def answer(self, job: RunningJob, call: int, state: str = "success", status: int = 0, **fields: Any) -> None:
        self.runner.send("answer", id=job.id, call=call, state=state, status=status, **fields)

    def run_with(self, *answers: dict[str, Any], given: Any = None) -> tuple[RunningJob, list[dict[str, Any]]]:
        """A job whose calls get these answers; and the calls."""
        job = self.runner.start(given)
        calls = []
        for fields in answers:
            calls.append(self.runner.event("call"))
            self.answer(job, calls[-1]["call"], **{"output": None, "messages": "", **fields})
        job.wait()
        return job, calls


class CallTests(TurbineTestCase):
    def setUp(self) -> None:
        self.load(COMPOSITE)

    def test_call_tells_the_node_and_its_input(self) -> None:
        job = self.runner.start({"feed": {"mass_flow": 1000.0}, "tank": {"hours": 12}})
        self.assertEqual(
            self.runner.event("call"),
            {
                "event": "call",
                "id": job.id,
                "call": 1,
                "node": "tank",
                "simulation": "tank",
                "application": "Excel",
                "input": {"feed.flow": 1.25, "hours": 12},
                "reset": False,
                "initialize": False,
                "visible": False,
                "timeout": 840.0,
            },
        )
        self.answer(job, 1, output=outputs(volume=0.5, status=0), messages="calculated")
        job.wait()
        self.assertEqual((job.status, job.message), ("success", ""))
        self.assertEqual(job.output["output"]["tank"], {"volume": 0.5, "status": 0.0, "cost": 500.0})
        self.assertEqual(job.output["nodeError"], {"feed": 0, "tank": 0})
        self.assertEqual(json.loads(job.output["turbineMessages"]["tank"]), "calculated")
        self.assertEqual(job.log, "")

    def test_session_of_a_run_can_be_run_again(self) -> None:
        job, _ = self.run_with({"output": outputs(volume=0.25)})
        self.load(job.folder / "results_session.foqus")
        again, _ = self.run_with({"output": outputs(volume=0.75)})
        self.assertEqual((again.status, again.output["output"]["tank"]["cost"]), ("success", 750.0))

    def test_status_comes_from_the_answer(self) -> None:
        job, _ = self.run_with({"output": outputs(volume=0.25), "status": 2})
        self.assertEqual((job.status, job.output["output"]["tank"]["status"]), ("success", 2.0))

    def test_output_without_a_variable_is_left_out(self) -> None:
        job, _ = self.run_with({"output": outputs(volume=1.0, other=[1, 2], status=0)})
        self.assertEqual((job.status, job.message), ("success", ""))
        self.assertEqual(job.output["output"]["tank"], {"volume": 1.0, "status": 0.0, "cost": 1000.0})

    def test_failure_names_the_node_and_what_the_simulation_said(self) -> None:
        job, _ = self.run_with({"state": "error", "status": 1, "messages": "sheet Vessel: can't divide by 0"})
        self.assertEqual((job.status, job.result["reason"]), ("error", "flowsheet"))
        self.assertEqual(
            job.message,
            "flowsheet error 1: Failure in node calculation, check node status; "
            "node tank: 7: Turbine simulation error: sheet Vessel: can't divide by 0",
        )
        self.assertEqual(job.output["nodeError"], {"feed": 0, "tank": 7})
        self.assertEqual(job.output["output"]["tank"]["volume"], "NaN")
        # FOQUS replaces single quotes.
        self.assertEqual(job.output["turbineMessages"]["tank"], '"sheet Vessel: can"t divide by 0"')

    def test_failure_with_outputs(self) -> None:
        job, _ = self.run_with(
            {"state": "error", "status": 9, "messages": "no convergence", "output": outputs(volume=None, status=9)}
        )
        self.assertRegex(job.message, "node tank: 7: Turbine simulation error: no convergence$")

    def test_cancelled_simulation_is_an_error(self) -> None:
        job, _ = self.run_with({"state": "cancel", "status": 7})
        self.assertRegex(job.message, r"node tank: 7: Turbine simulation error: it ended as cancel$")

    def test_missing_or_wrong_output_is_an_error(self) -> None:
        for output, text in (
            (outputs(status=0), "it gave no output volume"),
            (None, "it gave no output volume"),
            (outputs(volume=None), "its output volume is no float"),
            (outputs(volume="wide"), "its output volume is no float"),
            ({"volume": 3.0}, "its output volume is no float"),
        ):
            with self.subTest(text, output=output):
                job, _ = self.run_with({"output": output})
                self.assertEqual(job.status, "error")
                self.assertTrue(job.message.endswith(f"node tank: 7: Turbine simulation error: {text}"), job.message)

    def test_not_finite_outputs(self) -> None:
        job, _ = self.run_with({"output": outputs(volume="Infinity")})
        self.assertEqual((job.status, job.output["output"]["tank"]["volume"]), ("success", "Infinity"))

    def test_large_answer(self) -> None:
        messages = "x" * (1 << 20)
        job, _ = self.run_with({"output": outputs(volume=1.0), "messages": messages})
        self.assertEqual((job.status, json.loads(job.output["turbineMessages"]["tank"])), ("success", messages))

    def test_wrong_and_late_answers_harm_nothing(self) -> None:
        job = self.runner.start()
        call = self.runner.event("call")["call"]
        for fields, text in (
            ({"call": "1"}, '"call" is the number'),
            ({"state": "done"}, '"state" is one of'),
            ({"status": None}, '"status" is a whole'),
            ({"output": [1]}, '"output" is an object'),
            ({"messages": 3}, '"messages" is a text'),
        ):
            self.runner.send("answer", **{"id": job.id, "call": call, "state": "success", "status": 0, **fields})
            rejected = self.runner.event("rejected")
            self.assertIn(text, rejected["message"])
            self.assertNotIn("id", rejected)  # the job goes on
        self.answer(job, call + 1, output=outputs(volume=9.0))
        self.answer(job, call, output=outputs(volume=2.0))
        self.answer(job, call, output=outputs(volume=3.0))
        job.wait()
        self.assertEqual((job.status, job.output["output"]["tank"]["volume"]), ("success", 2.0))
        self.answer(job, call, output=outputs(volume=4.0))
        self.runner.send("ping")
        self.assertIsNone(self.runner.event("pong")["running"])

    def test_terminate_while_a_call_waits(self) -> None:
        job = self.runner.start()
        self.runner.event("call")
        start = time.monotonic()
        self.runner.send("terminate", id=job.id)
        job.wait()
        self.assertEqual((job.status, job.message), ("terminate", "node tank: the run was terminated"))
        self.assertLess(time.monotonic() - start, 30)  # not 840: nobody answers
        self.assertEqual(self.run_with({"output": outputs(volume=1.0)})[0].status, "success")

    def test_timeout_while_a_call_waits(self) -> None:
        job = self.runner.start(timeout=0.3)
        self.runner.event("call")
        job.wait()
        self.assertEqual((job.status, job.result["reason"]), ("error", "timeout"))
        self.assertEqual(job.message, "node tank: the run was ended after its time limit of 0.3 s")


class ThreadedCallTests(CallTests):
    arguments = ("--mode", "thread")


class OptionTests(TurbineTestCase):
    def use(self, turb_app: Any = None, code: str = "", **options: Any) -> None:
        self.load(changed(self.folder, turb_app=turb_app, code=code, **options))

    def test_options_of_the_run_are_told(self) -> None:
        self.use(Reset=True, Initialize_Model=True, Visible=True)
        _, (call,) = self.run_with({"output": outputs(volume=1.0)})
        self.assertEqual((call["reset"], call["initialize"], call["visible"]), (True, True, True))

    def test_settings_of_the_simulation_are_told(self) -> None:
        content = json.loads(COMPOSITE.read_text())
        options = content["flowsheet"]["nodes"]["tank"]["options"]
        options["order"].append("macro")
        visible = options["options"]["Visible"]
        options["options"]["macro"] = {**visible, "dtype": "str", "value": "Run", "default": "", "optSet": 3}
        path = self.folder / "settings.foqus"
        path.write_text(json.dumps(content))
        self.load(path)
        _, (call,) = self.run_with({"output": outputs(volume=1.0)})
        self.assertEqual(call["input"], {"feed.flow": 3.0, "hours": 2, "macro": "Run"})

    def test_application(self) -> None:
        self.use(turb_app="ACM")
        self.assertEqual(self.run_with({"output": outputs(volume=1.0)})[1][0]["application"], "ACM")
        content = json.loads(COMPOSITE.read_text())
        content["flowsheet"]["nodes"]["tank"]["turbApp"] = None
        path = self.folder / "none.foqus"
        path.write_text(json.dumps(content))
        self.load(path)
        self.assertIsNone(self.run_with({"output": outputs(volume=1.0)})[1][0]["application"])

    def test_time_limits(self) -> None:
        run, wait = "Maximum_Run_Time_(s)", "Maximum_Wait_Time_(s)"
        for options, timeout, code, text in (
            ({run: 20.0, wait: 30.0}, 20.0, 6, "Maximum run time exceeded: ended after 20 s, by the node's option"),
            ({run: 20.0, wait: 10.0}, 10.0, 3, "Maximum wait time exceeded: ended after 10 s, by the node's option"),
        ):
            self.use(**options)
            job, (call,) = self.run_with({"state": "terminate", "status": 7})
            self.assertEqual(call["timeout"], timeout)
            self.assertEqual(job.output["nodeError"]["tank"], code)
            self.assertIn(text, job.message)
        self.use(**{run: 0.0, wait: 0.0})
        self.assertIsNone(self.run_with({"output": outputs(volume=1.0)})[1][0]["timeout"])

    def test_warnings(self) -> None:
        warned = {"output": outputs(volume=1.0), "status": 2, "messages": "stream 3 is dry"}
        self.use(Allow_Simulation_Warnings=False)
        job, _ = self.run_with(warned)
        self.assertEqual(job.output["nodeError"]["tank"], 7)
        self.assertRegex(job.message, "option Allow Simulation Warnings forbids: stream 3 is dry$")
        self.assertEqual(self.run_with({**warned, "status": 0})[0].status, "success")
        self.use(Allow_Simulation_Warnings=True)
        job, _ = self.run_with(warned)
        self.assertEqual(job.status, "success")
        self.assertEqual(job.output["turbineMessages"]["tank"], '"stream 3 is dry"')

    def test_retry(self) -> None:
        failed = {"state": "error", "status": 1, "messages": "no luck"}
        self.use(Retry=True, Reset_on_Fail=True)
        job, calls = self.run_with(failed, {"output": outputs(volume=1.0)})
        self.assertEqual((job.status, job.output["output"]["tank"]["cost"]), ("success", 1000.0))
        # The model is to be as its file has it, after a failure.
        self.assertEqual([(call["call"], call["reset"]) for call in calls], [(1, False), (2, True)])
        job, calls = self.run_with(failed, {**failed, "messages": "no luck again"})
        self.assertRegex(job.message, "node tank: 7: Turbine simulation error: no luck again$")
        self.use(Retry=True, Reset_on_Fail=False)
        _, calls = self.run_with(failed, {"output": outputs(volume=1.0)})
        self.assertEqual([call["reset"] for call in calls], [False, False])

    def test_script_that_runs_the_model_itself(self) -> None:
        code = (
            "total = 0.0\n"
            "for hours in (3, 6, 9):\n"
            '    self.gr.input["tank"]["hours"].value = hours\n'
            "    self.runModel()\n"
            '    total += self.gr.output["tank"]["volume"].value\n'
            'f["volume"], f["cost"] = total, total\n'
        )
        answers = [{"output": outputs(volume=volume)} for volume in (1.0, 2.0, 4.0)]
        self.use(code=code, Max_consumer_reuse=2)
        job, calls = self.run_with(*answers)
        self.assertEqual((job.status, job.output["output"]["tank"]["cost"]), ("success", 7.0))
        self.assertEqual([call["input"]["hours"] for call in calls], [3, 6, 9])
        self.assertEqual([call["reset"] for call in calls], [False, False, True])  # after 2 uses

    def test_other_gateway_is_not_asked(self) -> None:
        self.use(Override_Turbine_Configuration="C:\\turbine.cfg")
        self.assertEqual(self.run_with({"output": outputs(volume=1.0)})[0].status, "success")


class ThreadedOptionTests(OptionTests):
    arguments = ("--mode", "thread")


class ModelProcessTests(TurbineTestCase):
    """What the code of a model can do to the channel is no harm to the runner."""

    own_runner = True

    def test_crash_while_a_call_waits(self) -> None:
        code = (
            "import os, threading\n"
            'os.mkfifo("go")\n'
            'threading.Thread(target=lambda: (open("go").read(), os.abort())).start()\n'
            "self.runModel()\n"
        )
        self.load(changed(self.folder, code=code))
        job = self.runner.start()
        self.runner.event("call")
        with open(job.folder / "go", "w"):
            pass
        job.wait()
        self.assertEqual((job.status, job.result["reason"]), ("error", "crash"))

    def test_forged_lines_are_not_passed_on(self) -> None:
        code = (
            "import os, stat\n"
            "for fd in range(3, 64):\n"
            "    try:\n"
            "        if stat.S_ISSOCK(os.fstat(fd).st_mode):\n"
            '            os.write(fd, b\'nonsense\\n{"event":"result","id":"job-1"}\\n[]\\n{"call":true}\\n\')\n'
            "    except OSError:\n"
            "        pass\n"
            "self.runModel()\n"
        )
        self.load(changed(self.folder, code=code))
        job, calls = self.run_with({"output": outputs(volume=1.0)})
        self.assertEqual((job.status, calls[0]["node"]), ("success", "tank"))

    def test_children_of_the_model_end_with_a_terminated_call(self) -> None:
        code = (
            "import subprocess\n"
            'child = subprocess.Popen(["sleep", "600"], start_new_session=True)\n'
            'open("pid", "w").write(str(child.pid))\n'
            "self.runModel()\n"
        )
        self.load(changed(self.folder, code=code))
        job = self.runner.start()
        self.runner.event("call")
        child = int((job.folder / "pid").read_text())
        self.runner.send("terminate", id=job.id)
        self.assertEqual(job.wait()["status"], "terminate")
        self.assertTrue(wait_gone(child))
