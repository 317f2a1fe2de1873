"""Programs of others that are installed read what was exported; what they say is told, and stops what is wrong."""

import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labelwright.bootstrap import open_context
from labelwright.cli import app
from labelwright.config import Settings
from labelwright.exchange.splits import Splits
from labelwright.formats import FORMATS
from labelwright.judges import judging
from labelwright.judges.finding import judges_of
from labelwright.judges.judging import Place, verdicts_on
from labelwright.judges.running import Limits
from labelwright.model.errors import Invalid
from labelwright.services import export_work, label_exports, tasks
from labelwright.services.label_exports import Wanted
from tests.builders import Team, annotation, make_project, rectangle, save
from tests.formats.test_conformance import export
from tests.judges.environment import judge
from tests.judges.exports import SPLITS, lay_out

REQUIREMENTS = {"pycocotools": "pycocotools==2.0.11", "duckdb": "duckdb==2.0.1"}


def judges_in(folder: Path, name: str) -> str:
    """A folder of environments with one of those that other tests made already."""
    folder.mkdir()
    (folder / name).symlink_to(judge(name, REQUIREMENTS[name]).parents[1])
    return str(folder)


def fake_in(folder: Path, module: str) -> str:
    """A folder with the environment of a program that calls itself pycocotools 9.9, whose module is this."""
    packages = folder / "fake" / "lib" / "python3" / "site-packages"
    (packages / "pycocotools").mkdir(parents=True)
    (packages / "pycocotools" / "coco.py").write_text(module)
    (packages / "pycocotools-9.9.dist-info").mkdir()
    (packages / "pycocotools-9.9.dist-info" / "METADATA").write_text("Name: pycocotools\nVersion: 9.9\n")
    python = folder / "fake" / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{packages}" exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return str(folder)


@pytest.mark.parametrize(("name", "form", "splits"), [("pycocotools", "coco", SPLITS), ("duckdb", "parquet", None)])
def test_a_judge_counts_what_the_ledger_says(name: str, form: str, splits: Splits | None, tmp_path: Path) -> None:
    """Those of the other formats are asked where their own tests are."""
    laid = lay_out(form, tmp_path / "with [signs]", splits=splits)

    (verdict,) = verdicts_on(FORMATS[form], laid.folder, 100, Place(judges_in(tmp_path / "judges", name), tmp_path))

    assert verdict.outcome == "same", verdict
    counted = f"{verdict.annotations} annotations in {len(laid.tasks)} pictures"
    assert verdict.text == f"{name} {verdict.version} reads the same: {counted}."
    keypoints = 5 if form == "coco" else 0  # they stand in the annotations that they are nested in
    assert verdict.annotations == laid.written - keypoints
    assert list(tmp_path.glob("*.part")) == []


def archive_with(folder: Path, change: Callable[[dict[str, Any]], Any]) -> Path:
    """An export of COCO in which something was changed afterwards."""
    whole, changed = folder / "whole.zip", folder / "changed.zip"
    whole.write_bytes(export(FORMATS["coco"])[0])
    with zipfile.ZipFile(whole) as archive, zipfile.ZipFile(changed, "w") as target:
        for name in archive.namelist():
            content = archive.read(name)
            if "instances" in name:
                coco = json.loads(content)
                change(coco)
                content = json.dumps(coco).encode()
            target.writestr(name, content)
    return changed


def moved(coco: dict[str, Any]) -> None:
    coco["annotations"][0]["bbox"][0] += 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda coco: coco["annotations"].pop(), "reads 88 annotations, and the manifest says 89."),
        (moved, "reads annotations of “tree” elsewhere than Labelwright"),
    ],
    ids=["left out", "moved"],
)
def test_an_archive_that_was_tampered_with_is_not_valid(
    change: Callable[[dict[str, Any]], Any], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive, where = archive_with(tmp_path, change), judges_in(tmp_path / "judges", "pycocotools")
    with pytest.raises(SystemExit) as ended:
        app(["validate", str(archive), "--judges", where], exit_on_error=False)
    assert ended.value.code == 1
    assert f"pycocotools 2.0.11 {said}" in capsys.readouterr().err
    app(["validate", str(archive), "--judges", "off"], exit_on_error=False, result_action="return_none")
    assert "pycocotools" not in capsys.readouterr().err


def test_files_of_others_may_have_boxes_that_do_not_fit_their_outlines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    outline = {"segmentation": [[1, 1, 9, 1, 9, 9]], "bbox": [0, 0, 20, 20], "area": 32, "iscrowd": 0}
    labels = {
        "images": [{"id": 7, "file_name": "a.png", "width": 30, "height": 20}],
        "categories": [{"id": 3, "name": "cat"}],
        "annotations": [{"id": 1, "image_id": 7, "category_id": 3, **outline}],
    }
    (theirs / "labels.json").write_text(json.dumps(labels))
    (theirs / "notes.json").write_text("[]")
    where = judges_in(tmp_path / "judges", "pycocotools")
    app(["validate", str(theirs), "--judges", where], exit_on_error=False, result_action="return_none")
    assert "pycocotools 2.0.11 reads the same: 1 annotation in 1 picture." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("module", "seconds", "said"),
    [
        ("raise KeyError('images')", 120, "could not read it: KeyError: 'images'."),
        ("import os; os.abort()", 120, "broke off (exit -6)."),
        ("import time; time.sleep(600)", 0.5, "was stopped: it took more than 0.5 s."),
        ("x = bytearray(1 << 40)", 120, "could not read it: it needs more than 1 GiB of memory."),
    ],
    ids=["fails", "crashes", "hangs", "needs too much"],
)
def test_a_judge_that_cannot_finish_says_why_and_the_archive_is_good(
    module: str, seconds: float, said: str, tmp_path: Path
) -> None:
    archive = tmp_path / "archive.zip"
    archive.write_bytes(export(FORMATS["coco"])[0])
    place = Place(fake_in(tmp_path / "judges", module), tmp_path, Limits(seconds, memory_bytes=1 << 30))

    (verdict,) = verdicts_on(FORMATS["coco"], archive, 100, place)

    assert (verdict.outcome, verdict.text) == ("unread", f"pycocotools 9.9 {said}")
    judging.refuse_other((verdict,))
    assert list(tmp_path.glob("*.part")) == []


