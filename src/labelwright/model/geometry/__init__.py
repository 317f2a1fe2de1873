"""The registry of geometry kinds: one file a kind, one line here.

A kind's functions: `faults` (broken rules, empty when valid), `bounds` (xywh), `area` (square pixels or None),
`place` (the points that must lie in the picture) and `inside` (what is left of it there, or None). All but `faults`
expect a valid geometry.
"""

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import msgspec

from labelwright.model.geometry import image_segmentation, line, point, polygon, rectangle
from labelwright.model.geometry.image_segmentation import ImageSegmentation
from labelwright.model.geometry.line import Line
from labelwright.model.geometry.point import Point
from labelwright.model.geometry.points import Fault, Point2
from labelwright.model.geometry.polygon import Polygon
from labelwright.model.geometry.rectangle import Rectangle

Geometry = Point | Line | Polygon | Rectangle | ImageSegmentation


class Kind(msgspec.Struct, frozen=True):
    """What the product knows of one kind of geometry."""

    name: str
    type: type
    faults: Callable[[Any], list[Fault]]
    bounds: Callable[[Any], tuple[float, float, float, float]]
    area: Callable[[Any], float | None]
    place: Callable[[Any], Sequence[Point2]]
    inside: Callable[[Any, tuple[int, int]], Any]


def _kind(struct: type[msgspec.Struct], module: ModuleType) -> Kind:
    return Kind(
        name=str(struct.__struct_config__.tag),
        type=struct,
        faults=module.faults,
        bounds=module.bounds,
        area=module.area,
        place=module.place,
        inside=module.inside,
    )


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        _kind(Point, point),
        _kind(Line, line),
        _kind(Polygon, polygon),
        _kind(Rectangle, rectangle),
        _kind(ImageSegmentation, image_segmentation),
    )
}
_BY_TYPE = {kind.type: kind for kind in KINDS.values()}


def kind_of(geometry: Geometry) -> Kind:
    """Look up the functions of a geometry's kind."""
    return _BY_TYPE[type(geometry)]


__all__ = [
    "KINDS",
    "Geometry",
    "ImageSegmentation",
    "Kind",
    "Line",
    "Point",
    "Point2",
    "Polygon",
    "Rectangle",
    "kind_of",
]
