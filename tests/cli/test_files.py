"""Label files without a server: converted, looked through, compared."""

import json
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from labelwright.cli import app
from labelwright.exchange.manifest import decode
from labelwright.formats import FORMATS
from labelwright.model.errors import Invalid
from tests.formats import corpus
from tests.formats.test_conformance import export


def run(*words: object) -> int:
    """Run a command; its exit code."""
    try:
        app([str(word) for word in words], exit_on_error=False, print_error=False)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


@pytest.fixture
def coco(tmp_path: Path) -> Path:
    path = tmp_path / "coco.zip"
    path.write_bytes(export(FORMATS["coco"])[0])
    return path


@pytest.mark.parametrize(
    "form",
    [
        *("native", "cvat", "labelme", "datumaro", "label-studio", "yolo-seg", "geojson"),
        *("voc", "csv", "kitti", "open-images", "parquet", "hugging-face"),
    ],
)
def test_an_archive_becomes_one_in_another_format_and_is_read_back(
    coco: Path, tmp_path: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / f"{form}.zip"
    assert run("convert", coco, target, "--format", form) == 0
    assert "read back" in capsys.readouterr().err
    with zipfile.ZipFile(target) as archive:
        balance = decode(archive.read("manifest.json")).ledger
    assert balance.source["tasks"] == sum(case.is_seen for case in corpus.CASES.values())
    assert run("validate", target) == 0


def test_conversions_can_be_refused(coco: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("convert", coco, tmp_path / "out.zip", "--format", "yolo-seg", "--refuse-conversions") == 0
    said = capsys.readouterr().err
    assert "Conversions are refused: " in said
    assert " converted: " not in said


def test_what_was_converted_there_and_back_is_the_same(coco: Path, tmp_path: Path) -> None:
    assert run("convert", coco, tmp_path / "there", "--format", "native") == 0
    assert run("convert", tmp_path / "there", tmp_path / "back.tar", "--format", "coco") == 0
    assert run("diff", coco, tmp_path / "back.tar") == 0


@pytest.mark.parametrize("form", ["yolo", "masks_class", "csv"])
def test_a_side_car_brings_back_what_the_format_does_not_hold(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive, direct, back = tmp_path / f"{form}.zip", tmp_path / "direct.zip", tmp_path / "back.json"
    archive.write_bytes(export(FORMATS[form], side_car=True)[0])
    direct.write_bytes(export(FORMATS["native"])[0])
    assert run("convert", archive, back, "--format", "native") == 0
    assert "The side-car was used; geometries: " in capsys.readouterr().err
    assert run("diff", direct, back) == 0
    assert run("diff", direct, archive) == 0
    assert run("validate", archive) == 0


def test_pictures_of_one_name_are_compared_each_with_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = "{path},car,{x},2,30,4\n"
    for name, last in (("a.csv", 7), ("b.csv", 8)):
        rows = (row.format(path=f"{folder}/same.png", x=x) for folder, x in (("one", 5), ("two", 6), ("three", last)))
        (tmp_path / name).write_text("path,class,x,y,w,h\n" + "".join(rows))
    assert run("diff", tmp_path / "a.csv", tmp_path / "b.csv", "--json") == 1
    (found,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (found["what"], found["medium"]) == ("moved", "three/same.png")


def test_a_difference_is_named_with_its_picture(coco: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with zipfile.ZipFile(coco) as archive:
        content = json.loads(archive.read("annotations/instances_default.json"))
    for annotation in content["annotations"]:
        annotation.pop("uid")
    content["annotations"][0]["bbox"][0] += 1
    content["annotations"][0]["segmentation"] = []
    del content["annotations"][-1]
    (tmp_path / "other.json").write_text(json.dumps(content))
    capsys.readouterr()
    assert run("diff", coco, tmp_path / "other.json", "--json") == 1
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {one["what"] for one in found} == {"moved", "removed"}


def test_faults_are_listed_with_their_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "data.yaml").write_text("names: [car]\n")
    lines = ("0 0.5 0.5 0.2 0.2", "3 0.5 0.5 0.2 0.2", "0 0,5 0.5 0.2 0.2", "0 0.5 0.5 1.5 0.2")
    (tmp_path / "labels" / "a.txt").write_text("\n".join(lines))
    assert run("validate", tmp_path, "--json") == 1
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["place"]["line"], one["code"]) for one in found if "line" in one["place"]] == [
        (2, "class_out_of_range"),
        (3, "not_a_number"),
        (4, "out_of_range"),
    ]


def test_what_is_not_kept_of_predictions_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {
        "data.yaml": "names: [car]\nlicense: MIT\n",
        **{f"labels/{name}.txt": "0 0.5 0.5 0.2 0.2 0.87\n" for name in "ab"},
    }
    for path, text in files.items():
        (tmp_path / "in" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / path).write_text(text)
        Image.new("L", (8, 8)).save(tmp_path / "in" / f"{Path(path).stem}.png")
    said = "“confidence” is not kept, 2 times in 2 files: there is no question of this name."
    said += " The first: 0.87 at labels/a.txt line 1."
    assert run("validate", tmp_path / "in", "--json") == 0
    shown = capsys.readouterr()
    assert said in shown.err
    lines = [json.loads(line) for line in shown.out.splitlines()]
    assert [(line["code"], line["value"]) for line in lines] == [("not_kept", "MIT"), ("not_kept", "0.87")]
    assert run("convert", tmp_path / "in", tmp_path / "x.json", "--format", "coco") == 0
    shown = capsys.readouterr()
    assert said in shown.err
    assert "“license” is not kept, once in one file: it is about the file as a whole" in shown.err
    assert run("diff", tmp_path / "in", tmp_path / "in") == 0
    assert f"not compared: {tmp_path / 'in'}: “license”" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("target", "form", "text"),
    [
        ("x.tar.gz", "yolo", "as .zip or .tar, not as .gz: name x.zip"),
        ("none/x.zip", "yolo", "There is no folder"),
        ("x.zip", "yolo_seg", "There is no format “yolo_seg” to write. Did you mean yolo-seg?"),
    ],
)
def test_a_target_that_cannot_be_written_is_refused_before_any_work(
    target: str, form: str, text: str, coco: Path, tmp_path: Path
) -> None:
    with pytest.raises(Invalid) as refused:
        run("convert", coco, tmp_path / target, "--format", form)
    assert text in refused.value.message
    assert not (tmp_path / target).exists()


def test_a_target_that_is_there_is_left_alone(coco: Path, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_text("mine")
    with pytest.raises(Exception, match="there already"):
        run("convert", coco, tmp_path / "x.zip", "--format", "yolo")
    assert (tmp_path / "x.zip").read_text() == "mine"


@pytest.mark.parametrize(
    ("form", "name"), [("coco", "x.json"), ("cvat", "x.xml"), ("ndjson", "x.ndjson"), ("csv", "x.CSV")]
)
def test_a_format_of_one_file_is_written_as_that_file(form: str, name: str, coco: Path, tmp_path: Path) -> None:
    run("convert", coco, tmp_path / name, "--format", form)
    assert (tmp_path / name).is_file()
    assert run("validate", tmp_path / name) == 0


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("yolo",), "several files"),
        (("cvat",), "one .xml file"),
        (("coco", "--split", "50/50"), "splits, pictures and a side-car"),
        (("coco", "--side-car"), "splits, pictures and a side-car"),
    ],
)
def test_what_does_not_go_into_one_file_is_refused_by_name(
    options: tuple[str, ...], why: str, coco: Path, tmp_path: Path
) -> None:
    with pytest.raises(Invalid, match=why):
        run("convert", coco, tmp_path / "x.json", "--format", *options)
    assert not (tmp_path / "x.json").exists()


@pytest.mark.parametrize("command", [("validate",), ("convert", "to.zip", "--format", "coco"), ("diff", "none.json")])
@pytest.mark.parametrize("more", [(), ("--from", "voc")])
def test_what_holds_no_labels_is_called_by_its_name(
    command: tuple[str, ...], more: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "none.json").write_text('{"a": 1}')
    first, *others = command
    options = () if first == "diff" else more
    paths = [tmp_path / one if "." in one else one for one in others]
    with pytest.raises(Invalid) as refused:
        run(first, tmp_path / "none.json", *paths, *options)
    assert refused.value.message.startswith(f"{tmp_path / 'none.json'} ")
    assert "upload" not in refused.value.message
