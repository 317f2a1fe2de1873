"""Labels that are hard on formats, made here: this is the truth that `tests/samples/corpus` is written from.

Cases are in sets, each a project with a configuration. What stands here is the main set, under the names that tests
use most; the others are in `sets`.
"""

from typing import Final

from labelwright.model.task import TaskState
from tests.formats.corpus.making import SIZE_WH, find_id
from tests.formats.corpus.sets import SETS, SHAPES, CorpusSet

ALL_STATES: Final = tuple(state.lower() for state in TaskState)
CASES: Final = {case.id: case for case in SHAPES.cases}
CONFIGURATION: Final = SHAPES.configuration
SCHEME: Final = SHAPES.scheme
tasks = SHAPES.tasks
task = SHAPES.task

__all__ = [
    "ALL_STATES",
    "CASES",
    "CONFIGURATION",
    "SCHEME",
    "SETS",
    "SHAPES",
    "SIZE_WH",
    "CorpusSet",
    "class_id",
    "task",
    "tasks",
]


def class_id(*path: str) -> str:
    """The id of the class at a path of keys."""
    return find_id(CONFIGURATION, "/".join(path))
