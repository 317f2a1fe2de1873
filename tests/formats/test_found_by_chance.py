"""What labels drawn by chance have shown once, by name: losses that nobody was told of, own files that were misread."""

from pathlib import Path

import pytest

from labelwright.exchange.files import open_files
from labelwright.exchange.flat import LOOSE
from labelwright.exchange.pixels import one_ring
from labelwright.exchange.source import Medium, Scheme, TaskLabels
from labelwright.formats import FORMATS
from labelwright.model.configuration import Configuration, LabelClass
from labelwright.model.document import Annotation, Document
from labelwright.model.geometry import Geometry, ImageSegmentation, Line, Point, Polygon, Rectangle
from labelwright.raster import semantic_map
from tests.formats.corpus.making import classed, configured, find_id, own_uuid
from tests.formats.measuring import Trip, there_and_back
from tests.formats.test_any_labels import everything

SIZE_WH = (64, 48)


def drawn(configuration: Configuration, path: str, geometry: Geometry, number: int, **fields: object) -> Annotation:
    return Annotation(id=own_uuid(5000 + number), class_id=find_id(configuration, path), geometry=geometry, **fields)


def trip(form: str, classes: tuple[LabelClass, ...], document: Document, **fields: object) -> Trip:
    medium = Medium(id=own_uuid(100), name="a.png", width=SIZE_WH[0], height=SIZE_WH[1])
    task = TaskLabels(task_id=own_uuid(300), state="completed", medium=medium, content=document)
    return there_and_back(FORMATS[form], Scheme(configured(*classes)), (task,), **fields)


def back(one: Trip) -> Document:
    (document,) = one.after.values()
    return document


@pytest.mark.parametrize("form", ["cityscapes", "masks_instance", "coco"])
def test_what_was_nested_in_something_that_is_not_in_the_file_is_counted_as_standing_by_itself(form: str) -> None:
    classes = (classed(1, "lane", "line", classed(2, "mark", "polygon")),)
    made = configured(*classes)
    lane = drawn(made, "lane", Line(((0.0, 0.0), (60.0, 40.0))), 1)
    mark = drawn(made, "lane/mark", Polygon(((2.0, 2.0), (9.0, 2.0), (9.0, 9.0))), 2, parent_id=lane.id)
    balance = trip(form, classes, Document(annotations=(lane, mark))).report.balance
    assert balance.refused["geometries"] == 1
    assert [entry.count for entry in balance.entries if entry.reason == LOOSE] == [1]


def test_a_keypoint_of_coco_keeps_its_comment_and_its_depth() -> None:
    classes = (classed(1, "person", "rectangle", classed(2, "nose", "point")),)
    made = configured(*classes)
    person = drawn(made, "person", Rectangle(2.0, 2.0, 30.0, 30.0), 1)
    nose = drawn(made, "person/nose", Point(9.0, 9.0), 2, parent_id=person.id, comment="hidden", z=3)
    document = Document(annotations=(person, nose))
    assert everything(back(trip("coco", classes, document))) == everything(document)


def test_a_polygon_of_coco_that_goes_back_over_itself_stays_as_it_was_drawn() -> None:
    classes = (classed(1, "leaf", "polygon"),)
    there, and_back = (54.2, 8.5), (34.0, 47.5)
    ring = ((28.0, 18.0), and_back, there, there, and_back, (1.0, 24.0), there, and_back)
    document = Document(annotations=(drawn(configured(*classes), "leaf", Polygon(ring), 1),))
    assert back(trip("coco", classes, document)).annotations[0].geometry == Polygon(ring)


SPIKE = ((0.0, 9.0), (58.0, 21.0), (0.0, 9.0), (0.0, 9.0), (35.0, 16.9))
SQUARE = ((2.0, 2.0), (12.0, 2.0), (12.0, 12.0), (2.0, 12.0))


@pytest.mark.parametrize(
    "rings",
    [
        (SPIKE, ((5.0, 28.0), (33.0, 43.0), (16.0, 15.0)), ((9.7, 24.8), (35.0, 41.0), (50.0, 1.5))),
        (SQUARE, SQUARE),
        (SQUARE, SQUARE, SQUARE),
        (((2.1, 2.1), (2.4, 2.1), (2.4, 2.4)), ((2.2, 2.2), (9.0, 2.3), (9.0, 9.0))),
    ],
    ids=["outline-without-an-inside", "hole-as-large", "holes-as-large", "smaller-than-a-pixel"],
)
@pytest.mark.parametrize("form", ["coco", "cvat", "datumaro", "labelme", "cityscapes"])
def test_a_segment_of_no_pixels_does_not_become_its_holes(
    form: str, rings: tuple[tuple[tuple[float, float], ...]]
) -> None:
    assert not semantic_map([[one_ring(rings)]], SIZE_WH).any()
    classes = (classed(1, "stain", "image_segmentation"),)
    document = Document(annotations=(drawn(configured(*classes), "stain", ImageSegmentation(rings), 1),))
    (found,) = back(trip(form, classes, document)).annotations
    assert not semantic_map([found.geometry.rings], SIZE_WH).any()


