"""Builders with defaults: the smallest real thing that a test can then change."""

import io
import uuid
from dataclasses import dataclass
from typing import Any

from PIL import Image

from labelwright.model.configuration import Configuration, LabelClass, Option
from labelwright.model.document import Annotation, AnswersDifference, Difference
from labelwright.model.geometry import Geometry, Rectangle
from labelwright.services import accounts, configurations, datasets, labels, projects, tasks, tokens, uploads
from labelwright.services.access import Actor
from labelwright.services.context import Context
from labelwright.services.projects import ProjectTexts
from labelwright.storage.receiver import Expected

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Team:
    """An organisation with its people and a token for each scope."""

    organisation_id: str
    admin: Actor
    labeler: Actor
    tokens: dict[str, str]

    @property
    def admin_token(self) -> str:
        return self.tokens["admin"]


def make_team(ctx: Context, name: str) -> Team:
    """Make an organisation with `admin@<name>` and `labeler@<name>` and four tokens."""
    people = {
        role: accounts.create_user(
            ctx,
            email=f"{role}@{name.lower()}.example",
            name=f"{name} {role}",
            password=PASSWORD,
            organisation=name,
            role=role,
        )
        for role in ("admin", "labeler")
    }
    organisation_id = people["admin"].organisations[0].id
    admin = people["admin"].actor()
    secrets = {
        scope: tokens.create_token(ctx, admin, organisation_id=organisation_id, name=scope, scope=scope)["secret"]
        for scope in ("read", "import", "label", "admin")
    }
    return Team(organisation_id, admin, people["labeler"].actor(), secrets)


def picture_bytes(width: int = 64, height: int = 48, colour: tuple[int, int, int] = (90, 120, 150)) -> bytes:
    """A real PNG of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, "PNG")
    return buffer.getvalue()


def make_medium(ctx: Context, actor: Actor, dataset_id: str, name: str = "a.png", raw: bytes | None = None) -> str:
    """Upload a picture; returns the medium's id."""
    with uploads.begin_upload(ctx, actor, dataset_id, name, Expected()) as receiver:
        receiver.write(raw if raw is not None else picture_bytes())
        return str(uploads.keep_upload(ctx, actor, dataset_id, name, receiver.finish())["id"])


@dataclass(frozen=True)
class Project:
    """A project with one connected dataset; `task_ids` by medium name."""

    id: str
    dataset_id: str
    configuration: Configuration
    task_ids: dict[str, str]

    @property
    def task_id(self) -> str:
        return next(iter(self.task_ids.values()))

    def class_id(self, *path: str) -> str:
        """The id of the class at a path of export keys."""
        classes, found = self.configuration.classes, None
        for key in path:
            found = next(c for c in classes if c.key == key)
            classes = found.children
        assert found is not None
        return str(found.id)


def option(key: str, *options: str, required: bool = False, children: tuple[LabelClass, ...] = ()) -> LabelClass:
    choices = tuple(Option(name, name.title()) for name in options)
    return LabelClass(key=key, name=key.title(), type="option", options=choices, required=required, children=children)


def checklist(key: str, *options: str, required: bool = False, children: tuple[LabelClass, ...] = ()) -> LabelClass:
    choices = tuple(Option(name, name.title()) for name in options)
    return LabelClass(
        key=key, name=key.title(), type="checklist", options=choices, required=required, children=children
    )


def free_text(key: str, max_length: int = 50, *, required: bool = False) -> LabelClass:
    return LabelClass(key=key, name=key.title(), type="free_text", max_length=max_length, required=required)


def geometry_class(key: str, kind: str, *children: LabelClass, shortcut: str | None = None) -> LabelClass:
    return LabelClass(key=key, name=key.title(), type=kind, color="#3333FF", shortcut=shortcut, children=children)


HARBOUR_CLASSES = (
    geometry_class(
        "crane",
        "rectangle",
        option("crane_type", "mobile", "tower", "gantry", "other"),
        checklist("defects", "rust", "crack", children=(free_text("defect_note"),)),
        geometry_class("hook", "point", option("hook_state", "open", "closed")),
    ),
    geometry_class("quay_edge", "line"),
    geometry_class("ship", "polygon"),
    geometry_class("water", "image_segmentation"),
    option("surface", "dry", "wet", children=(checklist("puddles", "small", "large"),)),
)


def make_project(
    ctx: Context,
    actor: Actor,
    *,
    name: str = "Harbour crane",
    classes: tuple[LabelClass, ...] = HARBOUR_CLASSES,
    media: tuple[str, ...] = ("a.png",),
    release: bool = True,
) -> Project:
    """Make a project with a configuration, a dataset of pictures (64 x 48) and its tasks."""
    owner = next(iter(actor.grants))
    project = projects.create_project(ctx, actor, ProjectTexts(name=name), owner=owner)
    dataset = datasets.create_dataset(ctx, actor, name=f"{name} pictures", owner=owner)
    for medium_name in media:
        make_medium(ctx, actor, dataset["id"], medium_name)
    projects.connect_dataset(ctx, actor, project["id"], dataset["id"])
    configuration = configurations.save_configuration(ctx, actor, project["id"], classes)
    if release:
        tasks.move_many(ctx, actor, project["id"], "WAITING", dataset_id="ALL")
    page = tasks.list_tasks(ctx, actor, project["id"], tasks.TaskFilter())
    task_ids = {task["mediumName"]: task["id"] for task in page.items}
    return Project(project["id"], dataset["id"], configuration, task_ids)


def rectangle(x: float = 1, y: float = 2, w: float = 10, h: float = 8) -> Rectangle:
    return Rectangle(x=x, y=y, w=w, h=h)


def annotation(ctx: Context, class_id: str, geometry: Geometry | None = None, **fields: Any) -> Annotation:
    return Annotation(id=ctx.new_id(), class_id=class_id, geometry=geometry or rectangle(), **fields)


def difference(revision: int = 0, *, set_answers: dict[str, Any] | None = None, **fields: Any) -> Difference:
    """A difference made on `revision` of the labels and revision 1 of the configuration."""
    answers = AnswersDifference(set=set_answers or {})
    return Difference(
        change_id=str(uuid.uuid4()), revision=revision, configuration_revision=1, answers=answers, **fields
    )


def save(ctx: Context, actor: Actor, task_id: str, revision: int = 0, **fields: Any) -> labels.Saved:
    """Save one difference."""
    return labels.apply_difference(ctx, actor, task_id, difference(revision, **fields))
