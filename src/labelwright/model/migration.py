"""What a new label configuration does to existing labels: counted before, carried out after."""

from collections import Counter

import msgspec

from labelwright.model.configuration import Configuration, LabelClass
from labelwright.model.document import Annotation, Answer, Answers, Document
from labelwright.model.ordering import ordered_answer


class Losses(msgspec.Struct, frozen=True):
    """What a configuration no longer has: whole classes, and options of classes that stay."""

    class_ids: frozenset[str]
    options: dict[str, frozenset[str]]
    shortened: dict[str, int]

    @property
    def any(self) -> bool:
        return bool(self.class_ids or self.options or self.shortened)


def losses(old: Configuration, new: Configuration) -> Losses:
    """Compare two configurations: what labels of the old one would have no place in the new one."""
    gone = frozenset(old.by_id) - frozenset(new.by_id)
    options: dict[str, frozenset[str]] = {}
    shortened: dict[str, int] = {}
    for class_id, placed in new.by_id.items():
        if class_id not in old.by_id:
            continue
        before, after = old.by_id[class_id].label_class, placed.label_class
        removed = {option.key for option in before.options} - {option.key for option in after.options}
        if removed:
            options[class_id] = frozenset(removed)
        if after.max_length is not None and before.max_length is not None and after.max_length < before.max_length:
            shortened[class_id] = after.max_length
    return Losses(gone, options, shortened)


def reopens(old: Configuration, new: Configuration) -> bool:
    """Say whether finished labels may lack something: a class is new, or a question is newly required."""
    return any(
        class_id not in old.by_id or (placed.label_class.required and not old.by_id[class_id].label_class.required)
        for class_id, placed in new.by_id.items()
    )


def conforming(document: Document, configuration: Configuration) -> Document:
    """Take out of `document` what `configuration` has no place for; the same value when all of it fits.

    A document that fitted an earlier configuration fits this one afterwards.
    """
    known = configuration.by_id
    kept = [a for a in document.annotations if a.class_id in known]
    ids = {a.id for a in kept}
    annotations = tuple(_conforming(a, configuration) for a in kept if a.parent_id is None or a.parent_id in ids)
    answers = _fitting(document.answers, configuration)
    if answers == document.answers and annotations == document.annotations:
        return document
    return Document(annotations=annotations, answers=answers)


def _conforming(annotation: Annotation, configuration: Configuration) -> Annotation:
    answers = _fitting(annotation.answers, configuration)
    return annotation if answers == annotation.answers else msgspec.structs.replace(annotation, answers=answers)


def _fitting(answers: Answers, configuration: Configuration) -> Answers:
    known = configuration.by_id
    return {key: _fitting_answer(value, known[key].label_class) for key, value in answers.items() if key in known}


def _fitting_answer(answer: Answer, question: LabelClass) -> Answer:
    if question.type == "free_text":
        return None if isinstance(answer, str) and len(answer) > (question.max_length or 0) else answer
    keys = {option.key for option in question.options}
    if isinstance(answer, tuple):
        return ordered_answer(tuple(option for option in answer if option in keys), question)
    return answer if answer in keys else None


def keeps_labels(old: Configuration, new: Configuration) -> bool:
    """Say whether labels and their ready exports stay as they are: only what exports do not show is another, or more.

    What was added is in no label yet, and leaves the order of what was there.
    """
    return not losses(old, new).any and _shape(old, old) == _shape(new, old)


def _shape(configuration: Configuration, known: Configuration) -> list[object]:
    """What of a configuration shows in exported labels, without what is not in `known`."""
    before, after = known.by_id, configuration.by_id
    pairs = [(placed, before[class_id]) for class_id, placed in after.items() if class_id in before]
    return [
        (p.label_class.id, p.label_class.key, p.depth, _options(p.label_class, was.label_class)) for p, was in pairs
    ]


def _options(question: LabelClass, known: LabelClass) -> list[str]:
    before = {option.key for option in known.options}
    return [option.key for option in question.options if option.key in before]


class Held(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Of an annotation, what a loss is counted on: its geometry is passed over, which is most of it."""

    class_id: str
    answers: Answers = {}


class Holding(msgspec.Struct, frozen=True, gc=False):
    """Of a document, what a loss is counted on."""

    annotations: tuple[Held, ...] = ()
    answers: Answers = {}


class Tally:
    """Count, over many documents, what a loss would take: annotations, answers and tasks."""

    def __init__(self) -> None:
        self.annotations: Counter[str] = Counter()
        self.answers: Counter[str] = Counter()
        self.tasks: Counter[str] = Counter()
        self.options: Counter[tuple[str, str]] = Counter()
        self.touched = 0

    def add(self, document: Holding, loss: Losses) -> None:
        """Count one task's document."""
        touched: set[str] = set()
        for annotation in document.annotations:
            if annotation.class_id in loss.class_ids:
                self.annotations[annotation.class_id] += 1
                touched.add(annotation.class_id)
            self._add_answers(annotation.answers, loss, touched)
        self._add_answers(document.answers, loss, touched)
        self.tasks.update(touched)
        self.touched += bool(touched)

    def _add_answers(self, answers: Answers, loss: Losses, touched: set[str]) -> None:
        for class_id, answer in answers.items():
            if class_id in loss.class_ids:
                self.answers[class_id] += 1
                touched.add(class_id)
            elif lost := _lost_values(class_id, answer, loss):
                self.options.update((class_id, value) for value in lost)
                touched.add(class_id)


def _lost_values(class_id: str, answer: Answer, loss: Losses) -> list[str]:
    removed = loss.options.get(class_id, frozenset())
    given = answer if isinstance(answer, tuple) else (answer,)
    longest = loss.shortened.get(class_id)
    return [v for v in given if v is not None and (v in removed or (longest is not None and len(v) > longest))]
