"""CVAT XML for images 1.1: one `annotations.xml` with boxes, polygons, polylines, points, masks and tags.

What is nested has its parent's `group_id` and an attribute `parent`; the answers about a picture are the attributes of
a tag `picture`. https://docs.cvat.ai/docs/manual/advanced/xml_format/
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from labelwright.exchange.archive import Archive
from labelwright.exchange.asides import OF_CLASSES, asides_of, beside, grouped, told, within
from labelwright.exchange.ellipses import read_ellipse
from labelwright.exchange.files import Files, refused
from labelwright.exchange.flat import Attributes, FlatObject, Flattener, plain
from labelwright.exchange.format import Chosen, Format, all_but, converts, refuses
from labelwright.exchange.found import (
    Faults,
    FoundAnswer,
    FoundClass,
    FoundMedium,
    FoundObject,
    LabelFile,
    Place,
    families,
)
from labelwright.exchange.ledger import Ledger
from labelwright.exchange.pixels import mask_of, one_ring, segment_of
from labelwright.exchange.shapes import turned_box
from labelwright.exchange.source import Medium, Source, TaskLabels
from labelwright.formats.whole import side, signed, whole
from labelwright.formats.xml_files import attributes, decimal, elements, is_whole, leaves, text
from labelwright.model.configuration import LabelClass
from labelwright.model.geometry import Geometry, ImageSegmentation, Line, Point, Polygon, Rectangle
from labelwright.raster import Runs, decode_rle
from labelwright.raster.runs import turned

PICTURE: Final = "picture"
PARENT: Final = "parent"
_TYPES: Final = {"rectangle": "rectangle", "polygon": "polygon", "line": "polyline", "point": "points"}
_KINDS: Final = {theirs: ours for ours, theirs in _TYPES.items()} | {"mask": "image_segmentation", "ellipse": "polygon"}


def write(source: Source, archive: Archive, settings: Chosen, ledger: Ledger) -> None:  # noqa: ARG001 - no settings
    """Write one file; with splits, each picture says its subset."""
    flat = Flattener(source.scheme, SUPPORTS, ledger, is_whole=is_whole)
    with archive.file("annotations.xml") as put:
        put(_opening(source, flat).encode())
        for number, task in enumerate(source.tasks(None)):
            put("".join(_image(number, task, flat)).encode())
        put(b"</annotations>\n")


def _opening(source: Source, flat: Flattener) -> str:
    lines = ['<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>\n<meta>\n<task>\n']
    lines.append(f"<name>{text(source.project)}</name>\n<labels>\n")
    lines += [_label(c, flat) for c in source.scheme.geometry_classes]
    questions = [q.label_class for q in source.scheme.questions.get(None, {}).values()]
    names = [q.name for q in source.scheme.questions.get(None, {}).values()]
    lines.append(f"<label><name>{PICTURE}</name><type>tag</type>{_questions(questions, names)}</label>\n")
    return "".join([*lines, "</labels>\n</task>\n</meta>\n"])


def _label(label_class: LabelClass, flat: Flattener) -> str:
    class_id = str(label_class.id)
    found = flat.scheme.questions.get(class_id, {}).values()
    color = f"<color>{label_class.color}</color>" if label_class.color else ""
    kind = _TYPES.get(label_class.type, "mask")
    inner = _questions([q.label_class for q in found], [q.name for q in found])
    return f"<label><name>{text(flat.name_of(class_id))}</name>{color}<type>{kind}</type>{inner}</label>\n"


def _questions(questions: list[LabelClass], names: list[str]) -> str:
    specs = []
    for question, name in zip(questions, names, strict=True):
        values = "\n".join(option.key for option in question.options)
        kind = "select" if question.type == "option" else "text"
        specs.append(
            f"<attribute><name>{text(name)}</name><mutable>False</mutable><input_type>{kind}</input_type>"
            f"<default_value></default_value><values>{text(values)}</values></attribute>"
        )
    return f"<attributes>{''.join(specs)}</attributes>"


def _image(number: int, task: TaskLabels, flat: Flattener) -> Iterator[str]:
    answers = flat.begin(task)
    if answers is None:
        return
    medium = task.medium
    head = attributes(
        id=number, name=medium.path, subset=medium.split or None, width=medium.width, height=medium.height
    )
    yield f"<image{head}>\n"
    if answers:
        yield f"<tag{attributes(label=PICTURE, source='manual')}>{_answers(answers)}</tag>\n"
    for one in flat.objects(task):
        yield _shape(one, medium)
    yield "</image>\n"


def _shape(one: FlatObject, medium: Medium) -> str:
    tag, own = _geometry(one.geometry, medium)
    annotation = one.labelled.annotation
    group = (one.parent if one.parent is not None else one.number) + 1
    common = attributes(label=one.name, source="manual", occluded=0, **own, z_order=annotation.z, group_id=group)
    more: Attributes = {} if one.parent is None else {PARENT: str(one.parent + 1)}
    return f"<{tag}{common}>{_answers(one.attributes | more)}</{tag}>\n"


def _geometry(geometry: Geometry, medium: Medium) -> tuple[str, dict[str, str]]:
    match geometry:
        case Rectangle(x=x, y=y, w=w, h=h):
            edges = {"xtl": x, "ytl": y, "xbr": x + w, "ybr": y + h}
            return "box", {name: decimal(value) for name, value in edges.items()}
        case Polygon(points=points) | ImageSegmentation(rings=(points,)):
            return "polygon", {"points": _points(points)}
        case Line(points=points):
            return "polyline", {"points": _points(points)}
        case Point(x=x, y=y):
            return "points", {"points": _points(((x, y),))}
        case ImageSegmentation(rings=rings):
            runs, box = mask_of(geometry, medium.size_wh)
            # Where no pixel's centre lies in it, a mask would be nothing at all.
            return ("mask", _mask(runs, box)) if runs.row.size else ("polygon", {"points": _points(one_ring(rings))})
    raise AssertionError(geometry)


def _points(points: tuple[tuple[float, float], ...]) -> str:
    return ";".join(f"{decimal(x)},{decimal(y)}" for x, y in points)


def _mask(runs: Runs, box_xywh: tuple[int, int, int, int]) -> dict[str, str]:
    """Lengths of runs within the box, row by row, background first."""
    left, top, width, height = box_xywh
    lengths: list[int] = []
    reached = 0
    for row, start, stop in zip(runs.row.tolist(), runs.start.tolist(), runs.stop.tolist(), strict=True):
        first = (row - top) * width + start - left
        if lengths and first == reached:
            lengths[-1] += stop - start
        else:
            lengths += [first - reached, stop - start]
        reached = first + stop - start
    lengths.append(width * height - reached)
    box = {"left": left, "top": top, "width": width, "height": height}
    return {"rle": ", ".join(map(str, lengths)), **{name: str(value) for name, value in box.items()}}


def _answers(found: Attributes) -> str:
    return "".join(
        f"<attribute{attributes(name=name)}>{text(plain(value))}</attribute>" for name, value in found.items()
    )


# --- reading --------------------------------------------------------------------------------------------------------


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
_PARTS: Final = frozenset(("task", "project", "job"))
_OF_META: Final = frozenset(
    (
        *("id", "name", "size", "mode", "overlap", "bugtracker", "created", "updated", "subset", "subsets"),
        *("start_frame", "stop_frame", "frame_filter", "segments", "segments.", "owner.", "assignee", "assignee."),
        *("labels", "labels.label.", "original_size.", "z_order", "flipped", "dumped", "source", "tasks.", "guide_id"),
    )
)
_USUAL: Final = {"source": "manual"}


def recognise(files: Files) -> bool:
    """Whether some XML file begins as CVAT's do."""
    return bool(_of_cvat(files, files.beginning(".xml")))


