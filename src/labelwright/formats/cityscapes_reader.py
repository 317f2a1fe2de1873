"""Read Cityscapes: polygons where there are some, else instance ids or label ids."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from labelwright.exchange.asides import OF_CLASSES, asides_of, told
from labelwright.exchange.files import Files, refused
from labelwright.exchange.found import (
    Depth,
    Faults,
    FoundClass,
    FoundMedium,
    FoundObject,
    LabelFile,
    Place,
    Side,
    families,
)
from labelwright.exchange.shapes import from_ring
from labelwright.formats import mask_pictures
from labelwright.formats.cityscapes_labels import FIRST_WITH_INSTANCES, INSTANCES, NAMES
from labelwright.formats.csv_files import rows_of
from labelwright.formats.json_files import attempted_whole, element, others_in
from labelwright.formats.masks_instance import answers_of
from labelwright.formats.whole import whole
from labelwright.model.geometry import Geometry, Polygon, Rectangle

LABELS: Final = "labels.csv"
_POLYGONS, _INSTANCES, _LABELS = "_polygons.json", "_instanceIds.png", "_labelIds.png"
_TAILS: Final = (_POLYGONS, _INSTANCES, _LABELS)
"""How the files of a picture end, those that say most of it first: that is read."""
_GROUP: Final = "group"
_OF_LABELS: Final = frozenset(("id", "name", "has_instances", "color"))


class _Object(msgspec.Struct):
    label: str
    polygon: list[tuple[float, float]] = []
    deleted: int = 0
    kind: str = ""
    uid: str | None = None
    parent: int | None = None
    attributes: dict[str, Any] = {}
    comment: str | None = None
    z: Depth = 0


class _Content(msgspec.Struct):
    imgHeight: Side  # noqa: N815 - as in the file
    imgWidth: Side  # noqa: N815
    objects: list[msgspec.Raw]
    picture: str = ""
    medium_id: str | None = None
    attributes: dict[str, Any] = {}


_CONTENT: Final = msgspec.json.Decoder(_Content)
_OBJECT: Final = msgspec.json.Decoder(_Object)
_OF_FILES: Final = frozenset(_Content.__struct_encode_fields__)
# Who drew it when is of the program that it was drawn with.
_OF_OBJECTS: Final = frozenset((*_Object.__struct_encode_fields__, "id", "date", "user", "verified", "draw"))


def recognise(files: Files) -> bool:
    """Whether files are named as in Cityscapes."""
    return any(_is_there(path) for path in files.paths)


def _is_there(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.endswith(_TAILS) and ("_gtFine_" in name or "_gtCoarse_" in name)


def _parted(path: str) -> tuple[str, str]:
    """What the files of one picture begin with, and how this one ends."""
    start, _, tail = path.rpartition("_")
    return start, f"_{tail}"


def read(files: Files) -> LabelFile:
    """Open the files of each picture. Raises Invalid when there are none."""
    if not recognise(files):
        raise refused("The upload", "not_cityscapes", "holds no file named …_gtFine_polygons.json or …_labelIds.png.")
    faults = Faults()
    root = mask_pictures.find_root(files, LABELS)
    names = dict(enumerate(NAMES)) if root is None else _names(files, root + LABELS, faults)

    def media() -> Iterator[FoundMedium]:
        for path in filter(_is_there, files.paths):
            start, tail = _parted(path)
            if any(f"{start}{better}" in files.sizes for better in _TAILS[: _TAILS.index(tail)]):
                continue
            if tail == _POLYGONS:
                yield from _of_polygons(files, start, names, faults)
            else:
                yield _of_pixels(files, start, tail, names, faults)

    classes = tuple(FoundClass(name=name) for number, name in names.items() if number or root is not None)
    return LabelFile(classes=classes, media=media, faults=faults)


def _names(files: Files, path: str, faults: Faults) -> dict[int, str]:
    """Names by id, of `labels.csv`."""
    found: dict[int, str] = {}
    for line, fields in rows_of(files, path, faults):
        name = fields.get("name", "")
        others = {column: text for column, text in fields.items() if column not in _OF_LABELS}
        told(faults, others, Place(path, line=line), OF_CLASSES)
        if (number := whole(fields.get("id"))) is not None and name:
            found[number] = name
        else:
            faults.add(Place(path, line=line), "invalid_class", "A label needs an id and a name.", fields.get("id"))
    return found


def _picture(start: str) -> str:
    """The picture's path where the file does not say it."""
    name = start.rpartition("_")[0]
    return f"{name.replace('gtFine/', 'leftImg8bit/').replace('gtCoarse/', 'leftImg8bit/')}_leftImg8bit.png"


