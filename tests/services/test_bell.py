"""Nobody waits until the background work looks by itself: whoever leaves something to it rings."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from labelwright.config import Settings
from labelwright.jobs import background
from labelwright.media.pyramid import Address
from labelwright.services import export_work, label_exports, label_imports, links, media, tiles
from labelwright.services.bell import Bell
from labelwright.services.context import Context
from labelwright.services.label_exports import Wanted
from labelwright.services.pictures import NotShown
from tests.builders import Project, Team, make_medium, make_project
from tests.services.test_label_imports import box, coco
from tests.services.test_tiles import large


class CountingBell(Bell):
    """Knows how many wait for it."""

    waiting = 0

    def wait(self, rung: int, at_most_s: float) -> None:
        with self._changed:
            self.waiting += 1
        super().wait(rung, at_most_s)
        with self._changed:
            self.waiting -= 1


def becomes(wanted: object, look: Callable[[], object]) -> None:
    deadline = time.monotonic() + 120
    while (found := look()) != wanted:
        assert time.monotonic() < deadline, found
        time.sleep(0.005)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"tiled_from_megapixels": 1})


@pytest.fixture
def called(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> Iterator[Context]:
    """A context whose background work looks by itself only once in an hour."""
    for name, seconds in (("IDLE_S", 3600.0), ("SELDOM_S", 7200.0), ("HOURLY_S", 7200.0)):
        monkeypatch.setattr(background, name, seconds)
    ctx = replace(ctx, bell=CountingBell())
    with background.background_work(ctx):
        yield ctx


@pytest.fixture
def project(ctx: Context, team: Team) -> Project:
    return make_project(ctx, team.admin, media=("b.png",))


def test_what_is_left_to_the_background_is_begun_at_once(called: Context, team: Team, project: Project) -> None:
    ctx, admin = called, team.admin
    idle = sum(idle_s == background.IDLE_S for _, idle_s in background.works(ctx.settings.jobs_at_once))

    def done(act: Callable[[], dict[str, Any]], look: Callable[..., dict[str, Any]], state: str) -> str:
        """Act while everybody waits for the bell, and see it through; the id."""
        becomes(idle, lambda: ctx.bell.waiting)
        found = str(act()["id"])
        becomes(state, lambda: look(ctx, admin, found)["state"])
        return found

    def send() -> dict[str, Any]:
        with ctx.store.receive(limit_bytes=10**6) as incoming:
            incoming.write(coco(box(1, category_id=3)))
            return label_imports.create_import(ctx, admin, project.id, incoming.finish(), file_name="a.json")

    def upload() -> dict[str, Any]:
        return {"id": make_medium(ctx, admin, project.dataset_id, "large.jpg", large())}

    def link() -> dict[str, Any]:
        (added,) = links.add_links(ctx, admin, project.dataset_id, ["http://127.0.0.1:9/a.png"])
        return added["medium"]

    def spoilt() -> dict[str, Any]:
        ctx.store.delete_derived(tiles._key(picture["sha256"]))
        with pytest.raises(NotShown):
            tiles.get_tile(ctx, admin, picture["id"], Address(0, 0, 0))
        return picture

    imported = done(send, label_imports.get_import, "ready")
    for act, state in ((label_imports.apply_import, "done"), (label_imports.undo_import, "undone")):
        done(lambda act=act: act(ctx, admin, imported), label_imports.get_import, state)
    wanted = Wanted(format="coco")
    with pytest.MonkeyPatch.context() as refusing:
        refusing.setattr(export_work, "_run_worker", lambda *_: "The disk refused the archive.")
        exported = done(
            lambda: label_exports.create_export(ctx, admin, project.id, wanted), label_exports.get_export, "failed"
        )
    done(lambda: label_exports.resume_export(ctx, admin, exported), label_exports.get_export, "done")
    broken = done(link, media.get_medium, "broken")
    done(lambda: links.retry(ctx, admin, broken), media.get_medium, "broken")
    picture = media.get_medium(ctx, admin, done(upload, media.get_medium, "ready"))
    done(spoilt, media.get_medium, "ready")
