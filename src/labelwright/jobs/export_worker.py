"""Write one archive in a process of its own, so that nobody's save waits for it: `export_worker FOLDER JUDGES`.

The archive grows under another name and gets its own when it was read back and found right; see `exchange/work.py`.
`JUDGES` is the setting that says where judges are looked for.
"""

import errno
import gc
import hashlib
import os
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from labelwright.exchange.archive import Archive
from labelwright.exchange.checking import Differs, check_archive
from labelwright.exchange.exporting import CONFIGURATION_PATH, Exporting, Report
from labelwright.exchange.orphans import ORPHANED
from labelwright.exchange.sharing import Died, processes_here
from labelwright.exchange.side_car_writing import check_side_car
from labelwright.exchange.snapshot import Snapshot
from labelwright.exchange.source import Medium, Scheme
from labelwright.exchange.work import ARCHIVE, JOB, REPORT, SNAPSHOT, Done, Job, Said
from labelwright.exchange.zip_file import ZipWriter
from labelwright.formats import FORMATS, configuration_file
from labelwright.jobs.lifeline import alone_in
from labelwright.jobs.room import keep_pages, leave_room
from labelwright.judges.finding import OFF
from labelwright.judges.judging import Place, refuse_other, verdicts_on
from labelwright.model.errors import LabelwrightError
from labelwright.storage.keys import original_key

PART: Final = "archive.part"
REPORT_PART: Final = "report.part"
_SAY_EVERY_S: Final = 0.2


def main(folder: Path, judges: str) -> int:
    """Write the archive; 0 when it is there, 3 when it could not be, and the last line says why."""
    os.nice(10)
    gc.disable()  # looking for cycles, of which there are none, took a tenth of the time
    keep_pages()
    try:
        leave_room(folder)
        with alone_in(folder):
            run(folder, judges)
    except BrokenPipeError:
        return ORPHANED
    except LabelwrightError as error:
        _say(Said(step="failed", error=error.message))
        return 3
    except Differs as error:
        traceback.print_exc()
        _say(Said(step="failed", error=f"The archive is not handed out, as it does not hold what was written: {error}"))
        return 3
    except Died as error:
        _say(Said(step="failed", error=f"{error} Resume it."))
        return 3
    except OSError as error:
        text = "it has no room for more of it" if error.errno == errno.EFBIG else error.strerror
        _say(Said(step="failed", error=f"The disk refused the archive: {text}. Mend that and resume it."))
        return 3
    return 0


def run(folder: Path, judges: str = OFF) -> Done:
    """Write, check and place the archive of a folder; what an earlier try left is no part of it."""
    for name in (REPORT, ARCHIVE):
        (folder / name).unlink(missing_ok=True)
    job = msgspec.json.decode((folder / JOB).read_bytes(), type=Job)
    scheme = Scheme(job.configuration, job.indices)
    form = FORMATS[job.request.format]
    snapshot = Snapshot(folder / SNAPSHOT)
    exporting = Exporting(
        form,
        job.request,
        scheme,
        snapshot.places,
        project=job.project,
        open_picture=_opener(Path(job.originals)),
        progress=_teller("writing"),
        scratch=folder,
        processes=processes_here(),
        load=snapshot.task,
        weigh=snapshot.weight,
    )
    exporting.plan()
    part = folder / PART
    report, size = _written(exporting, part, configuration_file.write(job.configuration.classes))
    _say(Said(step="checking", total=job.total))
    checked = check_archive(form, part, report.balance, exporting.tasks(None), processes_here())
    if job.request.side_car:
        check_side_car(form, part)
    if not job.dry_run:
        _say(Said(step="judging"))
        report = msgspec.structs.replace(report, judged=verdicts_on(form, part, checked, Place(judges, folder)))
        refuse_other(report.judged)
    with part.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        if not job.dry_run:
            os.fsync(file.fileno())  # now, as most of it went to the disk while it was read back
    done = Done(report=report, size_bytes=size, sha256=digest, checked=checked)
    if job.dry_run:
        part.unlink()
    else:
        part.replace(folder / ARCHIVE)
    # The report comes last: where it is, the archive is.
    (folder / REPORT_PART).write_bytes(msgspec.json.encode(done))
    (folder / REPORT_PART).replace(folder / REPORT)
    return done


def _written(exporting: Exporting, part: Path, configuration: bytes) -> tuple[Report, int]:
    """Write the archive; what it remembers of each file is forgotten when it is read back."""
    with part.open("wb") as file:
        sink = ZipWriter(file, part.parent)
        report = exporting.write(Archive(sink, part.parent), {CONFIGURATION_PATH: configuration})
        return report, sink.close()


def _opener(originals: Path) -> Callable[[Medium], BinaryIO | None]:
    def open_picture(medium: Medium) -> BinaryIO | None:
        path = originals / original_key(medium.sha256) if medium.sha256 else None
        return path.open("rb") if path is not None and path.is_file() else None

    return open_picture


def _teller(step: str) -> Callable[[int, int], None]:
    last = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _SAY_EVERY_S:
            last = now
            _say(Said(step=step, done=done, total=total))

    return tell


def _say(said: Said) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(said) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *(sys.argv[2:] or [OFF])))
