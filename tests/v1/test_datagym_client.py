"""The reference's own client, unmodified, against a real server process: its whole life, and what its notebooks do."""

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from PIL import Image, ImageDraw

from tests.e2e.conftest import ORGANISATION, Server, free_port, labelwright
from tests.v1 import old_client

LIFE = Path(__file__).with_name("client_life.py")
# Chapters stand on those before them, so the whole life is one test.
CHAPTERS = (
    "the_token_is_checked",
    "datasets_are_made_once",
    "pictures_are_uploaded_and_come_back",
    "links_are_fetched",
    "datasets_are_connected",
    "a_configuration_is_built_and_uploaded",
    "labels_are_imported",
    "tasks_are_completed",
    "labels_are_exported",
    "an_export_imports_and_exports_the_same",
    "the_address_of_an_export_can_be_handed_on",
    "unknown_things_are_named",
    "pictures_are_deleted_once",
    "datasets_are_removed_once",
)
PROJECTS = ("Harbour", "Copy", "Coco boxes", "Coco polygons")
WRONG_TOKEN = "lw_this_token_was_never_given_to_anybody_at_all"


@dataclass(frozen=True)
class World:
    """A server with an organisation, its empty projects, and a file that tells the client about them."""

    server: Server
    file: Path
    secrets: tuple[str, ...]


@pytest.fixture(scope="module")
def links(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A web server on this machine with one picture; its address, and the picture."""
    folder = tmp_path_factory.mktemp("links")
    picture(folder / "linked.png", (40, 30))
    handler = functools.partial(QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", folder / "linked.png"
        server.shutdown()
        thread.join()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, links: tuple[str, Path]) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    server = Server(data=folder / "data", port=free_port(), log=folder / "serve.log")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("LABELWRIGHT_ALLOWED_LINK_NETWORKS", '["127.0.0.0/8"]')
        server.start()
    command = ["admin", "create-token", "--organisation", ORGANISATION, "--name", "old client"]
    try:
        token = labelwright(*command, "--scope", "admin", "--data", str(server.data))
        make_projects(server, token)
        yield World(server, describe(folder, server, token, links), (token, WRONG_TOKEN))
    finally:
        server.stop()


def make_projects(server: Server, token: str) -> None:
    with httpx2.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"}) as api:
        for name in PROJECTS:
            assert api.post("/api/projects", json={"name": name, "shortDescription": "made by a test"}).is_success


def describe(folder: Path, server: Server, token: str, links: tuple[str, Path]) -> Path:
    """Write down what the client needs to know."""
    pictures = {"quay.jpg": picture(folder / "a.jpg", (64, 48)), "Kaimauer ä.png": picture(folder / "b.png", (80, 60))}
    no_picture = folder / "notes.png"
    no_picture.write_text("this is no picture")
    about = {
        "url": server.url,
        "token": token,
        "wrong_token": WRONG_TOKEN,
        "pictures": {name: str(path) for name, path in pictures.items()},
        "no_picture": str(no_picture),
        "street": str(picture(folder / "street.png", (64, 48))),
        "links": links[0],
        "linked_picture": str(links[1]),
    }
    file = folder / "world.json"
    file.write_text(json.dumps(about))
    return file


def picture(path: Path, size_wh: tuple[int, int]) -> Path:
    image = Image.new("RGB", size_wh, (70, 110, 140))
    ImageDraw.Draw(image).rectangle((8, 8, 30, 20), fill=(230, 200, 60))
    image.save(path)
    return path


def test_the_client_lives_its_whole_life(world: World) -> None:
    lived = old_client.run(LIFE, str(world.file), *CHAPTERS).splitlines()
    assert [line for line in lived if line in CHAPTERS] == list(CHAPTERS)


@pytest.mark.parametrize("chapter", ["boxes_of_coco_are_imported", "polygons_of_coco_are_imported"])
def test_the_notebook_for_coco_runs(world: World, chapter: str) -> None:
    assert old_client.run(LIFE, str(world.file), chapter).split() == [chapter]


def test_no_secret_is_in_the_servers_log(world: World) -> None:
    for secret in world.secrets:
        answer = httpx2.get(f"{world.server.url}/api/v1/nowhere", params={"token": secret}, timeout=60)
        assert answer.status_code == 404
    log = world.server.log.read_text()
    assert log.count("/api/v1/") > len(world.secrets)
    for secret in world.secrets:
        assert secret not in log
        assert secret[8:] not in log
    assert "token=" not in log
