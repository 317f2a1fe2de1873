"""`labelwright admin`: people and tokens, on a data folder itself or through the server that runs on it."""

import getpass
import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import httpx2
from cyclopts import App, Parameter

from labelwright.cli.serve import SERVER_FILE

app = App(name="admin", help="Manage people and tokens of a data folder, also beside a running server.")

Data = Annotated[Path, Parameter(help="The server's data folder.")]


@app.command
def create_user(
    email: str,
    /,
    *,
    organisation: Annotated[str, Parameter(help="Its organisation; made when it is new.")],
    role: Annotated[Literal["admin", "labeler"], Parameter(help="What the person may do there.")],
    data: Data,
    name: Annotated[str, Parameter(help="Name that others see; default: the email address.")] = "",
    password_stdin: Annotated[bool, Parameter(help="Read the password from standard input.")] = False,
) -> None:
    """Create a person, or give one who exists a role in another organisation."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else getpass.getpass("Password: ")
    body = {"email": email, "name": name, "password": password, "organisation": organisation, "role": role}

    def directly(ctx: Any) -> Any:
        from labelwright.services import accounts  # noqa: PLC0415 - only a server pays for it

        return accounts.create_user(
            ctx, email=email, name=name, password=password, organisation=organisation, role=role
        )

    _act(data, "/api/operator/users", body, directly)
    sys.stderr.write(f"{email} is {role} of {organisation}.\n")


@app.command
def create_token(
    *,
    organisation: Annotated[str, Parameter(help="Whose token it is; made when it is new.")],
    name: Annotated[str, Parameter(help="Name by which to recognise it.")],
    scope: Annotated[Literal["read", "import", "label", "admin"], Parameter(help="What it may do.")],
    data: Data,
) -> None:
    """Create an API token and print it, alone, on standard output. It is never shown again."""
    body = {"organisation": organisation, "name": name, "scope": scope}

    def directly(ctx: Any) -> Any:
        from labelwright.services import tokens  # noqa: PLC0415 - only a server pays for it

        return tokens.create_token_for(ctx, **body)

    print(_act(data, "/api/operator/tokens", body, directly)["secret"])


def _act(data: Path, path: str, body: dict[str, str], directly: Callable[[Any], Any]) -> Any:
    """Do it on the data folder; where a server has it open, ask that server."""
    from labelwright.bootstrap import open_context, operator_secret  # noqa: PLC0415
    from labelwright.cli.logs import configure_logs  # noqa: PLC0415
    from labelwright.config import Settings  # noqa: PLC0415
    from labelwright.db.database import AnotherProcess  # noqa: PLC0415

    settings = Settings(data=data)
    configure_logs(as_json=settings.log_json, level=logging.WARNING)
    try:
        with open_context(settings) as ctx:
            return directly(ctx)
    except AnotherProcess:
        return _ask_server(data.resolve(), path, body, operator_secret(data.resolve()))


def _ask_server(data: Path, path: str, body: dict[str, str], secret: str) -> Any:
    from labelwright.api.routes.operator import HEADER  # noqa: PLC0415
    from labelwright.model.errors import LabelwrightError  # noqa: PLC0415

    nobody = f"Another program uses {data} and does not answer. Wait until it has started, or stop it, and try again."
    file = data / SERVER_FILE
    if not file.exists():
        raise LabelwrightError(nobody)
    url = json.loads(file.read_text(encoding="utf-8"))["url"]
    try:
        answer = httpx2.post(f"{url}{path}", json=body, headers={HEADER: secret}, timeout=30, trust_env=False)
    except httpx2.TransportError:  # the file is of a server that was killed
        raise LabelwrightError(nobody) from None
    if answer.is_error:
        problem = answer.json()
        raise LabelwrightError(problem.get("detail", f"The server answered {answer.status_code}."))
    return answer.json()
