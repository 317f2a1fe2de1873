"""Pictures by old clients: upload, links, bytes, deletion."""

import json

import pytest
from starlette.testclient import TestClient

from labelwright.services.context import Context
from tests.builders import Project, Team, make_medium, picture_bytes
from tests.v1.refusals import detail_of, refused

FIELDS = {"id", "timestamp", "mediaSourceType", "mediaName", "valid", "reason", "url", "width", "height"}
MISSING = "01900000-0000-7000-8000-000000000000"


def upload(v1: TestClient, project: Project, name: str | bytes, raw: bytes | None = None):
    body = picture_bytes() if raw is None else raw
    return v1.post(f"media/{project.dataset_id}/file", content=body, headers={"X-filename": name})


def test_a_picture_is_uploaded_and_comes_back_byte_for_byte(v1: TestClient, project: Project) -> None:
    raw = picture_bytes(30, 20)
    medium = upload(v1, project, "b.png", raw).json()

    assert medium.keys() == FIELDS
    assert (medium["mediaName"], medium["mediaSourceType"], medium["valid"]) == ("b.png", "LOCAL", True)
    assert (medium["width"], medium["height"], medium["url"], medium["reason"]) == (30, 20, None, None)
    shown = v1.get(f"media/{medium['id']}")
    assert shown.content == raw
    assert shown.headers["content-type"] == "image/png"
    assert shown.headers["content-disposition"] == 'attachment; filename="b.png"'
    assert v1.get(f"media/{medium['id']}", params={"dl": "false"}).headers["content-disposition"].startswith("inline")


@pytest.mark.parametrize("written", ["Kaimauer ä 100%25.png".encode("latin-1"), "Kaimauer ä 100%25.png".encode()])
def test_a_name_is_taken_as_it_is_in_latin_1_or_utf_8(v1: TestClient, project: Project, written: bytes) -> None:
    assert upload(v1, project, written).json()["mediaName"] == "Kaimauer ä 100%25.png"


def test_a_name_is_needed_and_may_occur_once(v1: TestClient, project: Project) -> None:
    nameless = v1.post(f"media/{project.dataset_id}/file", content=picture_bytes())
    assert detail_of(nameless) == ("Header: X-filename", "ex_val_empty")
    assert refused(upload(v1, project, "a.png")) == (412, "ex_alreadyexists", ["Image", "name", "a.png"])


def test_what_is_no_picture_is_refused_by_what_it_is(v1: TestClient, project: Project) -> None:
    answer = upload(v1, project, "b.png", b"%PDF-1.7\n%not a picture\n")
    assert detail_of(answer) == ("data", "ex_val_bin_mime")
    assert answer.json()["details"][0]["params"] == ["application/pdf", "[image/jpeg, image/jpg, image/png]"]


def test_a_damaged_picture_is_refused_and_leaves_nothing(v1: TestClient, project: Project) -> None:
    answer = upload(v1, project, "b.png", picture_bytes()[:-40])
    assert refused(answer) == (500, "ex_gen_image_upload", [])
    assert [m["mediaName"] for m in v1.get(f"dataset/{project.dataset_id}").json()["media"]] == ["a.png"]


def test_an_unknown_dataset_takes_no_picture(v1: TestClient) -> None:
    answer = v1.post(f"media/{MISSING}/file", content=picture_bytes(), headers={"X-filename": "a.png"})
    assert refused(answer) == (404, "ex_notfound", ["Dataset", "id", MISSING])


def test_each_distinct_link_gets_an_answer(v1: TestClient, project: Project) -> None:
    good, query = "http://example.org/one.jpg", "https://example.org/two.PNG?size=4"
    urls = [good, good, query, "http://example.org/three.gif.zip", "ftp://example.org/four.jpg"]
    answers = v1.post(f"media/{project.dataset_id}/url", json=urls).json()

    assert [a["imageUrl"] for a in answers] == [good, query, urls[3], urls[4]]
    assert [a["mediaUploadStatus"] for a in answers] == ["SUCCESS", "SUCCESS", "UNSUPPORTED_MIME_TYPE", "FAILED"]
    assert [a["external_media_ID"] for a in answers] == ["one.jpg", "two.PNG", None, None]
    assert all((a["internal_media_ID"] is None) == (a["mediaUploadStatus"] != "SUCCESS") for a in answers)
    again = v1.post(f"media/{project.dataset_id}/url", json=["HTTP://example.org/one.jpg"]).json()
    assert [(a["mediaUploadStatus"], a["internal_media_ID"]) for a in again] == [("DUPLICATE", None)]


def test_no_links_at_all_are_answered_with_none(v1: TestClient, project: Project) -> None:
    assert v1.post(f"media/{project.dataset_id}/url").json() == []
    assert refused(v1.post(f"media/{MISSING}/url"))[:2] == (404, "ex_notfound")
    assert refused(v1.post(f"media/{project.dataset_id}/url", json={"a": 1})) == (400, "ex_validation", [])


def test_a_link_that_is_not_fetched_has_no_bytes_yet(v1: TestClient, project: Project) -> None:
    (link,) = v1.post(f"media/{project.dataset_id}/url", json=["http://example.org/one.jpg"]).json()
    assert refused(v1.get(f"media/{link['internal_media_ID']}")) == (500, "ex_gen_file_stream", [])


def test_a_medium_is_deleted_once(ctx: Context, v1: TestClient, project: Project, team: Team) -> None:
    medium = make_medium(ctx, team.admin, project.dataset_id, "b.png")

    assert (v1.delete(f"media/{medium}").status_code, v1.get(f"media/{medium}").status_code) == (200, 404)
    assert refused(v1.delete(f"media/{medium}")) == (500, "ex_gen_image_delete", [])
    assert refused(v1.delete(f"media/{MISSING}")) == (404, "ex_notfound", ["Image", "id", MISSING])


def test_a_body_above_the_limit_is_refused_in_the_old_form(v1: TestClient, project: Project) -> None:
    many = json.dumps([f"http://example.org/{number:0100000}.png" for number in range(50)])
    assert refused(v1.post(f"media/{project.dataset_id}/url", content=many))[:2] == (413, "ex_limit")
