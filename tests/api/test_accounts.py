"""Signing in and out, passwords, the first start, and API tokens, as browsers and programs see them."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import delete, select, update

from labelwright.api.app import create_app
from labelwright.bootstrap import open_context
from labelwright.config import Settings
from labelwright.db import tables as t
from labelwright.db.database import Database
from labelwright.model.errors import StorageFull
from labelwright.services import accounts
from labelwright.services.context import Context
from tests.api.checked import CheckedClient, Promise
from tests.api.conftest import ORIGIN, World
from tests.builders import PASSWORD
from tests.conftest import OPERATOR_SECRET

ADMIN, LABELER = "admin@harbour.example", "labeler@harbour.example"
COOKIE = "labelwright_session"
NEW_PASSWORD = "another horse battery"


@pytest.fixture(autouse=True)
def no_attempts_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_LIMITER", MovingWindowRateLimiter(MemoryStorage()))


def browser(world: World, address: str = "10.0.0.1") -> CheckedClient:
    """A browser on the machine with this address, on a page of ours, with no cookie yet."""
    made = CheckedClient(
        world.app,
        base_url=ORIGIN,
        headers={"Origin": ORIGIN},
        client=(address, 50_000),
        raise_server_exceptions=False,
    )
    made.promise = world.promise
    return made


def sign_in(client: CheckedClient, email: str = ADMIN, password: str = PASSWORD) -> Any:
    return client.post("/api/session", json={"email": email, "password": password})


def person(world: World, email: str) -> CheckedClient:
    """A new labeler of the team, signed in."""
    accounts.create_user(world.ctx, email=email, name="", password=PASSWORD, organisation="Harbour", role="labeler")
    client = browser(world)
    assert sign_in(client, email).status_code == 200
    return client


# --- signing in and out ---------------------------------------------------------------------------------------------


def test_signing_in_says_who_one_is_and_sets_a_cookie_that_scripts_cannot_read(world: World) -> None:
    client = browser(world)
    answer = sign_in(client)
    assert answer.json() == {
        "user": {"id": world.team.admin.id, "email": ADMIN, "name": "Harbour admin", "isOperator": True},
        "organisations": [{"id": world.team.organisation_id, "name": "Harbour", "role": "admin"}],
    }
    cookie = answer.headers["set-cookie"]
    assert re.search(r"HttpOnly; Max-Age=1209600; Path=/; SameSite=lax$", cookie)
    assert client.get("/api/session").json() == answer.json()


@pytest.mark.parametrize("email", [f"  {ADMIN} ", ADMIN.upper(), "Admin@Harbour.Example"])
def test_an_address_is_the_same_in_any_case(world: World, email: str) -> None:
    assert sign_in(browser(world), email).status_code == 200


def test_the_two_ways_of_writing_an_accent_are_one_address(world: World) -> None:
    person(world, "rene\u0301@harbour.example")
    assert sign_in(browser(world), "ren\u00e9@harbour.example").status_code == 200


def test_signing_out_ends_the_session_for_everybody_who_has_the_cookie(world: World) -> None:
    client, thief = browser(world), browser(world)
    sign_in(client)
    thief.cookies.set(COOKIE, client.cookies[COOKIE])
    assert thief.get("/api/session").status_code == 200

    answer = client.delete("/api/session")

    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert thief.get("/api/session").status_code == 401
    assert client.delete("/api/session").status_code == 204


def test_a_session_is_stored_as_a_hash_and_never_the_one_that_was_planted(world: World) -> None:
    client = browser(world)
    client.cookies.set(COOKIE, "planted")
    given = re.search(rf"{COOKIE}=([^;]+)", sign_in(client).headers["set-cookie"])
    assert given is not None
    assert len(given[1]) >= 43
    with world.ctx.db.read() as conn:
        stored = set(conn.execute(select(t.session.c.token_hash)).scalars())
    assert accounts.token_hash(given[1]) in stored
    assert {given[1], "planted", accounts.token_hash("planted")} & stored == set()


def test_a_session_ends_with_time_and_goes_on_while_it_is_used(ctx: Context, team: Any, world: World) -> None:
    now = [1_000_000_000_000]
    clocked = replace(world.ctx, now_ms=lambda: now[0])
    client = browser(replace(world, app=create_app(clocked, operator_secret=OPERATOR_SECRET)))
    sign_in(client)
    for _ in range(3):
        now[0] += 13 * accounts.DAY_MS
        assert client.get("/api/session").status_code == 200
    now[0] += 15 * accounts.DAY_MS
    assert client.get("/api/session").status_code == 401


@pytest.mark.parametrize(
    ("settings", "secure"),
    [
        ({"base_url": "https://labels.example.org"}, True),
        ({"base_url": "http://labels.example.org"}, False),
        ({"base_url": "https://labels.example.org", "secure_cookies": False}, False),
        ({"secure_cookies": True}, True),
    ],
)
def test_the_cookie_is_secure_where_people_come_by_https(
    world: World, settings: dict[str, Any], secure: object
) -> None:
    behind = replace(world.ctx, settings=world.ctx.settings.model_copy(update=settings))
    answer = sign_in(browser(replace(world, app=create_app(behind, operator_secret=OPERATOR_SECRET))))
    assert ("Secure" in answer.headers["set-cookie"]) == secure


# --- who is refused -------------------------------------------------------------------------------------------------


def cpu_seconds(client: CheckedClient, email: str) -> tuple[Any, float]:
    """An answer and what it costs, without what else the process does now and then."""
    costs: list[float] = []
    for _ in range(3):
        started = time.process_time()
        answer = sign_in(client, email, "wrong password")
        costs.append(time.process_time() - started)
    return answer, min(costs)


def test_an_unknown_person_is_answered_like_a_wrong_password_and_costs_as_much(world: World) -> None:
    client = browser(world)
    sign_in(client, ADMIN, "warm the hasher")
    wrong, known_s = cpu_seconds(client, ADMIN)
    unknown, unknown_s = cpu_seconds(client, "nobody@harbour.example")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.content == unknown.content
    assert wrong.headers.items() == unknown.headers.items()
    assert unknown_s > known_s / 3


def test_a_disabled_person_is_out_at_once_and_answered_like_a_wrong_password(world: World) -> None:
    client = person(world, "gone@harbour.example")
    statement = update(t.user).where(t.user.c.email == "gone@harbour.example").values(disabled_at=1)
    world.ctx.db.write(lambda conn: conn.execute(statement))
    assert client.get("/api/session").status_code == 401
    wrong = sign_in(browser(world), ADMIN, "wrong password")
    assert sign_in(browser(world), "gone@harbour.example").content == wrong.content


def test_who_left_the_organisation_does_not_find_it_any_more(world: World) -> None:
    project, client = world.project(), person(world, "left@harbour.example")
    assert client.get(f"/api/projects/{project.id}").status_code == 200
    user_id = client.get("/api/session").json()["user"]["id"]
    world.ctx.db.write(lambda conn: conn.execute(delete(t.membership).where(t.membership.c.user_id == user_id)))
    assert client.get(f"/api/projects/{project.id}").status_code == 404
    assert client.get("/api/projects").json() == {"items": []}


def test_ten_wrong_passwords_close_an_account_for_that_address_alone(world: World) -> None:
    client = browser(world)
    statuses = [sign_in(client, ADMIN, f"wrong {n}").status_code for n in range(11)]
    assert statuses == [401] * 10 + [429]

    refused = sign_in(client, ADMIN, PASSWORD)

    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts")
    assert 1 <= int(refused.headers["retry-after"]) <= 300
    assert refused.json()["retryAfterS"] == int(refused.headers["retry-after"])
    assert sign_in(browser(world, "10.0.0.2"), ADMIN, PASSWORD).status_code == 200
    assert sign_in(client, LABELER, PASSWORD).status_code == 200


@pytest.fixture
def one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the attempts take."""
    now_s = time.time()
    monkeypatch.setattr(time, "time", lambda: now_s)


