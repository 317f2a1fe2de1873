"""What hurt people in other tools does not happen here: one test for each pain that silently spoils labels.

The numbers are those of our list of pains of other tools; those that cost labels without a word have a test each, here
or where `ELSEWHERE` says. Some are about videos, which there are none of here.
"""

import ast
import json
import re
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from labelwright.cli import app
from labelwright.exchange.checking import Differs, check_archive
from labelwright.exchange.format import Format
from labelwright.exchange.ledger import UNITS
from labelwright.exchange.manifest import PATH, decode
from labelwright.exchange.splits import Splits
from labelwright.formats import FORMATS
from labelwright.model.geometry import ImageSegmentation, Rectangle, kind_of
from labelwright.services import configurations, label_imports
from labelwright.services.context import Context
from labelwright.services.import_options import Options
from tests.builders import Project, Team, annotation, geometry_class, make_project, save
from tests.exchange import test_pains_of_shapes
from tests.exchange.writing import coco_of, opened, pack, shapes_of, task, unpack
from tests.formats import corpus
from tests.formats.corpus.making import HOLE, SQUARE, moved
from tests.formats.test_conformance import BOTH_WAYS, WRITERS, by_id
from tests.services.test_label_exports import content, written
from tests.services.test_label_imports import box, coco, documents, send, worked

ROOT = Path(__file__).parents[2]
ELSEWHERE = {
    55: (
        "tests/e2e/test_saving.py::test_a_reload_right_after_a_stroke_keeps_it",
        "tests/e2e/test_saving.py::test_a_killed_tab_loses_nothing",
    ),
    56: (
        "tests/e2e/test_saving.py::test_without_a_network_work_goes_on_and_is_sent_later",
        "tests/e2e/test_saving.py::test_a_server_killed_in_mid_save_loses_and_doubles_nothing",
        "tests/services/test_imports.py::test_the_history_can_tell_what_the_import_replaced",
    ),
    57: (
        (
            "tests/api/test_bad_configuration.py::"
            "test_taking_out_a_class_with_labels_asks_first_and_keeps_them_in_the_history"
        ),
    ),
}
OF_VIDEOS = {19, 20, 23}
SEVERE = {*range(1, 26), 48, 49, 55, 56, 57}


# --- A: silent wrong labels; those of shapes and pixels are in `test_pains_of_shapes`


@pytest.mark.parametrize("form", BOTH_WAYS, ids=by_id)
def test_two_pictures_with_the_same_base_name_keep_their_own_label_files(form: Format, tmp_path: Path) -> None:
    """Pain 1. Of pictures of one name, or of one but for the extension or the case, each has its own labels."""
    names = ("same.png", "same.png", "same.jpg", "SAME.png")
    shapes = [Rectangle(10 + 20 * n, 10, 10, 10) for n in range(4)]
    tasks = [task(n + 1, ("car", shape), name=name) for n, (name, shape) in enumerate(zip(names, shapes, strict=True))]
    archive, report = pack(form.id, *tasks)
    paths = [medium.path for medium in decode(unpack(archive)[PATH]).media]
    assert len({path.rpartition(".")[0].lower() for path in paths}) == 4
    _, media = opened(archive, tmp_path)
    lefts = sorted(kind_of(shape).bounds(shape)[0] for shape in shapes_of(media))
    # Pascal VOC has a border of two pixels that belong to nobody.
    assert (lefts, len(media)) == (pytest.approx([10, 30, 50, 70], abs=2), 4)
    assert report.balance.refused["geometries"] == 0


