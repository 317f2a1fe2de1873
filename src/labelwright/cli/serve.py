"""`labelwright serve`: run the workbench."""

import json
import secrets
import shlex
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

if TYPE_CHECKING:
    from labelwright.config import Settings

SERVER_FILE = "server.json"
GRACE_S = 4
"""How long a server that ends waits for answers that are on their way; downloads go on where they broke off."""


def serve(
    *,
    data: Annotated[
        Path | None,
        Parameter(help="Folder for the database, pictures and caches; default: LABELWRIGHT_DATA."),
    ] = None,
    host: Annotated[
        str,
        Parameter(env_var="LABELWRIGHT_HOST", show_default=True, help="Address to listen on; 0.0.0.0 for every one."),
    ] = "127.0.0.1",
    port: Annotated[
        int, Parameter(env_var="LABELWRIGHT_PORT", show_default=True, help="Port to listen on; 0 takes a free one.")
    ] = 8000,
) -> None:
    """Start the server. Settings come from LABELWRIGHT_... variables, see docs/settings.md."""
    from labelwright.bootstrap import open_context, operator_secret  # noqa: PLC0415 - only a server pays for them
    from labelwright.cli.logs import configure_logs  # noqa: PLC0415
    from labelwright.config import Settings  # noqa: PLC0415

    settings = Settings(data=data) if data is not None else Settings()
    configure_logs(as_json=settings.log_json)
    with open_context(settings) as context, listening(host, port) as listener:
        address = address_of(listener, host)
        run(
            context,
            listener,
            operator_secret(settings.data.resolve()),
            address,
            announce=lambda setup_secret: announce(address, setup_secret, settings),
        )


def run(
    context: Any,
    listener: socket.socket,
    operator_secret: str,
    address: str,
    *,
    announce: Callable[[str | None], None],
) -> None:
    """Serve `context` on a bound socket, until SIGTERM or SIGINT.

    `announce` is called before the first request is answered, with the secret of the set-up page while nobody has an
    account.
    """
    import uvicorn  # noqa: PLC0415

    from labelwright.api.app import create_app  # noqa: PLC0415
    from labelwright.api.deadlines import DeadlineProtocol  # noqa: PLC0415
    from labelwright.jobs.background import background_work  # noqa: PLC0415
    from labelwright.services.accounts import setup_needed  # noqa: PLC0415

    server: uvicorn.Server | None = None
    port = listener.getsockname()[1]
    context = replace(context, port=port, is_stopping=lambda: server is not None and server.should_exit)
    setup_secret = secrets.token_urlsafe(16) if setup_needed(context) else None
    app = create_app(context, operator_secret=operator_secret, setup_secret=setup_secret)
    config = uvicorn.Config(
        app,
        http=DeadlineProtocol,
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        forwarded_allow_ips=context.settings.trusted_proxies,
        timeout_graceful_shutdown=GRACE_S,
    )
    server_file = context.settings.data.resolve() / SERVER_FILE
    server_file.write_text(json.dumps({"url": address}), encoding="utf-8")
    announce(setup_secret)
    try:
        with background_work(context), ending_well():
            server = uvicorn.Server(config)
            server.run(sockets=[listener])
    finally:
        server_file.unlink(missing_ok=True)


@contextmanager
def ending_well() -> Iterator[None]:
    """Let SIGTERM and SIGINT end the server and nothing more: uvicorn sends itself the same signal again at the end."""
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def listening(host: str, port: int) -> socket.socket:
    """Open the listening socket. Raises LabelwrightError when the address is taken."""
    from labelwright.model.errors import Conflict  # noqa: PLC0415

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        text = f"Cannot listen on {host}:{port} ({error.strerror}). Choose another port with --port."
        raise Conflict(text) from None
    return listener


def address_of(listener: socket.socket, host: str) -> str:
    """The URL under which a browser on this machine reaches the server."""
    port = listener.getsockname()[1]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"


def announce(address: str, setup_secret: str | None, settings: "Settings") -> None:
    """Say where the server is and, at first start, how to make the first account."""
    from rich.console import Console  # noqa: PLC0415

    console = Console(highlight=False, soft_wrap=True)
    console.print(f"[bold]Labelwright[/bold] is ready at [link={address}]{address}[/link] (stop with Ctrl+C)")
    if setup_secret is not None:
        page = f"{(settings.base_url or address).rstrip('/')}/setup#{setup_secret}"
        folder = shlex.quote(str(settings.data))
        console.print(f"Nobody has an account yet. Make the first one at {page}", markup=False)
        command = f"labelwright admin create-user EMAIL --organisation NAME --role admin --data {folder}"
        console.print(f"or with: {command}", markup=False)
