"""Ready-made labels: a file that names classes by their keys, turned into annotations of one configuration."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from labelwright.model.configuration import Configuration
from labelwright.model.document import Annotation, Answer, Answers
from labelwright.model.geometry import Geometry


class Drawn(msgspec.Struct, frozen=True, rename={"class_key": "class"}):
    """One object: the key of its class, where it is, the answers by key, and what is nested in it."""

    class_key: str
    geometry: Geometry
    answers: dict[str, Answer] = {}
    parts: tuple["Drawn", ...] = ()


class Labelled(msgspec.Struct, frozen=True):
    """The labels of one picture."""

    answers: dict[str, Answer]
    objects: tuple[Drawn, ...]


def read(path: Path) -> dict[str, Labelled]:
    """Read labels by the name of their picture."""
    return msgspec.json.decode(path.read_bytes(), type=dict[str, Labelled])


def answers(labelled: Labelled, configuration: Configuration) -> Answers:
    """The answers about the picture as a whole, by class id."""
    return _by_id(labelled.answers, configuration, owner_id=None)


def annotations(labelled: Labelled, configuration: Configuration, new_id: Callable[[], str]) -> list[Annotation]:
    """The objects and what is nested in them, parents first."""
    return [made for drawn in labelled.objects for made in _annotations(drawn, configuration, new_id, None)]


def _annotations(
    drawn: Drawn, configuration: Configuration, new_id: Callable[[], str], parent: Annotation | None
) -> Iterator[Annotation]:
    class_id = _class_id(configuration, drawn.class_key, parent.class_id if parent else None)
    made = Annotation(
        id=new_id(),
        class_id=class_id,
        parent_id=parent.id if parent else None,
        geometry=drawn.geometry,
        answers=_by_id(drawn.answers, configuration, owner_id=class_id),
    )
    yield made
    for part in drawn.parts:
        yield from _annotations(part, configuration, new_id, made)


def _class_id(configuration: Configuration, key: str, parent_id: str | None) -> str:
    return next(
        class_id
        for class_id, placed in configuration.by_id.items()
        if placed.label_class.key == key and (placed.parent.id if placed.parent else None) == parent_id
    )


def _by_id(given: dict[str, Answer], configuration: Configuration, *, owner_id: str | None) -> Answers:
    ids = {
        placed.label_class.key: class_id
        for class_id, placed in configuration.by_id.items()
        if not placed.label_class.is_geometry and (placed.owner.id if placed.owner else None) == owner_id
    }
    return {ids[key]: answer for key, answer in given.items()}
