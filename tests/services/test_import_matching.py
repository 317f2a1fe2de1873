"""Which picture a file means: by id, content, dataset and name, name, or the end of the id in a planned file name."""

import io
import zipfile

import pytest

from labelwright.services import datasets, label_exports, projects, tasks
from labelwright.services.context import Context
from labelwright.services.label_exports import Wanted
from tests.builders import Project, Team, annotation, make_medium, make_project, picture_bytes, save
from tests.services.test_label_imports import coco, send

DATASETS = ("Harbour crane pictures", "Night")


@pytest.fixture
def project(ctx: Context, team: Team) -> Project:
    """One name in two datasets, and a labelled object in each of the two pictures."""
    made = make_project(ctx, team.admin, media=("a.png", "b.png"))
    night = datasets.create_dataset(ctx, team.admin, name="Night", owner=team.organisation_id)
    make_medium(ctx, team.admin, night["id"], "b.png", picture_bytes(colour=(1, 2, 3)))
    projects.connect_dataset(ctx, team.admin, made.id, night["id"])
    tasks.move_many(ctx, team.admin, made.id, "WAITING", dataset_id="ALL")
    for task in tasks.list_tasks(ctx, team.admin, made.id, tasks.TaskFilter()).items:
        save(ctx, team.admin, task["id"], created=(annotation(ctx, made.class_id("crane")),))
        tasks.complete_task(ctx, team.admin, task["id"])
    return made


def without_manifest(archive: bytes) -> bytes:
    """The archive as somebody packs it again who kept the labels alone."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            if name.endswith((".txt", "data.yaml")):
                new.writestr(name, old.read(name))
    return made.getvalue()


def test_equal_names_are_told_apart_by_the_end_of_the_id_in_the_file_name(
    ctx: Context, team: Team, project: Project
) -> None:
    asked = label_exports.create_export(ctx, team.admin, project.id, Wanted(format="yolo"))
    label_exports.write_next(ctx)
    archive = label_exports.archive_path(ctx, asked["id"]).read_bytes()
    found = send(ctx, team, project, without_manifest(archive))
    assert found["summary"]["matched"] == 3
    assert found["summary"]["geometries"] == {"unchanged": 3}


@pytest.mark.parametrize("dataset", DATASETS)
def test_equal_names_are_told_apart_by_the_folder_that_is_the_dataset(
    ctx: Context, team: Team, project: Project, dataset: str
) -> None:
    images = [{"id": 7, "file_name": f"pictures/{dataset}/b.png", "width": 64, "height": 48}]
    found = send(ctx, team, project, coco(images=images), "theirs.json")
    assert (found["summary"]["matched"], found["summary"]["ambiguous"]) == (1, [])


def test_a_name_that_several_pictures_have_is_listed_and_not_guessed(
    ctx: Context, team: Team, project: Project
) -> None:
    found = send(ctx, team, project, coco(), "theirs.json")
    assert found["summary"]["matched"] == 0
    assert found["summary"]["ambiguous"] == ["pictures/b.png"]
