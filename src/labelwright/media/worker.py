"""The decoding process: `python -m labelwright.media.worker LIMITS`, one request a frame on stdin until it closes."""

import errno
import os
import sys
import threading
from pathlib import Path
from typing import BinaryIO

from labelwright.media import sandbox
from labelwright.media.disk_pixels import Pages
from labelwright.media.making import probe_picture, write_display, write_thumbnail
from labelwright.media.messages import (
    Limits,
    Made,
    Message,
    Probed,
    ProbePicture,
    Progress,
    Refused,
    Reply,
    Request,
    WriteDisplay,
    WriteOverview,
    WriteThumbnail,
    WriteTiles,
    decode_limits,
    decode_request,
    encode,
    frame,
    read_frame,
)
from labelwright.media.reading import DAMAGED, TOO_MUCH_MEMORY
from labelwright.media.tiling import Tell, write_overview, write_tiles
from labelwright.model.errors import LabelwrightError


class Talk:
    """The way to the server: one message a frame, from any thread."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def say(self, message: Message) -> None:
        with self._lock:
            self._stream.write(frame(encode(message)))
            self._stream.flush()

    def progress(self, done: float) -> None:
        self.say(Progress(done))


def answer(request: Request, limits: Limits, pages: Pages | None, tell: Tell) -> Reply:
    """Do what is asked. Raises as the operation does."""
    sandbox.allow_cpu_seconds(limits.cpu_s)  # until the header has told the size
    match request:
        case ProbePicture(path):
            return Probed(probe_picture(Path(path), limits))
        case WriteDisplay(path, output):
            return Made(write_display(Path(path), Path(output), limits))
        case WriteThumbnail(path, output, size):
            return Made(write_thumbnail(Path(path), Path(output), size, limits))
        case WriteOverview(path, output, size):
            return Made(write_overview(Path(path), Path(output), size))
        case WriteTiles(path, output):
            assert pages is not None, "only a process with the limits for tiles makes them"
            return Made(write_tiles(Path(path), Path(output), limits, pages, tell))


def answer_or_refuse(request: Request, limits: Limits, pages: Pages | None, tell: Tell) -> Reply:
    """Do what is asked and turn every failure into a reply."""
    try:
        return answer(request, limits, pages, tell)
    except LabelwrightError as error:
        return Refused(code=error.code, message=error.message, fields=error.fields)
    except MemoryError:
        return Refused(code="too_large", message=TOO_MUCH_MEMORY, last=True)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
            return Refused(code="storage_full", message="cannot be prepared: the storage is full. Free some space.")
        return _damaged()
    except Exception:  # noqa: BLE001 - decoders raise anything; the file is to blame, and it has a name out there
        return _damaged()


def _damaged() -> Refused:
    return Refused(code="unreadable_picture", message=DAMAGED)


def main() -> None:
    limits = decode_limits(sys.argv[1])
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):  # what libraries print must not get between our frames, nor into the log
        os.dup2(nothing, descriptor)
    pages = Pages() if limits.makes_tiles else None
    talk = Talk(replies)
    sandbox.confine(limits)
    while (payload := read_frame(requests)) is not None:
        reply = answer_or_refuse(decode_request(payload), limits, pages, talk.progress)
        talk.say(reply)
        if isinstance(reply, Refused) and reply.last:
            return


if __name__ == "__main__":
    main()
