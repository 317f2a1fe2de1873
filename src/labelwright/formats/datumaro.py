"""Datumaro's own JSON: `annotations/SUBSET.json` with boxes, polygons, polylines, points, masks.

What is nested has its parent's `group` and an attribute `parent`; the answers about a picture are the item's `attr`.
https://open-edge-platform.github.io/datumaro/latest/docs/data-formats/formats/datumaro.html
"""

import itertools
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec

from labelwright.exchange.archive import Archive
from labelwright.exchange.asides import OF_CLASSES, asides_of, beside, grouped, told, within
from labelwright.exchange.ellipses import read_ellipse
from labelwright.exchange.files import Files, refused
from labelwright.exchange.flat import FlatObject, Flattener, plain
from labelwright.exchange.format import Chosen, Format, all_but, converts, refuses
from labelwright.exchange.found import (
    SEVERAL_POINTS,
    Depth,
    Faults,
    FoundAnswer,
    FoundClass,
    FoundMedium,
    FoundObject,
    LabelFile,
    Place,
    Side,
    families,
)
from labelwright.exchange.ledger import Ledger
from labelwright.exchange.naming import UNSPLIT, stem_of
from labelwright.exchange.numbers import is_placeholder, names_by_number
from labelwright.exchange.pixels import mask_of, one_ring, segment_of
from labelwright.exchange.source import Medium, Source
from labelwright.formats.json_files import decoded_apart, element, others_in
from labelwright.formats.json_lists import LongList
from labelwright.model.geometry import Geometry, ImageSegmentation, Line, Point, Polygon, Rectangle
from labelwright.raster import decode_rle, encode_rle, pack_rle, unpack_rle

_VISIBLE: Final = 2
PARENT: Final = "parent"
UID: Final = "uid"
_KINDS: Final = {"bbox", "polygon", "polyline", "points", "mask", "ellipse"}


def write(source: Source, archive: Archive, settings: Chosen, ledger: Ledger) -> None:  # noqa: ARG001 - no settings
    """Write one file for each split."""
    flat = Flattener(source.scheme, SUPPORTS, ledger)
    places = source.scheme.indices
    for split in source.splits:
        with archive.file(f"annotations/{split or UNSPLIT}.json") as put:
            put(_opening(flat))
            between = b""
            for task in source.tasks(split):
                answers = flat.begin(task)
                if answers is not None:
                    objects = [_annotation(one, task.medium, places) for one in flat.objects(task)]
                    item = _item(task.medium, objects, {name: plain(value) for name, value in answers.items()})
                    put(between + msgspec.json.encode(item))
                    between = b",\n"
            put(b"\n]}\n")


def _opening(flat: Flattener) -> bytes:
    names = names_by_number(flat.scheme).values()
    labels = [{"name": name, "parent": "", "attributes": []} for name in names]
    head = {
        "dm_format_version": "1.0",
        "media_type": 2,
        "infos": {},
        "categories": {"label": {"labels": labels, "label_groups": [], "attributes": []}},
    }
    return msgspec.json.encode(head)[:-1] + b',"items":[\n'


def _item(medium: Medium, objects: list[dict[str, Any]], answers: dict[str, str]) -> dict[str, Any]:
    image = {"path": medium.path, "size": [medium.height, medium.width]}
    return {"id": stem_of(medium.path), "annotations": objects, "attr": answers, "image": image}


def _annotation(one: FlatObject, medium: Medium, places: dict[str, int]) -> dict[str, Any]:
    annotation = one.labelled.annotation
    attributes: dict[str, Any] = {name: plain(value) for name, value in one.attributes.items()} | {UID: one.id}
    if one.parent is not None:
        attributes[PARENT] = one.parent
    return {
        "id": one.number,
        "type": "",
        "attributes": attributes,
        "group": (one.parent if one.parent is not None else one.number) + 1,
        "label_id": places[one.labelled.annotation.class_id],
        "z_order": annotation.z,
        **_shape(one.geometry, medium),
    }


