"""What files say under a configuration: which class, question and option is meant, and where loose objects belong."""

from typing import Any

import msgspec
import pytest

from labelwright.exchange.becoming import converted
from labelwright.exchange.found import FoundAnswer, FoundMedium, FoundObject, Place
from labelwright.exchange.mapping import ClassMapping
from labelwright.exchange.resolving import Resolver
from labelwright.model.configuration import Configuration, LabelClass, Option
from labelwright.model.geometry import Geometry, ImageSegmentation, Polygon, Rectangle
from labelwright.raster import iou
from tests.formats import corpus
from tests.formats.corpus.making import HOLE, SQUARE, configured, moved
from tests.formats.corpus.sets import RENAMED

PLACE = Place("labels.txt", line=1)


def found(name: str, geometry: Geometry, **fields: Any) -> FoundObject:
    return FoundObject(class_name=name, geometry=geometry, place=PLACE, **fields)


def resolve(configuration: Configuration, *objects: FoundObject, answers: tuple[FoundAnswer, ...] = ()) -> Any:
    medium = FoundMedium(place=PLACE, path="a.png", objects=objects, answers=answers)
    return Resolver(configuration, ClassMapping()).resolve(medium, corpus.SIZE_WH)


def test_a_key_means_its_class_although_another_one_is_called_so() -> None:
    shapes = resolve(RENAMED, found("truck", Rectangle(1, 1, 5, 5)), found("car", Rectangle(9, 9, 5, 5))).objects
    assert [one.label_class.key for one in shapes] == ["truck", "car"]
    named = resolve(RENAMED, found("Fahrrad 自転車", Polygon(SQUARE))).objects
    assert [one.label_class.key for one in named] == ["bike"]


def test_a_key_means_its_question_and_its_option_although_others_are_called_so() -> None:
    options = (Option("on", "off"), Option("off", "on"))
    light = LabelClass(id="1", key="light", name="Dark", type="option", options=options)
    dark = LabelClass(id="2", key="dark", name="Light", type="option", options=options)
    answers = (FoundAnswer(name="light", value="off", place=PLACE), FoundAnswer(name="dark", value="on", place=PLACE))
    assert resolve(configured(light, dark), answers=answers).answers == {"1": "off", "2": "on"}


def test_a_nested_object_that_stands_alone_goes_into_the_only_one_around_it() -> None:
    plate = found("car.plate", Rectangle(10, 10, 5, 5))
    one, other = found("car", Rectangle(5, 5, 20, 20)), found("car", Rectangle(80, 5, 20, 20))
    first, second = resolve(corpus.CONFIGURATION, one, plate, other).objects
    assert [nested.label_class.key for nested in first.nested] == ["plate"]
    assert second.nested == ()


@pytest.mark.parametrize(("cars", "code"), [((), "no_parent"), ((0, 1), "several_parents")])
def test_a_nested_object_that_may_belong_anywhere_is_refused(cars: tuple[int, ...], code: str) -> None:
    around = (found("car", Rectangle(n, n, 50, 50)) for n in cars)
    resolved = resolve(corpus.CONFIGURATION, *around, found("car.plate", Rectangle(10, 10, 5, 5)))
    assert [(fault.code, fault.place) for fault in resolved.refused] == [(code, PLACE)]
    assert "inside a “car”" in resolved.refused[0].message


@pytest.mark.parametrize("hole", [HOLE, moved(HOLE, 15), moved(HOLE, 25, 25)], ids=["inside", "across", "outside"])
def test_a_segment_with_holes_becomes_a_polygon_of_the_same_pixels(hole: Any) -> None:
    rings = (SQUARE, hole, moved(HOLE, -5, 5))
    polygon = converted(ImageSegmentation(rings), "polygon")
    assert isinstance(polygon, Polygon)
    assert iou([rings], [[polygon.points]], corpus.SIZE_WH) == 1.0


def test_four_corners_that_are_crossed_are_no_rectangle() -> None:
    crossed = Polygon(((0.0, 0.0), (9.0, 9.0), (9.0, 0.0), (0.0, 9.0)))
    assert converted(crossed, "rectangle") is None
    assert converted(Polygon(SQUARE), "rectangle") == Rectangle(10, 10, 30, 30)


@pytest.mark.parametrize("outer", [found("ufo", Rectangle(1, 1, 5, 5)), found("car", Rectangle(1, 1, float("nan"), 5))])
def test_what_is_nested_in_something_that_is_refused_has_a_line_of_its_own(outer: FoundObject) -> None:
    inner = found("plate", Rectangle(1, 1, 2, 2))
    resolved = resolve(corpus.CONFIGURATION, msgspec.structs.replace(outer, nested=(inner, inner)))
    assert resolved.objects == ()
    assert [fault.code for fault in resolved.refused[1:]] == ["parent_refused"] * 2
