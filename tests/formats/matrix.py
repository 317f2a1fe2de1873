"""What becomes of each feature of labels in each format, there and back: measured over the corpus, row by row."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Final, Literal, NamedTuple

from labelwright.exchange.checking import is_near
from labelwright.exchange.format import Format
from labelwright.formats import FORMATS
from labelwright.model.document import EMPTY, Annotation, Answers
from labelwright.model.errors import Invalid
from labelwright.model.geometry import kind_of
from tests.formats import corpus
from tests.formats.measuring import Kept, Trip, distance, likeness, pairs, there_and_back

NEAR_PX: Final = 1e-6
Level = Literal["exact", "near", "changed", "lost", "unread"]


class Cell(NamedTuple):
    """What came back: `shown` is for people. `by_side_car`: all of it does with a side-car beside the file."""

    level: Level
    shown: str
    by_side_car: bool = False


class Measured(NamedTuple):
    """One format's way there and back over one set, with and without a side-car."""

    form: Format
    trip: Trip
    kept: tuple[Kept, ...]


@cache
def measured(form_id: str, name: str, side_car: bool) -> Measured | None:  # noqa: FBT001 - a cache takes no names
    """None when the format refuses the set as a whole."""
    form = FORMATS[form_id]
    one = next(one for one in corpus.SETS if one.name == name)
    try:
        trip = there_and_back(form, one.scheme, one.tasks(), side_car=side_car)
    except Invalid:
        return None
    return Measured(form, trip, tuple(pairs(trip, form)))


Judge = Callable[[Measured], tuple[Level, str]]


class Row(NamedTuple):
    """One feature: what is looked at, and which statement of formats it is about, if any."""

    name: str
    judge: Judge
    states: str | None = None
    corpus_set: str = "shapes"


# --- shapes ---------------------------------------------------------------------------------------------------------


def shapes(wanted: Callable[[Kept], bool]) -> Judge:
    """How like themselves some annotations are, the least of them."""

    def judge(found: Measured) -> tuple[Level, str]:
        kept = [one for one in found.kept if wanted(one)]
        assert kept
        back = [one for one in kept if one.now is not None]
        if not back:
            return "lost", "lost"
        lost = f", {len(kept) - len(back)} of {len(kept)} lost" if len(back) < len(kept) else ""
        level, shown = worst(back)
        return ("changed" if lost else level), f"{shown}{lost}"

    return judge


def worst(kept: Iterable[Kept]) -> tuple[Level, str]:
    """The least like of some annotations that came back."""
    shares = [1.0]
    off_px = 0.0
    is_exact = True
    for one in kept:
        assert one.now is not None
        was, now = one.was.geometry, one.now.geometry
        if was == now:
            continue
        is_exact = False
        if is_near(was, now, NEAR_PX):
            continue
        if kind_of(was).area(was) is None:
            off_px = max(off_px, distance(was, now))
        else:
            shares.append(max(likeness(was, now), likeness(was, now, 1)))
    if off_px:
        return "changed", f"{off_px:.1g} px off"
    if len(shares) == 1:
        return ("exact", "exact") if is_exact else ("near", "within 10⁻⁶ px")
    return "changed", f"IoU {int(min(shares) * 100) / 100:.2f}"


def of_kind(kind: str) -> Judge:
    """Whole objects of one kind that are nested in nothing and have no holes."""
    return shapes(lambda one: is_simple(one.was) and kind_of(one.was.geometry).name == kind)


def is_simple(annotation: Annotation) -> bool:
    return annotation.parent_id is None and not has_holes(annotation)


def has_holes(annotation: Annotation) -> bool:
    return len(getattr(annotation.geometry, "rings", ())) > 1


def of_cases(*cases: str) -> Judge:
    """Everything with an area in the pictures of some cases."""
    media = {corpus.task(case).medium.id for case in cases}
    return shapes(
        lambda one: one.task.medium.id in media and kind_of(one.was.geometry).area(one.was.geometry) is not None
    )


# --- what is not a shape --------------------------------------------------------------------------------------------


def held(found: Measured) -> list[Kept]:
    """The objects that the file has; without a side-car those that the format takes."""
    return [one for one in found.kept if one.now is not None or one.bucket != "refused"]


def share(good: int, of: int) -> tuple[Level, str]:
    """So many of so many came back as they were."""
    if good == of > 0:
        return "exact", "exact"
    return ("changed", f"{good} of {of}") if good else ("lost", "lost")


def nested(found: Measured) -> tuple[Level, str]:
    """Whether what is nested is in what it was nested in."""
    there = {one.was.id for one in held(found)}
    parts = [one for one in held(found) if one.was.parent_id is not None and one.was.parent_id in there]
    home = {one.now.id: one.was.id for one in found.kept if one.now is not None}
    good = sum(one.now is not None and home.get(one.now.parent_id or "") == one.was.parent_id for one in parts)
    return share(good, len(parts))


