"""Export of 100,000 tasks with 15 geometries each, against the same bytes as a static file from the same server.

The server runs on one core, the client on another, over loopback HTTP. Export and file take turns; the least time of
each counts. Then people save while an export runs, and while none does.

Run: ``python -m benchmarks.export [TASKS]``
"""

import http.client
import itertools
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

import httpx2
from benchmarks.claims import Claim, report
from benchmarks.filling import Filled, difference, fill
from benchmarks.serving import Memory, Server, serving
from sqlalchemy import select, update

from labelwright.bootstrap import open_context
from labelwright.config import Settings
from labelwright.db import tables as t
from labelwright.services.context import Context

TASKS = 100_000
ROUNDS = 3
SAVES_PER_S = 20
LEAST_SAVES = 40
SAVED_TASKS = 100
RATIO_LIMIT, FIRST_BYTE_LIMIT_MS, GROWTH_LIMIT_MB, SAVE_LIMIT_MS = 2.5, 50.0, 64.0, 100.0


class Download(NamedTuple):
    """One answer read to its end: bytes, and seconds to the first of them and to the last."""

    size: int
    first_s: float
    wall_s: float
    cpu_s: float


def download(server: Server, path: str, token: str, keep: Path | None = None, *, scheme: str = "Bearer") -> Download:
    """Read an answer as fast as it comes."""
    connection = http.client.HTTPConnection(*server.address)
    started, cpu = time.perf_counter(), server.cpu_s()
    connection.request("GET", path, headers={"Authorization": f"{scheme} {token}"})
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    first, size, file = None, 0, keep.open("wb") if keep else None
    while part := answer.read1(1 << 20):
        first = first or time.perf_counter()
        size += len(part)
        if file:
            file.write(part)
    ended = time.perf_counter()
    connection.close()
    if file:
        file.close()
    return Download(size, (first or ended) - started, ended - started, server.cpu_s() - cpu)


def keep_as_medium(ctx: Context, filled: Filled, path: Path) -> str:
    """Store a file as the original of the first medium, so that the server hands it out as such."""
    with ctx.store.receive(limit_bytes=1 << 40) as receiver, path.open("rb") as file:
        while part := file.read(1 << 20):
            receiver.write(part)
        received = receiver.finish()
        ctx.store.put(received)
        size = received.size_bytes
    with ctx.db.read() as conn:
        medium_id = str(conn.scalar(select(t.task.c.medium_id).where(t.task.c.id == filled.task_ids[0])))
    values = {"sha256": received.sha256, "size": size, "content_type": "image/png"}
    ctx.db.write(lambda conn: conn.execute(update(t.medium).where(t.medium.c.id == medium_id).values(**values)))
    return medium_id


class Saver:
    """Saves one task after the other, at a steady pace, and keeps the times."""

    def __init__(self, server: Server, filled: Filled) -> None:
        self._server, self._filled = server, filled
        self._revisions = dict.fromkeys(filled.task_ids[:SAVED_TASKS], 1)
        self._turns = itertools.cycle(self._revisions)

    def run(self, until: threading.Event) -> list[float]:
        """Milliseconds of each save until the event; at least LEAST_SAVES of them."""
        took: list[float] = []
        headers = {"Authorization": f"Bearer {self._filled.token}", "Content-Type": "application/json"}
        with httpx2.Client(base_url=self._server.url, headers=headers, timeout=60) as client:
            while not until.is_set() or len(took) < LEAST_SAVES:
                task_id = next(self._turns)
                body = difference(self._filled, self._revisions[task_id])
                started = time.perf_counter()
                answer = client.patch(f"/api/tasks/{task_id}/labels", content=body)
                took.append((time.perf_counter() - started) * 1e3)
                assert answer.status_code == 200, answer.text
                self._revisions[task_id] = answer.json()["revision"]
                time.sleep(max(0.0, 1 / SAVES_PER_S - took[-1] / 1e3))
        return took


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def saves_alone(saver: Saver) -> list[float]:
    """Save while nothing else happens."""
    done = threading.Event()
    done.set()
    return saver.run(done)


def saves_beside(saver: Saver, server: Server, filled: Filled, path: str) -> list[float]:
    """Save while exports run one after the other."""
    done = threading.Event()

    def export() -> None:
        try:
            for _ in range(ROUNDS):
                download(server, path, filled.token)
        finally:
            done.set()

    thread = threading.Thread(target=export)
    thread.start()
    took = saver.run(done)
    thread.join()
    return took


def main() -> int:
    task_count = int(sys.argv[1]) if len(sys.argv) > 1 else TASKS
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with open_context(Settings(data=data)) as ctx:
            filled = fill(ctx, task_count)
        export = f"/api/projects/{filled.project_id}/export"
        with serving(data) as server:
            first = download(server, export, filled.token, Path(folder) / "export.json")
        with open_context(Settings(data=data)) as ctx:
            medium_id = keep_as_medium(ctx, filled, Path(folder) / "export.json")
        with serving(data) as server:
            file = f"/api/media/{medium_id}/file"
            download(server, file, filled.token)
            with Memory(server) as memory:
                pairs = [
                    (download(server, export, filled.token), download(server, file, filled.token))
                    for _ in range(ROUNDS)
                ]
            assert {d.size for pair in pairs for d in pair} == {first.size}
            saver = Saver(server, filled)
            alone, beside = saves_alone(saver), saves_beside(saver, server, filled, export)
    ours, theirs = (min(d.wall_s for d in downloads) for downloads in zip(*pairs, strict=True))
    cpu, file_cpu = (min(d.cpu_s for d in downloads) for downloads in zip(*pairs, strict=True))
    first_ms = statistics.median(pair[0].first_s for pair in pairs) * 1e3
    print(f"{task_count} tasks, {first.size / 1e6:.0f} MB; export {ours:.2f} s ({cpu:.2f} s of processor),")
    print(f"file {theirs:.2f} s ({file_cpu:.2f} s of processor), {first.size / ours / 1e6:.0f} MB/s")
    quiet, busy = p95(alone), p95(beside)
    what = f"Export of {task_count:,} tasks with 15 geometries each ({first.size / 1e6:.0f} MB)"
    return report(
        [
            Claim(
                f"{what}, time against the same bytes as a static file",
                f"{ours / theirs:.2f} x",
                f"{RATIO_LIMIT} x",
                ours / theirs <= RATIO_LIMIT,
            ),
            Claim(
                f"{what}, first byte",
                f"{first_ms:.0f} ms",
                f"{FIRST_BYTE_LIMIT_MS:.0f} ms",
                first_ms <= FIRST_BYTE_LIMIT_MS,
            ),
            Claim(
                f"{what}, growth of memory",
                f"{memory.growth_mb:.0f} MB",
                f"{GROWTH_LIMIT_MB:.0f} MB",
                memory.growth_mb <= GROWTH_LIMIT_MB,
            ),
            Claim(
                f"Saves of others while exports run, 95th percentile (without: {quiet:.0f} ms)",
                f"{busy:.0f} ms",
                f"{SAVE_LIMIT_MS:.0f} ms",
                busy <= SAVE_LIMIT_MS,
            ),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
