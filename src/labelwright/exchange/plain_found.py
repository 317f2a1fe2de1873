"""Plain shapes that a reader finds, in columns: polygons and boxes that say no more than their class.

Most of what strangers send is that. Object by object, reading, comparing and storing it makes every number a value of
its own several times; here numbers are read once, measured together and written once, and carried on as text. Only
sound shapes are here, no point twice: whatever has a fault, or says more, is read object by object.
"""

import re
from collections.abc import Sequence
from itertools import chain
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from labelwright.exchange.found import FoundMedium, FoundObject, Place, PlainShapes
from labelwright.exchange.numerals import Floats, are_encoded, array_of
from labelwright.exchange.outlines import Places, is_repeating
from labelwright.model.canonical import encoded
from labelwright.model.geometry import Geometry, Polygon, Rectangle
from labelwright.model.geometry.points import MAX_COORDINATE, MAX_RING_POINTS

_NUMBERS: Final = msgspec.json.Decoder(list[float])


class Measured(NamedTuple):
    """Boxes or rings of many media.

    Attributes:
        text: the numbers of each as they are stored, a line each, see `PlainShapes`.
        ends: where the line of each ends.
        extents: the reach of each, see `PlainShapes`.
        sound: whether each can be taken as it is.
        counts: how many numbers the file has for each.
    """

    text: bytes
    ends: Places
    extents: Floats
    sound: NDArray[np.bool_]
    counts: Places


_NOTHING: Final = np.empty(0, dtype=np.int64)
NONE_MEASURED: Final = Measured(b"", _NOTHING, np.empty((0, 6)), np.empty(0, dtype=bool), _NOTHING)


def measure_boxes(boxes: Sequence[list[float]]) -> Measured:
    """Boxes as they stand in a file, `xywh`."""
    if not boxes:
        return NONE_MEASURED
    values = array_of(list(chain.from_iterable(boxes))).reshape(-1, 4)
    text = encoded(boxes)[2:-2].replace(b"],[", b"\n") + b"\n"
    ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == ord("\n")) + 1
    are_usual = _are_usual(values)
    sound = np.all(are_usual, axis=1) & np.all(values[:, 2:] > 0, axis=1)
    values = np.where(are_usual, values, 0.0)  # nobody computes with other numbers
    extents = np.concatenate((values, values[:, :2] + values[:, 2:]), axis=1)
    return Measured(text, ends, extents, sound, np.full(len(boxes), 4))


def measure_rings(text: bytes) -> Measured:
    """Rings as they stand in a file, x and y in turn in two pairs of brackets, with a zero byte behind each.

    Raises DecodeError where something else stands there than numbers, ValueError for other brackets and no pairs.
    """
    if not text:
        return NONE_MEASURED
    if not _are_rings(np.frombuffer(text, dtype=np.uint8)):
        raise ValueError("other brackets")
    text = text.translate(None, b"[] \t\r\n")
    values = array_of(_NUMBERS.decode(b"[%b]" % text[:-1].replace(b"\0", b",")))
    letters = np.frombuffer(text, dtype=np.uint8)
    behind = np.flatnonzero((letters == ord(",")) | (letters == 0))
    last = np.flatnonzero(letters[behind] == 0)
    counts = np.diff(last, prepend=-1)
    if (counts & 1).any():
        raise ValueError("no pairs of numbers")
    points, lengths, ends = values.reshape(-1, 2), counts >> 1, (last + 1) >> 1
    is_closed = (points[ends - lengths] == points[ends - 1]).all(axis=1)
    if is_closed.any():  # the first point once more at the end
        points = np.delete(points, ends[is_closed] - 1, axis=0)
        lengths = lengths - is_closed
        ends = np.cumsum(lengths)
    if is_closed.any() or not are_encoded(letters, behind, values):
        letters = np.frombuffer(b"%b," % encoded(points.reshape(-1).tolist())[1:-1], dtype=np.uint8)
        behind = np.flatnonzero(letters == ord(","))
    extents, sound = _measured(points, ends - lengths, lengths)
    lines = behind[2 * ends - 1]
    signs = letters.copy()
    signs[behind[1::2]] = ord(";")
    signs[lines] = ord("\n")
    return Measured(signs.tobytes(), lines + 1, extents, sound, counts)


def _are_rings(letters: NDArray[np.uint8]) -> bool:
    """Whether each of some lists has one other list in it and nothing else, and no blanks between brackets.

    Each begins and ends with a bracket, so that there are pairs and nothing else only if each has one of either kind.
    """
    opening, closing = np.flatnonzero(letters == ord("[")), np.flatnonzero(letters == ord("]"))
    are_two = len(opening) == len(closing) == 2 * np.count_nonzero(letters == 0)
    return are_two and all(bool((at[1::2] - at[::2] == 1).all()) for at in (opening, closing))


_LEAST_POINTS: Final = 3


