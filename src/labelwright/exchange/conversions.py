"""Leave out of an export what would be converted, where somebody wants all as it is or not at all.

A draft says what that is: what a format converts, nobody knows before it was written. What is left out stands in the
ledger as what the format cannot hold, with how it would have been converted, so that a side-car brings it back.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from labelwright.exchange.ledger import Ledger, item_of
from labelwright.exchange.source import Scheme, TaskLabels
from labelwright.exchange.spots import Spot, Spots
from labelwright.model.document import Annotation, Answers

ALLOW: Final = "allow"
REFUSE: Final = "refuse"
WAYS: Final = (ALLOW, REFUSE)
_INSIDE: Final = "What it is nested in would be converted, and conversions are refused."


class Conversions(NamedTuple):
    """How what is left out would be converted, by where it is."""

    how: Spots

    def without(self, task: TaskLabels) -> TaskLabels:
        """A task without what would be converted; what is nested goes with its parent."""
        if not self.how.has_task(task.task_id):
            return task
        document = task.document
        left = [one for one in document.annotations if Spot(task.task_id, one.id) not in self.how]
        parents = {None, *(one.id for one in left)}
        annotations = tuple(
            msgspec.structs.replace(one, answers=self._answers(one.answers, task.task_id, one.id))
            for one in left
            if one.parent_id in parents
        )
        answers = self._answers(document.answers, task.task_id, None)
        content = msgspec.structs.replace(document, annotations=annotations, answers=answers)
        return msgspec.structs.replace(task, content=content)

    def _answers(self, answers: Answers, task_id: str, annotation_id: str | None) -> Answers:
        return {key: value for key, value in answers.items() if Spot(task_id, annotation_id, key) not in self.how}

    def account(self, ledger: Ledger, scheme: Scheme, task: TaskLabels) -> None:
        """Tell the ledger what of a task is left out."""
        if not self.how.has_task(task.task_id):
            return
        kept = {one.id for one in self.without(task).document.annotations}
        self._account_answers(ledger, task, None, task.document.answers)
        for one in task.document.annotations:
            if one.id in kept:
                self._account_answers(ledger, task, one, one.answers)
                continue
            why = self.how.get(Spot(task.task_id, one.id))
            reason = _INSIDE if why is None else _refused(why)
            item = item_of(task, one.id, scheme.configuration.by_id[one.class_id].label_class.key)
            ledger.refuse_geometry(reason, item, one)
            if one.answers:
                ledger.refused("answers", reason, item, count=len(one.answers))

    def _account_answers(self, ledger: Ledger, task: TaskLabels, owner: Annotation | None, answers: Answers) -> None:
        owner_id = owner.id if owner else None
        for key in answers:
            why = self.how.get(Spot(task.task_id, owner_id, key))
            if why is not None:
                ledger.refused("answers", _refused(why), item_of(task, owner_id))


NOTHING: Final = Conversions(Spots())


def _refused(how: str) -> str:
    return f"Conversions are refused: {how}"


def find_conversions(draft: Callable[[Conversions, Spots], None]) -> Conversions:
    """What drafts convert, each without what the ones before it did: what is left out may change the rest."""
    found = Conversions(Spots())
    while True:
        more = Spots(found.how.texts)
        draft(found, more)
        if not found.how.include(more):
            return found


class Nowhere:
    """What is written into it is gone."""

    def packed(self, files: object) -> None: ...
    def put(self, packed: object) -> None: ...
    def begin(self, path: str) -> None: ...
    def write(self, content: bytes) -> None: ...
    def end(self) -> None: ...
    def close(self) -> int:
        return 0
