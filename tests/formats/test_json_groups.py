"""The elements of a list come group by group, whether those of a group stand together or not."""

import json
from contextlib import suppress
from pathlib import Path
from random import Random

import msgspec
import pytest

from labelwright.exchange.files import open_files
from labelwright.exchange.found import FoundMedium, LabelFile
from labelwright.formats import FORMATS, json_lists
from labelwright.formats.json_groups import groups
from labelwright.formats.json_lists import list_in
from labelwright.model.errors import LabelwrightError


def keys(text: bytes) -> list[str | None]:
    return [one.get("key") for one in json.loads(text)]


@pytest.mark.parametrize("portion", [1, 40, 1 << 20])
@pytest.mark.parametrize("seed", range(10))
def test_elements_come_by_key_in_the_order_of_the_list(
    seed: int, portion: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_lists, "_PORTION_BYTES", portion)
    rng = Random(seed)  # noqa: S311 - labels are no secrets
    values = [{"key": f"k{rng.randrange(5)}", "n": n} for n in range(rng.randint(0, 30))]
    if seed % 2:
        values.sort(key=lambda one: one["key"])
    expected: dict[str, list[tuple[int, object]]] = {}
    for number, one in enumerate(values):
        expected.setdefault(one["key"], []).append((number, one))
    found = list(groups(list_in(memoryview(json.dumps(values, indent=rng.choice([None, 1])).encode())), keys))
    assert [[(number, json.loads(bytes(raw))) for number, raw in group] for group in found] == list(expected.values())


def test_what_has_no_key_goes_with_those_before_it() -> None:
    text = b'[{"n": 0}, {"key": "a"}, {"n": 1}, {"key": "b"}, {"key": "a"}, {"n": 2}]'
    found = groups(list_in(memoryview(text)), keys)
    assert [[number for number, _ in group] for group in found] == [[0], [1, 2, 4, 5], [3]]


def feature(medium: object, **properties: object) -> dict[str, object]:
    shape = {"type": "Point", "coordinates": [1, 2]} if properties else None
    return {"type": "Feature", "geometry": shape, "properties": {"medium": medium, **properties}}


def read_geojson(tmp_path: Path, features: list[object]) -> tuple[LabelFile, list[FoundMedium]]:
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    read = FORMATS["geojson"].read
    assert read is not None
    labels = read(open_files(tmp_path))
    return labels, list(labels.media())


def test_features_of_pictures_are_read_in_any_order(tmp_path: Path) -> None:
    car, bus = {"class": "car"}, {"class": "bus"}
    wrong = feature(5, **car)
    features = [
        wrong,
        feature("b.jpg", **bus),
        feature("a.jpg"),
        feature("a.jpg", **car),
        wrong,
        feature("b.jpg", **car),
    ]
    for order, together in ((features, False), (sorted(features, key=str), True)):
        labels, media = read_geojson(tmp_path, [*order])
        found = {medium.path: [one.class_name for one in medium.objects] for medium in media}
        assert found == {"b.jpg": ["bus", "car"], "a.jpg": ["car"]}
        assert list(found) == (["a.jpg", "b.jpg"] if together else ["b.jpg", "a.jpg"])
        expected = [f"/features/{number}" for number, one in enumerate(order) if one is wrong]
        assert sorted(str(fault.place.pointer) for fault in labels.faults.kept) == expected


@pytest.mark.parametrize("form", ["native", "geojson"])
def test_values_of_any_depth_are_read_or_refused(form: str, tmp_path: Path) -> None:
    """Also where the limit of calls lies between looking where an element ends and reading it."""
    read = FORMATS[form].read
    assert read is not None
    for depth in (20, *range(900, 1000, 6)):
        deep = msgspec.Raw(b"[" * depth + b"]" * depth)
        content: dict[str, object] = {
            "native": [{"internal_media_ID": "a", "labels": {}, "deep": deep}],
            "geojson": {"type": "FeatureCollection", "features": [feature("a") | {"deep": deep}]},
        }
        (tmp_path / "a.json").write_bytes(msgspec.json.encode(content[form]))
        with suppress(LabelwrightError):
            labels = read(open_files(tmp_path))
            assert len(list(labels.media())) + labels.faults.count == 1
