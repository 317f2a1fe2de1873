"""What stands in COCO files, with our further keys: images, categories, annotations."""

from typing import Any, Final

import msgspec

from labelwright.exchange.found import Depth, Side


class Image(msgspec.Struct, kw_only=True):
    id: int | str
    file_name: str
    width: Side | None = None
    height: Side | None = None
    medium_id: str | None = None
    attributes: dict[str, Any] = {}


class Category(msgspec.Struct, kw_only=True):
    id: int | str
    name: str
    keypoints: list[str] = []
    geometry_type: str | None = None
    supercategory: str | None = None


class Annotation(msgspec.Struct, kw_only=True):
    id: int | str | None = None
    image_id: int | str
    category_id: int | str | None = None
    segmentation: Any = None
    bbox: list[float] | None = None
    iscrowd: int | bool | None = None
    keypoints: list[float] = []
    keypoint_uids: dict[str, str] = {}
    keypoint_attributes: dict[str, dict[str, Any]] = {}
    keypoint_comments: dict[str, str] = {}
    keypoint_z: dict[str, int] = {}
    caption: str | None = None
    question: str | None = None
    attributes: dict[str, Any] = {}
    parent: int | str | None = None
    uid: str | None = None
    comment: str | None = None
    z: Depth = 0


class FormalAnnotation(Annotation):
    """An annotation whose segmentation is as the format has it; most are, and are read many at a time."""

    segmentation: list[list[float]] | dict[str, Any] | None = None


class KnownAnnotation(FormalAnnotation, kw_only=True, forbid_unknown_fields=True):
    """An annotation that says nothing besides."""

    area: float | None = None
    num_keypoints: int | None = None


class KnownImage(Image, kw_only=True, forbid_unknown_fields=True):
    """An image that says nothing besides."""


OF_IMAGES: Final = frozenset(Image.__struct_encode_fields__)
OF_ANNOTATIONS: Final = frozenset((*Annotation.__struct_encode_fields__, "area", "num_keypoints"))
"""What annotations have that is read, or follows from the rest."""
OF_CATEGORIES: Final = frozenset(Category.__struct_encode_fields__)
IMAGE: Final = msgspec.json.Decoder(Image)
KNOWN_IMAGE: Final = msgspec.json.Decoder(KnownImage)
KNOWN_IMAGES: Final = msgspec.json.Decoder(list[KnownImage])
ANNOTATION: Final = msgspec.json.Decoder(Annotation)
FORMAL: Final = msgspec.json.Decoder(list[FormalAnnotation])
KNOWN: Final = msgspec.json.Decoder(list[KnownAnnotation])