def test_several_annotators_on_one_picture_are_never_mixed_or_listed_twice(tmp_path: Path) -> None:
    """Pain 2. A picture has one document and is written once; of another tool's several, the latest is read, aloud."""
    archive, _ = pack("coco", task(1, ("car", Rectangle(1, 1, 5, 5))), task(2, ("car", Rectangle(2, 2, 5, 5))))
    names = [image["file_name"] for image in coco_of(archive)["images"]]
    assert names == sorted(set(names))

    def result(x: float) -> dict[str, Any]:
        value = {"x": x, "y": 10, "width": 10, "height": 10, "rotation": 0, "rectanglelabels": ["car"]}
        size = {"original_width": 100, "original_height": 100}
        return {"id": f"r{x}", "type": "rectanglelabels", "from_name": "a", "to_name": "image", "value": value, **size}

    annotations = [
        {"id": n, "result": [result(10 * n)], "updated_at": f"2026-01-0{day}T00:00:00Z"} for n, day in ((1, 1), (2, 2))
    ]
    tasks = [{"id": 1, "data": {"image": "a.png"}, "annotations": annotations}]
    found, media = opened({"tasks.json": json.dumps(tasks)}, tmp_path)
    assert shapes_of(media) == [Rectangle(20, 10, 10, 10)]
    assert [fault.code for fault in found.faults.kept] == ["several_annotations"]


def test_annotations_never_point_at_another_picture_of_the_same_name() -> None:
    """Pain 3. No two images of a COCO file share a file name, whatever datasets they come from."""
    tasks = [task(n, ("car", Rectangle(n, 1, 5, 5)), name="frame000066.png", dataset=f"Clip {n}") for n in (1, 2, 3)]
    found = coco_of(pack("coco", *tasks)[0])
    paths = {image["id"]: image["file_name"] for image in found["images"]}
    ids = {image["id"]: image["medium_id"] for image in found["images"]}
    assert len(set(paths.values())) == 3
    assert {ids[a["image_id"]]: a["bbox"][0] for a in found["annotations"]} == {
        t.medium.id: n for n, t in enumerate(tasks, 1)
    }


def test_class_numbers_stay_when_classes_are_added_moved_and_taken_out(ctx: Context, team: Team) -> None:
    """Pain 4. The same class has the same number in every export, in every format that has numbers."""
    project = make_project(ctx, team.admin)
    save(ctx, team.admin, project.task_ids["a.png"], created=(annotation(ctx, project.class_id("crane")),))

    def numbers(form: str) -> dict[str, int]:
        """The number of each class in COCO, which begin at 1, or in YOLO."""
        with content(ctx, written(ctx, team, project, format=form, states=("WAITING",))) as archive:
            if form == "coco":
                categories = json.loads(archive.read("annotations/instances_default.json"))["categories"]
                return {category["name"]: category["id"] for category in categories}
            pairs = re.findall(r'^\s+(\d+): "(.+)"$', archive.read("data.yaml").decode(), re.MULTILINE)
            return {name: int(number) + 1 for number, name in pairs}

    before = numbers("coco")
    current = configurations.get_configuration(ctx, team.admin, project.id)
    _, *others = (c for c in current.classes if c.key != "ship")
    crane = next(c for c in current.classes if c.key == "crane")
    changed = (geometry_class("boat", "polygon"), *reversed(others), crane)
    configurations.save_configuration(ctx, team.admin, project.id, changed, revision=current.revision)
    for form in ("coco", "yolo"):
        after = numbers(form)
        kept = {name: number for name, number in before.items() if name in after}
        assert {name: after[name] for name in kept} == kept
        assert after["boat"] not in before.values()
    assert before.keys() - after.keys() == {"ship"}


def test_an_archive_with_a_class_that_does_not_exist_is_never_handed_out(tmp_path: Path) -> None:
    """Pain 5. What was written is read back and every number looked up before anybody can download it."""
    tasks = (task(1, ("car", Rectangle(10, 10, 20, 20))),)
    archive, report = pack("yolo", *tasks)
    path = tmp_path / "spoilt.zip"
    with zipfile.ZipFile(path, "w") as spoilt:
        for name, text in unpack(archive).items():
            spoilt.writestr(name, text.replace(b"0 0.", b"138 0.", 1) if name.startswith("labels/") else text)
    written_tasks = [msgspec.structs.replace(t, medium=msgspec.structs.replace(t.medium, path="1.png")) for t in tasks]
    with pytest.raises(Differs, match="YOLO"):
        check_archive(FORMATS["yolo"], path, report.balance, written_tasks)


