"""Cityscapes: for each picture label ids, instance ids and colours as PNGs, and the polygons as JSON.

`gtFine/SPLIT/CITY/NAME_gtFine_{labelIds,instanceIds,color}.png` and `..._polygons.json`, pictures as
`leftImg8bit/SPLIT/CITY/NAME_leftImg8bit.EXT`; a picture's city is what its name starts with where it is named as in
Cityscapes, else its dataset. Classes of Cityscapes' names have its ids, others the next ones: `labels.csv` lists them.
What its JSON has no word for stands under further keys: `kind`, `uid`, `parent`, `attributes`, `comment`, `z`.
https://github.com/mcordts/cityscapesScripts
"""

import csv
import io
import re
from typing import Any, Final

import msgspec

from labelwright.exchange.archive import Archive, Bundle
from labelwright.exchange.flat import LOOSE
from labelwright.exchange.format import CARRIES, Chosen, Format, Setting, converts
from labelwright.exchange.ledger import Ledger, item_of
from labelwright.exchange.naming import file_name
from labelwright.exchange.pixels import one_ring
from labelwright.exchange.source import Labelled, Medium, Scheme, Source, TaskLabels
from labelwright.formats import mask_classes, mask_objects, mask_pictures
from labelwright.formats.cityscapes_labels import INSTANCES, Label, labels_of
from labelwright.formats.cityscapes_reader import LABELS, read, recognise
from labelwright.formats.picture_files import write_each
from labelwright.model.geometry import ImageSegmentation, Polygon, Rectangle
from labelwright.raster import GREY, GREY_16, RGB, encode_runs

BRIDGED: Final = "Holes are joined to the outline by lines of no width."
IDS: Final = Setting(
    id="ids",
    name="Label ids",
    text="Which ids classes have in the PNGs.",
    kind="choice",
    default="cityscapes",
    choices=(
        ("cityscapes", "Cityscapes' for classes of its names, others behind"),
        ("project", "the project's, from 1"),
    ),
)
_NAMED_AS_THERE: Final = re.compile(r"^([a-zA-Z-]+)_\d{6}_\d{6}(_leftImg8bit)?$")


def write(source: Source, archive: Archive, settings: Chosen, ledger: Ledger) -> None:
    """Write the labels, then the files of each picture. Raises Invalid when a class's id is more than 255."""
    labels = labels_of(source.scheme, settings["ids"])
    mask_objects.check_values(source.scheme, {class_id: label.id for class_id, label in labels.items()}, -1)
    archive.add(LABELS, _table(labels))

    def write_picture(task: TaskLabels, bundle: Bundle) -> None:
        _Picture(source.scheme, task, settings, ledger).write(bundle, labels)

    for split in source.splits:
        write_each(source, split, archive, ledger, write_picture)


def _table(labels: dict[str, Label]) -> bytes:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("id", "name", "has_instances", "color"))
    for label in sorted(labels.values()):
        table.writerow((label.id, label.name, int(label.has_instances), mask_classes.hex_of(label.colour)))
    return text.getvalue().encode()


def place_of(medium: Medium) -> tuple[str, str]:
    """The folder `SPLIT/CITY` of a medium, and the name its files start with."""
    stem = mask_pictures.stem(medium)
    named = _NAMED_AS_THERE.match(stem)
    city = named[1] if named else file_name(medium.dataset) if medium.dataset else "all"
    return f"{medium.split or 'all'}/{city}", stem.removesuffix("_leftImg8bit") if named else stem


def picture_path(medium: Medium) -> str:
    """Where a picture lies."""
    folder, name = place_of(medium)
    return f"leftImg8bit/{folder}/{name}_leftImg8bit{medium.path[len(mask_pictures.stem(medium)) :]}"


