"""The frame of stored pixels: labels lie on the same pixels as before, however EXIF turns the picture."""

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from labelwright.exchange.found import FoundMedium, FoundObject, Place
from labelwright.exchange.source import Medium
from labelwright.exchange.turning import displayed, stored_document, stored_medium
from labelwright.media.orientation import TRANSPOSITIONS
from labelwright.model.document import Document
from labelwright.model.geometry import Geometry, ImageSegmentation, Line, Point, Polygon, Rectangle
from tests.formats import corpus

STORED_WH = (7, 5)
ORIENTATIONS = range(1, 9)


def transposed(picture: Image.Image, orientation: int) -> Image.Image:
    """The picture as a browser displays it."""
    return picture.transpose(TRANSPOSITIONS[orientation]) if orientation > 1 else picture


def medium(orientation: int) -> Medium:
    width, height = transposed(Image.new("L", STORED_WH), orientation).size
    return Medium(id="m", name="m.png", width=width, height=height, orientation=orientation)


def document(*geometries: Geometry) -> Document:
    one = next(a for task in corpus.tasks() for a in task.document.annotations)
    return Document(annotations=tuple(msgspec.structs.replace(one, geometry=each) for each in geometries))


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_box_around_a_pixel_stays_around_it(orientation: int) -> None:
    for y in range(STORED_WH[1]):
        for x in range(STORED_WH[0]):
            pixels = np.zeros(STORED_WH[::-1], np.uint8)
            pixels[y, x] = 255
            shown = np.asarray(transposed(Image.fromarray(pixels), orientation))
            ((row, column),) = np.argwhere(shown)
            box = Rectangle(float(column), float(row), 1.0, 1.0)
            (found,) = stored_document(document(box), medium(orientation)).annotations
            assert found.geometry == Rectangle(float(x), float(y), 1.0, 1.0)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_the_medium_gets_the_size_of_its_stored_pixels(orientation: int) -> None:
    assert stored_medium(medium(orientation)).size_wh == STORED_WH


COORDINATES = st.integers(0, 5 * 64).map(lambda n: n / 64)
PLACES = st.tuples(COORDINATES, COORDINATES)
RINGS = st.lists(PLACES, min_size=3, max_size=6).map(tuple)
SIDES = st.integers(1, 64).map(lambda n: n / 64)
GEOMETRIES: st.SearchStrategy[Any] = st.one_of(
    PLACES.map(lambda p: Point(*p)),
    st.tuples(COORDINATES, COORDINATES, SIDES, SIDES).map(lambda box: Rectangle(*box)),
    st.lists(PLACES, min_size=2, max_size=5).map(lambda points: Line(tuple(points))),
    RINGS.map(Polygon),
    st.lists(RINGS, min_size=1, max_size=3).map(lambda rings: ImageSegmentation(tuple(rings))),
)


@given(st.sampled_from(ORIENTATIONS), st.lists(GEOMETRIES, max_size=4))
@settings(max_examples=200)
def test_what_is_turned_for_an_export_is_turned_back_on_import(orientation: int, geometries: list[Geometry]) -> None:
    shown = medium(orientation)
    stored = stored_document(document(*geometries), shown)
    objects = tuple(FoundObject(class_name="x", geometry=a.geometry, place=Place("f")) for a in stored.annotations)
    found = FoundMedium(place=Place("f"), path="m.png", width=STORED_WH[0], height=STORED_WH[1], objects=objects)
    back = displayed(found, STORED_WH, orientation)
    assert [one.geometry for one in back.objects] == geometries
    assert (back.width, back.height) == shown.size_wh
