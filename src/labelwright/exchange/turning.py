"""Labels in the frame of the stored pixels: for programs that ignore which way up EXIF says a picture is.

Everything of ours is in the displayed frame (EXIF orientation applied). Original bytes are never touched, so a program
that reads the stored pixels as they lie needs the labels turned instead. A turn moves a coordinate by a subtraction,
which is exact for all but the last bits of a fraction.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from labelwright.exchange.found import FoundMedium, FoundObject
from labelwright.exchange.source import Medium
from labelwright.model.document import Document
from labelwright.model.geometry import Geometry, ImageSegmentation, Line, Point, Point2, Polygon, Rectangle

STORED: Final = "stored"
FRAMES: Final = ("displayed", STORED)
UPRIGHT: Final = 1
_ON_THEIR_SIDE: Final = (5, 6, 7, 8)
Move = Callable[[Point2], Point2]


def stored_medium(medium: Medium) -> Medium:
    """The medium with the size of its stored pixels."""
    if medium.orientation not in _ON_THEIR_SIDE:
        return medium
    return msgspec.structs.replace(medium, width=medium.height, height=medium.width)


def stored_document(document: Document, medium: Medium) -> Document:
    """A document over the stored pixels; `medium` is that of the displayed picture."""
    if medium.orientation == UPRIGHT or not medium.width:
        return document
    move = _to_stored(medium.orientation, medium.size_wh)
    turned = (msgspec.structs.replace(a, geometry=moved(a.geometry, move)) for a in document.annotations)
    return msgspec.structs.replace(document, annotations=tuple(turned))


def displayed(found: FoundMedium, stored_wh: tuple[int, int], orientation: int) -> FoundMedium:
    """What was found over stored pixels, as it is displayed."""
    if orientation == UPRIGHT:
        return found
    width, height = stored_wh[::-1] if orientation in _ON_THEIR_SIDE else stored_wh
    move = _to_displayed(orientation, stored_wh)
    objects = tuple(_turned(one, move) for one in found.objects)
    return msgspec.structs.replace(found, width=width, height=height, objects=objects)


def _turned(one: FoundObject, move: Move) -> FoundObject:
    nested = tuple(_turned(child, move) for child in one.nested)
    other = moved(one.otherwise, move) if one.otherwise is not None else None
    return msgspec.structs.replace(one, geometry=moved(one.geometry, move), otherwise=other, nested=nested)


def _to_stored(orientation: int, displayed_wh: tuple[int, int]) -> Move:
    """EXIF's orientations, the inverse of how each is displayed."""
    w, h = displayed_wh
    moves: dict[int, Move] = {
        2: lambda p: (w - p[0], p[1]),
        3: lambda p: (w - p[0], h - p[1]),
        4: lambda p: (p[0], h - p[1]),
        5: lambda p: (p[1], p[0]),
        6: lambda p: (p[1], w - p[0]),
        7: lambda p: (h - p[1], w - p[0]),
        8: lambda p: (h - p[1], p[0]),
    }
    return moves[orientation]


def _to_displayed(orientation: int, stored_wh: tuple[int, int]) -> Move:
    """How each is displayed. Only the two quarter turns are not their own inverse."""
    inverse = {6: 8, 8: 6}.get(orientation, orientation)
    return _to_stored(inverse, stored_wh)


def moved(geometry: Geometry, move: Move) -> Geometry:
    """A geometry with its points elsewhere."""
    match geometry:
        case Point(x=x, y=y):
            return Point(*move((x, y)))
        case Rectangle(x=x, y=y, w=w, h=h):
            (x1, y1), (x2, y2) = move((x, y)), move((x + w, y + h))
            across, down = (w, h) if _keeps_axes(move) else (h, w)
            return Rectangle(min(x1, x2), min(y1, y2), across, down)
        case Line(points=points):
            return Line(tuple(map(move, points)))
        case Polygon(points=points):
            return Polygon(tuple(map(move, points)))
        case ImageSegmentation(rings=rings):
            return ImageSegmentation(tuple(tuple(map(move, ring)) for ring in rings))


def _keeps_axes(move: Move) -> bool:
    """Whether across stays across."""
    (x1, _), (x2, _) = move((0.0, 0.0)), move((1.0, 0.0))
    return x1 != x2
