"""Read the geometry arrays of the native format. Pixels of the displayed medium.

Each reader gets the raw array, reads it fast when it is plain and compact, and slowly otherwise; it returns None
after it has noted a fault. Rings that repeat their first point at the end are opened.
"""

import re
from collections.abc import Callable
from typing import Any, Final

import msgspec

from labelwright.formats.reading import Reading, shown_value
from labelwright.formats.strict_json import MAX_NUMBER, NumberText, Piece, check_repeated, escaped, parse
from labelwright.model.geometry import Geometry, ImageSegmentation, Line, Point, Point2, Polygon, Rectangle

Ring = tuple[Point2, ...]

_DIGITS = re.compile(r"[0-9]+")
# A number that is longer than this, or blanks around it, are looked at slowly.
_USUAL_BYTES: Final = 40


class _XY(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    x: float
    y: float


class _XYWH(_XY, forbid_unknown_fields=True, gc=False):
    w: float
    h: float


_POINTS: Final = msgspec.json.Decoder(list[_XY])
_BOXES: Final = msgspec.json.Decoder(list[_XYWH])
_RINGS: Final = msgspec.json.Decoder(list[list[_XY]])


def read_geometry(kind: str, raw: Piece, pointer: str, reading: Reading) -> Geometry | None:
    """Read the array of a geometry of `kind`; None after a fault. Raises InvalidJson for a repeated key."""
    return _READERS[kind](raw, pointer, reading)


def _point(raw: Piece, pointer: str, reading: Reading) -> Point | None:
    ring = _read_ring(raw, pointer, reading)
    if ring is None or not _is_single(ring, "point", pointer, reading):
        return None
    return Point(*ring[0])


def _line(raw: Piece, pointer: str, reading: Reading) -> Line | None:
    ring = _read_ring(raw, pointer, reading)
    return None if ring is None else Line(ring)


def _polygon(raw: Piece, pointer: str, reading: Reading) -> Polygon | None:
    ring = _read_ring(raw, pointer, reading)
    return None if ring is None else Polygon(_opened(ring, reading))


def _rectangle(raw: Piece, pointer: str, reading: Reading) -> Rectangle | None:
    boxes = _fast(_BOXES, raw, 4, reading)
    found = None if boxes is None else [(box.x, box.y, box.w, box.h) for box in boxes]
    if found is None:
        found = _slow_list(_slow(raw, pointer, reading), ("x", "y", "w", "h"), pointer, reading)
    if found is None or not _is_single(found, "rectangle", pointer, reading):
        return None
    return Rectangle(*found[0])


def _segmentation(raw: Piece, pointer: str, reading: Reading) -> ImageSegmentation | None:
    rings = _fast_rings(raw, reading)
    if rings is None:
        value = _slow(raw, pointer, reading)
        if not isinstance(value, list):
            reading.fault(pointer, "wrong_type", f"Expected a list of rings, found {shown_value(value)}.")
            return None
        slow = [_slow_list(ring, ("x", "y"), f"{pointer}/{i}", reading) for i, ring in enumerate(value)]
        rings = [ring for ring in slow if ring is not None]
        if len(rings) < len(slow):
            return None
    return ImageSegmentation(tuple(_opened(tuple(ring), reading) for ring in rings))


_READERS: Final[dict[str, Callable[[Piece, str, Reading], Geometry | None]]] = {
    "point": _point,
    "line": _line,
    "polygon": _polygon,
    "rectangle": _rectangle,
    "image_segmentation": _segmentation,
}


def _is_single(found: Any, kind: str, pointer: str, reading: Reading) -> bool:
    if len(found) != 1:
        reading.fault(pointer, "wrong_count", f"A {kind} is one object in the list, found {len(found)}.")
    return len(found) == 1


def _opened(ring: Ring, reading: Reading) -> Ring:
    if len(ring) > 1 and ring[0] == ring[-1]:
        reading.closed_rings += 1
        return ring[:-1]
    return ring


# --- the fast way ---------------------------------------------------------------------------------------------------


def _read_ring(raw: Piece, pointer: str, reading: Reading) -> Ring | None:
    points = _fast(_POINTS, raw, 2, reading)
    if points is not None:
        return tuple([(point.x, point.y) for point in points])
    found = _slow_list(_slow(raw, pointer, reading), ("x", "y"), pointer, reading)
    return None if found is None else tuple(found)


def _fast(decoder: "msgspec.json.Decoder[list[Any]]", raw: Piece, fields: int, reading: Reading) -> list[Any] | None:
    try:
        found = decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if memoryview(raw).nbytes > _USUAL_BYTES * fields * (len(found) + 1):
        return None
    reading.seen += fields * len(found)
    return found


def _fast_rings(raw: Piece, reading: Reading) -> list[Any] | None:
    try:
        rings = _RINGS.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    count = sum(map(len, rings))
    if memoryview(raw).nbytes > _USUAL_BYTES * 2 * (count + 1):
        return None
    reading.seen += 2 * count
    return [[(point.x, point.y) for point in ring] for ring in rings]


# --- the slow way ---------------------------------------------------------------------------------------------------


def _slow(raw: Piece, pointer: str, reading: Reading) -> Any:
    reading.skip(raw)
    value = parse(raw, pointer)
    check_repeated(value, pointer)
    return value


def _slow_list(value: Any, names: tuple[str, ...], pointer: str, reading: Reading) -> list[Any] | None:
    """Read a list of objects with exactly these numbers; None after a fault."""
    if not isinstance(value, list):
        reading.fault(pointer, "wrong_type", f"Expected a list, found {shown_value(value)}.")
        return None
    before = reading.fault_count
    found = [_numbers(member, names, f"{pointer}/{i}", reading) for i, member in enumerate(value)]
    return found if reading.fault_count == before else None


def _numbers(value: Any, names: tuple[str, ...], pointer: str, reading: Reading) -> tuple[float, ...]:
    if not isinstance(value, dict):
        expected = " and ".join((", ".join(names[:-1]), names[-1]))
        reading.fault(pointer, "wrong_type", f"Expected an object with {expected}, found {shown_value(value)}.")
        return ()
    for name in sorted(value.keys() - set(names)):
        text = f"Unexpected key “{name[:60]}”; only {', '.join(names)} stand here."
        reading.fault(f"{pointer}/{escaped(name)}", "unexpected_key", text)
    for name in names:
        if name not in value:
            reading.fault(pointer, "missing_key", f"{name} is missing.")
    return tuple(_number(value[name], f"{pointer}/{name}", reading) for name in names if name in value)


def _number(value: Any, pointer: str, reading: Reading) -> float:
    """Read a number, or a text of digits only; 0 after a fault."""
    if isinstance(value, str) and len(value) > MAX_NUMBER:
        reading.fault(pointer, "number_too_long", f"The number is too long: {len(value)} characters.")
    elif isinstance(value, NumberText) or (isinstance(value, str) and _DIGITS.fullmatch(value)):
        number = float(value)
        if number in {float("inf"), float("-inf")}:
            reading.fault(pointer, "number_too_large", f"The number {value[:40]} is too large.")
            return 0.0
        return number
    else:
        reading.fault(pointer, "no_number", f"Expected a number, found {shown_value(value)}.")
    return 0.0
