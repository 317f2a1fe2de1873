"""Label Studio: its JSON of tasks, coordinates in percent of the picture, and the labelling configuration beside it.

Answers are `choices` and `textarea` of their region, or of the picture; what is nested has a `parentID`.
https://labelstud.io/guide/export#Label-Studio-JSON-format-of-annotated-tasks
"""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

import msgspec

from labelwright.exchange.archive import Archive
from labelwright.exchange.flat import FlatObject, Flattener
from labelwright.exchange.format import Chosen, Format, all_but, converts, refuses
from labelwright.exchange.found import stretched
from labelwright.exchange.ledger import Ledger
from labelwright.exchange.pixels import one_ring
from labelwright.exchange.shares import LEAST
from labelwright.exchange.source import Medium, Question, Source, TaskLabels
from labelwright.formats.label_studio_reader import read, recognise
from labelwright.formats.label_studio_regions import IMAGE, LOCAL_FILES
from labelwright.formats.xml_files import attributes
from labelwright.model.configuration import LabelClass
from labelwright.model.document import Answer
from labelwright.model.geometry import Geometry, ImageSegmentation, Line, Point, Point2, Polygon, Rectangle

CONFIG_PATH: Final = "label_config.xml"
_LABELS: Final = {
    "rectangle": "rectanglelabels",
    "polygon": "polygonlabels",
    "point": "keypointlabels",
    "line": "vectorlabels",
}
_TAGS: Final = {
    "rectanglelabels": "RectangleLabels",
    "polygonlabels": "PolygonLabels",
    "keypointlabels": "KeyPointLabels",
    "vectorlabels": "VectorLabels",
}
# What stands in a region alone, and not in the answers about it.
_OUTLINES: Final = ("points", "vertices", "closed")


def write(source: Source, archive: Archive, settings: Chosen, ledger: Ledger) -> None:  # noqa: ARG001 - no settings
    """Write one file for each split, and the configuration of the interface."""
    flat = Flattener(source.scheme, SUPPORTS, ledger)
    number = 0
    for split in source.splits:
        with archive.file(f"tasks_{split}.json" if split else "tasks.json") as put:
            put(b"[\n")
            between = b""
            for task in source.tasks(split):
                content = _task(task, flat, number + 1)
                if content is not None:
                    number += 1
                    put(between + msgspec.json.encode(content))
                    between = b",\n"
            put(b"\n]\n")
    archive.add(CONFIG_PATH, _interface(flat).encode())


def _task(task: TaskLabels, flat: Flattener, number: int) -> dict[str, Any] | None:
    answers = flat.begin(task)
    if answers is None:
        return None
    width, height = task.medium.size_wh
    size = {"original_width": width, "original_height": height, "image_rotation": 0}
    questions = flat.scheme.questions.get(None, {}).values()
    result = [_answer(f"picture_{q.name}", q, answers[q.name], size) for q in questions if q.name in answers]
    ids: list[str] = []
    for one in flat.objects(task):
        ids.append(one.id)
        result += _region(one, ids, flat, size)
    annotation = {
        "id": number,
        "result": result,
        "was_cancelled": task.state.endswith("skipped"),
        "ground_truth": False,
    }
    data = {IMAGE: _address(task.medium), "medium_id": task.medium.id}
    return {"id": number, "data": data, "annotations": [annotation], "predictions": []}


def _address(medium: Medium) -> str:
    """Where Label Studio finds the picture: at its link, or in the folder that it serves, which is the archive's."""
    return medium.url or f"{LOCAL_FILES}?d=images/{quote(medium.path)}"


def _region(one: FlatObject, ids: list[str], flat: Flattener, size: dict[str, int]) -> Iterator[dict[str, Any]]:
    name, value = _value(one.geometry, (100 / size["original_width"], 100 / size["original_height"]))
    kind = _LABELS[name]
    region = {
        "id": one.id,
        "type": kind,
        "from_name": kind,
        "to_name": IMAGE,
        **size,
        "value": {**value, kind: [one.name]},
    }
    if one.parent is not None:
        region["parentID"] = ids[one.parent]
    if one.labelled.annotation.comment:
        region["meta"] = {"text": [one.labelled.annotation.comment]}
    yield region
    for question in flat.scheme.questions.get(one.labelled.annotation.class_id, {}).values():
        if question.name in one.attributes:
            answer = _answer(f"{one.name}_{question.name}", question, one.attributes[question.name], size)
            place = {key: entry for key, entry in value.items() if key not in _OUTLINES}
            yield answer | {"id": one.id, "value": {**place, **answer["value"]}}


