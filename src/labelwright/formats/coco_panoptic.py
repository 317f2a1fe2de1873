"""COCO panoptic: one RGB PNG a picture whose colours are segments' ids, and a JSON that says what each segment is.

`annotations/panoptic_SPLIT.json` with a folder of the same name for the PNGs. An id is red + 256 green + 65536 blue;
it is made from the class's colour, so that the PNGs can be looked at. Image segmentation classes are stuff, one segment
of each a picture, all others things; or everything is a thing. Black is void.
https://cocodataset.org/#format-data
"""

import itertools
from collections.abc import Iterator
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np

from labelwright.exchange.archive import NEXT, Archive, Bundle
from labelwright.exchange.format import CARRIES, Chosen, Format, Setting, converts
from labelwright.exchange.ledger import Ledger, item_of
from labelwright.exchange.naming import UNSPLIT
from labelwright.exchange.source import Scheme, Source, TaskLabels
from labelwright.formats import mask_classes, mask_objects, mask_pictures
from labelwright.formats.coco_panoptic_reader import read, recognise
from labelwright.formats.picture_files import write_each
from labelwright.raster import RGB, Runs, bounds_of_each, count_pixels, encode_runs

IS_STUFF: Final = "Objects of a stuff class are one segment, without answers, comments or ids of their own."
STUFF: Final = Setting(
    id="stuff",
    name="Stuff",
    text="Which classes have one segment a picture for all of their objects.",
    kind="choice",
    default="segmentation",
    choices=(("segmentation", "image segmentation classes"), ("none", "none, every object is a segment")),
)
# Steps between the colours of things of a class; their sum walks over all 2**24 colours before it meets itself.
_STEP: Final = 37 + 256 * 61 + 65536 * 97
_COLOURS: Final = 1 << 24


class _Segment(NamedTuple):
    """A segment of a picture: its id, and the numbers of the objects in it."""

    id: int
    objects: tuple[int, ...]


def write(source: Source, archive: Archive, settings: Chosen, ledger: Ledger) -> None:
    """Write the PNGs and the JSON of each split."""
    writer = _Writer(source.scheme, settings, ledger)
    image_ids = itertools.count(1)  # through all splits
    for split in source.splits:
        name = f"annotations/panoptic_{split or UNSPLIT}"
        lines = _Lines(archive, image_ids)
        write_each(source, split, archive, ledger, partial(writer.picture, name), lines.add)
        with archive.file(f"{name}.json") as put:
            for portion in writer.file(source.project, lines):
                put(portion)


class _Lines:
    """The lines of images and of annotations, which wait until all PNGs are written."""

    def __init__(self, archive: Archive, image_ids: Iterator[int]) -> None:
        self.images, self.annotations = archive.waiting(NEXT), archive.waiting(NEXT)
        self._image_ids = image_ids

    def add(self, line: tuple[bytes, bytes]) -> None:
        """Add those of a picture, without their beginnings, which number it."""
        image_id, (image, annotation) = next(self._image_ids), line
        self.images.add(b'{"id":%d,%b' % (image_id, image))
        self.annotations.add(b'{"image_id":%d,%b' % (image_id, annotation))


