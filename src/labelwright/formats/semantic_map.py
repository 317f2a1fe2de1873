"""Write semantic maps: the union of one class's segments in one medium, black and white, at the displayed size."""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from labelwright.model.document import Document
from labelwright.model.geometry import ImageSegmentation
from labelwright.raster import RULES, Rule, encode_bmp, semantic_map, semantic_map_png

Segments = Iterable[ImageSegmentation]
SizeWH = tuple[int, int]

# Raised when the same segments give other bytes.
VERSION = 2


class Form(NamedTuple):
    """A kind of picture file: its media type and its writer."""

    content_type: str
    write: Callable[[Segments, SizeWH, Rule], bytes]


def _png(segments: Segments, size_wh: SizeWH, rule: Rule) -> bytes:
    return semantic_map_png([s.rings for s in segments], size_wh, rule)


def _bmp(segments: Segments, size_wh: SizeWH, rule: Rule) -> bytes:
    return encode_bmp(semantic_map([s.rings for s in segments], size_wh, rule))


FORMS: Final = {"png": Form("image/png", _png), "bmp": Form("image/bmp", _bmp)}
RULE_NAMES: Final[dict[str, Rule]] = {str(rule): rule for rule in RULES}


def segments_of(document: Document, class_ids: frozenset[str]) -> list[ImageSegmentation]:
    """The segments of some classes; geometries of other kinds are never painted."""
    return [
        annotation.geometry
        for annotation in document.annotations
        if annotation.class_id in class_ids and isinstance(annotation.geometry, ImageSegmentation)
    ]