def _answer(name: str, question: Question, answer: Answer, size: dict[str, int]) -> dict[str, Any]:
    values = list(answer) if isinstance(answer, tuple) else [answer]
    kind = "textarea" if question.label_class.type == "free_text" else "choices"
    value = {"text" if kind == "textarea" else "choices": values}
    return {"id": name, "type": kind, "from_name": name, "to_name": IMAGE, **size, "value": value}


def _value(geometry: Geometry, percent: tuple[float, float]) -> tuple[str, dict[str, Any]]:
    ring = Polygon(one_ring(geometry.rings)) if isinstance(geometry, ImageSegmentation) else geometry
    match stretched(ring, percent):
        case Rectangle(x=x, y=y, w=w, h=h):
            width, height = _share(max(w, LEAST)), _share(max(h, LEAST))
            return "rectangle", {"x": _share(x), "y": _share(y), "width": width, "height": height, "rotation": 0}
        case Polygon(points=points):
            return "polygon", {"points": [(_share(x), _share(y)) for x, y in points], "closed": True}
        case Line(points=points):
            return "line", {"vertices": [_vertex(at, point) for at, point in enumerate(points)], "closed": False}
        case Point(x=x, y=y):
            return "point", {"x": _share(x), "y": _share(y), "width": 0.5}
    raise AssertionError(geometry)


def _vertex(at: int, point: Point2) -> dict[str, Any]:
    """A point of a line, which names the one before it."""
    before = {"prevPointId": f"p{at - 1}"} if at else {}
    return {"id": f"p{at}", "x": _share(point[0]), "y": _share(point[1]), "isBezier": False, **before}


def _share(value: float) -> float:
    """Without the last bits, which the way to pixels and back would change."""
    return round(value, 12)


def _interface(flat: Flattener) -> str:
    """The configuration with which Label Studio shows these tasks."""
    lines = ["<View>", f"  <Image{attributes(name=IMAGE, value='$image')}/>"]
    for kind, tag in _TAGS.items():
        classes = [c for c in flat.scheme.geometry_classes if _LABELS.get(_shape_of(c.type)) == kind]
        if classes:
            lines.append(f"  <{tag}{attributes(name=kind, toName=IMAGE)}>")
            lines += [f"    <Label{_label(c, place, flat)}/>" for place, c in enumerate(classes)]
            lines.append(f"  </{tag}>")
    for class_id, questions in flat.scheme.questions.items():
        owner = flat.name_of(class_id) if class_id else "picture"
        for question in questions.values():
            name = f"{owner}_{question.name}"
            region = {} if class_id is None else {"perRegion": "true", "whenLabelValue": owner}
            lines += _question(question, attributes(name=name, toName=IMAGE, **region))
    return "\n".join([*lines, "</View>", ""])


def _label(label_class: LabelClass, place: int, flat: Flattener) -> str:
    """The attributes of a label; keypoints have the place that Label Studio's own exports want."""
    index = place if label_class.type == "point" else None
    name = flat.name_of(str(label_class.id))
    return attributes(value=name, background=label_class.color, model_index=index)


def _shape_of(kind: str) -> str:
    return "polygon" if kind == "image_segmentation" else kind


def _question(question: Question, common: str) -> list[str]:
    if question.label_class.type == "free_text":
        return [f"  <TextArea{common}/>"]
    choice = "multiple" if question.label_class.type == "checklist" else "single"
    options = [f"    <Choice{attributes(value=option.key)}/>" for option in question.label_class.options]
    return [f"  <Choices{common}{attributes(choice=choice)}>", *options, "  </Choices>"]


SUPPORTS: Final = all_but(
    image_segmentation=converts("A segment is a polygon."),
    holes=converts("Holes are joined to the outline by lines of no width."),
    nested=converts("A nested geometry names its parent in “parentID”."),
    depth=refuses("Label Studio has no depth; it is lost."),
)
FORMAT: Final = Format(
    id="label-studio",
    name="Label Studio",
    text="JSON of tasks with the labelling configuration, for Label Studio.",
    supports=SUPPORTS,
    write=write,
    main="tasks.json",
    read=read,
    recognise=recognise,
    tolerance_px=1e-9,
)
