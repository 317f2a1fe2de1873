"""What of a task comes into an export: what is of wanted classes and, if so asked, would not be converted."""

from typing import NamedTuple

import msgspec

from labelwright.exchange.conversions import NOTHING, Conversions
from labelwright.exchange.ledger import Ledger, contents, item_of
from labelwright.exchange.source import Scheme, TaskLabels

UNWANTED = "The class is not wanted."


class Filter(NamedTuple):
    """`classes` are the ids of those that are wanted, None for all."""

    scheme: Scheme
    classes: frozenset[str] | None
    conversions: Conversions = NOTHING

    @property
    def is_open(self) -> bool:
        """Whether everything comes in."""
        return self.classes is None and not self.conversions.how

    def reduced(self, task: TaskLabels) -> TaskLabels:
        """The task with what comes in alone; what is nested goes with its parent."""
        return self.conversions.without(self._chosen(task))

    def _chosen(self, task: TaskLabels) -> TaskLabels:
        if self.classes is None:
            return task
        wanted = [a for a in task.document.annotations if a.class_id in self.classes]
        parents = {None, *(a.id for a in wanted)}
        kept = tuple(a for a in wanted if a.parent_id in parents)
        return msgspec.structs.replace(task, content=msgspec.structs.replace(task.document, annotations=kept))

    def account(self, ledger: Ledger, task: TaskLabels) -> None:
        """Tell the ledger what of a task does not come in."""
        chosen = self._chosen(task)
        self.conversions.account(ledger, self.scheme, chosen)
        kept = {annotation.id for annotation in chosen.document.annotations} if self.classes is not None else None
        for annotation in task.document.annotations if kept is not None else ():
            if kept is not None and annotation.id not in kept:
                key = self.scheme.configuration.by_id[annotation.class_id].label_class.key
                ledger.filtered("geometries", UNWANTED, item=item_of(task, annotation.id, key))
                if annotation.answers:
                    ledger.filtered("answers", UNWANTED, len(annotation.answers))
                if annotation.comment:
                    ledger.filtered("comments", UNWANTED)


def leave_out(ledger: Ledger, task: TaskLabels, rule: str) -> None:
    """Tell the ledger that a task, with what would have come in of it, does not."""
    ledger.filtered("tasks", rule, item=item_of(task))
    for unit, count in contents(task):
        ledger.filtered(unit, rule, count)
