"""Read CVAT XML for images 1.1; of videos, what is exported for images.

An object of several points becomes so many points, a skeleton a box around its points, which are nested in it.
https://docs.cvat.ai/docs/manual/advanced/xml_format/
"""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from labelwright.exchange.asides import OF_CLASSES, asides_of, beside, grouped, told, within
from labelwright.exchange.ellipses import read_ellipse
from labelwright.exchange.files import Files, refused
from labelwright.exchange.found import (
    SEVERAL_POINTS,
    Faults,
    FoundAnswer,
    FoundClass,
    FoundMedium,
    FoundObject,
    LabelFile,
    Place,
    families,
)
from labelwright.exchange.pixels import segment_of
from labelwright.exchange.shapes import turned_box
from labelwright.formats.whole import side, signed, whole
from labelwright.formats.xml_files import elements, leaves
from labelwright.model.geometry import Geometry, Line, Point, Polygon, Rectangle, kind_of
from labelwright.raster import decode_rle
from labelwright.raster.runs import turned

PICTURE: Final = "picture"
PARENT: Final = "parent"
TYPES: Final = {"rectangle": "rectangle", "polygon": "polygon", "line": "polyline", "point": "points"}
_KINDS: Final = {theirs: ours for ours, theirs in TYPES.items()} | {
    "mask": "image_segmentation",
    "ellipse": "polygon",
    "skeleton": "rectangle",
}
_OF_PICTURES: Final = frozenset(("id", "name", "subset", "width", "height", "task_id"))
_OF_SHAPES: Final = frozenset(
    (
        *("label", "z_order", "group_id", "rotation", "points", "xtl", "ytl", "xbr", "ybr", "cx", "cy", "rx", "ry"),
        *("rle", "left", "top", "width", "height"),
    )
)
_OF_LABELS: Final = frozenset(
    (
        *("name", "color", "type", "parent", "svg", "attributes", "attributes.attribute"),
        *(f"attributes.attribute.{tag}" for tag in ("id", "name", "mutable", "input_type", "default_value", "values")),
    )
)
_PICTURES: Final = ("image", "track")
_PARTS: Final = frozenset(("task", "project", "job"))
_OF_META: Final = frozenset(
    (
        *("id", "name", "size", "mode", "overlap", "bugtracker", "created", "updated", "subset", "subsets"),
        *("start_frame", "stop_frame", "frame_filter", "segments", "segments.", "owner.", "assignee", "assignee."),
        *("labels", "labels.label.", "original_size.", "z_order", "flipped", "dumped", "source", "tasks.", "guide_id"),
    )
)
_USUAL: Final = {"source": "manual"}
_HALF: Final = 0.5
"""What a box around points in one row or column has beyond them: it would be none without any width or height."""


def recognise(files: Files) -> bool:
    """Whether some XML file begins as CVAT's do."""
    return any(_is_of_cvat(files, path) for path in files.beginning(".xml"))


def _is_of_cvat(files: Files, path: str) -> bool:
    return b"<annotations" in files.head(path)[:4096]


def read(files: Files) -> LabelFile:
    """Open every file of CVAT. Raises Invalid."""
    paths = files.ending(".xml").where(partial(_is_of_cvat, files))
    if not paths:
        raise refused("The upload", "not_cvat", "holds no CVAT file: no XML with <annotations>.")
    faults = Faults()
    classes = {(found.parent, found.name): found for path in paths for found in _classes(files, path, faults)}

    def media() -> Iterator[FoundMedium]:
        for path in paths:
            for element in elements(files, path, *_PICTURES, at_end=partial(_tell_of_file, path=path, faults=faults)):
                if element.tag == "image":
                    yield _medium(element, path, faults)
                else:
                    text = (
                        "A track goes through the pictures of a video, which are not read here. "
                        "Exported as “CVAT for images 1.1”, the video has its shapes picture by picture."
                    )
                    faults.add(Place(path, line=element.sourceline), "track", text, element.get("label", ""))

    return LabelFile(classes=tuple(classes.values()), media=media, faults=faults)


