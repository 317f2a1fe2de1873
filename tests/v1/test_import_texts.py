"""What old clients are told about files that cannot be read, to the letter. Shapes: tests/formats."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from labelwright.services.context import Context
from tests.builders import Project, Team, make_medium
from tests.v1.refusals import refused


def told(v1: TestClient, project: Project, content: Any) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    answer = v1.post(f"project/{project.id}/prediction", content=raw)
    assert answer.status_code == 200, answer.text
    assert answer.json().keys() == {"errorMessages"}
    return answer.json()["errorMessages"]


def test_a_wrong_shape_is_told_with_status_200(v1: TestClient, project: Project) -> None:
    text = "Schema validation failed with 1 error(s)\n\n#/0/keepData\nexpected type: Boolean, found: Integer\n\n"
    assert told(v1, project, [{"keepData": 3}]) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b'[\n {"keepData": tru}]', "line: 2, column: 16\nInvalid character."),
        (b'[{"keepData": true}', "line: 1, column: 20\nThe file ends inside its content; was it cut on the way?"),
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


def test_whole_exported_tasks_pass(v1: TestClient, project: Project, team: Team, ctx: Context) -> None:
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
