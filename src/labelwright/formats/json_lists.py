"""A long list in JSON, element by element: what is kept of it is where portions of whole elements stand in its text.

Where a value ends the decoder says, as it wants nothing to stand behind it.
"""

import re
from array import array
from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec

from labelwright.formats.strict_json import MAX_DEPTH, checked, split
from labelwright.model.errors import InvalidJson

_PORTION_BYTES: Final = 1 << 18
_LOOKED_AT_BYTES: Final = 1 << 16
_RAW: Final = msgspec.json.Decoder(msgspec.Raw)
_RAWS: Final = msgspec.json.Decoder(list[msgspec.Raw])
_KEY: Final = msgspec.json.Decoder(str)
_BLANKS: Final = re.compile(rb"[ \t\r\n]*")
_BETWEEN: Final = re.compile(rb"[ \t\r\n,]*")
_FOLLOWED: Final = re.compile(rb',[ \t\r\n]*\{[ \t\r\n]*"[^"\\]*"[ \t\r\n]*:')
_BEHIND: Final = re.compile(r"trailing characters \(byte (\d+)\)")
_TOO_DEEP: Final = f"The file is nested deeper than {MAX_DEPTH} levels."
_OPENS_LIST, _ENDS_LIST, _OPENS, _ENDS, _COLON, _COMMA = b"[]{}:,"

Portion = tuple[int, list[msgspec.Raw]]
"""Elements that follow one another, and the number of the first."""


class Odd(Exception):
    """A text is no JSON, or none of the shape that is looked for: `strict_json` knows how to say it."""


class Placed(NamedTuple):
    """An element and where it stands."""

    start: int
    end: int
    raw: msgspec.Raw


class LongList:
    """The elements of a list, raw, each time somebody walks over them."""

    def __init__(self, text: memoryview, places: "array[int]") -> None:
        self._text, self._places = text, places

    def portions(self) -> Iterator[Portion]:
        """Some elements at a time, of not much text."""
        number = 0
        for text in self.texts():
            raws = raws_in(text)
            yield number, raws
            number += len(raws)

    def texts(self) -> Iterator[bytes]:
        """The same as texts of lists."""
        for start, end in zip(self._places[::2], self._places[1::2], strict=True):
            yield b"".join((b"[", self._text[start:end], b"]"))

    def __iter__(self) -> Iterator[msgspec.Raw]:
        for _, raws in self.portions():
            yield from raws

    def placed(self) -> Iterator[Placed]:
        """Each element and where it stands, to be looked at again by itself."""
        for at, (_, raws) in zip(self._places[::2], self.portions(), strict=True):
            for raw in raws:
                start = _next(self._text, at, _BETWEEN)
                at = start + memoryview(raw).nbytes  # noqa: PLW2901 - it goes on from there
                yield Placed(start, at, raw)

    def between(self, start: int, end: int) -> list[msgspec.Raw]:
        """The elements between the start of one and the end of one."""
        return raws_in(b"".join((b"[", self._text[start:end], b"]")))


def raws_in(text: bytes) -> list[msgspec.Raw]:
    """The elements of a list that was read as JSON already. Raises InvalidJson where that was less deep in calls."""
    try:
        return _RAWS.decode(text)
    except RecursionError:
        raise InvalidJson(_TOO_DEEP) from None


class Apart(NamedTuple):
    """An object with an empty list for the long one, and that."""

    rest: bytes
    elements: LongList


def long_list(buffer: bytes | memoryview) -> LongList:
    """Check a whole file and take its one list apart, as `strict_json.split` does. Raises InvalidJson."""
    text = memoryview(checked(buffer))
    try:
        return list_in(text)
    except Odd:
        split(text)
        raise InvalidJson(_TOO_DEEP) from None


def list_in(text: memoryview) -> LongList:
    """A text that is a list. Raises Odd where it is none."""
    places, end = _list_at(text, _next(text, 0))
    _check_end(text, end)
    return LongList(text, places)


