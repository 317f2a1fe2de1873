"""What comparing an import made ready for storing, kept in a file beside it until it is stored.

Each task with what it was compared on. Where that has moved since, the task is compared anew; what was kept for other
options, another label configuration or another version of the product is not looked at.
"""

import hashlib
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import msgspec

import labelwright
from labelwright.exchange.frames import Frames, write_frame
from labelwright.services.import_storing import Prepared

KEPT: Final = "prepared"


class Basis(NamedTuple):
    """What the labels of a task are compared on: their revision (None: there are none), the size of the picture."""

    revision: int | None
    width: int | None
    height: int | None


class Looked(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is to be written for a task that was looked at; `prepared` is None when nothing changes."""

    task_id: str
    basis: Basis
    prepared: Prepared | None


class _Head(msgspec.Struct, frozen=True, array_like=True):
    task_id: str
    basis: Basis


class Terms(msgspec.Struct, frozen=True):
    """What holds for all tasks: how it was compared, with which label configuration, by which version."""

    options: bytes
    configuration_revision: int
    version: str = labelwright.__version__

    @property
    def digest(self) -> str:
        """What tells whether something else was compared on the same terms."""
        return hashlib.sha256(_ENCODE(self)).hexdigest()


_ENCODE: Final = msgspec.msgpack.Encoder().encode
_LOOKED: Final = msgspec.msgpack.Decoder(Looked)
_HEAD: Final = msgspec.msgpack.Decoder(_Head)
_TERMS: Final = msgspec.msgpack.Decoder(Terms)


def keep_terms(file: BinaryIO, terms: Terms) -> None:
    """Begin a file."""
    write_frame(file, _ENCODE(terms))


def keep(file: BinaryIO, looked: Looked) -> None:
    """Add a task."""
    write_frame(file, _ENCODE(looked))


class Kept:
    """The tasks of a file that was made on the same terms; none when it was not, or there is none."""

    def __init__(self, path: Path, terms: Terms) -> None:
        self._places: dict[str, tuple[Basis, int]] = {}
        if not path.is_file():
            return
        self._frames = Frames(path)
        walk = self._frames.walk()
        if _TERMS.decode(next(walk)[1]) == terms:
            heads = ((place, _HEAD.decode(frame)) for place, frame in walk)
            self._places = {head.task_id: (head.basis, place) for place, head in heads}

    def has(self, task_id: str, basis: Basis) -> bool:
        """Whether a task was looked at on this basis."""
        return task_id in self._places and self._places[task_id][0] == basis

    def get(self, task_id: str) -> Looked:
        """What was made ready for a task."""
        return _LOOKED.decode(self._frames.at(self._places[task_id][1]))
