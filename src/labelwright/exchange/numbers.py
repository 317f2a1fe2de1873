"""The numbers of classes in files: those that last, or on request without gaps.

A deleted class leaves a gap. Formats that count their names have a placeholder there, so that no number moves.
"""

import re
from collections.abc import Collection

from labelwright.exchange.source import Scheme

_PLACEHOLDER = re.compile(r"\(unused \d+\)")  # no export key has brackets


def names_by_number(scheme: Scheme) -> dict[int, str]:
    """The name of every number from 0 to the last; those that no class has get a placeholder."""
    names = scheme.names()
    held = {scheme.indices[class_id]: name for class_id, name in names.items()}
    return {number: held.get(number) or f"(unused {number})" for number in range(max(held, default=-1) + 1)}


def is_placeholder(name: str) -> bool:
    """Whether a name of a file stands for a number that no class has."""
    return _PLACEHOLDER.fullmatch(name) is not None


def compacted(scheme: Scheme, wanted: Collection[str] | None) -> Scheme:
    """The same classes numbered from 0 without gaps; those that are not wanted (ids, None for all) come last."""
    ordered = sorted(scheme.indices, key=lambda i: (wanted is not None and i not in wanted, scheme.indices[i]))
    return Scheme(scheme.configuration, {class_id: number for number, class_id in enumerate(ordered)})
