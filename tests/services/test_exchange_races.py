"""What happens to exports and imports while somebody changes his mind, the labels or the label configuration."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from labelwright.model.errors import InvalidLabels, WrongTaskState
from labelwright.services import configurations, import_plan, label_exports, label_imports
from labelwright.services.context import Context
from labelwright.services.import_plan import Options
from labelwright.services.label_exports import Wanted
from tests.builders import Project, Team, annotation, geometry_class, make_project, save
from tests.services.test_label_imports import box, coco, send, worked


@pytest.fixture
def project(ctx: Context, team: Team) -> Project:
    return make_project(ctx, team.admin, media=("a.png", "b.png"))


def once(found: Any, act: Callable[[], object]) -> Callable[..., Any]:
    """The function with something that happens when it has run for the first time."""
    acts = [act]

    def acting(*given: Any, **named: Any) -> Any:
        result = found(*given, **named)
        while acts:
            acts.pop()()
        return result

    return acting


def extend(ctx: Context, team: Team, project: Project) -> None:
    """Save the label configuration with one class more."""
    with ctx.db.read() as conn:
        now = configurations.of_project(conn, project.id)
    boat = geometry_class("boat", "rectangle")
    configurations.save_configuration(ctx, team.admin, project.id, (*now.classes, boat), revision=now.revision)


def test_what_was_compared_for_other_options_is_not_shown(
    ctx: Context, team: Team, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = send(ctx, team, project, coco(box(1), box(2, bbox=[60, 40, 30, 30])))
    assert found["summary"]["geometries"] == {"added": 1}

    def change_mind() -> None:
        label_imports.set_options(ctx, team.admin, found["id"], Options(out_of_bounds="clip"))

    monkeypatch.setattr(import_plan, "open_plan", once(import_plan.open_plan, change_mind))
    label_imports.set_options(ctx, team.admin, found["id"], Options(mode="add"))
    again = worked(ctx, team, found["id"])
    assert (again["state"], again["options"]["outOfBounds"]) == ("ready", "clip")
    assert again["summary"]["geometries"] == {"added": 2}


def test_one_stopped_while_it_is_compared_anew_is_not_stored_unseen(ctx: Context, team: Team, project: Project) -> None:
    found = send(ctx, team, project, coco(box(1)))
    label_imports.set_options(ctx, team.admin, found["id"], Options(mode="replace"))
    label_imports.cancel_import(ctx, team.admin, found["id"])
    label_imports.apply_import(ctx, team.admin, found["id"])
    assert worked(ctx, team, found["id"])["state"] == "ready"


def test_what_was_compared_with_another_label_configuration_is_compared_anew(
    ctx: Context, team: Team, project: Project
) -> None:
    found = send(ctx, team, project, coco(box(1), box(2, 4)))
    assert found["summary"]["geometries"] == {"added": 1}
    extend(ctx, team, project)
    with pytest.raises(WrongTaskState, match="changed since"):
        label_imports.apply_import(ctx, team.admin, found["id"])
    again = worked(ctx, team, found["id"])
    assert (again["state"], again["summary"]["geometries"]) == ("ready", {"added": 2})
    label_imports.apply_import(ctx, team.admin, found["id"])
    assert worked(ctx, team, found["id"])["state"] == "done"


@pytest.mark.parametrize("moment", ["_run_worker", "_prepare"])
def test_an_export_that_is_stopped_at_its_end_goes_on(
    ctx: Context, team: Team, project: Project, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    asked = label_exports.create_export(ctx, team.admin, project.id, Wanted(format="coco"))
    stop = lambda: label_exports.cancel_export(ctx, team.admin, asked["id"])  # noqa: E731 - one act
    with monkeypatch.context() as patched:
        patched.setattr(label_exports, moment, once(getattr(label_exports, moment), stop))
        label_exports.write_next(ctx)
    assert label_exports.get_export(ctx, team.admin, asked["id"])["state"] == "cancelled"
    label_exports.resume_export(ctx, team.admin, asked["id"])
    label_exports.write_next(ctx)
    resumed = label_exports.get_export(ctx, team.admin, asked["id"])
    assert (resumed["state"], resumed["downloadable"]) == ("done", True), resumed["error"]


def test_a_signature_of_any_letters_is_no_reason_to_stumble(
    ctx: Context, team: Team, project: Project, client: Any
) -> None:
    asked = label_exports.create_export(ctx, team.admin, project.id, Wanted(format="coco"))
    label_exports.write_next(ctx)
    link = client.post(f"/api/exports/{asked['id']}/link").json()["url"]
    start, _, signature = link.rpartition("=")
    for wrong in ("é" * 64, "", signature[:-1], f"{signature}0", signature.upper().replace("A", "B")):
        assert client.get(f"{start}={wrong}").status_code == 404, wrong


def test_the_address_of_one_archive_opens_no_other(ctx: Context, team: Team, project: Project, client: Any) -> None:
    asked = [label_exports.create_export(ctx, team.admin, project.id, Wanted(format="coco")) for _ in range(2)]
    while label_exports.write_next(ctx):
        pass
    link = client.post(f"/api/exports/{asked[0]['id']}/link").json()["url"]
    assert client.get(link).status_code == 200
    assert client.get(link.replace(asked[0]["id"], asked[1]["id"])).status_code == 404
    expires = link.partition("expires=")[2].partition("&")[0]
    assert client.get(link.replace(expires, str(int(expires) + 1))).status_code == 404
    assert client.get(link.replace(expires, "9" * 30)).status_code in {404, 422}


@pytest.mark.parametrize("z", [2**31, -(2**31), 10**30])
def test_a_depth_that_no_table_has_room_for_is_not_saved(ctx: Context, team: Team, project: Project, z: int) -> None:
    crane = msgspec.structs.replace(annotation(ctx, project.class_id("crane")), z=z)
    with pytest.raises(InvalidLabels, match="depth"):
        save(ctx, team.admin, project.task_ids["a.png"], created=(crane,))