def test_a_file_of_numbers_is_read_by_its_own_names_and_never_by_ours(tmp_path: Path) -> None:
    """Pain 6. Names that stand in another order mean what they say; without names nothing is guessed."""
    line = "0 0.5 0.5 0.2 0.2\n"
    _, (medium,) = opened({"data.yaml": "names: [tree, car]\n", "labels/a.txt": line}, tmp_path)
    assert [one.class_name for one in medium.objects] == ["tree"]
    (tmp_path / "bare").mkdir()
    found, (medium,) = opened({"labels/a.txt": line}, tmp_path / "bare")
    assert (medium.objects, [fault.code for fault in found.faults.kept]) == ((), ["class_out_of_range"])


def test_categories_with_gaps_become_yolo_classes_of_the_same_names(tmp_path: Path) -> None:
    """Pain 7. COCO's numbers have holes and begin at 1; names decide, and nothing is shifted."""
    categories = [{"id": number, "name": name} for number, name in ((1, "person"), (13, "stop sign"), (90, "brush"))]
    annotations = [box(n, c["id"]) | {"bbox": [10 * n, 2, 5, 5]} for n, c in enumerate(categories, 1)]
    (tmp_path / "coco.json").write_bytes(coco(*annotations, categories=categories))
    with pytest.raises(SystemExit) as end:
        app(["convert", str(tmp_path / "coco.json"), str(tmp_path / "yolo.zip"), "--format", "yolo"])
    assert not end.value.code
    files = unpack((tmp_path / "yolo.zip").read_bytes())
    names = dict(re.findall(r'^\s+(\d+): "(.+)"$', files["data.yaml"].decode(), re.MULTILINE))
    lines = [line.split() for line in files["labels/b.txt"].decode().splitlines()]
    found = {names[number]: round(float(x) * 64 - 2.5) for number, x, *_ in lines}
    assert found == {"person": 10, "stop sign": 20, "brush": 30}


def test_ids_of_coco_begin_at_1_and_are_unique_in_all_splits_together() -> None:
    """Pain 8. An annotation of the id 0 counts as not matched in COCO's evaluation."""
    tasks = [task(n, *(("car", Rectangle(m, n, 5, 5)) for m in range(3))) for n in range(1, 30)]
    archive, _ = pack("coco", *tasks, splits=Splits(shares=(50, 30, 20)))
    found = [coco_of(archive, split) for split in ("train", "val", "test")]
    for key, count in (("annotations", 87), ("images", 29)):
        assert sorted(one["id"] for part in found for one in part[key]) == list(range(1, count + 1))
    assert min(category["id"] for part in found for category in part["categories"]) >= 1


def test_a_mask_is_no_crowd_and_a_crowd_is_no_object(tmp_path: Path) -> None:
    """Pain 9. `iscrowd` is 0 whatever the form, or training leaves the object out; crowds that come in are named."""
    shapes = (ImageSegmentation((SQUARE, HOLE)), ImageSegmentation((moved(SQUARE, 60),)))
    archive, _ = pack("coco", task(1, *(("sky", shape) for shape in shapes), ("car", Rectangle(1, 1, 5, 5))))
    found = coco_of(archive)
    assert isinstance(found["annotations"][0]["segmentation"], dict)
    assert {one["iscrowd"] for one in found["annotations"]} == {0}
    for one in found["annotations"]:
        one["iscrowd"] = 1
    labels, media = opened({"coco.json": json.dumps(found)}, tmp_path)
    assert (shapes_of(media), Counter(fault.code for fault in labels.faults.kept)) == ([], Counter(crowd=3))


def test_an_export_after_a_deletion_does_not_have_what_was_deleted(ctx: Context, team: Team) -> None:
    """Pain 21. Nothing is kept by date: another revision is another export."""
    project = make_project(ctx, team.admin)
    crane, second = (annotation(ctx, project.class_id("crane")) for _ in range(2))
    save(ctx, team.admin, project.task_ids["a.png"], created=(crane, second))

    def ids() -> set[str]:
        with content(ctx, written(ctx, team, project, states=("WAITING",))) as archive:
            found = json.loads(archive.read("annotations/instances_default.json"))["annotations"]
        return {one["uid"] for one in found}

    assert ids() == {crane.id, second.id}
    save(ctx, team.admin, project.task_ids["a.png"], 1, deleted=(crane.id,))
    assert ids() == {second.id}


