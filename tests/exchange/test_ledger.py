"""The ledger: what is in no bucket, or in two, is found."""

import pytest

from labelwright.exchange.ledger import Ledger, Loss, Unbalanced, item_of, refuse_task
from tests.formats import corpus


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

    assert balance.source == {"tasks": 1, "geometries": 8, "answers": 7}
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
