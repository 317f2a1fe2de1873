"""Answers in JSON by msgspec: the same encoder as the database, no second validation on the way out."""

from typing import Any

import msgspec
from starlette.responses import Response

_ENCODER = msgspec.json.Encoder()


class MsgspecResponse(Response):
    """JSON of anything msgspec encodes: structs, dicts, lists, ready `msgspec.Raw` bytes."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return _ENCODER.encode(content)
