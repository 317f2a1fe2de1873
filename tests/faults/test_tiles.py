"""A server that is killed while it makes tiles leaves none behind, and makes them after its next start."""

import io
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from labelwright.bootstrap import open_context
from labelwright.config import Settings
from labelwright.media.pyramid import Address
from labelwright.services import media, tiles
from tests.builders import Team, make_medium, make_project

SERVER = """
import sys
from pathlib import Path
from labelwright.bootstrap import open_context
from labelwright.config import Settings
from labelwright.services import tiles
with open_context(Settings(data=Path(sys.argv[1]))) as ctx:
    tiles.prepare_next(ctx)
"""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"tiled_from_megapixels": 1})


def wait_until(holds: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"still waiting after {seconds} s"
        time.sleep(0.005)


def noise() -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((5000, 4000), 60).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_kill_while_tiles_are_made_leaves_none_and_the_next_start_makes_them(settings: Settings, team: Team) -> None:
    with open_context(settings) as ctx:
        project = make_project(ctx, team.admin, media=())
        medium_id = make_medium(ctx, team.admin, project.dataset_id, "a.png", noise())
    incoming, derived = settings.data / "media" / "incoming", settings.data / "media" / "derived"
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(settings.data)])
    wait_until(lambda: any(path.stat().st_size for path in incoming.glob("*.part")))

    server.kill()
    server.wait()

    assert files(derived) == []
    with open_context(settings) as ctx:
        assert files(incoming) == []
        assert media.get_medium(ctx, team.admin, medium_id)["state"] == "preparing"
        assert tiles.prepare_next(ctx)
        assert tiles.get_tile(ctx, team.admin, medium_id, Address(0, 9, 7)).data
        assert files(incoming) == []
        assert len(files(derived)) == 1
