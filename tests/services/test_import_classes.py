"""A configuration from the classes of a file: proposed, chosen, saved as one, and the import goes on."""

import pytest

from labelwright.exchange.mapping import ClassMapping
from labelwright.model.configuration import LabelClass
from labelwright.model.errors import ConfigurationConflict, InvalidConfiguration, WrongTaskState
from labelwright.services import configurations, import_classes, label_imports, tasks
from labelwright.services.context import Context
from labelwright.services.import_classes import Wanted
from tests.builders import Team, make_project
from tests.services.test_label_imports import box, coco, documents, exported, send, worked


def renamed(classes: tuple[LabelClass, ...], **keys: str) -> tuple[LabelClass, ...]:
    return tuple(
        LabelClass(key=keys.get(c.key, c.key), name=c.name, type=c.type, color=c.color, children=c.children)
        for c in classes
    )


def test_a_project_without_classes_takes_those_of_the_file(ctx: Context, team: Team) -> None:
    project = make_project(ctx, team.admin, media=("b.png",), classes=())
    found = send(ctx, team, project, coco(box(1), box(2, 4)))
    assert (found["state"], found["summary"]) == ("needs_classes", None)
    with pytest.raises(WrongTaskState):
        label_imports.apply_import(ctx, team.admin, found["id"])
    proposed = import_classes.propose_classes(ctx, team.admin, found["id"])
    assert [(c.key, c.name, c.type, c.id) for c in proposed["classes"]] == [
        ("crane", "Crane", "rectangle", None),
        ("boat", "boat", "rectangle", None),
    ]
    assert [(origin.path, origin.name) for origin in proposed["origins"]] == [("crane", "Crane"), ("boat", "boat")]

    wanted = Wanted(
        classes=renamed(proposed["classes"], boat="ship"),
        revision=proposed["revision"],
        mapping=ClassMapping(classes={"boat": "ship"}),
    )
    import_classes.make_classes(ctx, team.admin, found["id"], wanted)
    ready = worked(ctx, team, found["id"])
    assert (ready["state"], ready["summary"]["geometries"]) == ("ready", {"added": 2})
    label_imports.apply_import(ctx, team.admin, found["id"])
    worked(ctx, team, found["id"])
    assert len(documents(ctx, team, project)["b.png"].annotations) == 2


def test_what_a_configuration_lacks_comes_to_it_and_nothing_else_changes(ctx: Context, team: Team) -> None:
    project = make_project(ctx, team.admin, media=("b.png",))
    found = send(ctx, team, project, coco(box(1), box(2, 4)))
    proposed = import_classes.propose_classes(ctx, team.admin, found["id"])
    assert proposed["classes"][:-1] == project.configuration.classes
    assert (proposed["classes"][-1].key, proposed["classes"][-1].id) == ("boat", None)
    assert [origin.path for origin in proposed["origins"]] == ["boat"]
    assert not proposed["effects"].needs_confirmation

    configurations.save_configuration(ctx, team.admin, project.id, project.configuration.classes)
    wanted = Wanted(classes=proposed["classes"], revision=proposed["revision"])
    with pytest.raises(ConfigurationConflict):
        import_classes.make_classes(ctx, team.admin, found["id"], wanted)
    again = import_classes.propose_classes(ctx, team.admin, found["id"])
    import_classes.make_classes(
        ctx, team.admin, found["id"], Wanted(classes=again["classes"], revision=again["revision"])
    )
    assert worked(ctx, team, found["id"])["summary"]["geometries"] == {"added": 2}
    assert import_classes.propose_classes(ctx, team.admin, found["id"])["origins"] == ()


def test_a_kind_that_a_class_does_not_take_gets_a_class_of_its_own(ctx: Context, team: Team) -> None:
    project = make_project(ctx, team.admin, media=("b.png",))
    polygon = {"id": 2, "image_id": 7, "category_id": 3, "segmentation": [[1, 1, 9, 1, 5, 7]], "bbox": [1, 1, 8, 6]}
    found = send(ctx, team, project, coco(polygon | {"iscrowd": 0, "area": 24}))
    assert [fault["code"] for fault in found["summary"]["refused"]] == ["wrong_geometry"]
    proposed = import_classes.propose_classes(ctx, team.admin, found["id"])
    assert (proposed["classes"][-1].key, proposed["classes"][-1].type) == ("crane_polygon", "polygon")
    wanted = Wanted(classes=proposed["classes"], revision=proposed["revision"])
    import_classes.make_classes(ctx, team.admin, found["id"], wanted)
    assert worked(ctx, team, found["id"])["summary"]["refusedCount"] == 0


def test_classes_that_cannot_be_are_refused_and_nothing_is_saved(ctx: Context, team: Team) -> None:
    project = make_project(ctx, team.admin, media=("b.png",), classes=())
    found = send(ctx, team, project, coco(box(1)))
    twice = tuple(LabelClass(key="crane", name="Crane", type="rectangle", color="#FF0000") for _ in range(2))
    with pytest.raises(InvalidConfiguration):
        import_classes.make_classes(ctx, team.admin, found["id"], Wanted(classes=twice, revision=1))
    assert configurations.get_configuration(ctx, team.admin, project.id).classes == ()


def test_everything_of_an_export_comes_into_an_empty_project(ctx: Context, team: Team) -> None:
    full = make_project(ctx, team.admin, name="Full", media=("a.png",))
    for task_id in full.task_ids.values():
        tasks.complete_task(ctx, team.admin, task_id)
    empty = make_project(ctx, team.admin, name="Empty", media=("a.png",), classes=())
    content = exported(ctx, team, full, "cvat")
    found = send(ctx, team, empty, content)
    assert found["state"] == "needs_classes"
    proposed = import_classes.propose_classes(ctx, team.admin, found["id"])
    wanted = Wanted(classes=proposed["classes"], revision=proposed["revision"])
    import_classes.make_classes(ctx, team.admin, found["id"], wanted)
    assert worked(ctx, team, found["id"])["state"] == "ready"
