"""`sdk`: the Python client with a token of admin scope, on a real server."""

from collections.abc import Iterator

import pytest

from labelwright.sdk import Client
from labelwright.services.context import Context
from tests.builders import Team
from tests.serving import serving


@pytest.fixture
def url(ctx: Context) -> Iterator[str]:
    with serving(ctx) as address:
        yield address


@pytest.fixture
def sdk(url: str, team: Team) -> Iterator[Client]:
    with Client(url, team.admin_token) as client:
        yield client
