"""Plain annotations of a task in columns, and how they are kept: a head, and behind it each column in one piece.

Columns of text have a line for each annotation, so that those of many tasks are joined and split in one go, and a
column that a format does not want is passed over.
"""

import itertools
import struct
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import msgspec

from labelwright.model.document import Answers

Text = bytes | memoryview
Group = tuple[str, str]
"""The kind of a shape, as documents call it, and the id of its class."""
MOST_GROUPS: Final = 256


class More(msgspec.Struct, gc=False, omit_defaults=True):
    """What few annotations have."""

    answers: Answers = {}
    z: int = 0
    comment: str | None = None


class Head(msgspec.Struct, array_like=True, gc=False, frozen=True):
    """`ends` are where columns end; `cut` are the places of boxes that leave a picture of `size_wh`.

    `more` has what few annotations have, by their places.
    """

    ends: tuple[int, ...]
    groups: tuple[Group, ...]
    more: dict[int, More]
    size_wh: tuple[int, int] | None
    cut: tuple[int, ...]


OF, IDS, MEASURES, RINGS, SHARES, LOSSES = range(6)
"""The columns. OF has a byte for each annotation, its group; LOSSES, as doubles, how much of its box each leaves free.

MEASURES are box and area, `x,y,w,h;area`; RINGS the points of an outline, `x,y,x,y,...`, or the corners of a box.
SHARES are the boxes as shares of the sides of the picture; where its size is not known, there are none.
"""


class Columns(NamedTuple):
    """The plain annotations of a task."""

    head: Head
    body: Text

    def __len__(self) -> int:
        return self.head.ends[OF]

    def text(self, column: int) -> Text:
        """One column."""
        ends = self.head.ends
        return self.body[ends[column - 1] if column else 0 : ends[column]]


_SIZE: Final = struct.Struct(">I")
_ENCODE: Final = msgspec.msgpack.Encoder()
_DECODE: Final = msgspec.msgpack.Decoder(Head)


def kept(head: Head, texts: Sequence[bytes]) -> bytes:
    """Columns in one piece; where they end is put into the head."""
    ends = tuple(itertools.accumulate(map(len, texts)))
    start = _ENCODE.encode(msgspec.structs.replace(head, ends=ends))
    return b"".join((_SIZE.pack(len(start)), start, *texts))


def columns_of(piece: Text) -> Columns:
    """What was kept; of a view nothing is copied."""
    (size,) = _SIZE.unpack_from(piece)
    start = _SIZE.size + size
    return Columns(_DECODE.decode(piece[_SIZE.size : start]), piece[start:])


def class_counts(some: Iterable[Columns]) -> Counter[str]:
    """How many annotations each class has."""
    by_groups: dict[tuple[Group, ...], list[Text]] = {}
    for columns in some:
        by_groups.setdefault(columns.head.groups, []).append(columns.text(OF))
    found: Counter[str] = Counter()
    for groups, texts in by_groups.items():
        of = b"".join(texts)
        for number, (_, class_id) in enumerate(groups):
            found[class_id] += of.count(number)
    return found
