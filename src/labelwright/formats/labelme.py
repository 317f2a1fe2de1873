"""LabelMe: one JSON file for each picture, `labels/NAME.json`, with shapes; answers stand under `attributes`.

What is nested has its parent's `group_id` and an attribute `parent`. https://github.com/wkentaro/labelme
"""

from collections.abc import Iterator
from math import dist
from typing import Any, Final

import msgspec

from labelwright.exchange.archive import Archive
from labelwright.exchange.asides import asides_of, beside, grouped
from labelwright.exchange.bridges import Ring
from labelwright.exchange.ellipses import read_ellipse
from labelwright.exchange.files import Files, refused
from labelwright.exchange.flat import FlatObject, Flattener
from labelwright.exchange.format import Chosen, Format, all_but, converts, refuses
from labelwright.exchange.found import (
    Faults,
    FoundAnswer,
    FoundMedium,
    FoundObject,
    LabelFile,
    Place,
    Side,
    families,
)
from labelwright.exchange.ledger import Ledger
from labelwright.exchange.naming import stem_of
from labelwright.exchange.pixels import one_ring, runs_of, segment_of
from labelwright.exchange.shapes import from_ring
from labelwright.exchange.source import Source, TaskLabels
from labelwright.formats.json_files import answers_of, element, members_of, others_in
from labelwright.formats.mask_texts import mask_of_png
from labelwright.model.geometry import Geometry, ImageSegmentation, Line, Point, Polygon, Rectangle
from labelwright.model.geometry.points import MAX_COORDINATE

# What our own archives have beside them.
_OURS: Final = ("manifest.json", "label_configuration.json")
VERSION: Final = "5.5.0"
# How many points a shape needs. Boxes that are turned are LabelMe's `oriented_rectangle`, X-AnyLabeling's `rotation`.
_LEAST: Final = {"rectangle": 2, "point": 1, "line": 2, "linestrip": 2, "polygon": 3, "circle": 2, "mask": 2} | (
    dict.fromkeys(("oriented_rectangle", "rotation", "quadrilateral"), 4)
)


def write(source: Source, archive: Archive, settings: Chosen, ledger: Ledger) -> None:  # noqa: ARG001 - no settings
    """Write one file for each picture; the splits are folders."""
    flat = Flattener(source.scheme, SUPPORTS, ledger)
    for task in source.tasks(None):
        content = _content(task, flat)
        if content is not None:
            folder = f"labels/{task.medium.split}/" if task.medium.split else "labels/"
            archive.add(f"{folder}{stem_of(task.medium.path)}.json", msgspec.json.encode(content) + b"\n")


def _content(task: TaskLabels, flat: Flattener) -> dict[str, Any] | None:
    answers = flat.begin(task)
    if answers is None:
        return None
    up = "../../" if task.medium.split else "../"
    return {
        "version": VERSION,
        "flags": {},
        "shapes": [_shape(one) for one in flat.objects(task)],
        "imagePath": f"{up}images/{task.medium.path}",
        "imageData": None,
        "imageHeight": task.medium.height,
        "imageWidth": task.medium.width,
        "attributes": answers,
    }


def _shape(one: FlatObject) -> dict[str, Any]:
    kind, points = _points(one.geometry)
    parent = {} if one.parent is None else {"parent": one.parent}
    return {
        "label": one.name,
        "points": points,
        "group_id": one.parent if one.parent is not None else one.number,
        "description": one.labelled.annotation.comment or "",
        "shape_type": kind,
        "flags": {},
        "mask": None,
        "attributes": one.attributes,
        "uid": one.id,
        **parent,
    }


def _points(geometry: Geometry) -> tuple[str, list[tuple[float, float]]]:
    match geometry:
        case Rectangle(x=x, y=y, w=w, h=h):
            return "rectangle", [(x, y), (x + w, y + h)]
        case Polygon(points=points) | ImageSegmentation(rings=(points,)):
            return "polygon", list(points)
        case ImageSegmentation(rings=rings):
            return "polygon", list(one_ring(rings))
        case Line(points=points):
            return "linestrip", list(points)
        case Point(x=x, y=y):
            return "point", [(x, y)]
    raise AssertionError(geometry)


