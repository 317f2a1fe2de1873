"""What jobs leave in their folders is removed some days after they ended; what somebody may look at stays."""

from dataclasses import replace
from typing import Any

import pytest

from labelwright.exchange.work import SNAPSHOT
from labelwright.model.errors import WrongTaskState
from labelwright.services import export_work, import_changes, import_plan, label_exports, label_imports
from labelwright.services.context import Context
from labelwright.services.import_options import Options
from labelwright.services.label_exports import Wanted
from labelwright.services.label_imports import UPLOAD
from labelwright.services.retention import remove_stale
from tests.builders import Project, Team, make_project
from tests.services.test_label_imports import box, coco, send, worked

DAY_MS = 24 * 3600 * 1000


@pytest.fixture
def project(ctx: Context, team: Team) -> Project:
    return make_project(ctx, team.admin, media=("a.png", "b.png"))


def swept(ctx: Context, *, days: float) -> None:
    now_ms = ctx.now_ms() + int(days * DAY_MS)
    remove_stale(replace(ctx, now_ms=lambda: now_ms))


def files(folder: Any) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_snapshot_of_an_export_that_failed_goes_and_nothing_goes_on_without_it(
    ctx: Context, team: Team, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, broken = (label_exports.create_export(ctx, team.admin, project.id, Wanted(format="coco")) for _ in range(2))
    export_work.write_next(ctx)
    monkeypatch.setattr(export_work, "_run_worker", lambda *_: "The disk refused the archive.")
    export_work.write_next(ctx)
    folder = label_exports.folder_of(ctx, broken["id"])
    swept(ctx, days=6.9)
    assert SNAPSHOT in files(folder)
    assert label_exports.get_export(ctx, team.admin, broken["id"])["removedAfterDays"] is None

    swept(ctx, days=7.1)
    assert files(folder) == {"removed"}
    shown = label_exports.get_export(ctx, team.admin, broken["id"])
    assert (shown["state"], shown["removedAfterDays"]) == ("failed", 7)
    with pytest.raises(WrongTaskState, match=r"removed after 7 days\. Start the export again"):
        label_exports.resume_export(ctx, team.admin, broken["id"])
    assert label_exports.get_export(ctx, team.admin, whole["id"])["downloadable"]


@pytest.mark.parametrize("state", ["ready", "done", "cancelled", "failed"])
def test_the_upload_of_an_import_goes_and_its_changes_can_be_seen_and_undone(
    ctx: Context, team: Team, project: Project, state: str
) -> None:
    found = send(ctx, team, project, b"{" if state == "failed" else coco(box(1)))
    if state == "done":
        label_imports.apply_import(ctx, team.admin, found["id"])
        worked(ctx, team, found["id"])
    elif state == "cancelled":
        label_imports.cancel_import(ctx, team.admin, found["id"])
    changes = import_changes.list_changes(ctx, team.admin, found["id"])
    folder = label_imports.folder_of(ctx, found["id"])
    assert UPLOAD in files(folder)

    swept(ctx, days=7.1)
    assert files(folder) <= {"removed", label_imports.SURVEY, import_plan.CHANGES}
    shown = label_imports.get_import(ctx, team.admin, found["id"])
    assert shown["state"] == ("cancelled" if state == "ready" else state)
    assert shown["removedAfterDays"] == 7
    assert import_changes.list_changes(ctx, team.admin, found["id"]) == changes
    again = {"done": label_imports.undo_import, "failed": lambda *given: label_imports.read_as(*given, "coco")}
    act: Any = again.get(state, label_imports.apply_import)
    if state == "done":
        act(ctx, team.admin, found["id"])
        assert worked(ctx, team, found["id"])["state"] == "undone"
    else:
        with pytest.raises(WrongTaskState, match=r"removed after 7 days\. Send it again"):
            act(ctx, team.admin, found["id"])


def test_what_is_at_work_and_what_was_touched_since_stays(ctx: Context, team: Team, project: Project) -> None:
    found = send(ctx, team, project, coco(box(1)))
    label_imports.set_options(ctx, team.admin, found["id"], Options(mode="add"))
    swept(ctx, days=30)
    assert worked(ctx, team, found["id"])["state"] == "ready"
