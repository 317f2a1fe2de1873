"""The corpus that is shipped: fresh, valid by the schema, and with pictures that show what they are said to show."""

import json

import jsonschema_rs
import pytest
from PIL import Image, ImageOps

from labelwright.formats import configuration_file
from labelwright.formats.export_schema import export_schema
from labelwright.model.configuration import check
from tests.formats import corpus
from tests.formats.corpus.files import text_files
from tests.formats.corpus.pictures import MARK_XYXY
from tests.formats.corpus.sets import FOLDER


def test_the_files_are_what_the_cases_say() -> None:
    stale = [path.name for path, content in text_files() if path.read_bytes() != content]
    assert stale == [], "Run make schema."


@pytest.mark.parametrize("one", corpus.SETS, ids=lambda one: one.name)
def test_the_labels_are_valid_native_exports_under_valid_classes(one: corpus.CorpusSet) -> None:
    content = json.loads((FOLDER / one.name / "labels.json").read_bytes())
    jsonschema_rs.Draft202012Validator(export_schema()).validate(content)
    assert len(content) == 1 + len(one.cases)
    classes = configuration_file.read((FOLDER / one.name / "label_configuration.json").read_bytes())
    assert check(classes) == ()


@pytest.mark.parametrize("one", corpus.SETS, ids=lambda one: one.name)
def test_each_picture_shows_its_mark_where_people_see_it(one: corpus.CorpusSet) -> None:
    for case in one.cases:
        place = one.picture(case)
        if place is None:
            continue
        with Image.open(place) as stored:
            assert stored.getexif().get(0x0112, 1) == case.orientation
            assert stored.size == corpus.SIZE_WH
            shown = ImageOps.exif_transpose(stored).convert("RGB")
        assert shown.size == case.size_wh
        left, top, right, bottom = MARK_XYXY
        red = [shown.getpixel(at)[0] > 180 for at in ((left + 3, top + 3), (right - 4, bottom - 4))]  # type: ignore[index]
        other = [shown.getpixel(at)[0] > 180 for at in ((top + 3, right - 2), (right + 3, top + 3))]  # type: ignore[index]
        assert (red, other) == ([True, True], [False, False])


def test_no_two_pictures_are_the_same() -> None:
    digests = [task.medium.sha256 for one in corpus.SETS for task in one.tasks() if task.medium.sha256]
    assert len(set(digests)) == len(digests)
