"""Class masks: one PNG for each class of a picture, 255 where the class is, in a folder for each class.

Classes that lie over each other keep all their pixels: nothing hides anything. `classes.csv` names the classes, and a
class's folder is its value and its name; `masks.csv` lists all pictures, those without labels as well.
"""

import heapq
from collections.abc import Iterator
from itertools import chain, groupby
from operator import itemgetter
from typing import Final, NamedTuple

import numpy as np

from labelwright.exchange.archive import Archive, Bundle
from labelwright.exchange.files import Files, refused
from labelwright.exchange.format import Chosen, Format, Setting
from labelwright.exchange.found import Faults, FoundMedium, FoundObject, LabelFile, Place
from labelwright.exchange.ledger import Ledger
from labelwright.exchange.listing import Paths
from labelwright.exchange.naming import file_name
from labelwright.exchange.source import Source, TaskLabels
from labelwright.formats import mask_classes, mask_lists, mask_objects, mask_pictures
from labelwright.formats.mask_classes import Row
from labelwright.formats.picture_files import write_each
from labelwright.raster import GREY, Runs, encode_runs, union
from labelwright.raster.runs import FOREGROUND

FOLDER: Final = "class_masks"
EMPTY: Final = Setting(
    id="empty_masks",
    name="Black masks",
    text="Also write masks of classes that a picture has nothing of.",
    kind="flag",
    default=False,
)


def folder_of(row: Row) -> str:
    """The folder of a class: its value keeps names apart that a system takes for one."""
    return f"{FOLDER}/{row.value:03d}_{file_name(row.name)}"


def write(source: Source, archive: Archive, settings: Chosen, ledger: Ledger) -> None:
    """Write the tables, then the masks of each picture."""
    classes = mask_classes.rows(source.scheme)
    mask_classes.write(archive, classes.values())

    def write_masks(task: TaskLabels, bundle: Bundle) -> None:
        runs = _paint(source, task, ledger, classes)
        medium = task.medium
        for row in sorted(classes.values()):
            of_class = runs.where(runs.owner == row.value)
            if of_class.row.size or settings["empty_masks"]:
                path = f"{folder_of(row)}/{mask_pictures.folder(medium)}{mask_pictures.stem(medium)}.png"
                white = of_class._replace(owner=np.full_like(of_class.row, FOREGROUND))
                bundle.add(path, encode_runs(white, medium.size_wh, GREY))

    for split in source.splits:
        write_each(source, split, archive, ledger, write_masks)
    mask_lists.write(archive, source, FOLDER)


def _paint(source: Source, task: TaskLabels, ledger: Ledger, classes: dict[str, Row]) -> Runs:
    painted, others = mask_objects.painting(source.scheme, task, "depth")
    ledger.exported("tasks")
    shares = [float(count > 0) for count in painted.pixels.tolist()]
    mask_objects.account(ledger, task, painted, shares, mask_objects.MERGED)
    mask_objects.refuse_kinds(ledger, task, others)
    mask_objects.refuse_answers(ledger, task)
    values = np.array([classes[one.annotation.class_id].value for one in painted.objects], dtype=np.int64)
    return union(painted.runs._replace(owner=values[painted.runs.owner]))


# --- reading ----------------------------------------------------------------------------------------------------------


def recognise(files: Files) -> bool:
    """Whether there is a table of classes and folders of class masks, or a list of them, beside it."""
    root = mask_pictures.find_root(files, mask_classes.PATH)
    if root is None:
        return False
    start = f"{root}{FOLDER}/"
    names = chain(files.ending(".png"), (line.mask for line in mask_lists.in_order(files, root, Faults())))
    return any(name.startswith(start) for name in names)


def read(files: Files) -> LabelFile:
    """Open masks and their table. Raises Invalid when there is no table."""
    root = mask_pictures.find_root(files, mask_classes.PATH)
    if root is None:
        raise refused("The upload", "no_classes", "holds no classes.csv, which says what the folders of masks mean.")
    faults = Faults()
    classes, _ = mask_classes.read(files, faults, root + mask_classes.PATH)
    rows = tuple(classes.values())

    def media() -> Iterator[FoundMedium]:
        for name, found in groupby(_pieces(files, root, rows, faults), itemgetter(0)):
            pieces = [piece for _, piece in found]
            line = next((piece for piece in pieces if isinstance(piece, mask_lists.Listed)), None)
            yield _medium(files, name, line, [piece for piece in pieces if isinstance(piece, _Mask)], faults)

    return LabelFile(classes=tuple(row.found for row in rows), media=media, faults=faults)


class _Mask(NamedTuple):
    """The mask of a class."""

    path: str
    row: Row


_Piece = tuple[str, _Mask | mask_lists.Listed]
"""What there is of a picture: a line or a mask; first the path of its masks without the folders of classes."""


def _pieces(files: Files, root: str, rows: tuple[Row, ...], faults: Faults) -> Iterator[_Piece]:
    """What there is of all pictures, one after another: the line of the list, then masks in the order of folders."""
    by_folder = {folder_of(row): row for row in rows}
    start = f"{root}{FOLDER}/"
    found = files.ending(".png").where(lambda path: path.startswith(start))
    walks: list[Iterator[_Piece]] = []
    first = 0
    for folder, some in groupby(path[len(start) :].partition("/")[0] for path in found):
        first, last = first + sum(1 for _ in some), first
        row = by_folder.get(f"{FOLDER}/{folder}")
        if row is not None:
            walks.append(_of_class(found[last:first], start, folder, row))
            continue
        for path in found[last:first]:
            faults.add(Place(path), "unknown_class", f"No class of classes.csv has the folder {folder}.", folder)
    listed = ((line.mask, line) for line in mask_lists.by_mask(files, root, faults))
    return heapq.merge(listed, *walks, key=itemgetter(0))


def _of_class(paths: Paths, start: str, folder: str, row: Row) -> Iterator[_Piece]:
    return ((start + path[len(start) + len(folder) + 1 :], _Mask(path, row)) for path in paths)


def _medium(files: Files, name: str, line: mask_lists.Listed | None, masks: list[_Mask], faults: Faults) -> FoundMedium:
    objects: list[FoundObject] = []
    size_wh: tuple[int, int] | None = None
    for path, row in masks:
        pixels = mask_pictures.read_pixels(files, path, faults)
        if pixels is None:
            continue
        size_wh = size_wh or pixels.size_wh
        if not mask_pictures.check_size(pixels, size_wh, Place(path), faults):
            continue
        white = pixels.runs.where(pixels.runs.owner > 0)
        for piece in mask_pictures.pieces_of(union(white._replace(owner=np.ones_like(white.row))), [0]).get(1, []):
            found = mask_pictures.geometries([piece], row.kind)
            objects += [FoundObject(class_name=row.name, geometry=g, place=Place(path)) for g in found]
    return FoundMedium(
        place=Place(name),
        path=line.picture if line else name,
        id=line.medium_id if line else None,
        width=size_wh[0] if size_wh else None,
        height=size_wh[1] if size_wh else None,
        split=line.split if line else mask_pictures.split_of(name),
        objects=tuple(objects),
        asides=line.asides if line else (),
    )


FORMAT: Final = Format(
    id="masks_class",
    name="Class masks",
    text="One black and white PNG for each class of a picture; classes over each other keep all their pixels.",
    supports=mask_objects.of_classes(),
    settings=(EMPTY,),
    write=write,
    read=read,
    recognise=recognise,
    picture_path=lambda medium: f"images/{mask_pictures.folder(medium)}{medium.path}",
    keeps_order=False,
    keeps_objects=False,
)
