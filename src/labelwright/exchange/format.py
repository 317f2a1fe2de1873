"""What a format states about itself. Each format is one file in `formats/` that ends in one `Format` value."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

import msgspec

from labelwright.exchange.archive import Archive
from labelwright.exchange.files import Files
from labelwright.exchange.found import LabelFile
from labelwright.exchange.ledger import ALONG, Ledger, Unit
from labelwright.exchange.source import Medium, Source
from labelwright.model.errors import Invalid, Issue
from labelwright.model.geometry import KINDS

# What a format has to say something about, besides every geometry kind.
FEATURES: Final = ("holes", "nested", "object_answers", "medium_answers", "unlabelled", "ids", "comments", "depth")
Chosen = Mapping[str, Any]


class Support(msgspec.Struct, frozen=True):
    """Whether a format carries a thing exactly, converts it (`how` says into what) or refuses it (`how` says why)."""

    level: Literal["carries", "converts", "refuses"]
    how: str = ""
    is_box: bool = False


CARRIES: Final = Support("carries")


def converts(how: str) -> Support:
    """It comes out in another form; `how` is a sentence for people."""
    return Support("converts", how)


def boxed(how: str = "It becomes its box.") -> Support:
    """Only the box around it comes out; how much of the box it does not cover is the loss."""
    return Support("converts", how, is_box=True)


def refuses(why: str) -> Support:
    """It does not come out, and is counted; `why` is a sentence for people."""
    return Support("refuses", why)


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One option of a format. A choice has `choices` (value, text); a number has `least` and `most`.

    `adds_file` says that there is one file more when it is chosen.
    """

    id: str
    name: str
    text: str = ""
    kind: Literal["choice", "number", "flag", "text"]
    default: str | int | bool
    choices: tuple[tuple[str, str], ...] = ()
    least: int = 0
    most: int = 0
    adds_file: bool = False


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """One label format.

    Attributes:
        id: what addresses, commands and files call it.
        name: what people see.
        text: one sentence about who reads it.
        supports: for every geometry kind and every one of FEATURES.
        write: puts the labels of a source into an archive and accounts for all of them; None when it only reads.
        read: opens files; None when it only writes. Raises Invalid when they are not of this format.
        recognise: whether files look like this format, from names and first bytes alone.
        picture_path: where the archive puts a medium's picture; gets a medium whose `path` is planned.
        main: the path of the one file that holds everything when nothing is split, None when there are several.
        packs_pictures: the writer itself packs the pictures that `source.open_picture` gives it.
        keeps_displayed: its readers know the displayed frame alone; see `turning`.
        tolerance_px: how far a carried point may be from where it was when it is read back.
    """

    id: str
    name: str
    text: str
    supports: Mapping[str, Support]
    settings: tuple[Setting, ...] = ()
    write: Callable[[Source, Archive, Chosen, Ledger], None] | None = None
    read: Callable[[Files], LabelFile] | None = None
    recognise: Callable[[Files], bool] | None = None
    picture_path: Callable[[Medium], str] = lambda medium: f"images/{medium.path}"
    main: str | None = None
    tolerance_px: float = 0.0
    # Read back, a medium's objects come in the order in which they were written.
    keeps_order: bool = True
    # Read back, there are as many objects as were written; masks of classes do not tell their objects apart.
    keeps_objects: bool = True
    # What leaves the picture comes out as it is; shares of its sides end at its border, or it is refused.
    keeps_outside: bool = True
    packs_pictures: bool = False
    keeps_displayed: bool = False


def everything(**given: Support) -> dict[str, Support]:
    """The table of what a format supports. Raises KeyError when a kind or a feature is forgotten or unknown."""
    known = (*KINDS, *FEATURES)
    if given.keys() != set(known):
        raise KeyError(f"A format has to state its support for each of {', '.join(known)}.")
    return {name: given[name] for name in known}


def all_but(**given: Support) -> dict[str, Support]:
    """The table of a format that has room for everything but what is given. Raises KeyError for what is unknown."""
    return everything(**(dict.fromkeys((*KINDS, *FEATURES), CARRIES) | given))


def only_boxes(**given: Support) -> dict[str, Support]:
    """The table of a format of boxes that carries all that belongs to one but what is given."""
    shapes = dict.fromkeys(("polygon", "image_segmentation", "holes"), boxed())
    return all_but(point=refuses("A point has no box."), line=refuses("A line has no box."), **shapes, **given)


def lost_along(form: Format) -> dict[Unit, str]:
    """Why a format holds no comments or no ids, of those that it does not hold."""
    return {unit: form.supports[unit].how for unit in ALONG if form.supports[unit].level == "refuses"}


def chosen(settings: tuple[Setting, ...], given: Mapping[str, str]) -> dict[str, Any]:
    """Read settings as they stand in an address or a command; what is not given has its default. Raises Invalid."""
    known = {setting.id: setting for setting in settings}
    for name in given:
        if name not in known:
            text = f"There is no option {name[:40]} here; there are {', '.join(known) or 'none'}."
            raise Invalid(text, (Issue(f"/{name[:40]}", "unknown_option", text),))
    return {name: _value(s, given[name]) if name in given else s.default for name, s in known.items()}


def _value(setting: Setting, text: str) -> str | int | bool:
    wanted = text.strip().lower()
    if setting.kind == "flag" and wanted in {"true", "false"}:
        return wanted == "true"
    if setting.kind == "choice" and wanted in {value for value, _ in setting.choices}:
        return wanted
    if setting.kind == "number" and wanted.isdecimal() and setting.least <= int(wanted) <= setting.most:
        return int(wanted)
    if setting.kind == "text" and len(text) <= 200:
        return text
    message = f"{setting.id}={text[:40]} will not do; use {_range(setting)}."
    raise Invalid(message, (Issue(f"/{setting.id}", "invalid_option", message),))


def _range(setting: Setting) -> str:
    if setting.kind == "choice":
        return " or ".join(value for value, _ in setting.choices)
    if setting.kind == "number":
        return f"a whole number from {setting.least} to {setting.most}"
    return "true or false" if setting.kind == "flag" else "at most 200 characters"
