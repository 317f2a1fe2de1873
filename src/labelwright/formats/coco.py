"""COCO: instances with polygons or RLE, keypoints of nested points, captions of free texts.

One file for each split, `annotations/instances_SPLIT.json`. Ids count from 1, `iscrowd` is 0, boxes and areas are
computed from the geometry. What COCO has no word for stands under further keys, which other programs pass over:
`uid` (our id), `attributes` (answers), `parent` (COCO id of the annotation it is nested in), `comment`, `z`.
https://cocodataset.org/#format-data
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from labelwright.exchange.archive import Archive
from labelwright.exchange.areas import area_of
from labelwright.exchange.bridges import Ring
from labelwright.exchange.columns import More
from labelwright.exchange.flat import LOOSE
from labelwright.exchange.format import Chosen, Format, Setting, all_but, converts, refuses
from labelwright.exchange.ledger import NO_SIZE, Ledger, item_of, refuse_task
from labelwright.exchange.naming import UNSPLIT
from labelwright.exchange.pixels import one_ring
from labelwright.exchange.plain import PlainAnnotation
from labelwright.exchange.portions import Portion
from labelwright.exchange.source import Labelled, Scheme, Source, TaskLabels
from labelwright.formats.coco_ids import PictureIds
from labelwright.formats.coco_keypoints import attributes_of, keypoints_of, refuse, skeletons_of
from labelwright.formats.coco_reader import read, recognise
from labelwright.formats.coco_text import (
    ID,
    NEXT,
    Numbered,
    encoded,
    flat,
    listed,
    numbers,
    opening,
    spot,
)
from labelwright.model.canonical import number
from labelwright.model.configuration import LabelClass
from labelwright.model.document import Annotation
from labelwright.model.geometry import ImageSegmentation, Point, Polygon, Rectangle, kind_of
from labelwright.raster import bounds_of, encode_rle, pack_rle, rle_area, shape_runs

NO_LINES: Final = "COCO has no lines."
NESTED: Final = "A nested geometry is an object of its own; “parent” names its parent."
SINGLE_POINT: Final = "A point is an object with one keypoint; its box is the pixel around it."
MASKED: Final = "A segment with holes is RLE: its pixels, without the fractions of its outline."
BRIDGED: Final = "Holes are joined to the outline by lines of no width."

_BOX: Final = "rectangle"
_CELLS: Final = 10
"""What the line of a plain shape is made of."""
_AT_ONCE: Final = 16
"""Pictures whose annotations are written together: their text stays in the cache."""
_ID: Final = msgspec.Raw(ID.encode())

SETTINGS: Final = (
    Setting(
        id="holes",
        name="Holes",
        text="How a segmentation with holes is written.",
        kind="choice",
        default="rle",
        choices=(("rle", "RLE, exact pixels"), ("polygons", "one polygon, holes joined to it")),
    ),
    Setting(
        id="boxes",
        name="Rectangles",
        text="Whether a rectangle also gets its corners as a polygon; some programs want one for each object.",
        kind="choice",
        default="polygon",
        choices=(("polygon", "box and polygon"), ("empty", "box alone")),
    ),
    Setting(
        id="keypoints",
        name="Keypoints",
        text="Points nested in a geometry become its keypoints.",
        kind="flag",
        default=True,
    ),
    Setting(
        id="captions",
        name="Captions",
        text="Write answers to free-text questions about the picture as captions too.",
        kind="flag",
        default=False,
        adds_file=True,
    ),
)


def write(source: Source, archive: Archive, settings: Chosen, ledger: Ledger) -> None:
    """Write one file of instances for each split, and of captions where they are wanted."""
    writer = _Writer(source.scheme, settings, ledger)
    for split in source.splits:
        subset = split or UNSPLIT
        with archive.file(f"annotations/instances_{subset}.json") as put:
            for portion in writer.instances(source, split):
                put(portion)
        if settings["captions"]:
            with archive.file(f"annotations/captions_{subset}.json") as put:
                for portion in writer.captions(source, split):
                    put(portion)


class _Writer:
    """Counts ids on through all splits."""

    def __init__(self, scheme: Scheme, settings: Chosen, ledger: Ledger) -> None:
        self._scheme, self._settings, self._ledger = scheme, settings, ledger
        self._names = scheme.names()
        self._category_ids = {class_id: index + 1 for class_id, index in scheme.indices.items()}
        self._heads = {
            class_id: f',"category_id":{number},"iscrowd":0,"bbox":[' for class_id, number in self._category_ids.items()
        }
        self._image_ids = PictureIds()
        self._written = 0
        self._ids: list[int] = []
        self._count = 0
        self._skeletons = skeletons_of(scheme) if settings["keypoints"] else {}
        self._unseen = {class_id: skeleton.unseen for class_id, skeleton in self._skeletons.items()}
        self._ends = dict.fromkeys(scheme.indices, '"}')
        self._ends |= {class_id: f'",{encoded(fields)[1:-1]}}}' for class_id, fields in self._unseen.items()}

    def instances(self, source: Source, split: str) -> Iterator[bytes]:
        """The portions of one file."""
        self._image_ids.begin(self._written + 1)
        yield opening(source.project)
        yield f'"categories":[\n{NEXT.join(map(self._category, self._categories()))}\n],\n'.encode()
        yield from listed("images", self._images(source, split))
        yield b",\n"
        yield from listed("annotations", self._annotations(source, split))
        yield b"\n}\n"

    def captions(self, source: Source, split: str) -> Iterator[bytes]:
        """The portions of one file of captions; the answers themselves are in the file of instances."""
        yield opening(source.project)
        yield from listed("images", self._images(source, split))
        yield b",\n"
        yield from listed("annotations", (line.encode() for line in self._captions(source, split)))
        yield b"\n}\n"

    def _captions(self, source: Source, split: str) -> Iterator[str]:
        number = 0
        for task in source.heads(split):
            for question, answer in self._scheme.answered(task.answers, None):
                if question.label_class.type == "free_text" and answer and task.medium.width:
                    number += 1
                    image_id = self._image_ids[task.medium.id]
                    yield encoded({"id": number, "image_id": image_id, "caption": answer, "question": question.name})

    # --- categories and images ---

    def _categories(self) -> list[LabelClass]:
        inside = {class_id for skeleton in self._skeletons.values() for class_id in skeleton.places}
        return [c for c in self._scheme.geometry_classes if c.id not in inside and c.type != "line"]

    def _category(self, label_class: LabelClass) -> str:
        class_id = str(label_class.id)
        parent = self._scheme.configuration.by_id[class_id].parent
        category: dict[str, Any] = {
            "id": self._category_ids[class_id],
            "name": self._names[class_id],
            "supercategory": parent.key if parent else "",
            "geometry_type": label_class.type,
        }
        if label_class.type == "point":
            category |= {"keypoints": [label_class.key], "skeleton": []}
        elif class_id in self._skeletons:
            category |= {"keypoints": list(self._skeletons[class_id].names), "skeleton": []}
        return encoded(category)

    def _images(self, source: Source, split: str) -> Iterator[bytes]:
        """The lines of images. Who writes annotations knows their ids afterwards, as far as they are plain."""
        for counts, lines in source.heads_in_turn(split, self._some_images):
            if counts:
                yield lines.counted_on(self._image_ids.add(counts))

    def _some_images(self, tasks: list[TaskLabels]) -> tuple[dict[str, int | None], Numbered]:
        """How many annotations each medium has, where that is known, and their lines."""
        tasks = [task for task in tasks if task.medium.width]
        lines = NEXT.join(map(self._image, tasks)).encode()
        return {task.medium.id: task.known_count for task in tasks}, Numbered(lines, range(len(tasks)), len(tasks))

    def _image(self, task: TaskLabels) -> str:
        medium = task.medium
        image: dict[str, Any] = {
            "id": _ID,
            "file_name": medium.path,
            "width": medium.width,
            "height": medium.height,
            "medium_id": medium.id,
        }
        if medium.url:
            image["coco_url"] = medium.url
        if attributes := attributes_of(self._scheme, task.answers, None):
            image["attributes"] = attributes
        return encoded(image)

    # --- annotations ---

    def _annotations(self, source: Source, split: str) -> Iterator[bytes]:
        for portion in source.in_turn(split, self._portion, _AT_ONCE):
            yield portion.counted_on(self._written)
            self._written += portion.size

    def _portion(self, tasks: list[TaskLabels]) -> Numbered:
        portion = Portion(tasks, lambda task: bool(task.medium.width))
        self._account(portion)
        if portion.is_plain:
            first = self._image_ids.first(tasks[0].medium.id)
            text = "".join(self._plain(portion, first))
            return Numbered(text[len(NEXT) :].encode(), range(len(portion.of)), len(portion.of), first)
        texts: list[str] = []
        self._ids, self._count = [], 0
        for task, found in portion.by_task(self._plain(portion, None), _CELLS):
            if found is None:
                texts += [f"{NEXT}{line}" for line in self._task(task)]
            else:
                texts += found
                count = len(found) // _CELLS
                self._ids += range(self._count, self._count + count)
                self._count += count
        return Numbered("".join(texts)[len(NEXT) :].encode(), self._ids, self._count)

    def _plain(self, portion: Portion, first: int | None) -> list[str]:
        """The lines of plain shapes, each in _CELLS cells; ids from the first one on, or ID."""
        count = len(portion.of)
        with_corners = self._settings["boxes"] == "polygon"
        is_ring = [with_corners or kind != _BOX for kind, _ in portion.groups]
        cells = [f'{NEXT}{{"id":'] * (_CELLS * count)
        cells[1::_CELLS] = map(str, range(first, first + count)) if first is not None else [ID] * count
        cells[2::_CELLS] = portion.of_each(
            [f',"image_id":{self._image_ids[task.medium.id]}' for task in portion.plain_tasks]
        )
        cells[3::_CELLS] = portion.of_groups([self._heads[class_id] for _, class_id in portion.groups])
        cells[4::_CELLS] = portion.shapes.measures(between='],"area":')
        cells[5::_CELLS] = portion.of_groups([f',"segmentation":{"[[" if ring else "["}' for ring in is_ring])
        cells[6::_CELLS] = portion.shapes.rings() if with_corners else portion.shapes.rings(box="")
        cells[7::_CELLS] = portion.of_groups([f'{"]]" if ring else "]"},"uid":"' for ring in is_ring])
        cells[8::_CELLS] = portion.ids
        ends = portion.of_groups([self._ends[class_id] for _, class_id in portion.groups])
        for at, one in portion.more.items():
            _, class_id = portion.groups[portion.of[at]]
            if fields := self._extras(one, class_id):
                ends[at] = f'",{encoded(fields)[1:-1]}{ends[at][1:]}'
        cells[9::_CELLS] = ends
        return cells

    def _extras(self, one: More | PlainAnnotation | Annotation, class_id: str) -> dict[str, Any]:
        """What few annotations have; the ledger is told about the answers."""
        fields: dict[str, Any] = {}
        if one.answers:
            fields["attributes"] = attributes_of(self._scheme, one.answers, class_id)
            self._ledger.exported("answers", len(one.answers))
        if one.comment:
            fields["comment"] = one.comment
        if one.z:
            fields["z"] = one.z
        return fields

    def _account(self, portion: Portion) -> None:
        """Tell the ledger about plain shapes; they come out as they are."""
        tasks = portion.plain_tasks
        self._ledger.exported("tasks", len(tasks))
        self._ledger.exported("answers", sum(len(task.answers) for task in tasks))
        for (_, class_id), count in zip(portion.groups, portion.group_counts, strict=True):
            key = self._scheme.configuration.by_id[class_id].label_class.key
            self._ledger.exported("geometries", count, class_key=key)

    def _task(self, task: TaskLabels) -> Iterator[str]:
        if not task.medium.width:
            refuse_task(self._ledger, task, NO_SIZE)
            return
        self._ledger.exported("tasks")
        self._ledger.exported("answers", len(task.document.answers))
        labelled = self._scheme.labelled(task)
        points = keypoints_of(task, labelled, self._skeletons, self._scheme, self._ledger)
        ids: dict[str, int] = {}
        for one in sorted(labelled, key=lambda one: one.parent is not None):
            if one.annotation.id in points.taken:
                continue
            fields = self._fields(task, one, ids)
            if fields is not None:
                fields |= points.fields_of(one.annotation.id) or self._unseen.get(one.annotation.class_id, {})
                yield encoded(fields)

    def _fields(self, task: TaskLabels, one: Labelled, ids: dict[str, int]) -> dict[str, Any] | None:
        annotation, label_class, parent = one
        if label_class.type == "line":
            refuse(self._ledger, task, one, NO_LINES)
            return None
        is_named = parent is not None and parent.id in ids
        shape = self._shape(task, one, "" if parent is None else NESTED if is_named else LOOSE)
        ids[annotation.id] = self._next()
        fields: dict[str, Any] = {
            "id": _ID,
            "image_id": self._image_ids[task.medium.id],
            "category_id": self._category_ids[annotation.class_id],
            "iscrowd": 0,
            **shape,
            "uid": annotation.id,
        }
        if parent is not None and is_named:
            fields["parent"] = _ID
            self._ids.append(ids[parent.id])
        return fields | self._extras(annotation, annotation.class_id)

    def _next(self) -> int:
        """Count an object; its number among those of its text."""
        self._ids.append(self._count)
        self._count += 1
        return self._count - 1

    def _shape(self, task: TaskLabels, one: Labelled, way: str) -> dict[str, Any]:
        """Box, area and segmentation; the ledger is told how exact they are, `way` where nothing is lost."""
        annotation, label_class, _ = one
        item = item_of(task, annotation.id, label_class.key)
        geometry = annotation.geometry
        box: tuple[float, ...] = kind_of(geometry).bounds(geometry)
        segmentation: Any = []
        match geometry:
            case Rectangle(x=x, y=y, w=w, h=h):
                if self._settings["boxes"] == "polygon":
                    segmentation = [[x, y, x + w, y, x + w, y + h, x, y + h]]
            case Polygon(points=points):
                segmentation = [flat(points)]
            case ImageSegmentation(rings=(outline,)):
                segmentation = [flat(outline)]
            case ImageSegmentation(rings=rings) if self._settings["holes"] == "rle":
                return self._mask(task, one, rings)
            case ImageSegmentation(rings=rings):
                segmentation, way = [flat(one_ring(rings))], BRIDGED
            case Point():
                self._ledger.converted("geometries", SINGLE_POINT, item)
                return spot(geometry, task.medium.size_wh)
        if way:
            self._ledger.converted("geometries", way, item)
        else:
            self._ledger.exported("geometries", class_key=label_class.key)
        area_text = msgspec.Raw(number(area_of(geometry)).encode())
        return {"bbox": numbers(box), "area": area_text, "segmentation": numbers(segmentation)}

    def _mask(self, task: TaskLabels, one: Labelled, rings: Sequence[Ring]) -> dict[str, Any]:
        """A segment with holes as compressed RLE; the loss is in fractions of pixels along its border."""
        width, height = task.medium.size_wh
        runs = shape_runs([[rings]], (width, height))
        lengths = encode_rle(runs, (width, height))
        item = item_of(task, one.annotation.id, one.label_class.key)
        if not rle_area(lengths):  # no pixel's centre lies in it, and RLE would be nothing at all
            self._ledger.converted("geometries", BRIDGED, item)
            segment = ImageSegmentation(tuple(rings))
            box = kind_of(segment).bounds(segment)
            return {"bbox": numbers(box), "area": area_of(segment), "segmentation": numbers([flat(one_ring(rings))])}
        self._ledger.converted("geometries", MASKED, item)
        packed = {"size": [height, width], "counts": pack_rle(lengths)}
        return {"bbox": bounds_of(runs), "area": rle_area(lengths), "segmentation": packed}


FORMAT: Final = Format(
    id="coco",
    name="COCO",
    text="Instances, keypoints and captions as most training code reads them.",
    supports=all_but(
        point=converts(SINGLE_POINT),
        line=refuses(NO_LINES),
        holes=converts("Holes become RLE, exact pixels, or are joined to the outline."),
        nested=converts("Nested points are keypoints; other nested geometries are objects that name their parent."),
    ),
    settings=SETTINGS,
    write=write,
    main="annotations/instances_default.json",
    read=read,
    recognise=recognise,
    picture_path=lambda medium: f"images/{medium.split}/{medium.path}" if medium.split else f"images/{medium.path}",
    keeps_order=False,
)
