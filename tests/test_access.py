"""The access matrix holds for every route, verb and actor; what is refused changes nothing."""

import functools
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from labelwright.api.app import create_app
from labelwright.bootstrap import open_context
from labelwright.config import Settings
from labelwright.model.canonical import encoded
from labelwright.services import (
    accounts,
    export_work,
    import_mappings,
    label_exports,
    label_imports,
    projects,
    tasks,
    v1_edits,
)
from labelwright.services.context import Context
from tests.access_matrix import ACTORS, OK, RULES, Rule
from tests.builders import PASSWORD, Project, Team, annotation, difference, make_project, make_team, picture_bytes

MISSING = "01900000-0000-7000-8000-000000000000"
REFUSALS = {401, 403, 404}
SAFE = {"GET", "HEAD"}


@dataclass(frozen=True, eq=False)
class World:
    """Two organisations on one server, and a client for every actor of the matrix."""

    ctx: Context
    app: Any
    team: Team
    clients: dict[str, TestClient]

    def fresh_project(self, actor: str) -> Project:
        """A project of the team's own whose one task the actor may work on."""
        project = make_project(self.ctx, self.team.admin, name=f"Project {self.ctx.new_id()}")
        holder = {"LA": self.team.labeler, "TL": self.team.admin}.get(actor)
        if holder is not None:
            assert tasks.take_next(self.ctx, holder, project.id) is not None
        return project

    def digest(self) -> str:
        """A hash of everything in the database that a caller could change."""
        with self.ctx.db.read() as conn:
            names = conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").scalars()
            hashed = hashlib.sha256()
            for name in list(names):
                columns = "name, scope, revoked_at" if name == "api_token" else "*"
                if name != "session":
                    rows = conn.exec_driver_sql(f'SELECT {columns} FROM "{name}"').all()  # noqa: S608 - our names
                    hashed.update(repr(rows).encode())
        return hashed.hexdigest()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_context(Settings(data=tmp_path_factory.mktemp("world"))) as ctx:
        team, other = make_team(ctx, "Harbour"), make_team(ctx, "Elsewhere")
        app = create_app(ctx, operator_secret="a secret that no actor knows")
        people = {"OT": other.admin.id, "LA": team.labeler.id, "AD": team.admin.id}
        clients = {"AN": _client(app)} | {name: _signed_in(ctx, app, user) for name, user in people.items()}
        for name, scope in (("TR", "read"), ("TI", "import"), ("TL", "label"), ("TA", "admin")):
            clients[name] = _client(app, {"Authorization": f"Bearer {team.tokens[scope]}"})
        yield World(ctx, app, team, clients)


def _client(app: Any, headers: dict[str, str] | None = None) -> TestClient:
    return TestClient(app, base_url="http://localhost", headers=headers or {}, raise_server_exceptions=False)


def _signed_in(ctx: Context, app: Any, user_id: str) -> TestClient:
    with ctx.db.read() as conn:
        account = accounts.get_account(conn, user_id)
    client = _client(app, {"Origin": "http://localhost"})
    client.cookies.set("labelwright_session", accounts.open_session(ctx, account).session_token)
    return client


def _routes(app: Any) -> set[tuple[str, str]]:
    found = set()
    for context in iter_route_contexts(app.routes):
        found |= {(method, str(context.path)) for method in context.methods or ()}
    return found


def test_every_route_of_the_application_stands_in_the_matrix(world: World) -> None:
    known = {(rule.method, rule.path) for rule in RULES}
    served = {route for route in _routes(world.app) if route != ("HEAD", "/api/openapi.json")}
    assert served - known == set()
    assert known - served == set()


