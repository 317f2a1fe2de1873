"""Processor time of the server for one save of a 20 KB document.

Over HTTP to the real server on one core: one annotation of the document moves, as the editor sends it. Beside it stands
a save in which all of them move at once, as much as a save of this document can be.

Run: ``python -m benchmarks.save``
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import httpx2
import msgspec
from benchmarks.claims import Claim, report
from benchmarks.filling import Filled, difference, fill
from benchmarks.serving import Server, serving

from labelwright.bootstrap import open_context
from labelwright.config import Settings
from labelwright.model.canonical import encoded
from labelwright.model.document import Annotation, Document
from labelwright.model.geometry import Polygon

TASKS, ROUNDS, SAVES = 20, 10, 100
POLYGONS = 23
SIZE_KB = 20.0
LIMIT_MS = 4.0


class Opened(NamedTuple):
    """A task as the editor got it."""

    task_id: str
    document: Document


def open_tasks(client: httpx2.Client, filled: Filled) -> list[Opened]:
    """Open every task; each document has SIZE_KB or a little more."""
    opened = []
    for task_id in filled.task_ids:
        answer = client.get(f"/api/tasks/{task_id}").json()
        opened.append(Opened(task_id, msgspec.convert(answer["document"], Document)))
    sizes = [len(encoded(task.document)) / 1e3 for task in opened]
    assert min(sizes) >= SIZE_KB, sizes
    print(
        f"documents of {min(sizes):.0f} to {max(sizes):.0f} KB with {len(opened[0].document.annotations)} annotations"
    )
    return opened


def moved(annotation: Annotation, by: float) -> Annotation:
    """Move a polygon to the right; anything else stays."""
    geometry = annotation.geometry
    if isinstance(geometry, Polygon):
        geometry = Polygon(tuple((x + by, y) for x, y in geometry.points))
    return msgspec.structs.replace(annotation, geometry=geometry)


class Saver:
    """Saves the tasks in turn."""

    def __init__(self, server: Server, client: httpx2.Client, filled: Filled) -> None:
        self._server, self._client, self._filled = server, client, filled
        self._opened = open_tasks(client, filled)
        self._revisions = dict.fromkeys(filled.task_ids, 1)

    def save(self, number: int, share: slice) -> None:
        """Move the annotations in `share` of one task."""
        task = self._opened[number % len(self._opened)]
        changed = tuple(moved(a, 0.01 * (number + 1)) for a in task.document.annotations[share])
        body = difference(self._filled, self._revisions[task.task_id], changed)
        answer = self._client.patch(f"/api/tasks/{task.task_id}/labels", content=body)
        assert answer.status_code == 200, answer.text
        self._revisions[task.task_id] = answer.json()["revision"]

    def cpu_ms(self, share: slice) -> float:
        """Processor milliseconds of the server for one such save: the mean of a round, of the round with the least."""
        rounds = []
        for start in range(0, ROUNDS * SAVES, SAVES):
            before = self._server.cpu_s()
            for number in range(start, start + SAVES):
                self.save(number, share)
            rounds.append((self._server.cpu_s() - before) / SAVES * 1e3)
        return min(rounds)


def additions_s() -> float:
    """Processor seconds of ten million additions, least of three: how fast this machine is just now."""
    least = float("inf")
    for _ in range(3):
        started, total = time.process_time(), 0
        for number in range(10_000_000):
            total += number
        least = min(least, time.process_time() - started)
    return least


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with open_context(Settings(data=data)) as ctx:
            filled = fill(ctx, TASKS, polygons=POLYGONS)
        headers = {"Authorization": f"Bearer {filled.token}", "Content-Type": "application/json"}
        with serving(data) as server, httpx2.Client(base_url=server.url, headers=headers, timeout=60) as client:
            saver = Saver(server, client, filled)
            one, all_of_it, added = saver.cpu_ms(slice(0, 1)), saver.cpu_ms(slice(None)), additions_s()
    measured = f"{one:.1f} ms ({all_of_it:.1f} ms when every annotation moves; ten million additions: {added:.1f} s)"
    what = "Save of a 20 KB document, one annotation moved: processor time of the server"
    return report([Claim(what, measured, f"{LIMIT_MS:.0f} ms", one <= LIMIT_MS)])


if __name__ == "__main__":
    sys.exit(main())