# --- reading --------------------------------------------------------------------------------------------------------


class _Shape(msgspec.Struct):
    label: str
    points: list[tuple[float, float]]
    shape_type: str = "polygon"
    mask: str | None = None
    description: str | None = None
    attributes: dict[str, Any] = {}
    uid: str | None = None
    parent: int | None = None
    group_id: int | None = None
    flags: dict[str, Any] | None = None


class _File(msgspec.Struct):
    shapes: list[msgspec.Raw]
    imagePath: str  # noqa: N815 - the format's name
    imageHeight: Side | None = None  # noqa: N815 - the format's name
    imageWidth: Side | None = None  # noqa: N815 - the format's name
    attributes: dict[str, Any] = {}
    flags: dict[str, Any] | None = None


_FILE: Final = msgspec.json.Decoder(_File)
_SHAPE: Final = msgspec.json.Decoder(_Shape)
_OF_FILES: Final = frozenset(_File.__struct_encode_fields__)
_PASSED_OVER: Final = frozenset(("version", "imageData", "lineColor", "fillColor"))
"""What is of the program or the picture itself."""


def recognise(files: Files) -> bool:
    """Whether the JSON files have shapes and a path of a picture."""
    return bool(_paths(files, most=200))


def _paths(files: Files, most: int | None = None) -> list[str]:
    candidates = files.ending(".json")
    return [path for path in candidates[:most] if _is_labelme(files.json_keys(path))]


def _is_labelme(keys: frozenset[str]) -> bool:
    """Whether a file begins as LabelMe's do; behind many shapes, the path of the picture comes too late to be seen."""
    return "shapes" in keys and ("imagePath" in keys or {"version", "flags"} <= keys)


def read(files: Files) -> LabelFile:
    """Open every LabelMe file. Raises Invalid when there is none."""
    if not _paths(files, most=200):
        raise refused("The upload", "not_labelme", "holds no LabelMe file: no JSON with “shapes” and “imagePath”.")
    faults = Faults()

    def media() -> Iterator[FoundMedium]:
        for path in files.ending(".json"):
            found = _opened(files, path, faults) if path.rpartition("/")[2] not in _OURS else None
            if found is not None:
                yield found

    return LabelFile(classes=(), media=media, faults=faults)


def _opened(files: Files, path: str, faults: Faults) -> FoundMedium | None:
    members = members_of(files, path, faults)
    if members is None:
        return None
    read = {name: members[name] for name in members.keys() & _OF_FILES}
    content = element(msgspec.json.encode(read), _FILE, "file", Place(path), faults)
    others = {name: members[name] for name in members if name not in {*_OF_FILES, *_PASSED_OVER}}
    asides = asides_of(others_in(msgspec.json.encode(others), ()), Place(path)) if others else ()
    return None if content is None else _medium(content, path, asides, faults)


def _medium(content: _File, path: str, asides: tuple[FoundAnswer, ...], faults: Faults) -> FoundMedium:
    found: dict[int, FoundObject] = {}
    parents: dict[int, int] = {}
    groups: dict[int, int | None] = {}
    for number, raw in enumerate(content.shapes):
        place = Place(path, pointer=f"/shapes/{number}")
        shape = element(raw, _SHAPE, "shape", place, faults)
        one = _object(shape, raw, place, faults) if shape is not None else None
        if shape is not None and one is not None:
            found[number] = one
            groups[number] = shape.group_id
            if shape.parent is not None:
                parents[number] = shape.parent
    for number, group in grouped(groups, parents).items():
        found[number] = beside(found[number], group_id=f"group {group}")
    split = next((split for split in ("train", "val", "test") if f"/{split}/" in f"/{path}"), "")
    return FoundMedium(
        place=Place(path),
        path=content.imagePath.replace("\\", "/"),
        width=content.imageWidth,
        height=content.imageHeight,
        split=split,
        objects=tuple(families(found, parents)),
        answers=tuple(answers_of(content.attributes | _raised(content.flags), Place(path))),
        asides=asides,
    )


