"""What old clients are told about files of the wrong shape, to the letter."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.builders import Project, Team, make_medium
from tests.v1.refusals import refused

MEDIUM = "01900000-0000-7000-8000-000000000000"
CRANE = "#/0/labels/crane/0"


def crane(**fields: Any) -> dict[str, Any]:
    return {"internal_media_ID": MEDIUM, "labels": {"crane": [fields]}}


def surface(*answers: Any) -> dict[str, Any]:
    return {"internal_media_ID": MEDIUM, "global_classifications": {"surface": list(answers)}}


def told(v1: TestClient, project: Project, content: Any) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    answer = v1.post(f"project/{project.id}/prediction", content=raw)
    assert answer.status_code == 200, answer.text
    assert answer.json().keys() == {"errorMessages"}
    return answer.json()["errorMessages"]


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
def test_one_place_is_told_in_the_known_words(v1: TestClient, project: Project, item: Any, text: str) -> None:
    assert told(v1, project, [item]) == ONE + text


def test_an_empty_list_is_told(v1: TestClient, project: Project) -> None:
    assert told(v1, project, []) == f"{ONE}#\nexpected minimum item count: 1, found: 0\n\n"


def test_four_nulls_are_four_places_by_alphabet(v1: TestClient, project: Project) -> None:
    nothing = crane(rectangle=[dict.fromkeys("xywh")])
    either = "Either: \nexpected type: Number, found: Null\nexpected type: String, found: Null\n\n"
    places = "".join(f"{CRANE}/rectangle/0/{name}\n{either}" for name in "hwxy")
    assert told(v1, project, [nothing]) == f"Schema validation failed with 4 error(s)\n\n{places}"


def test_shorter_places_come_first_and_no_message_leaks_into_another_place(v1: TestClient, project: Project) -> None:
    assert told(v1, project, [{"internal_media_ID": 5, "keepData": "yes"}]) == (
        "Schema validation failed with 2 error(s)\n\n"
        "#/0/keepData\nexpected type: Boolean, found: String\n\n"
        "#/0/internal_media_ID\nexpected type: String, found: Integer\n\n"
    )
    assert told(v1, project, [{"keepData": 1}, {"keepData": 2, "labels": []}]) == (
        "Schema validation failed with 3 error(s)\n\n"
        "#/1/labels\nexpected type: JSONObject, found: JSONArray\n\n"
        "#/0/keepData\nexpected type: Boolean, found: Integer\n\n"
        "#/1/keepData\nexpected type: Boolean, found: Integer\n\n"
    )


def test_a_thousand_places_are_enough(v1: TestClient, project: Project) -> None:
    text = told(v1, project, [{"keepData": 1}] * 1500)
    assert text.startswith("Schema validation failed with 1500 error(s)\n\n")
    assert text.count("expected type: Boolean") == 1000


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b'[\n {"keepData": tru}]', "line: 2, column: 16\nInvalid character."),
        (b'[{"keepData": true}', "line: 1, column: 20\nThe file ends inside its content; was the upload cut?"),
        (b'[{"a": 1, "a": 2}]', "line: 1, column: 1\nThe key “a” occurs twice at /0."),
        (b"[" * 90 + b"]" * 90, "line: 1, column: 1\n/0 is nested deeper than 32 levels."),
    ],
)
def test_a_syntax_error_is_told_with_its_place(v1: TestClient, project: Project, raw: bytes, text: str) -> None:
    assert told(v1, project, raw) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", "Unable to parse the content. No data available?"),
        (b" \n", "Unable to parse the content. No data available?"),
        (b"{}", "A JSONArray text must start with '[' at 1 [character 2 line 1]"),
        (b'\n "x"', "A JSONArray text must start with '[' at 3 [character 3 line 2]"),
    ],
)
def test_what_is_no_list_at_all_is_an_error(v1: TestClient, project: Project, raw: bytes, text: str) -> None:
    answer = v1.post(f"project/{project.id}/prediction", content=raw)
    assert refused(answer) == (500, "ex_gen_error_messages", [text])


def test_whole_exported_tasks_pass(v1: TestClient, project: Project, team: Team, ctx: Any) -> None:
    medium = make_medium(ctx, team.admin, project.dataset_id, "b.png")
    item = {
        "internal_media_ID": medium,
        "external_media_ID": "b.png",
        "labeler": None,
        "status": "completed",
        "segmentations": [],
        "global_classifications": {"surface": [None, {"puddles": [None]}]},
        "labels": {},
    }
    assert told(v1, project, [{"label_classes": []}, item]) == ""
