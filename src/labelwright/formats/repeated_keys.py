"""Whether a key occurs twice in one object of a JSON file: two programs could read it in two ways, and it is refused.

Fast decoders take the last of both. Looking at every key one by one takes longer than reading the labels; so keys are
counted in the text, and in what a decoder makes of it: where there are as many, none occurs twice. Lists of numbers,
which most of a label file is, have no keys and are taken out before. Only a file in which the counts differ is looked
at key by key.
"""

import contextlib
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from labelwright.formats.json_lists import Portion
from labelwright.formats.strict_json import Piece, check_repeated, escaped, key_count, pairs_once
from labelwright.model.errors import InvalidJson

_AT_ONCE: Final = 1 << 20
_NUMBERS: Final = re.compile(rb"\[[-+.eE0-9,\s\[\]]*\]")
_COLON: Final = re.compile(rb'"\s*:')
_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])
_MEMBERS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ANY: Final = msgspec.json.Decoder()


def check_keys(text: Piece) -> None:
    """Raise InvalidJson where a key occurs twice. A long text is taken apart; what is no JSON, others tell."""
    with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError):
        _check(text, "")


def check_elements(portions: Iterable[Portion], pointer: str) -> None:
    """The same of the elements of a list at a pointer, of which some are given at a time."""
    with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError):
        _check_elements(portions, pointer)


def _check(text: Piece, pointer: str) -> None:
    if memoryview(text).nbytes <= _AT_ONCE:
        _check_piece(bytes(text), pointer)
        return
    first = bytes(memoryview(text)[:64]).lstrip()[:1]
    if first == b"{":
        _check_members(text, pointer)
    elif first == b"[":
        _check_elements(_portions(_LIST.decode(text)), pointer)


def _check_elements(portions: Iterable[Portion], pointer: str) -> None:
    for start, portion in portions:
        if len(portion) == 1:
            _check(portion[0], f"{pointer}/{start}")
        elif not _has_each_once(b"[%b]" % b",".join(portion)):
            for number, one in enumerate(portion, start):
                _check_piece(bytes(one), f"{pointer}/{number}")


def _check_members(text: Piece, pointer: str) -> None:
    members = _MEMBERS.decode(text)
    keys = _colons(text) - sum(map(_colons, members.values()))
    if keys > len(members) and not any('"' in key for key in members):
        raise InvalidJson(f"A key occurs twice at {pointer or '/'}.")
    for key, value in members.items():
        _check(value, f"{pointer}/{escaped(key)}")


def _colons(text: Piece) -> int:
    return len(_COLON.findall(text))


def _portions(raws: list[msgspec.Raw]) -> Iterator[Portion]:
    """Elements that follow one another, as many as are looked at at once, with the number of the first."""
    start = size = 0
    for number, raw in enumerate(raws):
        size += memoryview(raw).nbytes
        if size > _AT_ONCE and number > start:
            yield start, raws[start:number]
            start, size = number, memoryview(raw).nbytes
    yield start, raws[start:]


def _check_piece(text: bytes, pointer: str) -> None:
    if not _has_each_once(text):
        try:
            found = json.loads(text, object_pairs_hook=pairs_once)
        except RecursionError:
            raise InvalidJson(f"{pointer or 'The file'} is nested too deep.") from None
        check_repeated(found, pointer)


def _has_each_once(text: bytes) -> bool:
    """Whether there are as many keys as in the objects of it; blanks before colons and quotes in texts may deceive."""
    short = _NUMBERS.sub(b"0", text)
    found = _ANY.decode(short)
    if type(found) is list and short.count(b"{") == len(found) and set(map(type, found)) == {dict}:
        return key_count(short) == sum(map(len, found))  # nothing is nested in them
    return key_count(short) == _keys(found)


def _keys(value: Any) -> int:
    """How many keys objects have, or fewer: lists are taken to be of one kind."""
    if type(value) is dict:
        return len(value) + sum([_keys(one) for one in value.values() if type(one) is dict or type(one) is list])
    if type(value) is list and value and type(value[0]) in {dict, list}:
        return sum(map(_keys, value))
    return 0
