"""An outline with the holes cut out of it: the first ring is the outline."""

import msgspec

from labelwright.model.geometry.points import (
    MAX_GEOMETRY_POINTS,
    Fault,
    Point2,
    bounds_xywh,
    ring_area,
    ring_faults,
    ring_inside,
)

Ring = tuple[Point2, ...]


class ImageSegmentation(
    msgspec.Struct, frozen=True, tag_field="kind", tag="image_segmentation", forbid_unknown_fields=True
):
    rings: tuple[Ring, ...]


def faults(segment: ImageSegmentation) -> list[Fault]:
    if not segment.rings:
        return [("/rings", "too_few_points", "needs an outline.")]
    if (count := sum(map(len, segment.rings))) > MAX_GEOMETRY_POINTS:
        return [("/rings", "too_many_points", f"has {count} points, more than {MAX_GEOMETRY_POINTS}.")]
    return [
        fault
        for index, ring in enumerate(segment.rings)
        for fault in ring_faults(f"/rings/{index}", ring, least=3, closed=True)
    ]


def bounds(segment: ImageSegmentation) -> tuple[float, float, float, float]:
    return bounds_xywh(segment.rings[0])


def area(segment: ImageSegmentation) -> float:
    """Outline minus holes, as if the holes lay inside it and apart from each other."""
    outline, *holes = (ring_area(ring) for ring in segment.rings)
    return max(0.0, outline - sum(holes))


def place(segment: ImageSegmentation) -> list[Point2]:
    return [point for ring in segment.rings for point in ring]


def inside(segment: ImageSegmentation, size_wh: tuple[int, int]) -> ImageSegmentation | None:
    """Cut outline and holes at the picture's border; None when nothing of the outline is left."""
    outline, *holes = (ring_inside(ring, size_wh) for ring in segment.rings)
    return ImageSegmentation((outline, *(hole for hole in holes if hole))) if outline else None
