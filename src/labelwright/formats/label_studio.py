"""Label Studio: its JSON of tasks, coordinates in percent of the picture, and the labelling configuration beside it.

Answers are `choices` and `textarea` of their region, or of the picture; what is nested has a `parentID`.
https://labelstud.io/guide/export#Label-Studio-JSON-format-of-annotated-tasks
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final
from urllib.parse import parse_qs, unquote

import msgspec

from labelwright.exchange.archive import Archive
from labelwright.exchange.ellipses import read_ellipse
from labelwright.exchange.files import Files, refused
from labelwright.exchange.flat import LEAST, FlatObject, Flattener
from labelwright.exchange.format import Chosen, Format, all_but, converts, refuses
from labelwright.exchange.found import (
    Faults,
    FoundAnswer,
    FoundMedium,
    FoundObject,
    LabelFile,
    Place,
    Side,
    families,
    stretched,
)
from labelwright.exchange.ledger import Ledger
from labelwright.exchange.pixels import one_ring
from labelwright.exchange.shapes import from_ring, turned_box
from labelwright.exchange.source import Question, Source, TaskLabels
from labelwright.formats.json_files import attempted, element
from labelwright.formats.xml_files import attributes
from labelwright.model.configuration import LabelClass
from labelwright.model.document import Answer
from labelwright.model.geometry import Geometry, ImageSegmentation, Point, Polygon, Rectangle

IMAGE: Final = "image"
_LOCAL_FILES: Final = "/data/local-files/"
# What was uploaded gets eight digits before its name.
_UPLOADED: Final = re.compile(r"^.*/data/upload/\d+/[0-9a-f]{8}-|^/data/upload/\d+/[0-9a-f]{8}-")
CONFIG_PATH: Final = "label_config.xml"
_LABELS: Final = {"rectangle": "rectanglelabels", "polygon": "polygonlabels", "point": "keypointlabels"}
_TAGS: Final = {
    "rectanglelabels": "RectangleLabels",
    "polygonlabels": "PolygonLabels",
    "keypointlabels": "KeyPointLabels",
}


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
    data = {IMAGE: f"images/{task.medium.path}", "medium_id": task.medium.id}
    return {"id": number, "data": data, "annotations": [annotation], "predictions": []}


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
            place = {key: entry for key, entry in value.items() if key != "points"}
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
        case Point(x=x, y=y):
            return "point", {"x": _share(x), "y": _share(y), "width": 0.5}
    raise AssertionError(geometry)


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


# --- reading --------------------------------------------------------------------------------------------------------


class _Result(msgspec.Struct):
    type: str
    value: dict[str, Any] = {}
    id: str = ""
    from_name: str = ""
    original_width: Side | None = None
    original_height: Side | None = None
    parentID: str | None = None  # noqa: N815 - the format's name
    meta: dict[str, Any] = {}


class _Annotation(msgspec.Struct):
    result: list[msgspec.Raw] = []
    was_cancelled: bool = False
    updated_at: str = ""
    created_at: str = ""


class _Task(msgspec.Struct):
    data: dict[str, Any]
    annotations: list[_Annotation] = []
    predictions: list[msgspec.Raw] = []


_TASKS: Final = msgspec.json.Decoder(list[_Task])
_RESULT: Final = msgspec.json.Decoder(_Result)


def recognise(files: Files) -> bool:
    """Whether some JSON file is a list of tasks with data and annotations."""
    return bool(_with_tasks(files, files.beginning(".json")))


def _with_tasks(files: Files, paths: Iterable[str]) -> list[str]:
    return [path for path in paths if {"data", "annotations"} <= files.json_keys(path)]


def read(files: Files) -> LabelFile:
    """Open every file of Label Studio. Of several annotations of a task the latest that was not cancelled counts."""
    paths = _with_tasks(files, files.ending(".json"))
    if not paths:
        raise refused("The upload", "not_label_studio", "holds no tasks of Label Studio.")
    faults = Faults()

    def media() -> Iterator[FoundMedium]:
        for path in paths:
            tasks = attempted(files, path, _TASKS, faults)
            for number, task in enumerate(tasks or ()):
                yield _medium(task, path, number, faults)

    return LabelFile(classes=(), media=media, faults=faults)


def _path_of(address: str) -> str:
    """The path of a picture that Label Studio has at an address of its own, or beside its tasks."""
    head, _, query = address.partition("?")
    if head.endswith(_LOCAL_FILES):
        return parse_qs(query).get("d", [""])[0]
    if head.startswith("/data/") or "://" in head:
        head = unquote(head)
    return _UPLOADED.sub("", head).removeprefix("images/")


def _medium(task: _Task, path: str, number: int, faults: Faults) -> FoundMedium:
    place = Place(path, pointer=f"/{number}")
    usable = [(index, one) for index, one in enumerate(task.annotations) if not one.was_cancelled]
    usable = usable or list(enumerate(task.annotations))
    latest = max(usable, key=lambda pair: (pair[1].updated_at or pair[1].created_at, pair[0]), default=None)
    if len(usable) > 1:
        text = f"{len(usable)} people labelled this picture; the latest annotation is read, the others are not."
        faults.add(Place(path, pointer=f"/{number}/annotations"), "several_annotations", text)
    if task.predictions and not task.annotations:
        text = "This picture has predictions and no annotation; predictions are not read."
        faults.add(Place(path, pointer=f"/{number}/predictions"), "predictions", text)
    reading = _Reading(faults)
    if latest is not None:
        for index, raw in enumerate(latest[1].result):
            reading.take(raw, Place(path, pointer=f"/{number}/annotations/{latest[0]}/result/{index}"))
    picture = next((str(v) for k, v in task.data.items() if k in {IMAGE, "img", "image_url", "url"}), "")
    picture = picture or next((str(v) for v in task.data.values() if isinstance(v, str)), "")
    medium_id = task.data.get("medium_id")
    return FoundMedium(
        place=place,
        path=_path_of(picture),
        id=medium_id if isinstance(medium_id, str) else None,
        width=reading.width,
        height=reading.height,
        objects=tuple(families(reading.objects(), reading.parents)),
        answers=tuple(reading.answers.get("", ())),
    )


class _Reading:
    """The results of one task: regions, and the answers that belong to them."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._found: dict[str, FoundObject] = {}
        self.answers: dict[str, list[FoundAnswer]] = {}
        self.parents: dict[str, str] = {}
        self.width: int | None = None
        self.height: int | None = None

    def take(self, raw: msgspec.Raw, place: Place) -> None:
        one = element(raw, _RESULT, "result", place, self._faults)
        if one is None:
            return
        self.width, self.height = one.original_width or self.width, one.original_height or self.height
        if one.type in {"choices", "textarea", "taxonomy"}:
            self._answer(one, place)
        else:
            self._region(one, place)

    def _answer(self, one: _Result, place: Place) -> None:
        values = one.value.get("choices") or one.value.get("text") or []
        texts = tuple(map(str, values)) if isinstance(values, list) else (str(values),)
        is_own = any(key in one.value for key in ("x", "points", "rotation")) or one.id in self._found
        owner = one.id if is_own else ""
        label = self._found[owner].class_name if owner in self._found else "picture"
        name = one.from_name.removeprefix(f"{label}_")
        answer = FoundAnswer(name=name, value=texts[0] if len(texts) == 1 else texts, place=place)
        self.answers.setdefault(owner, []).append(answer)

    def _region(self, one: _Result, place: Place) -> None:
        labels = one.value.get(one.type) or one.value.get("labels")
        try:
            geometry = self._geometry(one)
        except (TypeError, ValueError, KeyError) as error:
            self._faults.add(place, "invalid_region", f"The {one.type} cannot be read: {error}.", one.id)
            return
        if geometry is None or not isinstance(labels, list) or not labels:
            text = f"A region of the type {one.type} is no shape that is known here, or it has no label."
            self._faults.add(place, "unknown_shape", text, one.type)
            return
        if len(labels) > 1:
            text = f"A region has one class here, and this one has {len(labels)}; the first is read."
            self._faults.add(place, "several_labels", text, ", ".join(map(str, labels)))
        comment = one.meta.get("text")
        self._found[one.id or f"#{len(self._found)}"] = FoundObject(
            class_name=str(labels[0]),
            geometry=geometry,
            place=place,
            id=one.id,
            comment=str(comment[0]) if isinstance(comment, list) and comment else None,
        )
        if one.parentID:
            self.parents[one.id] = one.parentID

    def _geometry(self, one: _Result) -> Geometry | None:
        value = one.value
        if not self.width or not self.height:
            raise ValueError("it has no original_width and original_height")
        pixels = (self.width / 100, self.height / 100)
        if "points" in value:
            points = tuple((float(x), float(y)) for x, y in value["points"])
            if len(points) < 3:
                raise ValueError(f"it has {len(points)} points")
            return stretched(from_ring(points), pixels)
        if one.type.startswith("keypoint"):
            return stretched(Point(float(value["x"]), float(value["y"])), pixels)
        if "radiusX" in value and "radiusY" in value:
            return self._ellipse(value, pixels)
        if "width" in value and "height" in value:
            box = stretched(Rectangle(*(float(value[key]) for key in ("x", "y", "width", "height"))), pixels)
            degrees = float(value.get("rotation") or 0)
            return turned_box(box, degrees, (box.x, box.y)) if degrees and isinstance(box, Rectangle) else box
        return None

    def _ellipse(self, value: dict[str, Any], pixels: tuple[float, float]) -> Geometry:
        (x, y), radii = (
            tuple(float(value[key]) * pixel for key, pixel in zip(keys, pixels, strict=True))
            for keys in (("x", "y"), ("radiusX", "radiusY"))
        )
        return read_ellipse((x, y), (radii[0], radii[1]), float(value.get("rotation") or 0), self._faults)

    def objects(self) -> dict[str, FoundObject]:
        """The regions with the answers that belong to them."""
        return {
            key: msgspec.structs.replace(one, answers=tuple(self.answers[key])) if key in self.answers else one
            for key, one in self._found.items()
        }


SUPPORTS: Final = all_but(
    line=refuses("Label Studio has no lines in its open edition."),
    image_segmentation=converts("A segment is a polygon."),
    holes=converts("Holes are joined to the outline by lines of no width."),
    nested=converts("A nested geometry names its parent in `parentID`."),
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
