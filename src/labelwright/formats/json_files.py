"""JSON of strangers: decoded into what a format expects, with the file's name in every error."""

from typing import TypeVar

import msgspec

from labelwright.exchange.files import Files, refused
from labelwright.exchange.found import Faults, Place

T = TypeVar("T")


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
