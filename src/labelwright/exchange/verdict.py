"""What a judge says of an archive that it was given to read."""

from typing import Literal

import msgspec

Outcome = Literal["same", "differs", "unread", "unasked"]


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """`text` is a sentence for people. `annotations` and `pictures` are as the judge counts them.

    `outcome`: the judge reads the same as we do, or differs; it could not finish (unread), or was not asked (unasked).
    """

    judge: str
    version: str
    outcome: Outcome
    text: str
    annotations: int = 0
    pictures: int = 0
