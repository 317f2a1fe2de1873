"""Real parts for every test: a context over a fresh data folder, an organisation with its people, the application.

`ctx` is the services' context; `team` knows the actors; `client` speaks HTTP to the real application in process.
"""

import functools
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from starlette.testclient import TestClient

from labelwright.api.app import create_app
from labelwright.bootstrap import open_context
from labelwright.config import Settings
from labelwright.services.context import Context
from tests.builders import Team, make_team

OPERATOR_SECRET = "the operator's secret of the tests"

# How fast a machine is and what it happens to draw say nothing about a change. `--hypothesis-profile by-chance` draws
# anew every time.
UNHURRIED = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
hypothesis.settings.register_profile("by-chance", **UNHURRIED)
hypothesis.settings.register_profile("the-same", **UNHURRIED, derandomize=True)
hypothesis.settings.load_profile("the-same")


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Team]:
    """A data folder with the organisation “Harbour”, made once and copied for every test."""
    data = tmp_path_factory.mktemp("prepared") / "data"
    with open_context(Settings(data=data)) as ctx:
        return data, make_team(ctx, "Harbour")


@pytest.fixture
def settings(tmp_path: Path, prepared: tuple[Path, Team]) -> Settings:
    shutil.copytree(prepared[0], tmp_path / "data")
    return Settings(data=tmp_path / "data")


@pytest.fixture
def ctx(settings: Settings) -> Iterator[Context]:
    with open_context(settings) as context:
        yield context


@pytest.fixture
def team(prepared: tuple[Path, Team]) -> Team:
    """The organisation “Harbour” with an admin and a labeler."""
    return prepared[1]


@pytest.fixture
def client_of(ctx: Context) -> functools.partial[TestClient]:
    """`client_of(headers=...)`: another HTTP client of the same application."""
    app = create_app(ctx, operator_secret=OPERATOR_SECRET)
    return functools.partial(TestClient, app, base_url="http://localhost", raise_server_exceptions=False)


@pytest.fixture
def client(client_of: functools.partial[TestClient], team: Team) -> TestClient:
    """Speaks with a token of admin scope."""
    return client_of(headers={"Authorization": f"Bearer {team.admin_token}"})
