"""What an export is asked for."""

from typing import Any, Final

import msgspec

from labelwright.exchange.conversions import ALLOW
from labelwright.exchange.format import Format
from labelwright.exchange.source import Scheme
from labelwright.exchange.splits import Splits
from labelwright.exchange.turning import FRAMES, STORED
from labelwright.model.errors import Invalid, Issue

PICTURES: Final = ("none", "pack", "links")


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted. `states` in lower case; `classes` are names of geometry classes, empty for all.

    `empty` says whether finished pictures without any annotation belong in: they are what a model must not find
    anything in. `compact` numbers the classes of the archive anew, without gaps. `pictures` are left out, packed as
    their original bytes, or listed as links. `frame` is `displayed`, or `stored` for programs that ignore which way up
    a picture is. `side_car` adds the file that brings back on import what the format cannot hold. `conversions` are
    allowed, or refused: then what the format would convert is left out.
    """

    format: str
    states: tuple[str, ...]
    classes: tuple[str, ...] = ()
    empty: bool = True
    compact: bool = False
    side_car: bool = False
    conversions: str = ALLOW
    splits: Splits | None = None
    pictures: str = "none"
    frame: str = "displayed"
    settings: dict[str, Any] = {}


def check_frame(form: Format, frame: str) -> None:
    """Raises Invalid for a frame that is unknown, or that the format has no room for."""
    if frame not in FRAMES:
        text = f"frame={frame[:40]} will not do; use {' or '.join(FRAMES)}."
    elif frame == STORED and form.keeps_displayed:
        text = f"{form.name} is always in the displayed frame; leave the frame out, or choose another format."
    else:
        return
    raise Invalid(text, (Issue("/frame", "invalid_frame", text),))


def wanted_classes(request: Request, scheme: Scheme) -> frozenset[str] | None:
    """The ids of wanted classes, None for all. Raises Invalid for a name that no class has."""
    if not request.classes:
        return None
    by_name: dict[str, list[str]] = {}
    for class_id, name in scheme.names().items():
        by_name.setdefault(name, []).append(class_id)
    for name in request.classes:
        if name not in by_name:
            text = f"There is no geometry class “{name[:60]}”; there are {', '.join(by_name)}."
            raise Invalid(text, (Issue("/classes", "unknown_class", text),))
    return frozenset(class_id for name in request.classes for class_id in by_name[name])
