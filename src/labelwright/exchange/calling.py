"""What classes and questions may be called in files, and the export key that a name would get."""

import re
import unicodedata
from typing import Final

from labelwright.model.configuration import LabelClass

RANKS: Final = 4
_NOT_IN_KEYS: Final = re.compile(r"[^a-z0-9_ -]+")


def key_of(name: str) -> str:
    """The export key that a name would get: lower case, plain letters, `_` for what a key cannot hold."""
    plain = unicodedata.normalize("NFKD", name.strip().lower()).encode("ascii", "ignore").decode()
    return _NOT_IN_KEYS.sub("_", plain).strip("_ ")[:56] or "class"


def names_of(label_class: LabelClass) -> tuple[str, str, str, str]:
    """What a class may be called in files: its export key before all, as names change; some formats have no blanks."""
    return label_class.key, label_class.name, label_class.name.lower(), label_class.key.replace(" ", "_")
