"""Instance masks: one PNG a picture, 8 or 16 bit, a pixel's value is its object; `instances.jsonl` says what it is.

One line of JSON a picture: the mask, the picture, and for each value its class, id, answers, pixels and box. Value 0 is
the background; objects count from 1 in the order in which they were drawn. Pixels within the border's width get the
largest value, 65,535 or 255.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec

from labelwright.exchange.archive import Archive, Bundle
from labelwright.exchange.asides import asides_of
from labelwright.exchange.files import Files, refused
from labelwright.exchange.format import CARRIES, Chosen, Format, Setting, converts
from labelwright.exchange.found import Faults, FoundAnswer, FoundMedium, FoundObject, LabelFile, Place, Side, families
from labelwright.exchange.index import Index
from labelwright.exchange.ledger import Ledger, item_of
from labelwright.exchange.source import Labelled, Scheme, Source, TaskLabels
from labelwright.formats import mask_classes, mask_objects, mask_pictures
from labelwright.formats.coco_reader import answer_of
from labelwright.formats.json_files import others_in
from labelwright.formats.json_lists import lines_in
from labelwright.formats.mask_classes import Row
from labelwright.formats.mask_lists import no_mask
from labelwright.formats.picture_files import write_each
from labelwright.formats.repeated_keys import check_keys
from labelwright.model.errors import InvalidJson
from labelwright.raster import GREY, GREY_16, Form, bounds_of_each, count_pixels, encode_runs

FOLDER: Final = "instances"
LINES: Final = "instances.jsonl"
FULL: Final = {
    "16": "16 bits have values for 65,534 objects of a picture, which others have.",
    "8": "8 bits have values for 254 objects of a picture, which others have; 16 bits have more.",
}
BITS: Final = Setting(
    id="bits",
    name="Bits",
    text="Bits of a pixel: 16 have room for 65,534 objects of a picture, 8 for 254.",
    kind="choice",
    default="16",
    choices=(("16", "16 bits"), ("8", "8 bits")),
)
_FORMS: Final[dict[str, Form]] = {"16": GREY_16, "8": GREY}


class _Object(msgspec.Struct, kw_only=True, omit_defaults=True):
    value: int
    name: str = msgspec.field(name="class")
    uid: str | None = None
    parent: int | None = None
    pixels: int | None = None
    bbox: list[int] = []
    attributes: dict[str, Any] = {}
    comment: str | None = None


class _Line(msgspec.Struct, kw_only=True, omit_defaults=True):
    mask: str
    picture: str = ""
    medium_id: str | None = None
    width: Side | None = None
    height: Side | None = None
    split: str = ""
    attributes: dict[str, Any] = {}
    objects: list[_Object] = []


_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(_Line)
_OBJECT: Final = msgspec.json.Decoder(_Object)
_OF_LINES: Final = frozenset(_Line.__struct_encode_fields__)
_OF_OBJECTS: Final = frozenset(_Object.__struct_encode_fields__)


class _Objects(msgspec.Struct):
    objects: list[msgspec.Raw] = []


_OBJECTS: Final = msgspec.json.Decoder(_Objects)


class _Besides(NamedTuple):
    """What a line says besides; `of_objects` by the value of each."""

    of_line: tuple[FoundAnswer, ...]
    of_objects: dict[int, tuple[FoundAnswer, ...]]


def write(source: Source, archive: Archive, settings: Chosen, ledger: Ledger) -> None:
    """Write the table, the masks, then what their values mean."""
    classes = mask_classes.rows(source.scheme)
    mask_classes.write(archive, classes.values())

    def write_mask(task: TaskLabels, bundle: Bundle) -> bytes:
        picture = _Picture(source.scheme, task, settings, ledger, classes)
        bundle.add(picture.path, picture.png())
        return _ENCODER.encode(picture.line()) + b"\n"

    lines = archive.waiting()
    for split in source.splits:
        write_each(source, split, archive, ledger, write_mask, lines.add)
    archive.add_waiting(LINES, lines)


class _Picture:
    """One picture: its objects get values, what is not seen is accounted for as refused."""

    def __init__(
        self, scheme: Scheme, task: TaskLabels, settings: Chosen, ledger: Ledger, classes: dict[str, Row]
    ) -> None:
        self._scheme, self._task, self._ledger, self._classes = scheme, task, ledger, classes
        self._form, self._full = _FORMS[settings["bits"]], FULL[settings["bits"]]
        self._most = 256**self._form.bytes - 1
        self._painted, others = mask_objects.painting(scheme, task, settings["order"])
        medium = task.medium
        self.path = f"{FOLDER}/{mask_pictures.folder(medium)}{mask_pictures.stem(medium)}.png"
        seen = self._painted.seen(border=settings["boundary"])
        self._seen = seen.runs
        self._values = self._number(self._painted.shares(seen.pixels))
        ledger.exported("tasks")
        ledger.exported("answers", len(task.document.answers))
        mask_objects.refuse_kinds(ledger, task, others)
        for one in others:
            self._refuse_answers(one, mask_objects.NO_PIXELS.format(kind=one.label_class.type))

    def _number(self, shares: list[float]) -> list[int]:
        """Give every object that is seen a value, in the order of drawing; 0 to the others."""
        painted = self._painted
        values = mask_objects.numbered(painted, shares, self._most - 1)
        for number, one in enumerate(painted.objects):
            if shares[number] > 0 and not values[number]:
                item = item_of(self._task, one.annotation.id, one.label_class.key)
                self._ledger.refuse_geometry(self._full, item, one.annotation)
                self._refuse_answers(one, self._full)
            elif not values[number]:
                self._refuse_answers(one, mask_objects.HIDDEN if painted.pixels[number] else mask_objects.NO_CENTRE)
            elif one.annotation.answers:
                self._ledger.exported("answers", len(one.annotation.answers))
        kept = [number for number in range(len(values)) if values[number] or shares[number] <= 0]
        there = {one.annotation.id for one, value in zip(painted.objects, values, strict=True) if value}
        loose = {one.annotation.id for one in painted.objects if one.parent and one.parent.id not in there}
        left = painted.only(kept)
        mask_objects.account(self._ledger, self._task, left, [shares[number] for number in kept], loose=loose)
        return values

    def _refuse_answers(self, one: Labelled, why: str) -> None:
        if count := len(one.annotation.answers):
            self._ledger.refused("answers", why, item_of(self._task, one.annotation.id), count=count)

    def png(self) -> bytes:
        runs = mask_objects.valued(self._seen, [*self._values, self._most])
        return encode_runs(runs, self._task.medium.size_wh, self._form)

    def line(self) -> _Line:
        medium = self._task.medium
        value_of = {
            one.annotation.id: value for one, value in zip(self._painted.objects, self._values, strict=True) if value
        }
        count = len(self._values)
        seen = self._seen.where(self._seen.owner < count)
        pixels, boxes = count_pixels(seen, count).tolist(), bounds_of_each(seen, count).tolist()
        found = sorted(zip(self._values, self._painted.objects, pixels, boxes, strict=True), key=lambda one: one[0])
        return _Line(
            mask=self.path,
            picture=f"images/{mask_pictures.folder(medium)}{medium.path}",
            medium_id=medium.id,
            width=medium.width,
            height=medium.height,
            split=medium.split,
            attributes=self._attributes(self._task.document.answers, None),
            objects=[self._object(one, value_of) for one in found if one[0]],
        )

    def _object(self, found: tuple[int, Labelled, int, list[int]], value_of: dict[str, int]) -> _Object:
        value, (annotation, _, _), pixels, box = found
        return _Object(
            value=value,
            name=self._classes[annotation.class_id].name,
            uid=annotation.id,
            parent=value_of.get(annotation.parent_id or ""),
            pixels=pixels,
            bbox=box,
            attributes=self._attributes(annotation.answers, annotation.class_id),
            comment=annotation.comment,
        )

    def _attributes(self, answers: Any, owner: str | None) -> dict[str, Any]:
        return {question.name: answer for question, answer in self._scheme.answered(answers, owner)}


# --- reading ----------------------------------------------------------------------------------------------------------


def recognise(files: Files) -> bool:
    """Whether there are lines about instances."""
    return mask_pictures.find_root(files, LINES) is not None


def read(files: Files) -> LabelFile:
    """Open masks and what their values mean. Raises Invalid when nothing says that."""
    root = mask_pictures.find_root(files, LINES)
    if root is None:
        raise refused("The upload", "no_instances", f"holds no {LINES}, which says what the values of masks mean.")
    faults = Faults()
    table = root + mask_classes.PATH
    classes = mask_classes.read(files, faults, table)[0] if table in files.sizes else {}
    kinds = {row.name: row.kind for row in classes.values()}

    def media() -> Iterator[FoundMedium]:
        named = Index()
        for number, text in enumerate(lines_in(files.read(root + LINES)), start=1):
            place = Place(root + LINES, line=number)
            try:
                check_keys(text)
                line, said = _DECODER.decode(text), _besides(text, place)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, InvalidJson) as error:
                faults.add(place, "invalid_line", f"This line is no picture with its objects: {error}.", text[:60])
                continue
            named.add(root + line.mask)
            if root + line.mask not in files.sizes:
                no_mask(faults, place, line.mask)
                continue
            line = msgspec.structs.replace(line, mask=root + line.mask)
            yield _medium(files, line, said, place, kinds, faults)
        for path in files.ending(".png"):
            if path.startswith(f"{root}{FOLDER}/") and path not in named:
                faults.add(Place(path), "unlisted_mask", f"No line of {LINES} says what its values mean.")

    return LabelFile(classes=tuple(row.found for row in classes.values()), media=media, faults=faults)


def _besides(text: bytes, place: Place) -> _Besides:
    """What a line has besides, and its objects."""
    of_objects = {}
    for raw in _OBJECTS.decode(text).objects:
        if asides := asides_of(others_in(raw, _OF_OBJECTS), place):
            of_objects[_OBJECT.decode(raw).value] = asides
    return _Besides(asides_of(others_in(text, _OF_LINES), place), of_objects)


def _medium(
    files: Files, line: _Line, said: _Besides, place: Place, kinds: dict[str, str], faults: Faults
) -> FoundMedium:
    pixels = mask_pictures.read_pixels(files, line.mask, faults)
    objects: tuple[FoundObject, ...] = ()
    if pixels is not None:
        size_wh = (line.width or pixels.size_wh[0], line.height or pixels.size_wh[1])
        if mask_pictures.check_size(pixels, size_wh, place, faults):
            objects = tuple(_objects(pixels, line, said, place, kinds, faults))
    return FoundMedium(
        place=place,
        path=line.picture or line.mask,
        id=line.medium_id,
        width=line.width,
        height=line.height,
        split=line.split,
        objects=objects,
        answers=tuple(answers_of(line.attributes, place)),
        asides=said.of_line,
    )


def _objects(
    pixels: mask_pictures.Pixels, line: _Line, said: _Besides, place: Place, kinds: dict[str, str], faults: Faults
) -> Iterator[FoundObject]:
    most = 256**pixels.bytes - 1
    pieces = mask_pictures.pieces_of(pixels.runs, [0])
    found: dict[str, FoundObject] = {}
    parents: dict[str, str] = {}
    for one in line.objects:
        of_it = pieces.pop(one.value, None)
        if of_it is None:
            faults.add(place, "no_pixels", f"No pixel has the value {one.value} of a {one.name[:60]}.", one.value)
            continue
        for number, geometry in enumerate(mask_pictures.geometries(of_it, kinds.get(one.name, ""))):
            key = str(one.value) if not number else f"{one.value}#{number}"
            found[key] = FoundObject(
                class_name=one.name,
                geometry=geometry,
                place=place,
                answers=tuple(answers_of(one.attributes, place)) if not number else (),
                id=one.uid if not number else None,
                comment=one.comment if not number else None,
                asides=said.of_objects.get(one.value, ()) if not number else (),
            )
            if one.parent is not None:
                parents[key] = str(one.parent)
    for value in pieces.keys() - {most}:
        faults.add(place, "unknown_value", f"Pixels have the value {value}, which is no object of the line.", value)
    yield from families(found, parents)


def answers_of(attributes: dict[str, Any], place: Place) -> Iterator[FoundAnswer]:
    """Attributes of JSON as answers."""
    for name, value in attributes.items():
        yield FoundAnswer(name=name, value=answer_of(value), place=place)


FORMAT: Final = Format(
    id="masks_instance",
    name="Instance masks",
    text="One PNG a picture, 16 or 8 bit, whose values are objects, and what each of them is as JSON lines.",
    supports=mask_objects.supports(
        nested=converts("It is painted over what it is nested in, which it names."),
        object_answers=CARRIES,
        medium_answers=CARRIES,
        ids=CARRIES,
        comments=CARRIES,
    ),
    settings=(mask_objects.ORDER, BITS, mask_objects.boundary()),
    write=write,
    read=read,
    recognise=recognise,
    picture_path=lambda medium: f"images/{mask_pictures.folder(medium)}{medium.path}",
    keeps_order=False,
)
