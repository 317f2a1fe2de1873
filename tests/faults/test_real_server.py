"""What only a real server process can show: its log, its own address, and who it believes."""

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.builders import PASSWORD, Team
from tests.e2e.conftest import Server, free_port

ADMIN = "admin@harbour.example"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, prepared: tuple[Path, Team]) -> Iterator[Server]:
    """A server that may fetch links from its own machine, behind a proxy that is somewhere else."""
    folder = tmp_path_factory.mktemp("running")
    shutil.copytree(prepared[0], folder / "data")
    server = Server(data=folder / "data", port=free_port(), log=folder / "log")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("LABELWRIGHT_ALLOWED_LINK_NETWORKS", '["127.0.0.0/8"]')
        environment.setenv("LABELWRIGHT_TRUSTED_PROXIES", "10.9.9.9")
        server.start()
    yield server
    server.stop()


def test_no_log_line_holds_a_secret(running: Server, team: Team) -> None:
    secret, password = team.admin_token, "a wrong pass phrase"
    with httpx2.Client(base_url=running.url) as client:
        client.get("/api/projects", headers={"Authorization": f"Bearer {secret}"})
        client.get("/api/projects", params={"token": secret})
        client.get("/api/v1/project", params={"token": secret})
        client.get(f"/api/projects/{secret}", headers={"Authorization": f"Token {secret}"})
        client.get(f"/{secret}/nowhere?token={secret}")
        client.get("/api/projects", headers={"Cookie": f"labelwright_session={secret}"})
        client.post("/api/session", json={"email": ADMIN, "password": password})
        client.post("/api/session", content=json.dumps({"password": password, "token": secret}))
        session = client.post("/api/session", json={"email": ADMIN, "password": PASSWORD}).cookies[
            "labelwright_session"
        ]
    log = running.log.read_text()
    assert log.count("request ") >= 9
    assert [hidden for hidden in (secret, secret[8:], password, PASSWORD, session) if hidden in log] == []


def test_a_link_to_the_server_itself_is_not_followed_even_where_its_network_is_allowed(
    running: Server, team: Team
) -> None:
    headers = {"Authorization": f"Bearer {team.admin_token}"}
    hosts = ("127.0.0.1", "127.0.0.2", "localhost", "[::ffff:127.0.0.1]")
    with httpx2.Client(base_url=running.url, headers=headers) as client:
        dataset = client.post("/api/datasets", json={"name": "Links to ourselves"}).json()["id"]
        links = [f"http://{host}:{running.port}/ourselves{n}.png" for n, host in enumerate(hosts)]
        added = client.post(f"/api/datasets/{dataset}/links", json={"urls": links}).json()["results"]
        assert {result["status"] for result in added} == {"added"}
        deadline = time.monotonic() + 20
        while (page := client.get(f"/api/datasets/{dataset}/media?state=broken").json())["total"] < len(links):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert {medium["reason"] for medium in page["items"]} == {"INVALID_URL"}
    assert [m["url"] for m in page["items"] if "Address not allowed" not in m["reasonText"]] == []
    assert "/ourselves" not in running.log.read_text()


def test_forwarded_addresses_of_strangers_do_not_count(running: Server) -> None:
    def sign_in(n: int) -> int:
        forwarded = {"X-Forwarded-For": f"192.0.2.{n}", "X-Forwarded-Host": "evil.example"}
        body = {"email": f"{n}@harbour.example", "password": "wrong password"}
        return client.post("/api/session", json=body, headers=forwarded).status_code

    with httpx2.Client(base_url=running.url) as client:
        assert [sign_in(n) for n in range(21)][-1] == 429
