"""What Label Studio has of one picture: its regions, and what is answered about them."""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs, unquote

import msgspec

from labelwright.exchange.asides import asides_of
from labelwright.exchange.ellipses import read_ellipse
from labelwright.exchange.found import Faults, FoundAnswer, FoundObject, Place, Side, stretched
from labelwright.exchange.pixels import runs_of, segment_of
from labelwright.exchange.shapes import from_ring, turned_box
from labelwright.formats.json_files import element, others_in
from labelwright.formats.mask_texts import mask_of_brush, mask_of_png
from labelwright.model.geometry import Geometry, Line, Point, Rectangle

IMAGE: Final = "image"
LOCAL_FILES: Final = "/data/local-files/"
# What was uploaded gets eight digits before its name.
_UPLOADED: Final = re.compile(r"^.*/data/upload/\d+/[0-9a-f]{8}-|^/data/upload/\d+/[0-9a-f]{8}-")
# Where the answers of each kind of question stand.
ANSWERS: Final = {"textarea": "text"} | {kind: kind for kind in ("choices", "taxonomy", "number", "rating", "datetime")}
# What an answer about a region has of it.
PLACED: Final = ("x", "points", "vertices", "rotation", "rle", "imageDataURL")


class _Result(msgspec.Struct):
    type: str
    value: dict[str, Any] = {}
    id: str = ""
    from_name: str = ""
    original_width: Side | None = None
    original_height: Side | None = None
    parentID: str | None = None  # noqa: N815 - the format's name
    meta: dict[str, Any] = {}
    from_id: str = ""
    to_id: str = ""
    direction: str = ""
    labels: list[Any] = []


_RESULT: Final = msgspec.json.Decoder(_Result)
_USUAL: Final = {"origin": "manual"}
_OF_RESULTS: Final = frozenset((*_Result.__struct_encode_fields__, "to_name"))
_OF_VALUES: Final = frozenset(
    (
        *("x", "y", "width", "height", "rotation", "radiusX", "radiusY", "points", "vertices", "closed", "rle"),
        *("imageDataURL", "format", "labels"),
    )
)


def picture_in(data: Mapping[str, Any]) -> str:
    """The address of the picture among the data of a task: by its name, else the first text."""
    named = next((str(value) for name, value in data.items() if name in {IMAGE, "img", "image_url", "url"}), "")
    return named or next((value for value in data.values() if isinstance(value, str)), "")


def path_of(address: str) -> str:
    """The path of a picture that Label Studio has at an address of its own, or beside its tasks."""
    head, _, query = address.partition("?")
    if head.endswith(LOCAL_FILES):
        return parse_qs(query).get("d", [""])[0].removeprefix("images/")
    if head.startswith("/data/") or "://" in head:
        head = unquote(head)
    return _UPLOADED.sub("", head).removeprefix("images/")


