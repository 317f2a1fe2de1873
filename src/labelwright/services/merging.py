"""Merge what a file has for one medium into the labels that are there."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec
from msgspec import UNSET

from labelwright.formats.native_reader import Drawn, TaskRead
from labelwright.formats.reading import Reading
from labelwright.model.document import MAX_ANNOTATIONS, Annotation, Answers, Document, Stamp, stamped
from labelwright.model.geometry import Geometry, Point2, kind_of

SizeWH = tuple[int, int]
OUT_OF_BOUNDS = ("refuse", "keep", "clip")


class MergeOptions(msgspec.Struct, frozen=True, kw_only=True):
    """`out_of_bounds` says what becomes of geometries that leave the picture: refuse, keep or clip.

    `null_clears`: a null takes an answer away that is there; otherwise it only opens the question.
    """

    out_of_bounds: str = "refuse"
    null_clears: bool = True


class Placed(NamedTuple):
    """A geometry of the file as it will stand in the document."""

    drawn: Drawn
    geometry: Geometry
    id: str
    parent_id: str | None


class Merger:
    """Merges tasks of one file. Faults go to `reading`; `counts` tells what was done and what is worth a warning."""

    def __init__(self, options: MergeOptions, stamp: Stamp, new_id: Callable[[], str], reading: Reading) -> None:
        self._options, self._stamp, self._new_id, self._reading = options, stamp, new_id, reading
        self.counts: Counter[str] = Counter()

    def merge(self, before: Document, task: TaskRead, size_wh: SizeWH | None) -> Document:
        """The document after the import. A geometry with a known id replaces it, any other is added.

        Answers of the medium are overwritten where the file has some. Without `keep_data` only what the file has stays.
        """
        was = {annotation.id: annotation for annotation in before.annotations}
        added: dict[str, Annotation] = {}
        for placed in self._placed(task.drawn, size_wh, None):
            known = self._known(placed, was, task)
            if placed.id in added:
                text = f"The id {placed.id} occurs twice in this medium."
                self._reading.fault(f"{placed.drawn.pointer}/id", "duplicate_id", text)
            added[placed.id] = self._annotation(placed, known)
        kept = {**was, **added} if task.keep_data else added
        self._count(kept, task)
        answers = self._answers(before.answers if task.keep_data else {}, task.answers)
        return Document(annotations=tuple(kept[key] for key in sorted(kept)), answers=answers)

    def _placed(self, drawn: tuple[Drawn, ...], size_wh: SizeWH | None, parent_id: str | None) -> Iterator[Placed]:
        for one in drawn:
            geometry = self._bounded(one, size_wh)
            if geometry is None:
                self.counts["cut_away"] += 1 + len(one.nested)
                continue
            self.counts["annotations"] += 1
            self.counts["answers"] += len(one.answers)
            own_id = one.id or self._new_id()
            yield Placed(one, geometry, own_id, parent_id)
            yield from self._placed(one.nested, size_wh, own_id)

    def _bounded(self, drawn: Drawn, size_wh: SizeWH | None) -> Geometry | None:
        """The geometry as the options want it; None when nothing of it lies in the picture."""
        kind = kind_of(drawn.geometry)
        if size_wh is None or _is_inside(kind.place(drawn.geometry), size_wh):
            return drawn.geometry
        if self._options.out_of_bounds == "clip":
            self.counts["clipped"] += 1
            inside: Geometry | None = kind.inside(drawn.geometry, size_wh)
            return inside
        if self._options.out_of_bounds == "keep":
            self.counts["outside_picture"] += 1
        else:
            size = f"{size_wh[0]} x {size_wh[1]} pixels"
            text = f"The {kind.name} of “{drawn.label_class.key}” leaves the picture, which is {size}."
            self._reading.fault(drawn.pointer, "outside_picture", text)
        return drawn.geometry

    def _known(self, placed: Placed, was: dict[str, Annotation], task: TaskRead) -> Annotation | None:
        known = was.get(placed.id)
        if known is None or known.class_id == placed.drawn.label_class.id:
            return known
        if task.keep_data:
            text = f"The id {placed.id} belongs to a geometry of another class in this medium."
            self._reading.fault(f"{placed.drawn.pointer}/id", "duplicate_id", text)
        return None

    def _annotation(self, placed: Placed, known: Annotation | None) -> Annotation:
        annotation = Annotation(
            id=placed.id,
            class_id=str(placed.drawn.label_class.id),
            parent_id=placed.parent_id,
            geometry=placed.geometry,
            answers=placed.drawn.answers,
            z=placed.drawn.z if placed.drawn.z is not None else known.z if known else 0,
            comment=_comment(placed.drawn, known),
        )
        return stamped(annotation, self._stamp, was=known)

    def _answers(self, before: Answers, given: Answers) -> Answers:
        self.counts["answers"] += len(given)
        taken = {
            class_id: answer
            for class_id, answer in given.items()
            if answer or self._options.null_clears or class_id not in before
        }
        return dict(sorted({**before, **taken}.items()))

    def _count(self, kept: dict[str, Annotation], task: TaskRead) -> None:
        shapes = {(a.class_id, a.parent_id, a.geometry) for a in kept.values()}
        self.counts["same_geometry"] += len(kept) - len(shapes)
        if len(kept) > MAX_ANNOTATIONS:
            text = f"The medium would have {len(kept)} geometries, more than {MAX_ANNOTATIONS}."
            self._reading.fault(f"{task.pointer}/labels", "too_many_annotations", text)


def _comment(drawn: Drawn, known: Annotation | None) -> str | None:
    """What the file says; where it says nothing, what there was."""
    if drawn.comment is UNSET:
        return known.comment if known else None
    return drawn.comment


def _is_inside(points: Sequence[Point2], size_wh: SizeWH) -> bool:
    width, height = size_wh
    return all([0 <= x <= width and 0 <= y <= height for x, y in points])  # noqa: C419 - half the time
