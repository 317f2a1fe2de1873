"""What people confirmed: what the classes, questions and options of a file become under a configuration.

A mapping that is stored names classes by id, so that a class keeps its place in it when its key is changed. A mapping
that travels as a file names them by export key (`crane`, nested `crane.hook`), so that it fits other projects too.
"""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from labelwright.exchange.source import Scheme
from labelwright.model.configuration import Configuration
from labelwright.model.errors import Issue
from labelwright.model.geometry import KINDS

LEAVE_OUT: Final = ""


class ClassMapping(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Each table leads from what stands in the file to what it becomes here, or to "" for leaving it out.

    Attributes:
        classes: `NAME`, `PARENT.NAME` for nested objects, either with ` (KIND)` for those of one kind, to a class.
        questions: `NAME`, or `CLASS.NAME` for the question of one class, to a question's export key or path.
        options: `QUESTION: VALUE` to an option's key.
        lossy: shapes may become their boxes.
    """

    classes: dict[str, str] = {}
    questions: dict[str, str] = {}
    options: dict[str, str] = {}
    lossy: bool = False


def class_names(name: str, above: str | None, kind: str) -> Iterator[str]:
    """What a mapping may call objects, the most exact first; `above` is the class in the file that they are in."""
    if above is not None:
        yield f"{above}.{name} ({kind})"
        yield f"{above}.{name}"
    yield f"{name} ({kind})"
    yield name


def sources(mapping: ClassMapping) -> frozenset[str]:
    """The classes of a file that a mapping speaks of, without their kinds."""
    return frozenset(_without_kind(name) for name in mapping.classes)


def _without_kind(name: str) -> str:
    head, _, tail = name.rpartition(" (")
    return head if tail.endswith(")") and tail[:-1] in KINDS else name


def by_id(mapping: ClassMapping, configuration: Configuration) -> ClassMapping:
    """The mapping with classes by id; what names no class stays as it is, for `misfits` to say."""
    named = {name: class_id for class_id, name in _paths(configuration).items()}
    keys = {name: class_id for class_id, name in Scheme(configuration).names().items()}
    return _renamed(mapping, lambda target: named.get(target) or keys.get(target) or target)


def by_key(mapping: ClassMapping, configuration: Configuration) -> ClassMapping:
    """The mapping with classes by export key, to take along."""
    paths = _paths(configuration)
    return _renamed(mapping, lambda target: paths.get(target, target))


def _renamed(mapping: ClassMapping, name: Callable[[str], str]) -> ClassMapping:
    return msgspec.structs.replace(mapping, classes={key: name(target) for key, target in mapping.classes.items()})


def _paths(configuration: Configuration) -> dict[str, str]:
    """Class id to its export key, behind its parent's where it is nested."""
    return {
        class_id: f"{placed.parent.key}.{placed.label_class.key}" if placed.parent else placed.label_class.key
        for class_id, placed in configuration.by_id.items()
        if placed.label_class.is_geometry
    }


def misfits(mapping: ClassMapping, configuration: Configuration) -> tuple[Issue, ...]:
    """Why a mapping does not fit a configuration, an issue for each entry that leads nowhere."""
    return (*_class_misfits(mapping, configuration), *_answer_misfits(mapping, configuration))


def _class_misfits(mapping: ClassMapping, configuration: Configuration) -> Iterator[Issue]:
    for name, target in mapping.classes.items():
        placed = configuration.by_id.get(target)
        if target == LEAVE_OUT or (placed and placed.label_class.is_geometry):
            continue
        there = ", ".join(sorted(_paths(configuration).values())[:20]) or "none"
        text = f"The class that “{name[:60]}” became is not there any more; there are {there}."
        yield Issue(f"/classes/{_pointed(name)}", "unknown_class", text)


def _answer_misfits(mapping: ClassMapping, configuration: Configuration) -> Iterator[Issue]:
    asked = [question for owned in Scheme(configuration).questions.values() for question in owned.values()]
    names = {name for question in asked for name in (question.name, question.label_class.key)}
    options = {option.key for question in asked for option in question.label_class.options}
    for name, target in mapping.questions.items():
        if target not in {LEAVE_OUT, *names}:
            text = f"The question “{target[:60]}” that “{name[:60]}” became is not there any more."
            yield Issue(f"/questions/{_pointed(name)}", "unknown_question", text)
    for name, target in mapping.options.items():
        if target not in {LEAVE_OUT, *options}:
            text = f"The option “{target[:60]}” that “{name[:60]}” became is not there any more."
            yield Issue(f"/options/{_pointed(name)}", "unknown_option", text)


def _pointed(name: str) -> str:
    return name[:80].replace("~", "~0").replace("/", "~1")


def fitting(mapping: ClassMapping, configuration: Configuration) -> ClassMapping:
    """The part of a mapping that fits."""
    lost = {issue.pointer for issue in misfits(mapping, configuration)}

    def kept(table: str, entries: dict[str, str]) -> dict[str, str]:
        return {name: target for name, target in entries.items() if f"/{table}/{_pointed(name)}" not in lost}

    return ClassMapping(
        classes=kept("classes", mapping.classes),
        questions=kept("questions", mapping.questions),
        options=kept("options", mapping.options),
        lossy=mapping.lossy,
    )
