"""Which picture a file means: by id, content, dataset and name, name, or the end of the id in a planned file name."""

import io
import json
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable

import pytest

from labelwright.services import datasets, export_work, label_exports, projects, tasks
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
    export_work.write_next(ctx)
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


def test_a_picture_under_another_name_is_found_by_its_content(ctx: Context, team: Team, project: Project) -> None:
    """In a file of a copy elsewhere neither ids nor names are ours; two pictures of the same bytes stay ambiguous."""
    asked = label_exports.create_export(ctx, team.admin, project.id, Wanted(format="native"))
    export_work.write_next(ctx)
    with zipfile.ZipFile(label_exports.archive_path(ctx, asked["id"])) as archive:
        classes, *found = json.loads(archive.read("labels.json"))
    for at, one in enumerate(found):
        one |= {"internal_media_ID": ctx.new_id(), "external_media_ID": f"renamed {at}.png"}
    summary = send(ctx, team, project, json.dumps([classes, *found]).encode(), "theirs.json")["summary"]
    twins = [one["external_media_ID"] for one in found if one["media"]["sha256"] == found[0]["media"]["sha256"]]
    assert (summary["matched"], sorted(summary["ambiguous"])) == (3 - len(twins), twins)
    assert len(twins) == 2


# --- names in any script, however a system writes them ----------------------------------------------------------------

NAMES = ("größe.png", "한국어 길.png", "Čeština č. 3.jpeg", "ที่นี่.png", "صورة.png", "👩‍🚀 ñ.png")


class Unflagged(zipfile.ZipInfo):
    """An entry as the archiver of macOS writes it: UTF-8, but not said so."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - the library's word
        return self.filename.encode(), self.flag_bits


def yolo() -> dict[str, str]:
    """A file of YOLO for each picture, the names as macOS writes them: letters and accents apart."""
    labels = {f"set/labels/train/{name.rpartition('.')[0]}.txt": "0 0.5 0.5 0.2 0.2\n" for name in NAMES}
    return {
        unicodedata.normalize("NFD", path): text for path, text in {"set/data.yaml": "names: [crane]", **labels}.items()
    }


def zipped_by_macos() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for path, text in yolo().items():
            folder, _, name = path.rpartition("/")
            archive.writestr(Unflagged(path), text)
            archive.writestr(Unflagged(f"__MACOSX/{folder}/._{name}"), b"\0\x05\x16\x07 Mac OS X")
        archive.writestr("set/.DS_Store", b"\0\0\0\1Bud1")
    return made.getvalue()


def zipped_with_backslashes() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for path, text in yolo().items():
            archive.writestr(path.replace("/", "\\"), text)
    return made.getvalue()


def packed_as_tar() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for path, text in yolo().items():
            entry = tarfile.TarInfo(f"./{path}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return made.getvalue()


def coco_of_windows() -> bytes:
    images = [
        {"id": n, "file_name": f"C:\\Bilder\\{unicodedata.normalize('NFD', name)}"} for n, name in enumerate(NAMES)
    ]
    boxes = [{"id": n, "image_id": n, "category_id": 1, "bbox": [10, 10, 12, 9]} for n in range(len(NAMES))]
    return json.dumps({"images": images, "annotations": boxes, "categories": [{"id": 1, "name": "crane"}]}).encode()


@pytest.mark.parametrize("packed", [zipped_by_macos, zipped_with_backslashes, packed_as_tar, coco_of_windows])
def test_names_in_any_script_are_found_however_a_system_writes_them(
    ctx: Context, team: Team, packed: Callable[[], bytes]
) -> None:
    project = make_project(ctx, team.admin, media=NAMES)
    found = send(ctx, team, project, packed(), "theirs")
    assert found["state"] == "ready", found["error"]
    assert found["summary"]["unmatched"] == []
    assert found["summary"]["matched"] == len(NAMES)
    assert found["summary"]["geometries"] == {"added": len(NAMES)}
    assert found["summary"]["refusedCount"] == 0
