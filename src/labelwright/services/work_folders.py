"""Folders of long work, one for each export and import; what a kill or a full disk left in them is taken away."""

import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Final

UNFINISHED: Final = "*.part"
SCRATCH: Final = "side-car-*"
REMOVED: Final = "removed"
"""A file that says after how many days the others were removed."""


def tidy(folder: Path, *, is_known: bool = True) -> None:
    """Take away what is not whole; what is stays, so that the work can go on. All goes where nothing is known of it."""
    if not is_known:
        shutil.rmtree(folder, ignore_errors=True)
    for path in (*folder.glob(UNFINISHED), *folder.glob(SCRATCH)):
        _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def untouched_days(folder: Path, now_s: float) -> float:
    """For how many days nothing has come or gone."""
    return (now_s - folder.stat().st_mtime) / (24 * 3600)


def mark_removed(folder: Path, days: int) -> None:
    """Say that files go, or are gone, after so many days."""
    (folder / REMOVED).write_text(str(days), encoding="ascii")


def removed_after(folder: Path) -> int | None:
    """After how many days the files were removed; None where they were not."""
    try:
        return int((folder / REMOVED).read_text(encoding="ascii") or 0)
    except FileNotFoundError:
        return None


def empty(folder: Path, stays: Collection[str]) -> None:
    """Remove the files, but some by name."""
    for path in folder.iterdir():
        if path.name not in stays and path.name != REMOVED:
            _remove(path)


def sweep(root: Path, known: Collection[str]) -> None:
    """Remove the folders that belong to nothing any more, and tidy the others. Nobody may be at work in them."""
    for folder in root.iterdir() if root.is_dir() else ():
        if folder.is_dir():
            tidy(folder, is_known=folder.name in known)