@pytest.mark.usefixtures("one_minute")
def test_one_address_has_twenty_attempts_a_minute_over_all_accounts(world: World) -> None:
    client = browser(world)
    statuses = [sign_in(client, f"{n}@harbour.example", "wrong").status_code for n in range(21)]
    assert statuses == [401] * 20 + [429]


@pytest.mark.usefixtures("one_minute")
def test_addresses_of_one_network_of_ipv6_count_together(world: World) -> None:
    for n in range(20):
        sign_in(browser(world, f"2001:db8::{n:x}"), f"{n}@harbour.example", "wrong")
    assert sign_in(browser(world, "2001:db8:0:0:ffff::1")).status_code == 429
    assert sign_in(browser(world, "2001:db8:0:1::1")).status_code == 200


def test_signing_in_right_forgets_the_wrong_attempts(world: World) -> None:
    client = browser(world)
    for _ in range(2):
        wrong = {sign_in(client, ADMIN, f"wrong {n}").status_code for n in range(8)}
        assert (wrong, sign_in(client).status_code) == ({401}, 200)


# --- passwords ------------------------------------------------------------------------------------------------------

REFUSED_PASSWORDS = {
    "seven characters": "7 chars",
    "ten thousand and one": "x" * 10_001,
    "a thousand and one": "x" * 1001,
    "a well-known one": "password123",
    "a well-known one in capitals": "PASSWORD123",
    "the address": "word@harbour.example",
    "the address in capitals": "WORD@Harbour.example",
    "a NUL": "correct\x00horse",
    "nothing": "",
}