def _of_cvat(files: Files, paths: Iterable[str]) -> list[str]:
    return [path for path in paths if b"<annotations" in files.head(path)[:4096]]


def read(files: Files) -> LabelFile:
    """Open every file of CVAT. Raises Invalid."""
    paths = _of_cvat(files, files.ending(".xml"))
    if not paths:
        raise refused("The upload", "not_cvat", "holds no CVAT file: no XML with <annotations>.")
    faults = Faults()
    classes = {found.name: found for path in paths for found in _classes(files, path, faults)}

    def media() -> Iterator[FoundMedium]:
        for path in paths:
            element = None
            for element in elements(files, path, "image", "track"):
                if element.tag == "image":
                    yield _medium(element, path, faults)
                else:
                    text = "A track goes through the pictures of a video, which are not read here."
                    faults.add(Place(path, line=element.sourceline), "track", text, element.get("label", ""))
            if element is not None:
                _tell_of_file(element.getroottree().getroot(), path, faults)

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
        elif child.tag not in {"image", "track", "version"}:
            told(faults, within(child.tag, leaves(child, frozenset())) or {child.tag: child.text or ""}, at)


def _classes(files: Files, path: str, faults: Faults) -> Iterator[FoundClass]:
    for element in elements(files, path, "label"):
        told(faults, leaves(element, _OF_LABELS), Place(path, line=element.sourceline), OF_CLASSES)
        name, kind = element.findtext("name"), element.findtext("type")
        if name and name != PICTURE:
            types = (_KINDS[kind],) if kind in _KINDS else ()
            yield FoundClass(name=name, types=types, color=element.findtext("color"))


