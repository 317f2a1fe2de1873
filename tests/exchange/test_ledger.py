"""The ledger: what is in no bucket, or in two, is found."""

import pytest

from labelwright.exchange.format import Format
from labelwright.exchange.ledger import Balance, Ledger, Loss, Unbalanced, contents, item_of, refuse_task
from labelwright.formats import FORMATS
from tests.formats import corpus
from tests.formats.corpus.making import find_id
from tests.formats.test_conformance import WRITERS, by_id, export


def test_a_balanced_ledger_says_where_everything_went() -> None:
    ledger, (task, *_) = Ledger(), [task for task in corpus.tasks() if task.medium.name == "everything.png"]
    ledger.enter(task)
    ledger.exported("tasks")
    ledger.exported("answers", 7)
    item = item_of(task, "x", "car")
    ledger.converted("geometries", "It becomes its box.", item, loss=Loss("iou", 0.25))
    ledger.converted("geometries", "It becomes its box.", item, loss=Loss("iou", 0.75))
    ledger.refused("geometries", "No room.", item, count=6)

    balance = ledger.closed()

    assert balance.source == {"tasks": 1, "geometries": 8, "answers": 7, "comments": 0, "ids": 2}
    (boxed, refused) = balance.losses
    assert (boxed.count, boxed.mean_loss, boxed.largest_loss, boxed.classes) == (2, 0.5, 0.75, {"car": 2})
    assert (refused.count, refused.reason) == (6, "No room.")


def test_a_geometry_that_is_nowhere_fails_the_export() -> None:
    ledger = Ledger()
    task = next(task for task in corpus.tasks() if task.document.annotations)
    ledger.enter(task)
    ledger.exported("tasks")
    with pytest.raises(Unbalanced, match="geometries"):
        ledger.closed()


def test_a_geometry_that_is_counted_twice_fails_the_export() -> None:
    ledger = Ledger()
    task = next(task for task in corpus.tasks() if task.document.annotations)
    ledger.enter(task)
    refuse_task(ledger, task, "No size.")
    ledger.exported("geometries")
    with pytest.raises(Unbalanced):
        ledger.closed()


def test_a_comment_goes_with_its_geometry_unless_the_format_holds_none() -> None:
    task = next(task for task in corpus.tasks() if any(a.comment for a in task.document.annotations))
    annotations = task.document.annotations
    commented = next(a for a in annotations if a.comment)
    others, comments = len(annotations) - 1, sum(bool(a.comment) for a in annotations)

    def written(ledger: Ledger) -> Balance:
        ledger.enter(task)
        ledger.lose_comments(task)
        ledger.exported("tasks")
        ledger.exported("answers", dict(contents(task))["answers"])
        ledger.refuse_geometry("No room.", item_of(task, commented.id), commented)
        ledger.exported("geometries", others)
        return ledger.closed()

    held, lost = written(Ledger()), written(Ledger(lost={"comments": "No comments.", "ids": "No ids."}))
    assert held.exported["comments"] == comments - 1
    assert [(e.unit, e.count) for e in held.losses if e.reason == "No room."] == [("comments", 1), ("geometries", 1)]
    assert held.exported["ids"] == held.source["ids"] == others
    assert [(e.reason, e.count) for e in lost.losses if e.unit != "geometries"] == [
        ("No comments.", comments),
        ("No ids.", others),
    ]
    assert [item.annotation_id for item in lost.losses[0].items] == [a.id for a in annotations if a.comment]


@pytest.mark.parametrize("form", [FORMATS["yolo"], FORMATS["coco"]], ids=by_id)
def test_comments_of_geometries_that_nobody_wants_are_filtered(form: Format) -> None:
    there = [annotation for task in corpus.tasks() for annotation in task.document.annotations]
    comments = sum(bool(annotation.comment) for annotation in there)
    whole, cut = (export(form, classes=wanted)[1].balance for wanted in ((), ("tree",)))
    assert whole.source["comments"] == cut.source["comments"] == comments > 0
    assert whole.filtered["comments"] == 0
    tree = find_id(corpus.CONFIGURATION, "tree")
    assert cut.filtered["comments"] == sum(bool(a.comment) for a in there if a.class_id != tree)


@pytest.mark.parametrize("form", WRITERS, ids=by_id)
def test_a_format_without_comments_or_ids_says_so_of_each(form: Format) -> None:
    balance = export(form)[1].balance
    for unit in ("comments", "ids"):
        support = form.supports[unit]
        said = [(entry.unit, entry.count) for entry in balance.losses if support.how and entry.reason == support.how]
        assert said == ([(unit, balance.source[unit])] if support.level == "refuses" else [])
        assert (balance.exported[unit] > 0) == (support.level != "refuses")
