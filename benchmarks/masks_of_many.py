"""Index masks of 1,000 pictures of 12 megapixels: a whole export against what painting and PNG cost alone.

The export decodes the labels, filters, plans names, decides what is over what, accounts for every geometry with the
share of it that is seen, packs and hashes an archive. Alone is: the runs of the shapes, what is visible, the PNG; from
documents that are decoded already. Both do a hundred pictures in turn, so that whatever slows the machine slows both.

Run: ``python -m benchmarks.masks_of_many [PICTURES]``
"""

import gc
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
from benchmarks.claims import Claim, report
from benchmarks.snapshots import write_job, write_snapshot

from labelwright.exchange.archive import Archive
from labelwright.exchange.exporting import Exporting
from labelwright.exchange.shapes import rings_of
from labelwright.exchange.snapshot import read_tasks
from labelwright.exchange.source import Scheme, TaskLabels
from labelwright.exchange.work import JOB, SNAPSHOT, Job
from labelwright.exchange.zip_file import ZipWriter
from labelwright.formats import FORMATS
from labelwright.raster import PALETTE, encode_runs, shape_runs, visible

PICTURES, AT_ONCE = 1000, 100
LEAST_SHARE = 0.9
COLOURS = [(value, 255 - value, value * 7 % 256) for value in range(256)]


def alone(tasks: list[TaskLabels], numbers: dict[str, int]) -> int:
    """Paint the shapes of each picture and pack them as PNG; bytes of all."""
    size = 0
    for task in tasks:
        annotations = task.document.annotations
        runs = shape_runs([[rings_of(one.geometry)] for one in annotations], task.medium.size_wh)
        values = np.array([numbers[one.class_id] + 1 for one in annotations])
        seen = visible(runs, np.arange(len(annotations)))
        size += len(encode_runs(seen._replace(owner=values[seen.owner]), task.medium.size_wh, PALETTE, COLOURS))
    return size


def exported(job: Job, tasks: list[TaskLabels], path: Path) -> int:
    """Export some tasks into an archive, from bytes as they are stored; bytes of it."""
    stored = [msgspec.structs.replace(task) for task in tasks]
    scheme = Scheme(job.configuration, job.indices)
    exporting = Exporting(FORMATS["masks_index"], job.request, scheme, lambda: iter(stored), project="Benchmark")
    with path.open("wb") as file:
        sink = ZipWriter(file)
        exporting.write(Archive(sink), {})
        return sink.close()


def timed(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    gc.disable()  # as the worker does
    alone_s = export_s = 0.0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        labels = write_snapshot(folder, count)
        write_job(folder, labels, "masks_index", count)
        job = msgspec.json.decode((folder / JOB).read_bytes(), type=Job)
        tasks = list(read_tasks(folder / SNAPSHOT))
        for start in range(0, count, AT_ONCE):
            some = tasks[start : start + AT_ONCE]
            archive = folder / "archive.zip"
            export_s += timed(lambda some=some, archive=archive: exported(job, some, archive))
            archive.unlink()  # or the next one would pay for its end
            for task in some:
                assert task.document
            alone_s += timed(lambda some=some: alone(some, job.indices))
    share = alone_s / export_s
    print(f"{count} pictures: painting and PNG alone {alone_s / count * 1e3:.1f} ms each,")
    print(f"the whole export {export_s / count * 1e3:.1f} ms")
    what = f"Index masks of {count:,} pictures: share of the export that is painting and PNG alone"
    return report([Claim(what, f"{share:.0%}", f"at least {LEAST_SHARE:.0%}", share >= LEAST_SHARE)])


if __name__ == "__main__":
    sys.exit(main())
