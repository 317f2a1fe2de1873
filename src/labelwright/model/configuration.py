"""The label configuration: a tree of classes, what may stand where, and what a change does to existing labels."""

import re
from collections.abc import Iterator
from functools import cached_property

import msgspec

from labelwright.model.errors import Issue
from labelwright.model.geometry import KINDS

GEOMETRY_TYPES = tuple(KINDS)
CLASSIFICATION_TYPES = ("option", "checklist", "free_text")
CLASS_TYPES = GEOMETRY_TYPES + CLASSIFICATION_TYPES
SEGMENTATION = "image_segmentation"

MAX_DEPTH = 4
MAX_CLASSES = 500
MAX_OPTIONS = 1000
MAX_TEXT = 255
MOST_NUMBER = 65_000

KEY_PATTERN = re.compile(r"[a-z0-9_ -]{1,56}")
OPTION_KEY_PATTERN = re.compile(r"[A-Za-z0-9_ .-]{1,56}")
COLOR_PATTERN = re.compile(r"#[0-9A-Fa-f]{6}")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

# Words that name fields of the export or of older clients; also refused as project and dataset names.
FORBIDDEN_KEYS = frozenset(
    """geometry geometry_type class_name classification classifications global_classifications classification_type tag
    status label labeler label_classes reviewer image imageId external_image_ID internal_image_ID media mediaId
    external_media_ID internal_media_ID lcentrypoint lcentryline lcentrypolygon lcentryrectangle point line polygon
    rectangle lcentrychecklist lcentryradio lcentryselect checklist radio select lcentrypointvalue lcentrylinevalue
    lcentrypolygonvalue lcentryrectanglevalue lcentrychecklistvalue lcentryradiovalue lcentryselectvalue Dummy_Project
    Dummy_Dataset_One Dummy_Dataset_Two Intersections""".split()
)