def _tell_of_file(root: Any, path: str, faults: Faults) -> None:
    """Count what a file says beside its pictures, without ids, times, people and settings of CVAT."""
    told(faults, root.attrib, Place(path, line=root.sourceline))
    for child in root:
        at = Place(path, line=child.sourceline)
        if child.tag == "meta":
            told(faults, child.attrib, at)
            for part in child:
                found = leaves(part, _OF_META) if part.tag in _PARTS else {part.tag: part.text or ""}
                told(faults, {name: text for name, text in found.items() if name not in _OF_META}, at)
        elif child.tag not in {*_PICTURES, "version"}:
            told(faults, within(child.tag, leaves(child, frozenset())) or {child.tag: child.text or ""}, at)


def _classes(files: Files, path: str, faults: Faults) -> Iterator[FoundClass]:
    for element in elements(files, path, "label", *_PICTURES):
        if element.tag != "label":
            continue
        told(faults, leaves(element, _OF_LABELS), Place(path, line=element.sourceline), OF_CLASSES)
        name, kind = element.findtext("name"), element.findtext("type")
        if name and name != PICTURE:
            types = (_KINDS[kind],) if kind in _KINDS else ()
            parent = (element.findtext("parent") or "").strip() or None
            yield FoundClass(name=name, types=types, color=element.findtext("color"), parent=parent)


def _medium(element: Any, path: str, faults: Faults) -> FoundMedium:
    place = Place(path, line=element.sourceline)
    answers: list[FoundAnswer] = []
    asides: list[FoundAnswer] = []
    found: dict[int, FoundObject] = {}
    parents: dict[int, int] = {}
    groups: dict[int, int | None] = {}
    size = side(element.get("width")), side(element.get("height"))
    for child in element.findall("tag"):
        at = Place(path, line=child.sourceline)
        answers += _found_answers(child, at)
        said = {"tag": child.get("label")} if child.get("label") != PICTURE else {}
        asides += (*asides_of(said, at), *_asides(child, at))
    for number, child in enumerate((one for one in element if one.tag != "tag"), start=1):
        at = Place(path, line=child.sourceline)
        for one in _objects(child, size, at, faults):
            key = number if number not in found else -len(found)
            found[key] = one
            groups[key] = whole(child.get("group_id")) or None
            parent = whole(next((a.text for a in child.findall("attribute") if a.get("name") == PARENT), None))
            if parent is not None and parent != number:
                parents[key] = parent
    for number, group in grouped(groups, parents).items():
        found[number] = beside(found[number], group_id=group)
    return FoundMedium(
        place=place,
        path=element.get("name", ""),
        width=size[0],
        height=size[1],
        split=element.get("subset") or "",
        objects=tuple(families(found, parents)),
        answers=tuple(answers),
        asides=(*asides_of(_others(element, _OF_PICTURES), place), *asides),
    )


def _objects(child: Any, size: tuple[int | None, int | None], place: Place, faults: Faults) -> tuple[FoundObject, ...]:
    """What an element stands for: several objects where it is of several points."""
    if child.tag == "skeleton":
        one = _skeleton(child, size, place, faults)
        return () if one is None else (one,)
    points = child.get("points", "").split(";") if child.tag == "points" else ()
    found = []
    for part in points if len(points) > 1 else (None,):
        if part is not None:
            child.set("points", part)
        one = _object(child, size, place, faults)
        found += [] if one is None else [one]
    if len(points) > 1:
        faults.become(SEVERAL_POINTS)
    return tuple(found)


def _skeleton(child: Any, size: tuple[int | None, int | None], place: Place, faults: Faults) -> FoundObject | None:
    """The box around the points of a skeleton, in which they are nested; those outside the picture are told alone."""
    label, outside = child.get("label", ""), []
    nested: list[FoundObject] = []
    for part in child:
        if part.tag == "attribute":
            continue
        if part.attrib.pop("outside", "0") == "1":
            outside.append(part.get("label", ""))
        else:
            nested += _objects(part, size, Place(place.file, line=part.sourceline), faults)
    if not nested:
        faults.add(place, "no_points", f"The skeleton of “{label}” has no point in the picture.", label)
        return None
    boxes = [kind_of(one.geometry).bounds(one.geometry) for one in nested]
    left, top = min(x for x, *_ in boxes), min(y for _, y, *_ in boxes)
    right, bottom = max(x + w for x, _, w, _ in boxes), max(y + h for _, y, _, h in boxes)
    across, down = (0.0 if extent else _HALF for extent in (right - left, bottom - top))
    faults.become("Skeletons are read as the boxes around their points, which are nested in them")
    return FoundObject(
        class_name=label,
        geometry=Rectangle(left - across, top - down, right - left + 2 * across, bottom - top + 2 * down),
        place=place,
        answers=tuple(a for a in _found_answers(child, place) if a.name != PARENT),
        nested=tuple(nested),
        z=signed(child.get("z_order")) or 0,
        asides=(*_asides(child, place), *asides_of({"outside": ", ".join(outside)}, place)),
    )


