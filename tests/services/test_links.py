"""Public links: added at once, fetched by the server, and broken with a reason where they cannot be."""

import http.server
import threading
from collections.abc import Iterator

import pytest

from labelwright.config import Settings
from labelwright.services import datasets, links, media, tasks
from labelwright.services.context import Context
from tests.builders import Team, make_project, picture_bytes


class _Pictures(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = picture_bytes(30, 20) if self.path.startswith("/good") else b"<!doctype html><p>no picture"
        self.send_response(404 if "gone" in self.path else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def pictures_url() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Pictures)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    allowed = getattr(request, "param", ["127.0.0.0/8"])
    return settings.model_copy(update={"allowed_link_networks": allowed})


def _fetch_all(ctx: Context) -> None:
    while links.fetch_next(ctx):
        pass


def test_a_link_becomes_a_medium_with_its_picture_and_a_task(ctx: Context, team: Team, pictures_url: str) -> None:
    project = make_project(ctx, team.admin, media=())
    (added,) = links.add_links(ctx, team.admin, project.dataset_id, [f"{pictures_url}/good/a%20b.png?sig=1"])
    assert (added["status"], added["medium"]["state"]) == ("added", "pending")

    _fetch_all(ctx)

    medium = media.get_medium(ctx, team.admin, added["medium"]["id"])
    assert (medium["state"], medium["mediaName"], medium["width"], medium["height"]) == ("ready", "a b.png", 30, 20)
    page = tasks.list_tasks(ctx, team.admin, project.id, tasks.TaskFilter())
    assert [task["mediumName"] for task in page.items] == ["a b.png"]


def test_what_cannot_be_fetched_is_broken_with_its_reason_and_its_task_waits(
    ctx: Context, team: Team, pictures_url: str
) -> None:
    project = make_project(ctx, team.admin, media=())
    links.add_links(ctx, team.admin, project.dataset_id, [f"{pictures_url}/html.png", f"{pictures_url}/gone.png"])
    tasks.move_many(ctx, team.admin, project.id, "WAITING", dataset_id="ALL")
    _fetch_all(ctx)

    page = media.list_media(ctx, team.admin, project.dataset_id, media.MediaFilter(state="broken"))
    assert [(m["mediaName"], m["reason"]) for m in page.items] == [
        ("gone.png", "INVALID_URL"),
        ("html.png", "INVALID_MIME_TYPE"),
    ]
    assert tasks.take_next(ctx, team.labeler, project.id) is None
    again = links.retry(ctx, team.admin, page.items[0]["id"])
    assert (again["state"], again["reason"]) == ("pending", None)


@pytest.mark.parametrize("settings", [[]], indirect=True)
def test_a_link_into_a_private_network_is_refused_without_a_word_about_it(
    ctx: Context, team: Team, pictures_url: str
) -> None:
    dataset = datasets.create_dataset(ctx, team.admin, name="Links", owner=team.organisation_id)
    (added,) = links.add_links(ctx, team.admin, dataset["id"], [f"{pictures_url}/good.png"])
    _fetch_all(ctx)

    medium = media.get_medium(ctx, team.admin, added["medium"]["id"])
    assert medium["state"] == "broken"
    assert "127.0.0.1" not in medium["reasonText"]


def test_links_are_sorted_into_added_duplicate_unsupported_and_refused(ctx: Context, team: Team) -> None:
    dataset = datasets.create_dataset(ctx, team.admin, name="Links", owner=team.organisation_id)
    urls = [
        "https://example.org/a.png",
        "https://example.org/A.PNG",
        "https://example.org/page.html",
        "file:///etc/passwd.png",
        "https://user:secret@example.org/b.png",
    ]
    results = links.add_links(ctx, team.admin, dataset["id"], urls)
    assert [result["status"] for result in results] == ["added", "duplicate", "unsupported", "refused", "refused"]
