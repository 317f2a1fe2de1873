"""Write labels, read them again, and measure what became of each: nothing here believes what a format says."""

import io
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from labelwright.exchange.archive import Archive
from labelwright.exchange.checking import is_near
from labelwright.exchange.exporting import Exporting, Report, Request
from labelwright.exchange.files import open_files
from labelwright.exchange.format import Format, chosen
from labelwright.exchange.found import Fault, FoundMedium, stretched
from labelwright.exchange.ledger import Entry
from labelwright.exchange.mapping import ClassMapping
from labelwright.exchange.reading import identified, restorer_of
from labelwright.exchange.resolving import Resolver
from labelwright.exchange.shapes import rings_of
from labelwright.exchange.source import Scheme, TaskLabels
from labelwright.exchange.uniting import Uniter
from labelwright.exchange.zip_file import ZipWriter
from labelwright.model.document import EMPTY, Annotation, Document, Stamp
from labelwright.model.geometry import Geometry, Line, Point, kind_of
from labelwright.raster import iou
from tests.formats.corpus import ALL_STATES
from tests.formats.corpus.making import own_uuid

_STAMP: Final = Stamp(None, 0, "import")
FINER: Final = 8
"""How many times finer than pixels areas are measured."""


class Kept(NamedTuple):
    """What became of one annotation: `now` is what it came back as, None when it did not."""

    task: TaskLabels
    was: Annotation
    now: Annotation | None
    bucket: str
    entry: Entry | None


class Trip(NamedTuple):
    """One way there and back. `after` are the labels that came back, by medium; `faults` what could not be read."""

    scheme: Scheme
    archive: bytes
    report: Report
    tasks: tuple[TaskLabels, ...]
    after: dict[str, Document]
    faults: tuple[Fault, ...]


def written(form: Format, scheme: Scheme, tasks: Sequence[TaskLabels], **fields: Any) -> tuple[bytes, Report]:
    """The archive of some tasks, and the report of the export."""
    file = io.BytesIO()
    settings, processes = chosen(form.settings, fields.pop("settings", {})), fields.pop("processes", 1)
    request = Request(format=form.id, states=ALL_STATES, settings=settings, **fields)
    exporting = Exporting(form, request, scheme, lambda: iter(tasks), project="Corpus", processes=processes)
    exporting.plan()
    sink = ZipWriter(file)
    report = exporting.write(Archive(sink), {})
    sink.close()
    return file.getvalue(), report


def there_and_back(form: Format, scheme: Scheme, tasks: Iterable[TaskLabels], **fields: Any) -> Trip:
    """Write tasks, read the archive, and bring it under the same configuration into empty pictures."""
    tasks = tuple(tasks)
    archive, report = written(form, scheme, tasks, **fields)
    resolver = Resolver(scheme.configuration, ClassMapping())
    fresh = (own_uuid(number) for number in range(1_000_000, 2_000_000))
    uniter = Uniter("add", _STAMP, lambda: next(fresh))
    sizes = {task.medium.id: task.medium.size_wh for task in tasks if task.medium.width}
    after: dict[str, Document] = {}
    with tempfile.NamedTemporaryFile(suffix=".zip") as file:
        file.write(archive)
        file.flush()
        assert form.read is not None
        files = open_files(Path(file.name))
        labels = form.read(files)
        refused: list[Fault] = []
        found: Iterable[FoundMedium] = identified(labels.media(), files)
        restorer = restorer_of(files)
        for medium in found if restorer is None else restorer.media(found):
            assert medium.id is not None, f"{form.id}: nothing says which picture {medium.path} is. {medium.place}"
            resolved = resolver.resolve(medium, sizes.get(medium.id))
            refused += resolved.refused
            after[medium.id] = uniter.unite(after.get(medium.id, EMPTY), resolved).document
    return Trip(scheme, archive, report, tasks, after, (*labels.faults.kept, *refused))


# --- pairs ----------------------------------------------------------------------------------------------------------


