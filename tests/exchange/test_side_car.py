"""What a format cannot hold comes back through the side-car; what somebody changed in the files stays changed."""

import io
import itertools
import json
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import pytest
from PIL import Image

from labelwright.exchange import manifest as manifests
from labelwright.exchange.files import open_files
from labelwright.exchange.format import Format
from labelwright.exchange.found import FoundMedium
from labelwright.exchange.manifest import decode
from labelwright.exchange.mapping import ClassMapping
from labelwright.exchange.reading import identified, restorer_of
from labelwright.exchange.recognising import recognise
from labelwright.exchange.resolving import Resolver
from labelwright.exchange.side_car import PATH
from labelwright.exchange.side_car_writing import check_side_car
from labelwright.exchange.splits import Splits
from labelwright.exchange.uniting import DEFAULT_MODE, Uniter
from labelwright.formats import FORMATS
from labelwright.formats.native_writer import Style, task_labels
from labelwright.model.document import EMPTY, Annotation, Document, Stamp
from labelwright.model.errors import Invalid
from labelwright.model.geometry import Polygon, Rectangle
from tests.formats import corpus
from tests.formats.test_conformance import BOTH_WAYS, by_id, export

STYLE: Final = Style(ids=True, comments=True)


def archived(form: Format, folder: Path, **wanted: object) -> Path:
    """The corpus in an archive with its side-car."""
    path = folder / "archive.zip"
    path.write_bytes(export(form, side_car=True, **wanted)[0])
    return path


def media_of(form: Format, path: Path) -> Iterator[FoundMedium]:
    """What an import finds in an archive or a folder with a side-car."""
    files = open_files(path)
    restorer = restorer_of(files)
    assert restorer is not None
    assert form.read is not None
    return restorer.media(identified(form.read(files).media(), files))


def imported(media: Iterator[FoundMedium], documents: dict[str, Document]) -> dict[str, Document]:
    """The documents of media, by id, after an import."""
    resolver = Resolver(corpus.CONFIGURATION, ClassMapping(), out_of_bounds="keep")
    count = itertools.count(1)
    uniter = Uniter(DEFAULT_MODE, Stamp(None, 0, "import"), lambda: str(uuid.UUID(int=next(count))))
    sizes = {task.medium.id: task.medium.size_wh if task.medium.width else None for task in corpus.tasks()}
    after = dict(documents)
    for medium in media:
        assert medium.id is not None
        resolved = resolver.resolve(medium, sizes[medium.id])
        assert resolved.refused == ()
        after[medium.id] = uniter.unite(after[medium.id], resolved).document
    return after


def native(documents: dict[str, Document]) -> dict[str, bytes]:
    return {key: task_labels(document, corpus.CONFIGURATION, STYLE) for key, document in documents.items()}


THERE: Final = {task.medium.id: task.document for task in corpus.tasks()}


@pytest.mark.parametrize("form", BOTH_WAYS, ids=by_id)
def test_everything_comes_back_through_every_format(form: Format, tmp_path: Path) -> None:
    """import(export(x)) changes nothing; into an empty copy it gives the same native bytes."""
    path = archived(form, tmp_path)
    check_side_car(form, path)
    assert imported(media_of(form, path), THERE) == THERE
    empty = dict.fromkeys(THERE, EMPTY)
    assert native(imported(media_of(form, path), empty)) == native(THERE)


@pytest.mark.parametrize("form", [FORMATS["yolo"], FORMATS["coco"], FORMATS["voc"]], ids=by_id)
def test_stored_frames_splits_and_classes_are_no_hindrance(form: Format, tmp_path: Path) -> None:
    path = archived(form, tmp_path, frame="stored", splits=Splits(shares=(50, 50)), classes=("car", "tree"))
    check_side_car(form, path)
    assert imported(media_of(form, path), THERE) == THERE


@pytest.mark.parametrize("form", BOTH_WAYS, ids=by_id)
def test_the_format_is_recognised_beside_a_side_car(form: Format, tmp_path: Path) -> None:
    found, *_ = recognise(open_files(archived(form, tmp_path)), FORMATS)
    assert found.id == form.id