@pytest.mark.parametrize("password", REFUSED_PASSWORDS.values(), ids=REFUSED_PASSWORDS.keys())
def test_a_weak_password_is_refused_and_the_old_one_stays(world: World, password: str) -> None:
    if not sign_in(client := browser(world), "word@harbour.example").is_success:
        client = person(world, "word@harbour.example")
    answer = client.put("/api/session/password", json={"currentPassword": PASSWORD, "newPassword": password})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/newPassword"
    assert sign_in(browser(world), "word@harbour.example").status_code == 200


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("emoji", "💥🦆🏗️🌊🚢⚓🐟🦀"),
        ("umlaut", "passwörter"),
        ("blanks", " eight  "),
        ("long", "x" * 1000),
        ("han", "密码" * 4),
    ],
)
def test_any_script_makes_a_password(world: World, name: str, password: str) -> None:
    email = f"{name}@harbour.example"
    client = person(world, email)
    answer = client.put("/api/session/password", json={"currentPassword": PASSWORD, "newPassword": password})
    assert answer.status_code == 204
    assert sign_in(browser(world), email, password).status_code == 200


def test_a_new_password_ends_every_other_session_and_keeps_this_one(world: World) -> None:
    client, elsewhere = person(world, "moved@harbour.example"), browser(world)
    sign_in(elsewhere, "moved@harbour.example")

    body = {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
    assert client.put("/api/session/password", json=body).status_code == 204

    assert elsewhere.get("/api/session").status_code == 401
    assert client.get("/api/session").status_code == 200
    assert sign_in(browser(world), "moved@harbour.example", PASSWORD).status_code == 401
    assert sign_in(browser(world), "moved@harbour.example", NEW_PASSWORD).status_code == 200


def test_the_current_password_is_needed_and_cannot_be_guessed_for_ever(world: World) -> None:
    client = person(world, "guess@harbour.example")
    statuses = [
        client.put("/api/session/password", json={"currentPassword": f"wrong {n}", "newPassword": NEW_PASSWORD})
        for n in range(11)
    ]
    assert [answer.status_code for answer in statuses] == [422] * 10 + [429]
    assert statuses[0].json()["errors"][0]["pointer"] == "/currentPassword"


REFUSED_ADDRESSES = ["", "x", "a@", "@b", "a b@c.example", "a@b\r\nBcc: c@d.example", "a@b@c", "a\x00@b.example"]


@pytest.mark.parametrize("email", [*REFUSED_ADDRESSES, "x" * 65 + "@example.org", "a@" + "b" * 250])
def test_what_is_no_address_makes_no_person(world: World, email: str) -> None:
    body = {"email": email, "password": PASSWORD, "organisation": "Harbour", "role": "labeler"}
    answer = world.client_with({"X-Labelwright-Operator": OPERATOR_SECRET}).post("/api/operator/users", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/email")


def test_an_address_with_a_plus_is_one_of_its_own(world: World) -> None:
    plain, tagged = person(world, "ada@harbour.example"), person(world, "ada+labels@harbour.example")
    assert plain.get("/api/session").json()["user"]["id"] != tagged.get("/api/session").json()["user"]["id"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "a\x00b"), ("name", "x" * 129), ("organisation", ""), ("organisation", "a\x00b"), ("role", "root")],
)
def test_a_person_with_a_bad_name_or_role_is_refused_by_field(world: World, field: str, value: str) -> None:
    body = {"email": "new@harbour.example", "password": PASSWORD, "organisation": "Harbour", "role": "labeler"}
    client = world.client_with({"X-Labelwright-Operator": OPERATOR_SECRET})
    answer = client.post("/api/operator/users", json={**body, field: value})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{field}")


