"""What every format in the registry has to do, over the whole corpus."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from labelwright.exchange.archive import Archive
from labelwright.exchange.checking import is_near
from labelwright.exchange.exporting import Exporting, Report
from labelwright.exchange.files import open_files
from labelwright.exchange.format import Format, chosen
from labelwright.exchange.found import FoundMedium, FoundObject
from labelwright.exchange.manifest import PATH, decode
from labelwright.exchange.naming import stem_of
from labelwright.exchange.reading import identified
from labelwright.exchange.requesting import Request
from labelwright.exchange.splits import Splits
from labelwright.exchange.zip_file import ZipWriter
from labelwright.formats import FORMATS
from labelwright.model.geometry import kind_of
from tests.formats import corpus

WRITERS = [form for form in FORMATS.values() if form.write is not None]
BOTH_WAYS = [form for form in WRITERS if form.read is not None]


def by_id(form: Format) -> str:
    return form.id


def export(form: Format, **fields: Any) -> tuple[bytes, Report]:
    """Export the corpus; the archive and the report."""
    file = io.BytesIO()
    settings = chosen(form.settings, fields.pop("settings", {}))
    scheme = fields.pop("scheme", corpus.SCHEME)
    request = Request(format=form.id, states=corpus.ALL_STATES, settings=settings, **fields)
    exporting = Exporting(form, request, scheme, corpus.tasks, project="Corpus")
    exporting.plan()
    sink = ZipWriter(file)
    report = exporting.write(Archive(sink), {})
    sink.close()
    return file.getvalue(), report


def read_back(form: Format, archive: bytes, folder: Path) -> dict[str, FoundMedium]:
    """What the format's own reader finds, by id, else by the last part of the picture's path."""
    path = folder / "archive.zip"
    path.write_bytes(archive)
    assert form.read is not None
    found = form.read(open_files(path))
    media = {m.id or m.path.rpartition("/")[2]: m for m in identified(found.media(), open_files(path))}
    assert found.faults.kept == []
    assert found.faults.not_kept.lines() == ()
    return media


@pytest.mark.parametrize("form", FORMATS.values(), ids=by_id)
def test_each_format_is_told_apart_from_every_other_by_its_own_archive(form: Format, tmp_path: Path) -> None:
    if form.write is None or form.recognise is None:
        pytest.skip("it only goes one way")
    (tmp_path / "archive.zip").write_bytes(export(form)[0])
    files = open_files(tmp_path / "archive.zip")
    assert [other.id for other in FORMATS.values() if other.recognise and other.recognise(files)] == [form.id]


@pytest.mark.parametrize("form", WRITERS, ids=by_id)
def test_the_same_labels_give_the_same_archive_and_every_label_is_accounted_for(form: Format) -> None:
    once, report = export(form)
    again, _ = export(form)
    assert once == again
    with zipfile.ZipFile(io.BytesIO(once)) as archive:
        assert archive.testzip() is None
        manifest = decode(archive.read(PATH))
        listed = {file.path for file in manifest.files} | {PATH}
        assert listed == set(archive.namelist())
    assert [medium.id for medium in manifest.media] == [task.medium.id for task in corpus.tasks()]
    assert manifest.ledger == report.balance
    assert report.balance.source["tasks"] == len(corpus.CASES)


@pytest.mark.parametrize("form", WRITERS, ids=by_id)
def test_a_split_archive_holds_every_label_once(form: Format) -> None:
    _, whole = export(form)
    archive, split = export(form, splits=Splits(shares=(50, 30, 20)))
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        media = decode(packed.read(PATH)).media
    assert [medium.id for medium in media] == [task.medium.id for task in corpus.tasks()]
    assert split.balance.exported == whole.balance.exported
    assert split.balance.converted == whole.balance.converted


@pytest.mark.parametrize("form", WRITERS, ids=by_id)
def test_classes_that_are_not_wanted_are_counted_as_filtered(form: Format) -> None:
    _, report = export(form, classes=("tree",))
    trees = sum(a.class_id == corpus.class_id("tree") for task in corpus.tasks() for a in task.document.annotations)
    assert report.balance.source["geometries"] - report.balance.filtered["geometries"] == trees


@pytest.mark.parametrize("form", BOTH_WAYS, ids=by_id)
def test_what_is_carried_is_read_back_as_it_was(form: Format, tmp_path: Path) -> None:
    archive, report = export(form)
    media = read_back(form, archive, tmp_path)
    assert not [aside for medium in media.values() for one in (medium, *medium.objects) for aside in one.asides]
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        paths = {m.id: m.path for m in decode(packed.read(PATH)).media}
    for task in corpus.tasks():
        wanted = carried(form, task)
        path = paths[task.medium.id]
        found = media.get(task.medium.id) or media.get(path) or media.get(stem_of(path))
        if found is None:
            assert not wanted
            continue
        geometries = [one.geometry for one in found.objects]
        for geometry in wanted:
            assert any(is_near(geometry, other, form.tolerance_px) for other in geometries), (
                task.medium.name,
                geometry,
            )
    written = report.balance.exported["geometries"] + report.balance.converted["geometries"]
    found = sum(count(one) for medium in media.values() for one in medium.objects)
    assert found == written if form.keeps_objects else found > 0


def carried(form: Format, task: Any) -> list[Any]:
    """The geometries of a task that the format says it carries as they are."""
    found = []
    for annotation in task.document.annotations:
        kind = kind_of(annotation.geometry).name
        has_holes = len(getattr(annotation.geometry, "rings", ())) > 1
        exactly = form.supports[kind].level == "carries" and (
            not has_holes or form.supports["holes"].level == "carries"
        )
        if exactly and annotation.parent_id is None:
            found.append(annotation.geometry)
    return found


def count(found: FoundObject) -> int:
    return 1 + sum(count(one) for one in found.nested)