def test_the_same_labels_give_the_same_side_car_and_the_ledger_says_what_it_brings_back() -> None:
    once, report = export(FORMATS["yolo"], side_car=True)
    again, _ = export(FORMATS["yolo"], side_car=True)
    assert once == again
    balance = report.balance
    assert balance.side_car == {unit: balance.converted[unit] + balance.refused[unit] for unit in balance.source}
    with zipfile.ZipFile(io.BytesIO(once)) as archive:
        manifest = decode(archive.read(manifests.PATH))
    assert manifest.asked["side_car"] is True
    assert manifest.ledger.side_car == balance.side_car
    assert PATH in {file.path for file in manifest.files}
    assert export(FORMATS["yolo"])[1].balance.side_car == {}


# --- what somebody changed --------------------------------------------------------------------------------------------

SCENE: Final = next(task for task in corpus.tasks() if len({a.class_id for a in task.annotations}) >= 5)


def unpacked(form: Format, folder: Path) -> Path:
    target = folder / "unpacked"
    with zipfile.ZipFile(archived(form, folder)) as archive:
        archive.extractall(target)
    return target


def after(form: Format, folder: Path) -> Document:
    """The document of the scene after an import into an empty copy."""
    media = (medium for medium in media_of(form, folder) if medium.id == SCENE.medium.id)
    return imported(media, dict.fromkeys(THERE, EMPTY))[SCENE.medium.id]


def own(key: str, document: Document = SCENE.document) -> list[Annotation]:
    return [a for a in document.annotations if a.class_id == corpus.class_id(key)]


def yolo_lines(folder: Path) -> tuple[Path, list[str]]:
    stem = SCENE.medium.name.rpartition(".")[0]
    (path,) = [p for p in folder.rglob("*.txt") if p.stem == stem]
    return path, path.read_text().splitlines()


def test_a_box_that_was_moved_keeps_its_answers_and_one_that_was_deleted_stays_away(tmp_path: Path) -> None:
    folder = unpacked(FORMATS["yolo"], tmp_path)
    path, lines = yolo_lines(folder)
    car = str(corpus.SCHEME.indices[corpus.class_id("car")])
    (at,) = [n for n, line in enumerate(lines) if line.split()[0] == car]
    number, x, *rest = lines[at].split()
    path.write_text(f"{number} {float(x) + 0.01} {' '.join(rest)}\n")  # everything else is deleted

    document = after(FORMATS["yolo"], folder)
    (was,), (now,) = own("car"), own("car", document)
    assert now.id == was.id
    assert now.answers == was.answers
    assert now.geometry != was.geometry
    width, _ = SCENE.medium.size_wh
    assert isinstance(now.geometry, Rectangle)
    assert isinstance(was.geometry, Rectangle)
    assert now.geometry.x == pytest.approx(was.geometry.x + 0.01 * width)
    # Deleted in the file: the tree, and what is nested in nothing. Never held by YOLO: lines and points come back.
    assert own("tree", document) == []
    assert {a.id for a in own("lane")} == {a.id for a in own("lane", document)} != set()
    assert {a.id for a in own("light")} == {a.id for a in own("light", document)} != set()
    assert document.answers == SCENE.document.answers


def test_a_box_that_came_new_in_the_file_stands_beside_those_that_come_back(tmp_path: Path) -> None:
    folder = unpacked(FORMATS["yolo"], tmp_path)
    path, lines = yolo_lines(folder)
    car = corpus.SCHEME.indices[corpus.class_id("car")]
    path.write_text("\n".join([*lines, f"{car} 0.9 0.9 0.05 0.05", ""]))
    document = after(FORMATS["yolo"], folder)
    assert {a.id for a in SCENE.annotations} < {a.id for a in document.annotations}
    assert len(document.annotations) == len(SCENE.annotations) + 1


def test_two_boxes_that_could_be_the_moved_one_are_both_the_files(tmp_path: Path) -> None:
    folder = unpacked(FORMATS["yolo"], tmp_path)
    path, lines = yolo_lines(folder)
    car = str(corpus.SCHEME.indices[corpus.class_id("car")])
    (line,) = [line for line in lines if line.split()[0] == car]
    others = [one for one in lines if one != line]
    number, x, *rest = line.split()
    twice = [f"{number} {float(x) + shift} {' '.join(rest)}" for shift in (0.01, -0.01)]
    path.write_text("\n".join([*others, *twice, ""]))
    (was,), now = own("car"), own("car", after(FORMATS["yolo"], folder))
    assert len(now) == 2
    assert was.id not in {a.id for a in now}
    assert all(a.answers == {} for a in now)


