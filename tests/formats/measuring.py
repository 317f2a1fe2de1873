"""Write labels, read them again, and measure what became of each: nothing here believes what a format says."""

import io
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np

from labelwright.exchange.archive import Archive
from labelwright.exchange.bridges import Ring
from labelwright.exchange.checking import check_archive, is_near
from labelwright.exchange.exporting import Exporting, Report
from labelwright.exchange.files import open_files
from labelwright.exchange.format import Format, chosen
from labelwright.exchange.found import Fault, FoundMedium, stretched
from labelwright.exchange.ledger import Entry
from labelwright.exchange.mapping import ClassMapping
from labelwright.exchange.reading import identified, restorer_of
from labelwright.exchange.requesting import Request
from labelwright.exchange.resolving import Resolver
from labelwright.exchange.shapes import rings_of
from labelwright.exchange.source import Scheme, TaskLabels
from labelwright.exchange.turning import STORED, stored_document, stored_medium
from labelwright.exchange.uniting import Uniter
from labelwright.exchange.zip_file import ZipWriter
from labelwright.model.document import EMPTY, Annotation, Document, Stamp
from labelwright.model.geometry import Geometry, Line, Point, kind_of
from labelwright.raster import iou, semantic_map
from tests.formats.corpus import ALL_STATES
from tests.formats.corpus.making import own_uuid

_STAMP: Final = Stamp(None, 0, "import")
NEARLY: Final = 0.03
"""Areas are measured on a grid."""
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
    """The archive of some tasks, looked at again as the export does, and the report of the export."""
    file = io.BytesIO()
    settings, processes = chosen(form.settings, fields.pop("settings", {})), fields.pop("processes", 1)
    request = Request(format=form.id, states=ALL_STATES, settings=settings, **fields)
    exporting = Exporting(form, request, scheme, lambda: iter(tasks), project="Corpus", processes=processes)
    exporting.plan()
    sink = ZipWriter(file)
    report = exporting.write(Archive(sink), {})
    sink.close()
    with _file_of(file.getvalue()) as path:
        check_archive(form, path, report.balance, exporting.tasks(None))
    return file.getvalue(), report


@contextmanager
def _file_of(archive: bytes) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile(suffix=".zip") as file:
        file.write(archive)
        file.flush()
        yield Path(file.name)


def there_and_back(form: Format, scheme: Scheme, tasks: Iterable[TaskLabels], **fields: Any) -> Trip:
    """Write tasks, read the archive, and bring it under the same configuration into empty pictures.

    In the stored frame, both sides are turned into it: pixels whose centre lies on an outline go by the frame.
    """
    tasks = tuple(tasks)
    archive, report = written(form, scheme, tasks, **fields)
    resolver = Resolver(scheme.configuration, ClassMapping())
    fresh = (own_uuid(number) for number in range(1_000_000, 2_000_000))
    uniter = Uniter("add", _STAMP, lambda: next(fresh))
    sizes = {task.medium.id: task.medium.size_wh for task in tasks if task.medium.width}
    after: dict[str, Document] = {}
    with _file_of(archive) as path:
        assert form.read is not None
        files = open_files(path)
        labels = form.read(files)
        refused: list[Fault] = []
        found: Iterable[FoundMedium] = identified(labels.media(), files)
        restorer = restorer_of(files)
        for medium in found if restorer is None else restorer.media(found):
            assert medium.id is not None, f"{form.id}: nothing says which picture {medium.path} is. {medium.place}"
            resolved = resolver.resolve(medium, sizes.get(medium.id))
            refused += resolved.refused
            after[medium.id] = uniter.unite(after.get(medium.id, EMPTY), resolved).document
    if fields.get("frame") == STORED:
        after |= {t.medium.id: stored_document(after.get(t.medium.id, EMPTY), t.medium) for t in tasks}
        tasks = tuple(_stored(task) for task in tasks)
    return Trip(scheme, archive, report, tasks, after, (*labels.faults.kept, *refused))


