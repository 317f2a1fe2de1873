"""The text of COCO files, many objects at a time."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from labelwright.exchange.plain import Shapes, numbers_text, rows_text
from labelwright.model.geometry import Point

NEXT: Final = ",\n"
_ENCODER: Final = msgspec.json.Encoder()


def flat(ring: tuple[tuple[float, float], ...]) -> list[float]:
    """The points of a ring, x and y in turn."""
    return [value for point in ring for value in point]


def numbers(values: Any) -> msgspec.Raw:
    """Numbers in lists; whole ones without `.0`, as everywhere in our files."""
    return msgspec.Raw(_ENCODER.encode(values).replace(b".0,", b",").replace(b".0]", b"]"))


def spot(point: Point, size_wh: tuple[int, int]) -> dict[str, Any]:
    """A point with the pixel around it as its box: programs stop at an object without any extent."""
    x, y = (min(max(at - 0.5, 0), side - 1) for at, side in zip((point.x, point.y), size_wh, strict=True))
    corners = [[x, y, x + 1, y, x + 1, y + 1, x, y + 1]]
    keypoint = numbers([point.x, point.y, 2])
    box = {"bbox": numbers((x, y, 1, 1)), "area": 1, "segmentation": numbers(corners)}
    return {**box, "keypoints": keypoint, "num_keypoints": 1}


def rows(shapes: Shapes, *, with_corners: bool) -> Iterator[str]:
    """Box, area and segmentation of plain shapes, as members of an object."""
    rings = shapes.rings() if with_corners else shapes.rings(box="")
    texts = zip(rows_text(shapes.bounds), numbers_text(shapes.areas), rings, strict=True)
    return (
        f'"bbox":[{box}],"area":{area},"segmentation":{f"[[{ring}]]" if ring else "[]"}' for box, area, ring in texts
    )


def opening(project: str) -> bytes:
    """How a file begins."""
    return f'{{\n"info":{encoded({"description": project, "version": "1.0"})},\n"licenses":[],\n'.encode()


def listed(key: str, portions_of_lines: Iterable[list[str]]) -> Iterator[bytes]:
    """A list with one element a line."""
    yield f'"{key}":[\n'.encode()
    separator = ""
    for lines in portions_of_lines:
        if lines:
            yield f"{separator}{NEXT.join(lines)}".encode()
            separator = NEXT
    yield b"\n]"


def encoded(value: Any) -> str:
    """JSON without blanks."""
    return _ENCODER.encode(value).decode()
