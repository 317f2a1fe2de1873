"""An upright box: top-left corner and size (`xywh`)."""

import msgspec

from labelwright.model.geometry.points import Fault, Point2, coordinate_fault


class Rectangle(msgspec.Struct, frozen=True, tag_field="kind", tag="rectangle", forbid_unknown_fields=True):
    x: float
    y: float
    w: float
    h: float


def faults(box: Rectangle) -> list[Fault]:
    if fault := coordinate_fault("", (box.x, box.y, box.w, box.h)):
        return [fault]
    if box.w <= 0 or box.h <= 0:
        return [("", "no_size", f"needs a width and a height above 0, has {box.w:g} x {box.h:g}.")]
    return []


def bounds(box: Rectangle) -> tuple[float, float, float, float]:
    return box.x, box.y, box.w, box.h


def area(box: Rectangle) -> float:
    return box.w * box.h


def place(box: Rectangle) -> list[Point2]:
    return [(box.x, box.y), (box.x + box.w, box.y + box.h)]


def inside(box: Rectangle, size_wh: tuple[int, int]) -> Rectangle | None:
    """Cut the box at the picture's border; None when nothing is left."""
    left, top = max(box.x, 0), max(box.y, 0)
    right, bottom = min(box.x + box.w, size_wh[0]), min(box.y + box.h, size_wh[1])
    return Rectangle(left, top, right - left, bottom - top) if right > left and bottom > top else None