def said(answers: Answers) -> Answers:
    return {key: answer for key, answer in answers.items() if answer}


def object_answers(found: Measured) -> tuple[Level, str]:
    asked = [one for one in held(found) if said(one.was.answers)]
    good = sum(one.now is not None and said(one.was.answers).items() <= one.now.answers.items() for one in asked)
    return share(good, len(asked))


def medium_answers(found: Measured) -> tuple[Level, str]:
    asked = [task for task in found.trip.tasks if said(task.document.answers)]
    after = found.trip.after
    good = sum(said(t.document.answers).items() <= after.get(t.medium.id, EMPTY).answers.items() for t in asked)
    return share(good, len(asked))


def opened(found: Measured) -> tuple[Level, str]:
    """Questions that somebody opened and did not answer."""
    task = corpus.task("opened")
    own = next(one for one in found.kept if one.task.task_id == task.task_id)
    was = {**task.document.answers, **own.was.answers}
    now = {**found.trip.after.get(task.medium.id, EMPTY).answers, **(own.now.answers if own.now else {})}
    return share(len(was.keys() & now.keys()), len(was))


def of_object(read: Callable[[Annotation], object]) -> Judge:
    """Whether what is said of some objects came back."""

    def judge(found: Measured) -> tuple[Level, str]:
        having = [one for one in held(found) if read(one.was)]
        return share(sum(one.now is not None and read(one.now) == read(one.was) for one in having), len(having))

    return judge


def order(found: Measured) -> tuple[Level, str]:
    """Whether objects follow one another as they did."""
    task = corpus.task("order")
    back = [one.now.id for one in found.kept if one.task.task_id == task.task_id and one.now is not None]
    return share(int(len(back) > 1 and back == sorted(back)), 1)


def unlabelled(found: Measured) -> tuple[Level, str]:
    """Whether finished pictures without anything in them are there."""
    tasks = [t for t in found.trip.tasks if t.document == EMPTY and t.medium.width]
    return share(sum(task.medium.id in found.trip.after for task in tasks), len(tasks))


def unseen(found: Measured) -> tuple[Level, str]:
    return share(int(corpus.task("unseen").medium.id in found.trip.after), 1)


def names(found: Measured) -> tuple[Level, str]:
    """Whether every picture with labels is told from all others, whatever it is called."""
    tasks = [t for t in found.trip.tasks if t.document.annotations]
    written = {one.task.task_id for one in found.kept if one.bucket != "refused"}
    known = [task for task in tasks if task.task_id in written]
    return share(sum(task.medium.id in found.trip.after for task in known), len(known))


ROWS: Final = (
    Row("points", of_kind("point"), "point"),
    Row("lines", of_kind("line"), "line"),
    Row("polygons", of_kind("polygon"), "polygon"),
    Row("rectangles", of_kind("rectangle"), "rectangle"),
    Row("segments", of_kind("image_segmentation"), "image_segmentation"),
    Row("holes", shapes(lambda one: has_holes(one.was)), "holes"),
    Row("several parts", of_cases("multi-part", "bridged")),
    Row("crossing outlines", of_cases("self-crossing")),
    Row("touching objects", of_cases("touching")),
    Row("at the border", of_cases("border")),
    Row("of one pixel", of_cases("one-pixel")),
    Row("thinner than a pixel", of_cases("thin")),
    Row("turned boxes", of_cases("turned")),
    Row("overlapping", of_cases("overlapping", "stacked")),
    Row("all eight orientations", of_cases(*(f"orientation-{n}" for n in range(1, 9)))),
    Row("nested in what it was", nested, "nested"),
    Row("answers about objects", object_answers, "object_answers"),
    Row("answers about pictures", medium_answers, "medium_answers"),
    Row("opened questions", opened),
    Row("comments", of_object(lambda a: a.comment), "comments"),
    Row("ids", of_object(lambda a: a.id), "ids"),
    Row("depth", of_object(lambda a: a.z), "depth"),
    Row("order", order),
    Row("pictures without labels", unlabelled, "unlabelled"),
    Row("pictures of unknown size", unseen),
    Row("names in any script", names),
    Row("300 classes", of_object(lambda a: a.class_id), corpus_set="classes"),
    Row("renamed classes", of_object(lambda a: a.class_id), corpus_set="renamed"),
)


def cell(row: Row, form: Format) -> Cell:
    """What becomes of a feature in a format."""
    if form.read is None:
        return Cell("unread", "not read")
    plain = measured(form.id, row.corpus_set, False)
    if plain is None:
        return Cell("lost", "refused")
    level, shown = row.judge(plain)
    if level in {"exact", "near"} or row.corpus_set != "shapes":
        return Cell(level, shown)
    helped = measured(form.id, row.corpus_set, True)
    return Cell(level, shown, helped is not None and row.judge(helped)[0] == "exact")
