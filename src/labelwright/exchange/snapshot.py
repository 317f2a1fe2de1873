"""The labels of one moment in a file of their own, so that a long export holds no snapshot of the database.

Frames follow one another: the sizes of the two parts behind (four bytes each, big-endian), then what a task is in
MessagePack, then its document as it is stored. Documents stay in the mapped file until somebody looks at them: a walk
for names alone passes over them.
"""

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from labelwright.exchange.files import mapped
from labelwright.exchange.source import Medium, TaskLabels
from labelwright.model.document import EMPTY, Document


class Frame(msgspec.Struct, frozen=True, array_like=True):
    """One task as it waits in the file; `document` is None where nothing was ever labelled."""

    task_id: str
    state: str
    labeler: str | None
    medium: Medium
    document: bytes | None


_Head = tuple[str, str, str | None, Medium]
_DECODE: Final = msgspec.msgpack.Decoder(_Head)
_ENCODE: Final = msgspec.msgpack.Encoder()
_SIZES: Final = struct.Struct(">II")


def write_frames(file: BinaryIO, frames: Iterable[Frame]) -> int:
    """Append tasks; returns how many."""
    count = 0
    for count, frame in enumerate(frames, 1):  # noqa: B007 - the last number is the count
        head = _ENCODE.encode((frame.task_id, frame.state, frame.labeler, frame.medium))
        document = frame.document or b""
        file.write(b"%b%b%b" % (_SIZES.pack(len(head), len(document)), head, document))
    return count


def frame_of(task: TaskLabels) -> Frame:
    """A task as it waits in a snapshot."""
    content = task.content
    stored = msgspec.json.encode(content) if isinstance(content, Document) else bytes(content)
    return Frame(task.task_id, task.state, task.labeler, task.medium, None if content == EMPTY else stored)


def read_tasks(path: Path) -> Iterator[TaskLabels]:
    """Start a walk over the tasks of a snapshot."""
    frames, at = memoryview(mapped(path, None)), 0
    while at < len(frames):
        head_size, size = _SIZES.unpack_from(frames, at)
        start = at + _SIZES.size
        at = start + head_size + size
        task_id, state, labeler, medium = _DECODE.decode(frames[start : start + head_size])
        content = frames[start + head_size : at] if size else EMPTY
        yield TaskLabels(task_id=task_id, state=state, labeler=labeler, medium=medium, content=content)


def task_of(frame: Frame) -> TaskLabels:
    """A task as it came into a snapshot."""
    return TaskLabels(
        task_id=frame.task_id,
        state=frame.state,
        labeler=frame.labeler,
        medium=frame.medium,
        content=EMPTY if frame.document is None else frame.document,
    )
