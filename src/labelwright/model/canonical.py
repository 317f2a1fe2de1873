"""Canonical JSON: the same value is the same bytes, on any machine, any day.

No blanks, keys in the order given, UTF-8, numbers in the shortest form that reads back to the same 64-bit float
and without `.0`, so that Python and JavaScript agree.
"""

from json.encoder import encode_basestring

import msgspec

_ENCODER = msgspec.json.Encoder()


def number(value: float) -> str:
    """Write a finite number: `12`, `12.5`, never `12.0` or `-0`."""
    whole = int(value)
    return str(whole) if whole == value else _ENCODER.encode(value).decode()


def string(value: str) -> str:
    """Write a JSON string, escaping no more than JSON asks for."""
    return encode_basestring(value)


def encoded(value: object) -> bytes:
    """Encode a struct or plain value compactly."""
    return _ENCODER.encode(value)