def _stored(task: TaskLabels) -> TaskLabels:
    medium, document = stored_medium(task.medium), stored_document(task.document, task.medium)
    return msgspec.structs.replace(task, medium=medium, content=document)


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
        kept = [Kept(task, a, None, buckets[a.id], entries.get(a.id)) for a in task.document.annotations]
        given = [one for one in kept if has_all or one.bucket != "refused"]
        found = _paired(given, document.annotations, in_order=form.keeps_order)
        yield from (one._replace(now=found.get(one.was.id)) for one in kept)


def _paired(given: Sequence[Kept], after: Sequence[Annotation], *, in_order: bool) -> dict[str, Annotation]:
    """Annotations of one picture by the id that they had: the same id or place, else the same shape, else similar."""
    before = [one.was for one in given]
    left = {a.id: a for a in after}
    found = {a.id: left.pop(a.id) for a in before if a.id in left}
    for class_id in {a.class_id for a in before} if in_order else ():
        own = [a for a in before if a.class_id == class_id and a.id not in found]
        there = [a for a in left.values() if a.class_id == class_id]
        if len(own) == len(there) and all(a.parent_id is None for a in own):
            found |= {was.id: left.pop(now.id) for was, now in zip(own, there, strict=True)}
    for is_alike in (_is_equal, _is_nearly_equal):
        for was in before:
            if was.id not in found and (equal := [now for now in left.values() if is_alike(was, now)]):
                found[was.id] = left.pop(max(equal, key=lambda now: (now.answers == was.answers, now.z == was.z)).id)
    return found | _matched([one for one in given if one.was.id not in found], list(left.values()))


def _is_equal(was: Annotation, now: Annotation) -> bool:
    return was.class_id == now.class_id and was.geometry == now.geometry and was.answers == now.answers


def _is_nearly_equal(was: Annotation, now: Annotation) -> bool:
    return was.class_id == now.class_id and is_near(was.geometry, now.geometry, 0.01)


def _matched(before: Sequence[Kept], after: Sequence[Annotation]) -> dict[str, Annotation]:
    """As many pairs as there are of shapes that lost no more than is stated, then of shapes with anything in common."""
    stated = _paired_where(before, after, _is_as_stated)
    rest = [one for one in before if one.was.id not in stated]
    there = {now.id for now in stated.values()}
    return stated | _paired_where(rest, [now for now in after if now.id not in there], _has_anything_of_it)


def _is_as_stated(one: Kept) -> bool:
    return one.entry is not None and loss_of(one, one.entry.measure) <= (one.entry.largest_loss or 0.0) + NEARLY


def _has_anything_of_it(one: Kept) -> bool:
    return one.now is not None and likeness(one.was.geometry, one.now.geometry) > 0


def _paired_where(
    before: Sequence[Kept], after: Sequence[Annotation], may_be: Callable[[Kept], bool]
) -> dict[str, Annotation]:
    """The largest number of pairs, those that are most alike before others (Kuhn's algorithm)."""
    alike: dict[int, list[tuple[float, int]]] = {}
    for i, one in enumerate(before):
        own = [(k, now) for k, now in enumerate(after) if now.class_id == one.was.class_id]
        there = ((likeness(one.was.geometry, now.geometry), k) for k, now in own if may_be(one._replace(now=now)))
        alike[i] = sorted(there, reverse=True)
    owner: dict[int, int] = {}

    def finds(i: int, tried: set[int]) -> bool:
        """Whether one finds a partner, if need be by sending others to another one."""
        for _, k in alike[i]:
            if k not in tried:
                tried.add(k)
                if k not in owner or finds(owner[k], tried):
                    owner[k] = i
                    return True
        return False

    for i in sorted(alike, key=lambda i: alike[i][:1], reverse=True):
        finds(i, set())
    return {before[i].was.id: after[k] for k, i in owner.items()}


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
    return iou(shapes[0], shapes[1], _size_around(shapes[0] + shapes[1]))


def covered(some: Iterable[Geometry]) -> int:
    """How many pixels several shapes cover together."""
    shapes = [rings_of(one) for one in some]
    return int(np.count_nonzero(semantic_map(shapes, _size_around(shapes))))


def _size_around(shapes: Sequence[Sequence[Ring]]) -> tuple[int, int]:
    corners = [point for rings in shapes for ring in rings for point in ring]
    return int(max((x for x, _ in corners), default=0)) + 2, int(max((y for _, y in corners), default=0)) + 2


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