def _body(rule: Rule, world: World, project: Project) -> dict[str, Any]:
    """Keyword arguments of a request that is refused for nothing but its sender."""
    owner = world.team.organisation_id
    name = f"N {world.ctx.new_id()}"
    bodies: dict[tuple[str, str], Callable[[], Any]] = {
        ("POST", "/api/setup"): lambda: (
            dict.fromkeys(("secret", "name", "organisation"), "x") | {"email": "x@example.org", "password": PASSWORD}
        ),
        ("POST", "/api/session"): lambda: {"email": "labeler@harbour.example", "password": PASSWORD},
        ("PUT", "/api/session/password"): lambda: {"currentPassword": "wrong", "newPassword": PASSWORD},
        ("POST", "/api/tokens"): lambda: {"organisation": owner, "name": name[-30:], "scope": "read"},
        ("POST", "/api/operator/users"): lambda: {
            "email": "x@example.org",
            "password": PASSWORD,
            "organisation": "X",
            "role": "admin",
        },
        ("POST", "/api/operator/tokens"): lambda: {"organisation": "X", "name": "x", "scope": "read"},
        ("POST", "/api/projects"): lambda: {"name": name, "owner": owner},
        ("PUT", "/api/imports/{import_id}/options"): dict,
        ("POST", "/api/imports/{import_id}/format"): lambda: {"format": "coco"},
        ("POST", "/api/imports/{import_id}/configuration"): lambda: {"classes": [], "revision": 1},
        ("POST", "/api/projects/{project_id}/mappings"): lambda: {"name": name},
        ("PATCH", "/api/mappings/{mapping_id}"): lambda: {"name": name},
        ("POST", "/api/projects/{project_id}/exports"): lambda: {"format": "coco"},
        ("PATCH", "/api/projects/{project_id}"): lambda: {"shortDescription": "changed"},
        ("PUT", "/api/projects/{project_id}/configuration"): lambda: {"classes": [], "confirm": True},
        ("POST", "/api/projects/{project_id}/configuration/effects"): lambda: {"classes": []},
        ("POST", "/api/projects/{project_id}/configuration/file"): list,
        ("POST", "/api/projects/{project_id}/take-tasks"): lambda: {"count": 1},
        ("POST", "/api/projects/{project_id}/tasks/move"): lambda: {"direction": "BACKLOG", "datasetId": "ALL"},
        ("POST", "/api/datasets"): lambda: {"name": name, "owner": owner},
        ("PATCH", "/api/datasets/{dataset_id}"): lambda: {"shortDescription": "changed"},
        ("POST", "/api/datasets/{dataset_id}/links"): lambda: {"urls": [f"http://example.org/{name}.png"]},
        ("POST", "/api/media/delete"): lambda: {"ids": [_medium_of(world, project)]},
        ("POST", "/api/tasks/{task_id}/complete"): dict,
        ("POST", "/api/v1/dataset"): lambda: {"name": name},
        ("PUT", "/api/v1/task/{task_id}/completeTask"): lambda: {"lastChangedConfig": 2**52},
        ("POST", "/api/v1/lcValue/{class_id}"): lambda: _new_value(world, project),
        ("PUT", "/api/v1/lcValue/{value_id}"): lambda: {
            "lcEntryId": project.class_id("crane"),
            "labelTaskId": project.task_id,
        },
        ("PUT", "/api/v1/lcValue/{value_id}/changeType"): lambda: {"newLcEntryId": project.class_id("crane")},
    }
    uploads = (
        "/api/datasets/{dataset_id}/media",
        "/api/v1/media/{dataset_id}/file",
        "/api/projects/{project_id}/imports",
    )
    if rule.method == "POST" and rule.path in uploads:
        return {"content": picture_bytes(), "headers": {"X-filename": f"{name}.png"}}
    if (rule.method, rule.path) == ("PATCH", "/api/tasks/{task_id}/labels"):
        change = difference(0, created=(annotation(world.ctx, project.class_id("crane")),))
        return {"content": encoded(change), "headers": {"Content-Type": "application/json"}}
    made = bodies.get((rule.method, rule.path))
    return {"json": made()} if made else {}


def _new_value(world: World, project: Project) -> dict[str, str]:
    """The body that creates a value of old clients."""
    iteration = projects.get_project(world.ctx, world.team.admin, project.id)["labelIterationId"]
    place = {"iterationId": iteration, "mediaId": _medium_of(world, project), "labelTaskId": project.task_id}
    return {**place, "lcEntryId": project.class_id("crane")}


def _value_of(world: World, project: Project) -> str:
    """The id of an unfinished value of old clients."""
    new = msgspec.convert(_new_value(world, project), v1_edits.NewValue)
    return v1_edits.create_value(world.ctx, world.team.admin, new)[1]


def _medium_of(world: World, project: Project) -> str:
    with world.ctx.db.read() as conn:
        return str(tasks.get_task(conn, world.team.admin, project.task_id)["mediumId"])


def _url(rule: Rule, world: World, project: Project) -> str:
    token_id = _token_to_revoke(world) if "{token_id}" in rule.path else ""
    url = re.sub(r"{path:\w+}", "projects", rule.path).format_map(
        {
            "project_id": project.id,
            "dataset_id": project.dataset_id,
            "medium_id": _medium_of(world, project),
            "task_id": project.task_id,
            "organisation_id": world.team.organisation_id,
            "configuration_id": project.configuration.id,
            "class_id": project.class_id("crane"),
            "export_key": "water",
            "value_id": _value_of(world, project) if "{value_id}" in rule.path else "",
            "token_id": token_id,
            "name": "nothing.js",
            "import_id": _import(world, project) if "{import_id}" in rule.path else "",
            "mapping_id": _mapping(world, project) if "{mapping_id}" in rule.path else "",
            "export_id": _export(rule, world, project) if "{export_id}" in rule.path else "",
            "level": 0,
            "column": 0,
            "row": 0,
        }
    )
    return f"{url}?organisation={world.team.organisation_id}" if rule.path == "/api/tokens" else url


def _export(rule: Rule, world: World, project: Project) -> str:
    """The id of an export: one that is done for those who look, one that waits for those who act."""
    if rule.method not in SAFE:
        wanted = label_exports.Wanted(format="coco")
        return str(label_exports.create_export(world.ctx, world.team.admin, project.id, wanted)["id"])
    return _finished_export(world)


