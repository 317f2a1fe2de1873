"""The decoding process: `python -m labelwright.media.worker LIMITS`, one request a frame on stdin until it closes."""

import errno
import os
import sys
from pathlib import Path

from labelwright.media import sandbox
from labelwright.media.making import probe_picture, write_display, write_thumbnail
from labelwright.media.messages import (
    Limits,
    Made,
    Probed,
    ProbePicture,
    Refused,
    Reply,
    Request,
    WriteDisplay,
    WriteThumbnail,
    decode_limits,
    decode_request,
    encode,
    frame,
    read_frame,
)
from labelwright.media.reading import DAMAGED, TOO_MUCH_MEMORY
from labelwright.model.errors import LabelwrightError


def answer(request: Request, limits: Limits) -> Reply:
    """Do what is asked. Raises as the operation does."""
    sandbox.allow_cpu_seconds(limits.cpu_s)  # until the header has told the size
    match request:
        case ProbePicture(path):
            return Probed(probe_picture(Path(path), limits))
        case WriteDisplay(path, output):
            return Made(write_display(Path(path), Path(output), limits))
        case WriteThumbnail(path, output, size):
            return Made(write_thumbnail(Path(path), Path(output), size, limits))


def answer_or_refuse(request: Request, limits: Limits) -> Reply:
    """Do what is asked and turn every failure into a reply."""
    try:
        return answer(request, limits)
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
    sandbox.confine(limits.address_space_bytes)
    while (payload := read_frame(requests)) is not None:
        reply = answer_or_refuse(decode_request(payload), limits)
        replies.write(frame(encode(reply)))
        replies.flush()
        if isinstance(reply, Refused) and reply.last:
            return


if __name__ == "__main__":
    main()
