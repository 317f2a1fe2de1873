"""Read COCO files: instances, keypoints, captions; with our further keys where they stand, and without."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import suppress
from itertools import repeat
from typing import Any, Final

import msgspec

from labelwright.exchange.asides import VISIBLE, asides_of
from labelwright.exchange.bridges import Ring, joined
from labelwright.exchange.files import Files, refused
from labelwright.exchange.found import (
    Faults,
    FoundAnswer,
    FoundClass,
    FoundMedium,
    FoundObject,
    LabelFile,
    Place,
    PlainShapes,
    families,
)
from labelwright.exchange.index import Index
from labelwright.exchange.pixels import all_of, segment_of
from labelwright.exchange.plain_found import unfolded
from labelwright.exchange.shapes import rings_of
from labelwright.formats.coco_besides import tell_besides
from labelwright.formats.coco_content import by_id, opened
from labelwright.formats.coco_values import (
    ANNOTATION,
    FORMAL,
    IMAGE,
    KNOWN,
    KNOWN_IMAGE,
    OF_ANNOTATIONS,
    OF_CATEGORIES,
    OF_IMAGES,
    Annotation,
    Category,
    FormalAnnotation,
    Image,
)
from labelwright.formats.json_elements import Elements
from labelwright.formats.json_files import element, others_in
from labelwright.model.geometry import Geometry, Point, Polygon, Rectangle
from labelwright.raster import decode_rle, unpack_rle

_IMAGES: Final = re.compile(rb'"images"')


def recognise(files: Files) -> bool:
    """Whether some JSON file has images and either annotations or categories at its top."""
    return any(_is_coco(files, path) for path in files.ending(".json")[:20])


def is_panoptic(files: Files, path: str) -> bool:
    """Whether a JSON file has segments of pictures, or a folder of PNGs of its name beside it: what is panoptic."""
    folder, paths = path[: -len(".json")] + "/", files.paths
    first = bisect_left(paths, folder)
    has_folder = first < len(paths) and paths[first].startswith(folder) and paths[first].lower().endswith(".png")
    return has_folder or b'"segments_info"' in files.head(path)


def _is_coco(files: Files, path: str) -> bool:
    if is_panoptic(files, path):
        return False
    keys = files.json_keys(path)
    return "images" in keys or ({"categories", "info"} <= keys and _IMAGES.search(files.read(path)) is not None)


def read(files: Files) -> LabelFile:
    """Open every COCO file among the files. Raises Invalid when there is none, or one is no JSON."""
    faults = Faults()
    parts = [_Part(path, files, faults) for path in files.ending(".json") if _is_coco(files, path)]
    if not parts:
        raise refused("The upload", "not_coco", "holds no COCO file: no JSON with “images” and “annotations”.")
    classes = {found.name: found for part in parts for found in part.classes()}

    def media() -> Iterator[FoundMedium]:
        for part in parts:
            yield from part.media()

    def folded() -> Iterator[FoundMedium]:
        for part in parts:
            yield from part.media(folded=True)

    return LabelFile(classes=tuple(classes.values()), media=media, folded=folded, faults=faults)


class _Part:
    """One file: its annotations, still raw, by image."""

    def __init__(self, path: str, files: Files, faults: Faults) -> None:
        self._path, self._faults = path, faults
        self._split = next((s for s in ("train", "val", "test") if s in path.rpartition("/")[2]), "")
        content = opened(files, path)
        self._images, self._annotations = content.images, content.annotations
        self._elements = content.annotations.elements
        self._categories = by_id(content.categories)
        tell_besides(content.text, path, OF_CATEGORIES, faults)
        seen = set()
        for number, category in enumerate(content.categories):
            if str(category.id) in seen:
                place = Place(path, pointer=f"/categories/{number}/id")
                faults.add(place, "duplicate_id", f"The category id {category.id} occurs twice.", category.id)
            seen.add(str(category.id))
        # Where the file does not say, categories of which every annotation is no more than its box are rectangles.
        self._boxes = self._annotations.boxes

    def _decoded(self, owner: int | None) -> Iterator[tuple[int, Annotation | None, tuple[FoundAnswer, ...]]]:
        """The annotations of an image, numbered, with what they say besides; None for one that cannot be read."""
        if owner is None:
            return
        places = self._elements.numbers(owner)
        numbers: list[int] = places.tolist()
        text = self._elements.list_of(places)
        with suppress(msgspec.ValidationError):
            yield from zip(numbers, KNOWN.decode(text), repeat(()), strict=False)
            return
        with suppress(msgspec.ValidationError):
            yield from zip(numbers, FORMAL.decode(text), map(self._besides, numbers), strict=True)
            return
        for number in numbers:
            try:
                yield number, ANNOTATION.decode(self._elements.text(number)), self._besides(number)
            except msgspec.ValidationError:
                yield number, None, ()

    def _besides(self, number: int) -> tuple[FoundAnswer, ...]:
        return asides_of(others_in(self._elements.text(number), OF_ANNOTATIONS), self._place(number))

    def _place(self, number: int) -> Place:
        return Place(self._path, pointer=f"/annotations/{number}")

    def classes(self) -> Iterator[FoundClass]:
        first = 0 if any(category.id == 0 for category in self._categories.values()) else 1
        for key, category in self._categories.items():
            declared = category.geometry_type or ("rectangle" if key in self._boxes else None)
            parent = category.supercategory if category.geometry_type and category.supercategory else None
            number = category.id - first if isinstance(category.id, int) and category.id >= first else None
            yield FoundClass(name=category.name, types=(declared,) if declared else (), parent=parent, number=number)
            if declared != "point":
                for name in category.keypoints:
                    yield FoundClass(name=name, types=("point",), parent=category.name)

    def media(self, *, folded: bool = False) -> Iterator[FoundMedium]:
        """Every image once; `folded` with plain shapes in columns."""
        names, seen = Index(), _Seen(self._elements)
        for number, found in enumerate(self._images):
            place = Place(self._path, pointer=f"/images/{number}")
            image, asides = self._image(found, place)
            if image is None:
                continue
            image_id, name = str(image.id), image.file_name
            owner = self._elements.key_number(image_id)
            if seen.has(image_id, owner) or name in names:
                what = "file_name" if name in names else "id"
                text = f"The {what} of image {image.id} occurs twice; only the first image is read."
                self._faults.add(place, "duplicate_image", text, name)
                continue
            names.add(name)
            seen.add(image_id, owner)
            shapes = self._annotations.shapes(owner, self._path)
            if shapes is None:
                yield self._medium(image, owner, place, asides)
            else:
                medium = self._folded(image, place, asides, shapes)
                yield medium if folded else unfolded(medium)
        for owner, image_id in seen.others():
            for number in self._elements.numbers(owner):
                text = f"The annotation is of image {image_id}, which is not in the file."
                self._faults.add(self._place(number), "unknown_image", text, image_id)

    def _image(self, found: Image | msgspec.Raw, place: Place) -> tuple[Image | None, tuple[FoundAnswer, ...]]:
        """An image with what it says besides; None for one that cannot be read."""
        if isinstance(found, Image):
            return found, ()
        try:
            return KNOWN_IMAGE.decode(found), ()
        except msgspec.ValidationError:
            image = element(found, IMAGE, "image", place, self._faults)
            return image, asides_of(others_in(found, OF_IMAGES), place) if image else ()

    def _folded(
        self, image: Image, place: Place, asides: tuple[FoundAnswer, ...], shapes: PlainShapes | None
    ) -> FoundMedium:
        answers = tuple(_answers(image.attributes, place)) if image.attributes else ()
        return FoundMedium(
            place=place,
            path=image.file_name,
            id=image.medium_id,
            width=image.width,
            height=image.height,
            split=self._split,
            answers=answers,
            shapes=shapes,
            asides=asides,
        )

    def _medium(self, image: Image, owner: int | None, place: Place, besides: tuple[FoundAnswer, ...]) -> FoundMedium:
        head = self._folded(image, place, besides, None)
        answers = list(head.answers)
        objects: dict[str, FoundObject] = {}
        parents: dict[str, str] = {}
        for number, annotation, asides in self._decoded(owner):
            at = self._place(number)
            if annotation is None:
                self._refuse(number, at)
                continue
            if annotation.caption is not None:
                name = annotation.question or "caption"
                if all(answer.name != name for answer in answers):
                    answers.append(FoundAnswer(name=name, value=annotation.caption, place=at))
                continue
            found = self._object(annotation, image, at, asides)
            if found is not None:
                key = str(annotation.id) if annotation.id is not None else f"#{number}"
                objects[key if key not in objects else f"{key}#{number}"] = found
                if annotation.parent is not None:
                    parents[key] = str(annotation.parent)
        return msgspec.structs.replace(head, objects=tuple(families(objects, parents)), answers=tuple(answers))

    def _refuse(self, number: int, place: Place) -> None:
        element(self._elements.text(number), ANNOTATION, "annotation", place, self._faults)

    def _object(
        self, annotation: Annotation, image: Image, place: Place, asides: tuple[FoundAnswer, ...]
    ) -> FoundObject | None:
        category = self._categories.get(str(annotation.category_id))
        what = f"Annotation {annotation.id}"
        if category is None:
            text = f"{what} has the category {annotation.category_id}, which the file does not list."
            self._faults.add(place, "unknown_category", text, annotation.category_id)
            return None
        if annotation.iscrowd:
            text = f"{what} is a crowd: it stands for several objects, which are not told apart."
            self._faults.add(place, "crowd", text, category.name)
            return None
        geometry = self._geometry(annotation, category, image, place)
        if geometry is None:
            return None
        return FoundObject(
            class_name=category.name,
            geometry=geometry,
            place=place,
            answers=tuple(_answers(annotation.attributes, place)) if annotation.attributes else (),
            nested=tuple(self._keypoints(annotation, category, place)) if annotation.keypoints else (),
            id=annotation.uid,
            comment=annotation.comment,
            z=annotation.z,
            asides=asides,
        )

    # --- geometry ---

    def _geometry(self, annotation: Annotation, category: Category, image: Image, place: Place) -> Geometry | None:
        what, kind = f"Annotation {annotation.id}", category.geometry_type
        if kind == "point":
            return self._point(annotation, place)
        segmentation = annotation.segmentation
        if kind == "rectangle" or not segmentation or str(annotation.category_id) in self._boxes:
            return self._box(annotation, place)
        if isinstance(segmentation, dict):
            return self._mask(segmentation, image, what, place)
        rings = self._rings(segmentation, what, place, is_read=isinstance(annotation, FormalAnnotation))
        if rings is None:
            return None
        if kind == "polygon":
            return Polygon(rings[0] if len(rings) == 1 else joined(rings_of(all_of(rings))))
        return all_of(rings, segmented=kind == "image_segmentation")

    def _point(self, annotation: Annotation, place: Place) -> Point | None:
        if len(annotation.keypoints) >= 3:
            return Point(annotation.keypoints[0], annotation.keypoints[1])
        text = f"Annotation {annotation.id} is of a class of points and has no keypoint."
        self._faults.add(place, "no_keypoint", text)
        return None

    def _box(self, annotation: Annotation, place: Place) -> Rectangle | None:
        box = annotation.bbox
        if box is None or len(box) != 4 or box[2] <= 0 or box[3] <= 0:
            text = f"Annotation {annotation.id} needs a bbox of x, y, width and height above 0."
            self._faults.add(place, "invalid_bbox", text, box)
            return None
        return Rectangle(*box)

    def _mask(self, segmentation: dict[str, Any], image: Image, what: str, place: Place) -> Geometry | None:
        """RLE, compressed or not; its size is compared with the image's before anything is unpacked."""
        size = segmentation.get("size")
        if not isinstance(size, list) or size != [image.height, image.width]:
            text = f"{what}: the RLE is of the size {size}, the image's is {[image.height, image.width]}."
            self._faults.add(place, "rle_size", text, size)
            return None
        counts = segmentation.get("counts")
        try:
            lengths = unpack_rle(counts) if isinstance(counts, str) else msgspec.convert(counts, list[int])
            segment = segment_of(decode_rle(lengths, (size[1], size[0])))
        except (ValueError, msgspec.ValidationError) as error:
            self._faults.add(place, "invalid_rle", f"{what}: the RLE cannot be read: {error}.", str(counts))
            return None
        if segment is None:
            self._faults.add(place, "empty_mask", f"{what}: the RLE has no pixels.")
        return segment

    def _rings(self, segmentation: Any, what: str, place: Place, *, is_read: bool) -> list[Ring] | None:
        try:
            lists = segmentation if is_read else msgspec.convert(segmentation, list[list[float]])
        except msgspec.ValidationError as error:
            self._faults.add(place, "invalid_segmentation", f"{what}: {error}.", str(segmentation))
            return None
        rings: list[Ring] = []
        for values in lists:
            ring = tuple(zip(values[::2], values[1::2], strict=False))
            ring = ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring
            if len(values) % 2 or len(ring) < 3:
                text = f"{what}: a polygon needs pairs of numbers, three points at least; this one has {len(values)}."
                self._faults.add(place, "invalid_segmentation", text, str(values))
                return None
            rings.append(ring)
        return rings or None

    def _keypoints(self, annotation: Annotation, category: Category, place: Place) -> Iterator[FoundObject]:
        if category.geometry_type == "point" or not category.keypoints:
            return
        values = annotation.keypoints
        if values and len(values) != 3 * len(category.keypoints):
            text = f"Annotation {annotation.id} needs {3 * len(category.keypoints)} numbers in keypoints."
            self._faults.add(place, "invalid_keypoints", text, len(values))
            return
        for name, x, y, visible in zip(category.keypoints, values[::3], values[1::3], values[2::3], strict=False):
            if visible:
                yield FoundObject(
                    class_name=name,
                    geometry=Point(x, y),
                    place=place,
                    asides=asides_of({"visibility": f"{visible:g}"}, place, VISIBLE),
                    answers=tuple(_answers(annotation.keypoint_attributes.get(name, {}), place)),
                    id=annotation.keypoint_uids.get(name),
                    comment=annotation.keypoint_comments.get(name),
                    z=annotation.keypoint_z.get(name, 0),
                )


class _Seen:
    """Which images were seen: those of annotations by the numbers that these have for them."""

    def __init__(self, elements: Elements) -> None:
        self._elements = elements
        self._are_seen = bytearray(elements.key_count)
        self._bare = Index()

    def has(self, image_id: str, owner: int | None) -> bool:
        return image_id in self._bare if owner is None else bool(self._are_seen[owner])

    def add(self, image_id: str, owner: int | None) -> None:
        if owner is None:
            self._bare.add(image_id)
        else:
            self._are_seen[owner] = True

    def others(self) -> Iterator[tuple[int, str]]:
        """The images of annotations that were not seen."""
        if not all(self._are_seen):
            numbered = enumerate(self._elements.keys())
            yield from ((owner, image_id) for owner, image_id in numbered if not self._are_seen[owner])


def _answers(attributes: dict[str, Any], place: Place) -> Iterator[FoundAnswer]:
    for name, value in attributes.items():
        yield FoundAnswer(name=name, value=answer_of(value), place=place)


def answer_of(value: Any) -> str | tuple[str, ...] | None:
    """An attribute of whatever type as an answer: lists are checklists, everything else is a text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        return tuple(str(each) for each in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
