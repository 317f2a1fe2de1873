"""Memory of an export in every format: it must not grow with what is exported.

Each is a whole export by the worker of the server, from the snapshot of the labels until its archive was read back and
compared. Memory is what all processes of the worker hold together (but for the pages of files that they have mapped)
above what an export of nothing does: with some pictures, and with four times as many. Formats with a mask for each
picture are given fewer. Pictures of 5,000 shapes each follow, for formats without masks (a mask costs what is painted
on it, of one picture at a time), and a million pictures without labels, in formats with one file and with a file for
each.

Run: ``python -m benchmarks.memory [FORMAT ...]``
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.claims import Claim, report
from benchmarks.filling import SIZE_WH
from benchmarks.formats import MOST_GROWTH, MOST_GROWTH_MB, export, shared_mb
from benchmarks.snapshots import EACH, configuration, medium_name, write_job, write_snapshot

from labelwright.exchange.snapshot import Frame, write_frames
from labelwright.exchange.source import Medium
from labelwright.exchange.work import SNAPSHOT
from labelwright.formats import FORMATS
from labelwright.model.configuration import Configuration

PICTURES, MASKS, MANY = 8_000, 1_000, 1_000_000
FULL, TIMES = 60, 200
MANY_IN: Final = ("coco", "yolo")
_MASKED: Final = ("coco_panoptic", "masks_", "voc_segmentation", "cityscapes")


def write_bare_snapshot(folder: Path, count: int) -> Configuration:
    """Lay down a snapshot of pictures that were looked at, and in which nothing is."""

    def frames() -> Iterator[Frame]:
        width, height = SIZE_WH
        for number in range(count):
            medium = Medium(id=f"{number:032x}", name=medium_name(number), width=width, height=height)
            yield Frame(f"{number:032x}", "completed", None, medium, None)

    with (folder / SNAPSHOT).open("wb", buffering=1 << 20) as file:
        write_frames(file, frames())
    return configuration()


def held_mb(folder: Path, labels: Configuration, form: str, count: int) -> float:
    """What the worker holds at most for the snapshot that lies there."""
    write_job(folder, labels, form, count)
    return export(folder, shared_mb).most_mb


def main() -> int:
    wanted = sys.argv[1:] or [form.id for form in FORMATS.values() if form.write is not None]
    claims = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        labels = write_snapshot(folder, 0)
        nothing = {form: held_mb(folder, labels, form, 0) for form in wanted}
        found: dict[str, list[float]] = {form: [] for form in wanted}
        for most in (MASKS, PICTURES):
            forms = [form for form in wanted if form.startswith(_MASKED) == (most == MASKS)]
            for count in (most // 4, most):
                write_snapshot(folder, count)
                for form in forms:
                    found[form].append(held_mb(folder, labels, form, count) - nothing[form])
                    print(f"{form}: {found[form][-1]:.0f} MB with {count:,} pictures of {EACH} shapes", flush=True)
            claims += [
                Claim(
                    f"{form}: memory of {most * EACH:,} annotations above that of none, and of a quarter of them",
                    f"{found[form][1]:.0f} MB, {found[form][0]:.0f} MB",
                    MOST_GROWTH,
                    found[form][1] <= MOST_GROWTH_MB,
                )
                for form in forms
            ]
        write_snapshot(folder, FULL, times=TIMES)
        for form in (form for form in wanted if not form.startswith(_MASKED)):
            growth = held_mb(folder, labels, form, FULL) - nothing[form]
            what = f"{form}: memory of {FULL} pictures of {TIMES * EACH:,} shapes above that of none"
            claims.append(Claim(what, f"{growth:.0f} MB", MOST_GROWTH, growth <= MOST_GROWTH_MB))
            print(f"{form}: {growth:.0f} MB with {FULL} pictures of {TIMES * EACH:,} shapes", flush=True)
        labels = write_bare_snapshot(folder, MANY)
        for form in (form for form in MANY_IN if form in wanted):
            growth = held_mb(folder, labels, form, MANY) - nothing[form]
            what = f"{form}: memory of {MANY:,} pictures above that of none"
            claims.append(Claim(what, f"{growth:.0f} MB", MOST_GROWTH, growth <= MOST_GROWTH_MB))
    return report(claims)


if __name__ == "__main__":
    sys.exit(main())
