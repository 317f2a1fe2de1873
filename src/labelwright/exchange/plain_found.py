"""Plain shapes that a reader finds, in columns: polygons and boxes that say no more than their class.

Most of what strangers send is that. Object by object, reading, comparing and storing it makes every number a value of
its own several times; here numbers are read once, measured together and written once, and carried on as text. Only
sound shapes are here, no point twice: whatever has a fault, or says more, is read object by object.
"""

import re
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from labelwright.exchange.found import FoundMedium, FoundObject, Place, PlainShapes
from labelwright.exchange.numerals import Floats
from labelwright.exchange.outlines import Places, is_repeating
from labelwright.model.canonical import encoded
from labelwright.model.geometry import Geometry, Polygon, Rectangle
from labelwright.model.geometry.points import MAX_COORDINATE, MAX_RING_POINTS

_NUMBERS: Final = msgspec.json.Decoder(list[float])


class Measured:
    """Boxes and rings of many media. `texts` are the numbers of each, `extents` their reach, see `PlainShapes`."""

    def __init__(self, texts: list[str], extents: Floats, sound: NDArray[np.bool_]) -> None:
        self.texts, self.extents, self.sound = texts, extents, sound


def measure_boxes(boxes: Sequence[Sequence[float]]) -> Measured:
    """Boxes as they stand in a file, `xywh`."""
    values = np.array(boxes, dtype=np.float64).reshape(-1, 4)
    texts = encoded(boxes).decode()[2:-2].split("],[") if boxes else []
    sound = _are_usual(values) & np.all(values[:, 2:] > 0, axis=1)
    return Measured(texts, np.concatenate((values, values[:, :2] + values[:, 2:]), axis=1), sound)


def measure_rings(rings: Sequence[bytes], counts: Sequence[int]) -> Measured:
    """Rings as they stand in a file, lists of numbers, x and y in turn; `counts` are those of their points.

    Raises ValueError where they are something else.
    """
    if not rings:
        return Measured([], np.empty((0, 6)), np.empty(0, dtype=bool))
    numbers = _NUMBERS.decode(b"[%b]" % b",".join(rings).translate(None, b"[]"))
    lengths = np.array(counts, dtype=np.int64)
    if len(numbers) != 2 * lengths.sum():
        raise ValueError("other numbers than were counted")
    points = np.fromiter(numbers, np.float64, len(numbers)).reshape(-1, 2)
    ends = np.cumsum(lengths)
    starts = ends - lengths
    closed = np.flatnonzero((points[starts] == points[ends - 1]).all(axis=1) & (lengths > 1))
    if len(closed):  # the first point once more at the end
        points = np.delete(points, ends[closed] - 1, axis=0)
        numbers = points.reshape(-1).tolist()
        lengths[closed] -= 1
        ends = np.cumsum(lengths)
        starts = ends - lengths
    least, most = np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)
    extents = np.concatenate((least, most - least, most), axis=1)
    sound = (lengths >= _LEAST_POINTS) & (lengths <= MAX_RING_POINTS)
    sound &= np.logical_and.reduceat(_are_usual(points), starts)
    sound &= ~is_repeating(points, starts, lengths) & ~_are_on_one_line(points, starts, lengths)
    return Measured(_texts(numbers, ends), extents, sound)


_LEAST_POINTS: Final = 3


def _are_usual(rows: Floats) -> NDArray[np.bool_]:
    """Whether the numbers of each row are in range, and none is a minus zero, of which not everything is the least."""
    found: NDArray[np.bool_] = np.all((np.abs(rows) <= MAX_COORDINATE) & ((rows != 0) | ~np.signbit(rows)), axis=1)
    return found


def _are_on_one_line(points: Floats, starts: Places, counts: Places) -> NDArray[np.bool_]:
    """Whether all points of each lie on one line, as `all_on_one_line` has it of points that are apart."""
    first = points[starts]
    direction = np.repeat(points[starts + 1] - first, counts, axis=0)
    from_first = points - np.repeat(first, counts, axis=0)
    found: NDArray[np.bool_] = np.logical_and.reduceat(
        direction[:, 0] * from_first[:, 1] == direction[:, 1] * from_first[:, 0], starts
    )
    return found


def _texts(numbers: list[float], ends: Places) -> list[str]:
    """The numbers of each ring as `x,y;x,y`."""
    letters = np.frombuffer(encoded(numbers), dtype=np.uint8).copy()
    commas = np.flatnonzero(letters == ord(","))
    letters[commas[1::2]] = ord(";")
    letters[commas[2 * ends[:-1] - 1]] = ord("\n")
    return letters[1:-1].tobytes().decode().split("\n")


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