def taken_apart(text: memoryview, key: str) -> Apart:
    """An object whose member of that key is a long list. Raises Odd where it is none."""
    at = _next(text, _behind_sign(text, _next(text, 0), _OPENS))
    rest: list[bytes | memoryview] = [text[:at]]
    elements: LongList | None = None
    while True:
        colon = _behind(text, at)
        value = _next(text, _behind_sign(text, colon, _COLON))
        if elements is None and _sign(text, value) == _OPENS_LIST and _key(text[at:colon]) == key:
            places, end = _list_at(text, value)
            elements, end = LongList(text, places), _next(text, end)
            rest += text[at:value], b"[]"
        else:
            end = _behind(text, value)
            rest.append(text[at:end])
        if _sign(text, end) == _ENDS:
            break
        at = _behind_sign(text, end, _COMMA)
        rest.append(b",")
    _check_end(text, end + 1)
    if elements is None:
        raise Odd
    return Apart(b"".join((*rest, b"}")), elements)


def _list_at(text: memoryview, at: int) -> tuple["array[int]", int]:
    """Where portions of a list begin and end in turn, and where the list does. Raises Odd."""
    places = array("q")
    start = at = _next(text, _behind_sign(text, at, _OPENS_LIST))
    if _sign(text, at) == _ENDS_LIST:
        return places, at + 1
    between: bytes | None = None
    while True:
        end = _behind(text, at)
        if _sign(text, end) == _ENDS_LIST:
            places.extend((start, end))
            return places, end + 1
        at = _behind_sign(text, end, _COMMA)
        if between is None:
            found = _FOLLOWED.match(text, end)
            between = found[0] if found else b""
        while between and (end := _likely_end(text, start, between)) > start:
            if not _is_list(text[start:end]):
                between = b""
                break
            places.extend((start, end))
            start = at = end + 1
        if at - start > _PORTION_BYTES:
            places.extend((start, at - 1))
            start = at


def _likely_end(text: memoryview, start: int, between: bytes) -> int:
    """Where a portion may end, as what stands behind it looks like what stands between two elements."""
    return start + bytes(text[start : start + _PORTION_BYTES]).rfind(between)


def _is_list(text: memoryview) -> bool:
    try:
        _RAWS.decode(b"".join((b"[", text, b"]")))
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _behind(text: memoryview, at: int) -> int:
    """Where something stands again behind the value that begins at a place. Raises Odd."""
    size = _LOOKED_AT_BYTES
    while at < len(text):
        try:
            _RAW.decode(text[at : at + size])
        except RecursionError:
            break
        except msgspec.DecodeError as error:
            if found := _BEHIND.search(str(error)):
                return at + int(found[1]) - 1
        if at + size >= len(text):
            break  # nothing is a list or an object in which a value is the last thing
        size *= 4
    raise Odd


def _next(text: memoryview, at: int, passed: re.Pattern[bytes] = _BLANKS) -> int:
    """Where something stands that is not blank."""
    found = passed.match(text, at)
    assert found is not None
    return found.end()


def _sign(text: memoryview, at: int) -> int | None:
    return text[at] if at < len(text) else None


def _behind_sign(text: memoryview, at: int, sign: int) -> int:
    if _sign(text, at) != sign:
        raise Odd
    return at + 1


def _key(text: memoryview) -> str:
    try:
        return _KEY.decode(text)
    except msgspec.DecodeError:
        raise Odd from None


def _check_end(text: memoryview, at: int) -> None:
    if _next(text, at) < len(text):
        raise Odd


# --- a value a line -------------------------------------------------------------------------------------------------


def lines_in(text: bytes | memoryview) -> Iterator[bytes]:
    """The lines of a long text, a portion of it at a time; as `splitlines` has them, blank ones among them."""
    waiting: list[bytes] = []
    for at in range(0, len(text), _PORTION_BYTES):
        portion = bytes(text[at : at + _PORTION_BYTES])
        end = portion.rfind(b"\n") + 1
        if end:
            yield from b"".join((*waiting, portion[:end])).splitlines()
            waiting.clear()
        waiting.append(portion[end:])
    yield from b"".join(waiting).splitlines()
