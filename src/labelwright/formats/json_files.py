"""JSON of strangers: decoded into what a format expects, with the file's name in every error."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache, partial
from typing import Any, Final, TypeVar

import msgspec

from labelwright.exchange.files import Files, refused
from labelwright.exchange.found import Faults, FoundAnswer, Place
from labelwright.formats.json_lists import Apart, LongList, Odd, list_in, taken_apart
from labelwright.formats.repeated_keys import check_elements, check_keys
from labelwright.formats.strict_json import Piece, checked, syntax_text
from labelwright.model.errors import Invalid, InvalidJson

T = TypeVar("T")
Known = frozenset[str] | tuple[str, ...]
_LABEL_FILE: Final = "label file"
_TOO_DEEP: Final = "cannot be read. It is nested too deep."
_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])
_MEMBERS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ANSWERS: Final = msgspec.json.Decoder(dict[str, Any])


def decoded(files: Files, path: str, decoder: "msgspec.json.Decoder[T]", what: str, code: str = "wrong_shape") -> T:
    """The content of a file. Raises Invalid, which says what it is not, where it is no JSON, or has a key twice."""
    return decoded_content(files.read(path), path, decoder, what, code)


def decoded_content(
    content: bytes | memoryview,
    path: str,
    decoder: "msgspec.json.Decoder[T]",
    what: str,
    code: str = "wrong_shape",
) -> T:
    """As `decoded`, of content that was read already."""
    return decoded_text(content, path, decoder, what, code)[0]


def decoded_text(
    content: bytes | memoryview, path: str, decoder: "msgspec.json.Decoder[T]", what: str, code: str = "wrong_shape"
) -> tuple[T, bytes | memoryview]:
    """As `decoded_content`, and the text that was decoded."""
    try:
        content = checked(content)
        return _each_once(decoder.decode(content), content), content
    except msgspec.ValidationError as error:
        raise refused(path, code, f"is no {what}: {error}.") from None
    except InvalidJson as error:
        raise refused(path, "invalid_json", f"cannot be read. {error.message}") from None
    except RecursionError:
        raise refused(path, "invalid_json", _TOO_DEEP) from None
    except msgspec.DecodeError as error:
        raise refused(path, "invalid_json", f"is not JSON. {syntax_text(str(error), content)}") from None


def decoded_list(content: bytes | memoryview, path: str, what: str) -> LongList:
    """The elements of a list, as `decoded_content`, read portion by portion."""
    elements = _taken(content, path, list_in, _LIST, what)
    _check_elements(elements, "", path)
    return elements


def decoded_apart(
    content: bytes | memoryview, path: str, key: str, decoder: "msgspec.json.Decoder[T]", what: str
) -> tuple[T, Apart]:
    """As `decoded_content`, of an object without its long list at a key, whose elements are read portion by portion."""
    apart = _taken(content, path, partial(taken_apart, key=key), decoder, what)
    found = decoded_content(apart.rest, path, decoder, what)
    _check_elements(apart.elements, f"/{key}", path)
    return found, apart


def _taken(
    content: bytes | memoryview,
    path: str,
    take: Callable[[memoryview], T],
    decoder: "msgspec.json.Decoder[Any]",
    what: str,
) -> T:
    """What is taken out of a file. Raises Invalid, with the words of `decoded_text`, where it is not there."""
    try:
        return take(memoryview(checked(content)))
    except (Odd, InvalidJson):
        decoded_text(content, path, decoder, what)
        raise refused(path, "invalid_json", _TOO_DEEP) from None


def _check_elements(elements: LongList, pointer: str, path: str) -> None:
    try:
        check_elements(elements.portions(), pointer)
    except InvalidJson as error:
        raise refused(path, "invalid_json", f"cannot be read. {error.message}") from None
    except RecursionError:
        raise refused(path, "invalid_json", _TOO_DEEP) from None


def _each_once(found: T, content: bytes | memoryview) -> T:
    check_keys(content)
    return found


def attempted(
    files: Files,
    path: str,
    decoder: "msgspec.json.Decoder[T]",
    faults: Faults,
    what: tuple[str, str] = (_LABEL_FILE, "invalid_file"),
) -> T | None:
    """The content of one file among many; None after its fault was noted. `what` it should be, and the code if not."""
    try:
        return decoded(files, path, decoder, *what)
    except Invalid as error:
        faults.add(Place(path), what[1], error.message)
        return None


def attempted_whole(
    files: Files,
    path: str,
    decoder: "msgspec.json.Decoder[T]",
    known: Known,
    faults: Faults,
    what: tuple[str, str] = (_LABEL_FILE, "invalid_file"),
) -> tuple[T, dict[str, Any]] | None:
    """As `attempted`, of an object, and its members that are not `known`."""
    try:
        found, text = decoded_text(files.read(path), path, decoder, *what)
        return found, others_in(text, known)
    except Invalid as error:
        faults.add(Place(path), what[1], error.message)
        return None


def attempted_list(files: Files, path: str, faults: Faults) -> LongList | None:
    """As `attempted`, of a long list."""
    try:
        return decoded_list(files.read(path), path, _LABEL_FILE)
    except Invalid as error:
        faults.add(Place(path), "invalid_file", error.message)
        return None


def attempted_apart(
    files: Files, path: str, key: str, decoder: "msgspec.json.Decoder[T]", faults: Faults
) -> tuple[T, Apart] | None:
    """As `attempted`, of an object with a long list at a key."""
    try:
        return decoded_apart(files.read(path), path, key, decoder, _LABEL_FILE)
    except Invalid as error:
        faults.add(Place(path), "invalid_file", error.message)
        return None


def element(raw: Piece, decoder: "msgspec.json.Decoder[T]", what: str, place: Place, faults: Faults) -> T | None:
    """One element of a list; None after its fault was noted: that this `what` cannot be read."""
    try:
        return decoder.decode(raw)
    except (msgspec.DecodeError, RecursionError) as error:
        faults.add(place, f"invalid_{what}", f"This {what} cannot be read: {error}.", bytes(raw)[:60])
        return None


def members_of(files: Files, path: str, faults: Faults) -> dict[str, msgspec.Raw] | None:
    """The members of the object that one file among many is; None after its fault was noted."""
    return attempted(files, path, _MEMBERS, faults)


def others_in(raw: Piece, known: Known) -> dict[str, Any]:
    """The members of an object, which was read already, that are not `known`."""
    with suppress(msgspec.ValidationError):
        _nothing_else(known).decode(raw)
        return {}
    found = _MEMBERS.decode(raw)
    return {name: _plain(value) for name, value in found.items() if name not in known}


@cache
def _nothing_else(known: Known) -> "msgspec.json.Decoder[Any]":
    """A decoder that refuses objects with other members; most have none, and this is twice as fast as naming all."""
    fields = {f"f{number}": name for number, name in enumerate(known)}
    members = [(field, msgspec.Raw, msgspec.Raw()) for field in fields]
    return msgspec.json.Decoder(msgspec.defstruct("_Known", members, rename=fields, forbid_unknown_fields=True))


def _plain(raw: msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(raw)
    except RecursionError:
        return bytes(raw)[:80].decode("utf-8", "replace")


def answers_of(found: Mapping[str, Any], place: Place) -> Iterator[FoundAnswer]:
    """Answers of an object in JSON, by the question's name; a list is a checklist's, and null none."""
    for name, value in found.items():
        if isinstance(value, list):
            yield FoundAnswer(name=name, value=tuple(map(str, value)), place=place)
        elif value is not None:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            yield FoundAnswer(name=name, value=text, place=place)


def answers_in(text: str | None, place: Place, faults: Faults) -> Iterator[FoundAnswer]:
    """Answers that stand in a column of a table, as JSON."""
    if not text:
        return
    try:
        yield from answers_of(_ANSWERS.decode(text), place)
    except (msgspec.DecodeError, RecursionError) as error:
        faults.add(place, "invalid_answers", f"The answers are no JSON object: {error}.", text)


def answers_text(answers: Mapping[str, Any] | None) -> str | None:
    """Answers as JSON for a column of a table, None where there are none."""
    return msgspec.json.encode(answers).decode() if answers else None