def _shape(geometry: Geometry, medium: Medium) -> dict[str, Any]:
    match geometry:
        case Rectangle(x=x, y=y, w=w, h=h):
            return {"type": "bbox", "bbox": [x, y, w, h]}
        case Polygon(points=points) | ImageSegmentation(rings=(points,)):
            return {"type": "polygon", "points": _flat(points)}
        case Line(points=points):
            return {"type": "polyline", "points": _flat(points)}
        case Point(x=x, y=y):
            return {"type": "points", "points": [x, y], "visibility": [2]}
        case ImageSegmentation(rings=rings):
            runs, _ = mask_of(geometry, medium.size_wh)
            if not runs.row.size:  # no pixel's centre lies in it, and a mask would be nothing at all
                return {"type": "polygon", "points": _flat(one_ring(rings))}
            width, height = medium.size_wh
            packed = {"counts": pack_rle(encode_rle(runs, medium.size_wh)), "size": [height, width]}
            return {"type": "mask", "rle": packed}
    raise AssertionError(geometry)


def _flat(points: tuple[tuple[float, float], ...]) -> list[float]:
    return [value for point in points for value in point]


# --- reading --------------------------------------------------------------------------------------------------------


class _Rle(msgspec.Struct):
    counts: str
    size: tuple[int, int]


class _Found(msgspec.Struct):
    type: str
    id: int = 0
    label_id: int | None = None
    group: int = 0
    attributes: dict[str, Any] = {}
    z_order: Depth = 0
    bbox: tuple[float, float, float, float] | None = None
    points: list[float] = []
    rle: _Rle | None = None


class _Picture(msgspec.Struct, frozen=True):
    path: str = ""
    size: tuple[Side, Side] | None = None


class _Item(msgspec.Struct):
    id: str
    annotations: list[msgspec.Raw] = []
    attr: dict[str, Any] = {}
    image: _Picture = _Picture()


class _Label(msgspec.Struct):
    name: str


class _Labels(msgspec.Struct, frozen=True):
    labels: list[_Label] = []


class _Categories(msgspec.Struct, frozen=True):
    label: _Labels = _Labels()


class _File(msgspec.Struct):
    items: list[msgspec.Raw]
    categories: _Categories = _Categories()


class _Opened(NamedTuple):
    labels: list[_Label]
    items: LongList


class _Below(msgspec.Struct):
    categories: msgspec.Raw = msgspec.Raw(b"{}")


class _OfLabels(msgspec.Struct):
    label: msgspec.Raw = msgspec.Raw(b"{}")


class _Each(msgspec.Struct):
    labels: list[msgspec.Raw] = []


class _OfImage(msgspec.Struct):
    image: msgspec.Raw = msgspec.Raw(b"{}")


_FILE: Final = msgspec.json.Decoder(_File)
_ITEM: Final = msgspec.json.Decoder(_Item)
_BELOW: Final = msgspec.json.Decoder(_Below)
_LABELS: Final = msgspec.json.Decoder(_OfLabels)
_EACH: Final = msgspec.json.Decoder(_Each)
_IMAGE: Final = msgspec.json.Decoder(_OfImage)
_OF_FILES: Final = frozenset(("items", "categories", "dm_format_version", "media_type"))
_OF_ANNOTATIONS: Final = frozenset(_Found.__struct_encode_fields__)
_OF_ITEMS: Final = frozenset(_Item.__struct_encode_fields__)
_OF_PICTURES: Final = frozenset(_Picture.__struct_encode_fields__)
_FOUND: Final = msgspec.json.Decoder(_Found)
_KEYS: Final = frozenset(("items", "categories"))


def recognise(files: Files) -> bool:
    """Whether some JSON file has categories and items."""
    return bool(files.having(_KEYS, files.beginning(".json")))


