"""Exports of 20,000 pictures with 200,000 boxes and 300,000 polygons of 20 vertices: COCO, YOLO and Pascal VOC.

Each is a whole export by the worker of the server (its process and those that share its work, from the snapshot of the
labels until the archive lies there): planned, written into a ZIP archive with a digest of each file, and read back and
compared. The snapshot has the measures of the shapes, as they are kept in the background soon after labels are saved;
COCO is also written without. Without peers, the limit is what the labels cost at least: to decode every stored document
into our objects and to encode it again, processor against processor. Memory is what all processes of the worker hold
(but for the pages of files that they have mapped) above what an export of nothing does.

Run: ``python -m benchmarks.formats [TASKS] [FOLDER]``. With a FOLDER, datumaro and the converter of Label Studio's
export go into virtual environments there and write the same shapes in the same run (by hand: nothing of them enters our
own), on fewer pictures, as they are slow: time for each annotation that is written, on the clock, as somebody waits for
it: ours with all processors of the machine, theirs with the one that they use. Of five rounds the quickest counts, of
theirs and of ours: what else happens on a machine only takes time. They neither read back what they wrote nor account
for it, so that they are compared with writing alone, its digests and its archive. Datumaro has YOLO twice: the folders
and the `data.yaml` that ours has, and the older files of Darknet.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple, Self

import msgspec
from benchmarks.claims import Claim, report
from benchmarks.filling import SIZE_WH
from benchmarks.peers import DATUMARO, LABEL_STUDIO, Figures, python_of, run_peer
from benchmarks.snapshots import EACH, SHAPES, shapes_of, write_job, write_snapshot

from labelwright.exchange.sharing import processes_here
from labelwright.exchange.snapshot import read_tasks
from labelwright.exchange.work import ARCHIVE, REPORT, SNAPSHOT, Said
from labelwright.model.canonical import encoded

TASKS, PEER_TASKS = 20_000, 4_000
ROUNDS: Final = 5
MOST_GROWTH_MB = 200.0
MOST_GROWTH = f"{MOST_GROWTH_MB:.0f} MB"
# Our format, the least that each peer has to be slower, and the names that the peers have for it.
FORMATS = (
    ("coco", 2.0, 20.0, {"datumaro": ("coco_instances",), "Label Studio": ("COCO",)}),
    ("yolo", 2.0, 10.0, {"datumaro": ("yolo_ultralytics", "yolo"), "Label Studio": ("YOLO",)}),
    ("voc", 2.5, 10.0, {"datumaro": ("voc_detection",), "Label Studio": ("VOC",)}),
)


class Export(NamedTuple):
    """Seconds until the archive was written, of processor and on the clock, and of processor until it was checked.

    Memory at most, and bytes.
    """

    written_s: float
    waited_s: float
    whole_s: float
    most_mb: float
    size: int


class Watched:
    """A process and its children, whose memory is looked at all the time: what they hold, without mapped files."""

    def __init__(self, pid: int, look: "Look") -> None:
        self._pid, self._look = pid, look
        self.most_mb = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            self.most_mb = max(self.most_mb, sum(self._look(pid) for pid in (self._pid, *_children(self._pid))))

    def cpu_s(self) -> float:
        """Seconds of processor, with those of children that have ended."""
        fields = Path(f"/proc/{self._pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


Look = Callable[[int], float]


def own_mb(pid: int) -> float:
    """What a process holds but for mapped files; pages that several share count for each. Quick to know."""
    return _read_mb(Path(f"/proc/{pid}/status"), "RssAnon")


def shared_mb(pid: int) -> float:
    """The same, pages that several share divided among them."""
    return _read_mb(Path(f"/proc/{pid}/smaps_rollup"), "Pss_Anon")


def _read_mb(path: Path, name: str) -> float:
    with suppress(OSError):
        lines = path.read_text(encoding="ascii").splitlines()
        return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0) / 1e3
    return 0.0


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    return []


def export(folder: Path, look: Look = own_mb) -> Export:
    """Let a worker do the job that lies in a folder."""
    for name in (ARCHIVE, REPORT):
        (folder / name).unlink(missing_ok=True)
    command = [sys.executable, "-m", "labelwright.jobs.export_worker", str(folder)]
    before, started = _children_s(), time.perf_counter()
    written = waited = 0.0
    with subprocess.Popen(command, stdout=subprocess.PIPE) as worker, Watched(worker.pid, look) as watched:
        assert worker.stdout is not None
        for line in worker.stdout:
            if not written and msgspec.json.decode(line, type=Said).step == "checking":
                written, waited = watched.cpu_s(), time.perf_counter() - started
    assert worker.returncode == 0
    return Export(written, waited, _children_s() - before, watched.most_mb, (folder / ARCHIVE).stat().st_size)


def quickest(folder: Path) -> Export:
    """The one of some exports that takes shortest."""
    return min((export(folder) for _ in range(ROUNDS)), key=lambda one: one.waited_s)


def _children_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def least_s(folder: Path) -> float:
    """Seconds of processor to decode every stored document and to encode it again."""
    started = time.process_time()
    for task in read_tasks(folder / SNAPSHOT):
        encoded(task.document)
    return time.process_time() - started


def peers_of(folder: Path) -> dict[str, Figures]:
    """Seconds for each annotation by peer and format."""
    with tempfile.TemporaryDirectory() as temporary:
        shapes = Path(temporary) / "shapes.json"
        pictures = [shapes_of(number % SHAPES) for number in range(PEER_TASKS)]
        shapes.write_text(json.dumps({"size_wh": SIZE_WH, "pictures": pictures}))
        ours = {peer: [form for *_, names in FORMATS for form in names[peer]] for peer in ("datumaro", "Label Studio")}
        return {
            "datumaro": run_peer(python_of(folder, DATUMARO), "datumaro_peer", "write", shapes, *ours["datumaro"]),
            "Label Studio": run_peer(
                python_of(folder, LABEL_STUDIO), "label_studio_peer", "write", shapes, *ours["Label Studio"]
            ),
        }


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else TASKS
    peers = peers_of(Path(sys.argv[2])) if len(sys.argv) > 2 else {}
    claims: list[Claim] = []
    annotations = count * EACH
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        labels = write_snapshot(folder, 0)
        write_job(folder, labels, "coco", 0)
        nothing = quickest(folder)  # the first start of all is slower, and would make the others look quicker
        write_snapshot(folder, count)
        least = least_s(folder)
        print(f"{annotations:,} annotations; {processes_here()} processes; microseconds for each annotation")
        print(f"{least / annotations * 1e6:.2f} of processor to decode and encode the documents")
        print(f"an export of nothing takes {nothing.whole_s:.2f} s, which is left out")
        for form, limit, at_least, names in FORMATS:
            write_job(folder, labels, form, count)
            done = quickest(folder)
            written, whole = done.written_s - nothing.written_s, done.whole_s - nothing.whole_s
            waited, growth = done.waited_s - nothing.waited_s, done.most_mb - nothing.most_mb
            what = f"{form}: {annotations:,} annotations"
            print(
                f"{what}, {done.size / 1e6:.0f} MB: written after {waited / annotations * 1e6:.2f} on the clock,"
                f" {written / annotations * 1e6:.2f} of processor, {whole / annotations * 1e6:.2f} with reading back;"
                f" {growth:.0f} MB more than nothing"
            )
            claims += [
                Claim(
                    f"{what} written, against decoding and encoding the documents",
                    f"{written / least:.2f} x ({whole / least:.2f} x with reading back)",
                    f"{limit:g} x",
                    written / least <= limit,
                ),
                Claim(
                    f"{what}, growth of memory",
                    f"{growth:.0f} MB",
                    f"{MOST_GROWTH_MB:.0f} MB",
                    growth <= MOST_GROWTH_MB,
                ),
            ]
            for peer, found in peers.items():
                for name in names[peer]:
                    ratio = found[name] / (waited / annotations)
                    claims.append(
                        Claim(
                            f"{form} written, against {peer}'s {name} ({found[name] * 1e6:.1f} µs an annotation)",
                            f"{ratio:.1f} x faster ({waited / annotations * 1e6:.2f} µs)",
                            f"at least {at_least:.0f} x",
                            ratio >= at_least,
                        )
                    )
        write_snapshot(folder, count, with_measures=False)
        write_job(folder, labels, "coco", count)
        waited = export(folder).waited_s - nothing.waited_s
        print(f"coco without measures: written after {waited / annotations * 1e6:.2f} on the clock")
    return report(claims)


if __name__ == "__main__":
    sys.exit(main())
