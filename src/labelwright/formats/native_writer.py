"""Write the native export: an array with the label classes first, then one line per task.

What a task's labels look like is made ready when they are saved (`task_labels`); an export then only puts the
head of each line (`task_head`) before the ready bytes.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

import msgspec

from labelwright.model.canonical import encoded, number, string
from labelwright.model.configuration import Configuration, LabelClass
from labelwright.model.document import Annotation, Answer, Answers, Document
from labelwright.model.geometry import Geometry, ImageSegmentation, Line, Point, Point2, Polygon, Rectangle

NumberWriter = Callable[[float], str]
EMPTY_LABELS = b'"global_classifications":{},"labels":{}'
INCLUDES = ("media", "ids", "provenance", "comments", "depth", "timing", "review")


class Style(NamedTuple):
    """How geometries are written. The default is what is kept ready; anything else is made on request."""

    number: NumberWriter = number
    ids: bool = False
    provenance: bool = False
    comments: bool = False
    depth: bool = False


READY = Style()


def integer(value: float) -> str:
    """Round half away from zero, for consumers that know no fractions."""
    return str(int(abs(value) + 0.5) * (1 if value >= 0 else -1))


def class_overview(configuration: Configuration) -> bytes:
    """Element 0: every class of the configuration, depth first, nested ones included."""
    entries = []
    for placed in configuration.by_id.values():
        here = placed.label_class
        field = "geometry_type" if here.is_geometry else "classification_type"
        entries.append(f'{{"class_name":{string(here.key)},"{field}":"{here.export_type}"}}')
    return f'{{"label_classes":[{",".join(entries)}]}}'.encode()


def task_head(
    *, medium_id: str, medium_name: str, labeler: str | None, status: str, segmentations: Iterable[str] | None
) -> bytes:
    """Write the line of a task up to its labels; `segmentations` is None where no class asks for the key."""
    urls = "" if segmentations is None else f'"segmentations":[{",".join(map(string, segmentations))}],'
    who = "null" if labeler is None else string(labeler)
    head = (
        f'{{"internal_media_ID":"{medium_id}","external_media_ID":{string(medium_name)},'
        f'"labeler":{who},"status":"{status}",{urls}'
    )
    return head.encode()


def segmentation_url(base_url: str, task_id: str, key: str) -> str:
    """Where the semantic map of one class of one task is served. `base_url` ends without a slash."""
    return f"{base_url}/api/v1/export/bitmap/{task_id}/{quote(key, safe='')}"


def segmentation_keys(document: Document, configuration: Configuration) -> tuple[str, ...]:
    """Export keys of the segmentation classes that the document has segments of, in configuration order."""
    used = {annotation.class_id for annotation in document.annotations}
    return tuple(c.key for c in configuration.segmentation_classes if c.id in used)


def task_labels(document: Document, configuration: Configuration, style: Style = READY) -> bytes:
    """Write `"global_classifications":{...},"labels":{...}` without the surrounding braces."""
    children: dict[str | None, dict[str, list[Annotation]]] = defaultdict(lambda: defaultdict(list))
    for annotation in document.annotations:
        children[annotation.parent_id][annotation.class_id].append(annotation)
    answers = _classifications(configuration.classes, document.answers)
    labels = _labels(configuration.classes, children, None, style)
    return f'"global_classifications":{answers},"labels":{labels}'.encode()


def plain_labels(arrays: Mapping[str, Sequence[str]], configuration: Configuration) -> bytes:
    """What `task_labels` writes of objects without answers, nested in nothing: `geometry` arrays by class id."""
    between = ',"classifications":{}},{"geometry":'
    groups = [
        f'{string(label_class.key)}:[{{"geometry":{between.join(found)},"classifications":{{}}}}]'
        for label_class in configuration.classes
        if (found := arrays.get(str(label_class.id)))
    ]
    return f'"global_classifications":{{}},"labels":{{{",".join(groups)}}}'.encode()


def _labels(
    classes: tuple[LabelClass, ...],
    children: dict[str | None, dict[str, list[Annotation]]],
    parent_id: str | None,
    style: Style,
) -> str:
    here = children.get(parent_id, {})
    groups = []
    for label_class in classes:
        annotations = here.get(str(label_class.id))
        if annotations and label_class.is_geometry:
            objects = ",".join(_object(a, label_class, children, style) for a in annotations)
            groups.append(f"{string(label_class.key)}:[{objects}]")
    return f"{{{','.join(groups)}}}"


def _object(
    annotation: Annotation,
    label_class: LabelClass,
    children: dict[str | None, dict[str, list[Annotation]]],
    style: Style,
) -> str:
    parts = [
        f'"geometry":{geometry_array(annotation.geometry, style.number)}',
        f'"classifications":{_classifications(label_class.children, annotation.answers)}',
    ]
    if annotation.id in children:
        parts.append(f'"nested_geometries":{_labels(label_class.children, children, annotation.id, style)}')
    if style.ids:
        parts.append(f'"id":"{annotation.id}"')
    if style.provenance:
        parts.append(f'"provenance":{_provenance(annotation)}')
    if style.comments:
        parts.append(f'"comment":{"null" if annotation.comment is None else string(annotation.comment)}')
    if style.depth and annotation.z:
        parts.append(f'"z":{annotation.z}')
    return f"{{{','.join(parts)}}}"


def _provenance(annotation: Annotation) -> str:
    fields = {
        "source": annotation.source,
        "created_by": annotation.created_by,
        "created_at": annotation.created_at,
        "changed_by": annotation.changed_by,
        "changed_at": annotation.changed_at,
    }
    return msgspec.json.encode(fields).decode()


def geometry_array(geometry: Geometry, write: NumberWriter = number) -> str:
    """Write the `geometry` array of one annotation (pixels of the displayed medium)."""
    match geometry:
        case Point(x=x, y=y):
            return f"[{_point((x, y), write)}]"
        case Rectangle(x=x, y=y, w=w, h=h):
            return f'[{{"x":{write(x)},"y":{write(y)},"w":{write(w)},"h":{write(h)}}}]'
        case Line(points=points) | Polygon(points=points):
            return _ring(points, write)
        case ImageSegmentation(rings=rings):
            return f"[{','.join(_ring(ring, write) for ring in rings)}]"


def _ring(points: Sequence[Point2], write: NumberWriter) -> str:
    if write is number and points:
        return _exact_ring(points)
    return f"[{','.join([_point(point, write) for point in points])}]"


def _exact_ring(points: Sequence[Point2]) -> str:
    """Write what `number` would, four times as fast: all points in one call, then keys for brackets."""
    text = f"[{encoded(points).decode()[2:-2]}]".replace(".0,", ",").replace(".0]", "]")
    if "-0" in text:
        text = text.replace("[-0,", "[0,").replace(",-0]", ",0]")
    pairs = text[1:-1].replace("],[", ";").replace(",", ',"y":').replace(";", '},{"x":')
    return f'[{{"x":{pairs}}}]'


def _point(point: Point2, write: NumberWriter) -> str:
    return f'{{"x":{write(point[0])},"y":{write(point[1])}}}'


def _classifications(classes: tuple[LabelClass, ...], answers: Answers) -> str:
    if not answers:
        return "{}"
    written = [
        f"{string(c.key)}:{array}"
        for c in classes
        if not c.is_geometry and (array := _classification(c, answers)) is not None
    ]
    return f"{{{','.join(written)}}}"


def _classification(question: LabelClass, answers: Answers) -> str | None:
    """Write one question's array, or None when neither it nor anything below it was answered or opened."""
    nested = [
        f"{{{string(child.key)}:{array}}}"
        for child in question.children
        if (array := _classification(child, answers)) is not None
    ]
    key = str(question.id)
    if key not in answers and not nested:
        return None
    return f"[{','.join([*_answer(answers.get(key), question), *nested])}]"


def _answer(answer: Answer, question: LabelClass) -> list[str]:
    if isinstance(answer, tuple):
        ticked = [option.key for option in question.options if option.key in answer]
        return [string(key) for key in ticked] or ["null"]
    return ["null" if answer is None else string(answer)]
