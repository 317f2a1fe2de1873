"""The law of every format: what is read is what was written, but for the loss that the ledger states."""

from collections import defaultdict

import pytest

from labelwright.exchange.areas import area_of
from labelwright.exchange.checking import is_near
from labelwright.exchange.crossing import cross
from labelwright.exchange.flat import BLANKED
from labelwright.exchange.format import Format
from labelwright.exchange.shapes import rings_of
from labelwright.formats import FORMATS
from labelwright.model.document import Answers
from labelwright.model.errors import Invalid
from labelwright.model.geometry import Geometry, ImageSegmentation, Polygon
from tests.formats import corpus
from tests.formats.measuring import NEARLY, Kept, Trip, counted, covered, loss_of, overlap, pairs, there_and_back

BOTH_WAYS = [form for form in FORMATS.values() if form.write is not None and form.read is not None]
# What an import may say no to although a file holds it: the shape is another one, or what it stood in is not told.
MAY_NOT_FIT = {"wrong_geometry", "no_parent", "several_parents"}

TURNED_PX = 1e-9
"""How far the subtractions of two turns may move a point: its last bits."""


def by_id(form: Format) -> str:
    return form.id


OF_A_BYTE = {"masks_index", "voc_segmentation", "cityscapes"}
"""What gives each class a value of eight bits."""


def corpus_set(name: str) -> corpus.CorpusSet:
    return next(one for one in corpus.SETS if one.name == name)


@pytest.mark.parametrize("form", BOTH_WAYS, ids=by_id)
@pytest.mark.parametrize("name", ["shapes", "classes", "renamed"])
def test_what_is_read_is_what_was_written_within_the_stated_loss(form: Format, name: str) -> None:
    one = corpus_set(name)
    if name == "classes" and form.id in OF_A_BYTE:
        with pytest.raises(Invalid, match="has the value 25"):
            there_and_back(form, one.scheme, one.tasks())
        return
    check_law(form, there_and_back(form, one.scheme, one.tasks()))


@pytest.mark.parametrize("form", BOTH_WAYS, ids=by_id)
def test_five_thousand_objects_come_back(form: Format) -> None:
    one = corpus_set("objects")
    trip = there_and_back(form, one.scheme, one.tasks())
    balance = trip.report.balance
    back = counted(trip.after.values())["geometries"]
    assert {fault.code for fault in trip.faults} <= MAY_NOT_FIT
    if form.keeps_objects:
        assert back + len(trip.faults) == balance.exported["geometries"] + balance.converted["geometries"]


def check_law(form: Format, trip: Trip, *, turned: bool = False) -> None:
    """Assert everything that a format and its ledger say of one way there and back; `turned` in the stored frame."""
    most_px = max(form.tolerance_px, TURNED_PX if turned else 0.0)
    kept = list(pairs(trip, form))
    balance, back = trip.report.balance, counted(trip.after.values())
    assert {fault.code for fault in trip.faults} <= MAY_NOT_FIT, trip.faults
    check_answers(form, trip)
    if not form.keeps_objects:
        check_areas(trip, kept)
        return
    assert back["geometries"] + len(trip.faults) == balance.exported["geometries"] + balance.converted["geometries"]
    stated = balance.exported["answers"] + balance.converted["answers"]
    assert back["answers"] <= stated
    assert trip.faults or back["answers"] >= stated - unsaid(trip)
    if not trip.faults:
        assert said_along(trip) == {unit: balance.exported[unit] for unit in ("comments", "ids")}
    for one in kept:
        if one.bucket == "exported":
            assert one.now is not None, one.was
            assert is_near(one.was.geometry, one.now.geometry, most_px), one
            assert one.now.z == one.was.z, "depth is lost and nobody says so"
        if one.bucket == "converted" and one.now is not None:
            assert one.entry is not None
            stated = one.entry.largest_loss or 0.0
            # Of slivers, the last bits of a point decide about much of the area.
            is_there = is_near(one.was.geometry, one.now.geometry, most_px)
            assert is_there or loss_of(one, one.entry.measure) <= stated + NEARLY + a_pixel(one.was.geometry), one
        if one.now is not None:
            check_features(form, trip, one)
    lost = sum(one.now is None for one in kept if one.bucket != "refused")
    assert lost <= len(trip.faults)


