"""Points that are nested in a geometry become its keypoints in COCO."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from labelwright.exchange.ledger import Ledger, item_of
from labelwright.exchange.source import Labelled, Scheme, TaskLabels
from labelwright.formats.coco_text import numbers
from labelwright.model.document import Answers
from labelwright.model.geometry import Point

KEYPOINT: Final = "A nested point is a keypoint of its parent."
SECOND_KEYPOINT: Final = "COCO has room for one point of each keypoint; this is another one."
WITH_KEYPOINTS: Final = ("rectangle", "polygon")


class Skeleton(NamedTuple):
    """The keypoints of a geometry class: its nested point classes, by class id, in configuration order."""

    places: dict[str, int]
    names: tuple[str, ...]

    @property
    def unseen(self) -> dict[str, Any]:
        """What an object without any has: evaluation wants keypoints of all objects whose category has some."""
        return {"keypoints": [0] * (3 * len(self.names)), "num_keypoints": 0}


class Keypoints(NamedTuple):
    """Fields of parents by annotation id, and the ids of the points that are in them."""

    of: dict[str, dict[str, Any]]
    taken: set[str]

    def fields_of(self, annotation_id: str) -> dict[str, Any]:
        fields = self.of.get(annotation_id, {})
        return fields | {"keypoints": numbers(fields["keypoints"])} if fields else fields


def skeletons_of(scheme: Scheme) -> dict[str, Skeleton]:
    """By class id, of those classes that have keypoints."""
    found = {}
    for label_class in scheme.geometry_classes:
        points = [child for child in label_class.children if child.type == "point"]
        if points and label_class.type in WITH_KEYPOINTS:
            places = {str(child.id): at for at, child in enumerate(points)}
            found[str(label_class.id)] = Skeleton(places, tuple(child.key for child in points))
    return found


def keypoints_of(
    task: TaskLabels,
    labelled: Sequence[Labelled],
    skeletons: Mapping[str, Skeleton],
    scheme: Scheme,
    ledger: Ledger,
) -> Keypoints:
    """Give nested points to their parents; the first of each class counts, another one is refused."""
    found = Keypoints({}, set())
    for one in labelled:
        skeleton = skeletons.get(one.parent.class_id) if one.parent else None
        if one.parent is None or skeleton is None or one.annotation.class_id not in skeleton.places:
            continue
        found.taken.add(one.annotation.id)
        fields = found.of.setdefault(one.parent.id, {**skeleton.unseen, "keypoint_uids": {}})
        name = one.label_class.key
        if name in fields["keypoint_uids"]:
            refuse(ledger, task, one, SECOND_KEYPOINT)
            continue
        assert isinstance(one.annotation.geometry, Point)
        at = 3 * skeleton.places[one.annotation.class_id]
        fields["keypoints"][at : at + 3] = [one.annotation.geometry.x, one.annotation.geometry.y, 2]
        fields["num_keypoints"] += 1
        fields["keypoint_uids"][name] = one.annotation.id
        ledger.converted("geometries", KEYPOINT, item_of(task, one.annotation.id, name))
        if one.annotation.answers:
            attributes = attributes_of(scheme, one.annotation.answers, one.annotation.class_id)
            fields.setdefault("keypoint_attributes", {})[name] = attributes
            ledger.exported("answers", len(one.annotation.answers))
        if one.annotation.comment:
            fields.setdefault("keypoint_comments", {})[name] = one.annotation.comment
        if one.annotation.z:
            fields.setdefault("keypoint_z", {})[name] = one.annotation.z
    return found


def refuse(ledger: Ledger, task: TaskLabels, one: Labelled, why: str) -> None:
    """Tell the ledger that a geometry does not come out, nor what was answered about it."""
    item = item_of(task, one.annotation.id, one.label_class.key)
    ledger.refuse_geometry(why, item, one.annotation)
    if one.annotation.answers:
        ledger.refused("answers", why, item, count=len(one.annotation.answers))


def attributes_of(scheme: Scheme, answers: Answers, owner: str | None) -> dict[str, Any]:
    """Answers by the names of their questions."""
    return {question.name: answer for question, answer in scheme.answered(answers, owner)} if answers else {}