# --- polygons ---------------------------------------------------------------------------------------------------------


def _of_polygons(files: Files, start: str, names: dict[int, str], faults: Faults) -> Iterator[FoundMedium]:
    path = f"{start}{_POLYGONS}"
    opened = attempted_whole(files, path, _CONTENT, _OF_FILES, faults, ("list of polygons", "invalid_polygons"))
    if opened is None:
        return
    content, others = opened
    deleted = 0
    found: dict[str, FoundObject] = {}
    parents: dict[str, str] = {}
    for number, raw in enumerate(content.objects):
        place = Place(path, pointer=f"/objects/{number}")
        one = element(raw, _OBJECT, "object", place, faults)
        deleted += bool(one and one.deleted)
        if one is None or one.deleted:
            continue
        if len(one.polygon) < 3:
            text = f"A {one.label[:60]} has {len(one.polygon)} points; a polygon needs three."
            faults.add(place, "invalid_polygon", text, len(one.polygon))
            continue
        read = _found(one, place, set(names.values()))
        asides = asides_of(others_in(raw, _OF_OBJECTS), place)
        found[str(number)] = msgspec.structs.replace(read, asides=asides) if asides else read
        if one.parent is not None:
            parents[str(number)] = str(one.parent)
    yield FoundMedium(
        place=Place(path),
        path=content.picture or _picture(start),
        id=content.medium_id,
        width=content.imgWidth,
        height=content.imgHeight,
        split=mask_pictures.split_of(path),
        objects=tuple(families(found, parents)),
        answers=tuple(answers_of(content.attributes, Place(path))),
        asides=asides_of(others | {"deleted": deleted}, Place(path)),
    )


def _found(one: _Object, place: Place, names: set[str]) -> FoundObject:
    base = one.label.removesuffix(_GROUP)
    # A group of objects that nobody told apart has its class's name with this ending.
    name = base if one.label not in names and base in names else one.label
    return FoundObject(
        class_name=name,
        geometry=_geometry(one),
        place=place,
        answers=tuple(answers_of(one.attributes, place)),
        id=one.uid,
        comment=one.comment,
        z=one.z,
    )


def _geometry(one: _Object) -> Geometry:
    points = tuple(one.polygon)
    if one.kind == "rectangle" and len(points) == 4:
        (left, top), (right, bottom) = points[0], points[2]
        return Rectangle(left, top, right - left, bottom - top)
    if one.kind != "image_segmentation":
        return Polygon(points)
    return from_ring(points, segmented=True)


# --- pixels -----------------------------------------------------------------------------------------------------------


def _of_pixels(files: Files, start: str, tail: str, names: dict[int, str], faults: Faults) -> FoundMedium:
    path = f"{start}{tail}"
    pixels = mask_pictures.read_pixels(files, path, faults)
    objects = () if pixels is None else tuple(_objects(pixels, Place(path), names, faults))
    return FoundMedium(
        place=Place(path),
        path=_picture(start),
        width=pixels.size_wh[0] if pixels else None,
        height=pixels.size_wh[1] if pixels else None,
        split=mask_pictures.split_of(path),
        objects=objects,
    )


def _objects(
    pixels: mask_pictures.Pixels, place: Place, names: dict[int, str], faults: Faults
) -> Iterator[FoundObject]:
    for value, pieces in mask_pictures.pieces_of(pixels.runs, [0]).items():
        is_one = value >= INSTANCES
        name = names.get(value // INSTANCES if is_one else value)
        if name is None:
            faults.add(place, "unknown_value", f"Pixels have the value {value}, which no label has.", value)
            continue
        is_thing = is_one or value >= FIRST_WITH_INSTANCES
        for group in [pieces] if is_one else [[piece] for piece in pieces]:
            for geometry in mask_pictures.geometries(group, "polygon" if is_thing else "image_segmentation"):
                yield FoundObject(class_name=name, geometry=geometry, place=place)