def pairs(trip: Trip, form: Format) -> Iterator[Kept]:
    """Each annotation of the source with what it came back as."""
    entries = {
        item.annotation_id: entry
        for entry in trip.report.balance.losses
        if entry.unit == "geometries"
        for item in entry.items
    }
    whole = {item.task_id: e for e in trip.report.balance.losses if e.unit == "tasks" for item in e.items}
    for task in trip.tasks:
        document = trip.after.get(task.medium.id, EMPTY)
        if task.task_id in whole:
            yield from (Kept(task, was, None, "refused", whole[task.task_id]) for was in task.document.annotations)
            continue
        buckets = {a.id: entries[a.id].bucket if a.id in entries else "exported" for a in task.document.annotations}
        has_all = bool(trip.report.balance.side_car)
        given = [a for a in task.document.annotations if has_all or buckets[a.id] != "refused"]
        found = _paired(given, document.annotations, in_order=form.keeps_order)
        for was in task.document.annotations:
            yield Kept(task, was, found.get(was.id), buckets[was.id], entries.get(was.id))


def _paired(before: Sequence[Annotation], after: Sequence[Annotation], *, in_order: bool) -> dict[str, Annotation]:
    """Annotations of one picture by the id that they had: the same id or place, else the same shape, else similar."""
    left = {a.id: a for a in after}
    found = {a.id: left.pop(a.id) for a in before if a.id in left}
    for class_id in {a.class_id for a in before} if in_order else ():
        own = [a for a in before if a.class_id == class_id and a.id not in found]
        there = [a for a in left.values() if a.class_id == class_id]
        if len(own) == len(there) and all(a.parent_id is None for a in own):
            found |= {was.id: left.pop(now.id) for was, now in zip(own, there, strict=True)}
    for is_alike in (_is_equal, _is_nearly_equal, _is_similar):
        for was in before:
            if was.id in found:
                continue
            candidates = [now for now in left.values() if now.class_id == was.class_id and is_alike(was, now)]
            if candidates:
                best = max(
                    candidates, key=lambda now: (now.answers == was.answers, likeness(was.geometry, now.geometry))
                )
                found[was.id] = left.pop(best.id)
    return found


def _is_equal(was: Annotation, now: Annotation) -> bool:
    return was.geometry == now.geometry and was.answers == now.answers


def _is_nearly_equal(was: Annotation, now: Annotation) -> bool:
    return is_near(was.geometry, now.geometry, 0.01)


def _is_similar(was: Annotation, now: Annotation) -> bool:
    return likeness(was.geometry, now.geometry) > 0


# --- measures -------------------------------------------------------------------------------------------------------


def likeness(one: Geometry, other: Geometry, finer: int = FINER) -> float:
    """How much two shapes have in common of what they cover together, finer than pixels; of points, their nearness."""
    if isinstance(one, Point | Line) or isinstance(other, Point | Line):
        return 1 / (1 + distance(one, other))
    (x, y, w, h), (u, v, q, r) = kind_of(one).bounds(one), kind_of(other).bounds(other)
    if min(x + w, u + q) < max(x, u) or min(y + h, v + r) < max(y, v):
        return 0.0
    return overlap([one], [other], finer)


def overlap(some: Iterable[Geometry], others: Iterable[Geometry], finer: int = 1) -> float:
    """The same of what several shapes cover."""
    shapes = [[rings_of(stretched(one, (finer, finer))) for one in each] for each in (some, others)]
    corners = [point for shape in shapes for rings in shape for ring in rings for point in ring]
    size_wh = int(max((x for x, _ in corners), default=0)) + 2, int(max((y for _, y in corners), default=0)) + 2
    return iou(shapes[0], shapes[1], size_wh)


def distance(one: Geometry, other: Geometry) -> float:
    """How far a point of one lies from the same of the other; infinite for shapes of different kinds or points."""
    a, b = kind_of(one).place(one), kind_of(other).place(other)
    if type(one) is not type(other) or len(a) != len(b):
        return float("inf")
    return max(max(abs(x - u), abs(y - v)) for (x, y), (u, v) in zip(a, b, strict=True))


def loss_of(kept: Kept, measure: str | None) -> float:
    """What one annotation lost on its way, measured as the ledger says: of areas, exactly or by the pixel rule."""
    assert kept.now is not None
    was, now = kept.was.geometry, kept.now.geometry
    if measure == "pixels" or isinstance(was, Point | Line):
        return distance(was, now)
    return 1 - max(likeness(was, now), likeness(was, now, 1))


def counted(documents: Iterable[Document]) -> Counter[str]:
    """How many geometries and answers some documents hold."""
    found: Counter[str] = Counter()
    for document in documents:
        found["geometries"] += len(document.annotations)
        found["answers"] += len(document.answers) + sum(len(a.answers) for a in document.annotations)
    return found
