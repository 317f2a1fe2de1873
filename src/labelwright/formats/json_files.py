"""JSON of strangers: decoded into what a format expects, with the file's name in every error."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar

import msgspec

from labelwright.exchange.files import Files, refused
from labelwright.exchange.found import Faults, FoundAnswer, Place

T = TypeVar("T")
_ANSWERS: Final = msgspec.json.Decoder(dict[str, Any])


def decoded(files: Files, path: str, decoder: "msgspec.json.Decoder[T]", what: str) -> T:
    """The content of a file. Raises Invalid, which says what it is not."""
    try:
        return decoder.decode(files.read(path))
    except msgspec.ValidationError as error:
        raise refused(path, "wrong_shape", f"is no {what}: {error}.") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise refused(path, "invalid_json", f"is not JSON: {error}.") from None


def attempted(files: Files, path: str, decoder: "msgspec.json.Decoder[T]", faults: Faults) -> T | None:
    """The content of one file among many; None after its fault was noted."""
    try:
        return decoder.decode(files.read(path))
    except (msgspec.DecodeError, RecursionError) as error:
        faults.add(Place(path), "invalid_file", f"This file cannot be read: {error}.")
        return None


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