def _raised(flags: dict[str, Any] | None) -> dict[str, Any]:
    """The flags that are set."""
    return {name: value for name, value in (flags or {}).items() if value}


def _object(shape: _Shape, raw: msgspec.Raw, place: Place, faults: Faults) -> FoundObject | None:
    geometry = _geometry(shape, place, faults)
    if geometry is None:
        return None
    return FoundObject(
        class_name=shape.label,
        geometry=geometry,
        place=place,
        answers=tuple(answers_of(shape.attributes | _raised(shape.flags), place)),
        id=shape.uid,
        comment=shape.description or None,
        asides=asides_of(others_in(raw, _Shape.__struct_encode_fields__), place),
    )


def _geometry(shape: _Shape, place: Place, faults: Faults) -> Geometry | None:  # noqa: PLR0911 - one for each shape
    points: Ring = tuple(shape.points)
    least = _LEAST.get(shape.shape_type, 0)
    if len(points) < least:
        text = f"A {shape.shape_type} needs {least} points, this one has {len(points)}."
        faults.add(place, "too_few_points", text, shape.label)
        return None
    match shape.shape_type:
        case "rectangle":
            (x1, y1), (x2, y2) = points[0], points[-1] if len(points) == 2 else points[2]
            return Rectangle(min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1))
        case "point":
            return Point(*points[0])
        case "line" | "linestrip":
            return Line(points)
        case "polygon" | "oriented_rectangle" | "rotation" | "quadrilateral":
            return from_ring(points)
        case "circle":
            return _circle(shape, place, faults)
        case "mask" if shape.mask:
            return _mask(shape, place, faults)
    faults.add(place, "unknown_shape", f"A {shape.shape_type} is no shape that is known here.", shape.shape_type)
    return None


def _circle(shape: _Shape, place: Place, faults: Faults) -> Geometry | None:
    """A centre and a point of the circle."""
    radius = dist(*shape.points[:2])
    try:
        return read_ellipse(shape.points[0], (radius, radius), 0, faults)
    except ValueError as error:
        faults.add(place, "invalid_shape", f"The circle of “{shape.label}” cannot be read: {error}.", shape.label)
        return None


def _mask(shape: _Shape, place: Place, faults: Faults) -> Geometry | None:
    """A mask within its box, as a PNG in base64; its corners are pixels, the last one included."""
    (x1, y1), (x2, y2) = shape.points[0], shape.points[-1]
    is_near = max(map(abs, (x1, y1, x2, y2))) <= MAX_COORDINATE
    try:
        mask = mask_of_png(shape.mask or "", (abs(x2 - x1) + 2, abs(y2 - y1) + 2) if is_near else (0, 0))
    except (ValueError, OSError, SyntaxError, ImportError) as error:
        faults.add(place, "invalid_mask", f"The mask of “{shape.label}” cannot be read: {error}.", shape.label)
        return None
    segment = segment_of(runs_of(mask, int(min(x1, x2)), int(min(y1, y2))))
    if segment is None:
        faults.add(place, "empty_mask", f"The mask of “{shape.label}” has no pixels.", shape.label)
    return segment


SUPPORTS: Final = all_but(
    image_segmentation=converts("A segment is a polygon."),
    holes=converts("Holes are joined to the outline by lines of no width."),
    nested=converts("A nested geometry has its parent's group, and “parent” says which it is."),
    depth=refuses("LabelMe has no depth; it is lost."),
)
FORMAT: Final = Format(
    id="labelme",
    name="LabelMe",
    text="One JSON file for each picture, as LabelMe and X-AnyLabeling open it.",
    supports=SUPPORTS,
    write=write,
    read=read,
    recognise=recognise,
    tolerance_px=1e-9,
)
