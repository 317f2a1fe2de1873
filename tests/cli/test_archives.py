"""`labelwright export --format` and `labelwright import` of what comes back."""

import json
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from rich.progress import Progress

from labelwright.exchange.work import Said
from labelwright.jobs.background import background_work
from labelwright.sdk import Client
from labelwright.services import configurations, export_work, import_work, tasks
from labelwright.services.context import Context
from labelwright.services.worker_processes import Ended
from tests.builders import Project, Team, annotation, make_project, rectangle, save
from tests.cli.conftest import Run


@pytest.fixture(autouse=True)
def _working(ctx: Context) -> Iterator[None]:
    with background_work(ctx):
        yield


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def labelled(ctx: Context, team: Team) -> Project:
    """Two pictures, a crane with a hook in the first."""
    project = make_project(ctx, team.admin, media=("a.png", "b.png"))
    save(ctx, team.admin, project.task_ids["a.png"], created=(annotation(ctx, project.class_id("crane")),))
    for task_id in project.task_ids.values():
        tasks.complete_task(ctx, team.admin, task_id)
    return project


def test_an_archive_is_written_and_its_report_and_digest_are_said(
    labelwright: Run, labelled: Project, tmp_path: Path
) -> None:
    target = tmp_path / "yolo.zip"
    done = labelwright("export", labelled.id, "--format", "yolo", "--pictures", "pack", "-o", target)
    assert done.code == 0, done.err
    assert "1 geometry: 1 exported" in done.err
    assert "SHA-256" in done.err
    with zipfile.ZipFile(target) as archive:
        assert archive.read("labels/a.txt") != b""
        assert archive.read("labels/b.txt") == b""
        assert "images/b.png" in archive.namelist()


