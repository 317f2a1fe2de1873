"""What somebody asks of an import, and what they are told that it would do."""

from typing import Any, Final

import msgspec
from sqlalchemy import Row

from labelwright.exchange.fitting import Fit
from labelwright.exchange.found import Fault, NotKept
from labelwright.exchange.mapping import ClassMapping
from labelwright.exchange.uniting import DEFAULT_MODE, MODES
from labelwright.model.errors import Invalid, Issue
from labelwright.services.merging import OUT_OF_BOUNDS

MOST_SHOWN: Final = 100


class Options(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """How an import is merged: `mode` (see `MODES`), what becomes of points outside, what classes become.

    `side_car` says whether one that lies in the file is used.
    """

    mode: str = DEFAULT_MODE
    out_of_bounds: str = "refuse"
    mapping: ClassMapping = ClassMapping()
    side_car: bool = True


def check_options(options: Options) -> None:
    """Raise Invalid for a mode, or a way with points outside, that there is not."""
    for field, value, known in (("mode", options.mode, MODES), ("outOfBounds", options.out_of_bounds, OUT_OF_BOUNDS)):
        if value not in known:
            text = f"{field}={value[:40]} is unknown here; use {', '.join(known)}."
            raise Invalid(text, (Issue(f"/{field}", f"invalid_{field}", text),))


class Summary(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an import would do. The lists are the beginnings of longer ones; the change set has all.

    `fit` says what classes, questions and options become, `not_kept` how much of what the file says besides has no
    place. `stored` counts the tasks that were changed, `kept` what an undo left alone. `terms` is the digest of what it
    was compared on.
    """

    media: int
    matched: int
    unmatched: tuple[str, ...]
    unmatched_count: int
    ambiguous: tuple[str, ...]
    ambiguous_count: int
    repeated: int
    geometries: dict[str, int]
    answers: dict[str, int]
    left_out: int
    refused: tuple[Fault, ...]
    refused_count: int
    unchanged_media: int
    fit: Fit = Fit()
    stored: int | None = None
    kept: int | None = None
    terms: str = ""
    not_kept: tuple[NotKept, ...] = ()


def summary_of(row: Row[Any]) -> Summary | None:
    """What storing an import would change; None before it was compared."""
    return msgspec.json.decode(row.summary, type=Summary) if row.summary else None
