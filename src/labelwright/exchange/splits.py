"""Splits by a stable hash: a picture stays in its split when others come or go, and a group is never torn apart."""

import hashlib
import re
from collections.abc import Callable
from typing import Final

import msgspec

from labelwright.exchange.source import Medium, TaskLabels
from labelwright.model.configuration import Configuration
from labelwright.model.errors import Invalid, Issue

NAMES: Final = ("train", "val", "test")
GROUPS: Final = ("medium", "name", "dataset")
ANSWER: Final = "answer:"
_BUCKETS: Final = 1 << 32
_LAST_NUMBER: Final = re.compile(r"[\s_.-]*\(?\d+\)?$")


class Splits(msgspec.Struct, frozen=True, kw_only=True):
    """`shares` of train, val and test, which add up to 100; `group` says what belongs together; `seed` mixes anew.

    `group` is `medium` (each by itself), `name` (names that differ only in their last number), `dataset`, or
    `answer:KEY` (the answer to a question about the medium, such as a scene or a patient; KEY alone will do).
    """

    shares: tuple[int, ...]
    group: str = "medium"
    seed: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, share in zip(NAMES, self.shares, strict=False) if share)


def parse_splits(shares: str, group: str = "medium", seed: str = "") -> Splits:
    """Read `80/10/10` and what to group by; a question may be named by its key alone. Raises Invalid."""
    parts = shares.split("/")
    numbers = tuple(int(part) for part in parts if part.strip().isdecimal())
    if len(numbers) != len(parts) or not 2 <= len(numbers) <= len(NAMES) or sum(numbers) != 100:
        text = f"The split {shares[:40]} will not do; write two or three whole shares of 100, such as 80/10/10."
        raise Invalid(text, (Issue("/split", "invalid_split", text),))
    if group not in GROUPS and not group.startswith(ANSWER):
        group = f"{ANSWER}{group}"
    return Splits(shares=numbers, group=group, seed=seed)


def splitter(splits: Splits, configuration: Configuration) -> Callable[[TaskLabels], str]:
    """The function that says which split a task is in. Raises Invalid for a question that is not there."""
    key_of = _key_of(splits.group, configuration)

    def split(task: TaskLabels) -> str:
        return place(key_of(task), splits)

    return split


def place(key: str, splits: Splits) -> str:
    """The split of a group: its hash falls into one of the shares, laid end to end."""
    digest = hashlib.sha256(f"{splits.seed}\0{key}".encode()).digest()
    at = int.from_bytes(digest[:4], "big") * 100
    reached = 0
    for name, share in zip(NAMES, splits.shares, strict=False):
        reached += share * _BUCKETS
        if at < reached:
            return name
    return splits.names[-1]


def _key_of(group: str, configuration: Configuration) -> Callable[[TaskLabels], str]:
    if group == "name":
        return lambda task: f"{task.medium.dataset}/{_series(task.medium)}"
    if group == "dataset":
        return lambda task: task.medium.dataset
    if group == "medium":
        return lambda task: task.medium.sha256 or task.medium.id
    key = group.removeprefix(ANSWER)
    questions = {c.key: c for c in configuration.classes if not c.is_geometry}
    question = questions.get(key)
    if question is None:
        known = ", ".join((*GROUPS, *(f"{ANSWER}{name}" for name in questions)))
        text = f"There is no question “{key[:60]}” about the medium to group by; use one of {known}."
        raise Invalid(text, (Issue("/group", "unknown_question", text),))
    class_id = str(question.id)

    def answer(task: TaskLabels) -> str:
        found = task.document.answers.get(class_id)
        return f"medium {task.medium.id}" if not found else f"answer {found}"

    return answer


def _series(medium: Medium) -> str:
    stem = medium.name.rpartition(".")[0] or medium.name
    return _LAST_NUMBER.sub("", stem)
