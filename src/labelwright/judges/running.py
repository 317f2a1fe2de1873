"""Let a judge read files: a copy of them, in a process with limits that ends when ours does."""

import os
import subprocess
import threading
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Final, NamedTuple

import msgspec

from labelwright.exchange.archive import is_safe
from labelwright.exchange.exporting import CONFIGURATION_PATH
from labelwright.exchange.files import Files
from labelwright.exchange.manifest import PATH as MANIFEST_PATH
from labelwright.exchange.side_car import PATH as SIDE_CAR_PATH
from labelwright.judges import inside
from labelwright.judges.finding import Judge
from labelwright.judges.tool import PICTURES
from labelwright.judges.totals import Totals

OURS: Final = frozenset((MANIFEST_PATH, CONFIGURATION_PATH, SIDE_CAR_PATH))


class Limits(NamedTuple):
    """What a judge may take. `spare_bytes` have to stay free on the disk."""

    seconds: float = 300
    memory_bytes: int = 8 << 30
    disk_bytes: int = 4 << 30
    spare_bytes: int = 256 << 20


LIMITS: Final = Limits()


class Given(NamedTuple):
    """What judges are asked about: files of a format, about so many pictures."""

    form: str
    files: Files
    pictures: int


class Unread(Exception):
    """A judge could not finish; the text says why, and begins in the middle of a sentence."""


class Unasked(Exception):
    """A judge was not asked; the text says why, as that of Unread."""


class _Said(msgspec.Struct):
    """What comes out of a judge."""

    error: str | None = None
    pictures: int = 0
    classes: dict[str, list[float]] = {}


def totals_by(judge: Judge, given: Given, scratch: Path, limits: Limits = LIMITS) -> Totals:
    """What a judge counts; `scratch` is where copies may lie meanwhile. Raises Unread, Unasked."""
    try:
        with TemporaryDirectory(
            dir=scratch, prefix=inside.COPIES, suffix=".part", ignore_cleanup_errors=True
        ) as folder:
            copy = Path(folder) / "files"
            _unpack(given.files, _needed(judge, given), copy, limits)
            said = _said(judge, given.form, copy, limits)
    except OSError as error:
        raise Unread(f"could not be given the files: {error.strerror}") from None
    return Totals(said.pictures, said.classes)


def _needed(judge: Judge, given: Given) -> list[str]:
    """The paths that a judge needs. Raises Unasked where some are missing."""
    theirs = [path for path in given.files.paths if path not in OURS and is_safe(path)]
    needed = set()
    for pattern in judge.tool.FILES[given.form]:
        found = [path for path in theirs if fnmatchcase(path, pattern)]
        if not found:
            raise Unasked(f"was not asked: it needs {pattern}, of which there is none")
        if pattern == PICTURES and len(found) < given.pictures:
            raise Unasked(f"was not asked: it needs every picture, and {len(found):,} of {given.pictures:,} are there")
        needed.update(found)
    return sorted(needed)


def _unpack(files: Files, paths: Sequence[str], folder: Path, limits: Limits) -> None:
    """Copy files; what lies on the disk by itself is linked to. Raises Unasked where that is too much."""
    size = sum(files.sizes[path] for path in paths if files.local_path(path) is None)
    if size > limits.disk_bytes:
        raise Unasked(f"was not asked: it needs {size / (1 << 30):.1f} GiB; {limits.disk_bytes >> 30} are given to it")
    space = os.statvfs(folder.parent)
    if space.f_bavail * space.f_frsize < size + limits.spare_bytes:
        raise Unasked("was not asked: the disk has no room for the files that it needs")
    folder.mkdir()
    for path in paths:
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        lying = files.local_path(path)
        if lying is not None:
            place.symlink_to(lying.absolute())
        else:
            place.write_bytes(files.read(path))


def _said(judge: Judge, form: str, folder: Path, limits: Limits) -> _Said:
    tool = str(judge.tool.__file__)
    numbers = (str(int(limits.seconds) + 1), str(limits.memory_bytes))
    command = [str(judge.python), "-W", "ignore", inside.__file__, tool, form, *numbers]
    with (folder.parent / "errors.log").open("wb") as errors:
        text, code, is_late = _heard(command, folder, _environment(judge, folder), errors, limits.seconds)
    if is_late:
        raise Unread(f"was stopped: it took more than {limits.seconds:g} s")
    try:
        said = msgspec.json.decode(text, type=_Said)
    except msgspec.DecodeError:
        raise Unread(f"broke off (exit {code})") from None
    if said.error is not None:
        raise Unread(f"could not read it: {said.error[:300]}")
    return said


def _heard(
    command: list[str], folder: Path, environment: dict[str, str], errors: BinaryIO, seconds: float
) -> tuple[bytes, int, bool]:
    """What a process in a folder writes, its exit status, and whether it was ended because it took too long.

    It ends when its standard input does, so when this process is killed, too.
    """
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=environment, cwd=folder
    ) as process:
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        watch = threading.Timer(seconds, stop)
        watch.start()
        try:
            assert process.stdout is not None
            text = process.stdout.read()
        finally:
            watch.cancel()
            process.kill()
    return text, process.returncode, late.is_set()


def _environment(judge: Judge, folder: Path) -> dict[str, str]:
    """No secrets of ours, no network where a tool can do without, one core."""
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "ARROW_NUM_THREADS")
    offline = ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE")
    here = str(folder.parent)
    search = {"PYTHONPATH": os.pathsep.join(judge.search)} if judge.search else {}
    return search | {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": here,
        "TMPDIR": here,
        **dict.fromkeys((*threads, *offline), "1"),
    }
