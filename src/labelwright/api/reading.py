"""Reading bodies that are the model's own structs: straight into them, strictly, with a pointer to what is wrong."""

import re
from typing import TypeVar

import msgspec

from labelwright.model.errors import InvalidJson, InvalidLabels, Issue

T = TypeVar("T")

_PLACE = re.compile(r" - at `\$(?P<path>[^`]*)`$")


def decode(raw: bytes, decoder: "msgspec.json.Decoder[T]") -> T:
    """Decode `raw`. Raises InvalidJson for what is no JSON, InvalidLabels with a pointer for what does not fit."""
    if not raw.strip():
        raise InvalidJson("The body is empty; send a JSON object.")
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError as error:
        pointer, message = _located(str(error))
        raise InvalidLabels(f"{pointer or 'The body'}: {message}", (Issue(pointer, "invalid", message),)) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidJson(f"The body is not JSON: {error}.") from None


def _located(text: str) -> tuple[str, str]:
    """Split msgspec's message into a JSON pointer and the message proper."""
    found = _PLACE.search(text)
    if found is None:
        return "", text
    path = found["path"].replace("[", ".").replace("]", "")
    return path.replace(".", "/"), text[: found.start()]
