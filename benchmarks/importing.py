"""Import of a COCO file of a stranger: read, resolved, compared and stored in SQLite, and beside it only read.

A project has the pictures and no labels; the file has 15 polygons of 20 vertices and 10 boxes for each, without ids of
ours. End to end is what the jobs of an import do, from the upload until all is stored with its history: processor time
of all processes, the start of the one that reads among it, and beside it the time that somebody waits. "Read and
validated" is what the import does with the file without a database, from the name of the file until every annotation
was found sound: its text is JSON and UTF-8 to the last byte; each field has its type; images and categories are known
and there once; every number is read and in range; no polygon is on one line, has a point twice or too few; boxes have
a size; all is inside its picture and of a class of the configuration. What comes out are columns (class, place, reach,
numbers as they are stored) where shapes are plain, and objects where they are not; beside it, all object by object.

Run: ``python -m benchmarks.importing [TASKS] [FOLDER]``. With a FOLDER, datumaro goes into a virtual environment there
and reads the same file in the same run until every annotation is an object (by hand: nothing of it enters our own); it
checks none of this. Both are measured on the clock, as somebody waits for it: ours with all processors of the machine,
datumaro with the one that it uses. Its time for an annotation grows with the file; we promise things for 20,000 tasks.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from benchmarks.claims import Claim, report
from benchmarks.filling import SIZE_WH, fill
from benchmarks.peers import DATUMARO, Figures, python_of, run_peer
from benchmarks.snapshots import EACH, SHAPES, configuration, medium_name, shapes_of

from labelwright.bootstrap import open_context
from labelwright.config import Settings
from labelwright.exchange.files import open_files
from labelwright.exchange.mapping import ClassMapping
from labelwright.exchange.plain_found import unfolded
from labelwright.exchange.resolving import Resolver
from labelwright.exchange.sharing import processes_here
from labelwright.formats import FORMATS
from labelwright.model.document import Stamp
from labelwright.model.ids import IdMaker, now_ms
from labelwright.services import import_work, label_imports
from labelwright.services.access import Actor
from labelwright.services.context import Context
from labelwright.services.import_plain import PlainImport

TASKS, ROUNDS = 4000, 5
LEAST_PER_S, LEAST_RATIO = 20_000, 10.0


def write_coco(path: Path, count: int) -> None:
    """A COCO file as programs write it: images, annotations, categories; one line, blanks behind commas."""
    width, height = SIZE_WH
    images = [{"id": n + 1, "file_name": medium_name(n), "width": width, "height": height} for n in range(count)]
    shapes = [shapes_of(seed) for seed in range(min(count, SHAPES))]
    annotations = []
    for n in range(count):
        polygons, boxes = shapes[n % SHAPES]
        drawn = [(1, _box_around(ring), [[value for point in ring for value in point]]) for ring in polygons]
        for category, box, segmentation in (*drawn, *((2, box, []) for box in boxes)):
            one = {"id": len(annotations) + 1, "image_id": n + 1, "category_id": category, "iscrowd": 0}
            annotations.append({**one, "bbox": box, "area": box[2] * box[3], "segmentation": segmentation})
    categories = [{"id": 1, "name": "car"}, {"id": 2, "name": "sign"}]
    path.write_text(json.dumps({"images": images, "annotations": annotations, "categories": categories}))


def _box_around(ring: tuple[tuple[float, float], ...]) -> tuple[float, float, float, float]:
    xs, ys = zip(*ring, strict=True)
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


class Took(NamedTuple):
    """Seconds of processor, with those of the processes that were started, and seconds on the clock."""

    cpu_s: float
    wall_s: float


def took(work: Callable[[], object]) -> Took:
    """What a piece of work takes."""
    before, started = _used_s(), time.perf_counter()
    work()
    return Took(_used_s() - before, time.perf_counter() - started)


def _used_s() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def end_to_end(ctx: Context, file: Path, count: int) -> dict[str, Took]:
    """Import the file into a project of `count` pictures, step by step."""
    filled = fill(ctx, count, labels=False)
    actor: Actor = filled.actor
    with ctx.store.receive(limit_bytes=1 << 40) as receiver, file.open("rb") as source:
        while part := source.read(1 << 20):
            receiver.write(part)
        made = label_imports.create_import(ctx, actor, filled.project_id, receiver.finish(), file_name="instances.json")
    steps: dict[str, Took] = {}
    for step, state in (("reading", "planning"), ("comparing", "ready")):
        steps[step] = took(lambda: import_work.work_next(ctx))
        assert label_imports.get_import(ctx, actor, made["id"])["state"] == state, step
    label_imports.apply_import(ctx, actor, made["id"])
    steps["storing"] = took(lambda: import_work.work_next(ctx))
    shown = label_imports.get_import(ctx, actor, made["id"])
    assert shown["state"] == "done", shown
    return steps


def read_and_validated(file: Path, count: int, processes: int, *, folded: bool) -> Took:
    """What it takes to read the file and to bring all of it under a configuration; the least of some rounds."""

    def work() -> None:
        form = FORMATS["coco"].read
        assert form is not None
        labels, rules = form(open_files(file, processes=processes)), configuration()
        resolver = Resolver(rules, ClassMapping())
        plain = PlainImport(IdMaker(now_ms), rules, resolver, Stamp(None, 0, "import"))
        found = 0
        for medium in labels.folded() if folded and labels.folded else labels.media():
            if medium.shapes is not None and plain.forms(medium, SIZE_WH) is not None:
                found += len(medium.shapes.of)
            else:
                found += len(resolver.resolve(unfolded(medium), SIZE_WH).objects)
        assert found == count * EACH, found

    rounds = [took(work) for _ in range(ROUNDS)]
    return Took(min(one.cpu_s for one in rounds), min(one.wall_s for one in rounds))


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else TASKS
    peers = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory() as folder:
        file, peer_folder = Path(folder) / "instances.json", Path(folder) / "peer" / "annotations"
        write_coco(file, count)
        with open_context(Settings(data=Path(folder) / "data")) as ctx:
            steps = end_to_end(ctx, file, count)
        read = read_and_validated(file, count, processes_here(), folded=True)
        alone = read_and_validated(file, count, 1, folded=True)
        by_object = read_and_validated(file, count, 1, folded=False)
        json_s = took(lambda: json.loads(file.read_bytes())).cpu_s
        theirs: Figures | None = None
        if peers is not None:
            peer_folder.mkdir(parents=True)
            (peer_folder.parent / "images").mkdir()
            file.rename(peer_folder / "instances_train.json")
            theirs = run_peer(python_of(peers, DATUMARO), "datumaro_peer", "read", peer_folder.parent)
    annotations = count * EACH
    each = 1e6 / annotations
    shown = ", ".join(f"{step} {one.cpu_s * each:.1f} ({one.wall_s * each:.1f})" for step, one in steps.items())
    print(f"{annotations:,} annotations; microseconds of processor (and on the clock) for each: {shown};")
    clock = f"{read.wall_s * each:.2f} on the clock with {processes_here()} processes"
    shared = f"{clock} ({read.cpu_s * each:.2f} of processor)"
    others = f"{alone.cpu_s * each:.2f} with one, {by_object.cpu_s * each:.2f} object by object"
    print(f"read and validated: {shared}, {others};")
    print(f"json.loads of the file alone {json_s * each:.2f}")
    rate, on_the_clock = (annotations / sum(times) for times in zip(*steps.values(), strict=True))
    what = f"Import of {annotations:,} annotations from COCO into SQLite, annotations a second of processor"
    claims = [
        Claim(
            what,
            f"{rate:,.0f} ({on_the_clock:,.0f} on the clock)",
            f"at least {LEAST_PER_S:,}",
            rate >= LEAST_PER_S,
        ),
        Claim(
            "COCO read and validated, processor time against json.loads of the file alone",
            f"{alone.cpu_s / json_s:.2f} x",
            "1 x",
            alone.cpu_s <= json_s,
        ),
    ]
    if theirs is not None:
        ours_s = read.wall_s / annotations
        ratio = theirs["read_wall"] / ours_s
        each_of_theirs = f"1.13, {theirs['read_wall'] * 1e6:.1f} µs an annotation"
        what = f"COCO read and validated against datumaro reading it ({each_of_theirs})"
        figures = f"{ratio:.1f} x faster ({ours_s * 1e6:.2f} µs)"
        claims.append(Claim(what, figures, f"{LEAST_RATIO:.0f} x", ratio >= LEAST_RATIO))
    return report(claims)


if __name__ == "__main__":
    sys.exit(main())
