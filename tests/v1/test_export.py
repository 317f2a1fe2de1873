"""The export and semantic maps at the addresses that old clients use."""

import json
from functools import partial

import pytest
from starlette.testclient import TestClient

from labelwright.model.geometry import ImageSegmentation
from labelwright.services import projects, tasks
from labelwright.services.context import Context
from tests.builders import PASSWORD, Project, Team, annotation, make_project, save
from tests.v1.refusals import detail_of, refused

MISSING = "01900000-0000-7000-8000-000000000000"
SQUARE = ((10, 10), (40, 10), (40, 40), (10, 40))


@pytest.fixture
def finished(ctx: Context, project: Project, team: Team) -> Project:
    """The harbour project, its task completed with a crane and a segment of water."""
    crane = annotation(ctx, project.class_id("crane"))
    water = annotation(ctx, project.class_id("water"), ImageSegmentation((SQUARE,)))
    save(ctx, team.admin, project.task_id, created=(crane, water))
    tasks.complete_task(ctx, team.admin, project.task_id)
    return project


def test_the_export_is_the_native_file(v1: TestClient, finished: Project) -> None:
    answer = v1.get(f"export/{finished.id}")
    overview, task = answer.json()

    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["content-disposition"].startswith('attachment; filename="harbour-crane_')
    assert overview["label_classes"][0] == {"class_name": "crane", "geometry_type": "rectangle"}
    assert (task["external_media_ID"], task["status"]) == ("a.png", "completed")
    assert task["segmentations"] == [f"http://localhost/api/v1/export/bitmap/{finished.task_id}/water"]


def test_the_options_of_an_export_are_taken_and_checked(v1: TestClient, finished: Project) -> None:
    answer = v1.get(f"export/{finished.id}", params={"include": ["ids", "media"], "status": "completed"})
    assert answer.json()[1]["media"]["width"] == 64
    assert v1.get(f"export/{finished.id}", params={"status": "waiting"}).json() == []
    assert detail_of(v1.get(f"export/{finished.id}", params={"include": "all"})) == ("Include", "ex_val_invalid")


def test_head_says_whether_there_is_an_export_and_sends_nothing(v1: TestClient, finished: Project) -> None:
    found, missing = v1.head(f"export/{finished.id}"), v1.head(f"export/{MISSING}")
    assert (found.status_code, found.content) == (200, b"")
    assert missing.status_code == 404


def test_unknown_and_deleted_projects_have_no_export(
    ctx: Context, v1: TestClient, finished: Project, team: Team
) -> None:
    assert refused(v1.get(f"export/{MISSING}")) == (404, "ex_notfound", ["Project", "id", MISSING])
    projects.delete_project(ctx, team.admin, finished.id)
    assert refused(v1.get(f"export/{finished.id}")) == (404, "ex_notfound", ["Project", "id", finished.id])


def test_a_project_without_finished_tasks_exports_an_empty_list(ctx: Context, v1: TestClient, team: Team) -> None:
    assert json.loads(v1.get(f"export/{make_project(ctx, team.admin).id}").content) == []


def test_a_semantic_map_is_shown_by_token_or_session_and_to_nobody_else(
    client_of: partial[TestClient], v1: TestClient, finished: Project
) -> None:
    url = f"export/bitmap/{finished.task_id}/water"
    browser = client_of(base_url="http://localhost/api/v1/")
    assert refused(browser.get(url)) == (401, "ex_unauthorized", [])
    person = {"email": "labeler@harbour.example", "password": PASSWORD}
    browser.post("http://localhost/api/session", json=person, headers={"Origin": "http://localhost"})

    for answer in (v1.get(url), browser.get(url)):
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    wrong = browser.get(url, params={"token": "lw_unknown"})
    assert refused(wrong) == (403, "ex_forbidden", [])


def test_the_old_picture_can_be_asked_for(v1: TestClient, finished: Project) -> None:
    answer = v1.get(f"export/bitmap/{finished.task_id}/water", params={"format": "bmp", "rule": "outline"})
    assert answer.headers["content-type"] == "image/bmp"
    pixels = answer.content[-64 * 48 :]
    assert (pixels.count(255), pixels.count(0)) == (961, 64 * 48 - 961)


def test_what_a_map_cannot_be_made_of_is_named(v1: TestClient, finished: Project) -> None:
    unknown = v1.get(f"export/bitmap/{finished.task_id}/fire")
    assert refused(unknown) == (404, "ex_notfound", ["lcEntry", "entry_key", "fire"])
    assert refused(v1.get(f"export/bitmap/{MISSING}/water")) == (404, "ex_notfound", ["task", "id", MISSING])
    medium = v1.get(f"dataset/{finished.dataset_id}").json()["media"][0]["id"]
    v1.delete(f"media/{medium}")
    gone = v1.get(f"export/bitmap/{finished.task_id}/water")
    assert refused(gone) == (404, "ex_notfound", ["image", "id", medium])


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_task_of_images_is_no_video(v1: TestClient, finished: Project, slash: str) -> None:
    answer = v1.get(f"exportVideoTask/{finished.task_id}{slash}")
    assert refused(answer) == (500, "ex_gen_invalid_project_mediatype", [])
    assert refused(v1.get(f"exportVideoTask/{MISSING}{slash}")) == (404, "ex_notfound", ["Task", "id", MISSING])
