"""Pascal VOC boxes: `Annotations/NAME.xml` for each picture; lists of the pictures of splits, and of the classes.

`ImageSets/Main` has the lists, `labelmap.txt` the classes (see `voc_labels`).
The devkit counts pixels from 1 and means the last one too; `<corners>` says `exact` where a file has corners as they
are everywhere else here. Files of others without it are the devkit's, unless one of their boxes begins at 0.
What is nested is a `<part>`. http://host.robots.ox.ac.uk/pascal/VOC/voc2012/
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final

import numpy as np

from labelwright.exchange.archive import Archive, File
from labelwright.exchange.areas import area_of
from labelwright.exchange.asides import asides_of, told, within
from labelwright.exchange.files import Files, refused
from labelwright.exchange.flat import Attributes, FlatObject, Flattener, plain
from labelwright.exchange.format import Chosen, Format, Setting, converts, only_boxes, refuses
from labelwright.exchange.found import Faults, FoundAnswer, FoundMedium, FoundObject, LabelFile, Place
from labelwright.exchange.ledger import Ledger, Loss
from labelwright.exchange.naming import stem_of
from labelwright.exchange.numerals import decimal_rows
from labelwright.exchange.portions import Portion, Shapes
from labelwright.exchange.source import Medium, Scheme, Source, TaskLabels
from labelwright.exchange.turning import moved
from labelwright.formats import image_sets, voc_labels
from labelwright.formats.mask_objects import voc_colour
from labelwright.formats.voc_labels import VocLabel
from labelwright.formats.whole import side
from labelwright.formats.xml_files import decimal, elements, is_whole, leaves, text
from labelwright.model.errors import Invalid
from labelwright.model.geometry import Geometry, Rectangle, kind_of

FOLDER: Final = "Annotations"
SETS: Final = "ImageSets/Main"
EXACT: Final = "exact"
DEVKIT: Final = "devkit"
ROUNDED: Final = "Its corners are moved to whole pixels."
CORNERS: Final = Setting(
    id="corners",
    name="Corners",
    text="What programs for Pascal VOC take them for.",
    kind="choice",
    default=EXACT,
    choices=((EXACT, "as they are, with fractions, from 0"), (DEVKIT, "whole pixels from 1, as the devkit counts")),
)

_FLAGS: Final = "<pose>Unspecified</pose><truncated>0</truncated><difficult>0</difficult>"

Corners = tuple[float, float, float, float]


def write(source: Source, archive: Archive, settings: Chosen, ledger: Ledger) -> None:
    """Write one file for each picture, and the lists."""
    corners = settings[CORNERS.id]
    is_exact = corners == EXACT
    supports = SUPPORTS if is_exact else {**SUPPORTS, "rectangle": converts(ROUNDED)}
    flat = Flattener(source.scheme, supports, ledger, None if is_exact else _rounding_loss, is_whole=is_whole)
    voc_labels.write(archive, _labels(source.scheme))

    def files_of(tasks: list[TaskLabels]) -> list[File]:
        portion = Portion(tasks, lambda task: is_exact and bool(task.medium.width))
        drawn = _plain_objects(portion.ids, flat.plain_objects(portion), _plain_boxes(portion.shapes))
        files = []
        for task, found in portion.by_task(drawn):
            answers = flat.begin(task)
            if answers is not None:
                objects = _objects(flat.objects(task), corners) if found is None else found
                content = f"{_head(task.medium, answers, corners)}{''.join(objects)}</annotation>\n"
                files.append(File(f"{FOLDER}/{stem_of(task.medium.path)}.xml", content.encode()))
        return files

    for split in source.splits:
        lines = archive.waiting()
        for ready in source.in_turn(split, lambda tasks: archive.ready(files_of(tasks))):
            archive.put(ready)
            stems = (path.removeprefix(f"{FOLDER}/").removesuffix(".xml") for path in ready.paths)
            lines.add(b"".join(map(image_sets.line_of, stems)))
        image_sets.write(archive, SETS, split, lines)


def _labels(scheme: Scheme) -> Iterator[VocLabel]:
    """The classes; those that are nested in them are their parts, and no classes of their own."""
    names = scheme.names()
    for label_class in scheme.geometry_classes:
        class_id = str(label_class.id)
        if scheme.configuration.by_id[class_id].parent is None:
            parts = tuple(names[str(child.id)] for child in label_class.children if child.is_geometry)
            yield VocLabel(names[class_id], voc_colour(scheme.indices[class_id] + 1), parts)


def _head(medium: Medium, answers: Attributes, corners: str) -> str:
    width, height = medium.size_wh
    return (
        f"<annotation>\n<folder>JPEGImages</folder>\n<filename>{text(medium.path)}</filename>\n"
        f"<size><width>{width}</width><height>{height}</height><depth>3</depth></size>\n<segmented>0</segmented>\n"
        f"<corners>{corners}</corners>\n{_answers(answers)}"
    )


def _objects(objects: Iterator[FlatObject], corners: str) -> Iterator[str]:
    parts: dict[int | None, list[FlatObject]] = defaultdict(list)
    for one in objects:
        parts[one.parent].append(one)
    for one in parts[None]:
        yield f"<object>\n{_box(one, corners)}"
        for part in parts[one.number]:
            yield f"<part>\n{_box(part, corners)}</part>\n"
        yield "</object>\n"


def _box(one: FlatObject, corners: str) -> str:
    found = _edges(one.geometry) if corners == EXACT else _devkit(one.geometry)
    return _content(
        text(one.name), map(decimal, found), one.id, one.attributes, "" if one.parent is not None else _FLAGS
    )


def _content(name: str, corners: Iterable[str], uid: str, answers: Attributes, flags: str = _FLAGS) -> str:
    x1, y1, x2, y2 = corners
    box = f"<xmin>{x1}</xmin><ymin>{y1}</ymin><xmax>{x2}</xmax><ymax>{y2}</ymax>"
    return f"<name>{name}</name>{flags}<bndbox>{box}</bndbox><uid>{uid}</uid>\n{_answers(answers)}"


def _plain_boxes(shapes: Shapes) -> list[str]:
    """The edges of plain shapes, as `_edges` has them."""
    low, extent = shapes.bounds[:, :2], shapes.bounds[:, 2:]
    edges = np.concatenate((low, low + extent), axis=1)
    return decimal_rows(edges.ravel(), np.arange(4, edges.size + 1, 4))


def _plain_objects(ids: list[str], named: list[tuple[str, Attributes]], boxes: list[str]) -> Iterator[str]:
    names = {name: text(name) for name in {name for name, _ in named}}
    for uid, (name, answers), box in zip(ids, named, boxes, strict=True):
        yield f"<object>\n{_content(names[name], box.split(), uid, answers)}</object>\n"


def _edges(geometry: Geometry) -> Corners:
    x, y, w, h = kind_of(geometry).bounds(geometry)
    return x, y, x + w, y + h


def _devkit(geometry: Geometry) -> tuple[int, int, int, int]:
    """The nearest whole edges, at least a pixel apart; the first pixel is 1, and the last one is inside."""
    x1, y1, x2, y2 = _edges(geometry)
    (left, right), (top, bottom) = _whole_edges(x1, x2), _whole_edges(y1, y2)
    return left + 1, top + 1, right, bottom


def _whole_edges(low: float, high: float) -> tuple[int, int]:
    """The nearest whole edges; of what is narrower than a pixel, the edges of the pixel that its middle lies in."""
    first, last = int(low + 0.5), int(high + 0.5)
    middle = int((low + high) / 2)
    return (first, last) if first < last else (middle, middle + 1)


def _rounding_loss(geometry: Geometry) -> Loss | None:
    x1, y1, right, bottom = _devkit(geometry)
    left, top = x1 - 1, y1 - 1
    if isinstance(geometry, Rectangle):
        edges = (left, top, right, bottom)
        return Loss("pixels", max(abs(a - b) for a, b in zip(_edges(geometry), edges, strict=True)))
    box_wh = right - left, bottom - top
    here = moved(geometry, lambda point: (point[0] - left, point[1] - top))
    within = kind_of(here).inside(here, box_wh)
    shared = area_of(within) if within is not None else 0.0
    return Loss("iou", 1 - shared / (area_of(geometry) + box_wh[0] * box_wh[1] - shared))


def _answers(found: Attributes) -> str:
    if not found:
        return ""
    each = (f"<attribute><name>{text(n)}</name><value>{text(plain(v))}</value></attribute>" for n, v in found.items())
    return f"<attributes>{''.join(each)}</attributes>\n"


# --- reading --------------------------------------------------------------------------------------------------------

_TAG: Final = "annotation"
_ROOT: Final = re.compile(rb"<annotation[\s>]")
_SAID: Final = re.compile(rb"<corners>\s*(\w+)\s*</corners>")
_FROM_0: Final = re.compile(rb"<[xy]min>\s*[+-]?0+(\.0*)?\s*<")
_MOST_LOOKED_AT: Final = 2000
_EDGES: Final = ("xmin", "ymin", "xmax", "ymax")
_OF_ANSWERS: Final = ("attributes.attribute.name", "attributes.attribute.value", "attributes")
_OF_PICTURES: Final = frozenset(
    (
        *("folder", "filename", "path", "size.width", "size.height", "size.depth", "corners", "object."),
        *_OF_ANSWERS,
    )
)
_OF_OBJECTS: Final = frozenset(("name", *(f"bndbox.{edge}" for edge in _EDGES), "uid", "part.", *_OF_ANSWERS))
_USUAL: Final = {"pose": "Unspecified", "source.database": "Unknown"}
_NOTHING_SAID: Final = {"pose": "Unspecified", "truncated": "0", "difficult": "0"}
"""What most objects say of themselves, ours among them."""


def recognise(files: Files) -> bool:
    """Whether an XML file begins as those of Pascal VOC do."""
    return any(_is_voc(files, path) for path in files.ending(".xml")[:20])


def _is_voc(files: Files, path: str) -> bool:
    return _ROOT.search(files.head(path)[:4096]) is not None


def read(files: Files) -> LabelFile:
    """Open every XML file. Raises Invalid when none is of Pascal VOC."""
    paths = files.ending(".xml")
    if not recognise(files):
        raise refused("The upload", "not_voc", "holds no boxes of Pascal VOC: no XML file begins with <annotation>.")
    faults = Faults()
    splits = image_sets.Splits(files, SETS)
    corners, is_said = _corners(files, paths)

    def media() -> Iterator[FoundMedium]:
        for path in paths:
            try:
                for element in elements(files, path, _TAG, at_end=partial(_tell_around, path=path, faults=faults)):
                    split = splits.of(stem_of(path.rpartition("/")[2]))
                    yield _medium(element, path, split, corners, faults)
            except Invalid as error:
                faults.add(Place(path), error.issues[0].code, str(error))

    how = "from 0, as a box begins there" if corners == EXACT else "whole pixels from 1, as Pascal VOC counts them"
    notes = () if is_said else (f"The files do not say what their corners are; they were read as {how}.",)
    return LabelFile(classes=(), media=media, faults=faults, notes=notes)


def _tell_around(root: Any, path: str, faults: Faults) -> None:
    """Count what stands around the annotations of several pictures, where somebody put them into one file."""
    if root.tag != _TAG:
        told(faults, within(root.tag, leaves(root, frozenset((f"{_TAG}.",)))), Place(path, line=root.sourceline))


def _corners(files: Files, paths: Sequence[str]) -> tuple[str, bool]:
    """How corners are meant in all files together, and whether they say so."""
    from_0 = False
    for path in paths[:_MOST_LOOKED_AT]:
        head = files.head(path)
        said = _SAID.search(head)
        if said is not None:
            return (DEVKIT if said[1] == DEVKIT.encode() else EXACT), True
        from_0 = from_0 or _FROM_0.search(head) is not None
    return (EXACT if from_0 else DEVKIT), False


def _medium(element: Any, path: str, split: str, corners: str, faults: Faults) -> FoundMedium:
    place = Place(path, line=element.sourceline)
    objects = (_object(child, path, corners, faults) for child in element.findall("object"))
    return FoundMedium(
        place=place,
        path=(element.findtext("filename") or "").strip() or stem_of(path.rpartition("/")[2]),
        width=side(element.findtext("size/width")),
        height=side(element.findtext("size/height")),
        split=split,
        objects=tuple(one for one in objects if one is not None),
        answers=tuple(_found_answers(element, place)),
        asides=asides_of(leaves(element, _OF_PICTURES), place, _USUAL),
    )


def _object(element: Any, path: str, corners: str, faults: Faults) -> FoundObject | None:
    place = Place(path, line=element.sourceline)
    first: dict[str, Any] = {}
    for child in element:
        first.setdefault(child.tag, child)
    name = (_text_in(first.get("name")) or "").strip()
    if not name:
        faults.add(place, "no_class", "An object needs a <name>, which is its class.")
        return None
    try:
        geometry = _rectangle(first.get("bndbox"), corners)
    except ValueError as error:
        faults.add(place, "invalid_box", f"The box of “{name}” cannot be read: {error}.", name)
        return None
    others = leaves(element, _OF_OBJECTS)
    parts = (_object(child, path, corners, faults) for child in element.findall("part")) if "part" in first else ()
    return FoundObject(
        class_name=name,
        geometry=geometry,
        place=place,
        answers=tuple(_found_answers(element, place)) if "attributes" in first else (),
        nested=tuple(part for part in parts if part is not None),
        id=_text_in(first.get("uid")),
        asides=asides_of(others, place, _USUAL) if others != _NOTHING_SAID else (),
    )


def _text_in(element: Any) -> str | None:
    """The text of an element; None where there is none."""
    return None if element is None else element.text or ""


def _rectangle(box: Any, corners: str) -> Rectangle:
    edges = {edge.tag: edge.text or "" for edge in box} if box is not None else {}
    try:
        left, top, right, bottom = [float(edges[edge]) for edge in _EDGES]
    except (KeyError, ValueError):
        left, top, right, bottom = (_number(edges, edge) for edge in _EDGES)
    if corners == DEVKIT:
        left, top = left - 1, top - 1
    if right < left or bottom < top:
        raise ValueError("its last corner lies before its first")
    return Rectangle(left, top, right - left, bottom - top)


def _number(edges: dict[str, str], edge: str) -> float:
    value = edges.get(edge)
    if value is None:
        raise ValueError(f"it has no <{edge}>")
    try:
        return float(value)
    except ValueError:
        raise ValueError(f"<{edge}> is “{value[:20]}” and no number") from None


def _found_answers(element: Any, place: Place) -> Iterator[FoundAnswer]:
    for attribute in element.findall("attributes/attribute"):
        name, value = attribute.findtext("name"), attribute.findtext("value")
        if name and value:
            yield FoundAnswer(name=name, value=value, place=place)


SUPPORTS: Final = only_boxes(
    comments=refuses("Pascal VOC has no comments."),
    depth=refuses("Pascal VOC has no depth; it is lost."),
)
FORMAT: Final = Format(
    id="voc",
    name="Pascal VOC boxes",
    text="One XML file of boxes for each picture, as Pascal VOC, LabelImg and detectors of many kinds have them.",
    supports=SUPPORTS,
    settings=(CORNERS,),
    write=write,
    read=read,
    recognise=recognise,
    picture_path=lambda medium: f"JPEGImages/{medium.path}",
    # The devkit's corners are whole pixels.
    tolerance_px=1.0,
)
