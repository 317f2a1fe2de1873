"""What happens on the way to the server: patience, lost connections, answers from somebody else."""

import inspect
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

import labelwright.sdk as sdk_package
from labelwright.model import errors
from labelwright.model.errors import (
    Busy,
    Forbidden,
    Invalid,
    LabelwrightError,
    NotSignedIn,
    TooManyAttempts,
    WrongCredentials,
)
from labelwright.sdk import Client, ServerUnreachable, UnexpectedAnswer
from labelwright.sdk.errors import connection_errors, error_of

Answer = Callable[[httpx2.Request], httpx2.Response]

BUSY = {"type": "about:blank", "title": "Busy", "status": 503, "detail": "Too much at once.", "code": "busy"}
PROJECTS = {"items": []}


def client(answer: Answer) -> tuple[Client, list[float]]:
    """A client whose network is `answer`, and the list of seconds that it waits."""
    waits: list[float] = []
    made = Client("http://labels.example.org/", "lw_x", transport=httpx2.MockTransport(answer), wait=waits.append)
    return made, waits


def test_a_busy_server_is_asked_again_after_the_time_that_it_names() -> None:
    answers = [
        httpx2.Response(503, json=BUSY, headers={"Retry-After": "7"}),
        httpx2.Response(503, json=BUSY, headers={"Retry-After": "9999"}),
        httpx2.Response(503, json=BUSY),
        httpx2.Response(200, json=PROJECTS),
    ]
    asked, waits = client(lambda _: answers.pop(0))

    assert asked.projects.list() == ()
    assert waits == [7.0, 30.0, 1.0]


def test_a_server_that_stays_busy_is_given_up_with_its_own_words() -> None:
    asked, waits = client(lambda _: httpx2.Response(503, json=BUSY))

    with pytest.raises(Busy, match="Too much at once"):
        asked.projects.list()
    assert len(waits) == 4


def test_an_upload_is_sent_whole_again_to_a_server_that_was_busy(tmp_path: Path) -> None:
    bodies: list[bytes] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        bodies.append(request.read())
        return httpx2.Response(503, json=BUSY)

    asked, _ = client(answer)
    with pytest.raises(Busy):
        asked.media.upload("d", b"x" * 600_000, "a.png")

    assert [len(body) for body in bodies] == [600_000] * 5


def test_the_token_travels_in_the_header_alone() -> None:
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json=PROJECTS)

    client(answer)[0].projects.list()

    assert seen[0].headers["authorization"] == "Bearer lw_x"
    assert "lw_x" not in str(seen[0].url)


def test_nobody_listening_is_said_with_the_address() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(ServerUnreachable, match=url), Client(url) as asked:
            asked.projects.list()


def test_an_export_that_breaks_off_raises_and_leaves_no_file(tmp_path: Path) -> None:
    older = tmp_path / "out.json"
    older.write_text("older")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_answer_half, args=(listener,))
        thread.start()
        with Client(f"http://127.0.0.1:{listener.getsockname()[1]}") as asked, pytest.raises(ServerUnreachable):
            asked.labels.save_export("p", older)
        thread.join()

    assert older.read_text() == "older"
    assert list(tmp_path.iterdir()) == [older]


def _answer_half(listener: socket.socket) -> None:
    """Begin a chunked answer and break the connection."""
    connection, _ = listener.accept()
    with connection:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n[\n{}\r\n")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx2.Response(502, text="<html>Bad gateway"), "status 502"),
        (httpx2.Response(301, headers={"Location": "https://labels.example.org/"}), "points to https://labels"),
        (httpx2.Response(200, text="<html>Welcome"), "something else than expected"),
        (httpx2.Response(200, json={"items": [{"id": 1}]}), "something else than expected"),
        (httpx2.Response(409, json={"detail": "New.", "code": "a_code_of_tomorrow"}), "New."),
    ],
)
def test_answers_that_are_not_ours_are_named(answer: httpx2.Response, words: str) -> None:
    with pytest.raises(UnexpectedAnswer, match=words):
        client(lambda _: answer)[0].projects.list()


def test_every_error_of_the_model_comes_back_as_itself() -> None:
    for _, kind in inspect.getmembers(errors, inspect.isclass):
        if issubclass(kind, LabelwrightError) and kind is not LabelwrightError:
            problem = {"detail": "What, where, how.", "code": kind.code, "currentRevision": 3}
            answer = httpx2.Response(400, json=problem, request=httpx2.Request("GET", "http://localhost/"))
            error = error_of(answer)
            assert (type(error), error.message, str(error)) == (kind, "What, where, how.", "What, where, how.")
            assert error.fields["current_revision"] == 3


def test_too_many_attempts_say_when_the_next_one_counts() -> None:
    problem = {"detail": "Wait.", "code": "too_many_attempts", "retryAfterS": 17}
    with pytest.raises(TooManyAttempts) as refusal:
        client(lambda _: httpx2.Response(429, json=problem))[0].projects.list()

    assert refusal.value.retry_after_s == 17


def test_a_wrong_password_is_said_and_leaves_no_connection_open(url: str) -> None:
    with pytest.raises(WrongCredentials):
        Client.sign_in(url, "nobody@example.org", "a wrong password")


def test_every_way_a_connection_can_fail_is_our_error() -> None:
    kinds = [kind for _, kind in inspect.getmembers(httpx2, inspect.isclass) if issubclass(kind, httpx2.RequestError)]
    assert len(kinds) > 10
    for kind in kinds:
        with pytest.raises(ServerUnreachable), connection_errors(httpx2.URL("http://localhost")):
            raise kind("broken")


def test_an_address_without_http_is_refused_at_once() -> None:
    with pytest.raises(Invalid, match="begins with http"):
        Client("labels.example.org")


def test_a_missing_and_a_weak_token_are_told_apart(url: str, team) -> None:
    with Client(url) as nobody, pytest.raises(NotSignedIn):
        nobody.projects.list()
    with Client(url, team.tokens["read"]) as reader, pytest.raises(Forbidden, match="You may not create"):
        reader.projects.create("Cranes")


def test_the_package_exports_exactly_what_it_says() -> None:
    public = {name for name in vars(sdk_package) if not name.startswith("_")}
    modules = {name for name in public if inspect.ismodule(getattr(sdk_package, name))}
    assert public - modules == set(sdk_package.__all__)


@pytest.mark.parametrize(
    ("token", "why"), [(" ", "is empty"), ("lw_ä", "signs that no token has"), ("lw_a b", "signs")]
)
def test_a_token_that_no_header_can_carry_is_refused_before_anything_is_sent(token: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        Client("http://127.0.0.1:1", token)
