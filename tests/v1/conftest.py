"""Old clients' API in process: `v1` speaks with `?token=` of admin scope, `v1_as(secret)` with another token."""

from collections.abc import Callable
from functools import partial

import pytest
from starlette.testclient import TestClient

from labelwright.services.context import Context
from tests.builders import Project, Team, make_project

BASE = "http://localhost/api/v1/"


@pytest.fixture
def v1_as(client_of: partial[TestClient]) -> Callable[[str], TestClient]:
    def speaking(secret: str) -> TestClient:
        client = client_of(base_url=BASE)
        client.params = client.params.set("token", secret)
        return client

    return speaking


@pytest.fixture
def v1(v1_as: Callable[[str], TestClient], team: Team) -> TestClient:
    return v1_as(team.admin_token)


@pytest.fixture
def project(ctx: Context, team: Team) -> Project:
    """The harbour project with one waiting task, `a.png`, 64 x 48 pixels."""
    return make_project(ctx, team.admin)