class Regions:
    """The results of one task: regions, and the answers that belong to them."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._found: dict[str, FoundObject] = {}
        self.answers: dict[str, list[FoundAnswer]] = {}
        self.asides: list[FoundAnswer] = []
        self.parents: dict[str, str] = {}
        self.width: int | None = None
        self.height: int | None = None

    def take(self, raw: msgspec.Raw, place: Place) -> None:
        one = element(raw, _RESULT, "result", place, self._faults)
        if one is None:
            return
        self.width, self.height = one.original_width or self.width, one.original_height or self.height
        if one.type == "relation":
            ends = " ".join(filter(None, (one.from_id, one.direction, one.to_id, *map(str, one.labels))))
            self.asides += asides_of({"relation": ends}, place)
        elif one.type in ANSWERS:
            self._answer(one, raw, place)
        else:
            self._region(one, raw, place)

    def _answer(self, one: _Result, raw: msgspec.Raw, place: Place) -> None:
        self.asides += asides_of(others_in(raw, _OF_RESULTS) | _others_of(one), place, _USUAL)
        found = one.value.get(ANSWERS[one.type], [])
        values = found if isinstance(found, list) else [found]
        texts = tuple(str(value[-1] if isinstance(value, list) and value else value) for value in values)
        is_own = any(key in one.value for key in PLACED) or one.id in self._found
        owner = one.id if is_own else ""
        label = self._found[owner].class_name if owner in self._found else "picture"
        name = one.from_name.removeprefix(f"{label}_")
        answer = FoundAnswer(name=name, value=texts[0] if len(texts) == 1 else texts, place=place)
        self.answers.setdefault(owner, []).append(answer)

    def _region(self, one: _Result, raw: msgspec.Raw, place: Place) -> None:
        labels = one.value.get(one.type) or one.value.get("labels")
        try:
            geometry = self._geometry(one)
        except (TypeError, ValueError, KeyError) as error:
            self._faults.add(place, "invalid_region", f"The {one.type} cannot be read: {error}.", one.id)
            return
        if geometry is None or not isinstance(labels, list) or not labels:
            text = f"A region of the type {one.type} is no shape that is known here, or it has no label."
            self._faults.add(place, "unknown_shape", text, one.type)
            return
        if len(labels) > 1:
            text = f"A region has one class here, and this one has {len(labels)}; the first is read."
            self._faults.add(place, "several_labels", text, ", ".join(map(str, labels)))
        comment = one.meta.get("text")
        self._found[one.id or f"#{len(self._found)}"] = FoundObject(
            class_name=str(labels[0]),
            geometry=geometry,
            place=place,
            id=one.id,
            comment=str(comment[0]) if isinstance(comment, list) and comment else None,
            asides=asides_of(_others(one, raw), place, _USUAL),
        )
        if one.parentID:
            self.parents[one.id] = one.parentID

    def _geometry(self, one: _Result) -> Geometry | None:
        value = one.value
        if not self.width or not self.height:
            raise ValueError("it has no original_width and original_height")
        pixels = (self.width / 100, self.height / 100)
        if "rle" in value or "imageDataURL" in value:
            return self._mask(value, (self.width, self.height))
        if (outline := _outline(one)) is not None:
            return stretched(outline, pixels)
        if "radiusX" in value and "radiusY" in value:
            return self._ellipse(value, pixels)
        if "width" in value and "height" in value:
            box = stretched(Rectangle(*(float(value[key]) for key in ("x", "y", "width", "height"))), pixels)
            degrees = float(value.get("rotation") or 0)
            return turned_box(box, degrees, (box.x, box.y)) if degrees and isinstance(box, Rectangle) else box
        return None

    def _mask(self, value: dict[str, Any], size_wh: tuple[int, int]) -> Geometry:
        """What was painted: the runs of a brush, or a PNG in a data URL."""
        if "rle" in value:
            mask = mask_of_brush(msgspec.convert(value["rle"], list[int]), size_wh)
        else:
            mask = mask_of_png(str(value["imageDataURL"]).rpartition(",")[2], size_wh)
        segment = segment_of(runs_of(mask))
        if segment is None:
            raise ValueError("it has no pixels")
        return segment

    def _ellipse(self, value: dict[str, Any], pixels: tuple[float, float]) -> Geometry:
        (x, y), radii = (
            tuple(float(value[key]) * pixel for key, pixel in zip(keys, pixels, strict=True))
            for keys in (("x", "y"), ("radiusX", "radiusY"))
        )
        return read_ellipse((x, y), (radii[0], radii[1]), float(value.get("rotation") or 0), self._faults)

    def objects(self) -> dict[str, FoundObject]:
        """The regions with the answers that belong to them."""
        return {
            key: msgspec.structs.replace(one, answers=tuple(self.answers[key])) if key in self.answers else one
            for key, one in self._found.items()
        }


def _others(one: _Result, raw: msgspec.Raw) -> dict[str, Any]:
    """What a region says that has no place in a shape, its class and its comment."""
    found = (
        others_in(raw, _OF_RESULTS)
        | _others_of(one)
        | {name: value for name, value in one.meta.items() if name != "text"}
    )
    comments = one.meta.get("text")
    if isinstance(comments, list) and len(comments) > 1:
        found["meta.text"] = comments[1:]
    if "width" not in one.value or one.type.startswith("keypoint"):
        found["rotation"] = None if "radiusX" in one.value else one.value.get("rotation")  # which does not turn it
    return found


def _others_of(one: _Result) -> dict[str, Any]:
    """What a value says besides, which stands where its type, or what it asks for, does not."""
    read = {one.type, ANSWERS.get(one.type, one.type)}
    return {name: value for name, value in one.value.items() if name not in _OF_VALUES and name not in read}


def _outline(one: _Result) -> Geometry | None:
    """What is given by its points, in percent."""
    value = one.value
    if "vertices" in value:
        return _vector(value)
    if "points" in value:
        points = tuple((float(x), float(y)) for x, y in value["points"])
        if len(points) < 3:
            raise ValueError(f"it has {len(points)} points")
        return from_ring(points)
    return Point(float(value["x"]), float(value["y"])) if one.type.startswith("keypoint") else None


def _vector(value: dict[str, Any]) -> Geometry:
    """Vertices in a row, closed or not. Raises ValueError for curves."""
    vertices = value["vertices"]
    if any(vertex.get("isBezier") for vertex in vertices):
        raise ValueError("it has curves, and lines here are straight")
    points = tuple((float(vertex["x"]), float(vertex["y"])) for vertex in vertices)
    least = 3 if value.get("closed") else 2
    if len(points) < least:
        raise ValueError(f"it has {len(points)} points")
    return from_ring(points) if value.get("closed") else Line(points)