def _medium(element: Any, path: str, faults: Faults) -> FoundMedium:
    place = Place(path, line=element.sourceline)
    answers: list[FoundAnswer] = []
    asides: list[FoundAnswer] = []
    found: dict[int, FoundObject] = {}
    parents: dict[int, int] = {}
    groups: dict[int, int | None] = {}
    for child in element:
        at = Place(path, line=child.sourceline)
        if child.tag == "tag":
            answers += _found_answers(child, at)
            asides += _asides(child, at)
            continue
        one = _object(child, (side(element.get("width")), side(element.get("height"))), at, faults)
        if one is not None:
            number = len(found) + 1
            found[number] = one
            groups[number] = whole(child.get("group_id")) or None
            parent = whole(next((a.text for a in child.findall("attribute") if a.get("name") == PARENT), None))
            if parent is not None and parent != number:
                parents[number] = parent
    for number, group in grouped(groups, parents).items():
        found[number] = beside(found[number], group_id=group)
    return FoundMedium(
        place=place,
        path=element.get("name", ""),
        width=side(element.get("width")),
        height=side(element.get("height")),
        split=element.get("subset") or "",
        objects=tuple(families(found, parents)),
        answers=tuple(answers),
        asides=(*asides_of(_others(element, _OF_PICTURES), place), *asides),
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
        found |= leaves(child, frozenset(("attribute.",))) | _of_attributes(child)
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
        if len(points) != 1:
            raise ValueError(f"it has {len(points)} points, and a point is one")
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


SUPPORTS: Final = all_but(
    image_segmentation=converts("A segment is a polygon."),
    holes=converts("A segment with holes is a mask: its pixels, without the fractions of its outline."),
    nested=converts("A nested geometry has its parent's group and an attribute that names it."),
    ids=refuses("CVAT gives ids of its own."),
    comments=refuses("CVAT keeps comments elsewhere."),
)
FORMAT: Final = Format(
    id="cvat",
    name="CVAT for images",
    text="XML that CVAT imports, with attributes and groups.",
    supports=SUPPORTS,
    write=write,
    main="annotations.xml",
    read=read,
    recognise=recognise,
)
