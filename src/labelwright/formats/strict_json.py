"""Read JSON that people send, strictly: what two programs could read in two ways is refused, with its place.

A file is checked as bytes and split into raw elements without making objects of them (`split`); each element is then
read by itself. Fast decoders do not see a key that occurs twice, but it can be counted: an element whose `key_count`
differs from the number of keys that were read is looked at by `check_repeated`.
"""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from labelwright.model.errors import InvalidJson

MAX_DEPTH: Final = 32
MAX_NUMBER: Final = 400
_WINDOW = 1 << 20

_INNERMOST = re.compile(rb"\[\]|\{\}")
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))

Piece = bytes | memoryview | msgspec.Raw
_RAW_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])
_AT_BYTE = re.compile(r" \(byte (\d+)\)$")
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"')


class NumberText(str):
    """A number as it was written, so that it can be judged before anybody computes with it."""

    __slots__ = ()


class Repeated(dict[str, Any]):
    """An object in which a key occurs twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        keys = [key for key, _ in pairs]
        self.key = next(key for key in keys if keys.count(key) > 1)


# --- a whole file ---------------------------------------------------------------------------------------------------


def split(buffer: bytes | memoryview) -> list[msgspec.Raw]:
    """Check a whole file and split its one array into raw elements, views into `buffer`. Raises InvalidJson."""
    buffer = checked(buffer)
    try:
        return _RAW_LIST.decode(buffer)
    except msgspec.ValidationError as error:
        found = str(error).rpartition("got ")[2].strip("`")
        raise InvalidJson(f"Expected a list of media items, found {_NAMES.get(found, found)}.") from None
    except RecursionError:
        raise InvalidJson(f"The file is nested deeper than {MAX_DEPTH} levels.") from None
    except msgspec.DecodeError as error:
        raise InvalidJson(syntax_text(str(error), buffer)) from None


def checked(buffer: bytes | memoryview) -> bytes | memoryview:
    """A whole file without its BOM, after a look that it is text in UTF-8. Raises InvalidJson."""
    if bytes(buffer[:3]) == codecs.BOM_UTF8:
        buffer = memoryview(buffer)[3:]
    _check_kind(bytes(buffer[:4]))
    _check_utf8(buffer)
    return buffer


_NAMES: Final = {
    "object": "an object",
    "array": "a list",
    "str": "a text",
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "null": "null",
}
_KINDS: Final = (
    (b"PK\x03\x04", "The file is a ZIP archive, not JSON. Unpack it and send the JSON file inside."),
    (b"\x1f\x8b", "The file is packed with gzip. Unpack it and send the JSON file inside."),
    (b"\xff\xfe", "The file is UTF-16; save it as UTF-8."),
    (b"\xfe\xff", "The file is UTF-16; save it as UTF-8."),
    (b"\0\0\xfe\xff", "The file is UTF-32; save it as UTF-8."),
)


def _check_kind(start: bytes) -> None:
    for magic, message in _KINDS:
        if start.startswith(magic):
            raise InvalidJson(message)
    if b"\0" in start[:2]:
        raise InvalidJson("The file is UTF-16 or UTF-32; save it as UTF-8.")


def _check_utf8(buffer: bytes | memoryview) -> None:
    decoder, blank = codecs.getincrementaldecoder("utf-8")(), True
    for start in range(0, len(buffer), _WINDOW):
        window = bytes(buffer[start : start + _WINDOW])
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(window, final=start + _WINDOW >= len(buffer))
        except UnicodeDecodeError as error:
            at = start - pending + error.start
            raise InvalidJson(f"Invalid UTF-8 at byte {at}, {_line_of(buffer, at)}; save the file as UTF-8.") from None
        blank = blank and not window.strip()
    if blank:
        raise InvalidJson("The file is empty.")


def syntax_text(error: str, buffer: bytes | memoryview) -> str:
    """What the decoder says is wrong with a file, with the place."""
    found = _AT_BYTE.search(error)
    if found is None:
        return f"The file ends inside its content, {_line_of(buffer, len(buffer))}; was it cut on the way?"
    at, reason = int(found[1]), error[: found.start()].removeprefix("JSON is malformed: ")
    if reason == "trailing characters":
        return f"More text after the end, {_line_of(buffer, at - 1)}. Send one list, not several or one object a line."
    if "surrogate" in reason or "hex escape" in reason:
        return f"Not a valid character, {_line_of(buffer, at)}: half of a surrogate pair."
    return f"{reason.capitalize()}, {_line_of(buffer, at)}."


def _line_of(buffer: bytes | memoryview, at: int) -> str:
    line = 1 + sum(bytes(buffer[i : min(i + _WINDOW, at)]).count(b"\n") for i in range(0, at, _WINDOW))
    before = bytes(buffer[max(0, at - _WINDOW) : at])
    column = 1 + len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace"))
    return f"line {line} column {column}"


# --- one element ----------------------------------------------------------------------------------------------------


def parse(raw: Piece, pointer: str) -> Any:
    """Read a piece into plain values: numbers as `NumberText`, an object with a key twice as `Repeated`.

    Raises InvalidJson when it is nested too deep.
    """
    check_depth(raw, pointer)
    return json.loads(bytes(raw), object_pairs_hook=pairs_once, parse_int=NumberText, parse_float=NumberText)


def pairs_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of its pairs, `Repeated` where a key occurs twice."""
    found = dict(pairs)
    return found if len(found) == len(pairs) else Repeated(pairs)


def key_count(text: bytes) -> int:
    """How many keys there are in `text`, or more when a string holds an escaped quote before a colon, never fewer.

    -1 when blanks before colons make it impossible to say.
    """
    if any(blank in text for blank in _BLANK_BEFORE_COLON):
        return -1
    return text.count(b'":')


_BLANK_BEFORE_COLON: Final = (b" :", b"\n:", b"\t:", b"\r:")


def check_repeated(value: Any, pointer: str) -> None:
    """Raise InvalidJson when a key occurs twice in one object, anywhere in what `parse` gave."""
    for repeated, place in _repeated(value, pointer):
        raise InvalidJson(f"The key “{repeated.key[:60]}” occurs twice at {place or '/'}.")


def _repeated(value: Any, pointer: str) -> Iterator[tuple[Repeated, str]]:
    if isinstance(value, Repeated):
        yield value, pointer
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _repeated(member, f"{pointer}/{escaped(key)}")
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _repeated(member, f"{pointer}/{index}")


def check_depth(raw: Piece, pointer: str) -> None:
    """Raise InvalidJson when `raw` goes deeper than MAX_DEPTH."""
    text = bytes(raw)
    if text.count(b"[") + text.count(b"{") <= MAX_DEPTH:
        return
    brackets = _STRING.sub(b"", text).translate(None, _NO_BRACKETS)
    for _ in range(MAX_DEPTH):
        outer = _INNERMOST.sub(b"", brackets)
        if len(outer) == len(brackets):
            break  # what is left, if anything, is never closed
        brackets = outer
    if _INNERMOST.search(brackets) or brackets.count(b"[") + brackets.count(b"{") > MAX_DEPTH:
        raise InvalidJson(f"{pointer or 'The file'} is nested deeper than {MAX_DEPTH} levels.")


def escaped(key: str) -> str:
    """Write a key as part of a JSON pointer; a very long one is cut."""
    return key[:80].replace("~", "~0").replace("/", "~1")