BLIND = """
class COCO:
    def createIndex(self):
        self.cats, self.imgs = {}, {}
"""


def test_a_server_tells_what_a_judge_reads_and_hands_out_nothing_that_it_reads_otherwise(
    settings: Settings, team: Team, tmp_path: Path
) -> None:
    where = judges_in(tmp_path / "judges", "pycocotools")
    with open_context(settings.model_copy(update={"judges": where})) as ctx:
        project = make_project(ctx, team.admin)
        save(ctx, team.admin, project.task_id, created=(annotation(ctx, project.class_id("crane"), rectangle()),))
        tasks.complete_task(ctx, team.admin, project.task_id)

        def exported() -> dict[str, Any]:
            asked = label_exports.create_export(ctx, team.admin, project.id, Wanted(format="coco"))
            assert export_work.write_next(ctx)
            return label_exports.get_export(ctx, team.admin, asked["id"])

        good = exported()
        assert (good["state"], good["error"]) == ("done", None)
        (verdict,) = json.loads(bytes(good["report"]))["judged"]
        assert verdict["text"] == "pycocotools 2.0.11 reads the same: 1 annotation in 1 picture."
        with zipfile.ZipFile(label_exports.archive_path(ctx, good["id"])) as archive:
            assert b"pycocotools" not in b"".join(map(archive.read, archive.namelist()))

        (tmp_path / "judges" / "pycocotools").unlink()
        fake_in(tmp_path / "judges", BLIND)
        bad = exported()
        assert (bad["state"], bad["downloadable"]) == ("failed", False)
        assert "pycocotools 9.9 reads 0 annotations, and the manifest says 1." in bad["error"]


def test_a_judge_ends_with_the_process_that_asked_it(tmp_path: Path) -> None:
    """As when somebody stops an export, or the server ends."""
    archive, number = tmp_path / "archive.zip", tmp_path / "number"
    archive.write_bytes(export(FORMATS["coco"])[0])
    hangs = f"import os, time; open({str(number)!r}, 'w').write(f'{{os.getpid()}} '); time.sleep(600)"
    where = fake_in(tmp_path / "judges", hangs)
    command = [sys.executable, "-m", "labelwright.cli", "validate", str(archive), "--judges", where]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as asking:
        try:
            until(lambda: number.exists() and number.read_text().endswith(" "))
        finally:
            asking.kill()
    until(lambda: has_ended(int(number.read_text())))
    assert list(tmp_path.glob("*.part")) == []


def has_ended(process: int) -> bool:
    """Whether a process is gone, or nobody has looked yet how it ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_tools_are_told_apart_by_where_they_are(tmp_path: Path) -> None:
    where = fake_in(tmp_path / "judges", "")
    (found,) = judges_of("coco", where)
    assert str(found) == "pycocotools 9.9"
    assert judges_of("yolo", where) == judges_of("coco", "off") == judges_of("coco", "") == ()
    with pytest.raises(ValueError, match="there is no folder"):
        Settings(judges=str(tmp_path / "nowhere"))
    with pytest.raises(Invalid, match="there is no folder"):
        app(["validate", str(tmp_path), "--judges", str(tmp_path / "nowhere")], exit_on_error=False)


def test_an_archive_of_very_many_annotations_is_given_to_nobody(tmp_path: Path) -> None:
    where = fake_in(tmp_path / "judges", "")
    (verdict,) = verdicts_on(FORMATS["coco"], tmp_path, judging.MOST_ANNOTATIONS + 1, Place(where, tmp_path))
    assert verdict.outcome == "unasked"
    assert "up to 500,000 annotations are given to other programs, not 500,001" in verdict.text
