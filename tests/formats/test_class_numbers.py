"""The numbers of classes in files: gaps stay gaps, files keep their numbers when they are converted."""

import io
import json
import zipfile
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from labelwright.exchange.converting import open_converted
from labelwright.exchange.files import open_files
from labelwright.exchange.format import Format
from labelwright.exchange.manifest import PATH, decode
from labelwright.exchange.numbers import compacted, is_placeholder, names_by_number
from labelwright.exchange.source import Scheme
from labelwright.formats import FORMATS
from labelwright.model.configuration import LabelClass
from tests.formats import corpus
from tests.formats.test_conformance import BOTH_WAYS, WRITERS, by_id, export

SHIFT = 3


def _shifted(classes: tuple[LabelClass, ...]) -> tuple[LabelClass, ...]:
    """The corpus's classes with numbers from 0, but for a gap of three behind the second."""

    def number(label_class: LabelClass) -> int | None:
        known = corpus.SCHEME.indices.get(str(label_class.id))
        return known + SHIFT if known is not None and known > 1 else known

    return tuple(msgspec.structs.replace(c, number=number(c), children=_shifted(c.children)) for c in classes)


GAPPED = Scheme(msgspec.structs.replace(corpus.CONFIGURATION, classes=_shifted(corpus.CONFIGURATION.classes)))


def opened(archive: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(archive))


def objects(form: Format, archive: bytes, folder: Path) -> Counter[str]:
    """How many objects of each class a reader finds."""
    path = folder / "archive.zip"
    path.write_bytes(archive)
    assert form.read is not None
    found = form.read(open_files(path))
    names = Counter(one.class_name for medium in found.media() for one in medium.objects)
    assert found.faults.kept == []
    return names


def converted(form: Format, archive: bytes, folder: Path) -> Scheme:
    """The classes that an archive becomes by itself."""
    path = folder / "archive.zip"
    path.write_bytes(archive)
    assert form.read is not None
    files = open_files(path)
    return open_converted(files, form.read(files)).scheme


def test_a_gap_is_a_gap() -> None:
    assert sorted(GAPPED.indices.values()) == [0, 1, *range(2 + SHIFT, len(GAPPED.indices) + SHIFT)]
    names = names_by_number(GAPPED)
    assert list(names) == list(range(max(names) + 1))
    assert [number for number, name in names.items() if is_placeholder(name)] == [2, 3, 4]


@pytest.mark.parametrize("form", BOTH_WAYS, ids=by_id)
def test_every_format_reads_back_what_it_wrote_with_gaps(form: Format, tmp_path: Path) -> None:
    archive, report = export(form, scheme=GAPPED)
    assert objects(form, archive, tmp_path) == objects(form, export(form)[0], tmp_path)
    assert not any(is_placeholder(c.name) for c in converted(form, archive, tmp_path).geometry_classes)
    assert report.balance.source["geometries"] > 0


def test_yolo_names_every_number_and_objects_keep_theirs() -> None:
    with opened(export(FORMATS["yolo"], scheme=GAPPED)[0]) as archive:
        lines = archive.read("data.yaml").decode().partition("names:\n")[2].splitlines()
        numbers = {line.split()[0] for path in archive.namelist() if path.endswith(".txt")
                   for line in archive.read(path).decode().splitlines()}  # fmt: skip
    assert [int(line.partition(":")[0]) for line in lines] == list(range(len(lines)))
    assert lines[2:5] == ['  2: "(unused 2)"', '  3: "(unused 3)"', '  4: "(unused 4)"']
    assert numbers & {"2", "3", "4"} == set()


def test_coco_categories_have_a_gap() -> None:
    with opened(export(FORMATS["coco"], scheme=GAPPED)[0]) as archive:
        categories = json.loads(archive.read("annotations/instances_default.json"))["categories"]
    assert {c["name"]: c["id"] for c in categories} == {
        name: GAPPED.indices[class_id] + 1
        for class_id, name in GAPPED.names().items()
        if name in {c["name"] for c in categories}
    }


def test_an_index_mask_leaves_values_and_colours_unused() -> None:
    with opened(export(FORMATS["masks_index"], scheme=GAPPED)[0]) as archive:
        masks = [path for path in archive.namelist() if path.endswith(".png")]
        seen: set[int] = set()
        for path in masks:
            with Image.open(io.BytesIO(archive.read(path))) as picture:
                seen |= {value for _, value in picture.getcolors() or [] if isinstance(value, int)}
                palette = picture.getpalette() or []
    assert palette[3 * 3 : 3 * 6] == [0] * 9  # values 3 to 5, of the numbers 2 to 4
    assert seen & {3, 4, 5} == set()
    assert max(seen) > 5


@pytest.mark.parametrize("form", WRITERS, ids=by_id)
def test_compact_numbers_have_no_gap_and_the_manifest_says_both(form: Format) -> None:
    with opened(export(form, scheme=GAPPED, compact=True)[0]) as archive:
        manifest = decode(archive.read(PATH))
    assert manifest.asked["compact"] is True
    assert [c.index for c in manifest.classes] == list(range(len(GAPPED.indices)))
    assert [c.number for c in manifest.classes] == sorted(GAPPED.indices.values())


def test_compact_numbers_begin_with_the_classes_that_are_wanted() -> None:
    (tree,) = [class_id for class_id, name in GAPPED.names().items() if name == "tree"]
    assert compacted(GAPPED, {tree}).indices[tree] == 0


NUMBERED = ("yolo", "yolo-seg", "coco", "datumaro", "masks_index", "voc_segmentation", "coco_panoptic")


@pytest.mark.parametrize("form", [FORMATS[name] for name in NUMBERED], ids=by_id)
def test_converting_keeps_the_numbers_of_a_file(form: Format, tmp_path: Path) -> None:
    scheme = converted(form, export(form, scheme=GAPPED)[0], tmp_path)
    wanted = {c.key: c.number for c in GAPPED.configuration.classes if c.is_geometry}
    found = {c.key: c.number for c in scheme.configuration.classes if c.key in wanted}
    assert {key: wanted[key] for key in found} == found
    assert max(number or 0 for number in found.values()) > 1 + SHIFT