def _measured(points: Floats, starts: Places, counts: Places) -> tuple[Floats, NDArray[np.bool_]]:
    """The extents of rings, and which of them are sound."""
    sound = (counts >= _LEAST_POINTS) & (counts <= MAX_RING_POINTS)
    are_usual = _are_usual(points)
    if not are_usual.all():
        sound &= np.logical_and.reduceat(are_usual.all(axis=1), starts)
        points = np.where(are_usual, points, 0.0)  # nobody computes with other numbers
    least, most = np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)
    sound &= ~is_repeating(points, starts, counts) & ~_are_on_one_line(points, starts, counts)
    return np.concatenate((least, most - least, most), axis=1), sound


def _are_usual(numbers: Floats) -> NDArray[np.bool_]:
    """Whether each number is in range, and no minus zero, of which not everything is the least."""
    found: NDArray[np.bool_] = (np.abs(numbers) <= MAX_COORDINATE) & (numbers.view(np.int64) != _MINUS_ZERO)
    return found


_MINUS_ZERO: Final = np.iinfo(np.int64).min


def _are_on_one_line(points: Floats, starts: Places, counts: Places) -> NDArray[np.bool_]:
    """Whether all points of each lie on one line, as `all_on_one_line` has it of points that are apart."""
    first, third = points[starts], points[np.minimum(starts + 2, starts + counts - 1)]
    along, across = points[np.minimum(starts + 1, starts + counts - 1)] - first, third - first
    found: NDArray[np.bool_] = along[:, 0] * across[:, 1] == along[:, 1] * across[:, 0]
    if not found.any():
        return found
    own = counts[found]
    from_first = points[np.repeat(found, counts)] - np.repeat(first[found], own, axis=0)
    direction = np.repeat(along[found], own, axis=0)
    is_on_it = direction[:, 0] * from_first[:, 1] == direction[:, 1] * from_first[:, 0]
    found[found] = np.logical_and.reduceat(is_on_it, np.cumsum(own) - own)
    return found


def reaches(owners: Places, extents: Floats) -> Floats:
    """Left, top, right and bottom of the rows of each owner; each of them has some."""
    order = np.argsort(owners, kind="stable")
    starts = np.searchsorted(owners[order], np.arange(int(owners.max()) + 1))
    least, most = extents[order, :2], extents[order, 4:]
    return np.concatenate((np.minimum.reduceat(least, starts), np.maximum.reduceat(most, starts)), axis=1)


# --- back to objects ------------------------------------------------------------------------------------------------


def unfolded(medium: FoundMedium) -> FoundMedium:
    """The medium with its plain shapes as objects; the same value where it has none."""
    shapes = medium.shapes
    if shapes is None:
        return medium
    objects = tuple(_objects(shapes))
    return msgspec.structs.replace(medium, objects=objects, shapes=None)


def _objects(shapes: PlainShapes) -> list[FoundObject]:
    found = []
    numbers = np.frombuffer(shapes.numbers, dtype=np.int64).tolist()
    for group, number, text in zip(shapes.of, numbers, shapes.texts.split("\n"), strict=True):
        name, kind = shapes.groups[group]
        place = Place(shapes.file, pointer=f"{shapes.pointer}{number}")
        found.append(FoundObject(class_name=name, geometry=_geometry(kind, text), place=place))
    return found


def _geometry(kind: str, text: str) -> Geometry:
    values = _NUMBERS.decode(f"[{text.replace(';', ',')}]")
    if kind == "rectangle":
        return Rectangle(*values)
    return Polygon(tuple(zip(values[::2], values[1::2], strict=True)))


# --- as they are stored and exported --------------------------------------------------------------------------------

SAMPLES: Final[dict[str, tuple[Geometry, str]]] = {
    "polygon": (Polygon(((0.0, 1.0), (2.0, 3.0))), "[[0.0,1.0],[2.0,3.0]]"),
    "rectangle": (Rectangle(0.0, 1.0, 2.0, 3.0), '"x":0.0,"y":1.0,"w":2.0,"h":3.0'),
}
"""A shape of each kind, and what of its stored text are numbers and their brackets and keys: see `stored_texts`."""


def stored_texts(shapes: PlainShapes) -> list[str]:
    """The numbers of each with the brackets and keys that they have in a stored document."""
    texts = shapes.texts.replace(";", "],[").split("\n")
    is_box = _are_boxes(shapes)
    return [_box_text(text) if is_box[group] else f"[[{text}]]" for group, text in zip(shapes.of, texts, strict=True)]


def exported_arrays(shapes: PlainShapes) -> list[str]:
    """The `geometry` array of each in the native format."""
    texts = _WHOLE.sub("", shapes.texts)
    outlines = texts.replace(",", ',"y":').replace(";", '},{"x":').split("\n")
    is_box = _are_boxes(shapes)
    return [
        f"[{{{_box_text(text)}}}]" if is_box[group] else f'[{{"x":{outline}}}]'
        for group, text, outline in zip(shapes.of, texts.split("\n"), outlines, strict=True)
    ]


_WHOLE: Final = re.compile(r"\.0(?=[,;\n]|\Z)")


def _are_boxes(shapes: PlainShapes) -> list[bool]:
    return [kind == "rectangle" for _, kind in shapes.groups]


def _box_text(text: str) -> str:
    x, y, w, h = text.split(",")
    return f'"x":{x},"y":{y},"w":{w},"h":{h}'
