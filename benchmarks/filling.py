"""Fill a data folder with a project of many labelled tasks: by the codec and the tables, without a server.

Each task has ten polygons of 20 vertices and five rectangles with nested answers, about 8 kB in the native format.
A few hundred different documents take turns.
"""

import functools
import hashlib
import math
import random
import uuid
from typing import Any, NamedTuple

from sqlalchemy import Connection

from labelwright.db import tables as t
from labelwright.model.canonical import encoded
from labelwright.model.configuration import Configuration, LabelClass, Option
from labelwright.model.document import Annotation, AnswersDifference, Difference, Document
from labelwright.model.geometry import Polygon, Rectangle
from labelwright.services import accounts, configurations, conform, datasets, projects, tokens
from labelwright.services.access import Actor
from labelwright.services.context import Context
from labelwright.services.projects import ProjectTexts

SIZE_WH = (4000, 3000)
POLYGONS, VERTICES, RECTANGLES = 10, 20, 5
DOCUMENTS = 200
BATCH = 2000

CLASSES = (
    LabelClass(
        key="car",
        name="Car",
        type="polygon",
        color="#E4572E",
        shortcut="1",
        children=(
            LabelClass(
                key="kind",
                name="Kind",
                type="option",
                options=(Option("car", "Car"), Option("van", "Van"), Option("bus", "Bus"), Option("lorry", "Lorry")),
            ),
            LabelClass(key="remark", name="Remark", type="free_text", max_length=100),
        ),
    ),
    LabelClass(
        key="sign",
        name="Sign",
        type="rectangle",
        color="#17BEBB",
        children=(
            LabelClass(
                key="state",
                name="State",
                type="checklist",
                options=(Option("dirty", "Dirty"), Option("bent", "Bent"), Option("hidden", "Hidden")),
            ),
        ),
    ),
    LabelClass(key="weather", name="Weather", type="option", options=(Option("sun", "Sun"), Option("rain", "Rain"))),
)


class Filled(NamedTuple):
    """What was made: the project, its tasks by medium name, and the secret of a token with all rights."""

    project_id: str
    task_ids: list[str]
    token: str
    configuration: Configuration
    actor: Actor


def fill(ctx: Context, task_count: int, *, polygons: int = POLYGONS, labels: bool = True) -> Filled:
    """Make organisation, admin, token, project, configuration, media, tasks (completed) and, if wanted, labels."""
    account = accounts.create_user(
        ctx, email="bench@example.org", name="Bench", password="a long pass phrase", organisation="Bench", role="admin"
    )
    actor = account.actor()
    made = tokens.create_token(ctx, actor, organisation_id=account.organisations[0].id, name="bench", scope="admin")
    project_id = projects.create_project(ctx, actor, ProjectTexts(name="Benchmark"))["id"]
    configuration = configurations.fill_configuration(ctx, actor, project_id, CLASSES)
    dataset_id = datasets.create_dataset(ctx, actor, name="Benchmark")["id"]
    projects.connect_dataset(ctx, actor, project_id, dataset_id)
    shapes = [document(ctx, actor, configuration, seed, polygons) for seed in range(DOCUMENTS)]
    documents = [conform.ready(shape, configuration) for shape in shapes]
    task_ids: list[str] = []
    for start in range(0, task_count, BATCH):
        rows = [
            _rows(ctx, actor, project_id, dataset_id, number, documents[number % DOCUMENTS])
            for number in range(start, min(start + BATCH, task_count))
        ]
        ctx.db.write(functools.partial(_insert, rows=rows, labels=labels))
        task_ids += [task["id"] for _, task, _ in rows]
    return Filled(project_id, task_ids, made["secret"], configuration, actor)


def _insert(conn: Connection, rows: list[tuple[dict[str, Any], ...]], *, labels: bool) -> None:
    tables = (t.medium, t.task, *((t.label_document,) if labels else ()))
    for table, part in zip(tables, zip(*rows, strict=True), strict=False):
        conn.execute(table.insert(), list(part))


def _rows(
    ctx: Context, actor: Actor, project_id: str, dataset_id: str, number: int, ready: conform.Ready
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    medium_id, task_id, name, now = ctx.new_id(), ctx.new_id(), f"picture_{number:07}.jpg", ctx.now_ms()
    medium = {
        "id": medium_id,
        "dataset_id": dataset_id,
        "name": name,
        "source": "LOCAL",
        "state": "ready",
        "sha256": hashlib.sha256(name.encode()).hexdigest(),
        "size": 4_000_000,
        "content_type": "image/jpeg",
        "width": SIZE_WH[0],
        "height": SIZE_WH[1],
        "orientation": 1,
        "created_at": now,
    }
    task = {
        "id": task_id,
        "project_id": project_id,
        "medium_id": medium_id,
        "dataset_id": dataset_id,
        "medium_name": name,
        "medium_deleted": False,
        "state": "COMPLETED",
        "labeler_id": actor.user_id,
        "has_import": False,
        "created_at": now,
        "changed_at": now,
    }
    labels = {"task_id": task_id, "project_id": project_id, "revision": 1, "changed_at": now, **ready._asdict()}
    return medium, task, labels


def document(ctx: Context, actor: Actor, configuration: Configuration, seed: int, polygons: int) -> Document:
    """Make the labels of one task; the same seed gives the same shapes."""
    chance = random.Random(seed)
    car, sign, weather = configuration.classes
    kind, remark = car.children
    outlines = [
        _annotation(ctx, actor, car, Polygon(blob(chance)), {kind.id: "van", remark.id: "seen from behind"})
        for _ in range(polygons)
    ]
    rectangles = [
        _annotation(ctx, actor, sign, rectangle(chance), {sign.children[0].id: ("dirty", "bent")})
        for _ in range(RECTANGLES)
    ]
    return Document(annotations=(*outlines, *rectangles), answers={str(weather.id): "rain"})


def _annotation(ctx: Context, actor: Actor, label_class: LabelClass, geometry: Any, answers: Any) -> Annotation:
    now = ctx.now_ms()
    return Annotation(
        id=ctx.new_id(),
        class_id=str(label_class.id),
        geometry=geometry,
        answers=answers,
        created_by=actor.id,
        created_at=now,
        changed_by=actor.id,
        changed_at=now,
    )


def blob(chance: random.Random) -> tuple[tuple[float, float], ...]:
    x, y, radius = chance.uniform(500, 3500), chance.uniform(500, 2500), chance.uniform(50, 400)
    turns = (2 * math.pi * corner / VERTICES for corner in range(VERTICES))
    reach = [(turn, radius * chance.uniform(0.8, 1.2)) for turn in turns]
    return tuple((round(x + r * math.cos(turn), 2), round(y + r * math.sin(turn), 2)) for turn, r in reach)


def rectangle(chance: random.Random) -> Rectangle:
    x, y = round(chance.uniform(0, 3000), 2), round(chance.uniform(0, 2000), 2)
    return Rectangle(x, y, round(chance.uniform(20, 900), 2), round(chance.uniform(20, 900), 2))


def difference(filled: Filled, revision: int, annotations: tuple[Annotation, ...] = ()) -> bytes:
    """One save as it is sent: another answer, and the annotations given."""
    weather = filled.configuration.classes[-1]
    change = Difference(
        change_id=str(uuid.uuid4()),
        revision=revision,
        configuration_revision=filled.configuration.revision,
        updated=annotations,
        answers=AnswersDifference(set={str(weather.id): ("sun", "rain")[revision % 2]}),
    )
    return encoded(change)
