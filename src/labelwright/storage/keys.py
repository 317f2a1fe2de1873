"""Keys: where a file lives inside the store, derived from the SHA-256 of the original bytes.

    originals/ab/cd/abcd...            the bytes as they were uploaded
    derived/ab/cd/abcd.../display.v1   what can be made again from them

Two levels of 256 folders keep a million files at about 15 a folder.
"""

import re
from typing import NewType

Key = NewType("Key", str)
Sha256 = NewType("Sha256", str)

ORIGINALS = "originals"
DERIVED = "derived"

_SHA256 = re.compile(r"[0-9a-f]{64}")
_OPERATION = re.compile(r"[a-z][a-z0-9-]{0,40}")


def parse_sha256(text: str) -> Sha256:
    """Return `text` as a digest. Raises ValueError for anything but 64 lower-case hexadecimal digits."""
    if not _SHA256.fullmatch(text):
        raise ValueError(f"not a SHA-256 in lower-case hexadecimal: {text!r}")
    return Sha256(text)


def original_key(sha256: str) -> Key:
    """Return the key of the uploaded bytes."""
    digest = parse_sha256(sha256)
    return Key(f"{ORIGINALS}/{digest[:2]}/{digest[2:4]}/{digest}")


def derived_folder(sha256: str) -> str:
    """Return the prefix of everything made from one original, without a trailing slash."""
    digest = parse_sha256(sha256)
    return f"{DERIVED}/{digest[:2]}/{digest[2:4]}/{digest}"


def derived_key(sha256: str, operation: str, version: int) -> Key:
    """Return the key of what `operation` in `version` makes of an original, e.g. `thumbnail-256`, 1."""
    if not _OPERATION.fullmatch(operation):
        raise ValueError(f"not a name of an operation: {operation!r}")
    return Key(f"{derived_folder(sha256)}/{operation}.v{version:d}")