# --- the first start ------------------------------------------------------------------------------------------------

FIRST = {"email": "first@harbour.example", "name": "First", "password": PASSWORD, "organisation": "Harbour"}


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[World]:
    """A server that nobody has an account on; its terminal shows the secret `once`."""
    with open_context(Settings(data=tmp_path / "data")) as ctx:
        app = create_app(ctx, operator_secret=OPERATOR_SECRET, setup_secret="once")
        yield World(ctx, app, None, Promise(app.openapi()))  # type: ignore[arg-type]


def test_the_first_account_is_made_once_with_the_secret_from_the_terminal(empty: World) -> None:
    client = browser(empty)
    assert client.get("/api/setup").json() == {"needed": True}
    for wrong in ("", "Once", "once ", "ö"):
        assert client.post("/api/setup", json={**FIRST, "secret": wrong}).status_code == 403

    answer = client.post("/api/setup", json={**FIRST, "secret": "once"})

    assert (answer.json()["user"]["isOperator"], answer.json()["organisations"][0]["role"]) == (True, "admin")
    assert client.get("/api/session").json() == answer.json()
    assert client.get("/api/setup").json() == {"needed": False}
    again = client.post("/api/setup", json={**FIRST, "email": "second@harbour.example", "secret": "once"})
    assert again.status_code == 403


def test_a_refused_first_account_leaves_the_secret_valid(empty: World) -> None:
    client = browser(empty)
    weak = client.post("/api/setup", json={**FIRST, "secret": "once", "password": "weak"})
    assert (weak.status_code, weak.json()["errors"][0]["pointer"]) == (422, "/password")
    assert client.post("/api/setup", json={**FIRST, "secret": "once"}).status_code == 200


def test_two_who_set_up_at_once_make_one_account(empty: World) -> None:
    def set_up(n: int) -> int:
        body = {**FIRST, "email": f"{n}@harbour.example", "secret": "once"}
        return int(browser(empty).post("/api/setup", json=body).status_code)

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(set_up, range(4)))

    assert statuses[0] == 200
    assert set(statuses[1:]) <= {403, 409}
    with empty.ctx.db.read() as conn:
        assert len(conn.execute(select(t.user)).all()) == 1


def test_another_site_cannot_set_up(empty: World) -> None:
    answer = browser(empty).post("/api/setup", json={**FIRST, "secret": "once"}, headers={"Origin": "http://evil"})
    assert answer.status_code == 403
    assert browser(empty).get("/api/setup").json() == {"needed": True}


# --- tokens ---------------------------------------------------------------------------------------------------------


