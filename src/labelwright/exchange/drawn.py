"""Shapes of one picture as numbers alone, for who compares all of them and needs objects of none.

An object for each shape, a pair for each point: making them takes several times what comparing takes. A reader may give
numbers instead where all that it finds in a picture is boxes, or rings, that could be read as they stand.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from labelwright.exchange.numerals import Floats, array_of
from labelwright.exchange.outlines import Places
from labelwright.exchange.plain import Box, Outline, PlainAnnotation, kind_name
from labelwright.model.geometry import Geometry, Polygon, Rectangle

BOXES: Final = kind_name(Box)
RINGS: Final = kind_name(Outline)
_OF_A_BOX: Final = 4
_NUMBERS: Final = msgspec.json.Decoder(list[float])


class Drawn(NamedTuple):
    """Boxes or rings, in their order.

    Attributes:
        kind: BOXES, or RINGS whose points are all apart.
        values: `xywh` of boxes, x and y in turn of rings, those of all behind one another.
        counts: how many numbers each has.
    """

    kind: str
    values: Floats
    counts: Places

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.counts)

    def scaled(self, factors_xy: tuple[float, float]) -> "Drawn":
        """With all numbers multiplied."""
        return self._replace(values=(self.values.reshape(-1, 2) * factors_xy).ravel())

    def geometries(self) -> list[Geometry]:
        """As objects."""
        rows = [row.tolist() for row in np.split(self.values, np.cumsum(self.counts))[:-1]]
        if self.kind == BOXES:
            return [Rectangle(*row) for row in rows]
        return [Polygon(tuple(zip(row[::2], row[1::2], strict=True))) for row in rows]

    @property
    def places(self) -> Floats:
        """The points that have to be where they are: those of rings, of boxes the first and the last corner, (n, 2)."""
        points = self.values.reshape(-1, 2)
        if self.kind == BOXES:
            points = points.copy()
            points[1::2] += points[::2]
        return points

    def at(self, chosen: NDArray[np.bool_]) -> "Drawn":
        """Those of the shapes that are chosen."""
        return Drawn(self.kind, self.values[np.repeat(chosen, self.counts)], self.counts[chosen])

    def is_near(self, other: "Drawn", most: float) -> bool:
        """Whether each is where the other one's shape of its place is, no point further off."""
        if self.kind != other.kind or self.size != other.size or (self.counts != other.counts).any():
            return False
        return bool((np.abs(self.places - other.places) <= most).all())

    def are_inside(self, size_wh: tuple[float, float]) -> NDArray[np.bool_]:
        """Whether each lies in a picture of this size."""
        points = self.places
        are_in = (points >= 0) & (points <= size_wh)
        if are_in.all():
            return np.ones(self.size, dtype=np.bool_)
        starts = (np.cumsum(self.counts) - self.counts) >> 1
        found: NDArray[np.bool_] = np.logical_and.reduceat(are_in.all(axis=1), starts)
        return found


def drawn_in(annotations: Sequence[PlainAnnotation], kind: str) -> tuple[NDArray[np.bool_], Drawn]:
    """Which annotations are of a kind, nested in nothing, and those."""
    wanted = Box if kind == BOXES else Outline
    chosen = [type(one.geometry) is wanted and one.parent_id is None for one in annotations]
    shapes = [one.geometry for one, is_chosen in zip(annotations, chosen, strict=True) if is_chosen]
    if kind == BOXES:
        numbers = [number for box in shapes for number in (box.x, box.y, box.w, box.h)]  # type: ignore[union-attr]
        counts = [_OF_A_BOX] * len(shapes)
    else:
        texts = [bytes(ring.points) for ring in shapes]  # type: ignore[union-attr]
        numbers = _NUMBERS.decode(b"[%b]" % b",".join(texts).translate(None, b"[]")) if texts else []
        counts = [text.count(b",") + 1 for text in texts]
    return np.array(chosen, dtype=np.bool_), Drawn(kind, array_of(numbers), np.array(counts, dtype=np.int64))
