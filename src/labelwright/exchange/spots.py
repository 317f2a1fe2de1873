"""Where things of an export are, and what is to be said of each, in thirty bytes."""

from typing import NamedTuple

from labelwright.exchange.index import Index


class Spot(NamedTuple):
    """Where something is: a task, an annotation of it (None: the medium), a question about that (None: no answer)."""

    task_id: str
    annotation_id: str | None
    question_id: str | None = None


class Spots:
    """A text for each spot, of which there are few (`texts`); a spot keeps the one that it was first given.

    Spots with the same `texts` can be put among one another. `places` and `tasks` are where they are.
    """

    def __init__(self, texts: dict[str, int] | None = None) -> None:
        self.texts = {} if texts is None else texts
        self.places, self.tasks = Index(), Index()

    def __len__(self) -> int:
        return len(self.places)

    def __contains__(self, spot: Spot) -> bool:
        return _name(spot) in self.places

    def setdefault(self, spot: Spot, text: str) -> None:
        """Give a spot its text, if it has none."""
        self.places.setdefault(_name(spot), self.texts.setdefault(text, len(self.texts)))
        self.tasks.add(spot.task_id)

    def get(self, spot: Spot) -> str | None:
        """The text of a spot."""
        found = self.places.get(_name(spot))
        return None if found is None else next(text for text, number in self.texts.items() if number == found)

    def has_task(self, task_id: str) -> bool:
        """Whether there is a spot in a task."""
        return task_id in self.tasks

    def include(self, others: "Spots") -> int:
        """Put others among these; returns how many are new."""
        self.tasks.include(others.tasks)
        return self.places.include(others.places)


def _name(spot: Spot) -> str:
    return f"{spot.task_id} {spot.annotation_id} {spot.question_id}"
