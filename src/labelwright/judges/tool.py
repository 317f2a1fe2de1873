"""What a file of this room says about a program of others.

Such a file is read by us and by the interpreter of that program, so it imports the standard library alone, and the
program itself where it is used.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

Seen = tuple[str, list[tuple[str, Sequence[float]]]]
"""A picture, by what the program calls it, with its annotations: the name of the class and the box (x, y, w, h)."""

PICTURES: Final = "images/*"
"""A pattern, written out in files of tools."""


class Tool(Protocol):
    """Attributes.

    PACKAGE: the distribution that brings the program, as people install it.
    FILES: by the id of each format that it judges, patterns of the files that it needs, of PICTURES one a picture.
    OFF_PX: by format, how many pixels a number of a box may be off.
    """

    @property
    def PACKAGE(self) -> str: ...  # noqa: N802 - a constant of a module
    @property
    def FILES(self) -> Mapping[str, tuple[str, ...]]: ...  # noqa: N802
    @property
    def OFF_PX(self) -> Mapping[str, float]: ...  # noqa: N802
    @property
    def __file__(self) -> str | None: ...
    def read(self, form: str, /) -> Iterator[Seen]:
        """What the program finds in files of a format in the current folder."""
        ...
