"""What a writer is given: the labels of many tasks in the order of an export, and what they mean.

Tasks come by medium name, then medium id; annotations of a task by id, which is their order of creation. Iterating
twice gives the same twice: formats with several files walk over the tasks once for each.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import BinaryIO, Final, NamedTuple, Protocol, TypeVar

import msgspec

from labelwright.exchange.columns import IDS, Columns, class_counts, columns_of
from labelwright.exchange.plain import Content, Measured, PlainAnnotation, PlainDocument, answers_of, plain_of, stored
from labelwright.model.configuration import Configuration, LabelClass, walk
from labelwright.model.document import EMPTY, Annotation, Answer, Answers, Document
from labelwright.model.geometry import kind_of
from labelwright.model.numbering import by_age


class Medium(msgspec.Struct, frozen=True, kw_only=True):
    """One picture. `path` is its unique place among the pictures of the archive; `split` is empty when not split.

    `width` and `height` are those of the displayed picture, None when nobody has seen it yet; `orientation` is EXIF's,
    from 1 to 8: how the stored pixels are turned to be displayed.
    """

    id: str
    name: str
    dataset: str = ""
    width: int | None = None
    height: int | None = None
    sha256: str | None = None
    size_bytes: int | None = None
    content_type: str | None = None
    url: str | None = None
    path: str = ""
    split: str = ""
    orientation: int = 1

    @property
    def size_wh(self) -> tuple[int, int]:
        """Raises ValueError when the size is not known."""
        if not self.width or not self.height:
            raise ValueError(f"The size of {self.name} is not known.")
        return self.width, self.height


class TaskLabels(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One task with its labels; `state` in lower case, as files have it.

    `content` is the document or its stored bytes, perhaps measured; these are decoded as far as somebody looks, once.
    """

    task_id: str
    state: str
    labeler: str | None = None
    medium: Medium
    content: Content = EMPTY

    @cached_property
    def document(self) -> Document:
        """All labels."""
        return self.content if isinstance(self.content, Document) else _DOCUMENT.decode(stored(self.content))

    @cached_property
    def plain(self) -> PlainDocument:
        """All labels as far as counting and plain shapes need them, a third of the work of `document`."""
        return plain_of(self.content)

    @property
    def annotations(self) -> Sequence[PlainAnnotation | Annotation]:
        """The annotations, decoded no further than they are."""
        return self.document.annotations if self.is_decoded else self.plain.annotations

    @cached_property
    def columns(self) -> Columns | None:
        """The annotations as columns, where they were measured and nobody has decoded them yet."""
        return columns_of(self.content.rows) if isinstance(self.content, Measured) and not self.is_decoded else None

    @property
    def annotation_count(self) -> int:
        """How many annotations there are."""
        return len(self.annotations if self.columns is None else self.columns)

    @property
    def known_count(self) -> int | None:
        """How many annotations there are, where they are plain and nothing needs to be decoded to know it."""
        if self.columns is not None:
            return len(self.columns)
        return 0 if self.content == EMPTY else None

    @property
    def answer_count(self) -> int:
        """How many answers the labels hold."""
        answered = self.annotations if self.columns is None else self.columns.head.more.values()
        return len(self.answers) + sum([len(one.answers) for one in answered if one.answers])

    @property
    def commented_ids(self) -> list[str]:
        """The ids of the annotations that have a comment."""
        if self.columns is None:
            return [one.id for one in self.annotations if one.comment]
        if not self.columns.head.more:
            return []
        ids = str(self.columns.text(IDS), "ascii").split()
        return [ids[at] for at, one in self.columns.head.more.items() if one.comment]

    @cached_property
    def answers(self) -> Answers:
        """The answers about the medium."""
        return self.document.answers if self.is_decoded else answers_of(self.content)

    @property
    def is_decoded(self) -> bool:
        """Whether all labels are at hand, so that nothing needs to be decoded for a part of them."""
        return isinstance(self.content, Document) or "document" in self.__dict__


_BYTES_EACH: Final = 350
_BYTES_A_POINT: Final = 18


def weight_of(task: TaskLabels) -> int:
    """About how many bytes the stored labels of a task are."""
    content = task.content
    if isinstance(content, Document):
        shapes = [one.geometry for one in content.annotations]
        return _BYTES_EACH * len(shapes) + _BYTES_A_POINT * sum([len(kind_of(shape).place(shape)) for shape in shapes])
    return len(stored(content))


def counts_by_class(tasks: Sequence[TaskLabels]) -> Counter[str]:
    """How many annotations each class has."""
    found = class_counts([task.columns for task in tasks if task.columns is not None])
    found.update([one.class_id for task in tasks if task.columns is None for one in task.annotations])
    return found


_DOCUMENT: msgspec.json.Decoder[Document] = msgspec.json.Decoder(Document)


class Labelled(NamedTuple):
    """One annotation with its class; `parent` is the annotation it is nested in."""

    annotation: Annotation
    label_class: LabelClass
    parent: Annotation | None


