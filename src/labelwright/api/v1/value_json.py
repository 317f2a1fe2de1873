"""Values as JSON: a tree for each geometry and each question of the medium, answered or not."""

from collections import defaultdict
from typing import Any

from labelwright.formats.v1_values import answer_fields, geometry_fields
from labelwright.model.configuration import LabelClass
from labelwright.model.document import Annotation, Answer
from labelwright.services.v1_values import Unfinished, Values, old_type

Json = dict[str, Any]
TOKEN_USER = "token_user"  # noqa: S105 - the name under which old clients know work by token


class ValueWriter:
    """Write the values of one task; `people` are the authors who are persons."""

    def __init__(self, values: Values, people: frozenset[str]) -> None:
        self._values = values
        self._people = people
        self._nested: dict[str | None, list[Annotation | Unfinished]] = defaultdict(list)
        geometries: list[Annotation | Unfinished] = [*values.document.annotations, *values.unfinished.values()]
        for geometry in geometries:
            self._nested[geometry.parent_id].append(geometry)

    def roots(self) -> list[Json]:
        """The values without a parent: the medium's questions, then its geometries as they were created."""
        questions = [c for c in self._values.configuration.classes if not c.is_geometry]
        return [
            *(self._classification(question, None, None) for question in questions),
            *(self._geometry(geometry) for geometry in self._nested[None]),
        ]

    def one(self, value_id: str) -> Json:
        """One value with everything below it."""
        geometry = self._values.find_geometry(value_id)
        if geometry is not None:
            return self._geometry(geometry)
        place = self._values.find_place(value_id)
        assert place is not None, "the caller has looked the value up"
        owner_id, class_id = place
        placed = self._values.configuration.by_id[class_id]
        parent = placed.parent
        parent_id = self._values.ids[owner_id, str(parent.id)] if parent and not parent.is_geometry else owner_id
        return self._classification(placed.label_class, owner_id, parent_id)

    def _geometry(self, geometry: Annotation | Unfinished) -> Json:
        label_class = self._values.label_class(geometry.class_id)
        drawn = geometry.geometry if isinstance(geometry, Annotation) else None
        questions = [c for c in label_class.children if not c.is_geometry]
        children = [
            *(self._classification(question, geometry.id, geometry.id) for question in questions),
            *(self._geometry(nested) for nested in self._nested[geometry.id]),
        ]
        return {
            **self._common(label_class, geometry.id, geometry.parent_id, children),
            "timestamp": geometry.changed_at if isinstance(geometry, Annotation) else geometry.created_at,
            "labeler": self._author(geometry),
            "valid": drawn is not None,
            "comment": geometry.comment,
            **geometry_fields(label_class, drawn, geometry.id),
        }

    def _classification(self, question: LabelClass, owner_id: str | None, parent_id: str | None) -> Json:
        value_id = self._values.ids[owner_id, str(question.id)]
        owner = self._values.find_geometry(owner_id) if owner_id else None
        answers = owner.answers if owner else self._values.document.answers
        answer: Answer = answers.get(str(question.id))
        children = [self._classification(child, owner_id, value_id) for child in question.children]
        changed_at = owner.changed_at if isinstance(owner, Annotation) else self._values.task.changed_at
        return {
            **self._common(question, value_id, parent_id, children),
            "timestamp": changed_at,
            "labeler": self._author(owner) if owner else self._values.task.labeler_id,
            "valid": bool(answer) or not question.required,
            "comment": None,
            **answer_fields(question, answer),
        }

    def _common(self, label_class: LabelClass, value_id: str, parent_id: str | None, children: list[Json]) -> Json:
        return {
            "id": value_id,
            "lcEntryValueParentId": parent_id,
            "labelIterationId": self._values.iteration_id,
            "mediaId": self._values.task.medium_id,
            "lcEntryId": label_class.id,
            "configurationId": self._values.configuration.id,
            "entryTypeLcEntry": old_type(label_class),
            "entryKeyLcEntry": label_class.key,
            "entryValueLcEntry": label_class.name,
            "change": [],
            "children": children,
        }

    def _author(self, geometry: Annotation | Unfinished) -> str | None:
        author = geometry.created_by if isinstance(geometry, Annotation) else TOKEN_USER
        return author if author is None or author in self._people else TOKEN_USER
