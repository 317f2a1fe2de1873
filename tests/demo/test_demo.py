"""The demo's own data: a configuration of every type, labels that fit it, pictures that anybody may use."""

import re

import pytest
from msgspec.structs import replace
from PIL import Image

from labelwright.demo import filling, labels
from labelwright.formats import configuration_file
from labelwright.model.configuration import CLASS_TYPES, Configuration, LabelClass, check, normalised, walk
from labelwright.model.document import Document
from labelwright.model.geometry import KINDS, kind_of
from labelwright.model.ids import IdMaker, now_ms
from labelwright.model.validate import annotation_issues, answers_issues, completion_issues

READY_MADE = labels.read(filling.HERE / "labels.json")


def with_ids(classes: tuple[LabelClass, ...], prefix: str = "c") -> tuple[LabelClass, ...]:
    """Give every class the path of its keys as id."""
    return tuple(
        replace(c, id=f"{prefix}/{c.key}", children=with_ids(c.children, f"{prefix}/{c.key}")) for c in classes
    )


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    classes = normalised(configuration_file.read((filling.HERE / "configuration.json").read_bytes()))
    assert check(classes) == ()
    return Configuration(id="", project_id="", revision=1, timestamp=0, classes=with_ids(classes))


def test_the_configuration_uses_every_type_nested_and_required(configuration: Configuration) -> None:
    placed = list(walk(configuration.classes))
    exported = {p.label_class.export_type for p in placed}

    assert {p.label_class.type for p in placed} == set(CLASS_TYPES)
    assert {"radio", "select", "checklist", "freetext"} <= exported
    assert any(p.depth == 2 and p.label_class.is_geometry for p in placed)
    assert any(p.parent and not p.parent.is_geometry for p in placed)
    assert {p.owner is None for p in placed if p.label_class.required} == {True, False}


def test_the_labels_use_every_kind_of_geometry_with_cut_outs_and_nesting() -> None:
    drawn = [part for labelled in READY_MADE.values() for whole in labelled.objects for part in (whole, *whole.parts)]

    assert {kind_of(one.geometry).name for one in drawn} == set(KINDS)
    assert any(len(getattr(one.geometry, "rings", ())) > 1 for one in drawn)
    assert any(one.parts for one in drawn)


@pytest.mark.parametrize("name", READY_MADE)
def test_labels_fit_their_picture_and_the_configuration(name: str, configuration: Configuration) -> None:
    labelled = READY_MADE[name]
    with Image.open(filling.PICTURES / name) as picture:
        size_wh = picture.size
    annotations = labels.annotations(labelled, configuration, IdMaker(now_ms))
    answers = labels.answers(labelled, configuration)
    document = Document(annotations=tuple(annotations), answers=answers)
    by_id = {annotation.id: annotation for annotation in annotations}

    issues = list(answers_issues(answers, configuration, owner=None, pointer=""))
    for one in annotations:
        parent = by_id.get(one.parent_id or "")
        issues += annotation_issues(one, configuration, pointer="", parent=parent, size_wh=size_wh)
    assert issues == []
    if name in filling.COMPLETED:
        assert completion_issues(document, configuration) == ()


def test_every_picture_is_a_photograph_with_a_named_source_and_licence() -> None:
    table = (filling.PICTURES / "README.md").read_text()
    rows = dict(re.findall(r"^\| `(\S+)` \|.*\| (public domain|CC0) \|", table, re.MULTILINE))

    assert set(rows) == {path.name for path in filling.pictures()}
    assert {*filling.COMPLETED, filling.BEGUN} == set(READY_MADE)
    assert sum(path.stat().st_size for path in filling.pictures()) < 3_000_000
