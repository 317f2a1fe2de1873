"""A key that occurs twice in an object is told with its place, in files of any size, and nothing else is refused."""

import json
from pathlib import Path
from random import Random

import pytest

from labelwright.exchange.files import open_files
from labelwright.formats import FORMATS, repeated_keys
from labelwright.formats.repeated_keys import check_keys
from labelwright.model.errors import Invalid, InvalidJson

FINE = (
    "[]",
    '{"a": {"a": 1}, "b": [{"a": 1}, {"a": [1, 2]}]}',
    '{"a" : 1, "b"\n:2}',
    '{"text": "a\\":b", "a\\":": "[1, 2]", "[1]": 1, "[2]": 2}',
    '[0, {"a": 1}, [[{"b": 2}]], "x"]',
    '{"points": [[1.5, -2e3], [3, 4]], "ä": null}',
)
TWICE = (
    ('{"a": 1, "b": {}, "a": 2}', "The key “a” occurs twice at /."),
    ('[{"b": [{"x": 1}, {"x": 1, "y": 2, "x": [3]}]}]', "The key “x” occurs twice at /0/b/1."),
    ('{"a" :1, "b": 2, "b": 3}', "The key “b” occurs twice at /."),
    ('[0, [1, {"a": [1, 2], "a": [1, 2]}]]', "The key “a” occurs twice at /1/1."),
)


@pytest.mark.parametrize("at_once", [1, 1 << 20])
def test_a_key_that_occurs_twice_is_told_with_its_place(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    """Also where a file is so long that it is taken apart."""
    monkeypatch.setattr(repeated_keys, "_AT_ONCE", at_once)
    for text in FINE:
        check_keys(text.encode())
    for text, _ in TWICE:
        with pytest.raises(InvalidJson, match="occurs twice at"):
            check_keys(text.encode())


@pytest.mark.parametrize(("text", "told"), TWICE)
def test_the_place_is_that_of_the_object(text: str, told: str) -> None:
    with pytest.raises(InvalidJson) as refused:
        check_keys(text.encode())
    assert refused.value.message == told


@pytest.mark.parametrize("seed", range(20))
def test_any_object_is_fine_until_a_key_of_it_is_written_again(seed: int) -> None:
    rng = Random(seed)  # noqa: S311 - labels are no secrets
    objects = [
        {f"k{n}": rng.choice([1, "a: b", [1, 2], {"z": [{}]}]) for n in range(rng.randint(1, 4))} for _ in range(9)
    ]
    text = json.dumps({"objects": objects}, indent=rng.choice([None, 2]))
    check_keys(text.encode())
    at = rng.choice([n for n in range(len(text)) if text.startswith('"k0"', n)])
    with pytest.raises(InvalidJson, match="“k0” occurs twice at /objects/"):
        check_keys(f'{text[:at]}"k0": 5, {text[at:]}'.encode())


def test_what_is_no_json_is_told_where_it_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"shapes": [], "version": "5", "flags": {"x": [1, 2, 3]},\n "imagePath": ]}')
    read = FORMATS["labelme"].read
    assert read is not None
    labels = read(open_files(tmp_path))
    assert list(labels.media()) == []
    assert "line 2 column 15" in labels.faults.kept[0].message


def test_one_file_with_a_key_twice_is_a_fault_among_others(tmp_path: Path) -> None:
    shape = '{"label": "car", "points": [[1, 2], [30, 40]], "shape_type": "rectangle", "label": "van"}'
    for name, shapes in (("a", shape), ("b", "")):
        (tmp_path / f"{name}.json").write_text(f'{{"shapes": [{shapes}], "imagePath": "{name}.jpg", "version": "5"}}')
    read = FORMATS["labelme"].read
    assert read is not None
    labels = read(open_files(tmp_path))
    assert [medium.path for medium in labels.media()] == ["b.jpg"]
    (fault,) = labels.faults.kept
    assert (str(fault.place), fault.message) == (
        "a.json",
        "a.json cannot be read. The key “label” occurs twice at /shapes/0.",
    )
    (tmp_path / "x").mkdir()
    (tmp_path / "x/train.json").write_text('{"categories": {}, "items": [], "items": []}')
    read_datumaro = FORMATS["datumaro"].read
    assert read_datumaro is not None
    with pytest.raises(Invalid, match="“items” occurs twice"):
        read_datumaro(open_files(tmp_path / "x"))


ANNOTATION = (
    '"id": 1, "image_id": 1, "category_id": 1, "segmentation": [], "bbox": [1, 2, 3, 4], "area": 1, "iscrowd": 0'
)


@pytest.mark.parametrize(
    ("annotation", "twice"),
    [
        (ANNOTATION, None),
        (f'{ANNOTATION}, "bbox": [1, 2, 3, 9]', "bbox"),
        (ANNOTATION.replace('"area"', '"id"'), "id"),
        (f'{ANNOTATION}, "score": 1', None),
        (f'{ANNOTATION}, "score": 1, "score": 2', "score"),
        (f'{ANNOTATION}, "attributes": {{"a": 1, "a": 2}}', "a"),
    ],
)
def test_a_key_twice_in_coco_is_found_among_annotations_of_all_kinds(
    annotation: str, twice: str | None, tmp_path: Path
) -> None:
    images, categories = '[{"id": 1, "file_name": "a.jpg"}]', '[{"id": 1, "name": "car"}]'
    both = f"[{{{ANNOTATION}}}, {{{annotation}}}]"
    (tmp_path / "a.json").write_text(f'{{"images": {images}, "categories": {categories}, "annotations": {both}}}')
    read = FORMATS["coco"].read
    assert read is not None
    if twice is None:
        assert [len(medium.objects) for medium in read(open_files(tmp_path)).media()] == [2]
        return
    with pytest.raises(Invalid, match=f"“{twice}” occurs twice at /annotations/1"):
        read(open_files(tmp_path))


def test_a_key_twice_in_a_line_of_instance_masks_is_told(tmp_path: Path) -> None:
    (tmp_path / "instances.jsonl").write_text('{"mask": "a.png", "objects": [], "mask": "b.png"}\n')
    read = FORMATS["masks_instance"].read
    assert read is not None
    labels = read(open_files(tmp_path))
    assert list(labels.media()) == []
    (fault,) = labels.faults.kept
    assert (fault.place.line, fault.code) == (1, "invalid_line")
    assert "“mask” occurs twice" in fault.message