def _mapping(world: World, project: Project) -> str:
    named = import_mappings.Named(name=f"N {world.ctx.new_id()}")
    return str(import_mappings.save_mapping(world.ctx, world.team.admin, project.id, named)["id"])


def _import(world: World, project: Project) -> str:
    """The id of an import that was stopped before anything was stored."""
    with world.ctx.store.receive(limit_bytes=1000) as incoming:
        incoming.write(b"{}")
        made = label_imports.create_import(
            world.ctx, world.team.admin, project.id, incoming.finish(), file_name="labels.json"
        )
    label_imports.cancel_import(world.ctx, world.team.admin, made["id"])
    return str(made["id"])


@functools.cache
def _finished_export(world: World) -> str:
    project = world.fresh_project("-")
    wanted = label_exports.Wanted(format="coco", states=("waiting",))
    made = label_exports.create_export(world.ctx, world.team.admin, project.id, wanted)
    while label_exports.get_export(world.ctx, world.team.admin, made["id"])["state"] != "done":
        assert export_work.write_next(world.ctx)
    return str(made["id"])


def _token_to_revoke(world: World) -> str:
    body = {"organisation": world.team.organisation_id, "name": world.ctx.new_id()[-30:], "scope": "read"}
    return str(world.clients["AD"].post("/api/tokens", json=body).json()["id"])


@pytest.mark.parametrize("actor", ACTORS)
def test_who_is_refused_is_told_so_and_changes_nothing(world: World, actor: str) -> None:
    project = world.fresh_project("-")
    refused = [rule for rule in RULES if rule.cells[ACTORS.index(actor)] != OK]
    for rule in refused:
        url, body = _url(rule, world, project), _body(rule, world, project)
        before = world.digest()
        answer = world.clients[actor].request(rule.method, url, **body)
        assert answer.status_code == rule.cells[ACTORS.index(actor)], (
            f"{actor} {rule.method} {rule.path}: {answer.text}"
        )
        assert world.digest() == before, f"{actor} {rule.method} {rule.path} changed something"


@pytest.mark.parametrize("actor", ACTORS)
def test_who_is_allowed_is_not_refused(world: World, actor: str) -> None:
    shared = world.fresh_project(actor)
    allowed = [rule for rule in RULES if rule.cells[ACTORS.index(actor)] == OK]
    for rule in allowed:
        project = shared if rule.method in SAFE else world.fresh_project(actor)
        answer = world.clients[actor].request(rule.method, _url(rule, world, project), **_body(rule, world, project))
        restored = rule.path.endswith("/restore") and answer.status_code == 404  # nothing deleted: hidden like unknown
        refused = answer.status_code in REFUSALS and not restored
        assert not refused, f"{actor} {rule.method} {rule.path}: {answer.status_code} {answer.text}"
        ours = answer.status_code < 500 or rule.path in {"/{path:page}", "/api/docs"}
        assert ours or rule.path.startswith("/api/v1/"), f"{rule.path}: {answer.text}"
        if (rule.method, rule.path) == ("DELETE", "/api/session"):
            world.clients[actor] = _signed_in(
                world.ctx,
                world.app,
                {"OT": _other(world), "LA": world.team.labeler.id, "AD": world.team.admin.id}[actor],
            )


def test_head_is_told_what_get_would_send(world: World) -> None:
    project, client = world.fresh_project("-"), world.clients["TA"]
    told = {"content-type", "content-length", "content-disposition", "etag", "accept-ranges"}
    for rule in (rule for rule in RULES if rule.method == "HEAD"):
        url = _url(rule, world, project)
        asked, sent = client.head(url), client.get(url)
        assert (asked.status_code, asked.content) == (sent.status_code, b""), rule.path
        is_of_a_moment = "content-length" not in sent.headers  # and named after it, to the second
        for name in told - ({"content-disposition"} if is_of_a_moment else set()):
            assert asked.headers.get(name) == sent.headers.get(name), f"{rule.path}: {name}"


def _other(world: World) -> str:
    return str(
        accounts.create_user(
            world.ctx,
            email="admin@elsewhere.example",
            name="",
            password=PASSWORD,
            organisation="Elsewhere",
            role="admin",
        ).id
    )


def test_another_organisations_things_are_the_same_as_things_that_never_were(world: World) -> None:
    project = world.fresh_project("-")
    stranger = world.clients["OT"]
    for rule in RULES:
        if "{" not in rule.path or "{path:" in rule.path or rule.cells[ACTORS.index("OT")] != 404:
            continue
        body = _body(rule, world, project)
        real_url = _url(rule, world, project)
        real = stranger.request(rule.method, real_url, **body)
        ids = (project.id, project.dataset_id, project.task_id, _medium_of(world, project), world.team.organisation_id)
        nowhere_url = real_url
        for known in ids:
            nowhere_url = nowhere_url.replace(known, MISSING)
        nowhere = stranger.request(rule.method, nowhere_url, **body)
        shown = real.text
        for known in ids:
            shown = shown.replace(known, MISSING)
        assert (real.status_code, shown.split("There is")[0]) == (
            nowhere.status_code,
            nowhere.text.split("There is")[0],
        )
