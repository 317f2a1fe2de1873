"""A very large picture waits until its tiles are made; they are made once, whole, or not at all."""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from starlette.testclient import TestClient

from labelwright.config import Settings
from labelwright.media.pyramid import Address
from labelwright.model.errors import Conflict, NotFound, StorageFull
from labelwright.services import links, media, pictures, tasks, tiles
from labelwright.services.context import Context
from labelwright.services.media import Json
from labelwright.services.pictures import NotShown, ShownInTiles
from labelwright.services.tiles import NotTiled
from tests.builders import Project, Team, make_medium, make_project, picture_bytes

MARK = (1201, 802)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """From one megapixel on pictures are tiled."""
    return settings.model_copy(update={"tiled_from_megapixels": 1})


def large(format_: str = "JPEG") -> bytes:
    """A picture of 1.5 megapixels, grey but for a red square."""
    image = Image.new("RGB", (1500, 1000), (90, 90, 90))
    ImageDraw.Draw(image).rectangle((*MARK, MARK[0] + 15, MARK[1] + 15), fill=(255, 0, 0))
    buffer = io.BytesIO()
    image.save(buffer, format_)
    return buffer.getvalue()


@pytest.fixture
def project(ctx: Context, team: Team) -> Project:
    return make_project(ctx, team.admin, media=())


def shown(ctx: Context, team: Team, medium_id: str) -> Json:
    return media.get_medium(ctx, team.admin, medium_id)


def incoming(ctx: Context) -> list[Path]:
    return list((ctx.settings.data / "media" / "incoming").iterdir())


def test_a_large_picture_waits_for_its_tiles_and_its_task_with_it(ctx: Context, team: Team, project: Project) -> None:
    medium_id = make_medium(ctx, team.admin, project.dataset_id, "large.jpg", large())
    tasks.move_many(ctx, team.admin, project.id, "WAITING", dataset_id="ALL")
    before = shown(ctx, team, medium_id)
    assert (before["state"], before["progress"], before["tiles"]) == ("preparing", 0, None)
    assert (before["width"], before["height"]) == (1500, 1000)
    assert tasks.take_next(ctx, team.labeler, project.id) is None
    with pytest.raises(NotShown, match="its tiles are being made"):
        tiles.get_tile(ctx, team.labeler, medium_id, Address(0, 0, 0))
    assert pictures.original(ctx, team.labeler, medium_id).content_type == "image/jpeg"

    assert tiles.prepare_next(ctx)

    after = shown(ctx, team, medium_id)
    assert (after["state"], after["progress"]) == ("ready", None)
    assert after["tiles"] == {"size": 512, "levels": 3, "format": "jpeg"}
    assert tasks.take_next(ctx, team.labeler, project.id) is not None
    assert not tiles.prepare_next(ctx)
    assert incoming(ctx) == []


