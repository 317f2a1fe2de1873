"""The law of every format over any labels: what a configuration allows is read as written, or accounted for.

A seed stands for one picture and its labels, on every machine the same. `ANY_LABELS=1000:3000` takes these seeds.
"""

import itertools
import os
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

import msgspec
import pytest

from labelwright.exchange.format import Format
from labelwright.exchange.source import Medium, Scheme, TaskLabels
from labelwright.exchange.turning import STORED
from labelwright.model.configuration import Configuration, LabelClass
from labelwright.model.document import Document
from tests import chance
from tests.formats.corpus.making import configured, own_uuid
from tests.formats.measuring import Trip, there_and_back
from tests.formats.test_laws import BOTH_WAYS, by_id, check_law, ticked_in_order

FIRST, LAST = map(int, os.environ.get("ANY_LABELS", "0:30").split(":"))
SETTINGS: dict[str, list[dict[str, str]]] = {
    "native": [{"provenance": "true"}],
    "coco": [
        {"holes": "polygons"},
        {"boxes": "empty", "captions": "true"},
        {"keypoints": "false", "holes": "polygons"},
    ],
    "coco_panoptic": [{"order": "size"}, {"order": "class", "stuff": "none"}],
    "masks_index": [{"boundary": "1", "order": "class"}, {"ignore": "99", "order": "size"}],
    "masks_class": [{"empty_masks": "true"}],
    "masks_instance": [{"bits": "8", "boundary": "1"}, {"order": "size"}],
    "csv": [{"formulas": "escape"}],
    "voc": [{"corners": "devkit"}],
    "voc_segmentation": [{"boundary": "0"}, {"boundary": "0", "order": "size"}, {"boundary": "5", "order": "class"}],
    "cityscapes": [{"ids": "project", "order": "size"}],
}


def ways(form: Format) -> list[dict[str, Any]]:
    """How a format is asked for: by its defaults, with each of its settings, in the stored frame, with a side-car."""
    asked: list[dict[str, Any]] = [{}, *({"settings": one} for one in SETTINGS.get(form.id, []))]
    return [*asked, *([] if form.keeps_displayed else [{"frame": STORED}]), {"side_car": True}]


def with_ids(classes: tuple[LabelClass, ...], numbers: Iterator[int]) -> tuple[LabelClass, ...]:
    return tuple(
        msgspec.structs.replace(c, id=own_uuid(next(numbers)), children=with_ids(c.children, numbers)) for c in classes
    )


@cache
def labelled(seed: int) -> tuple[Configuration, TaskLabels]:
    """Any configuration and one picture with any labels under it."""
    rng = Random(seed)  # noqa: S311 - labels are no secrets
    configuration = configured(*with_ids(chance.classes(rng), itertools.count(1000)))
    width, height = chance.SIZE_WH
    orientation = rng.choice((1, 1, 2, 3, 4, 5, 6, 7, 8))
    medium = Medium(id=own_uuid(100), name="a.png", dataset="D", width=width, height=height, orientation=orientation)
    document = chance.document(rng, configuration.classes)
    return configuration, TaskLabels(task_id=own_uuid(300), state="completed", medium=medium, content=document)


@pytest.mark.parametrize("form", BOTH_WAYS, ids=by_id)
@pytest.mark.parametrize("seed", range(FIRST, LAST))
def test_any_labels_come_back_from_every_format(form: Format, seed: int) -> None:
    configuration, task = labelled(seed)
    way = ways(form)[seed % len(ways(form))]
    trip = there_and_back(form, Scheme(configuration), (task,), **way)
    if "side_car" in way:
        check_all_is_there(trip)
    else:
        check_law(form, trip, turned="frame" in way)


def check_all_is_there(trip: Trip) -> None:
    """Assert that with a side-car nothing at all is lost."""
    assert trip.faults == ()
    for task in trip.tasks:
        assert everything(trip.after[task.medium.id]) == everything(task.document)


def everything(document: Document) -> list[Any]:
    """What somebody labelled, but for the order in which options were ticked."""
    own = [
        (a.id, a.class_id, a.parent_id, a.geometry, ticked_in_order(a.answers), a.z, a.comment)
        for a in document.annotations
    ]
    return [ticked_in_order(document.answers), own]