class Option(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One choice of an option or checklist class: `key` goes into files, `name` is what people see."""

    key: str
    name: str


class LabelClass(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """One entry of the configuration. `id` is None only on input, for a class that is new.

    `number` stands for the class in files that have numbers; every saved geometry class has one: see `numbering`.
    """

    id: str | None = None
    key: str
    name: str
    type: str
    color: str | None = None
    shortcut: str | None = None
    required: bool = False
    options: tuple[Option, ...] = ()
    max_length: int | None = None
    number: int | None = None
    children: tuple["LabelClass", ...] = ()

    @property
    def is_geometry(self) -> bool:
        return self.type in KINDS

    @property
    def export_type(self) -> str:
        """The type's name in files: an option class with up to three options is a `radio`."""
        if self.type == "option":
            return "radio" if len(self.options) <= 3 else "select"
        return "freetext" if self.type == "free_text" else self.type


class Placed(msgspec.Struct, frozen=True):
    """A class and where it stands. `owner` is the geometry class (or None: the medium) its answers belong to."""

    label_class: LabelClass
    parent: LabelClass | None
    owner: LabelClass | None
    depth: int
    pointer: str
    order: int


def walk(classes: tuple[LabelClass, ...]) -> Iterator[Placed]:
    """Go through the tree depth first, in configuration order; the root's depth is 1."""
    order = 0
    stack = [Placed(c, None, None, 1, f"/classes/{i}", 0) for i, c in reversed(list(enumerate(classes)))]
    while stack:
        placed = stack.pop()
        placed = msgspec.structs.replace(placed, order=order)
        order += 1
        yield placed
        here = placed.label_class
        owner = here if here.is_geometry else placed.owner
        stack.extend(
            Placed(child, here, owner, placed.depth + 1, f"{placed.pointer}/children/{i}", 0)
            for i, child in reversed(list(enumerate(here.children)))
        )


class Configuration(msgspec.Struct, frozen=True, kw_only=True, rename="camel", dict=True):
    """The saved configuration of one project; every class has an id."""

    id: str
    project_id: str
    revision: int
    timestamp: int
    classes: tuple[LabelClass, ...]
    # The revision that last changed labels: what was stored under it or later fits as it is, and so does its export.
    labels_revision: int = 0

    @cached_property
    def by_id(self) -> dict[str, Placed]:
        """Every class with its place, by class id, in configuration order."""
        return {str(placed.label_class.id): placed for placed in walk(self.classes)}

    @cached_property
    def segmentation_classes(self) -> tuple[LabelClass, ...]:
        return tuple(c for c in self.classes if c.type == SEGMENTATION)

    def find_root(self, key: str) -> LabelClass | None:
        """Find a root class by its export key."""
        return next((c for c in self.classes if c.key == key), None)


def normalised(classes: tuple[LabelClass, ...]) -> tuple[LabelClass, ...]:
    """Lower-case keys and drop what a type does not have, so that equal configurations are equal values."""
    return tuple(_normalised(label_class) for label_class in classes)


def _normalised(label_class: LabelClass) -> LabelClass:
    geometry = label_class.is_geometry
    return msgspec.structs.replace(
        label_class,
        key=label_class.key.strip().lower(),
        name=label_class.name.strip(),
        color=label_class.color.upper() if geometry and label_class.color else None,
        shortcut=label_class.shortcut or None,
        required=label_class.required and not geometry,
        options=label_class.options if label_class.type in {"option", "checklist"} else (),
        max_length=label_class.max_length if label_class.type == "free_text" else None,
        number=label_class.number if geometry else None,
        children=normalised(label_class.children),
    )


def check(classes: tuple[LabelClass, ...]) -> tuple[Issue, ...]:
    """Check a normalised tree against every rule; empty when it may be saved."""
    placed = list(walk(classes))
    if len(placed) > MAX_CLASSES:
        return (Issue("/classes", "too_many_classes", f"{len(placed)} classes; at most {MAX_CLASSES} are allowed."),)
    own = [issue for p in placed for issue in (*_place_issues(p), *_field_issues(p))]
    return (*own, *_unique_issues(placed), *_number_issues(placed))


def _place_issues(placed: Placed) -> Iterator[Issue]:
    here, parent = placed.label_class, placed.parent
    if here.type not in CLASS_TYPES:
        hint = " Use option." if here.type.upper() in {"RADIO", "SELECT"} else ""
        yield Issue(f"{placed.pointer}/type", "unknown_type", f"There is no type “{here.type[:40]}”.{hint}")
        return
    if placed.depth > MAX_DEPTH:
        yield Issue(placed.pointer, "too_deep", f"“{here.key}” stands on level {placed.depth}; at most {MAX_DEPTH}.")
    if parent is None:
        return
    if SEGMENTATION in {parent.type, here.type}:
        text = (
            f"“{here.key}” cannot stand under “{parent.key}”: image segmentation stands at the root, without children."
        )
        yield Issue(placed.pointer, "wrong_place", text)
    elif here.is_geometry and (placed.depth != 2 or not parent.is_geometry):
        text = f"“{here.key}”: a geometry stands at the root or directly under a root geometry."
        yield Issue(placed.pointer, "wrong_place", text)


def _field_issues(placed: Placed) -> Iterator[Issue]:
    here, at = placed.label_class, placed.pointer
    if not KEY_PATTERN.fullmatch(here.key):
        text = f"The export key “{here.key[:60]}” needs 1 to 56 letters a-z, digits, blanks, _ or -."
        yield Issue(f"{at}/key", "invalid_key", text)
    if here.key in FORBIDDEN_KEYS:
        yield Issue(f"{at}/key", "forbidden_key", f"“{here.key}” is a word of the export format; choose another key.")
    if not 1 <= len(here.name) <= 56 or CONTROL.search(here.name):
        yield Issue(f"{at}/name", "invalid_name", "The name needs 1 to 56 characters on one line.")
    if here.color is not None and not COLOR_PATTERN.fullmatch(here.color):
        yield Issue(f"{at}/color", "invalid_color", f"“{here.color[:20]}” is no colour; write it as #RRGGBB.")
    if here.shortcut is not None and not (len(here.shortcut) == 1 and here.shortcut in "0123456789"):
        yield Issue(f"{at}/shortcut", "invalid_shortcut", f"The shortcut “{here.shortcut[:20]}” must be one digit.")
    yield from _type_issues(here, at)


def _type_issues(here: LabelClass, at: str) -> Iterator[Issue]:
    if here.type == "free_text" and not (here.max_length is not None and 1 <= here.max_length <= MAX_TEXT):
        yield Issue(f"{at}/maxLength", "invalid_length", f"“{here.key}” needs a greatest length from 1 to {MAX_TEXT}.")
    if here.type in {"option", "checklist"}:
        yield from _option_issues(here, at)


def _option_issues(here: LabelClass, at: str) -> Iterator[Issue]:
    if not 1 <= len(here.options) <= MAX_OPTIONS:
        text = f"“{here.key}” needs between 1 and {MAX_OPTIONS} options, has {len(here.options)}."
        yield Issue(f"{at}/options", "wrong_option_count", text)
    seen: set[str] = set()
    for i, option in enumerate(here.options):
        if not OPTION_KEY_PATTERN.fullmatch(option.key):
            text = f"The option key “{option.key[:60]}” needs 1 to 56 letters A-Z, digits, blanks, _ . or -."
            yield Issue(f"{at}/options/{i}/key", "invalid_key", text)
        if option.key in seen:
            yield Issue(f"{at}/options/{i}/key", "duplicate_key", f"The option key “{option.key}” occurs twice.")
        if not 1 <= len(option.name) <= 56 or CONTROL.search(option.name):
            yield Issue(f"{at}/options/{i}/name", "invalid_name", "The name needs 1 to 56 characters on one line.")
        seen.add(option.key)


def _unique_issues(placed: list[Placed]) -> Iterator[Issue]:
    """Root keys are unique among roots, keys within each root's tree, shortcuts and ids over everything."""
    roots: set[str] = set()
    tree: set[str] = set()
    shortcuts: dict[str, str] = {}
    ids: set[str] = set()
    for p in placed:
        here = p.label_class
        if p.depth == 1:
            tree = set()
        if here.key in tree or (p.depth == 1 and here.key in roots):
            where = "at the root" if p.depth == 1 else "in this tree"
            yield Issue(f"{p.pointer}/key", "duplicate_key", f"The export key “{here.key}” occurs twice {where}.")
        tree.add(here.key)
        if p.depth == 1:
            roots.add(here.key)
        if here.shortcut and here.shortcut in shortcuts:
            text = f"The shortcut {here.shortcut} belongs to “{shortcuts[here.shortcut]}” already."
            yield Issue(f"{p.pointer}/shortcut", "duplicate_shortcut", text)
        if here.shortcut:
            shortcuts.setdefault(here.shortcut, here.key)
        if here.id and here.id in ids:
            yield Issue(f"{p.pointer}/id", "duplicate_id", f"The class id {here.id} occurs twice.")
        if here.id:
            ids.add(here.id)


def _number_issues(placed: list[Placed]) -> Iterator[Issue]:
    """Numbers are small and unique over everything."""
    numbers: dict[int, str] = {}
    for p in placed:
        here = p.label_class
        if here.number is not None and not 0 <= here.number <= MOST_NUMBER:
            text = f"The class number {here.number} must be from 0 to {MOST_NUMBER}."
            yield Issue(f"{p.pointer}/number", "invalid_number", text)
        if here.number is not None and numbers.setdefault(here.number, p.pointer) != p.pointer:
            text = f"The number {here.number} of “{here.key}” occurs twice."
            yield Issue(f"{p.pointer}/number", "duplicate_number", text)


def identity_issues(new: tuple[LabelClass, ...], old: Configuration) -> tuple[Issue, ...]:
    """Check that every id in `new` is known, keeps its type and stays under its parent."""
    issues = []
    for placed in walk(new):
        here = placed.label_class
        if here.id is None:
            continue
        before = old.by_id.get(here.id)
        if before is None:
            issues.append(
                Issue(f"{placed.pointer}/id", "unknown_id", f"“{here.key}”: there is no class with id {here.id}.")
            )
        elif before.label_class.type != here.type:
            text = f"“{here.key}” is a {before.label_class.type} and cannot become a {here.type}; make a new class."
            issues.append(Issue(f"{placed.pointer}/type", "type_changed", text))
        elif (before.parent.id if before.parent else None) != (placed.parent.id if placed.parent else None):
            text = f"“{here.key}” cannot move under another parent; make a new class there."
            issues.append(Issue(placed.pointer, "parent_changed", text))
    return tuple(issues)
