"""YOLO, as Ultralytics reads it: one text file for each picture, shares of its sides, and `data.yaml`.

    detect   class cx cy w h                         seg   class x1 y1 x2 y2 ...
    obb      class x1 y1 x2 y2 x3 y3 x4 y4           pose  class cx cy w h (px py visible)...

The number of a class is the one that the project gave it; a number that no class has any more is named as unused,
because readers want them to count on. A picture without objects has an empty file. Holes are joined to their outline by
lines of no width. https://docs.ultralytics.com/datasets/
"""

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final, NamedTuple

from labelwright.exchange.archive import Archive, File
from labelwright.exchange.areas import area_of
from labelwright.exchange.flat import account_plain, apart, box_loss
from labelwright.exchange.format import CARRIES, Chosen, Format, Support, converts, everything, refuses
from labelwright.exchange.ledger import NO_SIZE, Ledger, Loss, item_of, refuse_task
from labelwright.exchange.naming import stem_of
from labelwright.exchange.pixels import one_ring
from labelwright.exchange.portions import Portion
from labelwright.exchange.shapes import outline_of, smallest_box
from labelwright.exchange.shares import LEAST, MIDDLES, NEAR, rounded
from labelwright.exchange.source import Labelled, Medium, Scheme, Source, TaskLabels
from labelwright.formats.yolo_describing import describe, keypoints_of, most_of
from labelwright.formats.yolo_plain import outline_rows
from labelwright.formats.yolo_reader import read_task, recognise_task
from labelwright.model.geometry import Geometry, ImageSegmentation, Point, Point2, Polygon, Rectangle, kind_of

_AT_ONCE: Final = 256
"""Pictures whose files are made together: they are small."""
NO_ANSWERS: Final = "YOLO has no attributes."
NO_DEPTH: Final = "YOLO has no depth; it is lost."
NO_ROOM: Final = "YOLO has boxes and outlines, no {kind}s."
BOXED: Final = "It becomes its box."
TURNED: Final = "It becomes the smallest box around it, turned as it lies."
UPRIGHT: Final = "It becomes the upright box around it; a turned one would leave the picture."
CORNERS: Final = "Its corners are written as an outline."
BRIDGED: Final = "Holes are joined to the outline by lines of no width."
OWN: Final = "It is an object of its own; YOLO does not say what it was nested in."
CUT: Final = "What leaves the picture is moved to its border."
KEYPOINT: Final = "A nested point is a keypoint of its parent."
SECOND_KEYPOINT: Final = "There is room for one point of each keypoint; this is another one."


class _Written(NamedTuple):
    """The numbers of one object, shares of the sides, and how they came about ("" when exact)."""

    values: list[float]
    way: str = ""
    loss: Loss | None = None


Shaper = Callable[[Geometry], _Written | None]


def _detect(geometry: Geometry) -> _Written | None:
    if not isinstance(geometry, (Rectangle, Polygon, ImageSegmentation)):
        return None
    x, y, w, h = kind_of(geometry).bounds(geometry)
    values = [x + w / 2, y + h / 2, w, h]
    return _Written(values) if isinstance(geometry, Rectangle) else _Written(values, BOXED, box_loss(geometry))


def _segment(geometry: Geometry) -> _Written | None:
    ring = outline_of(geometry)
    if ring is None:
        return None
    if isinstance(geometry, ImageSegmentation) and len(geometry.rings) > 1:
        return _Written(_flat(one_ring(geometry.rings)), BRIDGED)
    return _Written(_flat(ring), CORNERS if isinstance(geometry, Rectangle) else "")


def _oriented(geometry: Geometry) -> _Written | None:
    ring = outline_of(geometry)
    if ring is None:
        return None
    if isinstance(geometry, Rectangle):
        return _Written(_flat(ring), "")
    corners, area = smallest_box(ring)
    return _Written(_flat(corners), TURNED, Loss("iou", 1 - min(1.0, area_of(geometry) / area) if area else 1.0))


