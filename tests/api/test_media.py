"""Media through the API: what is uploaded is kept unchanged, and what is refused leaves nothing behind."""

import hashlib
import io
import struct
import threading
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image

from labelwright.bootstrap import open_context
from labelwright.config import Settings
from labelwright.model.errors import NameTaken
from labelwright.services import datasets, media, uploads
from labelwright.services.context import Context
from labelwright.storage.receiver import Expected
from tests.api.conftest import World
from tests.builders import Team, annotation, make_medium, picture_bytes, save


def jpeg_bytes(width: int = 64, height: int = 48) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((width, height), 80).convert("RGB").save(buffer, "JPEG")
    return buffer.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that announces a huge picture."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.fixture
def dataset(world: World) -> str:
    return str(world.client.post("/api/datasets", json={"name": world.ctx.new_id()}).json()["id"])


def upload(world: World, dataset: str, raw: Any, name: str = "a.png", **headers: str) -> Any:
    sent = {"X-filename": quote(name), **{key.replace("_", "-"): value for key, value in headers.items()}}
    return world.client.post(f"/api/datasets/{dataset}/media", content=raw, headers=sent)


def listed(world: World, dataset: str) -> list[str]:
    page = world.client.get(f"/api/datasets/{dataset}/media").json()
    return [medium["mediaName"] for medium in page["items"]]


def stored_files(world: World) -> set[Path]:
    return {path for path in (world.ctx.settings.data / "media").rglob("*") if path.is_file()}


# --- what is kept ---------------------------------------------------------------------------------------------------


def test_an_upload_is_described_and_served_unchanged(world: World, dataset: str) -> None:
    raw = jpeg_bytes()
    answer = upload(world, dataset, raw, "Größe 起重机.jpg", X_sha256=hashlib.sha256(raw).hexdigest().upper())
    assert answer.status_code == 201
    medium = answer.json()
    expected = {
        "datasetId": dataset,
        "mediaName": "Größe 起重机.jpg",
        "mediaSourceType": "LOCAL",
        "valid": True,
        "reason": None,
        "url": None,
        "width": 64,
        "height": 48,
        "size": len(raw),
        "sha256": hashlib.sha256(raw).hexdigest(),
        "contentType": "image/jpeg",
        "state": "ready",
        "orientation": 1,
    }
    assert {key: medium[key] for key in expected} == expected
    assert world.client.get(f"/api/media/{medium['id']}").json() == medium
    file = world.client.get(f"/api/media/{medium['id']}/file", params={"download": 1})
    assert (file.content, file.headers["content-type"]) == (raw, "image/jpeg")
    assert file.headers["content-disposition"] == (
        "attachment; filename=\"Groe .jpg\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%E8%B5%B7%E9%87%8D%E6%9C%BA.jpg"
    )


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("C:\\pictures\\crane.png", "crane.png"),
        ("folder/sub/x.png", "x.png"),
        ("%2e%2e.png", "%2e%2e.png"),
        ("a\nb.png", "a b.png"),
        ("a\x00b.png", "ab.png"),
        ("CON", "CON"),
        ("-rf.png", "-rf.png"),
        ("quo\"te;'.png", "quo\"te;'.png"),
        ("\u202egnp.exe", "gnp.exe"),
        ("🚢🏗️.png", "🚢🏗️.png"),
        ("x" * 400 + ".png", "x" * 251 + ".png"),
        (" blank .png ", "blank .png"),
        ("/", "unnamed"),
        ("picture without extension", "picture without extension"),
        ("wrong.txt", "wrong.txt"),
    ],
)
def test_a_name_is_shown_and_is_never_a_path(world: World, dataset: str, sent: str, kept: str) -> None:
    answer = upload(world, dataset, picture_bytes(), sent)
    assert (answer.status_code, answer.json()["mediaName"]) == (201, kept)
    assert listed(world, dataset) == [kept]
    file = world.client.get(f"/api/media/{answer.json()['id']}/file")
    assert "\n" not in file.headers["content-disposition"]


def test_a_name_in_plain_utf8_is_understood_too(world: World, dataset: str) -> None:
    headers = [(b"X-filename", "Größe.png".encode())]
    answer = world.client.post(f"/api/datasets/{dataset}/media", content=picture_bytes(), headers=headers)
    assert answer.json()["mediaName"] == "Größe.png"


