"""Bring plain shapes of a file into a task that has no labels yet, from columns to stored bytes without objects.

What comes out is what resolving, uniting, comparing and encoding each object would give, to the last byte; the texts
around what differs are made by the very same encoders, once for each class. Whatever asks for a closer look has no
answer here: a class that is not plainly meant, another kind, a point outside the picture.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from labelwright.exchange.change_set import Difference, TaskName
from labelwright.exchange.found import FoundMedium, Place, PlainShapes
from labelwright.exchange.plain_found import SAMPLES, exported_arrays, stored_texts
from labelwright.exchange.resolving import Resolver
from labelwright.formats.native_writer import plain_labels
from labelwright.model.canonical import encoded
from labelwright.model.configuration import Configuration, LabelClass
from labelwright.model.document import Annotation, Stamp, stamped
from labelwright.services.import_storing import Prepared


class Added(NamedTuple):
    """What is to be written for one task, and the lines of the change set."""

    prepared: Prepared
    lines: bytes


class _Form(NamedTuple):
    """The texts of a stored annotation of one class: around its id, around its numbers."""

    label_class: LabelClass
    start: str
    middle: str
    end: str


class PlainImport:
    """Takes in the plain shapes of one import."""

    def __init__(
        self, new_id: Callable[[], str], configuration: Configuration, resolver: Resolver, stamp: Stamp
    ) -> None:
        self._new_id, self._configuration, self._resolver, self._stamp = new_id, configuration, resolver, stamp
        self._forms: dict[tuple[str, str], _Form | None] = {}

    def add(
        self, medium: FoundMedium, task: TaskName, project_id: str, size_wh: tuple[int, int] | None
    ) -> Added | None:
        """What comes into a task without labels; None where the objects have to be looked at."""
        shapes, forms = medium.shapes, self.forms(medium, size_wh)
        if shapes is None or forms is None:
            return None
        ids = [self._new_id() for _ in shapes.of]
        prepared = Prepared(
            task_id=task.task_id,
            project_id=project_id,
            was_revision=None,
            configuration_revision=self._configuration.revision,
            annotation_count=len(ids),
            counts=(len(ids), 0, 0),
            document=b"",
            export=plain_labels(_arrays(shapes, forms), self._configuration),
            segmentation_keys=b"[]",
            change=b"",
            added="\n".join(_annotations(shapes, forms, ids)).encode(),
        )
        return Added(prepared, _lines(shapes, forms, ids, task))

    def forms(self, medium: FoundMedium, size_wh: tuple[int, int] | None) -> list[_Form] | None:
        """How the groups of shapes are stored when all of them fit as they are; None where somebody has to look."""
        if medium.shapes is None or medium.answers or size_wh is None:
            return None
        if any(self._resolver.question(aside.name, None) is not None for aside in medium.asides):
            return None
        forms = [form for name, kind in medium.shapes.groups if (form := self._form(name, kind)) is not None]
        left, top, right, bottom = medium.shapes.reach
        is_inside = left >= 0 and top >= 0 and right <= size_wh[0] and bottom <= size_wh[1]
        return forms if is_inside and len(forms) == len(medium.shapes.groups) else None

    def _form(self, name: str, kind: str) -> _Form | None:
        """How shapes of a class and kind of the file are stored; None where they become something else."""
        if (name, kind) not in self._forms:
            how, label_class = self._resolver.target(name, None, kind)
            is_plain = how in {"named", "mapped"} and label_class is not None and label_class.type == kind
            self._forms[name, kind] = self._form_of(label_class) if label_class is not None and is_plain else None
        return self._forms[name, kind]

    def _form_of(self, label_class: LabelClass) -> _Form:
        geometry, numbers = SAMPLES[label_class.type]
        sample = stamped(Annotation(id="@", class_id=str(label_class.id), geometry=geometry), self._stamp, was=None)
        start, _, rest = encoded(sample).decode().partition("@")
        middle, _, end = rest.partition(numbers)
        return _Form(label_class, start, middle, end)


def _annotations(shapes: PlainShapes, forms: list[_Form], ids: list[str]) -> list[str]:
    """Each annotation as it is stored."""
    around = [(form.start, form.middle, form.end) for form in forms]
    found = []
    for group, annotation_id, text in zip(shapes.of, ids, stored_texts(shapes), strict=True):
        start, middle, end = around[group]
        found.append(f"{start}{annotation_id}{middle}{text}{end}")
    return found


def _arrays(shapes: PlainShapes, forms: list[_Form]) -> dict[str, list[str]]:
    """The geometries as they are exported, by the ids of their classes."""
    arrays: dict[str, list[str]] = defaultdict(list)
    homes = [arrays[str(form.label_class.id)] for form in forms]
    for group, array in zip(shapes.of, exported_arrays(shapes), strict=True):
        homes[group].append(array)
    return arrays


def _lines(shapes: PlainShapes, forms: list[_Form], ids: list[str], task: TaskName) -> bytes:
    """The lines of the change set."""
    frames = [_frame(shapes, form, task) for form in forms]
    numbers = np.frombuffer(shapes.numbers, dtype=np.int64).tolist()
    rows = np.frombuffer(shapes.extents).reshape(-1, 6)[:, :4].tolist()
    lines = []
    for group, annotation_id, number, bounds in zip(shapes.of, ids, numbers, rows, strict=True):
        start, middle, value, end = frames[group]
        lines.append(f"{start}{annotation_id}{middle}{number}{value % tuple(bounds)}{end}")
    return "".join(lines).encode()


def _frame(shapes: PlainShapes, form: _Form, task: TaskName) -> tuple[str, str, str, str]:
    """What stands around the id, the number and the bounds in a line of the change set. No name has a bare quote."""
    line = Difference(
        what="added",
        unit="geometries",
        medium=task.medium,
        task_id=task.task_id,
        class_key=form.label_class.key,
        annotation_id="@",
        place=Place(shapes.file, pointer=f"{shapes.pointer}@"),
        value="@",
    )
    start, _, rest = encoded(line).decode().partition('"annotation_id":"@')
    middle, _, end = rest.partition('@"},"value":"@')
    value = f'"}},"value":"{form.label_class.type} %.6g,%.6g %.6gx%.6g'
    return f'{start}"annotation_id":"', middle, value, f"{end}\n"