def _object(child: Any, size: tuple[int | None, int | None], place: Place, faults: Faults) -> FoundObject | None:
    label = child.get("label", "")
    try:
        geometry = _found_ellipse(child, faults) if child.tag == "ellipse" else _found_geometry(child, size)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        faults.add(place, "invalid_shape", f"The {child.tag} of “{label}” cannot be read: {error}.", label)
        return None
    if geometry is None:
        faults.add(place, "unknown_shape", f"A {child.tag} is no shape that is known here.", child.tag)
        return None
    answers = tuple(a for a in _found_answers(child, place) if a.name != PARENT)
    z = signed(child.get("z_order")) or 0
    asides = tuple(_asides(child, place))
    return FoundObject(class_name=label, geometry=geometry, place=place, answers=answers, z=z, asides=asides)


def _asides(child: Any, place: Place) -> tuple[FoundAnswer, ...]:
    found = _others(child, _OF_SHAPES)
    if len(child):
        inside = {"attribute.", *(f"{part.tag}." for part in child if child.tag == "skeleton")}
        found |= leaves(child, frozenset(inside)) | _of_attributes(child)
    return asides_of({name: text for name, text in found.items() if name not in _OF_SHAPES}, place, _USUAL)


def _of_attributes(child: Any) -> dict[str, str]:
    """What attributes have beside a name and a value."""
    return {
        f"{one.get('name')}.{name}": text
        for one in child.findall("attribute")
        if len(one) or len(one.attrib) > 1
        for name, text in leaves(one, frozenset(("name",))).items()
    }


def _others(child: Any, known: frozenset[str]) -> dict[str, str]:
    return {name: value for name, value in child.attrib.items() if name not in known}


def _found_geometry(child: Any, size: tuple[int | None, int | None]) -> Geometry | None:
    if child.tag == "box":
        left, top, right, bottom = (float(_needed(child, name)) for name in ("xtl", "ytl", "xbr", "ybr"))
        box, degrees = Rectangle(left, top, right - left, bottom - top), float(child.get("rotation", "0"))
        return turned_box(box, degrees, ((left + right) / 2, (top + bottom) / 2)) if degrees else box
    if child.tag == "mask":
        return _found_mask(child, size)
    if child.tag not in {"polygon", "polyline", "points"}:
        return None
    pairs = [pair.split(",") for pair in _needed(child, "points").split(";")]
    points = tuple((float(x), float(y)) for x, y in pairs)
    if child.tag == "points":
        return Point(*points[0])
    return Polygon(points) if child.tag == "polygon" else Line(points)


def _found_ellipse(child: Any, faults: Faults) -> Geometry:
    x, y, across, down = (float(_needed(child, name)) for name in ("cx", "cy", "rx", "ry"))
    return read_ellipse((x, y), (across, down), float(child.get("rotation", "0")), faults)


def _needed(child: Any, name: str) -> str:
    """Raises ValueError when the attribute is not there."""
    value = child.get(name)
    if value is None:
        raise ValueError(f"it has no {name}")
    return str(value)


def _found_mask(child: Any, size: tuple[int | None, int | None]) -> Geometry | None:
    left, top, width, height = (int(float(_needed(child, name))) for name in ("left", "top", "width", "height"))
    lengths = [int(length) for length in _needed(child, "rle").split(",")]
    if not size[0] or not size[1] or left < 0 or top < 0 or left + width > size[0] or top + height > size[1]:
        raise ValueError("its box leaves the picture")
    runs = turned(decode_rle(lengths, (height, width)))  # COCO's lengths go down columns, these go along rows
    return segment_of(runs._replace(row=runs.row + top, start=runs.start + left, stop=runs.stop + left))


def _found_answers(child: Any, place: Place) -> Iterator[FoundAnswer]:
    for attribute in child.findall("attribute"):
        value = attribute.text or ""
        if value:
            yield FoundAnswer(name=attribute.get("name", ""), value=value, place=place)
