"""Ticked options stand in the order of the configuration, wherever they come from: equal answers are equal values."""

import msgspec

from labelwright.model.configuration import Configuration, LabelClass
from labelwright.model.document import Annotation, Answer, Answers, Difference


def ordered_answer(answer: Answer, question: LabelClass) -> Answer:
    """The answer in the order of the options; what is no option, or ticked twice, is left for others to refuse."""
    if not isinstance(answer, tuple) or len(answer) < 2:
        return answer
    places = {option.key: place for place, option in enumerate(question.options)}
    return tuple(sorted(answer, key=lambda key: places.get(key, len(places))))


def ordered(difference: Difference, configuration: Configuration) -> Difference:
    """The difference with all its answers in order; the same value when they are."""
    created = tuple(_ordered(a, configuration) for a in difference.created)
    updated = tuple(_ordered(a, configuration) for a in difference.updated)
    given = _ordered_answers(difference.answers.set, configuration)
    if (created, updated, given) == (difference.created, difference.updated, difference.answers.set):
        return difference
    answers = msgspec.structs.replace(difference.answers, set=given)
    return msgspec.structs.replace(difference, created=created, updated=updated, answers=answers)


def _ordered(annotation: Annotation, configuration: Configuration) -> Annotation:
    answers = _ordered_answers(annotation.answers, configuration)
    return annotation if answers == annotation.answers else msgspec.structs.replace(annotation, answers=answers)


def _ordered_answers(answers: Answers, configuration: Configuration) -> Answers:
    known = configuration.by_id
    return {
        key: ordered_answer(value, known[key].label_class) if key in known else value for key, value in answers.items()
    }
