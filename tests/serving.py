"""The real application behind a real socket, in a thread of the test's process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from labelwright.api.app import create_app
from labelwright.api.deadlines import DeadlineProtocol
from labelwright.services.context import Context

OPERATOR_SECRET = "the operator's secret of the tests"


@contextmanager
def serving(ctx: Context) -> Iterator[str]:
    """Serve a context; gives the address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        app = create_app(ctx, operator_secret=OPERATOR_SECRET)
        config = uvicorn.Config(
            app, http=DeadlineProtocol, ws="none", lifespan="off", access_log=False, log_config=None
        )
        server = uvicorn.Server(config)
        listener.listen()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=60)
