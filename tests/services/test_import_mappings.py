"""Mappings of imports: kept by name, offered for the same classes, and clear about what they lack."""

import json
from typing import Any

import pytest

from labelwright.exchange.mapping import ClassMapping
from labelwright.model.configuration import Configuration
from labelwright.model.errors import Invalid, NameTaken, NotFound
from labelwright.services import configurations, import_mappings, label_imports
from labelwright.services.context import Context
from labelwright.services.import_mappings import Named
from labelwright.services.import_options import Options
from tests.builders import Project, Team, make_project
from tests.services.test_label_imports import box, coco, documents, listed, send, worked

BOATS = ClassMapping(classes={"boat": "ship"})


@pytest.fixture
def project(ctx: Context, team: Team) -> Project:
    return make_project(ctx, team.admin, media=("a.png", "b.png"))


def saved(ctx: Context, team: Team, project: Project, mapping: ClassMapping = BOATS, name: str = "Boats") -> str:
    made = import_mappings.save_mapping(ctx, team.admin, project.id, Named(name=name, mapping=mapping))
    return str(made["id"])


def without(configuration: Configuration, *keys: str) -> Any:
    return tuple(c for c in configuration.classes if c.key not in keys)


def test_a_mapping_names_classes_by_key_and_keeps_their_ids(ctx: Context, team: Team, project: Project) -> None:
    mapping_id = saved(ctx, team, project)
    shown = import_mappings.get_mapping(ctx, team.admin, mapping_id)
    assert shown["mapping"].classes == {"boat": project.class_id("ship")}
    assert shown["portable"] == BOATS
    assert (shown["sources"], shown["problems"]) == (["boat"], ())


def test_a_mapping_is_offered_for_a_file_with_its_classes_and_no_other(
    ctx: Context, team: Team, project: Project
) -> None:
    mapping_id = saved(ctx, team, project)
    saved(ctx, team, project, ClassMapping(classes={"lorry": "ship"}), "Lorries")
    found = send(ctx, team, project, coco(box(1, 4)))
    assert [one["id"] for one in found["mappings"]] == [mapping_id]
    label_imports.set_options(ctx, team.admin, found["id"], Options(mapping=BOATS))
    assert worked(ctx, team, found["id"])["summary"]["geometries"] == {"added": 1}


def test_a_mapping_whose_class_is_gone_says_which(ctx: Context, team: Team, project: Project) -> None:
    mapping = ClassMapping(classes={"boat": "ship", "lift": "crane"})
    mapping_id = saved(ctx, team, project, mapping)
    configurations.save_configuration(ctx, team.admin, project.id, without(project.configuration, "ship"))
    shown = import_mappings.get_mapping(ctx, team.admin, mapping_id)
    (problem,) = shown["problems"]
    assert problem.pointer == "/classes/boat"
    assert "“boat” became is not there any more" in problem.message
    assert shown["mapping"].classes == {"lift": project.class_id("crane")}
    found = send(ctx, team, project, coco(box(1, 4)))
    with pytest.raises(Invalid, match="does not fit") as refused:
        label_imports.set_options(ctx, team.admin, found["id"], Options(mapping=mapping))
    assert [issue.pointer for issue in refused.value.issues] == ["/mapping/classes/boat"]


def test_a_mapping_is_renamed_changed_and_deleted(ctx: Context, team: Team, project: Project) -> None:
    mapping_id = saved(ctx, team, project)
    with pytest.raises(NameTaken):
        saved(ctx, team, project)
    other = ClassMapping(classes={"boat": ""})
    import_mappings.change_mapping(ctx, team.admin, mapping_id, Named(name=" No  boats ", mapping=other))
    (one,) = import_mappings.list_mappings(ctx, team.admin, project.id)
    assert (one["name"], one["mapping"]) == ("No boats", other)
    import_mappings.delete_mapping(ctx, team.admin, mapping_id)
    with pytest.raises(NotFound):
        import_mappings.get_mapping(ctx, team.admin, mapping_id)
    with pytest.raises(Invalid, match="needs a name"):
        saved(ctx, team, project, name=" ")


def test_the_kinds_of_one_class_become_different_classes(ctx: Context, team: Team, project: Project) -> None:
    polygon = {"id": 2, "image_id": 7, "category_id": 4, "segmentation": [[1, 1, 9, 1, 5, 7]], "bbox": [1, 1, 8, 6]}
    found = send(ctx, team, project, coco(box(1, 4), polygon | {"iscrowd": 0, "area": 24}))
    mapping = ClassMapping(classes={"boat": "crane", "boat (polygon)": "ship"})
    label_imports.set_options(ctx, team.admin, found["id"], Options(mapping=mapping))
    ready = worked(ctx, team, found["id"])
    becomes = {fit["kind"]: fit["classId"] for fit in ready["summary"]["fit"]["classes"] if fit["name"] == "boat"}
    assert becomes == {"rectangle": project.class_id("crane"), "polygon": project.class_id("ship")}


def test_questions_and_options_become_ours_or_are_left_out(ctx: Context, team: Team, project: Project) -> None:
    task = {
        "external_media_ID": "b.png",
        "global_classifications": {"ground": ["soaked"], "note": ["x"], "wind": ["strong"]},
        "labels": {},
    }
    content = json.dumps([{"label_classes": []}, task]).encode()
    found = send(ctx, team, project, content, "theirs.json")
    asked = {one["name"]: (one["how"], one["values"]) for one in found["summary"]["fit"]["questions"]}
    assert asked["ground"] == ("unknown", {"soaked": None})
    mapping = ClassMapping(questions={"ground": "surface", "note": "", "wind": ""}, options={"ground: soaked": "wet"})
    label_imports.set_options(ctx, team.admin, found["id"], Options(mapping=mapping))
    ready = worked(ctx, team, found["id"])
    assert (ready["summary"]["answers"], ready["summary"]["leftOut"]) == ({"added": 1}, 2)
    (line,) = listed(ctx, team, found["id"], what="added")["items"]
    assert (line["class_key"], line["value"]) == ("surface", "wet")
    label_imports.apply_import(ctx, team.admin, found["id"])
    worked(ctx, team, found["id"])
    assert documents(ctx, team, project)["b.png"].answers == {project.class_id("surface"): "wet"}


def test_a_class_that_is_nested_here_takes_nothing_at_the_root(ctx: Context, team: Team, project: Project) -> None:
    found = send(ctx, team, project, coco(box(1, 4)))
    mapping = ClassMapping(classes={"boat": "crane.hook"})
    label_imports.set_options(ctx, team.admin, found["id"], Options(mapping=mapping))
    (refusal,) = worked(ctx, team, found["id"])["summary"]["refused"]
    assert (refusal["code"], refusal["message"]) == (
        "wrong_parent",
        "“hook” belongs inside “crane”, and this is not.",
    )
