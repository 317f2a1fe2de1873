"""What COCO files have in columns is what they have object by object, with the same faults in the same places."""

import itertools
import json
import random
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from labelwright.exchange.files import open_files
from labelwright.exchange.found import FoundMedium, LabelFile
from labelwright.exchange.plain_found import unfolded
from labelwright.formats import FORMATS, coco_content, coco_plain, json_elements
from labelwright.formats.coco_plain import Annotations
from labelwright.formats.coco_portion import PlainAnnotation
from labelwright.formats.coco_values import Annotation
from labelwright.model.errors import Invalid
from tests.formats.coco_files import coco_file, every_odd_file

# Newer versions of Python warn of forks beside threads; ours hold no lock when reading begins.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


def opened(folder: Path, text: str, processes: int = 1) -> LabelFile:
    (folder / "instances.json").write_text(text)
    read = FORMATS["coco"].read
    assert read is not None
    return read(open_files(folder / "instances.json", processes=processes))


def folded(found: LabelFile) -> list[FoundMedium]:
    assert found.folded is not None
    return list(found.folded())


def check(folder: Path, text: str) -> list[FoundMedium]:
    """Read both ways; returns what is in columns."""
    one, other = opened(folder, text), opened(folder, text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Annotations, "shapes", lambda *_: None)
        media = list(one.media())
    plain = folded(other)
    assert [unfolded(medium) for medium in plain] == media
    assert other.faults.kept == one.faults.kept
    assert other.classes == one.classes
    return plain


@pytest.mark.parametrize("seed", range(30))
def test_columns_hold_what_objects_hold(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)  # noqa: S311 - shapes, no secrets
    monkeypatch.setattr(coco_plain, "MAX_ANNOTATIONS", chance.choice((4, 20, 20_000)))
    monkeypatch.setattr(json_elements, "_WINDOW_BYTES", chance.choice((300, 1 << 22)))
    check(tmp_path, coco_file(chance, odd=chance.choice((0.0, 0.02, 0.3))))


def test_whatever_is_odd_is_read_object_by_object(tmp_path: Path) -> None:
    for text in every_odd_file():
        check(tmp_path, text)


def test_a_plain_file_is_read_in_columns(tmp_path: Path) -> None:
    found = check(tmp_path, coco_file(random.Random(1), images=200, odd=0.0))  # noqa: S311 - shapes, no secrets
    plain = [medium for medium in found if medium.shapes is not None]
    assert len(plain) > 100
    assert all(medium.objects == () for medium in plain)


def test_one_odd_image_leaves_the_others_in_columns(tmp_path: Path) -> None:
    text = coco_file(random.Random(1), images=9, odd=0.0)  # noqa: S311 - shapes, no secrets
    text = text.replace('"iscrowd": 0', '"iscrowd": 1', 1).replace('"iscrowd":0', '"iscrowd":1', 1)
    assert any(medium.shapes is None for medium in check(tmp_path, text))
    assert any(medium.shapes is not None for medium in check(tmp_path, text))


def test_fields_have_the_types_that_make_faults_of_others() -> None:
    own, others = (
        {field.name: field.type for field in msgspec.structs.fields(kind)} for kind in (PlainAnnotation, Annotation)
    )
    assert own.keys() == others.keys()
    for name in own.keys() - {"segmentation"}:
        assert set(get_args(own[name])) - {msgspec.UnsetType} in ({others[name]}, set(get_args(others[name]))), name


@pytest.mark.parametrize("seed", range(6))
def test_several_processes_find_what_one_finds(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)  # noqa: S311 - shapes, no secrets
    monkeypatch.setattr(coco_plain, "_WORTH_SHARING_BYTES", 0)
    monkeypatch.setattr(json_elements, "_WINDOW_BYTES", 2000)
    text = coco_file(chance, images=12, odd=chance.choice((0.0, 0.1)))
    one, other = opened(tmp_path, text), opened(tmp_path, text, processes=3)
    assert folded(other) == folded(one)
    assert other.faults.kept == one.faults.kept
    assert other.classes == one.classes