class _Writer:
    def __init__(self, scheme: Scheme, settings: Chosen, ledger: Ledger) -> None:
        self._scheme, self._settings, self._ledger = scheme, settings, ledger
        self._classes = mask_classes.rows(scheme)
        self._stuff = {
            str(c.id)
            for c in scheme.geometry_classes
            if c.type == "image_segmentation" and settings["stuff"] == "segmentation"
        }

    def file(self, project: str, lines: _Lines) -> Iterator[bytes]:
        """The portions of a JSON file, of the lines of its pictures."""
        yield b'{\n"info":' + _encoded({"description": project, "version": "1.0"}) + b',\n"licenses":[],\n'
        for key, waiting in ((b"images", lines.images), (b"annotations", lines.annotations)):
            yield b'"%b":[\n' % key
            yield from waiting.portions()
            yield b"\n],\n"
        yield b'"categories":[\n' + b",\n".join(map(_encoded, self._categories())) + b"\n]\n}\n"

    def _categories(self) -> Iterator[dict[str, Any]]:
        for class_id, row in sorted(self._classes.items(), key=lambda pair: pair[1]):
            parent = self._scheme.configuration.by_id[class_id].parent
            yield {
                "id": row.value,
                "name": row.name,
                "supercategory": parent.key if parent else "",
                "isthing": int(class_id not in self._stuff),
                "color": list(row.colour),
                "geometry_type": row.kind,
            }

    def picture(self, folder: str, task: TaskLabels, bundle: Bundle) -> tuple[bytes, bytes]:
        """Write a PNG; returns the lines of its image and its annotation without their beginnings, which number it."""
        medium = task.medium
        painted, others = mask_objects.painting(self._scheme, task, self._settings["order"])
        group, members = self._grouped(painted)
        seen, pixels = painted.seen(group)
        segments = self._segments(painted, members, count_pixels(seen, len(members)).tolist())
        self._account(task, painted, painted.shares(pixels))
        mask_objects.refuse_kinds(self._ledger, task, others)
        self._refuse_answers(task, [one.annotation.id for one in others], "It is not in the file.")
        file_name = f"{mask_pictures.stem(medium)}.png"
        values = mask_objects.valued(seen, [segment.id for segment in segments])
        bundle.add(f"{folder}/{file_name}", encode_runs(values, medium.size_wh, RGB))
        image: dict[str, Any] = {
            "file_name": medium.path,
            "width": medium.width,
            "height": medium.height,
            "medium_id": medium.id,
        }
        if attributes := self._attributes(task.document.answers, None):
            image["attributes"] = attributes
        infos = self._infos(painted, segments, seen)
        return _encoded(image)[1:], _encoded({"file_name": file_name, "segments_info": infos})[1:]

    def _grouped(self, painted: mask_objects.Painting) -> tuple[np.ndarray[Any, np.dtype[np.int64]], list[list[int]]]:
        """Which segment each object is in, by its number, and the objects of each: things as drawn, then stuff."""
        group = np.zeros(len(painted.objects), dtype=np.int64)
        members: dict[str, list[int]] = {}
        # Stuff keeps no ids: its order is that of its classes.
        orders = [
            (self._classes[a.class_id].value if a.class_id in self._stuff else -1, a.id)
            for a in (one.annotation for one in painted.objects)
        ]
        for number in sorted(range(len(painted.objects)), key=orders.__getitem__):
            annotation = painted.objects[number].annotation
            key = annotation.class_id if annotation.class_id in self._stuff else annotation.id
            members.setdefault(key, []).append(number)
        for place, numbers in enumerate(members.values()):
            group[numbers] = place
        return group, list(members.values())

    def _segments(self, painted: mask_objects.Painting, members: list[list[int]], areas: list[int]) -> list[_Segment]:
        """The segments with colours of their own, near those of their classes; what is not seen takes none away."""
        taken: set[int] = {0}
        segments = []
        reached: dict[int, int] = {}
        for numbers, area in zip(members, areas, strict=True):
            red, green, blue = self._classes[painted.objects[numbers[0]].annotation.class_id].colour
            colour = red << 16 | green << 8 | blue
            value = reached.get(colour, colour)
            while value in taken:
                value = (value + _STEP) % _COLOURS
            reached[colour] = value  # all before it are taken
            if area:
                taken.add(value)
            segments.append(_Segment(value, tuple(numbers)))
        return segments

    def _infos(self, painted: mask_objects.Painting, segments: list[_Segment], seen: Runs) -> list[dict[str, Any]]:
        """What the file says of the segments that are seen."""
        areas, boxes = count_pixels(seen, len(segments)).tolist(), bounds_of_each(seen, len(segments)).tolist()
        return [
            self._info(painted, segment) | {"area": area, "bbox": box, "iscrowd": 0}
            for segment, area, box in zip(segments, areas, boxes, strict=True)
            if area
        ]

    def _info(self, painted: mask_objects.Painting, segment: _Segment) -> dict[str, Any]:
        annotation = painted.objects[segment.objects[0]].annotation
        row = self._classes[annotation.class_id]
        red, green, blue = segment.id >> 16, segment.id >> 8 & 255, segment.id & 255
        info: dict[str, Any] = {
            "id": red + 256 * green + 65536 * blue,
            "category_id": row.value,
        }
        if annotation.class_id not in self._stuff:
            info["uid"] = annotation.id
            if annotation.answers:
                info["attributes"] = self._attributes(annotation.answers, annotation.class_id)
            if annotation.comment:
                info["comment"] = annotation.comment
        return info

    def _attributes(self, answers: Any, owner: str | None) -> dict[str, Any]:
        return {question.name: answer for question, answer in self._scheme.answered(answers, owner)}

    # --- the ledger ---

    def _account(self, task: TaskLabels, painted: mask_objects.Painting, shares: list[float]) -> None:
        self._ledger.exported("tasks")
        self._ledger.exported("answers", len(task.document.answers))
        mask_objects.account(self._ledger, task, painted, shares)
        for one, share in zip(painted.objects, shares, strict=True):
            if share <= 0:
                self._refuse_answers(task, [one.annotation.id], "It is not in the file.")
            elif one.annotation.class_id in self._stuff:
                self._refuse_answers(task, [one.annotation.id], IS_STUFF)
                item = item_of(task, one.annotation.id, one.label_class.key)
                for unit in ("comments", "ids") if one.annotation.comment else ("ids",):
                    self._ledger.refused(unit, IS_STUFF, item)
            else:
                self._ledger.exported("answers", len(one.annotation.answers))

    def _refuse_answers(self, task: TaskLabels, annotation_ids: list[str], why: str) -> None:
        for annotation in task.document.annotations:
            if annotation.id in annotation_ids and annotation.answers:
                self._ledger.refused("answers", why, item_of(task, annotation.id), count=len(annotation.answers))


def _encoded(value: Any) -> bytes:
    return msgspec.json.encode(value)


FORMAT: Final = Format(
    id="coco_panoptic",
    name="COCO panoptic",
    text="An RGB PNG of segments' ids a picture and a JSON about them, for panoptic segmentation.",
    supports=mask_objects.supports(
        nested=converts("It is painted over what it is nested in, as a segment of its own."),
        object_answers=converts("Things keep their answers; objects of a stuff class have none of their own."),
        medium_answers=CARRIES,
        ids=converts("Things keep their ids; objects of a stuff class are one segment."),
        comments=converts("Things keep their comments; objects of a stuff class are one segment."),
    ),
    settings=(mask_objects.ORDER, STUFF),
    write=write,
    read=read,
    recognise=recognise,
    picture_path=lambda medium: f"images/{mask_pictures.folder(medium)}{medium.path}",
    keeps_order=False,
    keeps_objects=False,
)
