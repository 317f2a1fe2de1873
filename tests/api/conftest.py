"""`world`: one running application for a whole file of tests, with clients whose every answer is checked."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from labelwright.api.app import create_app
from labelwright.bootstrap import open_context
from labelwright.config import Settings
from labelwright.services import accounts
from labelwright.services.access import Actor
from labelwright.services.context import Context
from tests.api.checked import CheckedClient, Promise
from tests.builders import Project, Team, make_project
from tests.conftest import OPERATOR_SECRET

ORIGIN = "http://localhost"


@dataclass(frozen=True)
class World:
    """A team on one server. `client` speaks with its admin token."""

    ctx: Context
    app: FastAPI
    team: Team
    promise: Promise

    @property
    def client(self) -> CheckedClient:
        return self.client_with({"Authorization": f"Bearer {self.team.admin_token}"})

    def client_with(self, headers: dict[str, str] | None = None) -> CheckedClient:
        made = CheckedClient(self.app, base_url=ORIGIN, headers=headers or {}, raise_server_exceptions=False)
        made.promise = self.promise
        return made

    def signed_in(self, actor: Actor, **headers: str) -> CheckedClient:
        """The browser of a person: session cookie, and the Origin of our own pages unless another is given."""
        with self.ctx.db.read() as conn:
            account = accounts.get_account(conn, actor.id)
        client = self.client_with({"Origin": ORIGIN, **headers})
        client.cookies.set("labelwright_session", accounts.open_session(self.ctx, account).session_token)
        return client

    def project(self, **fields: Any) -> Project:
        """A project of its own for a test."""
        return make_project(self.ctx, self.team.admin, **{"name": f"Project {self.ctx.new_id()}", **fields})


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, prepared: tuple[Path, Team]) -> Iterator[World]:
    data = tmp_path_factory.mktemp("world") / "data"
    shutil.copytree(prepared[0], data)
    with open_context(Settings(data=data)) as ctx:
        app = create_app(ctx, operator_secret=OPERATOR_SECRET)
        yield World(ctx, app, prepared[1], Promise(app.openapi()))