@pytest.mark.parametrize("damage", ["cut", "letter", "byte", "deep", "two lists"])
def test_several_processes_refuse_what_one_refuses(
    damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = coco_file(random.Random(3), images=12, odd=0.0)  # noqa: S311 - shapes, no secrets
    middle = text.index('"bbox"', len(text) // 2)
    damaged = {
        "cut": text[:middle],
        "letter": f"{text[:middle]}x{text[middle:]}",
        "byte": f'{text[:middle]}"note": "\udcff", {text[middle:]}',
        "deep": f'{text[:middle]}"note": {"[" * 100_000}{"]" * 100_000}, {text[middle:]}',
        "two lists": f"{text[:middle]}{text[middle:]}{text}",
    }[damage]
    monkeypatch.setattr(coco_plain, "_WORTH_SHARING_BYTES", 0)
    monkeypatch.setattr(json_elements, "_WINDOW_BYTES", 2000)
    (tmp_path / "instances.json").write_text(damaged, errors="surrogateescape")
    read = FORMATS["coco"].read
    assert read is not None
    said = set()
    for processes in (1, 3):
        with pytest.raises(Invalid) as error:
            read(open_files(tmp_path / "instances.json", processes=processes))
        said.add(error.value.message)
    (only,) = said
    assert "instances.json" in only
    assert "line" in only or "nested" in only


def test_lists_inside_annotations_that_look_like_their_ends_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_elements, "_WINDOW_BYTES", 300)
    content = json.loads(coco_file(random.Random(5), odd=0.0))  # noqa: S311 - shapes, no secrets
    first = next(iter(content["annotations"][0]))
    for one in content["annotations"][::3]:
        one["note"] = [{first: [1]}, {first: [2]}, {"note": f'}}, {{"{first}": 3}}'}]
    check(tmp_path, json.dumps(content))
    check(tmp_path, json.dumps({"annotations": content.pop("annotations"), "note": [[1], []], **content}))


@pytest.mark.parametrize("seed", range(12))
def test_images_in_windows_are_those_of_the_file_read_as_a_whole(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)  # noqa: S311 - shapes, no secrets
    monkeypatch.setattr(json_elements, "_WINDOW_BYTES", chance.choice((60, 300, 1 << 20)))
    content = json.loads(coco_file(chance, images=30, each=1, odd=0.0))
    odd: tuple[object, ...] = (
        {"id": 3, "file_name": "another.png"},
        {"id": "4", "file_name": "4.png"},
        {"id": 77, "file_name": "5.png"},
        {"id": 6},
        {"id": 7, "file_name": "7.png", "license": 1, "attributes": {"images": [{"id": 1}, {"id": 2}]}},
        {"id": 8, "file_name": "8ü.png", "attributes": {"annotations": ["}, {"]}},
        None,
    )
    for one in odd:
        content["images"][chance.randrange(30)] = one
    keys = chance.sample(sorted(content), len(content))
    text = json.dumps({key: content[key] for key in keys}, ensure_ascii=chance.random() < 0.5)
    one = opened(tmp_path, text)
    media = folded(one)
    monkeypatch.setattr(coco_content, "_in_portions", lambda *_: None)
    other = opened(tmp_path, text)
    assert folded(other) == media
    assert other.faults.kept == one.faults.kept
    assert other.faults.not_kept.lines() == one.faults.not_kept.lines()
    assert one.faults.count > 3, one.faults.kept


def test_an_own_file_is_not_read_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(coco_content, "_as_a_whole", never)
    content = json.loads(coco_file(random.Random(1), images=5, odd=0.0))  # noqa: S311 - shapes, no secrets
    lists = {key: content[key] for key in ("categories", "images", "annotations")}
    for order in itertools.permutations(lists):
        assert len(folded(opened(tmp_path, json.dumps({key: lists[key] for key in order})))) == 5
    assert folded(opened(tmp_path, json.dumps(lists | {"images": [], "annotations": []}))) == []
