"""`labelwright(...)` runs a command on a real server in this process; `sdk` looks at what it did."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from labelwright.cli import app
from labelwright.cli.failures import run
from labelwright.sdk import Client
from labelwright.services.context import Context
from tests.builders import Team
from tests.serving import serving


class Done(NamedTuple):
    """How a command ended: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line with these arguments."""

    def call(*arguments: object) -> Done:
        capsys.readouterr()
        code = run(app, [str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Done(code, _without_requests(captured.out), captured.err)

    return call


def _without_requests(out: str) -> str:
    """Leave out what the server of the test logs in the same process."""
    return "".join(line for line in out.splitlines(keepends=True) if "[info" not in line)


@pytest.fixture
def url(ctx: Context) -> Iterator[str]:
    with serving(ctx) as address:
        yield address


@pytest.fixture
def labelwright(command: Run, url: str, team: Team, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the server with a token of admin scope."""
    monkeypatch.setenv("LABELWRIGHT_URL", url)
    monkeypatch.setenv("LABELWRIGHT_TOKEN", team.admin_token)
    return command


@pytest.fixture
def sdk(url: str, team: Team) -> Iterator[Client]:
    with Client(url, team.admin_token) as client:
        yield client
