"""How the native format writes numbers, points, texts and answers."""

import json
import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelwright.formats import native_writer
from labelwright.formats.native_writer import geometry_array, integer, segmentation_url, task_head
from labelwright.model.canonical import number, string
from labelwright.model.geometry import Line, Point, Rectangle
from tests import chance

COORDINATE = st.floats(-1e7, 1e7) | st.integers(-(10**7), 10**7).map(float) | st.sampled_from([-0.0, 5e-324, 1e-7, 1e7])


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (12.0, "12"),
        (-0.0, "0"),
        (12.5, "12.5"),
        (0.1 + 0.2, "0.30000000000000004"),
        (-3.0, "-3"),
        (1e-7, "1e-7"),
        (0.00001, "0.00001"),
        (9_999_999.99, "9999999.99"),
    ],
)
def test_a_number_is_whole_or_the_shortest_that_reads_back(value: float, written: str) -> None:
    assert number(value) == written


@given(COORDINATE)
def test_every_number_reads_back_to_the_same_float(value: float) -> None:
    assert json.loads(number(value)) == value
    assert "." not in number(value) or not value.is_integer()


@given(st.lists(st.tuples(COORDINATE, COORDINATE), min_size=2))
def test_points_written_together_are_the_points_written_one_by_one(points) -> None:
    together = geometry_array(Line(tuple(points)))
    one_by_one = ",".join(f'{{"x":{number(x)},"y":{number(y)}}}' for x, y in points)
    assert together == f"[{one_by_one}]"


@given(COORDINATE)
def test_integers_round_half_away_from_zero(value: float) -> None:
    rounded = int(integer(value))
    assert abs(rounded - value) <= 0.5
    if abs(value - math.trunc(value)) == 0.5:
        assert abs(rounded) > abs(value)


@given(st.integers(0, 2**32).map(Random).map(chance.text))
def test_any_text_reads_back_and_stays_on_one_line(text: str) -> None:
    assert json.loads(string(text)) == text
    assert "\n" not in string(text)


def test_texts_are_escaped_no_more_than_json_asks_for() -> None:
    assert string('ä"\\\n東') == '"ä\\"\\\\\\n東"'


def test_a_box_and_a_point_are_single_objects_in_a_list() -> None:
    assert geometry_array(Rectangle(412, 88, 190, 377)) == '[{"x":412,"y":88,"w":190,"h":377}]'
    assert geometry_array(Point(505, 301)) == '[{"x":505,"y":301}]'


def test_blanks_in_a_key_are_escaped_in_the_address_of_its_map() -> None:
    assert segmentation_url("http://h", "t", "deep water") == "http://h/api/v1/export/bitmap/t/deep%20water"


def test_the_head_of_a_task_has_the_keys_in_order() -> None:
    head = task_head(medium_id="m", medium_name='a"b.png', labeler=None, status="skipped", segmentations=["http://h/1"])
    line = json.loads(head + native_writer.EMPTY_LABELS + b"}")
    assert list(line) == [
        "internal_media_ID",
        "external_media_ID",
        "labeler",
        "status",
        "segmentations",
        "global_classifications",
        "labels",
    ]
    assert line["external_media_ID"] == 'a"b.png'
