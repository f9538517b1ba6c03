"""The peer: Celery with its prefork pool on an SQS-compatible queue server, doing the same no-op job."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from .deployment import free_port
from .processes import ProcessorTime, processor_time, with_children

APPLICATION = '''
import os, subprocess
from celery import Celery
app = Celery("bench", broker=f"sqs://test:test@127.0.0.1:{os.environ['PEER_PORT']}")
app.conf.update(
    broker_transport_options={"region": "us-east-1", "is_secure": False, "wait_time_seconds": 10,
                              "visibility_timeout": 300, "polling_interval": 0.1},
    task_default_queue="bench", worker_prefetch_multiplier=4, task_ignore_result=True, task_acks_late=True,
    broker_connection_retry_on_startup=True, worker_enable_remote_control=False, worker_send_task_events=False)

@app.task(name="noop")
def noop():
    subprocess.run(["/bin/true"], check=True)
    descriptor = os.open(os.environ["PEER_COUNT"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(descriptor, b".")
    os.close(descriptor)
'''


@dataclass
class Run:
    """From the first to the last of a number of jobs that were queued before the worker started."""

    jobs_per_second: float
    #: Seconds of a job, its program among them.
    processor: ProcessorTime


def celery_run(python: Path, jobs: int, concurrency: int) -> Run:
    """Celery has finished a job when its program has ended; it acknowledges it after that."""
    tools = python.parent
    with tempfile.TemporaryDirectory(prefix="foqus-peer-") as folder:
        count = Path(folder) / "count"
        count.touch()
        (Path(folder) / "peer_app.py").write_text(APPLICATION)
        port = free_port()
        environment = {
            **os.environ, "PEER_PORT": str(port), "PEER_COUNT": str(count), "PYTHONPATH": folder,
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1",
            "PYTHONWARNINGS": "ignore",
        }
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        server = subprocess.Popen([tools / "roto-server", "--port", str(port), "--ephemeral"], **quiet)
        worker = None
        try:
            enqueue = (
                "import os, time, boto3, peer_app\n"
                "sqs = boto3.client('sqs', endpoint_url='http://127.0.0.1:' + os.environ['PEER_PORT'],"
                " region_name='us-east-1')\n"
                "for _ in range(100):\n"
                "    try: sqs.create_queue(QueueName='bench'); break\n"
                "    except Exception: time.sleep(0.1)\n"
                f"for _ in range({jobs}): peer_app.noop.apply_async(queue='bench')\n"
            )
            subprocess.run([python, "-c", enqueue], env=environment, check=True, cwd=folder, **quiet)
            worker = subprocess.Popen(
                [tools / "celery", "-A", "peer_app", "worker", "-c", str(concurrency), "-l", "ERROR", "-Q", "bench",
                 "--without-gossip", "--without-mingle", "--without-heartbeat"],
                env=environment, cwd=folder, start_new_session=True, **quiet)
            first, done_at_first, pool, used = 0.0, 0, [0], ProcessorTime(0, 0)
            deadline = time.monotonic() + 180
            while time.monotonic() < deadline:
                done = count.stat().st_size
                if done and not first:
                    pool = with_children(worker.pid)
                    first, done_at_first, used = time.monotonic(), done, processor_time(pool)
                if done >= jobs:
                    rest, duration = done - done_at_first, time.monotonic() - first
                    return Run(rest / duration, (processor_time(pool) - used) / rest)
                time.sleep(0.01)
            raise RuntimeError(f"celery finished {count.stat().st_size} of {jobs} jobs in 180 s")
        finally:
            if worker is not None:
                worker.send_signal(signal.SIGTERM)
                try:
                    worker.wait(15)
                except subprocess.TimeoutExpired:
                    os.killpg(worker.pid, signal.SIGKILL)
                    worker.wait()
            server.terminate()
            server.wait()


if __name__ == "__main__":
    print(celery_run(Path(sys.executable), 2000, 8))