def test_equal_bytes_are_stored_once_and_stay_while_one_medium_has_them(world: World, dataset: str) -> None:
    raw = picture_bytes(61, 47)
    first, second = (upload(world, dataset, raw, name).json() for name in ("a.png", "b.png"))
    originals = [path for path in stored_files(world) if path.name == first["sha256"]]
    assert len(originals) == 1
    assert world.client.delete(f"/api/media/{first['id']}").status_code == 204
    assert world.client.get(f"/api/media/{second['id']}/file").content == raw


@pytest.mark.parametrize("size", [128, 256, 512])
def test_a_thumbnail_is_a_small_picture_of_the_whole(world: World, dataset: str, size: int) -> None:
    medium = upload(world, dataset, jpeg_bytes(800, 400)).json()
    answer = world.client.get(f"/api/media/{medium['id']}/thumbnail", params={"size": size})
    assert answer.headers["content-type"] == "image/webp"
    with Image.open(io.BytesIO(answer.content)) as thumbnail:
        assert thumbnail.size == (size, size // 2)


@pytest.mark.parametrize("size", ["0", "100", "-1", "ten", "9" * 30])
def test_a_thumbnail_of_any_other_size_is_refused(world: World, dataset: str, size: str) -> None:
    medium = upload(world, dataset, picture_bytes()).json()
    assert world.client.get(f"/api/media/{medium['id']}/thumbnail", params={"size": size}).status_code == 422


def test_a_picture_that_browsers_cannot_show_is_shown_as_one_that_they_can(world: World, dataset: str) -> None:
    buffer = io.BytesIO()
    Image.open(io.BytesIO(jpeg_bytes())).save(buffer, "TIFF")
    medium = upload(world, dataset, buffer.getvalue(), "scan.tif").json()
    assert world.client.get(f"/api/media/{medium['id']}/file").content == buffer.getvalue()
    shown = world.client.get(f"/api/media/{medium['id']}/display")
    assert shown.headers["content-type"] in {"image/png", "image/jpeg"}
    with Image.open(io.BytesIO(shown.content)) as picture:
        assert picture.size == (64, 48)


# --- what is refused ------------------------------------------------------------------------------------------------

HALF = jpeg_bytes(200, 200)
REFUSED: dict[str, tuple[Callable[[], bytes], int]] = {
    "nothing": (lambda: b"", 422),
    "half a picture": (lambda: HALF[: len(HALF) // 2], 422),
    "a picture without its last bytes": (lambda: HALF[:-40], 422),
    "a text": (lambda: b"this is no picture at all", 415),
    "a page": (lambda: b"<!doctype html><script>alert(1)</script>", 415),
    "a drawing": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>', 415),
    "a document": (lambda: b"%PDF-1.7\n", 415),
    "a PostScript file": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", 415),
    "an archive": (lambda: b"PK\x03\x04" + b"\x00" * 60, 415),
    "a bomb": (lambda: bomb(60_000, 60_000), 413),
    "a side without end": (lambda: bomb(2**31 - 1, 1), 413),
    "no pixels": (lambda: bomb(0, 0), 422),
    "a damaged picture": (lambda: picture_bytes()[:60] + b"\xff" * 40, 422),
}


@pytest.mark.parametrize(("make", "status"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_picture_is_refused_by_name_and_leaves_nothing(
    world: World, dataset: str, make: Callable[[], bytes], status: int
) -> None:
    before = stored_files(world)
    answer = upload(world, dataset, make(), "crane.jpg")
    assert answer.status_code == status, answer.text
    assert "crane.jpg" in answer.json()["detail"]
    assert listed(world, dataset) == []
    assert stored_files(world) == before
    assert upload(world, dataset, picture_bytes(), "crane.jpg").status_code == 201


@pytest.mark.parametrize(
    "headers",
    [{"X_sha256": "0" * 64}, {"X_sha256": "no digest"}, {"Content_Length": "9999"}, {"Content_Length": "3"}],
    ids=["another digest", "no digest", "more announced", "less announced"],
)
def test_bytes_that_changed_on_the_way_are_refused_and_leave_nothing(
    world: World, dataset: str, headers: dict[str, str]
) -> None:
    before = stored_files(world)
    answer = upload(world, dataset, picture_bytes(), **headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "upload_damaged")
    assert listed(world, dataset) == []
    assert stored_files(world) == before


@pytest.mark.parametrize(("first", "second"), [("a.png", "a.png"), ("caf\u00e9.png", "cafe\u0301.png"), ("x/a", "a")])
def test_a_name_is_taken_once_a_dataset_however_it_is_written(
    world: World, dataset: str, first: str, second: str
) -> None:
    upload(world, dataset, picture_bytes(), first)
    answer = upload(world, dataset, picture_bytes(30, 30), second)
    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
    assert len(listed(world, dataset)) == 1


def test_a_taken_name_is_refused_before_the_picture_is_sent(world: World, dataset: str) -> None:
    upload(world, dataset, picture_bytes())
    sent = []

    def pieces() -> Any:
        for _ in range(100):
            sent.append(1)
            yield b"x" * 1000

    assert upload(world, dataset, pieces()).status_code == 409


def test_of_two_uploads_of_one_name_at_once_one_is_kept(world: World, dataset: str) -> None:
    together = threading.Barrier(4)

    def send(n: int) -> int:
        together.wait(60)
        return int(upload(world, dataset, picture_bytes(20 + n, 20)).status_code)

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(send, range(4)))
    assert statuses == [201, 409, 409, 409]
    assert listed(world, dataset) == ["a.png"]


@pytest.mark.parametrize("name", [None, ""])
def test_an_upload_without_a_name_is_refused(world: World, dataset: str, name: str | None) -> None:
    headers = {} if name is None else {"X-filename": name}
    answer = world.client.post(f"/api/datasets/{dataset}/media", content=picture_bytes(), headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/X-filename")


def test_an_upload_while_the_dataset_is_connected_still_makes_its_task(world: World, dataset: str) -> None:
    project = world.client.post("/api/projects", json={"name": world.ctx.new_id()}).json()["id"]

    def send(n: int) -> None:
        if n == 4:
            world.client.put(f"/api/projects/{project}/datasets/{dataset}")
        else:
            assert upload(world, dataset, picture_bytes(20 + n, 20), f"{n}.png").status_code == 201

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(9)))
    page = world.client.get(f"/api/projects/{project}/tasks").json()
    assert [task["mediumName"] for task in page["items"]] == [f"{n}.png" for n in range(9) if n != 4]


# --- lists and deletion ---------------------------------------------------------------------------------------------


def test_a_list_is_filtered_by_state_source_and_name(world: World, dataset: str) -> None:
    upload(world, dataset, picture_bytes(), "local.png")
    world.client.post(f"/api/datasets/{dataset}/links", json={"urls": ["https://example.org/link.png"]})

    def names(**filters: str) -> list[str]:
        page = world.client.get(f"/api/datasets/{dataset}/media", params=filters).json()
        return [medium["mediaName"] for medium in page["items"]]

    assert names() == ["link.png", "local.png"]
    assert names(state="ready") == names(source="LOCAL") == names(search="OCA") == ["local.png"]
    assert names(state="pending") == names(source="SHAREABLE_LINK") == ["link.png"]
    assert names(state="broken") == []


@pytest.mark.parametrize("field", ["state", "source"])
def test_an_unknown_state_or_source_is_refused_by_name(world: World, dataset: str, field: str) -> None:
    answer = world.client.get(f"/api/datasets/{dataset}/media", params={field: "lost"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{field}")


def test_a_picture_that_waits_to_be_fetched_is_not_shown_yet(world: World, dataset: str) -> None:
    url = f"/api/datasets/{dataset}/links"
    medium = world.client.post(url, json={"urls": ["https://example.org/b.png"]}).json()["results"][0]["medium"]
    for part in ("file", "display", "thumbnail"):
        answer = world.client.get(f"/api/media/{medium['id']}/{part}")
        assert (answer.status_code, answer.json()["code"]) == (409, "medium_not_ready")
    retried = world.client.post(f"/api/media/{medium['id']}/retry")
    assert retried.status_code == 409


def test_hundreds_of_links_are_added_in_one_request_and_known_ones_are_told(world: World, dataset: str) -> None:
    urls = [f"https://example.org/{n}.png" for n in range(230)]
    url = f"/api/datasets/{dataset}/links"
    first = world.client.post(url, json={"urls": [*urls, urls[0], "  ", urls[1].upper()]}).json()["results"]
    again = world.client.post(url, json={"urls": urls[:3]}).json()["results"]
    assert [result["status"] for result in first] == ["added"] * 230 + ["duplicate"]
    assert {result["status"] for result in again} == {"duplicate"}
    assert world.client.get(f"/api/datasets/{dataset}/media").json()["total"] == 230


def test_a_deleted_picture_is_gone_with_its_task_and_its_name_is_free(world: World) -> None:
    project = world.project(media=("a.png",))
    client, task = world.client, world.client.get(f"/api/tasks/{project.task_id}").json()
    crane = annotation(world.ctx, project.class_id("crane"))
    save(world.ctx, world.team.admin, project.task_id, created=(crane,))

    assert client.delete(f"/api/media/{task['medium']['id']}").status_code == 204

    for gone in (f"/api/media/{task['medium']['id']}", f"/api/tasks/{project.task_id}"):
        assert client.get(gone).status_code == 404
    assert client.get(f"/api/media/{task['medium']['id']}/file").status_code == 404
    assert client.delete(f"/api/media/{task['medium']['id']}").status_code == 404

    make_medium(world.ctx, world.team.admin, project.dataset_id, "a.png")
    (fresh,) = client.get(f"/api/projects/{project.id}/tasks").json()["items"]
    assert (fresh["state"], fresh["revision"], fresh["id"] != project.task_id) == ("BACKLOG", 0, True)


def test_several_are_deleted_together_or_not_at_all(world: World, dataset: str) -> None:
    ids = [upload(world, dataset, picture_bytes(20, 20 + n), f"{n}.png").json()["id"] for n in range(3)]
    url = "/api/media/delete"
    assert world.client.post(url, json={"ids": [*ids, "no such id"]}).status_code == 404
    assert len(listed(world, dataset)) == 3
    assert world.client.post(url, json={"ids": [*ids[:2], ids[0]]}).json() == {"deleted": 2}
    assert listed(world, dataset) == ["2.png"]
    for ids_ in ([], ["x"] * 10_001, "all"):
        assert world.client.post(url, json={"ids": ids_}).status_code == 422


def test_a_stored_file_that_is_gone_is_told_as_our_fault(world: World, dataset: str) -> None:
    medium = upload(world, dataset, picture_bytes(33, 44)).json()
    (file,) = (path for path in stored_files(world) if path.name == medium["sha256"])
    kept = file.read_bytes()
    file.unlink()
    answer = world.client.get(f"/api/media/{medium['id']}/file")
    assert (answer.status_code, answer.json()["code"]) == (500, "damaged_file")
    assert upload(world, dataset, kept, "again.png").status_code == 201
    assert world.client.get(f"/api/media/{medium['id']}/file").content == kept


def test_bytes_that_lost_the_race_for_a_name_are_swept_at_the_next_start(settings: Settings, team: Team) -> None:
    def originals() -> set[str]:
        return {path.name for path in (settings.data / "media" / "originals").rglob("*") if path.is_file()}

    with open_context(settings) as ctx:
        dataset = datasets.create_dataset(ctx, team.admin, name="Race")["id"]
        with pytest.raises(NameTaken):
            upload_too_late(ctx, team, dataset)
        (kept,) = media.list_media(ctx, team.admin, dataset, media.MediaFilter()).items
        assert originals() > {kept["sha256"]}
    with open_context(settings):
        assert originals() == {kept["sha256"]}


def upload_too_late(ctx: Context, team: Team, dataset: str) -> None:
    """Keep a picture under a name that another upload took after this one had begun."""
    with uploads.begin_upload(ctx, team.admin, dataset, "a.png", Expected()) as late:
        late.write(picture_bytes(70, 70))
        make_medium(ctx, team.admin, dataset, "a.png", picture_bytes(71, 71))
        uploads.keep_upload(ctx, team.admin, dataset, "a.png", late.finish())
