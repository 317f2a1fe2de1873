"""Index masks: one PNG a picture, 8 bit with a palette, a pixel's value is its class; `classes.csv` says which.

Value 0 is the background; a class's value is its number + 1, which stays for good. Colours are the project's.
Read as well: grey PNGs with such a table, and RGB ones whose colours the table names.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from labelwright.exchange.archive import Archive, Bundle
from labelwright.exchange.files import Files, refused
from labelwright.exchange.format import Chosen, Format
from labelwright.exchange.found import Faults, FoundMedium, FoundObject, LabelFile, Place
from labelwright.exchange.ledger import Ledger
from labelwright.exchange.source import Source, TaskLabels
from labelwright.formats import mask_classes, mask_lists, mask_objects, mask_pictures
from labelwright.formats.mask_classes import Row
from labelwright.formats.picture_files import write_each
from labelwright.raster import PALETTE, Runs, encode_runs

FOLDER: Final = "masks"


def write(source: Source, archive: Archive, settings: Chosen, ledger: Ledger) -> None:
    """Write the tables, then one mask a picture. Raises Invalid when a class has no value of its own."""
    classes = mask_classes.rows(source.scheme)
    ignore = settings["ignore"]
    mask_objects.check_values(source.scheme, {key: row.value for key, row in classes.items()}, ignore)
    mask_classes.write(archive, classes.values(), ignore=ignore)
    palette = mask_objects.palette_of({row.value: row.colour for row in classes.values()}, ignore)

    def write_mask(task: TaskLabels, bundle: Bundle) -> None:
        runs = _paint(source, task, settings, ledger, classes)
        path = f"{FOLDER}/{mask_pictures.folder(task.medium)}{mask_pictures.stem(task.medium)}.png"
        bundle.add(path, encode_runs(runs, task.medium.size_wh, PALETTE, palette))

    for split in source.splits:
        write_each(source, split, archive, ledger, write_mask)
    mask_lists.write(archive, source, FOLDER)


def _paint(source: Source, task: TaskLabels, settings: Chosen, ledger: Ledger, classes: dict[str, Row]) -> Runs:
    painted, others = mask_objects.painting(source.scheme, task, settings["order"])
    values = np.array([classes[one.annotation.class_id].value for one in painted.objects], dtype=np.int64)
    seen = painted.seen(values, border=settings["boundary"], rim=settings["ignore"])
    shares = painted.shares(seen.pixels)
    ledger.exported("tasks")
    mask_objects.account(ledger, task, painted, shares, mask_objects.MERGED)
    mask_objects.refuse_kinds(ledger, task, others)
    mask_objects.refuse_answers(ledger, task)
    return seen.runs


# --- reading ----------------------------------------------------------------------------------------------------------


def recognise(files: Files) -> bool:
    """Whether there is a table of classes and a folder of masks beside it."""
    root = mask_pictures.find_root(files, mask_classes.PATH)
    return root is not None and any(_masks(files, root))


def _masks(files: Files, root: str) -> Iterator[str]:
    return (path for path in files.ending(".png") if path.startswith(f"{root}{FOLDER}/"))


def read(files: Files) -> LabelFile:
    """Open masks and their table. Raises Invalid when there is no table."""
    root = mask_pictures.find_root(files, mask_classes.PATH)
    if root is None:
        raise refused("The upload", "no_classes", "holds no classes.csv, which says what the values of masks mean.")
    faults = Faults()
    classes, nothing = mask_classes.read(files, faults, root + mask_classes.PATH)

    def media() -> Iterator[FoundMedium]:
        for path, line in mask_lists.beside(_masks(files, root), mask_lists.by_mask(files, root, faults), faults):
            yield _medium(files, path, line, (classes, nothing), faults)

    return LabelFile(classes=tuple(row.found for row in classes.values()), media=media, faults=faults)


def _medium(
    files: Files,
    path: str,
    line: mask_lists.Listed | None,
    meaning: tuple[dict[int, Row], set[int]],
    faults: Faults,
) -> FoundMedium:
    pixels = mask_pictures.read_pixels(files, path, faults)
    objects = () if pixels is None else tuple(objects_of(pixels, path, *meaning, faults))
    return FoundMedium(
        place=Place(path),
        path=line.picture if line else path,
        id=line.medium_id if line else None,
        width=pixels.size_wh[0] if pixels else None,
        height=pixels.size_wh[1] if pixels else None,
        split=line.split if line else mask_pictures.split_of(path),
        objects=objects,
        asides=line.asides if line else (),
    )


def objects_of(
    pixels: mask_pictures.Pixels, path: str, classes: dict[int, Row], nothing: set[int], faults: Faults
) -> Iterator[FoundObject]:
    """The connected pieces of every class, each an object of its own."""
    is_colour = pixels.is_colour
    meant = {_colour_value(row): row for row in classes.values()} if is_colour else classes
    for value, pieces in mask_pictures.pieces_of(pixels.runs, [0] if is_colour else [0, *nothing]).items():
        row = meant.get(value)
        if row is None:
            what = f"colour #{value:06X}" if is_colour else f"value {value}"
            text = f"{sum(1 for _ in pieces)} pieces have the {what}, which classes.csv does not name."
            if not (is_colour and value == 0xFFFFFF):
                faults.add(Place(path), "unknown_value", text, value)
            continue
        for piece in pieces:
            for geometry in mask_pictures.geometries([piece], row.kind):
                yield FoundObject(class_name=row.name, geometry=geometry, place=Place(path))


def _colour_value(row: Row) -> int:
    red, green, blue = row.colour
    return red << 16 | green << 8 | blue


FORMAT: Final = Format(
    id="masks_index",
    name="Index masks",
    text="One PNG a picture, 8 bit with a palette, whose values are classes: what semantic segmentation trains on.",
    supports=mask_objects.of_classes(),
    settings=(mask_objects.ORDER, mask_objects.IGNORE, mask_objects.boundary()),
    write=write,
    read=read,
    recognise=recognise,
    picture_path=lambda medium: f"images/{mask_pictures.folder(medium)}{medium.path}",
    keeps_order=False,
    keeps_objects=False,
)
