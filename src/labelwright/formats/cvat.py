"""CVAT XML for images 1.1: one `annotations.xml` with boxes, polygons, polylines, points, masks and tags.

What is nested has its parent's `group_id` and an attribute `parent`; the answers about a picture are the attributes of
a tag `picture`. https://docs.cvat.ai/docs/manual/advanced/xml_format/
"""

from collections.abc import Iterator
from typing import Final

from labelwright.exchange.archive import Archive
from labelwright.exchange.flat import Attributes, FlatObject, Flattener, plain
from labelwright.exchange.format import Chosen, Format, all_but, converts, refuses
from labelwright.exchange.ledger import Ledger
from labelwright.exchange.pixels import mask_of, one_ring
from labelwright.exchange.source import Medium, Source, TaskLabels
from labelwright.formats.cvat_reader import PARENT, PICTURE, TYPES, read, recognise
from labelwright.formats.xml_files import attributes, decimal, is_whole, text
from labelwright.model.configuration import LabelClass
from labelwright.model.geometry import Geometry, ImageSegmentation, Line, Point, Polygon, Rectangle
from labelwright.raster import Runs


def write(source: Source, archive: Archive, settings: Chosen, ledger: Ledger) -> None:  # noqa: ARG001 - no settings
    """Write one file; with splits, each picture says its subset."""
    flat = Flattener(source.scheme, SUPPORTS, ledger, is_whole=is_whole)
    with archive.file("annotations.xml") as put:
        put(_opening(source, flat).encode())
        for number, task in enumerate(source.tasks(None)):
            put("".join(_image(number, task, flat)).encode())
        put(b"</annotations>\n")


def _opening(source: Source, flat: Flattener) -> str:
    lines = ['<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>\n<meta>\n<task>\n']
    lines.append(f"<name>{text(source.project)}</name>\n<labels>\n")
    lines += [_label(c, flat) for c in source.scheme.geometry_classes]
    questions = [q.label_class for q in source.scheme.questions.get(None, {}).values()]
    names = [q.name for q in source.scheme.questions.get(None, {}).values()]
    lines.append(f"<label><name>{PICTURE}</name><type>tag</type>{_questions(questions, names)}</label>\n")
    return "".join([*lines, "</labels>\n</task>\n</meta>\n"])


def _label(label_class: LabelClass, flat: Flattener) -> str:
    class_id = str(label_class.id)
    found = flat.scheme.questions.get(class_id, {}).values()
    color = f"<color>{label_class.color}</color>" if label_class.color else ""
    kind = TYPES.get(label_class.type, "mask")
    inner = _questions([q.label_class for q in found], [q.name for q in found])
    return f"<label><name>{text(flat.name_of(class_id))}</name>{color}<type>{kind}</type>{inner}</label>\n"


def _questions(questions: list[LabelClass], names: list[str]) -> str:
    specs = []
    for question, name in zip(questions, names, strict=True):
        values = "\n".join(option.key for option in question.options)
        kind = "select" if question.type == "option" else "text"
        specs.append(
            f"<attribute><name>{text(name)}</name><mutable>False</mutable><input_type>{kind}</input_type>"
            f"<default_value></default_value><values>{text(values)}</values></attribute>"
        )
    return f"<attributes>{''.join(specs)}</attributes>"


def _image(number: int, task: TaskLabels, flat: Flattener) -> Iterator[str]:
    answers = flat.begin(task)
    if answers is None:
        return
    medium = task.medium
    head = attributes(
        id=number, name=medium.path, subset=medium.split or None, width=medium.width, height=medium.height
    )
    yield f"<image{head}>\n"
    if answers:
        yield f"<tag{attributes(label=PICTURE, source='manual')}>{_answers(answers)}</tag>\n"
    for one in flat.objects(task):
        yield _shape(one, medium)
    yield "</image>\n"


def _shape(one: FlatObject, medium: Medium) -> str:
    tag, own = _geometry(one.geometry, medium)
    annotation = one.labelled.annotation
    group = (one.parent if one.parent is not None else one.number) + 1
    common = attributes(label=one.name, source="manual", occluded=0, **own, z_order=annotation.z, group_id=group)
    more: Attributes = {} if one.parent is None else {PARENT: str(one.parent + 1)}
    return f"<{tag}{common}>{_answers(one.attributes | more)}</{tag}>\n"


def _geometry(geometry: Geometry, medium: Medium) -> tuple[str, dict[str, str]]:
    match geometry:
        case Rectangle(x=x, y=y, w=w, h=h):
            edges = {"xtl": x, "ytl": y, "xbr": x + w, "ybr": y + h}
            return "box", {name: decimal(value) for name, value in edges.items()}
        case Polygon(points=points) | ImageSegmentation(rings=(points,)):
            return "polygon", {"points": _points(points)}
        case Line(points=points):
            return "polyline", {"points": _points(points)}
        case Point(x=x, y=y):
            return "points", {"points": _points(((x, y),))}
        case ImageSegmentation(rings=rings):
            runs, box = mask_of(geometry, medium.size_wh)
            # Where no pixel's centre lies in it, a mask would be nothing at all.
            return ("mask", _mask(runs, box)) if runs.row.size else ("polygon", {"points": _points(one_ring(rings))})
    raise AssertionError(geometry)


def _points(points: tuple[tuple[float, float], ...]) -> str:
    return ";".join(f"{decimal(x)},{decimal(y)}" for x, y in points)


def _mask(runs: Runs, box_xywh: tuple[int, int, int, int]) -> dict[str, str]:
    """Lengths of runs within the box, row by row, background first."""
    left, top, width, height = box_xywh
    lengths: list[int] = []
    reached = 0
    for row, start, stop in zip(runs.row.tolist(), runs.start.tolist(), runs.stop.tolist(), strict=True):
        first = (row - top) * width + start - left
        if lengths and first == reached:
            lengths[-1] += stop - start
        else:
            lengths += [first - reached, stop - start]
        reached = first + stop - start
    lengths.append(width * height - reached)
    box = {"left": left, "top": top, "width": width, "height": height}
    return {"rle": ", ".join(map(str, lengths)), **{name: str(value) for name, value in box.items()}}


def _answers(found: Attributes) -> str:
    return "".join(
        f"<attribute{attributes(name=name)}>{text(plain(value))}</attribute>" for name, value in found.items()
    )


SUPPORTS: Final = all_but(
    image_segmentation=converts("A segment is a polygon."),
    holes=converts("A segment with holes is a mask: its pixels, without the fractions of its outline."),
    nested=converts("A nested geometry has its parent's group and an attribute that names it."),
    ids=refuses("CVAT gives ids of its own."),
    comments=refuses("CVAT keeps comments elsewhere."),
)
FORMAT: Final = Format(
    id="cvat",
    name="CVAT for images",
    text="XML that CVAT imports, with attributes and groups.",
    supports=SUPPORTS,
    write=write,
    main="annotations.xml",
    read=read,
    recognise=recognise,
)
