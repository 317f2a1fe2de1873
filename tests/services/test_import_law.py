"""The law of the native format: export, import into an empty copy of the project, export again: the same bytes."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import jsonschema_rs
import pytest
from sqlalchemy import delete, select, update

from labelwright.bootstrap import open_context
from labelwright.config import Settings
from labelwright.db import tables as t
from labelwright.formats.export_schema import export_schema
from labelwright.model.configuration import Configuration, LabelClass
from labelwright.model.document import Document
from labelwright.model.task import TaskState
from labelwright.services import configurations, datasets, imports, projects
from labelwright.services.context import Context
from labelwright.services.projects import ProjectTexts
from tests import chance
from tests.builders import Team, make_medium, make_team, save
from tests.native import ALL_STATES, export_bytes

SCHEMA = jsonschema_rs.Draft202012Validator(export_schema())
MEDIA = ("a.png", "b ä.png")


@dataclass(frozen=True)
class World:
    """A server with one dataset of pictures that every project of the test is connected to."""

    ctx: Context
    team: Team
    dataset_id: str

    def make_project(self, classes: tuple[LabelClass, ...]) -> Configuration:
        """A project with its configuration and a task for every picture."""
        name = f"Project {self.ctx.new_id()}"
        project = projects.create_project(self.ctx, self.team.admin, ProjectTexts(name=name))
        projects.connect_dataset(self.ctx, self.team.admin, project["id"], self.dataset_id)
        return configurations.fill_configuration(self.ctx, self.team.admin, project["id"], classes)

    def task_ids(self, project_id: str) -> list[str]:
        with self.ctx.db.read() as conn:
            own = t.task.c.project_id == project_id
            return list(conn.execute(select(t.task.c.id).where(own).order_by(t.task.c.medium_name)).scalars())

    def label(self, configuration: Configuration, documents: list[Document]) -> None:
        """Save documents of the pictures, as the editor does."""
        for task_id, document in zip(self.task_ids(configuration.project_id), documents, strict=True):
            save(self.ctx, self.team.admin, task_id, created=document.annotations, set_answers=document.answers)

    def finish(self, project_id: str, states: tuple[str, ...]) -> None:
        """Put tasks into states, with a labeler, as the original has them."""
        for task_id, state in zip(self.task_ids(project_id), states, strict=True):
            values = {"state": state, "labeler_id": self.team.labeler.id}
            statement = update(t.task).where(t.task.c.id == task_id).values(values)
            self.ctx.db.write(lambda conn, statement=statement: conn.execute(statement))

    def empty(self, project_id: str) -> None:
        """Take out all labels of a project."""
        own = t.task.c.project_id == project_id
        tasks = select(t.task.c.id).where(own).scalar_subquery()
        for table in (t.label_document, t.label_change):
            statement = delete(table).where(table.c.task_id.in_(tasks))
            self.ctx.db.write(lambda conn, statement=statement: conn.execute(statement))

    def export(self, project_id: str, **options) -> bytes:
        return export_bytes(self.ctx, self.team.admin, project_id, status=ALL_STATES, **options)

    def load(self, project_id: str, content: bytes) -> imports.Imported:
        return imports.import_labels(self.ctx, self.team.admin, project_id, content)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_context(Settings(data=tmp_path_factory.mktemp("data"))) as ctx:
        team = make_team(ctx, "Law")
        dataset_id = datasets.create_dataset(ctx, team.admin, name="Pictures")["id"]
        for name in MEDIA:
            make_medium(ctx, team.admin, dataset_id, name)
        yield World(ctx, team, dataset_id)


@pytest.fixture(params=range(40))
def rng(request: pytest.FixtureRequest) -> Random:
    return Random(request.param)  # noqa: S311 - labels are no secrets


def any_states(rng: Random) -> tuple[str, ...]:
    return tuple(rng.choice(list(TaskState)).value for _ in MEDIA)


def any_documents(rng: Random, configuration: Configuration) -> list[Document]:
    return [chance.document(rng, configuration.classes) for _ in MEDIA]


def test_an_emptied_project_exports_the_same_bytes_after_import(world: World, rng: Random) -> None:
    configuration = world.make_project(chance.classes(rng))
    documents = any_documents(rng, configuration)
    world.label(configuration, documents)
    world.finish(configuration.project_id, any_states(rng))
    first = world.export(configuration.project_id)

    world.empty(configuration.project_id)
    done = world.load(configuration.project_id, first)

    assert world.export(configuration.project_id) == first
    assert SCHEMA.is_valid(json.loads(first))
    assert done.tasks == len(MEDIA)
    assert done.annotations == sum(len(document.annotations) for document in documents)


def test_a_copy_of_the_project_exports_the_same_ids_too_and_a_second_import_changes_nothing(
    world: World, rng: Random
) -> None:
    classes, states = chance.classes(rng), any_states(rng)
    original = world.make_project(classes)
    world.label(original, any_documents(rng, original))
    world.finish(original.project_id, states)
    first = world.export(original.project_id, include=["ids", "media", "provenance", "comments", "timing", "review"])
    plain = world.export(original.project_id, include=["ids", "comments"])

    copy = world.make_project(classes)
    world.finish(copy.project_id, states)
    world.load(copy.project_id, first)
    second = world.export(copy.project_id, include=["ids", "comments"])
    again = world.load(copy.project_id, plain)

    assert SCHEMA.is_valid(json.loads(first))
    tasks = dict(zip(world.task_ids(copy.project_id), world.task_ids(original.project_id), strict=True))
    # The addresses of semantic maps name the task, and the copy's tasks are other tasks.
    renamed = re.sub(rb"(?<=/bitmap/)[^/]+", lambda found: tasks[found[0].decode()].encode(), second)
    assert renamed == plain
    assert again.unchanged == len(MEDIA)
    assert revisions(world, copy.project_id) <= {1}
    assert world.export(copy.project_id, include=["ids", "comments"]) == second


def revisions(world: World, project_id: str) -> set[int]:
    with world.ctx.db.read() as conn:
        query = select(t.label_document.c.revision).where(t.label_document.c.project_id == project_id)
        return set(conn.execute(query).scalars())


def test_labels_without_ids_replace_themselves_by_keep_data_false(world: World, rng: Random) -> None:
    configuration = world.make_project(chance.classes(rng))
    world.label(configuration, any_documents(rng, configuration))
    first = world.export(configuration.project_id)

    replacing = first.replace(b'{"internal_media_ID"', b'{"keepData":false,"internal_media_ID"')
    done = world.load(configuration.project_id, replacing)

    assert world.export(configuration.project_id) == first
    assert done.unchanged == len(MEDIA)
