"""GeoJSON in pixels: one feature for each annotation, for programs that work with maps. y runs down, as in pictures.

Holes are rings of a polygon; a feature without a geometry stands for each picture, with its answers. RFC 7946 in
shape; its coordinates are no longitudes, as `crs` says.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec

from labelwright.exchange.archive import Archive
from labelwright.exchange.asides import asides_of, told, within
from labelwright.exchange.files import Files, refused
from labelwright.exchange.flat import Attributes, FlatObject, Flattener
from labelwright.exchange.format import Chosen, Format, all_but
from labelwright.exchange.found import (
    Depth,
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
from labelwright.exchange.shapes import segment_of_rings
from labelwright.exchange.source import Medium, Source, TaskLabels
from labelwright.formats.json_files import answers_of, attempted_apart, element, others_in
from labelwright.formats.json_groups import groups
from labelwright.formats.json_lists import raws_in
from labelwright.model.geometry import Geometry, ImageSegmentation, Line, Point, Polygon, Rectangle

# A plane of pixels whose y runs down, in the words that GDAL and QGIS have for it; anything else they take for degrees.
_PLANE: Final = 'LOCAL_CS["pixels",UNIT["pixel",1],AXIS["x",EAST],AXIS["y",SOUTH]]'
_OUR_CRS: Final = {"type": "name", "properties": {"name": _PLANE}}
_CRS: Final = msgspec.json.encode(_OUR_CRS)
_OPENING: Final = b'{"type":"FeatureCollection","crs":' + _CRS + b',"features":[\n'


def write(source: Source, archive: Archive, settings: Chosen, ledger: Ledger) -> None:  # noqa: ARG001 - no settings
    """Write one file for each split, one feature a line."""
    flat = Flattener(source.scheme, SUPPORTS, ledger)
    for split in source.splits:
        with archive.file(f"labels_{split}.geojson" if split else "labels.geojson") as put:
            put(_OPENING)
            between = b""
            for task in source.tasks(split):
                for feature in _features(task, flat):
                    put(between + msgspec.json.encode(feature))
                    between = b",\n"
            put(b"\n]}\n")


def _features(task: TaskLabels, flat: Flattener) -> Iterator[dict[str, Any]]:
    answers: Attributes = flat.begin(task, needs_size=False) or {}
    medium = task.medium
    size = {"width": medium.width, "height": medium.height}
    picture = {"medium": medium.path, "medium_id": medium.id, **size, "state": task.state, "answers": answers}
    yield {"type": "Feature", "geometry": None, "properties": picture}
    ids: list[str] = []
    for one in flat.objects(task):
        ids.append(one.id)
        yield _feature(one, ids, medium)


def _feature(one: FlatObject, ids: list[str], medium: Medium) -> dict[str, Any]:
    annotation = one.labelled.annotation
    properties: dict[str, Any] = {
        "medium": medium.path,
        "class": one.name,
        "kind": one.labelled.label_class.type,
        "answers": one.attributes,
    }
    if one.parent is not None:
        properties["parent"] = ids[one.parent]
    if annotation.comment:
        properties["comment"] = annotation.comment
    if annotation.z:
        properties["z"] = annotation.z
    return {"type": "Feature", "id": one.id, "geometry": _shape(one.geometry), "properties": properties}


def _shape(geometry: Geometry) -> dict[str, Any]:
    match geometry:
        case Point(x=x, y=y):
            return {"type": "Point", "coordinates": (x, y)}
        case Line(points=points):
            return {"type": "LineString", "coordinates": points}
        case Rectangle(x=x, y=y, w=w, h=h):
            ring = ((x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y))
            return {"type": "Polygon", "coordinates": [ring], "xywh": [x, y, w, h]}
        case Polygon(points=points):
            return {"type": "Polygon", "coordinates": [(*points, points[0])]}
        case ImageSegmentation(rings=rings):
            return {"type": "Polygon", "coordinates": [(*ring, ring[0]) for ring in rings]}
    raise AssertionError(geometry)


# --- reading --------------------------------------------------------------------------------------------------------


class _Shape(msgspec.Struct):
    type: str
    coordinates: Any
    xywh: tuple[float, float, float, float] | None = None


class _Properties(msgspec.Struct, frozen=True):
    medium: str = ""
    medium_id: str | None = None
    width: Side | None = None
    height: Side | None = None
    state: str | None = None
    label: str = msgspec.field(name="class", default="")
    kind: str = ""
    answers: dict[str, Any] = {}
    parent: str | None = None
    comment: str | None = None
    z: Depth = 0


class _Feature(msgspec.Struct):
    geometry: _Shape | None = None
    properties: _Properties = _Properties()
    id: str | int | None = None


class _OfMedium(msgspec.Struct, frozen=True):
    medium: str = ""


class _Named(msgspec.Struct):
    properties: _OfMedium = _OfMedium()


class _Found(NamedTuple):
    place: Place
    feature: _Feature
    asides: tuple[FoundAnswer, ...]


class _Properly(msgspec.Struct):
    geometry: msgspec.Raw = msgspec.Raw(b"{}")
    properties: msgspec.Raw = msgspec.Raw(b"null")


class _File(msgspec.Struct):
    features: list[msgspec.Raw]


_FILE: Final = msgspec.json.Decoder(_File)
_NAME: Final = msgspec.json.Decoder(_Named)
_NAMED: Final = msgspec.json.Decoder(list[_Named])
_FEATURE: Final = msgspec.json.Decoder(_Feature)
_PROPERTIES: Final = msgspec.json.Decoder(_Properly)
_OF_PICTURES: Final = frozenset(_Properties.__struct_encode_fields__)
_OF_OBJECTS: Final = _OF_PICTURES - {"medium_id", "width", "height", "state"}
_OF_SHAPES: Final = frozenset((*_Shape.__struct_encode_fields__, "bbox"))
_OF_FEATURES: Final = frozenset(("type", "geometry", "properties", "id", "bbox"))
_KEYS: Final = frozenset(("type", "features"))
_OF_FILES: Final = _KEYS | {"bbox"}  # which follows from the rest


def recognise(files: Files) -> bool:
    """Whether some file is a collection of features."""
    return bool(files.having(_KEYS, files.beginning(".geojson", ".json")))


def read(files: Files) -> LabelFile:
    """Open every file of features. Raises Invalid."""
    paths = files.having(_KEYS, files.ending(".geojson", ".json"))
    if not paths:
        raise refused("The upload", "not_geojson", "holds no GeoJSON: no FeatureCollection.")
    faults = Faults()

    def media() -> Iterator[FoundMedium]:
        for path in paths:
            yield from _media(files, path, faults)

    return LabelFile(classes=(), media=media, faults=faults)


def _media(files: Files, path: str, faults: Faults) -> Iterator[FoundMedium]:
    opened = attempted_apart(files, path, "features", _FILE, faults)
    if opened is None:
        return
    _, (rest, features) = opened
    others = {name: value for name, value in others_in(rest, _OF_FILES).items() if value != _OUR_CRS}
    told(faults, others, Place(path))
    for group in groups(features, _names):
        found = [one for number, raw in group if (one := _found(number, raw, path, faults)) is not None]
        if found:
            yield _medium(found, faults)


def _names(text: bytes) -> list[str | None]:
    """The names of the pictures that features are of."""
    try:
        return [one.properties.medium for one in _NAMED.decode(text)]
    except (msgspec.ValidationError, RecursionError):
        return list(map(_name, raws_in(text)))


def _name(raw: msgspec.Raw) -> str | None:
    try:
        return _NAME.decode(raw).properties.medium
    except (msgspec.ValidationError, RecursionError):
        return None


def _found(number: int, raw: msgspec.Raw, path: str, faults: Faults) -> _Found | None:
    place = Place(path, pointer=f"/features/{number}")
    feature = element(raw, _FEATURE, "feature", place, faults)
    return None if feature is None else _Found(place, feature, tuple(_asides(raw, feature, place)))


def _asides(raw: msgspec.Raw, feature: _Feature, place: Place) -> Iterator[FoundAnswer]:
    """What a feature and its properties have besides."""
    yield from asides_of(others_in(raw, _OF_FEATURES), place)
    members = _PROPERTIES.decode(raw)
    if feature.geometry is not None:
        yield from asides_of(within("geometry", others_in(members.geometry, _OF_SHAPES)), place)
    properties = members.properties
    if bytes(properties) != b"null":
        known = _OF_PICTURES if feature.geometry is None else _OF_OBJECTS
        yield from asides_of(others_in(properties, known), place)


def _medium(found: list[_Found], faults: Faults) -> FoundMedium:
    picture = next((one.feature.properties for one in found if one.feature.geometry is None), _Properties())
    objects: dict[str, FoundObject] = {}
    parents: dict[str, str] = {}
    for place, feature, asides in found:
        if feature.geometry is None:
            continue
        try:
            geometry = _geometry(feature.geometry, feature.properties.kind)
        except (TypeError, ValueError) as error:
            faults.add(place, "invalid_geometry", f"The {feature.geometry.type} cannot be read: {error}.")
            continue
        own = str(feature.id) if feature.id is not None else ""
        key = own if own and own not in objects else place.pointer or ""
        objects[key] = _object(feature, geometry, place, asides)
        if feature.properties.parent is not None:
            parents[key] = feature.properties.parent
    return FoundMedium(
        place=found[0].place,
        path=found[0].feature.properties.medium,
        id=picture.medium_id,
        width=picture.width,
        height=picture.height,
        state=picture.state,
        objects=tuple(families(objects, parents)),
        answers=tuple(answers_of(picture.answers, found[0].place)),
        asides=tuple(aside for one in found if one.feature.geometry is None for aside in one.asides),
    )


def _object(feature: _Feature, geometry: Geometry, place: Place, asides: tuple[FoundAnswer, ...]) -> FoundObject:
    properties = feature.properties
    return FoundObject(
        class_name=properties.label,
        geometry=geometry,
        place=place,
        answers=tuple(answers_of(properties.answers, place)),
        id=feature.id if isinstance(feature.id, str) else None,
        comment=properties.comment,
        z=properties.z,
        asides=asides,
    )


def _geometry(shape: _Shape, kind: str) -> Geometry:
    if shape.type == "Point":
        return Point(*msgspec.convert(shape.coordinates, tuple[float, float]))
    if shape.type == "LineString":
        return Line(msgspec.convert(shape.coordinates, tuple[tuple[float, float], ...]))
    if shape.xywh is not None:
        return Rectangle(*shape.xywh)
    if shape.type == "Polygon":
        rings = msgspec.convert(shape.coordinates, list[tuple[tuple[float, float], ...]])
        return _rings([rings], kind)
    if shape.type == "MultiPolygon":
        return _rings(msgspec.convert(shape.coordinates, list[list[tuple[tuple[float, float], ...]]]), kind)
    raise ValueError("this type is not known here")


def _rings(parts: list[list[tuple[tuple[float, float], ...]]], kind: str) -> Geometry:
    opened = [[ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring for ring in part] for part in parts]
    if not opened or any(len(ring) < 3 for part in opened for ring in part):
        raise ValueError("a ring needs three points")
    if len(opened) == 1 and len(opened[0]) == 1 and kind != "image_segmentation":
        return Polygon(opened[0][0])
    return segment_of_rings([part[0] for part in opened], [ring for part in opened for ring in part[1:]])


SUPPORTS: Final = all_but()
FORMAT: Final = Format(
    id="geojson",
    name="GeoJSON in pixels",
    text="One feature for each annotation, for QGIS, shapely and their like.",
    supports=SUPPORTS,
    write=write,
    main="labels.geojson",
    read=read,
    recognise=recognise,
)
