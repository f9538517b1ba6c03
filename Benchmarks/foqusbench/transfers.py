"""A large object between a file and S3, by our own store and by curl, to the same server in turns."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from .measurements import Context, Figure, note
from .peers import PeerHost, variables

GIB = 1 << 30
#: Files and the server's data are kept here if there is room, so that no disk is measured.
MEMORY = Path("/dev/shm")


def run(command: list[str | Path], environment: dict[str, str] | None = None) -> tuple[float, float]:
    """The seconds that a program takes, and the most memory that it has at a time in MB."""
    begin = time.monotonic()
    process = subprocess.Popen(command, env={**os.environ, **(environment or {})})
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return time.monotonic() - begin, usage.ru_maxrss * 1024 / 1e6


def make_file(path: Path, size: int) -> None:
    with path.open("wb") as file:
        for _ in range(size >> 20):
            file.write(os.urandom(1 << 20))


def s3(context: Context, peer: str = "seaweedfs", size: int = GIB, turns: int = 3) -> list[Figure]:
    """Up and down. curl gets presigned URLs; ours signs, and hashes what it sends, as S3 wants it without TLS."""
    status = os.statvfs(MEMORY)
    place = MEMORY if status.f_bavail * status.f_frsize > 10 * size else context.work
    note(f"s3: {peer}, files in {place}")
    times: dict[tuple[str, str], list[float]] = {}
    memory: dict[str, float] = {}
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
            ours: list[str | Path] = [context.programs / "store-bench"]
            commands: dict[tuple[str, str], list[str | Path]] = {
                ("up", "curl"): ["curl", "-sSf", "-o", "/dev/null", "-T", source, urls["put_object"]],
                ("up", "ours"): [*ours, "put", "bench", "ours", source],
                ("down", "curl"): ["curl", "-sSf", "-o", target, urls["get_object"]],
                ("down", "ours"): [*ours, "get", "bench", "curls", target],
            }
            for turn in range(1, turns + 1):
                for (way, who), command in commands.items():
                    target.unlink(missing_ok=True)
                    duration, peak = run(command, variables(access))
                    note(f"s3, turn {turn}: {who} {way}, {size / duration / 1e6:.0f} MB/s, {peak:.0f} MB")
                    times.setdefault((way, who), []).append(duration)
                    if who == "ours":
                        memory[way] = max(memory.get(way, 0), peak)
                    if way == "down":
                        subprocess.run(["cmp", source, target], check=True)
            # What we have put is what was in the file.
            run([*ours, "get", "bench", "ours", target], variables(access))
            subprocess.run(["cmp", source, target], check=True)
    figures = []
    for way in ("up", "down"):
        mine, curls = (size / statistics.median(times[way, who]) / 1e6 for who in ("ours", "curl"))
        figures.append(
            Figure(
                f"S3, {size / GIB:g} GiB {way}, to {peer}", f"{mine:.0f} MB/s",
                f"{mine / curls:.2f} of curl in turns in the same run ({curls:.0f} MB/s)", "≥ 0.9 of curl",
                mine >= 0.9 * curls))
        figures.append(
            Figure("the most memory at a time", f"{memory[way]:.1f} MB", "", "< 40 MB", memory[way] < 40))
    return figures
