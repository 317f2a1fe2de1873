"""What is wrong with the shape of an import, to the letter."""

import json
from typing import Any

import pytest

from labelwright.formats.strict_json import split
from labelwright.formats.v1_import_schema import check_list

MEDIUM = "01900000-0000-7000-8000-000000000000"
CRANE = "#/0/labels/crane/0"


def crane(**fields: Any) -> dict[str, Any]:
    return {"internal_media_ID": MEDIUM, "labels": {"crane": [fields]}}


def surface(*answers: Any) -> dict[str, Any]:
    return {"internal_media_ID": MEDIUM, "global_classifications": {"surface": list(answers)}}


def told(content: Any) -> str:
    return check_list(split(json.dumps(content).encode()))


def number(x: Any) -> dict[str, Any]:
    return crane(rectangle=[{"x": x, "y": 1, "w": 2, "h": 3}])


ONE = "Schema validation failed with 1 error(s)\n\n"


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ({"keepData": 3}, "#/0/keepData\nexpected type: Boolean, found: Integer\n\n"),
        (
            number("abc"),
            (
                f"{CRANE}/rectangle/0/x\nEither: \nstring [abc] does not match pattern ^[0-9]+$\n"
                "expected type: Number, found: String\n\n"
            ),
        ),
        (
            number(-5),
            (
                f"{CRANE}/rectangle/0/x\nEither: \n-5 is not greater or equal to 0\n"
                "expected type: String, found: Integer\n\n"
            ),
        ),
        (
            number(-5.25),
            (
                f"{CRANE}/rectangle/0/x\nEither: \n-5.25 is not greater or equal to 0\n"
                "expected type: String, found: BigDecimal\n\n"
            ),
        ),
        (
            number("-5"),
            (
                f"{CRANE}/rectangle/0/x\nEither: \nstring [-5] does not match pattern ^[0-9]+$\n"
                "expected type: Number, found: String\n\n"
            ),
        ),
        (
            number(True),
            (
                f"{CRANE}/rectangle/0/x\nEither: \nexpected type: Number, found: Boolean\n"
                "expected type: String, found: Boolean\n\n"
            ),
        ),
        (
            crane(rectangle=[{"x": 1, "y": 1, "w": 2}]),
            f"{CRANE}/rectangle/0\nrequired key [h] not found\n\n",
        ),
        (
            crane(rectangle=[]),
            f"{CRANE}/rectangle\nexpected minimum item count: 1, found: 0\n\n",
        ),
        (
            crane(rectangle=[{"x": 1, "y": 1, "w": 2, "h": 1}] * 2),
            f"{CRANE}/rectangle\nexpected maximum item count: 1, found: 2\n\n",
        ),
        (
            crane(polygon=[{"x": 1, "y": 1}] * 2),
            f"{CRANE}/polygon\nexpected minimum item count: 3, found: 2\n\n",
        ),
        (crane(line=[{"x": 1, "y": 1}]), f"{CRANE}/line\nexpected minimum item count: 2, found: 1\n\n"),
        (
            crane(point=[{"x": 1, "y": 1, "z": 1}]),
            f"{CRANE}/point/0\nmaximum size: [2], found: [3]\n\n",
        ),
        (
            crane(geometry=[{"x": 5}]),
            f"{CRANE}/geometry/0\nEither: \nminimum size: [2], found: [1]\nrequired key [y] not found\n\n",
        ),
        (
            crane(geometry=[{"x": 5, "y": 1, "w": 3}]),
            f"{CRANE}/geometry/0\nEither: \nmaximum size: [2], found: [3]\nrequired key [h] not found\n\n",
        ),
        (
            crane(image_segmentation=[[{"x": 5, "y": 1}]]),
            f"{CRANE}/image_segmentation/0\nexpected minimum item count: 3, found: 1\n\n",
        ),
        (crane(colour="red"), f"{CRANE}\nextraneous key [colour] is not permitted\n\n"),
        (
            crane(nested_geometries={"hook": [{"colour": "red"}]}),
            f"{CRANE}/nested_geometries/hook/0\nextraneous key [colour] is not permitted\n\n",
        ),
        (
            surface(3),
            (
                "#/0/global_classifications/surface/0\nEither: \nexpected: null, found: Integer\n"
                "expected type: String, found: Integer\n\n"
            ),
        ),
        (
            surface("a", None),
            (
                "#/0/global_classifications/surface/1\nEither: \nexpected type: JSONObject, found: Null\n"
                "expected type: String, found: Null\n\n"
            ),
        ),
        (
            {"global_classifications": {"surface": "dry"}},
            "#/0/global_classifications/surface\nexpected type: JSONArray, found: String\n\n",
        ),
        ({"labels": []}, "#/0/labels\nexpected type: JSONObject, found: JSONArray\n\n"),
        ({"labels": {"crane": {}}}, "#/0/labels/crane\nexpected type: JSONArray, found: JSONObject\n\n"),
        ({"labels": {"crane": [[]]}}, "#/0/labels/crane/0\nexpected type: JSONObject, found: JSONArray\n\n"),
        ({"internal_media_ID": 2**40}, "#/0/internal_media_ID\nexpected type: String, found: Long\n\n"),
        ({"internal_media_ID": 2**70}, "#/0/internal_media_ID\nexpected type: String, found: BigInteger\n\n"),
        ("dry", "#/0\nexpected type: JSONObject, found: String\n\n"),
        (
            {"labels": {"a/b~c": 1}},
            "#/0/labels/a~1b~0c\nexpected type: JSONArray, found: Integer\n\n",
        ),
    ],
)
def test_one_place_is_told_in_the_known_words(item: Any, text: str) -> None:
    assert told([item]) == ONE + text


def test_an_empty_list_is_told() -> None:
    assert told([]) == f"{ONE}#\nexpected minimum item count: 1, found: 0\n\n"


def test_four_nulls_are_four_places_by_alphabet() -> None:
    nothing = crane(rectangle=[dict.fromkeys("xywh")])
    either = "Either: \nexpected type: Number, found: Null\nexpected type: String, found: Null\n\n"
    places = "".join(f"{CRANE}/rectangle/0/{name}\n{either}" for name in "hwxy")
    assert told([nothing]) == f"Schema validation failed with 4 error(s)\n\n{places}"


def test_shorter_places_come_first_and_no_message_leaks_into_another_place() -> None:
    assert told([{"internal_media_ID": 5, "keepData": "yes"}]) == (
        "Schema validation failed with 2 error(s)\n\n"
        "#/0/keepData\nexpected type: Boolean, found: String\n\n"
        "#/0/internal_media_ID\nexpected type: String, found: Integer\n\n"
    )
    assert told([{"keepData": 1}, {"keepData": 2, "labels": []}]) == (
        "Schema validation failed with 3 error(s)\n\n"
        "#/1/labels\nexpected type: JSONObject, found: JSONArray\n\n"
        "#/0/keepData\nexpected type: Boolean, found: Integer\n\n"
        "#/1/keepData\nexpected type: Boolean, found: Integer\n\n"
    )


def test_a_thousand_places_are_enough() -> None:
    text = told([{"keepData": 1}] * 1500)
    assert text.startswith("Schema validation failed with 1500 error(s)\n\n")
    assert text.count("expected type: Boolean") == 1000