class Question(NamedTuple):
    """A classification with the name that flat formats give it: its export key, or its path where keys repeat.

    The path are the keys of the questions that it stands in and its own, joined by dots.
    """

    label_class: LabelClass
    name: str
    path: str


class Scheme:
    """A configuration as formats look at it: indices of classes, names of questions.

    `indices` gives every geometry class its number in files, from 0: see `class_indices`.
    """

    def __init__(self, configuration: Configuration, indices: Mapping[str, int] | None = None) -> None:
        self.configuration = configuration
        self.indices = dict(indices) if indices is not None else class_indices(configuration)

    @cached_property
    def geometry_classes(self) -> tuple[LabelClass, ...]:
        """Every geometry class, nested ones included, by index."""
        found = (p.label_class for p in self.configuration.by_id.values() if p.label_class.is_geometry)
        return tuple(sorted(found, key=lambda c: self.indices[str(c.id)]))

    @cached_property
    def questions(self) -> dict[str | None, dict[str, Question]]:
        """By owner (class id, None for the medium) and question id, in configuration order."""
        owned: dict[str | None, list[LabelClass]] = {}
        paths: dict[str, str] = {}
        for class_id, placed in self.configuration.by_id.items():
            here, parent = placed.label_class, placed.parent
            if here.is_geometry:
                continue
            above = "" if parent is None or parent.is_geometry else f"{paths[str(parent.id)]}."
            paths[class_id] = f"{above}{here.key}"
            owned.setdefault(placed.owner.id if placed.owner else None, []).append(here)
        return {owner: _named(questions, paths) for owner, questions in owned.items()}

    def names(self) -> dict[str, str]:
        """The names of geometry classes, by class id: the export key, with its parent's where it occurs twice."""
        keys = [c.key for c in self.geometry_classes]
        return {str(c.id): c.key if keys.count(c.key) == 1 else self._path(c) for c in self.geometry_classes}

    def _path(self, label_class: LabelClass) -> str:
        parent = self.configuration.by_id[str(label_class.id)].parent
        return f"{parent.key}.{label_class.key}" if parent else label_class.key

    def labelled(self, task: TaskLabels) -> list[Labelled]:
        """The annotations of a task with their classes, by id."""
        by_id = {annotation.id: annotation for annotation in task.document.annotations}
        placed = self.configuration.by_id
        return [
            Labelled(a, placed[a.class_id].label_class, by_id[a.parent_id] if a.parent_id else None)
            for a in task.document.annotations
        ]

    def answered(self, answers: Answers, owner: str | None) -> Iterator[tuple[Question, Answer]]:
        """The answers of one owner (class id, None for the medium), in configuration order."""
        for class_id, question in self.questions.get(owner, {}).items():
            if class_id in answers:
                yield question, answers[class_id]


def _named(questions: list[LabelClass], paths: dict[str, str]) -> dict[str, Question]:
    keys = [question.key for question in questions]
    found = ((q, paths[str(q.id)]) for q in questions)
    return {str(q.id): Question(q, q.key if keys.count(q.key) == 1 else path, path) for q, path in found}


def class_indices(configuration: Configuration) -> dict[str, int]:
    """The numbers of the geometry classes; a configuration that was never saved is numbered by age."""
    numbered = walk(by_age(configuration.classes))
    return {str(p.label_class.id): p.label_class.number for p in numbered if p.label_class.number is not None}


AT_ONCE: Final = 64
"""Tasks that are looked at together: enough to make each call's share small, few enough to stay in the cache."""
Made = TypeVar("Made")


class InTurn(Protocol):
    """See `Source.in_turn`."""

    def __call__(
        self, split: str | None, work: Callable[[list[TaskLabels]], Made], /, at_once: int = AT_ONCE
    ) -> Iterator[Made]: ...


class Source(NamedTuple):
    """All that is to be written. `splits` are the names of the splits in order, `("",)` when nothing is split.

    `tasks(split)` starts a new walk over the tasks of one split, or of all with None; `heads(split)` the same walk for
    who looks at media and their answers alone. `in_turn(split, work)` gives what `work` makes of some tasks in a row
    (`at_once`), in order; several processes may do it, so that only what it returns, and the ledger, comes out of it;
    `heads_in_turn` likewise of media and their answers alone. `open_picture` gives the original bytes to a format that
    packs pictures itself, None where there are none or they are not asked for. `is_any` says whether there is a task at
    all, sooner than the first one comes.
    """

    project: str
    scheme: Scheme
    tasks: Callable[[str | None], Iterator[TaskLabels]]
    heads: Callable[[str | None], Iterator[TaskLabels]]
    heads_in_turn: "InTurn"
    in_turn: "InTurn"
    splits: tuple[str, ...] = ("",)
    open_picture: Callable[[Medium], BinaryIO | None] = lambda _: None
    is_any: Callable[[], bool] = lambda: False