def test_an_object_with_an_id_keeps_what_the_file_says_anew(tmp_path: Path) -> None:
    folder = unpacked(FORMATS["coco"], tmp_path)
    path = folder / "annotations" / "instances_default.json"
    content = json.loads(path.read_bytes())
    (was,) = own("tree")
    (entry,) = [a for a in content["annotations"] if a["uid"] == was.id]
    entry["segmentation"] = [[value + 1 for value in entry["segmentation"][0]]]
    entry["attributes"] = {"leaves": "no"}
    path.write_text(json.dumps(content))
    (now,) = own("tree", after(FORMATS["coco"], folder))
    assert now.id == was.id
    assert isinstance(now.geometry, Polygon)
    assert isinstance(was.geometry, Polygon)
    assert now.geometry.points == tuple((x + 1, y + 1) for x, y in was.geometry.points)
    assert now.answers[corpus.class_id("tree", "leaves")] == "no"


def test_rounding_by_another_program_is_no_change(tmp_path: Path) -> None:
    folder = unpacked(FORMATS["coco"], tmp_path)
    path = folder / "annotations" / "instances_default.json"
    content = json.loads(path.read_bytes())
    for entry in content["annotations"]:
        if isinstance(entry["segmentation"], list):
            entry["segmentation"] = [[round(value, 3) for value in ring] for ring in entry["segmentation"]]
        entry["bbox"] = [round(value, 3) for value in entry["bbox"]]
    path.write_text(json.dumps(content))
    assert native(imported(media_of(FORMATS["coco"], folder), THERE)) == native(THERE)


def test_masks_of_a_class_that_was_repainted_are_the_files(tmp_path: Path) -> None:
    folder = unpacked(FORMATS["masks_index"], tmp_path)
    stem = SCENE.medium.name.rpartition(".")[0]
    (path,) = [p for p in folder.rglob("*.png") if p.stem == stem]
    sky = corpus.SCHEME.indices[corpus.class_id("sky")] + 1
    with Image.open(path) as picture:
        changed = picture.copy()
    for x, y in ((1, 100), (2, 100), (1, 101), (2, 101)):
        changed.putpixel((x, y), sky)
    changed.save(path)
    document = after(FORMATS["masks_index"], folder)
    assert {a.id for a in own("sky")} & {a.id for a in own("sky", document)} == set()
    assert own("car") == [msgspec.structs.replace(a, source="user") for a in own("car", document)]


# --- what is wrong with it --------------------------------------------------------------------------------------------


def changed(folder: Path, old: bytes, new: bytes) -> Path:
    path = folder / PATH
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))
    return folder


@pytest.mark.parametrize(
    ("old", "new", "code", "text"),
    [
        (b'"is_held":false', b'"is_held": false', "damaged_side_car", "was changed since it was written"),
        (b'{"side_car":1', b'{"side_car":2', "side_car_version", "version 2; this program reads version 1"),
        (b'{"side_car":1', b'{"side_car"', "damaged_side_car", "no whole side-car"),
    ],
)
def test_a_side_car_that_is_not_whole_is_refused(old: bytes, new: bytes, code: str, text: str, tmp_path: Path) -> None:
    folder = changed(unpacked(FORMATS["yolo"], tmp_path), old, new)
    with pytest.raises(Invalid, match=text) as error:
        restorer_of(open_files(folder))
    assert [issue.code for issue in error.value.issues] == [code]
    assert "Remove it" in error.value.message


def test_a_side_car_that_was_cut_is_refused(tmp_path: Path) -> None:
    folder = unpacked(FORMATS["yolo"], tmp_path)
    content = (folder / PATH).read_bytes()
    (folder / PATH).write_bytes(content[: len(content) // 2])
    with pytest.raises(Invalid, match="no whole side-car"):
        restorer_of(open_files(folder))


def test_the_side_car_of_another_export_is_refused(tmp_path: Path) -> None:
    folder = unpacked(FORMATS["yolo"], tmp_path)
    path = folder / manifests.PATH
    plain = msgspec.json.decode(path.read_bytes())
    path.write_bytes(msgspec.json.encode(plain | {"configuration_sha256": "0" * 64}))
    with pytest.raises(Invalid, match="side-car of another export"):
        restorer_of(open_files(folder))