def unsaid(trip: Trip) -> int:
    """How many answers that say nothing there are; files have them for the nested questions below them alone."""
    documents = [task.document for task in trip.tasks]
    owned = [answers for d in documents for answers in (d.answers, *(a.answers for a in d.annotations))]
    return sum(len(answers) - len(said(answers)) for answers in owned)


def said_along(trip: Trip) -> dict[str, int]:
    """How many comments and ids came back."""
    before = {a.id for task in trip.tasks for a in task.document.annotations}
    after = [a for document in trip.after.values() for a in document.annotations]
    return {"comments": sum(bool(a.comment) for a in after), "ids": sum(a.id in before for a in after)}


def is_same_said(trip: Trip, was: Answers, now: Answers) -> bool:
    """Whether answers are the same, but for texts that the ledger says lost control characters."""
    changed = any(entry.unit == "answers" and entry.reason == BLANKED for entry in trip.report.balance.losses)
    a, b = said(was), said(now)
    return a == b or (changed and a.keys() == b.keys())


def a_pixel(geometry: Geometry) -> float:
    """What one pixel is of a shape whose rings cross: its area is counted in pixels, and of slivers each is much."""
    rings = rings_of(geometry) if isinstance(geometry, Polygon | ImageSegmentation) else []
    return 1 / max(area_of(geometry), 1.0) if rings and cross(rings) else 0.0


def check_features(form: Format, trip: Trip, one: Kept) -> None:
    """Assert what is not a shape."""
    was, now = one.was, one.now
    assert now is not None
    carried = {name for name, support in form.supports.items() if support.level == "carries"}
    assert now.class_id == was.class_id
    if "ids" in carried:
        assert now.id == was.id
    if "comments" in carried:
        assert now.comment == was.comment
    if "depth" in carried:
        assert now.z == was.z
    if "nested" in carried:
        assert (now.parent_id is None) == (was.parent_id is None)
        assert "ids" not in carried or now.parent_id == was.parent_id
    if "object_answers" in carried:
        assert is_same_said(trip, was.answers, now.answers)


def check_answers(form: Format, trip: Trip) -> None:
    """Assert that answers about pictures come back."""
    if form.supports["medium_answers"].level != "carries":
        return
    for task in trip.tasks:
        if task.medium.width:
            now = trip.after[task.medium.id].answers
            assert is_same_said(trip, task.document.answers, now), task.medium.name


def said(answers: Answers) -> Answers:
    """The answers that say something."""
    return {key: answer for key, answer in ticked_in_order(answers).items() if answer}


def ticked_in_order(answers: Answers) -> Answers:
    """The answers; what is ticked has no order."""
    return {key: tuple(sorted(answer)) if isinstance(answer, tuple) else answer for key, answer in answers.items()}


def check_areas(trip: Trip, kept: list[Kept]) -> None:
    """Assert that together the objects of a class cover what the ledger says is left of them."""
    before: dict[tuple[str, str], list[Geometry]] = defaultdict(list)
    losses: dict[tuple[str, str], float] = defaultdict(float)
    for one in kept:
        if one.bucket != "refused":
            key = one.task.medium.id, one.was.class_id
            before[key].append(one.was.geometry)
            losses[key] = max(losses[key], (one.entry.largest_loss if one.entry else None) or 0.0)
    after: dict[tuple[str, str], list[Geometry]] = defaultdict(list)
    for medium_id, document in trip.after.items():
        for annotation in document.annotations:
            after[medium_id, annotation.class_id].append(annotation.geometry)
    assert after.keys() <= before.keys()
    names, said_no = trip.scheme.names(), {fault.value for fault in trip.faults}
    boxes = {str(c.id) for c in trip.scheme.geometry_classes if c.type == "rectangle"}
    for key, shapes in before.items():
        if key[1] in boxes or names[key[1]] in said_no:
            continue  # boxes that touch, or that others lie over, are no boxes in a picture of classes
        # What each may have lost may lie apart from what the others lost.
        most = losses[key] * sum(covered([one]) for one in shapes) / max(covered(shapes), 1)
        assert overlap(shapes, after[key]) >= 1 - most - NEARLY, key
