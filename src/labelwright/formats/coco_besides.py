"""What COCO files say of themselves and of their categories: nothing here holds it, so that it is counted."""

from typing import Any, Final

import msgspec

from labelwright.exchange.asides import OF_CLASSES, told, within
from labelwright.exchange.found import Faults, Place
from labelwright.formats.json_files import Known, others_in

_READ: Final = frozenset(("images", "annotations", "categories"))
_OURS: Final = frozenset(("description", "version"))
"""What files of ours say of themselves: the name of the project, and a number that is always the same."""
_USUAL: Final = {"isthing": "1"}


class _Categories(msgspec.Struct):
    categories: list[msgspec.Raw] = []


class _Kind(msgspec.Struct):
    geometry_type: str | None = None
    supercategory: str | None = None


_CATEGORIES: Final = msgspec.json.Decoder(_Categories)
_KIND: Final = msgspec.json.Decoder(_Kind)


def tell_besides(text: bytes | memoryview, path: str, known: Known, faults: Faults) -> None:
    """Count what a file, which was read already, has beside its lists, and its categories beside `known`."""
    is_ours = False
    for number, raw in enumerate(_CATEGORIES.decode(text).categories):
        place, kind = Place(path, pointer=f"/categories/{number}"), _KIND.decode(raw)
        told(faults, others_in(raw, known), place, OF_CLASSES, _USUAL)
        if kind.geometry_type is None and kind.supercategory is not None:
            told(faults, {"supercategory": kind.supercategory}, place, OF_CLASSES)
        is_ours = is_ours or kind.geometry_type is not None
    for name, value in others_in(text, _READ).items():
        told(faults, _said(name, value, is_ours=is_ours), Place(path, pointer=f"/{name}"))


def _said(name: str, value: Any, *, is_ours: bool) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {name: value}
    usual = _OURS if is_ours and name == "info" else ()
    return within(name, {key: each for key, each in value.items() if key not in usual})
