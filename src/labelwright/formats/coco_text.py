"""The text of COCO files, many objects at a time."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from labelwright.model.geometry import Point

NEXT: Final = ",\n"
ID: Final = "\0"
"""Stands for the id of an object; JSON has no such character in it."""
_ID: Final = ID.encode()
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


class Numbered(NamedTuple):
    """Lines of `size` objects that hold ID wherever an id belongs; `ids` are these in order, the first object's is 0.

    Whoever writes lines does not know how many objects others write in front of them; or he does: then `first` is the
    id of the first object, and every id is in its place.
    """

    text: bytes
    ids: Sequence[int]
    size: int
    first: int | None = None

    def counted_on(self, before: int) -> bytes:
        """The text, with ids that go on behind `before` objects."""
        if self.first is not None or not self.ids:
            assert self.first in {None, before + 1}
            return self.text
        parts: list[bytes] = [b""] * (2 * len(self.ids) + 1)
        parts[::2] = self.text.split(_ID)
        parts[1::2] = (b"%d " * len(self.ids) % tuple([before + 1 + number for number in self.ids])).split()
        return b"".join(parts)


def opening(project: str) -> bytes:
    """How a file begins."""
    return f'{{\n"info":{encoded({"description": project, "version": "1.0"})},\n"licenses":[],\n'.encode()


def listed(key: str, portions_of_lines: Iterable[bytes]) -> Iterator[bytes]:
    """A list with one element a line; `portions_of_lines` are joined by NEXT already."""
    yield f'"{key}":[\n'.encode()
    separator = b""
    for lines in portions_of_lines:
        if lines:
            yield separator + lines
            separator = NEXT.encode()
    yield b"\n]"


def encoded(value: Any) -> str:
    """JSON without blanks."""
    return _ENCODER.encode(value).decode()
