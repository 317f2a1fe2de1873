"""Follow long work as server-sent events: one event for each change, until it ends."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Container
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from labelwright.model.errors import NotFound
from labelwright.services.context import Context

EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"description": "One event for each change, until the work ends.", "content": {"text/event-stream": {}}}
}
_LOOK_EVERY_S = 0.3
_LOOK_AT_MOST_S = 4 * 3600


async def follow(ctx: Context, look: Callable[[], dict[str, Any]], at_work: Container[str]) -> Response:
    """Answer with events of what `look` shows while its state is one of `at_work`. Raises what the first look does.

    A server that ends waits for nobody who only looks on.
    """
    first = await run_in_threadpool(look)

    async def events() -> AsyncIterator[bytes]:
        shown, until = _event(first), time.monotonic() + _LOOK_AT_MOST_S
        state = first["state"]
        yield shown
        while state in at_work and time.monotonic() < until and not ctx.is_stopping():
            await asyncio.sleep(_LOOK_EVERY_S)
            try:
                now = await run_in_threadpool(look)
            except NotFound:
                return
            event, state = _event(now), now["state"]
            if event != shown:
                yield event
            shown = event

    return StreamingResponse(events(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


def _event(shown: dict[str, Any]) -> bytes:
    return b"data: " + msgspec.json.encode(shown) + b"\n\n"
