"""How the classes, questions and options of a file fit a configuration: what each becomes, and by what."""

from collections.abc import Iterator

import msgspec

from labelwright.exchange.becoming import LESSENS
from labelwright.exchange.reading import FoundQuestion, Surveyed
from labelwright.exchange.resolving import Resolver
from labelwright.model.configuration import LabelClass


class ClassFit(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the objects of one class and kind become. `how`: mapped, named, left_out, unknown, misplaced.

    `only_boxes`: their class takes the boxes of such shapes alone, if a mapping allows that.
    """

    name: str
    parent: str | None
    kind: str
    count: int
    how: str
    class_id: str | None = None
    class_type: str | None = None
    only_boxes: bool = False


class QuestionFit(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a question of the file becomes, and its values: an option's key, "" for left out, None for nothing.

    `aside`: the file only says it besides, and it may stay without a place here.
    """

    name: str
    owner: str | None
    how: str
    question_id: str | None = None
    values: dict[str, str | None] = {}
    aside: bool = False


class Fit(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    classes: tuple[ClassFit, ...] = ()
    questions: tuple[QuestionFit, ...] = ()


def fit(surveyed: Surveyed, resolver: Resolver) -> Fit:
    """What everything in a file becomes."""
    homes: dict[str | None, list[LabelClass]] = {None: []}
    classes = []
    for use in sorted(surveyed.classes, key=lambda one: one.parent is not None):
        for kind in use.kinds or ("rectangle",):
            parents: list[LabelClass | None] = [*homes.get(use.parent, ())] or [None]
            target = next(
                (t for parent in parents if (t := resolver.target(use.name, parent, kind, use.parent)).label_class),
                resolver.target(use.name, parents[0], kind, use.parent),
            )
            found = target.label_class
            if found is not None:
                homes.setdefault(use.name, []).append(found)
            classes.append(
                ClassFit(
                    name=use.name,
                    parent=use.parent,
                    kind=kind,
                    count=use.counts.get(kind, 0),
                    how=target.how,
                    class_id=found.id if found else None,
                    class_type=found.type if found else None,
                    only_boxes=found is not None and found.type in LESSENS.get(kind, ()),
                )
            )
    questions = tuple(_question(asked, homes, resolver) for asked in surveyed.questions)
    return Fit(classes=tuple(classes), questions=questions)


def _question(asked: FoundQuestion, homes: dict[str | None, list[LabelClass]], resolver: Resolver) -> QuestionFit:
    owners: Iterator[LabelClass | None] = iter(homes.get(asked.owner, []) if asked.owner is not None else [None])
    answers = [resolver.question(asked.name, owner, asked.owner) for owner in owners]
    if "" in answers:
        return QuestionFit(name=asked.name, owner=asked.owner, how="left_out", aside=asked.aside)
    found = next((one for one in answers if one), None)
    if not found:
        values = {} if asked.aside else dict.fromkeys(asked.values)
        return QuestionFit(name=asked.name, owner=asked.owner, how="unknown", values=values, aside=asked.aside)
    question = found.label_class
    return QuestionFit(
        name=asked.name,
        owner=asked.owner,
        how="named" if asked.name in {found.name, question.key} else "mapped",
        question_id=question.id,
        values={}
        if question.type == "free_text"
        else {value: resolver.option(value, asked.name, question) for value in asked.values},
        aside=asked.aside,
    )
