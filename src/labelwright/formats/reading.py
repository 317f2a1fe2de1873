"""The state of reading one file: the faults found so far, and the keys seen in the element at hand."""

from typing import Any, Final

import msgspec

from labelwright.formats.strict_json import NumberText, Piece
from labelwright.model.errors import InvalidLabels, Issue

MOST_KEPT: Final = 100
_MEMBERS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ELEMENTS: Final = msgspec.json.Decoder(list[msgspec.Raw])


class Reading:
    """Collects faults (the first 100, and how many) and takes raw JSON apart one level at a time.

    `seen` counts the keys of objects that were looked at; see `strict_json.key_count`.
    """

    def __init__(self) -> None:
        self.faults: list[Issue] = []
        self.fault_count = 0
        self.seen = 0
        self.closed_rings = 0

    def fault(self, pointer: str, code: str, message: str) -> None:
        """Note a fault at a place of the file."""
        self.fault_count += 1
        if len(self.faults) < MOST_KEPT:
            self.faults.append(Issue(pointer, code, message))

    def raise_faults(self) -> None:
        """Raise InvalidLabels when there was any fault."""
        if self.faults:
            error = InvalidLabels(f"Nothing was imported. {self.faults[0].message}", tuple(self.faults))
            error.issue_count = self.fault_count
            raise error

    def members(self, raw: Piece, pointer: str) -> dict[str, msgspec.Raw]:
        """The members of an object, still raw; a fault and nothing when it is none."""
        try:
            found = _MEMBERS.decode(raw)
        except msgspec.ValidationError:
            self.wrong_type(raw, pointer, "an object")
            return {}
        self.seen += len(found)
        return found

    def elements(self, raw: Piece, pointer: str) -> list[msgspec.Raw]:
        """The elements of a list, still raw; a fault and nothing when it is none."""
        try:
            return _ELEMENTS.decode(raw)
        except msgspec.ValidationError:
            self.wrong_type(raw, pointer, "a list")
            return []

    def skip(self, raw: Piece) -> None:
        """Pass over a piece that is not looked at."""
        self.seen += bytes(raw).count(b'":')

    def wrong_type(self, raw: Piece, pointer: str, expected: str) -> None:
        """Note that something else stands where `expected` should."""
        self.skip(raw)
        self.fault(pointer, "wrong_type", f"Expected {expected}, found {shown_type(raw)}.")


_FIRST: Final = {"{": "an object", "[": "a list", '"': "a text", "t": "true", "f": "false", "n": "null"}


def shown_type(raw: Piece) -> str:
    """Say what kind of JSON value begins here."""
    return _FIRST.get(bytes(raw)[:1].decode("ascii", "replace"), "a number")


def shown_value(value: Any) -> str:
    """Show a parsed value in a message, briefly."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str) and not isinstance(value, NumberText):
        return f"the text “{value[:40]}”"
    return {None: "null", True: "true", False: "false"}.get(value) or str(value)[:40]