class _Picture:
    """One picture: its objects from the bottom to the top."""

    def __init__(self, scheme: Scheme, task: TaskLabels, settings: Chosen, ledger: Ledger) -> None:
        self._scheme, self._task, self._ledger = scheme, task, ledger
        self._painted, others = mask_objects.painting(scheme, task, settings["order"])
        mask_objects.refuse_kinds(ledger, task, others)
        for one in others:
            if one.annotation.answers:
                why = mask_objects.NO_PIXELS.format(kind=one.label_class.type)
                item = item_of(task, one.annotation.id)
                ledger.refused("answers", why, item, count=len(one.annotation.answers))

    def write(self, bundle: Bundle, labels: dict[str, Label]) -> None:
        """Write three PNGs and a JSON."""
        folder, name = place_of(self._task.medium)
        start, size_wh = f"gtFine/{folder}/{name}_gtFine_", self._task.medium.size_wh
        of = [labels[one.annotation.class_id] for one in self._painted.objects]
        seen = self._painted.seen().runs
        colours = [red << 16 | green << 8 | blue for red, green, blue in (label.colour for label in of)]
        for kind, values, form in (
            ("color", colours, RGB),
            ("instanceIds", self._instance_ids(of), GREY_16),
            ("labelIds", [label.id for label in of], GREY),
        ):
            bundle.add(f"{start}{kind}.png", encode_runs(mask_objects.valued(seen, values), size_wh, form))
        bundle.add(f"{start}polygons.json", msgspec.json.encode(self._json(of)) + b"\n")

    def _instance_ids(self, of: list[Label]) -> list[int]:
        """An object's value is its class's id and its number; without instances, or beyond 1,000, the id alone."""
        ids, counts = [0] * len(of), dict.fromkeys((label.id for label in of), 0)
        for number in sorted(range(len(of)), key=lambda n: self._painted.objects[n].annotation.id):
            label = of[number]
            counted = label.has_instances and counts[label.id] < INSTANCES
            ids[number] = label.id * INSTANCES + counts[label.id] if counted else label.id
            counts[label.id] += 1
        return ids

    def _json(self, of: list[Label]) -> dict[str, Any]:
        medium, document = self._task.medium, self._task.document
        self._ledger.exported("tasks")
        self._ledger.exported("answers", len(document.answers))
        places = {one.annotation.id: place for place, one in enumerate(self._painted.objects)}
        content: dict[str, Any] = {"imgHeight": medium.height, "imgWidth": medium.width, "picture": medium.path}
        content["medium_id"] = medium.id
        if document.answers:
            content["attributes"] = self._attributes(document.answers, None)
        pairs = zip(self._painted.objects, of, strict=True)
        return content | {"objects": [self._object(one, label, places) for one, label in pairs]}

    def _object(self, one: Labelled, label: Label, places: dict[str, int]) -> dict[str, Any]:
        annotation = one.annotation
        is_loose = one.parent is not None and one.parent.id not in places
        polygon = self._polygon(one, is_loose=is_loose)
        found: dict[str, Any] = {"label": label.name, "polygon": polygon, "kind": one.label_class.type}
        found["uid"] = annotation.id
        if annotation.parent_id in places:
            found["parent"] = places[annotation.parent_id]
        if annotation.answers:
            self._ledger.exported("answers", len(annotation.answers))
            found["attributes"] = self._attributes(annotation.answers, annotation.class_id)
        if annotation.comment:
            found["comment"] = annotation.comment
        if annotation.z:
            found["z"] = annotation.z
        return found

    def _polygon(self, one: Labelled, *, is_loose: bool) -> list[list[float]]:
        geometry, item = one.annotation.geometry, item_of(self._task, one.annotation.id, one.label_class.key)
        match geometry:
            case Rectangle(x=x, y=y, w=w, h=h):
                points: Any = ((x, y), (x + w, y), (x + w, y + h), (x, y + h))
            case Polygon(points=points):
                pass
            case ImageSegmentation(rings=rings):
                points = one_ring(rings)
                if len(rings) > 1:
                    self._ledger.converted("geometries", BRIDGED, item)
                    return [list(point) for point in points]
        if is_loose:
            self._ledger.converted("geometries", LOOSE, item)
        else:
            self._ledger.exported("geometries", class_key=one.label_class.key)
        return [list(point) for point in points]

    def _attributes(self, answers: Any, owner: str | None) -> dict[str, Any]:
        return {question.name: answer for question, answer in self._scheme.answered(answers, owner)}


FORMAT: Final = Format(
    id="cityscapes",
    name="Cityscapes",
    text="Label ids, instance ids, colours and polygons in the folders of Cityscapes.",
    supports=mask_objects.supports(
        polygon=CARRIES,
        rectangle=CARRIES,
        image_segmentation=CARRIES,
        holes=converts(BRIDGED),
        nested=CARRIES,
        object_answers=CARRIES,
        medium_answers=CARRIES,
        ids=CARRIES,
        comments=CARRIES,
        depth=CARRIES,
    ),
    settings=(mask_objects.ORDER, IDS),
    write=write,
    read=read,
    recognise=recognise,
    picture_path=picture_path,
    tolerance_px=1e-6,
    keeps_order=False,
)
