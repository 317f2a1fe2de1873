"""The labels of one task: annotations and answers, and the differences by which they change.

A document is a value. `apply` makes the next one from a difference and says what changed as (was, is) pairs.
Answers are a flat map from class id to value, nested classifications included: a class occurs once per owner.
A key present means answered or opened; `None`, `()` and `""` are answers that say nothing.
"""

from typing import Any, NamedTuple

import msgspec

from labelwright.model.errors import Issue
from labelwright.model.geometry import Geometry

MAX_ANNOTATIONS = 20_000
MAX_COMMENT = 128
MOST_DEPTH = 2**31 - 1
"""How far up or down anything may lie: what columns of tables and other programs have room for."""

Answer = str | tuple[str, ...] | None
Answers = dict[str, Answer]


class Annotation(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """One labelled object. Everything from `source` on is written by the server alone."""

    id: str
    class_id: str
    parent_id: str | None = None
    geometry: Geometry
    answers: Answers = {}
    z: int = 0
    comment: str | None = None
    source: str = "user"
    created_by: str | None = None
    created_at: int = 0
    changed_by: str | None = None
    changed_at: int = 0


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """All labels of one task; `annotations` are sorted by id, which is their order of creation."""

    annotations: tuple[Annotation, ...] = ()
    answers: Answers = {}


EMPTY = Document()


class AnswersDifference(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    set: Answers = {}
    removed: tuple[str, ...] = ()


class Difference(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """One save: made on `revision`; `change_id` makes sending it twice harmless."""

    change_id: str
    revision: int
    configuration_revision: int
    created: tuple[Annotation, ...] = ()
    updated: tuple[Annotation, ...] = ()
    deleted: tuple[str, ...] = ()
    answers: AnswersDifference = AnswersDifference()


class Stamp(NamedTuple):
    """Who changes labels, when and through what: `user`, `import`, `token` or `model`."""

    actor_id: str | None
    at: int
    source: str


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What one accepted difference did: pairs of (was, is); an answer that was not there is an empty list."""

    annotations: tuple[tuple[Annotation | None, Annotation | None], ...] = ()
    answers: dict[str, tuple[tuple[Answer, ...], tuple[Answer, ...]]] = {}

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many annotations were created, updated and deleted."""
        created = sum(was is None for was, _ in self.annotations)
        deleted = sum(now is None for _, now in self.annotations)
        return created, len(self.annotations) - created - deleted, deleted


class Applied(NamedTuple):
    document: Document
    change: Change
    issues: tuple[Issue, ...]


def apply(document: Document, difference: Difference, stamp: Stamp) -> Applied:
    """Make the document that `difference` asks for. With issues, document and change must not be used."""
    annotations = {annotation.id: annotation for annotation in document.annotations}
    issues: list[Issue] = []
    pairs = [
        *_created(annotations, difference, stamp, issues),
        *_updated(annotations, difference, stamp, issues),
        *_deleted(annotations, difference, issues),
    ]
    for was, now in pairs:
        if now is not None:
            annotations[now.id] = now
        elif was is not None:
            annotations.pop(was.id, None)
    issues += _family_issues(annotations, pairs)
    if len(annotations) > MAX_ANNOTATIONS:
        issues.append(
            Issue("/created", "too_many_annotations", f"More than {MAX_ANNOTATIONS} annotations in one medium.")
        )
    answers, answer_pairs = _answered(document.answers, difference.answers)
    ordered = tuple(annotations[key] for key in sorted(annotations))
    change = Change(annotations=tuple(pairs), answers=answer_pairs)
    return Applied(Document(annotations=ordered, answers=answers), change, tuple(issues))


Pair = tuple[Annotation | None, Annotation | None]
ById = dict[str, Annotation]


def _created(known: ById, difference: Difference, stamp: Stamp, issues: list[Issue]) -> list[Pair]:
    pairs: list[Pair] = []
    seen: set[str] = set()
    for index, annotation in enumerate(difference.created):
        if annotation.id in known or annotation.id in seen:
            text = f"The annotation {annotation.id} is there already."
            issues.append(Issue(f"/created/{index}/id", "duplicate_id", text, annotation.id))
        seen.add(annotation.id)
        pairs.append((None, stamped(annotation, stamp, was=None)))
    return pairs


def _updated(known: ById, difference: Difference, stamp: Stamp, issues: list[Issue]) -> list[Pair]:
    pairs: list[Pair] = []
    for index, annotation in enumerate(difference.updated):
        was = known.get(annotation.id)
        if was is None:
            text = f"There is no annotation {annotation.id} to change."
            issues.append(Issue(f"/updated/{index}/id", "unknown_id", text, annotation.id))
            continue
        now = stamped(annotation, stamp, was=was)
        if now is not was:
            pairs.append((was, now))
    return pairs


def _deleted(known: ById, difference: Difference, issues: list[Issue]) -> list[Pair]:
    pairs: list[Pair] = []
    for index, annotation_id in enumerate(dict.fromkeys(difference.deleted)):
        if was := known.get(annotation_id):
            pairs.append((was, None))
        else:
            text = f"There is no annotation {annotation_id} to delete."
            issues.append(Issue(f"/deleted/{index}", "unknown_id", text, annotation_id))
    return pairs


def _family_issues(annotations: ById, pairs: list[Pair]) -> list[Issue]:
    """Find touched annotations whose parent is missing, and children that a deletion would orphan."""
    gone = {was.id for was, now in pairs if was and now is None}
    issues = []
    if gone or any(now and now.parent_id for _, now in pairs):
        for annotation in annotations.values():
            if annotation.parent_id is not None and annotation.parent_id not in annotations:
                text = f"The annotation {annotation.id} needs its parent {annotation.parent_id}; delete or keep both."
                issues.append(
                    Issue("/deleted" if annotation.parent_id in gone else "/created", "no_parent", text, annotation.id)
                )
    return issues


def stamped(annotation: Annotation, stamp: Stamp, *, was: Annotation | None) -> Annotation:
    """Write who and when; returns `was` itself when nothing else differs."""
    answers = dict(sorted(annotation.answers.items()))
    comment = annotation.comment or None
    if was is None:
        return msgspec.structs.replace(
            annotation,
            answers=answers,
            comment=comment,
            source=stamp.source,
            created_by=stamp.actor_id,
            created_at=stamp.at,
            changed_by=stamp.actor_id,
            changed_at=stamp.at,
        )
    kept = msgspec.structs.replace(
        annotation,
        answers=answers,
        comment=comment,
        source=was.source,
        created_by=was.created_by,
        created_at=was.created_at,
        changed_by=was.changed_by,
        changed_at=was.changed_at,
    )
    if kept == was:
        return was
    return msgspec.structs.replace(kept, changed_by=stamp.actor_id, changed_at=stamp.at)


def _answered(before: Answers, difference: AnswersDifference) -> tuple[Answers, dict[str, Any]]:
    after = {key: value for key, value in before.items() if key not in difference.removed} | difference.set
    pairs = {
        key: (_present(before, key), _present(after, key))
        for key in sorted({*difference.set, *difference.removed})
        if _present(before, key) != _present(after, key)
    }
    return dict(sorted(after.items())), pairs


def _present(answers: Answers, key: str) -> tuple[Answer, ...]:
    return (answers[key],) if key in answers else ()
