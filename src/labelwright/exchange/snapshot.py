"""The labels of one moment in a file of their own, so that a long export holds no snapshot of the database.

Frames follow one another: the sizes of the three parts behind (four bytes each, big-endian), then what a task is in
MessagePack, its document as it is stored, and its measured rows where these are known. Documents stay in the mapped
file until somebody looks at them: a walk for names alone passes over them.
"""

import struct
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from labelwright.exchange.files import mapped
from labelwright.exchange.plain import Content, Measured, stored
from labelwright.exchange.source import Medium, TaskLabels
from labelwright.model.document import EMPTY


class Frame(msgspec.Struct, frozen=True, array_like=True):
    """One task as it waits in the file; `document` is None where nothing was ever labelled, `rows` may be empty."""

    task_id: str
    state: str
    labeler: str | None
    medium: Medium
    document: bytes | None
    rows: bytes = b""


_Head = tuple[str, str, str | None, Medium]
_DECODE: Final = msgspec.msgpack.Decoder(_Head)
_ENCODE: Final = msgspec.msgpack.Encoder()
_SIZES: Final = struct.Struct(">III")


def write_frames(file: BinaryIO, frames: Iterable[Frame]) -> int:
    """Append tasks; returns how many."""
    count = 0
    for count, frame in enumerate(frames, 1):  # noqa: B007 - the last number is the count
        head = _ENCODE.encode((frame.task_id, frame.state, frame.labeler, frame.medium))
        document = frame.document or b""
        sizes = _SIZES.pack(len(head), len(document), len(frame.rows))
        file.write(b"%b%b%b%b" % (sizes, head, document, frame.rows))
    return count


def frame_of(task: TaskLabels) -> Frame:
    """A task as it waits in a snapshot."""
    document = None if task.content == EMPTY else bytes(stored(task.content))
    rows = bytes(task.content.rows) if isinstance(task.content, Measured) else b""
    return Frame(task.task_id, task.state, task.labeler, task.medium, document, rows)


class Snapshot:
    """The tasks of a snapshot by their places, so that who shares a walk looks at his alone; eight bytes of each."""

    def __init__(self, path: Path) -> None:
        self._frames = memoryview(mapped(path, None))
        self._starts = array("Q", self._walk())
        self._starts.append(len(self._frames))

    def _walk(self) -> Iterator[int]:
        at = 0
        while at < len(self._frames):
            yield at
            at += _SIZES.size + sum(_SIZES.unpack_from(self._frames, at))

    def places(self) -> Iterator[int]:
        """Start a walk."""
        return iter(range(len(self._starts) - 1))

    def weight(self, place: int) -> int:
        """How many bytes a task has in the file."""
        return self._starts[place + 1] - self._starts[place]

    def task(self, place: int) -> TaskLabels:
        """The task of a place."""
        at = self._starts[place]
        head_size, document_size, rows_size = _SIZES.unpack_from(self._frames, at)
        start = at + _SIZES.size
        middle = start + head_size
        end = middle + document_size
        task_id, state, labeler, medium = _DECODE.decode(self._frames[start:middle])
        content = _content(self._frames[middle:end], self._frames[end : end + rows_size])
        return TaskLabels(task_id=task_id, state=state, labeler=labeler, medium=medium, content=content)


def read_tasks(path: Path) -> Iterator[TaskLabels]:
    """Start a walk over the tasks of a snapshot."""
    snapshot = Snapshot(path)
    return map(snapshot.task, snapshot.places())


def task_of(frame: Frame) -> TaskLabels:
    """A task as it came into a snapshot."""
    return TaskLabels(
        task_id=frame.task_id,
        state=frame.state,
        labeler=frame.labeler,
        medium=frame.medium,
        content=_content(frame.document or b"", frame.rows),
    )


def _content(document: bytes | memoryview, rows: bytes | memoryview) -> Content:
    if not document:
        return EMPTY
    return Measured(document, rows) if rows else document