def test_a_nested_class_with_a_blank_is_found_where_a_format_has_no_blanks() -> None:
    classes = (classed(1, "car", "rectangle", classed(2, "front wheel", "rectangle")),)
    made = configured(*classes)
    car = drawn(made, "car", Rectangle(2.0, 2.0, 30.0, 30.0), 1)
    wheel = drawn(made, "car/front wheel", Rectangle(4.0, 20.0, 8.0, 8.0), 2, parent_id=car.id)
    one = trip("kitti", classes, Document(annotations=(car, wheel)))
    assert one.faults == ()
    assert [a.class_id for a in back(one).annotations if a.parent_id] == [wheel.class_id]


def test_the_loss_of_an_outline_that_becomes_a_box_of_whole_pixels_is_that_of_the_whole_pixels() -> None:
    classes = (classed(1, "pole", "polygon"),)
    pole = Polygon(((2.0, 3.0), (2.1, 3.0), (2.1, 43.0), (2.0, 43.0)))
    document = Document(annotations=(drawn(configured(*classes), "pole", pole, 1),))
    (entry,) = trip("voc", classes, document, settings={"corners": "devkit"}).report.balance.losses
    assert entry.largest_loss == pytest.approx(0.9)


@pytest.mark.parametrize("form", ["yolo", "yolo-obb", "yolo-pose", "open-images"])
@pytest.mark.parametrize("y", [0.0, 24.0, 48.0 - 1e-12])
@pytest.mark.parametrize("is_plain", [True, False])
def test_a_box_that_is_lower_than_shares_can_say_is_still_a_box(form: str, y: float, is_plain: bool) -> None:  # noqa: FBT001
    classes = (classed(1, "x", "rectangle", classed(2, "inner", "rectangle")),)
    made = configured(*classes)
    flat = drawn(made, "x", Rectangle(8.0, y, 34.0, 1e-12), 1)
    inner = drawn(made, "x/inner", Rectangle(9.0, y, 3.0, 1e-12), 2, parent_id=flat.id)
    one = trip(form, classes, Document(annotations=(flat,) if is_plain else (flat, inner)))
    assert one.faults == ()
    found = next(a.geometry for a in back(one).annotations if a.parent_id is None)
    assert found.h > 0
    assert (found.x, found.y, found.w) == pytest.approx((8.0, y, 34.0), abs=1e-9)


@pytest.mark.parametrize("form", ["native", "ndjson"])
def test_classes_of_one_key_and_several_kinds_are_told_apart_by_what_they_stand_in(form: str) -> None:
    classes = (
        classed(1, "field", "polygon", classed(2, "edge", "line"), classed(3, "spot", "rectangle")),
        classed(4, "edge", "polygon"),
        classed(5, "spot", "point"),
    )
    made = configured(*classes)
    ring = ((2.0, 2.0), (12.0, 2.0), (12.0, 12.0))
    field = drawn(made, "field", Polygon(ring), 1)
    document = Document(
        annotations=(
            field,
            drawn(made, "field/edge", Line((*ring, ring[0])), 2, parent_id=field.id),
            drawn(made, "field/spot", Rectangle(2.0, 2.0, 4.0, 4.0), 3, parent_id=field.id),
            drawn(made, "edge", Polygon(ring), 4),
            drawn(made, "spot", Point(2.0, 2.0), 5),
        )
    )
    one = trip(form, classes, document)
    assert one.faults == ()
    assert everything(back(one)) == everything(document)


@pytest.mark.parametrize("form", ["native", "ndjson"])
def test_questions_of_one_key_are_told_apart_by_what_they_stand_in(form: str) -> None:
    def asked(number: int, option: str) -> LabelClass:
        return classed(number, "kind", "option", options=(option, f"{option}2"))

    classes = (
        classed(1, "road", "option", asked(2, "dirt"), options=("yes", "no")),
        classed(3, "river", "option", asked(4, "wide"), options=("yes", "no")),
        asked(5, "photo"),
    )
    made = configured(*classes)
    paths = {"road/kind": "dirt", "river/kind": "wide", "kind": "photo2", "road": "yes"}
    document = Document(answers={find_id(made, path): answer for path, answer in paths.items()})
    one = trip(form, classes, document)
    assert one.faults == ()
    assert back(one).answers == document.answers


def test_a_fault_behind_lines_on_which_nothing_stands_has_the_number_that_editors_show(tmp_path: Path) -> None:
    overview, fault = '{"label_classes": []}', '{"internal_media_ID": 5}'
    (tmp_path / "a.ndjson").write_text(f"{overview}\n\n \r\n{fault}\n")
    read = FORMATS["ndjson"].read
    assert read is not None
    labels = read(open_files(tmp_path))
    assert list(labels.media()) == list(labels.media()) == []
    assert {fault.place.line for fault in labels.faults.kept} == {4}
