"""A large object between a file and S3, by our own store and by curl, to the same server in turns."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from .measurements import Context, Figure, note
from .peers import PeerHost, variables

GIB = 1 << 30
#: Files and the server's data are kept here if there is room, so that no disk is measured.
MEMORY = Path("/dev/shm")


@dataclass
class Transfer:
    seconds: float
    #: Of the program itself.
    processor_seconds: float
    #: The most that was resident at a time, in MB.
    memory: float


def run(command: list[str | Path], environment: dict[str, str] | None = None) -> Transfer:
    begin, memory = time.monotonic(), 0
    process = subprocess.Popen(command, env={**os.environ, **(environment or {})})
    while True:
        # Not from the usage at the end, in which this program's own memory counts, from before the exec.
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                memory = int(line.split()[1])
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        if ended:
            break
        time.sleep(0.01)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return Transfer(time.monotonic() - begin, usage.ru_utime + usage.ru_stime, memory * 1024 / 1e6)


def make_file(path: Path, size: int) -> None:
    with path.open("wb") as file:
        for _ in range(size >> 20):
            file.write(os.urandom(1 << 20))


def s3(context: Context, peer: str = "seaweedfs", size: int = GIB, turns: int = 3) -> list[Figure]:
    """Up and down. curl gets presigned URLs; ours signs, and hashes what it sends, as S3 wants it without TLS."""
    status = os.statvfs(MEMORY)
    place = MEMORY if status.f_bavail * status.f_frsize > 10 * size else context.work
    note(f"s3: {peer}, files in {place}")
    transfers: dict[tuple[str, str], list[Transfer]] = {}
    with tempfile.TemporaryDirectory(dir=place) as name:
        folder = Path(name)
        source, target = folder / "source", folder / "target"
        make_file(source, size)
        with PeerHost(context.root, context.aws_peers, temporary=folder) as host:
            access = host.start(peer)
            host.run(access, "client('s3').create_bucket(Bucket='bench')")
            # One object is put by curl and another by us, each over and over. Both get curl's.
            urls = {
                method: host.run(
                    access, "client('s3').generate_presigned_url(given, Params={'Bucket': 'bench', 'Key': 'curls'},"
                    " ExpiresIn=7200)", method) for method in ("put_object", "get_object")}
            store: list[str | Path] = [context.programs / "store-bench"]
            commands: dict[tuple[str, str], list[str | Path]] = {
                ("up", "curl"): ["curl", "-sSf", "-o", "/dev/null", "-T", source, urls["put_object"]],
                ("up", "ours"): [*store, "put", "bench", "ours", source],
                ("down", "curl"): ["curl", "-sSf", "-o", target, urls["get_object"]],
                ("down", "ours"): [*store, "get", "bench", "curls", target],
            }
            for turn in range(1, turns + 1):
                for (way, who), command in commands.items():
                    target.unlink(missing_ok=True)
                    transfer = run(command, variables(access))
                    transfers.setdefault((way, who), []).append(transfer)
                    note(
                        f"s3, turn {turn}: {who} {way}, {size / transfer.seconds / 1e6:.0f} MB/s, "
                        f"{transfer.processor_seconds:.2f} s of processor time, {transfer.memory:.1f} MB")
                    if way == "down":
                        subprocess.run(["cmp", source, target], check=True)
            # What we have put is what was in the file.
            run([*store, "get", "bench", "ours", target], variables(access))
            subprocess.run(["cmp", source, target], check=True)
    figures = []
    for way in ("up", "down"):
        ours, curls = transfers[way, "ours"], transfers[way, "curl"]
        mine, other = (size / statistics.median(one.seconds for one in some) / 1e6 for some in (ours, curls))
        work = [statistics.median(one.processor_seconds for one in some) for some in (ours, curls)]
        memory = max(one.memory for one in ours)
        figures += [
            Figure(
                f"S3, {size / GIB:g} GiB {way}, {peer}", f"{mine:.0f} MB/s",
                f"{mine / other:.2f} of curl in turns in the same run ({other:.0f} MB/s); processor time "
                f"{work[0]:.2f} s beside {work[1]:.2f} s", "≥ 0.9 of curl", mine >= 0.9 * other),
            Figure("its most memory at a time", f"{memory:.1f} MB", "", "< 40 MB", memory < 40),
        ]
    return figures
