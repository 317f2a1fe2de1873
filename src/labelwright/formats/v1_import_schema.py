"""Say what is wrong with the shape of an import in the very words that old clients' users know.

The rules and texts are those of a JSON Schema and of the validator that the reference used: `#/0/labels/car/0/point`
and below it one or more messages; where a value fits none of several alternatives, the reasons of all of them stand
under “Either: ”.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Final

from labelwright.formats.strict_json import NumberText, Piece, check_repeated, parse
from labelwright.model.geometry import KINDS

MOST_SHOWN: Final = 1000
_DIGITS: Final = re.compile(r"[0-9]+")
_Check = Callable[["Problems", Any, str], None]


class Problems:
    """Messages by the place in the file, and the text made of them."""

    def __init__(self) -> None:
        self.messages: dict[str, set[str]] = defaultdict(set)

    def add(self, place: str, *messages: str) -> None:
        self.messages[place].update(messages)

    def merge(self, other: "Problems") -> None:
        for place, messages in other.messages.items():
            self.messages[place] |= messages

    def __bool__(self) -> bool:
        return bool(self.messages)

    def text(self) -> str:
        """The whole text; shorter places first, then by alphabet."""
        places = sorted(self.messages, key=lambda place: (len(place), place))
        blocks = "".join(self._block(place) for place in places[:MOST_SHOWN])
        return f"Schema validation failed with {len(places)} error(s)\n\n{blocks}"

    def _block(self, place: str) -> str:
        # What is special about the value comes before what type it should have had.
        messages = sorted(self.messages[place], key=lambda text: (text.startswith("expected type"), text))
        either = "Either: \n" if len(messages) > 1 else ""
        lines = "".join(f"{message}\n" for message in messages)
        return f"{place}\n{either}{lines}\n"


def check_list(elements: list[Any]) -> str:
    """Check the raw elements of a file; returns the text, empty when all is well. Raises InvalidJson."""
    problems = Problems()
    if not elements:
        problems.add("#", "expected minimum item count: 1, found: 0")
    for index, raw in enumerate(elements):
        check_item(problems, raw, index)
    return problems.text() if problems else ""


def check_item(problems: Problems, raw: Piece, index: int) -> None:
    """Check one element of the file. Raises InvalidJson for a repeated key or too many levels."""
    item, at = parse(raw, f"/{index}"), f"#/{index}"
    check_repeated(item, f"/{index}")
    if not _is_object(problems, item, at):
        return
    _typed(problems, item, at, "internal_media_ID", str)
    _typed(problems, item, at, "keepData", bool)
    if "global_classifications" in item:
        _each(problems, item["global_classifications"], f"{at}/global_classifications", _classification)
    if "labels" in item:
        _each(problems, item["labels"], f"{at}/labels", _list_of(_label))


# --- labels ---------------------------------------------------------------------------------------------------------


def _label(problems: Problems, value: Any, at: str) -> None:
    _object_of_labels(problems, value, at, nested=False)


def _nested_label(problems: Problems, value: Any, at: str) -> None:
    _object_of_labels(problems, value, at, nested=True)


def _object_of_labels(problems: Problems, value: Any, at: str, *, nested: bool) -> None:
    if not _is_object(problems, value, at):
        return
    for key, member in value.items():
        place = f"{at}/{_escaped(key)}"
        if key in _SHAPES:
            _SHAPES[key](problems, member, place)
        elif key == "classifications":
            _each(problems, member, place, _classification)
        elif key == "nested_geometries" and not nested:
            _each(problems, member, place, _list_of(_nested_label))
        elif key not in {"id", "provenance", "comment"}:  # written by `include=`
            problems.add(at, f"extraneous key [{key}] is not permitted")


def _list_of(check: _Check, least: int = 0, most: int | None = None) -> _Check:
    def check_elements(problems: Problems, value: Any, at: str) -> None:
        if not isinstance(value, list):
            problems.add(at, f"expected type: JSONArray, found: {_type_name(value)}")
            return
        if len(value) < least:
            problems.add(at, f"expected minimum item count: {least}, found: {len(value)}")
        if most is not None and len(value) > most:
            problems.add(at, f"expected maximum item count: {most}, found: {len(value)}")
        for index, element in enumerate(value):
            check(problems, element, f"{at}/{index}")

    return check_elements


def _point(problems: Problems, value: Any, at: str) -> None:
    """An object of exactly x and y."""
    if not _is_object(problems, value, at):
        return
    if len(value) < 2:
        problems.add(at, f"minimum size: [2], found: [{len(value)}]")
    if len(value) > 2:
        problems.add(at, f"maximum size: [2], found: [{len(value)}]")
    _numbers(problems, value, at, ("x", "y"))


def _box(problems: Problems, value: Any, at: str) -> None:
    """An object with x, y, w and h."""
    if _is_object(problems, value, at):
        _numbers(problems, value, at, ("x", "y", "w", "h"))


def _numbers(problems: Problems, value: dict[str, Any], at: str, names: tuple[str, ...]) -> None:
    for name in names:
        if name in value:
            _number(problems, value[name], f"{at}/{name}")
        else:
            problems.add(at, f"required key [{name}] not found")


def _number(problems: Problems, value: Any, at: str) -> None:
    """A number from 0, or a text of digits."""
    found = _type_name(value)
    if isinstance(value, NumberText):
        if float(value) < 0:
            problems.add(at, f"{value} is not greater or equal to 0", f"expected type: String, found: {found}")
    elif not isinstance(value, str):
        problems.add(at, f"expected type: Number, found: {found}", f"expected type: String, found: {found}")
    elif not _DIGITS.fullmatch(value):
        text = f"string [{value}] does not match pattern ^[0-9]+$"
        problems.add(at, text, f"expected type: Number, found: {found}")


_ring = _list_of(_point, 3)


def _part(problems: Problems, value: Any, at: str) -> None:
    """One element of `geometry`: a point, a box or, of a segment, a ring."""
    if isinstance(value, list):
        _ring(problems, value, at)
    elif isinstance(value, dict) and value.keys() & {"w", "h"}:
        as_box, as_point = Problems(), Problems()
        _box(as_box, value, at)
        if as_box:
            _point(as_point, value, at)
            problems.merge(as_box)
            problems.merge(as_point)
    else:
        _point(problems, value, at)


_SHAPES: Final[dict[str, _Check]] = {
    "geometry": _list_of(_part),
    "point": _list_of(_point, 1, 1),
    "line": _list_of(_point, 2),
    "polygon": _list_of(_point, 3),
    "rectangle": _list_of(_box, 1, 1),
    "image_segmentation": _list_of(_ring, 1),
}
assert _SHAPES.keys() == {"geometry", *KINDS}, "every kind can be imported by its name"


# --- classifications ------------------------------------------------------------------------------------------------


def _classification(problems: Problems, value: Any, at: str) -> None:
    """A list: a text or null first, then texts and objects of classifications below this one."""
    if not isinstance(value, list):
        problems.add(at, f"expected type: JSONArray, found: {_type_name(value)}")
        return
    for index, element in enumerate(value):
        place, found = f"{at}/{index}", _type_name(element)
        if found == "String" or (index == 0 and element is None):
            continue
        if index == 0:
            problems.add(place, f"expected: null, found: {found}", f"expected type: String, found: {found}")
        elif isinstance(element, dict):
            _each(problems, element, place, _classification)
        else:
            problems.add(place, f"expected type: JSONObject, found: {found}", f"expected type: String, found: {found}")


# --- values ---------------------------------------------------------------------------------------------------------


def _each(problems: Problems, value: Any, at: str, check: _Check) -> None:
    if _is_object(problems, value, at):
        for key, member in value.items():
            check(problems, member, f"{at}/{_escaped(key)}")


def _is_object(problems: Problems, value: Any, at: str) -> bool:
    if not isinstance(value, dict):
        problems.add(at, f"expected type: JSONObject, found: {_type_name(value)}")
    return isinstance(value, dict)


def _typed(problems: Problems, item: dict[str, Any], at: str, key: str, kind: type[str] | type[bool]) -> None:
    if key in item and (not isinstance(item[key], kind) or isinstance(item[key], NumberText)):
        expected = "Boolean" if kind is bool else "String"
        problems.add(f"{at}/{key}", f"expected type: {expected}, found: {_type_name(item[key])}")


_TYPE_NAMES: Final = {dict: "JSONObject", list: "JSONArray", str: "String", bool: "Boolean", type(None): "Null"}


def _type_name(value: Any) -> str:
    if not isinstance(value, NumberText):
        return next(name for kind, name in _TYPE_NAMES.items() if isinstance(value, kind))
    if not value.lstrip("-").isdigit():
        return "BigDecimal"
    if len(value) > 20 or not -(2**63) <= int(value) < 2**63:
        return "BigInteger"
    return "Integer" if -(2**31) <= int(value) < 2**31 else "Long"


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