def _upright(geometry: Geometry) -> _Written:
    x, y, w, h = kind_of(geometry).bounds(geometry)
    corners = outline_of(Rectangle(x, y, w, h))
    assert corners is not None
    return _Written(_flat(corners), UPRIGHT, box_loss(geometry))


# What plain shapes come out as, many at a time, and in which way ("" when exact).
PLAIN: Final = {"detect": Portion.shares, "pose": Portion.shares, "segment": outline_rows}
_TO_BOXES: Final = {"rectangle": "", "polygon": BOXED, "image_segmentation": BOXED}
PLAIN_WAYS: Final = {
    "detect": _TO_BOXES,
    "pose": _TO_BOXES,
    "segment": {"rectangle": CORNERS, "polygon": "", "image_segmentation": ""},
}


def _flat(ring: tuple[Point2, ...]) -> list[float]:
    return [value for point in ring for value in point]


TASKS: Final[dict[str, Shaper]] = {"detect": _detect, "segment": _segment, "obb": _oriented, "pose": _detect}


def write(task: str, source: Source, archive: Archive, settings: Chosen, ledger: Ledger) -> None:  # noqa: ARG001 - none
    """Write a text file for each picture, and `data.yaml`."""
    writer = _Writer(task, source.scheme, ledger)
    filled = dict.fromkeys(source.splits, False)
    for split in source.splits:
        for ready in source.in_turn(split, lambda tasks: archive.ready(writer.files(tasks)), _AT_ONCE):
            archive.put(ready)
            filled[split] = filled[split] or bool(ready.paths)
    splits = [split for split, is_filled in filled.items() if is_filled] or [""]
    archive.add("data.yaml", describe(task, source.scheme, splits, writer.keypoints).encode())


