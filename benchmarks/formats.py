"""Exports of 20,000 pictures with 200,000 boxes and 300,000 polygons of 20 vertices: COCO, YOLO and Pascal VOC.

Each is a whole export by the worker of the server (its process, from the snapshot of the labels until the archive lies
there): planned, written into a ZIP archive with a digest of each file, and read back and compared. Without peers, the
limit is what the labels cost at least: to decode every stored document into our objects and to encode it again. Memory
is what the worker holds (but for the pages of files that it has mapped) above what an export of nothing does.

Run: ``python -m benchmarks.formats [TASKS] [FOLDER]``. With a FOLDER, datumaro and the converter of Label Studio's
export go into virtual environments there and write the same shapes in the same run (by hand: nothing of them enters our
own), on fewer pictures, as they are slow: time for each annotation that is written. They neither read back what they
wrote nor account for it, so that they are compared with writing alone, its digests and its archive.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple, Self

import msgspec
from benchmarks.claims import Claim, report
from benchmarks.filling import SIZE_WH
from benchmarks.peers import DATUMARO, LABEL_STUDIO, Figures, python_of, run_peer
from benchmarks.snapshots import EACH, SHAPES, shapes_of, write_job, write_snapshot

from labelwright.exchange.snapshot import read_tasks
from labelwright.exchange.work import ARCHIVE, REPORT, SNAPSHOT, Said
from labelwright.model.canonical import encoded

TASKS, PEER_TASKS = 20_000, 400
MOST_GROWTH_MB = 200.0
MOST_GROWTH = f"{MOST_GROWTH_MB:.0f} MB"
# Our format, the least that each peer has to be slower, and the names that the peers have for it.
FORMATS = (
    ("coco", 4.0, 20.0, {"datumaro": "coco_instances", "Label Studio": "COCO"}),
    ("yolo", 4.0, 10.0, {"datumaro": "yolo", "Label Studio": "YOLO"}),
    ("voc", 6.0, 10.0, {"datumaro": "voc_detection", "Label Studio": "VOC"}),
)


class Export(NamedTuple):
    """Seconds of processor until the archive was written, and until it was checked; memory at most; bytes."""

    written_s: float
    whole_s: float
    most_mb: float
    size: int


class Watched:
    """A process whose memory is looked at all the time: what it holds itself, without mapped files."""

    def __init__(self, pid: int) -> None:
        self._status, self._stat = Path(f"/proc/{pid}/status"), Path(f"/proc/{pid}/stat")
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
        while not self._done.wait(0.01):
            lines = self._status.read_text(encoding="ascii").splitlines()
            held = next((int(line.split()[1]) for line in lines if line.startswith("RssAnon")), 0)
            self.most_mb = max(self.most_mb, held / 1e3)

    def cpu_s(self) -> float:
        fields = self._stat.read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def export(folder: Path) -> Export:
    """Let a worker do the job that lies in a folder."""
    for name in (ARCHIVE, REPORT):
        (folder / name).unlink(missing_ok=True)
    command = [sys.executable, "-m", "labelwright.jobs.export_worker", str(folder)]
    before, written = _children_s(), 0.0
    with subprocess.Popen(command, stdout=subprocess.PIPE) as worker, Watched(worker.pid) as watched:
        assert worker.stdout is not None
        for line in worker.stdout:
            if not written and msgspec.json.decode(line, type=Said).step == "checking":
                written = watched.cpu_s()
    assert worker.returncode == 0
    return Export(written, _children_s() - before, watched.most_mb, (folder / ARCHIVE).stat().st_size)


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
        ours = {name: [names[name] for *_, names in FORMATS] for name in ("datumaro", "Label Studio")}
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
        nothing = export(folder)
        write_snapshot(folder, count)
        least = least_s(folder)
        print(f"{annotations:,} annotations; microseconds of processor for each: to decode and encode the documents")
        print(f"{least / annotations * 1e6:.2f}; an export of nothing takes {nothing.whole_s:.2f} s, which is left out")
        for form, limit, at_least, names in FORMATS:
            write_job(folder, labels, form, count)
            done = export(folder)
            written, whole = done.written_s - nothing.written_s, done.whole_s - nothing.whole_s
            growth = done.most_mb - nothing.most_mb
            what = f"{form}: {annotations:,} annotations"
            print(
                f"{what}, {done.size / 1e6:.0f} MB: written {written / annotations * 1e6:.2f}, with reading back"
                f" {whole / annotations * 1e6:.2f}; {growth:.0f} MB more than nothing"
            )
            claims += [
                Claim(
                    f"{what} written, against decoding and encoding the documents",
                    f"{written / least:.2f} x ({whole / least:.2f} x with reading back)",
                    f"{limit:.0f} x",
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
                theirs = found[names[peer]]
                ratio = theirs / (written / annotations)
                claims.append(
                    Claim(
                        f"{form} written, against {peer} ({theirs * 1e6:.1f} µs an annotation)",
                        f"{ratio:.1f} x faster",
                        f"at least {at_least:.0f} x",
                        ratio >= at_least,
                    )
                )
    return report(claims)


if __name__ == "__main__":
    sys.exit(main())
