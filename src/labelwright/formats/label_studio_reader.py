"""Read tasks of Label Studio: the latest annotation of each, with its regions and what is answered about them."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from labelwright.exchange.asides import asides_of
from labelwright.exchange.files import Files, refused
from labelwright.exchange.found import (
    Faults,
    FoundMedium,
    LabelFile,
    Place,
    families,
)
from labelwright.formats import label_studio_min
from labelwright.formats.json_files import attempted_list, element, others_in
from labelwright.formats.label_studio_regions import Regions, path_of, picture_in


class _Annotation(msgspec.Struct):
    result: list[msgspec.Raw] = []
    was_cancelled: bool = False
    ground_truth: bool = False
    updated_at: str = ""
    created_at: str = ""


class _Task(msgspec.Struct):
    data: dict[str, Any]
    annotations: list[msgspec.Raw] = []
    predictions: list[msgspec.Raw] = []
    meta: dict[str, Any] | None = None


_TASK: Final = msgspec.json.Decoder(_Task)
_ANNOTATION: Final = msgspec.json.Decoder(_Annotation)
_OF_TASKS: Final = frozenset(
    (
        *(*_Task.__struct_encode_fields__, "id", "inner_id", "project", "file_upload", "created_at", "updated_at"),
        *("total_annotations", "cancelled_annotations", "total_predictions", "comment_count", "updated_by", "overlap"),
        *("unresolved_comment_count", "last_comment_updated_at", "comment_authors", "is_labeled", "allow_skip"),
    )
)
_OF_ANNOTATIONS: Final = frozenset(
    (
        *(*_Annotation.__struct_encode_fields__, "id", "completed_by", "draft_created_at", "lead_time", "prediction"),
        *("result_count", "unique_id", "import_id", "last_action", "bulk_created", "task", "project", "updated_by"),
        *("parent_prediction", "parent_annotation", "last_created_by"),
    )
)
"""What tasks and annotations have that is read, and ids, times, people and counts of Label Studio."""
_KEYS: Final = frozenset(("data", "annotations"))


def recognise(files: Files) -> bool:
    """Whether some JSON file is a list of tasks with data and annotations, or what JSON-MIN makes of them."""
    paths = files.beginning(".json")
    return bool(files.having(_KEYS, paths) or label_studio_min.paths_in(files, paths))


def read(files: Files) -> LabelFile:
    """Open every file of Label Studio. Of several annotations of a task the latest that was not cancelled counts."""
    paths = files.having(_KEYS, files.ending(".json"))
    flat = label_studio_min.paths_in(files, files.ending(".json"))
    if not paths and not flat:
        raise refused("The upload", "not_label_studio", "holds no tasks of Label Studio.")
    faults = Faults()

    def media() -> Iterator[FoundMedium]:
        for path in paths:
            for number, raw in enumerate(attempted_list(files, path, faults) or ()):
                place = Place(path, pointer=f"/{number}")
                task = element(raw, _TASK, "task", place, faults)
                if task is not None:
                    yield _medium(task, raw, place, faults)
        for path in flat:
            yield from label_studio_min.media_of(files, path, faults)

    return LabelFile(classes=(), media=media, faults=faults)


def _annotations(task: _Task, place: Place, faults: Faults) -> Iterator[tuple[int, _Annotation]]:
    for index, raw in enumerate(task.annotations):
        at = Place(place.file, pointer=f"{place.pointer}/annotations/{index}")
        one = element(raw, _ANNOTATION, "annotation", at, faults)
        if one is not None:
            yield index, one


def _medium(task: _Task, raw: msgspec.Raw, place: Place, faults: Faults) -> FoundMedium:
    path, pointer = place.file, place.pointer
    annotations = list(_annotations(task, place, faults))
    usable = [(index, one) for index, one in annotations if not one.was_cancelled] or annotations
    latest = max(usable, key=lambda pair: (pair[1].updated_at or pair[1].created_at, pair[0]), default=None)
    if len(usable) > 1:
        text = f"{len(usable)} people labelled this picture; the latest annotation is read, the others are not."
        faults.add(Place(path, pointer=f"{pointer}/annotations"), "several_annotations", text)
    if task.predictions and not task.annotations:
        text = "This picture has predictions and no annotation; predictions are not read."
        faults.add(Place(path, pointer=f"{pointer}/predictions"), "predictions", text)
    reading = Regions(faults)
    if latest is not None:
        for index, result in enumerate(latest[1].result):
            reading.take(result, Place(path, pointer=f"{pointer}/annotations/{latest[0]}/result/{index}"))
    picture = picture_in(task.data)
    medium_id = task.data.get("medium_id")
    others = {name: value for name, value in task.data.items() if value != picture and name != "medium_id"}
    others |= (task.meta or {}) | others_in(raw, _OF_TASKS)
    if latest is not None:
        others |= others_in(task.annotations[latest[0]], _OF_ANNOTATIONS)
        others |= {"ground_truth": latest[1].ground_truth, "predictions": len(task.predictions)}
    return FoundMedium(
        place=place,
        path=path_of(picture),
        id=medium_id if isinstance(medium_id, str) else None,
        width=reading.width,
        height=reading.height,
        objects=tuple(families(reading.objects(), reading.parents)),
        answers=tuple(reading.answers.get("", ())),
        asides=(*asides_of(others, place), *reading.asides),
    )