def read(files: Files) -> LabelFile:
    """Open every file of Datumaro. Raises Invalid."""
    paths = files.having(_KEYS, files.ending(".json"))
    if not paths:
        raise refused("The upload", "not_datumaro", "holds no Datumaro file: no JSON with “categories” and “items”.")
    faults = Faults()
    contents = {path: _opened(files, path, faults) for path in paths}
    names = {
        label.name: number
        for opened in contents.values()
        for number, label in enumerate(opened.labels)
        if not is_placeholder(label.name)
    }

    def media() -> Iterator[FoundMedium]:
        for path, opened in contents.items():
            for number, raw in enumerate(opened.items):
                place = Place(path, pointer=f"/items/{number}")
                item = element(raw, _ITEM, "item", place, faults)
                if item is not None:
                    medium = _medium(item, place, number, opened.labels, faults)
                    asides = asides_of(_others(raw) | _deep(item.attr), place)
                    yield msgspec.structs.replace(medium, asides=asides) if asides else medium

    classes = tuple(FoundClass(name=name, number=number) for name, number in names.items())
    return LabelFile(classes=classes, media=media, faults=faults)


def _opened(files: Files, path: str, faults: Faults) -> _Opened:
    found, (text, items) = decoded_apart(files.read(path), path, "items", _FILE, "Datumaro file")
    told(faults, others_in(text, _OF_FILES), Place(path))
    categories = _BELOW.decode(text).categories
    told(faults, others_in(categories, ("label",)), Place(path, pointer="/categories"), OF_CLASSES)
    of_labels = _LABELS.decode(categories).label
    told(faults, others_in(of_labels, ("labels",)), Place(path, pointer="/categories/label"), OF_CLASSES)
    for number, raw in enumerate(_EACH.decode(of_labels).labels):
        told(faults, others_in(raw, ("name",)), Place(path, pointer=f"/categories/label/labels/{number}"), OF_CLASSES)
    return _Opened(found.categories.label.labels, items)


def _others(raw: msgspec.Raw) -> dict[str, Any]:
    """What an item has besides, and its picture."""
    return others_in(raw, _OF_ITEMS) | within("image", others_in(_IMAGE.decode(raw).image, _OF_PICTURES))


