"""`labelwright demo`: a server with a project to look at, on this machine alone."""

import logging
import secrets
import socket
import threading
import time
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from labelwright.cli import serve
from labelwright.cli.showing import note

EMAIL, NAME, ORGANISATION = "demo@labelwright.local", "Demo", "Demo organisation"
PASSWORD_FILE, MADE_FILE = "demo-password", "demo-made"
FIRST_PORT, HOST = 8000, "127.0.0.1"


def demo(
    *,
    data: Annotated[
        Path, Parameter(show_default=True, help="Folder for all the demo keeps; delete it to start afresh.")
    ] = Path("demo-data"),
    port: Annotated[int | None, Parameter(help="Port to listen on; default: 8000, or a free one.")] = None,
) -> None:
    """Make an account and a project of public-domain photographs, at first, and start the server."""
    from labelwright.bootstrap import open_context, operator_secret  # noqa: PLC0415 - only a server pays for them
    from labelwright.cli.logs import configure_logs  # noqa: PLC0415
    from labelwright.config import Settings  # noqa: PLC0415

    settings = Settings(data=data)
    configure_logs(as_json=settings.log_json, level=logging.WARNING)
    with open_context(settings) as context, listening(port) as listener:
        password = ensure_account(context, data)
        address = serve.address_of(listener, HOST)
        made = data / MADE_FILE

        def welcome(_: str | None) -> None:
            threading.Thread(target=_welcome, args=(address, password, made), daemon=True).start()

        serve.run(context, listener, operator_secret(data.resolve()), address, announce=welcome)


def listening(port: int | None) -> socket.socket:
    """Listen on the wanted port, else on the usual one, else on any that is free."""
    from labelwright.model.errors import Conflict  # noqa: PLC0415

    if port is not None:
        return serve.listening(HOST, port)
    try:
        return serve.listening(HOST, FIRST_PORT)
    except Conflict:
        return serve.listening(HOST, 0)


def ensure_account(context: Any, data: Path) -> str:
    """Make the operator's account at first; returns its password, which stays in a file for the owner alone."""
    from labelwright.services import accounts  # noqa: PLC0415

    file = data / PASSWORD_FILE
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(12), encoding="ascii")
    password = file.read_text(encoding="ascii").strip()
    if accounts.setup_needed(context):
        texts = {"email": EMAIL, "name": NAME, "organisation": ORGANISATION, "role": "admin"}
        accounts.create_user(context, **texts, password=password)
    return password


def _welcome(address: str, password: str, made: Path) -> None:
    """Fill the server once it answers, and say how to sign in."""
    from labelwright.demo.filling import fill  # noqa: PLC0415
    from labelwright.model.errors import LabelwrightError  # noqa: PLC0415
    from labelwright.sdk import Client  # noqa: PLC0415

    try:
        _wait_until_ready(address)
        if not made.exists():
            with Client.sign_in(address, EMAIL, password) as client:
                project = fill(client, lambda step: note(f"  {step} ..."))
            made.write_text(project.id, encoding="ascii")
    except LabelwrightError as error:
        note(f"The demo project could not be made: {error.message} Start the demo again to go on.")
    note(f"Labelwright is ready at {address}\nSign in as {EMAIL} with the password {password}\nStop with Ctrl+C.")


def _wait_until_ready(address: str) -> None:
    import httpx2  # noqa: PLC0415

    for _ in range(600):
        try:
            if httpx2.get(f"{address}/health", trust_env=False).is_success:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