def test_a_tile_is_a_picture_of_its_place(ctx: Context, team: Team, project: Project) -> None:
    medium_id = make_medium(ctx, team.admin, project.dataset_id, "large.png", large("PNG"))
    tiles.prepare_next(ctx)

    tile = tiles.get_tile(ctx, team.labeler, medium_id, Address(0, MARK[0] // 512, MARK[1] // 512))

    assert tile.content_type == "image/png"
    image = Image.open(io.BytesIO(tile.data))
    assert image.size == (1500 - 1024, 1000 - 512)
    assert image.getpixel((MARK[0] - 1024, MARK[1] - 512)) == (255, 0, 0)
    assert image.getpixel((MARK[0] - 1025, MARK[1] - 512)) == (90, 90, 90)
    for outside in (Address(0, 3, 0), Address(3, 0, 0), Address(0, -1, 0), Address(-1, 0, 0)):
        with pytest.raises(NotFound, match="tile"):
            tiles.get_tile(ctx, team.labeler, medium_id, outside)


def test_tiles_are_served_for_good_to_those_who_may_see_the_medium(
    ctx: Context, team: Team, project: Project, client: TestClient
) -> None:
    medium_id = make_medium(ctx, team.admin, project.dataset_id, "large.jpg", large())
    small_id = make_medium(ctx, team.admin, project.dataset_id, "small.png", picture_bytes())
    tiles.prepare_next(ctx)

    answer = client.get(f"/api/media/{medium_id}/tiles/1/1_0")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert "immutable" in answer.headers["cache-control"]
    same = client.get(f"/api/media/{medium_id}/tiles/1/1_0", headers={"If-None-Match": answer.headers["etag"]})
    assert same.status_code == 304
    others = {client.get(f"/api/media/{medium_id}/tiles/{place}").headers.get("etag") for place in ("0/1_0", "1/0_0")}
    assert len(others | {answer.headers["etag"]}) == 3
    assert client.get(f"/api/media/{medium_id}/tiles/1/2_0").status_code == 404
    assert client.get(f"/api/media/{medium_id}/tiles/1/..%2f..").status_code in (404, 422)
    assert client.get(f"/api/media/{small_id}/tiles/0/0_0").json()["code"] == "not_tiled"
    with pytest.raises(NotTiled):
        tiles.get_tile(ctx, team.admin, small_id, Address(0, 0, 0))


def test_a_page_is_told_what_to_show_first(ctx: Context, team: Team, project: Project, client: TestClient) -> None:
    medium_id = make_medium(ctx, team.admin, project.dataset_id, "large.jpg", large())
    (task,) = tasks.list_tasks(ctx, team.admin, project.id, tasks.TaskFilter()).items
    assert "x-picture" not in client.get(f"/api/tasks/{task['id']}").headers

    tiles.prepare_next(ctx)

    first = client.get(f"/api/tasks/{task['id']}").headers["x-picture"]
    assert first == f"/api/media/{medium_id}/tiles/2/0_0"
    with Image.open(io.BytesIO(client.get(first).content)) as image:
        assert image.size == (375, 250)


def test_thumbnails_come_out_of_the_tiles_and_display_versions_are_refused(
    ctx: Context, team: Team, project: Project
) -> None:
    photograph = make_medium(ctx, team.admin, project.dataset_id, "large.jpg", large())
    scan = make_medium(ctx, team.admin, project.dataset_id, "large.tif", large("TIFF"))
    while tiles.prepare_next(ctx):
        pass

    small = pictures.thumbnail(ctx, team.admin, scan, 256)

    with Image.open(ctx.settings.data / "media" / small.key) as image:
        assert image.size == (256, 171)
    with pytest.raises(ShownInTiles, match=r"“large\.tif” is too large"):
        pictures.display(ctx, team.admin, scan)
    assert pictures.display(ctx, team.admin, photograph).content_type == "image/jpeg"


def test_the_same_bytes_are_tiled_once(
    ctx: Context, team: Team, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    write_tiles = ctx.images.write_tiles
    monkeypatch.setattr(ctx.images, "write_tiles", lambda *given: made.append(given[2]) or write_tiles(*given))
    for name in ("a.jpg", "b.jpg"):
        make_medium(ctx, team.admin, project.dataset_id, name, large())
    while tiles.prepare_next(ctx):
        pass

    page = media.list_media(ctx, team.admin, project.dataset_id, media.MediaFilter(state="ready"))
    assert [medium["tiles"]["levels"] for medium in page.items] == [3, 3]
    assert made == ["a.jpg"]


def test_a_picture_cut_off_in_the_middle_is_broken_with_a_reason_and_can_be_tried_again(
    ctx: Context, team: Team, project: Project
) -> None:
    medium_id = make_medium(ctx, team.admin, project.dataset_id, "cut.jpg", large()[:-4000])
    tasks.move_many(ctx, team.admin, project.id, "WAITING", dataset_id="ALL")

    assert tiles.prepare_next(ctx)

    broken = shown(ctx, team, medium_id)
    assert (broken["state"], broken["valid"], broken["progress"]) == ("broken", False, None)
    assert broken["reasonText"] == "“cut.jpg” is cut off: its end is missing. Upload the whole file again."
    assert tasks.take_next(ctx, team.labeler, project.id) is None
    assert incoming(ctx) == []
    assert links.retry(ctx, team.admin, medium_id)["state"] == "preparing"


def test_a_broken_upload_of_a_small_picture_cannot_be_tried_again(ctx: Context, team: Team, project: Project) -> None:
    medium_id = make_medium(ctx, team.admin, project.dataset_id)
    with pytest.raises(Conflict, match="Upload the file again"):
        links.retry(ctx, team.admin, medium_id)


def test_a_full_storage_makes_the_picture_wait_and_says_so(
    ctx: Context, team: Team, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    medium_id = make_medium(ctx, team.admin, project.dataset_id, "large.jpg", large())
    with monkeypatch.context() as full:
        full.setattr(ctx.store, "has_room", lambda _: False)
        assert not tiles.prepare_next(ctx)
        waiting = shown(ctx, team, medium_id)
        assert waiting["state"] == "preparing"
        assert "7.5 MB are needed while they are made. Free some space" in waiting["reasonText"]

    def full_in_the_middle(*_: object) -> None:
        raise StorageFull("The storage is full.")

    with monkeypatch.context() as full:
        full.setattr(ctx.images, "write_tiles", full_in_the_middle)
        assert not tiles.prepare_next(ctx)

    assert tiles.prepare_next(ctx)
    ready = shown(ctx, team, medium_id)
    assert (ready["state"], ready["reasonText"]) == ("ready", None)


def test_tiles_that_are_gone_or_damaged_are_made_anew(ctx: Context, team: Team, project: Project) -> None:
    medium_id = make_medium(ctx, team.admin, project.dataset_id, "large.jpg", large())
    tiles.prepare_next(ctx)
    (pyramid,) = (ctx.settings.data / "media" / "derived").rglob("tiles.v*")
    whole = pyramid.read_bytes()
    for damaged in (None, whole[: len(whole) // 2], b""):
        if damaged is None:
            pyramid.unlink()
        else:
            pyramid.write_bytes(damaged)
        with pytest.raises(NotShown, match="made anew"):
            tiles.get_tile(ctx, team.admin, medium_id, Address(2, 0, 0))
        assert shown(ctx, team, medium_id)["state"] == "preparing"
        assert tiles.prepare_next(ctx)
        assert pyramid.read_bytes() == whole
        assert tiles.get_tile(ctx, team.admin, medium_id, Address(2, 0, 0)).data


def test_a_medium_deleted_meanwhile_ends_the_work(
    ctx: Context, team: Team, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    medium_id = make_medium(ctx, team.admin, project.dataset_id, "large.jpg", large())
    monkeypatch.setattr(tiles, "_TELL_EVERY_S", 0.0)
    write_tiles = ctx.images.write_tiles

    def deleted_first(*given: object) -> object:
        media.delete_media(ctx, team.admin, [medium_id])
        return write_tiles(*given)

    monkeypatch.setattr(ctx.images, "write_tiles", deleted_first)

    assert tiles.prepare_next(ctx)
    assert not tiles.prepare_next(ctx)
    assert incoming(ctx) == []
    assert list((ctx.settings.data / "media" / "derived").rglob("tiles.v*")) == []