@pytest.mark.parametrize("form", WRITERS, ids=by_id)
def test_what_a_format_cannot_hold_is_counted_and_named(form: Format) -> None:
    """Pain 22. Every shape of the corpus is in the file, or in the report with its picture and the reason."""
    tasks = tuple(one for one in corpus.tasks() if one.state == "completed")
    _, report = pack(form.id, *tasks)
    balance = report.balance
    buckets = (balance.exported, balance.converted, balance.refused, balance.filtered)
    for unit in UNITS:
        assert sum(bucket[unit] for bucket in buckets) == balance.source[unit]
    for entry in balance.losses:
        assert entry.reason
        assert entry.items or entry.unit == "ids"
        assert all(item.medium for item in entry.items)


# --- D: import ------------------------------------------------------------------------------------------------------


@pytest.fixture
def project(ctx: Context, team: Team) -> Project:
    made = make_project(ctx, team.admin, media=("a.png", "b.png"))
    save(ctx, team.admin, made.task_ids["b.png"], created=(annotation(ctx, made.class_id("crane")),))
    return made


def test_an_import_overwrites_nothing_unless_it_is_told_to_and_can_be_taken_back(
    ctx: Context, team: Team, project: Project
) -> None:
    """Pain 48. It adds, shows what it would do first, replaces on request, and its undo brings everything back."""
    before = documents(ctx, team, project)
    (crane,) = before["b.png"].annotations
    found = send(ctx, team, project, coco(box(1, bbox=[30, 30, 10, 8])))
    assert found["summary"]["geometries"]["added"] == 1
    assert documents(ctx, team, project) == before
    label_imports.apply_import(ctx, team.admin, found["id"])
    worked(ctx, team, found["id"])
    assert crane in documents(ctx, team, project)["b.png"].annotations

    again = send(ctx, team, project, coco(box(1, bbox=[50, 30, 10, 8])))
    label_imports.set_options(ctx, team.admin, again["id"], Options(mode="replace"))
    assert worked(ctx, team, again["id"])["summary"]["geometries"]["removed"] == 2
    label_imports.apply_import(ctx, team.admin, again["id"])
    worked(ctx, team, again["id"])
    for done in (again, found):
        label_imports.undo_import(ctx, team.admin, done["id"])
        worked(ctx, team, done["id"])
    assert documents(ctx, team, project) == before


def test_importing_a_file_twice_makes_nothing_twice(ctx: Context, team: Team, project: Project) -> None:
    """Pain 49. Not even a file without any ids, under another name."""
    for name in ("first.json", "second.json"):
        found = send(ctx, team, project, coco(box(1, bbox=[30, 30, 10, 8]), box(2, bbox=[45, 30, 10, 8])), name)
        label_imports.apply_import(ctx, team.admin, found["id"])
        worked(ctx, team, found["id"])
    assert found["summary"]["geometries"] == {"unchanged": 2}
    assert len(documents(ctx, team, project)["b.png"].annotations) == 3


# --- nothing is forgotten -------------------------------------------------------------------------------------------


def test_every_severe_pain_has_a_test() -> None:
    found_in = {**vars(test_pains_of_shapes), **vars(sys.modules[__name__])}
    docs = [getattr(value, "__doc__", "") or "" for name, value in found_in.items() if name.startswith("test_")]
    here = {int(found[1]) for doc in docs if (found := re.match(r"Pain (\d+)[.,]", doc))}
    assert here | ELSEWHERE.keys() | OF_VIDEOS == SEVERE
    for where in (one for places in ELSEWHERE.values() for one in places):
        path, _, name = where.partition("::")
        functions = {n.name for n in ast.parse((ROOT / path).read_text()).body if isinstance(n, ast.FunctionDef)}
        assert name in functions, where
