"""The rules between labels and configuration. The editor holds the same rules, kept equal by `schema/vectors`.

`annotation_issues` and `answers_issues` say what may never be stored; `completion_issues` says what a task still lacks.
"""

from collections.abc import Iterator

from labelwright.model.configuration import Configuration, LabelClass, Placed
from labelwright.model.document import MAX_COMMENT, MOST_DEPTH, Annotation, Answer, Answers, Document
from labelwright.model.errors import Issue
from labelwright.model.geometry import kind_of

SizeWH = tuple[int, int]


def annotation_issues(
    annotation: Annotation,
    configuration: Configuration,
    *,
    pointer: str,
    parent: Annotation | None,
    size_wh: SizeWH | None,
) -> Iterator[Issue]:
    """Check one annotation. `size_wh` (pixels, displayed) refuses points outside the picture; None lets them be."""
    placed = configuration.by_id.get(annotation.class_id)
    if placed is None or not placed.label_class.is_geometry:
        text = f"The class {annotation.class_id} is not a geometry class of this project's configuration."
        yield Issue(f"{pointer}/classId", "unknown_class", text, annotation.id, annotation.class_id)
        return
    for issue in (
        *_geometry_issues(annotation, placed.label_class, pointer, size_wh),
        *_parent_issues(annotation, placed, pointer, parent),
        *answers_issues(annotation.answers, configuration, owner=placed.label_class, pointer=f"{pointer}/answers"),
    ):
        yield Issue(issue.pointer, issue.code, issue.message, annotation.id, issue.class_id or annotation.class_id)
    if annotation.comment and len(annotation.comment) > MAX_COMMENT:
        text = f"The comment has {len(annotation.comment)} characters, more than {MAX_COMMENT}."
        yield Issue(f"{pointer}/comment", "too_long", text, annotation.id)
    if abs(annotation.z) > MOST_DEPTH:
        text = f"The depth {annotation.z:.6g} is none from -{MOST_DEPTH} to {MOST_DEPTH}."
        yield Issue(f"{pointer}/z", "out_of_range", text, annotation.id)


def _geometry_issues(annotation: Annotation, own: LabelClass, pointer: str, size_wh: SizeWH | None) -> Iterator[Issue]:
    kind = kind_of(annotation.geometry)
    if kind.name != own.type:
        text = f"The class “{own.key}” takes a {own.type}, found a {kind.name}."
        yield Issue(f"{pointer}/geometry", "wrong_geometry", text)
        return
    faults = kind.faults(annotation.geometry)
    for place, code, message in faults:
        yield Issue(f"{pointer}/geometry{place}", code, f"The {kind.name} of “{own.key}” {message}")
    if not faults and size_wh is not None:
        width, height = size_wh
        if any(not (0 <= x <= width and 0 <= y <= height) for x, y in kind.place(annotation.geometry)):
            text = f"The {kind.name} of “{own.key}” leaves the picture, which is {width} x {height} pixels."
            yield Issue(f"{pointer}/geometry", "outside_picture", text)


def _parent_issues(annotation: Annotation, placed: Placed, pointer: str, parent: Annotation | None) -> Iterator[Issue]:
    wanted = placed.parent.id if placed.parent else None
    found = parent.class_id if parent else None
    if wanted != found or (annotation.parent_id is None) != (wanted is None):
        key = placed.label_class.key
        rule = f"belongs inside a “{placed.parent.key}”" if placed.parent else "stands at the root, without a parent"
        yield Issue(f"{pointer}/parentId", "wrong_parent", f"An annotation of “{key}” {rule}.")


def answers_issues(
    answers: Answers, configuration: Configuration, *, owner: LabelClass | None, pointer: str
) -> Iterator[Issue]:
    """Check answers that belong to an annotation of class `owner`, or to the medium (None)."""
    for class_id, answer in answers.items():
        at = f"{pointer}/{class_id}"
        placed = configuration.by_id.get(class_id)
        if placed is None or placed.label_class.is_geometry:
            text = f"The classification {class_id} is not in this project's configuration."
            yield Issue(at, "unknown_class", text, None, class_id)
        elif (placed.owner.id if placed.owner else None) != (owner.id if owner else None):
            text = f"The classification “{placed.label_class.key}” does not belong here."
            yield Issue(at, "wrong_parent", text, None, class_id)
        elif issue := _answer_issue(answer, placed.label_class, at):
            yield issue


def _answer_issue(answer: Answer, question: LabelClass, at: str) -> Issue | None:
    if isinstance(answer, tuple) != (question.type == "checklist"):
        text = f"The answer to “{question.key}” does not fit a {question.type}."
        return Issue(at, "wrong_answer", text, None, question.id)
    if question.type == "free_text":
        return _text_issue(answer, question, at) if isinstance(answer, str) else None
    return _option_issue(answer if isinstance(answer, tuple) else (answer,), question, at)


def _text_issue(answer: str, question: LabelClass, at: str) -> Issue | None:
    limit = question.max_length or 0
    if len(answer) > limit:
        text = f"The answer to “{question.key}” has {len(answer)} characters, more than {limit}."
        return Issue(at, "too_long", text, None, question.id)
    if "\x00" in answer:
        text = f"The answer to “{question.key}” contains a NUL character."
        return Issue(at, "invalid_text", text, None, question.id)
    return None


def _option_issue(given: tuple[str | None, ...], question: LabelClass, at: str) -> Issue | None:
    known = {option.key for option in question.options}
    unknown = next((value for value in given if value is not None and value not in known), None)
    if unknown is not None:
        text = f"“{unknown[:60]}” is not an option of “{question.key}”: {', '.join(sorted(known)[:20])}."
        return Issue(at, "unknown_option", text, None, question.id)
    if len(set(given)) != len(given):
        text = f"The answer to “{question.key}” ticks an option twice."
        return Issue(at, "duplicate_option", text, None, question.id)
    return None


def completion_issues(document: Document, configuration: Configuration) -> tuple[Issue, ...]:
    """List what the task still lacks: required answers of the medium and of every annotation."""
    required = [p for p in configuration.by_id.values() if p.label_class.required]
    if not required:
        return ()
    issues = list(_missing(document.answers, [p for p in required if p.owner is None], None, "/answers"))
    for index, annotation in enumerate(document.annotations):
        own = [p for p in required if p.owner and p.owner.id == annotation.class_id]
        issues += _missing(annotation.answers, own, annotation.id, f"/annotations/{index}/answers")
    return tuple(issues)


def _missing(answers: Answers, required: list[Placed], annotation_id: str | None, pointer: str) -> Iterator[Issue]:
    for placed in required:
        question = placed.label_class
        if not answers.get(str(question.id)):
            where = f" of “{placed.owner.name}”" if placed.owner else ""
            text = f"“{question.name}”{where} needs an answer."
            yield Issue(f"{pointer}/{question.id}", "answer_missing", text, annotation_id, question.id)