class _Writer:
    def __init__(self, task: str, scheme: Scheme, ledger: Ledger) -> None:
        self._task, self._shape, self._scheme, self._ledger = task, TASKS[task], scheme, ledger
        self.keypoints = keypoints_of(scheme) if task == "pose" else {}
        self._numbers = scheme.indices
        self._keys = {str(c.id): c.key for c in scheme.geometry_classes}
        self._most = most_of(self.keypoints)

    def files(self, tasks: list[TaskLabels]) -> list[File]:
        """A file for each picture."""
        portion = Portion(tasks, self._can_be_plain)
        lines = self._plain_lines(portion)
        self._account_tasks(portion.plain_tasks)
        return [
            File(_label_path(labels.medium), _text_of(self._lines(labels) if plain is None else plain))
            for labels, plain in portion.by_task(lines)
            if labels.medium.width or self._refused(labels)
        ]

    def _can_be_plain(self, labels: TaskLabels) -> bool:
        """Whether its shapes, when they are plain, may be written many at a time."""
        return bool(labels.medium.width) and self._task in PLAIN and not self._most

    def _refused(self, labels: TaskLabels) -> bool:
        refuse_task(self._ledger, labels, NO_SIZE)
        return False

    def _plain_lines(self, portion: Portion) -> list[str]:
        """The lines of plain shapes, in order; the ledger is told about these."""
        if not portion.groups:
            return []
        rows = PLAIN[self._task](portion)
        keys = [self._keys[class_id] for _, class_id in portion.groups]
        smaller = {at: NO_DEPTH for at, one in portion.more.items() if one.z} | dict.fromkeys(rows.cut, CUT)
        for at, one in portion.more.items():
            if one.answers:
                item = item_of(portion.owners[at], portion.ids[at], keys[portion.of[at]])
                self._ledger.refused("answers", NO_ANSWERS, item, count=len(one.answers))
        ways = [PLAIN_WAYS[self._task][kind] for kind, _ in portion.groups]
        account_plain(self._ledger, portion, keys, ways, {BOXED: portion.shapes.box_losses}, smaller)
        numbers = portion.of_groups([f"{self._numbers[class_id]} " for _, class_id in portion.groups])
        return list(map(operator.add, numbers, rows.texts))

    def _account_tasks(self, some: Sequence[TaskLabels]) -> None:
        if some:
            self._ledger.exported("tasks", len(some))
        for labels in some:
            if labels.answers:
                self._ledger.refused("answers", NO_ANSWERS, item_of(labels), count=len(labels.answers))

    def _lines(self, labels: TaskLabels) -> Iterator[str]:
        """The lines of one picture; the ledger gets everything else."""
        self._account_tasks((labels,))
        labelled = self._scheme.labelled(labels)
        points = self._points(labels, labelled)
        for one in labelled:
            item = item_of(labels, one.annotation.id, one.label_class.key)
            if one.annotation.answers:
                self._ledger.refused("answers", NO_ANSWERS, item, count=len(one.annotation.answers))
            if one.annotation.id in points.taken:
                continue
            written = self._shape(one.annotation.geometry)
            if written is None:
                kind = kind_of(one.annotation.geometry).name
                self._ledger.refuse_geometry(NO_ROOM.format(kind=kind), item, one.annotation)
                continue
            yield self._line(labels, one, written, points.of.get(one.annotation.id, {}))

    def _line(self, labels: TaskLabels, one: Labelled, written: _Written, points: dict[int, Point]) -> str:
        item = item_of(labels, one.annotation.id, one.label_class.key)
        size_wh = labels.medium.size_wh
        if self._task == "obb" and written.way == TURNED and _leaves(written.values, size_wh):
            written = _upright(one.annotation.geometry)
        shares, was_cut = _shares(written.values, size_wh, is_box=self._task in {"detect", "pose"})
        if self._task == "obb" and isinstance(one.annotation.geometry, Rectangle):
            shares = _apart(shares)
        own_way = written.way or (OWN if one.parent is not None else "")
        way = own_way or _smaller_way(was_cut=was_cut, z=one.annotation.z)
        if way:
            self._ledger.converted("geometries", way, item, loss=written.loss)
        else:
            self._ledger.exported("geometries", class_key=one.label_class.key)
        if self._task == "pose":
            shares += self._visible(points, size_wh)
        number = self._scheme.indices[one.annotation.class_id]
        return f"{number} {' '.join(map(_text, shares))}"

    def _visible(self, points: dict[int, Point], size_wh: tuple[int, int]) -> list[float]:
        values: list[float] = []
        for place in range(self._most):
            point = points.get(place)
            shares = (point.x / size_wh[0], point.y / size_wh[1]) if point else (0.0, 0.0)
            values += [*(rounded(min(max(share, 0.0), 1.0)) for share in shares), 2.0 if point else 0.0]
        return values

    def _points(self, labels: TaskLabels, labelled: list[Labelled]) -> "_Points":
        found = _Points({}, set())
        for one in labelled:
            places = self.keypoints.get(one.parent.class_id) if one.parent else None
            if one.parent is None or places is None or one.annotation.class_id not in places:
                continue
            item = item_of(labels, one.annotation.id, one.label_class.key)
            found.taken.add(one.annotation.id)
            own = found.of.setdefault(one.parent.id, {})
            place = places[one.annotation.class_id]
            if place in own:
                self._ledger.refuse_geometry(SECOND_KEYPOINT, item, one.annotation)
                continue
            assert isinstance(one.annotation.geometry, Point)
            own[place] = one.annotation.geometry
            self._ledger.converted("geometries", KEYPOINT, item)
        return found


class _Points(NamedTuple):
    """Keypoints by annotation id and place, and the annotations that became keypoints."""

    of: dict[str, dict[int, Point]]
    taken: set[str]


def _leaves(values: list[float], size_wh: tuple[int, int]) -> bool:
    return any(not -NEAR <= value <= size_wh[at % 2] + NEAR for at, value in enumerate(values))


def _shares(values: list[float], size_wh: tuple[int, int], *, is_box: bool) -> tuple[list[float], bool]:
    """Pixels as shares of the sides, none of them outside the picture; whether one was moved."""
    width, height = size_wh
    if is_box:
        cx, cy, w, h = values
        left, right = max(cx - w / 2, 0.0), min(cx + w / 2, float(width))
        top, bottom = max(cy - h / 2, 0.0), min(cy + h / 2, float(height))
        was_cut = cx - w / 2 < -NEAR or cx + w / 2 > width + NEAR or cy - h / 2 < -NEAR or cy + h / 2 > height + NEAR
        (x, w), (y, h) = (_middle(left / width, right / width), _middle(top / height, bottom / height))
        return [x, y, w, h], was_cut
    moved = [min(max(value, 0.0), float(size_wh[at % 2])) for at, value in enumerate(values)]
    was_cut = any(abs(a - b) > NEAR for a, b in zip(moved, values, strict=True))
    return [rounded(value / size_wh[at % 2]) for at, value in enumerate(moved)], was_cut


