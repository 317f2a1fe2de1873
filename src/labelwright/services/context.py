"""What every service needs from outside, put together once in `bootstrap`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from labelwright.config import Settings
from labelwright.db.database import Database
from labelwright.services.bell import Bell

if TYPE_CHECKING:
    from labelwright.media.images import Images
    from labelwright.storage.store import Store


class Stopping(Exception):
    """The server ends: what is half done is undone, and done again after the next start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Database, storage, decoder, clock and maker of ids. `now_ms` gives epoch milliseconds.

    `port` is the one this server listens on, None before it does. `is_stopping` says whether it was told to end.
    Whoever leaves something to the background work rings the `bell` once it is written.
    """

    settings: Settings
    db: Database
    store: "Store"
    images: "Images"
    now_ms: Callable[[], int]
    new_id: Callable[[], str]
    bell: Bell = field(default_factory=Bell)
    port: int | None = None
    is_stopping: Callable[[], bool] = lambda: False

    def go_on(self) -> None:
        """Say between two pieces of long work that the next one comes. Raises Stopping when the server ends."""
        if self.is_stopping():
            raise Stopping
