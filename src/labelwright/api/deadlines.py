"""Close connections that send their request too slowly, or without end: uvicorn alone waits for ever.

The head of a request must be whole within 20 seconds; a body must bring at least 1 KB a second over any 30 seconds.
A head, or anything else that is kept and is no body, may have 256 KB.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_S = 20.0
BODY_S = 30.0
BODY_LEAST_BYTES = 30 * 1024
QUIET_MOST_BYTES = 2**18


class DeadlineProtocol(HttpToolsProtocol):
    """uvicorn's protocol with a watch on what the client sends."""

    _watch: asyncio.TimerHandle | None = None
    _received = 0
    _seen = 0
    _quiet = 0
    _advanced = False
    _in_body = False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._start_watch(HEAD_S)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_watch()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        if self._watch is None:
            self._start_watch(HEAD_S)
        self._advanced = False
        super().data_received(data)
        self._quiet = 0 if self._advanced else self._quiet + len(data)
        if self._quiet > QUIET_MOST_BYTES:
            self.transport.close()

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._advanced = self._in_body = True
        self._start_watch(BODY_S)

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        self._advanced = True

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._advanced, self._in_body = True, False
        self._stop_watch()

    def _start_watch(self, seconds: float) -> None:
        self._stop_watch()
        self._seen = self._received
        self._watch = self.loop.call_later(seconds, self._look)

    def _stop_watch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _look(self) -> None:
        """Let a body that arrives at a fair rate go on; close everything else.

        A body that waits because we read slowly (flow control paused the transport) is not the client's fault.
        """
        reading_body = self._in_body and not self.cycle.response_complete
        fair = self._received - self._seen >= BODY_LEAST_BYTES or self.flow.read_paused
        if reading_body and fair:
            self._start_watch(BODY_S)
        elif self.transport is not None:
            self.transport.close()
