"""An export of 1,000,000 annotations to COCO that is stopped, goes on, and is in nobody's way.

The server and its worker run on one core, the client on another. While the export runs, is stopped half way, goes on
from its snapshot and ends, somebody saves at a steady pace. In between nothing lies there that looks whole; in the end
every annotation is accounted for, and was read back.

Run: ``python -m benchmarks.cancelling [TASKS]``, with 25 annotations each
"""

import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
from benchmarks.claims import Claim, report
from benchmarks.export import Saver, p95, saves_alone
from benchmarks.filling import RECTANGLES, fill
from benchmarks.serving import Memory, serving

from labelwright.bootstrap import open_context
from labelwright.config import Settings

TASKS, POLYGONS = 40_000, 20
SAVE_LIMIT_MS, GROWTH_LIMIT_MB = 100.0, 200.0
PATIENCE_S = 900


class Exports:
    """The exports of one project, over HTTP."""

    def __init__(self, client: httpx2.Client, project_id: str) -> None:
        self._client, self._project_id = client, project_id

    def start(self) -> str:
        made = self._client.post(f"/api/projects/{self._project_id}/exports", json={"format": "coco"})
        return str(made.raise_for_status().json()["id"])

    def act(self, export_id: str, what: str) -> dict[str, Any]:
        shown: dict[str, Any] = self._client.post(f"/api/exports/{export_id}/{what}").raise_for_status().json()
        return shown

    def wait(self, export_id: str, until: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            shown: dict[str, Any] = self._client.get(f"/api/exports/{export_id}").raise_for_status().json()
            if until(shown):
                return shown
            assert shown["state"] != "failed", shown
            time.sleep(0.1)
        raise TimeoutError(export_id)


def stopped_and_resumed(exports: Exports, folder: Path) -> dict[str, Any]:
    """Export, stop half way, look that nothing looks whole, go on until the end."""
    export_id = exports.start()
    exports.wait(export_id, lambda shown: shown["step"] == "writing" and shown["done"] * 2 > shown["total"])
    shown = exports.act(export_id, "cancel")
    assert shown["state"] == "cancelled"
    assert not shown["downloadable"]
    assert not (folder / export_id / "archive.zip").exists()
    exports.act(export_id, "resume")
    return exports.wait(export_id, lambda shown: shown["state"] == "done")


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else TASKS
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with open_context(Settings(data=data)) as ctx:
            filled = fill(ctx, count, polygons=POLYGONS)
        headers = {"Authorization": f"Bearer {filled.token}"}
        with serving(data) as server, httpx2.Client(base_url=server.url, headers=headers, timeout=60) as client:
            exports, saver = Exports(client, filled.project_id), Saver(server, filled)
            quiet = p95(saves_alone(saver))
            started = time.perf_counter()
            first_id = exports.start()
            first = exports.wait(first_id, lambda shown: shown["state"] == "done")
            whole_s = time.perf_counter() - started
            done, took = threading.Event(), list[float]()
            thread = threading.Thread(target=lambda: took.extend(saver.run(done)))
            with Memory(server) as memory:
                thread.start()
                try:
                    again = stopped_and_resumed(exports, data / "exports")
                finally:
                    done.set()
                    thread.join()
            busy = p95(took)
    annotations = count * (POLYGONS + RECTANGLES)
    print(f"{annotations:,} annotations, {first['size'] / 1e6:.0f} MB: {whole_s:.1f} s when nobody stops it;")
    print(f"{len(took)} saves meanwhile, the slowest {max(took):.0f} ms")
    found = again["report"]["balance"]["exported"]["geometries"]
    what = f"Export of {annotations:,} annotations that is stopped and goes on"
    return report(
        [
            Claim(
                f"{what}: saves of others, 95th percentile (without: {quiet:.0f} ms)",
                f"{busy:.0f} ms",
                f"{SAVE_LIMIT_MS:.0f} ms",
                busy <= SAVE_LIMIT_MS,
            ),
            Claim(
                f"{what}: growth of the server's memory",
                f"{memory.growth_mb:.0f} MB",
                f"{GROWTH_LIMIT_MB:.0f} MB",
                memory.growth_mb <= GROWTH_LIMIT_MB,
            ),
            Claim(f"{what}: annotations in the archive", f"{found:,}", f"{annotations:,}", found == annotations),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
