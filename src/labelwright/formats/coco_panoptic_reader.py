"""Read COCO panoptic files: a JSON and the folder of PNGs of its name."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final, NamedTuple

import msgspec

from labelwright.exchange.asides import asides_of
from labelwright.exchange.files import Files, refused
from labelwright.exchange.found import Faults, FoundAnswer, FoundClass, FoundMedium, FoundObject, LabelFile, Place, Side
from labelwright.exchange.index import Index
from labelwright.formats import mask_classes, mask_pictures
from labelwright.formats.coco_besides import tell_besides
from labelwright.formats.coco_lists import NOT_SO, CutContent, Walk, checked, cut_out, known, lists_of
from labelwright.formats.coco_panoptic_annotations import Annotation, Annotations, FoundAnnotation
from labelwright.formats.coco_reader import is_panoptic
from labelwright.formats.json_elements import RAWS
from labelwright.formats.json_files import decoded_text, element, others_in
from labelwright.formats.masks_instance import answers_of
from labelwright.raster import Traced


class _Category(msgspec.Struct):
    id: int
    name: str
    isthing: int = 1
    geometry_type: str = ""
    supercategory: str | None = None
    color: Any = None


class _Image(msgspec.Struct):
    id: int | str
    file_name: str
    width: Side | None = None
    height: Side | None = None
    medium_id: str | None = None
    attributes: dict[str, Any] = {}


class _Info(msgspec.Struct):
    id: int
    category_id: int
    iscrowd: int | bool = 0
    uid: str | None = None
    attributes: dict[str, Any] = {}
    comment: str | None = None


class _Content(msgspec.Struct, kw_only=True):
    images: list[msgspec.Raw]
    annotations: list[msgspec.Raw]
    categories: list[_Category]


class _Rest(CutContent, kw_only=True):
    categories: list[_Category]


_CONTENT: Final = msgspec.json.Decoder(_Content)
_REST: Final = msgspec.json.Decoder(_Rest)
_IMAGE: Final = msgspec.json.Decoder(_Image)
_INFO: Final = msgspec.json.Decoder(_Info)
_OF_IMAGES: Final = frozenset(_Image.__struct_encode_fields__)
_OF_CATEGORIES: Final = frozenset(_Category.__struct_encode_fields__)
_OF_SEGMENTS: Final = frozenset((*_Info.__struct_encode_fields__, "area", "bbox"))


class _Opened(NamedTuple):
    """A file: where it is, what stands in it beside its lists, its images as text, and its annotations by image."""

    path: str
    text: bytes | memoryview
    categories: list[_Category]
    images: Walk
    annotations: Annotations


class _Part(NamedTuple):
    """One JSON file on its way: where it is, what all files declare, where PNGs are, and what is wrong."""

    path: str
    categories: dict[int, _Category]
    masks: "_Masks"
    faults: Faults


class _Masks:
    """The PNGs among files, and where the only one of a name is, for who looks for it elsewhere."""

    def __init__(self, files: Files) -> None:
        self._files, self._paths = files, files.ending(".png")

    def of(self, path: str, name: str) -> str:
        """A PNG of a JSON file: in the folder of its name, else the only one of that name, wherever it lies."""
        place = f"{path.removesuffix('.json')}/{name}"
        if place in self._files.sizes:
            return place
        at = self._numbers.get(name)
        return place if at is None or at < 0 else self._paths[at]

    @cached_property
    def _numbers(self) -> Index:
        """The number of each path by its last part, -1 where several end so."""
        firsts, numbers = Index(), Index()
        for number, path in enumerate(self._paths):
            if firsts.setdefault(path.rpartition("/")[2], number) != number:
                numbers.setdefault(path.rpartition("/")[2], -1)
        for number, path in enumerate(self._paths):
            numbers.setdefault(path.rpartition("/")[2], number)
        return numbers


def recognise(files: Files) -> bool:
    """Whether a JSON file is panoptic."""
    return any(is_panoptic(files, path) for path in files.ending(".json")[:20])


def read(files: Files) -> LabelFile:
    """Open every panoptic file. Raises Invalid when there is none, or one cannot be read."""
    faults = Faults()
    contents = [_opened(files, path, faults) for path in files.ending(".json") if is_panoptic(files, path)]
    if not contents:
        raise refused("The upload", "not_panoptic", "holds no JSON file of segments with PNGs in a folder of its name.")
    categories = {c.id: c for content in contents for c in content.categories}
    masks = _Masks(files)

    def media() -> Iterator[FoundMedium]:
        for content in contents:
            part = _Part(content.path, categories, masks, faults)
            annotations = content.annotations.begin(content.path, faults)
            for number, raw in enumerate(_images(content.images)):
                at = Place(content.path, pointer=f"/images/{number}")
                image = element(raw, _IMAGE, "image", at, faults)
                if image is not None:
                    medium = _medium(files, part, image, at, annotations.take(str(image.id)))
                    asides = (*asides_of(others_in(raw, _OF_IMAGES), at), *medium.asides)
                    yield msgspec.structs.replace(medium, asides=asides) if asides else medium
            for image_id, place in annotations.left():
                text = f"The annotation is of image {image_id}, which is not in the file."
                faults.add(place, "unknown_image", text, image_id)

    return LabelFile(classes=tuple(map(_class, categories.values())), media=media, faults=faults)


def _images(walk: Walk) -> Iterator[msgspec.Raw]:
    for _, text in walk.portions():
        yield from RAWS.decode(text)


def _opened(files: Files, path: str, faults: Faults) -> _Opened:
    content = files.read(path)
    opened = _in_portions(files, path, content) or _as_a_whole(files, path, content)
    tell_besides(opened.text, path, _OF_CATEGORIES, faults)
    return opened


def _in_portions(files: Files, path: str, content: bytes | memoryview) -> _Opened | None:
    for rest, lists in cut_out(content, _REST):
        try:
            images, annotations = checked(lists.images), checked(lists.annotations)
        except NOT_SO:
            continue
        return _Opened(path, lists.rest, rest.categories, images, Annotations(files, lists.annotations, annotations))
    return None


def _as_a_whole(files: Files, path: str, content: bytes | memoryview) -> _Opened:
    found, text = decoded_text(content, path, _CONTENT, "panoptic file", "not_panoptic")
    lists = lists_of(text)
    annotations = Annotations(files, lists.annotations, known(lists.annotations))
    return _Opened(path, text, found.categories, known(lists.images), annotations)


def _class(category: _Category) -> FoundClass:
    kind = category.geometry_type or ("polygon" if category.isthing else "image_segmentation")
    parent = category.supercategory if category.geometry_type and category.supercategory else None
    number = category.id - 1 if category.id > 0 else None
    return FoundClass(name=category.name, types=(kind,), parent=parent, number=number, color=_colour(category.color))


def _colour(found: Any) -> str | None:
    is_one = isinstance(found, list) and len(found) == 3 and all(type(n) is int and 0 <= n <= 255 for n in found)
    return mask_classes.hex_of((found[0], found[1], found[2])) if is_one else None


def _medium(files: Files, part: _Part, image: _Image, place: Place, found: FoundAnnotation | None) -> FoundMedium:
    path, faults = part.path, part.faults
    objects: tuple[FoundObject, ...] = ()
    if found is not None:
        pixels = _mask(files, part.masks.of(path, found.annotation.file_name), image, found.place, faults)
        if pixels is not None:
            objects = tuple(_objects(pixels, found.annotation, found.place, part.categories, faults))
    return FoundMedium(
        place=place,
        path=image.file_name,
        id=image.medium_id,
        width=image.width,
        height=image.height,
        split=mask_pictures.split_of(f"{path.rpartition('_')[2].removesuffix('.json')}/"),
        objects=objects,
        answers=tuple(answers_of(image.attributes, place)),
        asides=found.asides if found is not None else (),
    )


def _mask(files: Files, mask: str, image: _Image, place: Place, faults: Faults) -> mask_pictures.Pixels | None:
    if mask not in files.sizes:
        faults.add(place, "missing_mask", f"The mask {mask[-120:]} is not among the files.", mask)
        return None
    pixels = mask_pictures.read_pixels(files, mask, faults)
    if pixels is None:
        return None
    if not pixels.is_colour:
        faults.add(place, "mask_mode", "A panoptic mask is RGB; this one is not.", mask)
        return None
    size_wh = (image.width or pixels.size_wh[0], image.height or pixels.size_wh[1])
    return pixels if mask_pictures.check_size(pixels, size_wh, place, faults) else None


def _objects(
    pixels: mask_pictures.Pixels,
    annotation: Annotation,
    place: Place,
    categories: dict[int, _Category],
    faults: Faults,
) -> Iterator[FoundObject]:
    pieces = mask_pictures.pieces_of(pixels.runs, [0])
    for number, raw in enumerate(annotation.segments_info):
        at = Place(place.file, pointer=f"{place.pointer}/segments_info/{number}")
        info = element(raw, _INFO, "segment", at, faults)
        if info is None:
            continue
        value = (info.id & 255) << 16 | info.id & 0xFF00 | info.id >> 16 & 255
        of_it, category = pieces.pop(value, None), categories.get(info.category_id)
        if of_it is None:
            faults.add(place, "no_pixels", f"No pixel has the id {info.id} of a segment.", info.id)
        elif category is None:
            text = f"Segment {info.id} has the category {info.category_id}, which the file does not list."
            faults.add(place, "unknown_category", text, info.category_id)
        elif info.iscrowd:
            text = f"Segment {info.id} is a crowd: it stands for several objects, which are not told apart."
            faults.add(place, "crowd", text, category.name)
        else:
            asides = asides_of(others_in(raw, _OF_SEGMENTS), at)
            yield from _found(info, of_it, category, place, asides)
    for value in pieces:
        red, green, blue = value >> 16, value >> 8 & 255, value & 255
        number = red + 256 * green + 65536 * blue
        faults.add(place, "unknown_value", f"Pixels have the id {number}, which no segment has.", number)


def _found(
    info: _Info, pieces: list[Traced], category: _Category, place: Place, asides: tuple[FoundAnswer, ...]
) -> Iterator[FoundObject]:
    kind = category.geometry_type or ("polygon" if category.isthing else "image_segmentation")
    groups = [pieces] if category.isthing else [[piece] for piece in pieces]
    for number, geometry in enumerate(g for group in groups for g in mask_pictures.geometries(group, kind)):
        yield FoundObject(
            class_name=category.name,
            geometry=geometry,
            place=place,
            answers=() if number else tuple(answers_of(info.attributes, place)),
            id=None if number else info.uid,
            comment=None if number else info.comment,
            asides=() if number else asides,
        )
