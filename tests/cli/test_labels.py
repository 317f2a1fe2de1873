"""`labelwright export` and `labelwright import`."""

import json
from pathlib import Path

import pytest

from labelwright.services import tasks
from labelwright.services.context import Context
from tests.builders import Project, Team, annotation, make_project, save
from tests.cli.conftest import Run


@pytest.fixture
def labelled(ctx: Context, team: Team) -> Project:
    """The project “Harbour crane” with one completed task that has one crane."""
    project = make_project(ctx, team.admin)
    save(ctx, team.admin, project.task_id, created=(annotation(ctx, project.class_id("crane")),))
    tasks.complete_task(ctx, team.admin, project.task_id)
    return project


def test_export_writes_a_file_named_after_the_project(
    labelwright: Run, labelled: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    done = labelwright("export", "Harbour crane")

    assert (done.code, done.out) == (0, "")
    assert "1 task of “Harbour crane”" in done.err
    assert "Harbour_crane.json" in done.err
    exported = json.loads((tmp_path / "Harbour_crane.json").read_bytes())
    assert exported[1]["external_media_ID"] == "a.png"


def test_export_takes_an_id_a_file_name_and_options(labelwright: Run, labelled: Project, tmp_path: Path) -> None:
    file = tmp_path / "deep" / "out.json"

    done = labelwright("export", labelled.id, "-o", file, "--include", "ids", "--status", "completed")

    assert done.code == 0
    assert "id" in json.loads(file.read_bytes())[1]["labels"]["crane"][0]


def test_export_to_standard_output_is_the_file_and_nothing_else(labelwright: Run, labelled: Project) -> None:
    done = labelwright("export", labelled.id, "--output", "-")

    assert done.code == 0
    assert json.loads(done.out)[1]["external_media_ID"] == "a.png"


def test_exporting_an_unknown_project_says_so_and_leaves_no_file(
    labelwright: Run, labelled: Project, tmp_path: Path
) -> None:
    done = labelwright("export", "Nowhere", "-o", tmp_path / "out.json")

    assert done.code == 1
    assert done.err == "labelwright: There is no project with name or id Nowhere.\n"
    assert not (tmp_path / "out.json").exists()


def test_what_is_exported_is_imported_again(labelwright: Run, labelled: Project, tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    labelwright("export", labelled.id, "-o", file)

    done = labelwright("import", "Harbour crane", file)

    assert done.code == 0
    assert "1 annotation" in done.err
    assert "of 1 task imported into “Harbour crane”." in done.err


def test_an_import_that_breaks_a_rule_names_the_place(labelwright: Run, labelled: Project, tmp_path: Path) -> None:
    file = tmp_path / "bad.json"
    medium_id = json.loads(labelwright("export", labelled.id, "-o", "-").out)[1]["internal_media_ID"]
    labels = {"crane": [{"geometry": [{"x": 1, "y": 2, "w": -3, "h": 4}]}]}
    file.write_text(json.dumps([{"internal_media_ID": medium_id, "labels": labels}]))

    done = labelwright("import", "Harbour crane", file)

    assert done.code == 1
    assert "The rectangle of “crane” needs a width and a height above 0" in done.err
    assert "  at /0/labels/crane/0/geometry" in done.err


def test_what_leaves_the_picture_is_refused_or_cut_as_one_likes(
    labelwright: Run, labelled: Project, tmp_path: Path
) -> None:
    file = tmp_path / "wide.json"
    exported = labelwright("export", labelled.id, "-o", "-").out
    file.write_text(exported.replace('"w":10', '"w":1000'))

    refused = labelwright("import", "Harbour crane", file)
    cut = labelwright("import", "Harbour crane", file, "--out-of-bounds", "clip")

    assert (refused.code, "leaves the picture" in refused.err) == (1, True)
    assert (cut.code, "cut at its border" in cut.err) == (0, True)


def test_a_missing_file_is_named(labelwright: Run, labelled: Project, tmp_path: Path) -> None:
    done = labelwright("import", "Harbour crane", tmp_path / "missing.json")

    assert done.code == 1
    assert done.err.startswith(f"labelwright: {tmp_path / 'missing.json'}: No such file")
