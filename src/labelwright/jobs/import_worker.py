"""Read an upload of a stranger in a process of its own: `import_worker FOLDER FILE NAME FORMAT use|ignore`.

What was found lies in the folder afterwards (`exchange/reading.py`); the last line of standard output says why not.
"""

import errno
import os
import resource
import sys
from pathlib import Path
from typing import Final

import msgspec

from labelwright.exchange.reading import survey
from labelwright.exchange.sharing import Died
from labelwright.exchange.work import Said
from labelwright.formats import FORMATS
from labelwright.jobs.lifeline import alone_in
from labelwright.jobs.room import keep_pages, leave_room
from labelwright.model.errors import LabelwrightError

MOST_MEMORY_BYTES: Final = 8 << 30
MOST_SECONDS: Final = 3600
_FILES: Final = 5  # what an archive unpacks to, two of columns, what was found, what it is with its side-car


def main(folder: Path, file: Path, name: str, wanted: str | None, *, use_side_car: bool) -> int:
    """0 when everything was read, 3 when nothing could be."""
    os.nice(10)
    keep_pages()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    try:
        leave_room(folder, files=_FILES)
        with alone_in(folder):
            survey(file, folder, FORMATS, name=name, wanted=wanted, use_side_car=use_side_car)
    except LabelwrightError as error:
        return _failed(error.message)
    except Died as error:
        return _failed(f"{error} Send the file again.")
    except MemoryError:
        return _failed(f"The file needs more than {MOST_MEMORY_BYTES >> 30} GiB of memory to be read; split it.")
    except OSError as error:
        text = "the disk has no room for more of it" if error.errno == errno.EFBIG else str(error.strerror)
        return _failed(f"The disk refused what was read: {text}.")
    return 0


def _failed(message: str) -> int:
    sys.stdout.buffer.write(msgspec.json.encode(Said(step="failed", error=message)) + b"\n")
    return 3


if __name__ == "__main__":
    folder, file, name, form, side_car = sys.argv[1:]
    sys.exit(main(Path(folder), Path(file), name, form or None, use_side_car=side_car == "use"))
