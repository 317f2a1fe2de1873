"""The law of every format over any labels: what a configuration allows is read as written, or accounted for."""

import itertools
from collections.abc import Iterator

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from labelwright.exchange.source import Medium, Scheme, TaskLabels
from labelwright.model.configuration import Configuration, LabelClass
from tests import strategies
from tests.formats.corpus.making import configured, own_uuid
from tests.formats.measuring import there_and_back
from tests.formats.test_laws import BOTH_WAYS, check_law


def with_ids(classes: tuple[LabelClass, ...], numbers: Iterator[int]) -> tuple[LabelClass, ...]:
    return tuple(
        msgspec.structs.replace(c, id=own_uuid(next(numbers)), children=with_ids(c.children, numbers)) for c in classes
    )


@st.composite
def labelled(draw: st.DrawFn) -> tuple[Configuration, TaskLabels]:
    """Any configuration and one picture with any labels under it."""
    configuration = configured(*with_ids(draw(strategies.configurations()), itertools.count(1000)))
    width, height = strategies.SIZE_WH
    medium = Medium(id=own_uuid(100), name="a.png", dataset="D", width=width, height=height)
    document = draw(strategies.documents(configuration))
    return configuration, TaskLabels(task_id=own_uuid(300), state="completed", medium=medium, content=document)


OPTIONS = {"voc_segmentation": {"boundary": "0"}}
"""A border around objects hides small ones."""


# The same examples in every run: a new find belongs into the corpus, not into somebody's unrelated change.
@settings(
    max_examples=6, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(labelled())
def test_any_labels_come_back_from_every_format(one: tuple[Configuration, TaskLabels]) -> None:
    configuration, task = one
    for form in BOTH_WAYS:
        options = OPTIONS.get(form.id, {})
        check_law(form, there_and_back(form, Scheme(configuration), (task,), settings=options))