def _apart(shares: list[float]) -> list[float]:
    """The corners of an upright box whose sides do not fall together where shares are rounded."""
    (left, top), (right, bottom) = shares[0:2], shares[4:6]
    (left, right), (top, bottom) = apart(left, right), apart(top, bottom)
    return [left, top, right, top, right, bottom, left, bottom]


def _smaller_way(*, was_cut: bool, z: int) -> str:
    """How a shape that is otherwise exact came about; "" when it is whole."""
    return CUT if was_cut else NO_DEPTH if z else ""


def _middle(first: float, last: float) -> tuple[float, float]:
    """Middle and extent between two edges. The edges are rounded, so that a box at the border stays in the picture."""
    low, high = rounded(first), rounded(last)
    return rounded((low + high) / 2, MIDDLES), rounded(max(high - low, LEAST))


def _text(value: float) -> str:
    whole = int(value)
    return str(whole) if whole == value else repr(value)


def _text_of(lines: Iterable[str]) -> bytes:
    text = "\n".join(lines)
    return f"{text}\n".encode() if text else b""


def _label_path(medium: Medium) -> str:
    return f"labels/{stem_of(_picture_path(medium).removeprefix('images/'))}.txt"


def _picture_path(medium: Medium) -> str:
    return f"images/{medium.split}/{medium.path}" if medium.split else f"images/{medium.path}"


def _format(task: str, form: str, name: str, text: str, **supports: Support) -> Format:
    common = {
        "point": refuses(NO_ROOM.format(kind="point")),
        "line": refuses(NO_ROOM.format(kind="line")),
        "object_answers": refuses(NO_ANSWERS),
        "medium_answers": refuses(NO_ANSWERS),
        "nested": converts(OWN),
        "unlabelled": CARRIES,
        "ids": refuses("YOLO has no ids."),
        "comments": refuses("YOLO has no comments."),
        "depth": refuses(NO_DEPTH),
    }
    return Format(
        id=form,
        name=name,
        text=text,
        supports=everything(**(common | supports)),
        write=partial(write, task),
        read=partial(read_task, task),
        recognise=partial(recognise_task, task),
        picture_path=_picture_path,
        tolerance_px=1e-6,
        keeps_outside=False,
    )


_BOXES: Final = {
    "rectangle": CARRIES,
    "polygon": converts(BOXED),
    "image_segmentation": converts(BOXED),
    "holes": converts(BOXED),
}
DETECT: Final = _format("detect", "yolo", "YOLO detection", "Boxes, one text file a picture.", **_BOXES)
POSE: Final = _format(
    "pose",
    "yolo-pose",
    "YOLO pose",
    "Boxes with the points nested in them as keypoints.",
    point=refuses("A point that is nested in no rectangle is no keypoint."),
    nested=converts("A point nested in a rectangle is its keypoint; all else is an object of its own."),
    **_BOXES,
)
SEGMENT: Final = _format(
    "segment",
    "yolo-seg",
    "YOLO segmentation",
    "Outlines, one text file a picture.",
    rectangle=converts(CORNERS),
    polygon=CARRIES,
    image_segmentation=converts("An outline; a reader takes it for a polygon."),
    holes=converts(BRIDGED),
)
ORIENTED: Final = _format(
    "obb",
    "yolo-obb",
    "YOLO oriented boxes",
    "Boxes that are turned, by their four corners.",
    rectangle=converts(CORNERS),
    polygon=converts(TURNED),
    image_segmentation=converts(TURNED),
    holes=converts(TURNED),
)
FORMATS: Final = (DETECT, SEGMENT, ORIENTED, POSE)
