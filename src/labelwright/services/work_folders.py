"""Folders of long work, one for each export and import; what a kill or a full disk left in them is taken away."""

import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Final

UNFINISHED: Final = "*.part"
SCRATCH: Final = "side-car-*"


def tidy(folder: Path, *, is_known: bool = True) -> None:
    """Take away what is not whole; what is stays, so that the work can go on. All goes where nothing is known of it."""
    if not is_known:
        shutil.rmtree(folder, ignore_errors=True)
    for path in (*folder.glob(UNFINISHED), *folder.glob(SCRATCH)):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def sweep(root: Path, known: Collection[str]) -> None:
    """Remove the folders that belong to nothing any more, and tidy the others. Nobody may be at work in them."""
    for folder in root.iterdir() if root.is_dir() else ():
        if folder.is_dir():
            tidy(folder, is_known=folder.name in known)