def test_a_dry_run_writes_nothing(
    labelwright: Run, labelled: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    done = labelwright("export", labelled.id, "--format", "coco", "--dry-run", "--split", "50/50")
    assert done.code == 0, done.err
    own = labelwright("export", labelled.id, "--dry-run")
    assert own.code == 0, own.err
    assert "1 geometry: 1 exported" in own.err
    assert labelwright("export", labelled.id, "--dry-run", "--include", "ids").code == 1
    assert list((tmp_path / "here").iterdir()) == []


def test_what_is_asked_wrongly_is_refused_with_what_may_be_meant(labelwright: Run, labelled: Project) -> None:
    for arguments, text in (
        (("--format", "yolo-sg", "--dry-run"), "There is no format “yolo-sg”. Did you mean yolo-seg?"),
        (("--format", "COCO-panoptic", "--dry-run"), "Did you mean coco_panoptic?"),
        (("--format", "coco", "--class", "crain", "--dry-run"), "Did you mean crane?"),
        (("--format", "coco", "--status", "complete", "--dry-run"), "Did you mean completed?"),
        (("--format", "coco", "-o", "/"), "/: It is a folder; name a file in it."),
        (("--format", "coco", "-o", "/dev/null/x.zip"), "/dev/null/x.zip: /dev/null is no folder."),
    ):
        refused = labelwright("export", labelled.id, *arguments)
        assert (refused.code, text in refused.err) == (1, True), refused.err


def test_who_interrupts_an_export_or_an_import_stops_it_on_the_server_too(
    labelwright: Run, labelled: Project, sdk: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(*_: object, is_wanted: Callable[[], bool], **__: object) -> Ended:
        wait_until(lambda: not is_wanted())
        return Ended(1, Said(step="starting"), was_wanted=False)

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    (tmp_path / "a.json").write_text("{}")
    with monkeypatch.context() as patched:
        for work in (export_work, import_work):
            patched.setattr(work, "run_worker", endless)
        patched.setattr(Progress, "update", interrupted)
        for command in (("export", labelled.id, "--format", "coco"), ("import", labelled.id, tmp_path / "a.json")):
            done = labelwright(*command)
            assert (done.code, "Stopped, on the server too." in done.err) == (130, True), done.err
    stopped = (*sdk.exchanges.exports(labelled.id), *sdk.exchanges.imports(labelled.id))
    assert [one.state for one in stopped] == ["cancelled", "cancelled"]

    # What was said then goes on.
    done = labelwright("exports", labelled.id, "--resume", stopped[0].id, "-o", tmp_path / "after_all.zip")
    assert (done.code, "1 geometry: 1 exported" in done.err) == (0, True), done.err
    assert zipfile.is_zipfile(tmp_path / "after_all.zip")


def test_what_was_exported_is_compared_and_changes_nothing(labelwright: Run, labelled: Project, tmp_path: Path) -> None:
    target = tmp_path / "coco.zip"
    labelwright("export", labelled.id, "--format", "coco", "-o", target)
    done = labelwright("import", labelled.id, target)
    assert done.code == 0, done.err
    assert "geometries: 1 unchanged" in done.err
    assert "Everything was there already" in done.err
    assert "side-car" not in done.err

    labelwright("export", labelled.id, "--format", "yolo", "--side-car", "-o", tmp_path / "yolo.zip")
    done = labelwright("import", labelled.id, tmp_path / "yolo.zip")
    assert done.code == 0, done.err
    assert done.err.count("The side-car was used; geometries: 1 as they were.") == 1


def test_a_foreign_file_goes_in_under_the_classes_that_are_named(
    ctx: Context, team: Team, labelwright: Run, labelled: Project, tmp_path: Path
) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "data.yaml").write_text("names: [kran, boat]")
    (tmp_path / "labels" / "b.txt").write_text("0 0.5 0.5 0.2 0.2\n1 0.1 0.1 0.1 0.1\n")
    packed = tmp_path / "theirs.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("data.yaml", "labels/b.txt"):
            archive.write(tmp_path / name, name)
    refused = labelwright("import", labelled.id, packed, "--map", "kran=crane")
    assert refused.code == 1
    assert "does not fit" in refused.err
    done = labelwright("import", labelled.id, packed, "--map", "kran=crane", "--map", "boat=")
    assert done.code == 0, done.err
    document = tasks.open_task(ctx, team.admin, labelled.task_ids["b.png"]).document
    assert [a.class_id for a in document.annotations] == [labelled.class_id("crane")]
    assert rectangle().w < document.annotations[0].geometry.w


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A folder with a file of YOLO about b.png."""
    folder = tmp_path / "theirs"
    (folder / "labels").mkdir(parents=True)
    (folder / "data.yaml").write_text("names: [kran, boat]")
    (folder / "labels" / "b.txt").write_text("0 0.5 0.5 0.2 0.2\n1 0.1 0.1 0.1 0.1\n")
    return folder


def test_a_project_takes_the_classes_of_a_folder_and_lets_them_go_again(
    ctx: Context, team: Team, labelwright: Run, theirs: Path
) -> None:
    empty = make_project(ctx, team.admin, name="Empty", media=("b.png",), classes=())
    refused = labelwright("import", "Empty", theirs)
    assert refused.code == 1
    assert "--make-configuration makes it of these classes" in refused.err
    shown = labelwright("import", "Empty", theirs, "--make-configuration", "--dry-run", "--map", "boat=")
    assert "+ kran (rectangle)" in shown.err
    assert "boat" not in shown.err
    done = labelwright("import", "Empty", theirs, "--make-configuration")
    assert "geometries: 2 added" in done.err, done.err
    task_id = empty.task_ids["b.png"]
    assert len(tasks.open_task(ctx, team.admin, task_id).document.annotations) == 2
    listed = labelwright("imports", "Empty", "--json").out.splitlines()
    undone = labelwright("undo", json.loads(listed[0])["id"])
    assert "is taken back" in undone.err
    assert tasks.open_task(ctx, team.admin, task_id).document.annotations == ()
    again = labelwright("undo", json.loads(listed[0])["id"])
    assert (again.code, "taken back already" in again.err) == (1, True)


def test_a_mapping_is_kept_used_and_says_what_it_lacks(
    ctx: Context, team: Team, labelwright: Run, labelled: Project, theirs: Path, tmp_path: Path
) -> None:
    options = ("--map", "kran=crane", "--map", "boat=ship", "--dry-run")
    kept = labelwright("import", labelled.id, theirs, *options, "--save-mapping", "Port")
    assert "geometries: 2 added" in kept.err, kept.err
    used = labelwright("import", labelled.id, theirs, "--mapping", "Port", "--dry-run")
    assert "geometries: 2 added" in used.err, used.err
    (tmp_path / "port.json").write_text(labelwright("mappings", "show", labelled.id, "Port").out)
    assert labelwright("mappings", "rename", labelled.id, "Port", "Harbour").code == 0
    assert labelwright("mappings", "save", labelled.id, "Port", tmp_path / "port.json").code == 0
    assert labelwright("mappings", "list", labelled.id).out.splitlines()[1].startswith("Harbour\tboat, kran")
    without_ships = tuple(c for c in labelled.configuration.classes if c.key != "ship")
    configurations.save_configuration(ctx, team.admin, labelled.id, without_ships)
    for name in ("Port", tmp_path / "port.json"):
        refused = labelwright("import", labelled.id, theirs, "--mapping", name)
        assert refused.code == 1
        assert "The class that “boat” became is not there any more" in refused.err
    assert labelwright("mappings", "delete", labelled.id, "Port").code == 0
    assert labelwright("import", labelled.id, theirs, "--mapping", "Port").code == 1


def test_archives_that_were_made_are_listed_and_downloaded_again(
    labelwright: Run, labelled: Project, tmp_path: Path
) -> None:
    labelwright("export", labelled.id, "--format", "coco", "-o", tmp_path / "first.zip")
    (line,) = labelwright("exports", labelled.id, "--json").out.splitlines()
    export = json.loads(line)
    done = labelwright("exports", labelled.id, "--download", export["id"], "-o", tmp_path / "again.zip")
    assert export["sha256"] in done.err
    assert (tmp_path / "again.zip").read_bytes() == (tmp_path / "first.zip").read_bytes()
    address = labelwright("exports", labelled.id, "--link", export["id"]).out.strip()
    assert httpx2.get(address, timeout=60).content == (tmp_path / "first.zip").read_bytes()


def test_one_file_of_a_format_is_written_by_itself_or_to_standard_output(
    labelwright: Run, labelled: Project, tmp_path: Path
) -> None:
    done = labelwright("export", labelled.id, "--format", "coco", "-o", tmp_path / "all.zip")
    assert done.code == 0, done.err
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        wanted = archive.read("annotations/instances_default.json")
    done = labelwright("export", labelled.id, "--format", "coco", "-o", tmp_path / "labels.json")
    assert done.code == 0, done.err
    assert (tmp_path / "labels.json").read_bytes() == wanted
    refused = labelwright("export", labelled.id, "--format", "coco", "-o", tmp_path / "x.json", "--split", "80/20")
    assert refused.code == 1
    assert "--split needs more than one file" in refused.err
    refused = labelwright("export", labelled.id, "--format", "yolo", "-o", tmp_path / "x.txt")
    assert refused.code == 1
    assert "several files" in refused.err
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("x")] == []
