"""Who calls: a token in the address or the header, and nothing else."""

from collections.abc import Callable
from functools import partial

import pytest
from starlette.testclient import TestClient

from labelwright.services import tokens
from labelwright.services.context import Context
from tests.builders import PASSWORD, Project, Team
from tests.v1.conftest import BASE
from tests.v1.refusals import refused


@pytest.mark.parametrize("scheme", ["Token", "Bearer", "token"])
def test_a_token_is_taken_from_the_header(client_of: partial[TestClient], team: Team, scheme: str) -> None:
    client = client_of(base_url=BASE, headers={"Authorization": f"{scheme} {team.admin_token}"})
    assert client.get("project").status_code == 200


def test_credentials_of_a_proxy_beside_the_token_do_not_count(client_of: partial[TestClient], team: Team) -> None:
    answer = client_of(base_url=BASE).get("project", params={"token": team.admin_token}, auth=("proxy", "password"))
    assert answer.status_code == 200


def test_without_a_token_nobody_is_let_in_not_even_with_a_session(client_of: partial[TestClient], team: Team) -> None:
    client = client_of(base_url=BASE)
    signed_in = {"email": "admin@harbour.example", "password": PASSWORD}
    session = client.post("http://localhost/api/session", json=signed_in, headers={"Origin": "http://localhost"})
    assert session.status_code == 200

    answer = client.get("project")

    assert refused(answer) == (401, "ex_unauthorized", [])


def test_an_unknown_and_a_revoked_token_are_forbidden(
    ctx: Context, v1_as: Callable[[str], TestClient], team: Team
) -> None:
    organisation = {"organisation_id": team.organisation_id}
    made = tokens.create_token(ctx, team.admin, **organisation, name="short lived", scope="admin")
    tokens.revoke_token(ctx, team.admin, made["id"])
    for secret in ("lw_unknown", made["secret"]):
        assert refused(v1_as(secret).get("project")) == (403, "ex_forbidden", [])
        assert v1_as(secret).head("project").status_code == 403


def test_a_token_in_the_address_counts_nowhere_but_here(client_of: partial[TestClient], team: Team) -> None:
    answer = client_of().get("/api/projects", params={"token": team.admin_token})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("scope", "method", "path", "allowed"),
    [
        ("read", "GET", "export/{project}", True),
        ("import", "GET", "export/{project}", False),
        ("label", "GET", "export/{project}", False),
        ("read", "POST", "media/{dataset}/url", False),
        ("import", "POST", "media/{dataset}/url", True),
        ("import", "DELETE", "config/{configuration}", False),
        ("label", "PUT", "task/{task}/skipTask", False),
        ("admin", "PUT", "task/{task}/skipTask", True),
    ],
)
def test_scopes_hold_here_too(
    v1_as: Callable[[str], TestClient],
    team: Team,
    project: Project,
    scope: str,
    method: str,
    path: str,
    allowed: bool,  # noqa: FBT001 - a column of the table
) -> None:
    url = path.format(
        project=project.id, dataset=project.dataset_id, configuration=project.configuration.id, task=project.task_id
    )
    answer = v1_as(team.tokens[scope]).request(method, url)
    assert (answer.status_code == 200) == allowed, answer.text
    assert allowed or refused(answer) == (403, "ex_forbidden", [])


def test_the_last_use_of_a_token_is_kept(ctx: Context, v1: TestClient, team: Team) -> None:
    v1.get("project")
    used = {t["name"]: t["lastUsedAt"] for t in tokens.list_tokens(ctx, team.admin, team.organisation_id)}
    assert used["admin"] is not None
    assert used["read"] is None


def test_things_of_another_organisation_are_the_same_as_none(
    ctx: Context, v1_as: Callable[[str], TestClient], project: Project
) -> None:
    foreign = tokens.create_token_for(ctx, organisation="Elsewhere", name="foreign", scope="admin")["secret"]
    client = v1_as(foreign)
    missing = "01900000-0000-7000-8000-000000000000"
    assert client.get("project").json() == []
    for method, path in (
        ("GET", "dataset/{}"),
        ("GET", "export/{}"),
        ("DELETE", "config/{}"),
        ("PUT", "config/{}"),
        ("GET", "task/{}"),
        ("GET", "task/{}/list"),
        ("PUT", "task/{}/skipTask"),
    ):
        ids = {"dataset": project.dataset_id, "config": project.configuration.id, "task": project.task_id}
        noun = path.split("/")[0]
        known = project.id if path.endswith("list") or noun == "export" else ids[noun]
        real, nowhere = (client.request(method, path.format(i)) for i in (known, missing))
        assert real.status_code == nowhere.status_code == 404
        assert real.text.replace(known, missing) == nowhere.text


def test_an_address_that_is_nowhere_is_answered_in_the_old_form(v1: TestClient) -> None:
    answer = v1.post("nowhere")
    assert refused(answer) == (404, "ex_notfound", ["page", "address", "/api/v1/nowhere"])
