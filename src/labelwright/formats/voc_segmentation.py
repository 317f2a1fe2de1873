"""The segmentation half of Pascal VOC: PNGs of classes and of objects, with VOC's palette and a border of 255.

`SegmentationClass` and `SegmentationObject` hold one PNG a picture each, `ImageSets/Segmentation` lists the pictures of
a split, `labelmap.txt` the classes (see `voc_labels`); without it values are VOC's own twenty.
http://host.robots.ox.ac.uk/pascal/VOC/voc2012/
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from labelwright.exchange.archive import Archive, Bundle
from labelwright.exchange.files import Files, refused
from labelwright.exchange.format import Chosen, Format, Setting
from labelwright.exchange.found import Faults, FoundClass, FoundMedium, FoundObject, LabelFile, Place
from labelwright.exchange.ledger import Ledger, item_of
from labelwright.exchange.naming import stem_of
from labelwright.exchange.numbers import names_by_number
from labelwright.exchange.source import Source, TaskLabels
from labelwright.formats import image_sets, mask_classes, mask_objects, mask_pictures, voc_labels
from labelwright.formats.mask_objects import voc_colour
from labelwright.formats.picture_files import write_each
from labelwright.formats.voc_labels import BORDER, VocLabel
from labelwright.raster import PALETTE, encode_runs

CLASSES: Final = "SegmentationClass"
OBJECTS: Final = "SegmentationObject"
SETS: Final = "ImageSets/Segmentation"
FULL: Final = "Pascal VOC has room for 254 objects of a picture."
COLOURS: Final = Setting(
    id="colours",
    name="Colours",
    text="Of the PNGs of classes.",
    kind="choice",
    default="voc",
    choices=(("voc", "those of Pascal VOC, which programs expect"), ("project", "those of the project")),
)


def write(source: Source, archive: Archive, settings: Chosen, ledger: Ledger) -> None:
    """Write the classes, two PNGs a picture, and the lists of pictures. Raises Invalid for more than 254 classes."""
    rows = mask_classes.rows(source.scheme)
    mask_objects.check_values(source.scheme, {class_id: row.value for class_id, row in rows.items()}, BORDER)
    is_voc = settings["colours"] == "voc"
    colours = {row.value: voc_colour(row.value) if is_voc else row.colour for row in rows.values()}
    labels = (
        VocLabel(name, colours.get(number + 1) or voc_colour(number + 1))
        for number, name in names_by_number(source.scheme).items()
    )
    voc_labels.write(archive, labels)
    values = {class_id: row.value for class_id, row in rows.items()}
    palettes = (_palette(colours), _palette({}))

    def write_pngs(task: TaskLabels, bundle: Bundle) -> bytes:
        _write_task(source, bundle, task, (settings, ledger), (values, palettes))
        return image_sets.line_of(mask_pictures.stem(task.medium))

    for split in source.splits:
        lines = archive.waiting()
        write_each(source, split, archive, ledger, write_pngs, lines.add)
        image_sets.write(archive, SETS, split, lines)


def _palette(colours: dict[int, mask_classes.Colour]) -> list[mask_classes.Colour]:
    return [colours.get(value, voc_colour(value)) for value in range(mask_objects.MOST_VALUES)]


def _write_task(
    source: Source,
    bundle: Bundle,
    task: TaskLabels,
    asked: tuple[Chosen, Ledger],
    classes: tuple[dict[str, int], tuple[list[mask_classes.Colour], list[mask_classes.Colour]]],
) -> None:
    (settings, ledger), (values, palettes) = asked, classes
    painted, others = mask_objects.painting(source.scheme, task, settings["order"])
    count, size_wh = len(painted.objects), task.medium.size_wh
    seen = painted.seen(border=settings["boundary"])
    shares = painted.shares(seen.pixels)
    numbers = mask_objects.numbered(painted, shares, BORDER - 1)
    full = [number for number in range(count) if shares[number] > 0 and not numbers[number]]
    kept = [number for number in range(count) if shares[number] <= 0 or numbers[number]]
    ledger.exported("tasks")
    mask_objects.account(ledger, task, painted.only(kept), [shares[number] for number in kept])
    for number in full:
        one = painted.objects[number]
        ledger.refuse_geometry(FULL, item_of(task, one.annotation.id, one.label_class.key), one.annotation)
    mask_objects.refuse_kinds(ledger, task, others)
    mask_objects.refuse_answers(ledger, task)
    of_classes = [values[one.annotation.class_id] if n else 0 for n, one in zip(numbers, painted.objects, strict=True)]
    for folder, value_of, palette in zip((CLASSES, OBJECTS), (of_classes, numbers), palettes, strict=True):
        runs = mask_objects.valued(seen.runs, [*value_of, BORDER])
        bundle.add(f"{folder}/{mask_pictures.stem(task.medium)}.png", encode_runs(runs, size_wh, PALETTE, palette))


# --- reading ----------------------------------------------------------------------------------------------------------


def recognise(files: Files) -> bool:
    """Whether there is a folder of PNGs of classes."""
    return any(_is_mask(path, CLASSES) for path in files.ending(".png"))


def _is_mask(path: str, folder: str) -> bool:
    parts = path.split("/")
    return len(parts) > 1 and parts[-2] == folder


def read(files: Files) -> LabelFile:
    """Open PNGs of classes, and of objects where there are some. Raises Invalid when there are none."""
    masks = files.ending(".png").where(lambda path: _is_mask(path, CLASSES))
    if not masks:
        raise refused("The upload", "no_masks", f"holds no {CLASSES} folder with PNGs.")
    faults = Faults()
    classes = voc_labels.read(files, faults)
    splits = image_sets.Splits(files, SETS)

    def media() -> Iterator[FoundMedium]:
        for path in masks:
            yield _medium(files, path, classes, splits, faults)

    found = (_found(value, one) for value, one in classes.items())
    return LabelFile(classes=tuple(found), media=media, faults=faults)


def _found(value: int, one: VocLabel) -> FoundClass:
    color = mask_classes.hex_of(one.colour)
    number = value - 1 if value else None
    return FoundClass(name=one.name, types=("image_segmentation",), color=color, number=number)


def _medium(
    files: Files, path: str, classes: dict[int, VocLabel], splits: image_sets.Splits, faults: Faults
) -> FoundMedium:
    values = mask_pictures.read_pixels(files, path, faults)
    of_objects = path.replace(f"{CLASSES}/", f"{OBJECTS}/")
    numbers = mask_pictures.read_pixels(files, of_objects, faults) if of_objects in files.sizes else None
    objects: tuple[FoundObject, ...] = ()
    if values is not None and (
        numbers is None or mask_pictures.check_size(numbers, values.size_wh, Place(of_objects), faults)
    ):
        objects = tuple(_objects(values, numbers, Place(path), classes, faults))
    stem = stem_of(path.rpartition("/")[2])
    return FoundMedium(
        place=Place(path),
        path=f"JPEGImages/{stem}.jpg",
        width=values.size_wh[0] if values else None,
        height=values.size_wh[1] if values else None,
        split=splits.of(stem),
        objects=objects,
    )


def _objects(
    values: mask_pictures.Pixels,
    numbers: mask_pictures.Pixels | None,
    place: Place,
    classes: dict[int, VocLabel],
    faults: Faults,
) -> Iterator[FoundObject]:
    """The objects where they are told apart, else the pieces of classes."""
    meant = {_packed(one.colour): one for one in classes.values()} if values.is_colour else classes
    if numbers is None:
        pieces = mask_pictures.pieces_of(values.runs, [0, _border(values)])
        groups = [(value, [piece]) for value, found in pieces.items() for piece in found]
    else:
        class_of = _class_of(values, numbers)
        pieces = mask_pictures.pieces_of(numbers.runs, [0, _border(numbers)])
        groups = [(class_of[number], found) for number, found in pieces.items()]
    for value, found in groups:
        if value not in meant:
            faults.add(place, "unknown_value", f"Pixels have the value {value}, which no class has.", value)
            continue
        for geometry in mask_pictures.geometries(found, "image_segmentation"):
            yield FoundObject(class_name=meant[value].name, geometry=geometry, place=place)


def _border(pixels: mask_pictures.Pixels) -> int:
    return _packed(voc_colour(BORDER)) if pixels.is_colour else BORDER


def _class_of(values: mask_pictures.Pixels, numbers: mask_pictures.Pixels) -> dict[int, int]:
    """The class that most pixels of each object have."""
    width, height = values.size_wh
    starts = [pixels.runs.row * width + pixels.runs.start for pixels in (values, numbers)]
    turns = np.unique(np.concatenate(starts))
    length = np.diff(turns, append=width * height)
    of_class, of_object = (
        pixels.runs.owner[np.searchsorted(start, turns, side="right") - 1]
        for pixels, start in zip((values, numbers), starts, strict=True)
    )
    pairs, place = np.unique(of_object << 24 | of_class, return_inverse=True)
    ordered = np.argsort(np.bincount(place, weights=length), kind="stable")
    return {int(pairs[at]) >> 24: int(pairs[at]) & 0xFFFFFF for at in ordered}


def _packed(colour: mask_classes.Colour) -> int:
    red, green, blue = colour
    return red << 16 | green << 8 | blue


FORMAT: Final = Format(
    id="voc_segmentation",
    name="Pascal VOC segmentation",
    text="PNGs of classes and of objects with the palette of Pascal VOC, borders 255, and lists of pictures.",
    supports=mask_objects.supports(),
    settings=(mask_objects.ORDER, mask_objects.boundary(2), COLOURS),
    write=write,
    read=read,
    recognise=recognise,
    picture_path=lambda medium: f"JPEGImages/{medium.path}",
    keeps_order=False,
)
