"""The labels of one moment in a file of their own, so that a long export holds no snapshot of the database.

Frames follow one another: four bytes of length (big-endian), then a task in MessagePack. Documents stay the bytes that
they are stored as, and are decoded when somebody asks.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from labelwright.exchange.source import Medium, TaskLabels
from labelwright.model.document import EMPTY


class Frame(msgspec.Struct, frozen=True, array_like=True):
    """One task as it waits in the file; `document` is None where nothing was ever labelled."""

    task_id: str
    state: str
    labeler: str | None
    medium: Medium
    document: bytes | None


_DECODE = msgspec.msgpack.Decoder(Frame)
_ENCODE = msgspec.msgpack.Encoder()
_HEAD_BYTES = 4


def write_frames(file: BinaryIO, frames: Iterable[Frame]) -> int:
    """Append tasks; returns how many."""
    count = 0
    for count, frame in enumerate(frames, 1):  # noqa: B007 - the last number is the count
        data = _ENCODE.encode(frame)
        file.write(len(data).to_bytes(_HEAD_BYTES, "big") + data)
    return count


def frame_of(task: TaskLabels) -> Frame:
    """A task as it waits in a snapshot."""
    content = task.content if isinstance(task.content, bytes) else msgspec.json.encode(task.content)
    return Frame(task.task_id, task.state, task.labeler, task.medium, None if task.content == EMPTY else content)


def read_tasks(path: Path) -> Iterator[TaskLabels]:
    """Start a walk over the tasks of a snapshot."""
    with path.open("rb", buffering=1 << 20) as file:
        while head := file.read(_HEAD_BYTES):
            yield task_of(_DECODE.decode(file.read(int.from_bytes(head, "big"))))


def task_of(frame: Frame) -> TaskLabels:
    """A task as it came into a snapshot."""
    return TaskLabels(
        task_id=frame.task_id,
        state=frame.state,
        labeler=frame.labeler,
        medium=frame.medium,
        content=EMPTY if frame.document is None else frame.document,
    )