def _medium(item: _Item, place: Place, number: int, labels: list[_Label], faults: Faults) -> FoundMedium:
    path = place.file
    found: dict[int, FoundObject] = {}
    parents: dict[int, int] = {}
    groups: dict[int, int | None] = {}
    spare = itertools.count(-1, -1)
    for index, raw in enumerate(item.annotations):
        at = Place(path, pointer=f"/items/{number}/annotations/{index}")
        annotation = element(raw, _FOUND, "annotation", at, faults)
        if annotation is None:
            continue
        others = others_in(raw, _OF_ANNOTATIONS) | _deep(annotation.attributes)
        if others.get("visibility") == [_VISIBLE] * (len(annotation.points) // 2):
            del others["visibility"]
        asides = asides_of(others, at)
        for part in _points_apart(annotation, faults):
            one = _object(part, labels, item.image.size, at, faults)
            if one is not None:
                key = part.id if part.id not in found else next(spare)
                found[key] = msgspec.structs.replace(one, asides=asides) if asides else one
                groups[key] = part.group or None
                if isinstance(part.attributes.get(PARENT), int):
                    parents[key] = part.attributes[PARENT]
    for key, group in grouped(groups, parents).items():
        found[key] = beside(found[key], group=group)
    stem = path.rpartition("/")[2].removesuffix(".json")
    height, width = item.image.size or (None, None)
    return FoundMedium(
        place=place,
        path=item.image.path or item.id,
        width=width,
        height=height,
        split="" if stem == UNSPLIT else stem,
        objects=tuple(families(found, parents)),
        answers=tuple(_answers(item.attr, place)),
    )


def _points_apart(annotation: _Found, faults: Faults) -> list[_Found]:
    """What an annotation stands for: as many as it has points, where it has several; the first has its `uid`."""
    values = annotation.points
    if annotation.type != "points" or len(values) % 2 or len(values) <= 2:
        return [annotation]
    faults.become(SEVERAL_POINTS)
    attributes = {name: value for name, value in annotation.attributes.items() if name != UID}
    return [
        msgspec.structs.replace(
            annotation, points=values[at : at + 2], attributes=attributes if at else annotation.attributes
        )
        for at in range(0, len(values), 2)
    ]


def _object(
    annotation: _Found, labels: list[_Label], size: tuple[int, int] | None, place: Place, faults: Faults
) -> FoundObject | None:
    if annotation.label_id is None or not 0 <= annotation.label_id < len(labels):
        text = f"There is no label {annotation.label_id}; the file lists {len(labels)}, from 0."
        faults.add(place, "unknown_label", text, annotation.label_id)
        return None
    if annotation.type not in _KINDS:
        faults.add(place, "unknown_shape", f"A {annotation.type} is no shape that is known here.", annotation.type)
        return None
    try:
        is_ellipse = annotation.type == "ellipse"
        geometry = _ellipse(annotation, faults) if is_ellipse else _geometry(annotation, size)
    except ValueError as error:
        faults.add(place, "invalid_shape", f"The {annotation.type} cannot be read: {error}.")
        return None
    uid = annotation.attributes.get(UID)
    answers = {name: value for name, value in annotation.attributes.items() if name not in {PARENT, UID}}
    return FoundObject(
        class_name=labels[annotation.label_id].name,
        geometry=geometry,
        place=place,
        answers=tuple(_answers(answers, place)),
        id=uid if isinstance(uid, str) else None,
        z=annotation.z_order,
    )


def _geometry(annotation: _Found, size: tuple[int, int] | None) -> Geometry:
    if annotation.type == "bbox" and annotation.bbox is not None:
        return Rectangle(*annotation.bbox)
    if annotation.type == "mask" and annotation.rle is not None:
        height, width = annotation.rle.size
        if size is not None and (height, width) != tuple(size):
            raise ValueError(f"it is of the size {[height, width]}, the picture of {list(size)}")
        segment = segment_of(decode_rle(unpack_rle(annotation.rle.counts), (width, height)))
        if segment is None:
            raise ValueError("it has no pixels")
        return segment
    values = annotation.points
    points = tuple(zip(values[::2], values[1::2], strict=False))
    if len(values) % 2 or not points or (annotation.type == "points" and len(points) != 1):
        raise ValueError(f"it has {len(values)} numbers")
    if annotation.type == "points":
        return Point(*points[0])
    return Line(points) if annotation.type == "polyline" else Polygon(points)


def _ellipse(annotation: _Found, faults: Faults) -> Geometry:
    """An ellipse by the corners of its box."""
    if len(annotation.points) != 4:
        raise ValueError(f"it has {len(annotation.points)} numbers, the corners of its box are 4")
    left, top, right, bottom = annotation.points
    across, down = (right - left) / 2, (bottom - top) / 2
    return read_ellipse((left + across, top + down), (across, down), 0, faults)


def _deep(found: dict[str, Any]) -> dict[str, Any]:
    """What is no answer, as it is a list or an object."""
    return {name: value for name, value in found.items() if isinstance(value, (list, dict))}


def _answers(found: dict[str, Any], place: Place) -> Iterator[FoundAnswer]:
    for name, value in found.items():
        if value is not None and value != "" and not isinstance(value, (list, dict)):
            text = str(value).lower() if isinstance(value, bool) else str(value)
            yield FoundAnswer(name=name, value=text, place=place)


SUPPORTS: Final = all_but(
    image_segmentation=converts("A segment is a polygon."),
    holes=converts("A segment with holes is a mask: its pixels, without the fractions of its outline."),
    nested=converts("A nested geometry has its parent's group and an attribute that names it."),
    comments=refuses("Datumaro has no comments."),
)
FORMAT: Final = Format(
    id="datumaro",
    name="Datumaro",
    text="JSON for Datumaro, which converts it into many more.",
    supports=SUPPORTS,
    write=write,
    main="annotations/default.json",
    read=read,
    recognise=recognise,
)
