"""`server`: a real server process on a copy of the prepared data; tests start, kill and stop it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import Team
from tests.e2e.conftest import Server, free_port


@pytest.fixture
def server(tmp_path: Path, prepared: tuple[Path, Team]) -> Iterator[Server]:
    """Not started yet."""
    data = tmp_path / "server-data"
    shutil.copytree(prepared[0], data)
    made = Server(data=data, port=free_port(), log=tmp_path / "server.log")
    yield made
    made.kill()
