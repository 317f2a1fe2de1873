"""The examples of docs/command-line.md and docs/exports.md run as they stand, one after another."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from labelwright.jobs.background import background_work
from labelwright.services import tasks
from labelwright.services.context import Context
from tests.builders import HARBOUR_CLASSES, Team, annotation, make_project, option, picture_bytes, save
from tests.cli.conftest import Run

DOCUMENTS = Path(__file__).parents[2] / "docs"
DOCUMENT = DOCUMENTS / "command-line.md"


@pytest.fixture(autouse=True)
def _working(ctx: Context) -> Iterator[None]:
    with background_work(ctx):
        yield


@pytest.fixture
def harbour(ctx: Context, team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files of the examples, and the projects that they speak of."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "new.png").write_bytes(picture_bytes())
    classes = (*HARBOUR_CLASSES, option("scene", "quay", "sea"))
    project = make_project(ctx, team.admin, name="Harbour", media=("a.png", "b.png"), classes=classes)
    save(ctx, team.admin, project.task_ids["a.png"], created=(annotation(ctx, project.class_id("crane")),))
    tasks.complete_task(ctx, team.admin, project.task_ids["a.png"])
    make_project(ctx, team.admin, name="New harbour", media=("b.png",), classes=())
    theirs = {
        "images": [{"id": 1, "file_name": "b.png", "width": 64, "height": 48}],
        "categories": [{"id": 1, "name": "vessel"}, {"id": 2, "name": "gull"}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 20, 10]},
            {"id": 2, "image_id": 1, "category_id": 2, "bbox": [30, 2, 5, 5]},
        ],
    }
    (tmp_path / "theirs.json").write_text(json.dumps(theirs))
    return tmp_path


def tried(labelwright: Run, document: Path) -> str:
    """Run the examples of a document; all that they said."""
    said = []
    for block in re.findall(r"```sh\n(.*?)```", document.read_text(), re.DOTALL):
        for example in (line for line in block.splitlines() if line.startswith("labelwright ")):
            done = labelwright(*shlex.split(example.partition(" | ")[0])[1:])
            assert done.code == 0, f"{example}\n{done.out}\n{done.err}"
            said.append(done.out + done.err)
    return "\n".join(said)


def test_every_example_about_exports_does_what_it_says(labelwright: Run, harbour: Path) -> None:
    text = tried(labelwright, DOCUMENTS / "exports.md")
    assert {"cranes.zip", "masks.zip", "yolo.zip", "labels.json", "whole.json"} <= {p.name for p in harbour.iterdir()}
    assert "The side-car was used" in text


def test_every_example_of_the_document_does_what_it_says(labelwright: Run, harbour: Path) -> None:
    text = tried(labelwright, DOCUMENT)
    assert {"harbour.json", "harbour-yolo.zip", "cranes.zip", "boxes.zip"} <= {path.name for path in harbour.iterdir()}
    assert '"vessel": ' in text
    assert "+ vessel (rectangle)" in text
    assert "geometries: 1 unchanged" in text


def test_every_command_stands_in_the_document(labelwright: Run) -> None:
    listed = re.findall(r"^│ (\w+) ", labelwright("--help").out, re.MULTILINE)
    text = DOCUMENT.read_text()
    assert len(listed) > 15
    assert [name for name in listed if not re.search(rf"`{name}[` ]", text)] == []
