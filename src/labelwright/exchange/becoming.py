"""What shapes may become in a class of another kind."""

from typing import Final

from labelwright.exchange.bridges import Ring
from labelwright.exchange.pixels import one_ring
from labelwright.exchange.shapes import outline_of
from labelwright.model.geometry import Geometry, ImageSegmentation, Polygon, Rectangle, kind_of

BECOMES: Final[dict[str, tuple[str, ...]]] = {
    "point": (),
    "line": (),
    "rectangle": ("polygon", "image_segmentation"),
    "polygon": ("image_segmentation",),
    "image_segmentation": ("polygon",),
}
"""What shapes of a kind may be in a class of another, nothing lost."""
LESSENS: Final[dict[str, tuple[str, ...]]] = {"polygon": ("rectangle",), "image_segmentation": ("rectangle",)}
"""What they may be in when a mapping lets them become their boxes."""


def converted(geometry: Geometry, kind: str, *, lossy: bool = False) -> Geometry | None:
    """The geometry as another kind, where nothing is lost by it (or `lossy` allows it); None where it cannot be."""
    if kind_of(geometry).name == kind:
        return geometry
    ring = _one_ring(geometry)
    if ring is None:
        return None
    if kind == "polygon":
        return Polygon(ring)
    if kind == "image_segmentation":
        return ImageSegmentation((ring,))
    if kind == "rectangle" and (lossy or _is_upright(ring)):
        return Rectangle(*kind_of(geometry).bounds(geometry))
    return None


def _one_ring(geometry: Geometry) -> Ring | None:
    return one_ring(geometry.rings) if isinstance(geometry, ImageSegmentation) else outline_of(geometry)


def _is_upright(ring: Ring) -> bool:
    """Whether a ring is exactly an upright box: four corners, and no side across."""
    xs, ys = {x for x, _ in ring}, {y for _, y in ring}
    sides = zip(ring, (*ring[1:], ring[0]), strict=True)
    is_box = len(ring) == 4 and len(xs) == len(ys) == 2 and len(set(ring)) == 4
    return is_box and all(x == u or y == v for (x, y), (u, v) in sides)