def make_token(world: World, name: str, scope: str = "read") -> dict[str, Any]:
    body = {"organisation": world.team.organisation_id, "name": name, "scope": scope}
    answer = world.signed_in(world.team.admin).post("/api/tokens", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def listed(world: World) -> dict[str, dict[str, Any]]:
    answer = world.signed_in(world.team.admin).get("/api/tokens", params={"organisation": world.team.organisation_id})
    return {token["name"]: token for token in answer.json()["items"]}


def test_a_token_is_shown_once_and_stored_as_a_hash(world: World) -> None:
    made = make_token(world, "shown once")
    assert re.fullmatch(r"lw_[\w-]{43}", made["secret"])
    shown = listed(world)["shown once"]
    assert shown == {name: value for name, value in made.items() if name != "secret"}
    assert made["secret"].startswith(shown["prefix"])
    with world.ctx.db.read() as conn:
        assert made["secret"] not in str(conn.execute(select(t.api_token)).all())


def test_the_last_use_of_a_token_is_shown(world: World) -> None:
    made = make_token(world, "used")
    assert listed(world)["used"]["lastUsedAt"] is None
    world.client_with({"Authorization": f"Bearer {made['secret']}"}).get("/api/projects")
    assert listed(world)["used"]["lastUsedAt"] >= made["createdAt"]


def test_who_has_a_session_or_a_token_reads_on_where_nothing_can_be_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = replace(world.ctx, now_ms=lambda: world.ctx.now_ms() + accounts.DAY_MS)
    there = replace(world, app=create_app(later, operator_secret=OPERATOR_SECRET))
    person = there.client_with()
    person.cookies.set(COOKIE, world.signed_in(world.team.admin).cookies[COOKIE])
    program = there.client_with({"Authorization": f"Bearer {make_token(world, 'on a full disk')['secret']}"})

    def refuse(*_: object) -> None:
        raise StorageFull("The disk of the database is full.")

    monkeypatch.setattr(Database, "write", refuse)
    for client in (person, program):
        assert client.get("/api/projects").status_code == 200
    assert person.post("/api/projects", json={"name": "More"}, headers={"Origin": ORIGIN}).status_code == 507


def test_a_revoked_token_counts_no_more_and_its_name_is_free(world: World) -> None:
    made = make_token(world, "revoked")
    client = world.client_with({"Authorization": f"Bearer {made['secret']}"})
    assert client.get("/api/projects").status_code == 200
    admin = world.signed_in(world.team.admin)

    assert admin.delete(f"/api/tokens/{made['id']}").status_code == 204

    unknown = world.client_with({"Authorization": "Bearer lw_unknown"}).get("/api/projects")
    assert client.get("/api/projects").content == unknown.content
    assert admin.delete(f"/api/tokens/{made['id']}").status_code == 404
    assert "revoked" not in listed(world)
    assert make_token(world, "revoked")["id"] != made["id"]


@pytest.mark.parametrize(
    ("fields", "status", "pointer"),
    [
        ({"name": ""}, 422, "/name"),
        ({"name": "x" * 31}, 422, "/name"),
        ({"name": "a\nb"}, 422, "/name"),
        ({"name": "<b>"}, 422, "/name"),
        ({"scope": "root"}, 422, "/scope"),
        ({"name": "admin"}, 409, None),
        ({"organisation": "01900000-0000-7000-8000-000000000000"}, 404, None),
    ],
)
def test_a_token_that_cannot_be_made_is_refused_by_field(
    world: World, fields: dict[str, str], status: int, pointer: str | None
) -> None:
    body = {"organisation": world.team.organisation_id, "name": "fine", "scope": "read", **fields}
    answer = world.signed_in(world.team.admin).post("/api/tokens", json=body)
    assert answer.status_code == status
    assert pointer is None or answer.json()["errors"][0]["pointer"] == pointer


def test_members_see_names_and_only_admins_see_addresses(world: World) -> None:
    url = f"/api/organisations/{world.team.organisation_id}/members"
    by_admin = world.signed_in(world.team.admin).get(url).json()["items"]
    by_labeler = world.signed_in(world.team.labeler).get(url).json()["items"]
    assert {"name": "Harbour labeler", "email": LABELER, "role": "labeler", "id": world.team.labeler.id} in by_admin
    assert {item["email"] for item in by_labeler} == {None}
    assert [item["name"] for item in by_labeler] == [item["name"] for item in by_admin]
