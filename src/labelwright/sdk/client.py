"""The client: one server, one token, and its nouns."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import httpx2

from labelwright import __version__
from labelwright.model.errors import Invalid
from labelwright.sdk.configurations import Configurations
from labelwright.sdk.datasets import Datasets
from labelwright.sdk.exchanges import Exchanges
from labelwright.sdk.labels import Labels
from labelwright.sdk.mappings import Mappings
from labelwright.sdk.media import Media
from labelwright.sdk.projects import Projects
from labelwright.sdk.tasks import Tasks
from labelwright.sdk.transport import Transport

TIMEOUT = httpx2.Timeout(60, connect=10)


class Client:
    """A Labelwright server.

    Nouns: `projects`, `datasets`, `media`, `configurations`, `tasks`, `labels`, `exchanges`, `mappings`.

    `url` is where people open Labelwright; `token` an API token (`lw_...`). `wait` sleeps some seconds before a busy
    server is asked again; `transport` takes the place of the network.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        timeout: httpx2.Timeout = TIMEOUT,
        wait: Callable[[float], None] = time.sleep,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        if not url.startswith(("http://", "https://")):
            raise Invalid(f"“{url}” is no address of a server; it begins with http:// or https://.")
        headers = {"User-Agent": f"labelwright/{__version__}", "Accept": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {_checked(token)}"
        self.http = httpx2.Client(base_url=url.rstrip("/"), headers=headers, timeout=timeout, transport=transport)
        self._transport = Transport(self.http, wait)
        self.projects = Projects(self._transport)
        self.datasets = Datasets(self._transport)
        self.media = Media(self._transport)
        self.configurations = Configurations(self._transport)
        self.tasks = Tasks(self._transport)
        self.labels = Labels(self._transport)
        self.exchanges = Exchanges(self._transport, wait)
        self.mappings = Mappings(self._transport)

    @classmethod
    def sign_in(cls, url: str, email: str, password: str) -> Self:
        """A client that acts as a person instead of with a token. Raises WrongCredentials, TooManyAttempts."""
        client = cls(url)
        client.http.headers["Origin"] = str(client.http.base_url).rstrip("/")
        try:
            client._transport.act("POST", "/api/session", body={"email": email, "password": password})
        except BaseException:
            client.close()
            raise
        return client

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self.http.close()


def _checked(token: str) -> str:
    """The token without blanks around it. Raises Invalid for what no header can carry."""
    bare = token.strip()
    if not bare:
        raise Invalid("The API token is empty; is LABELWRIGHT_TOKEN set to nothing? Tokens begin with lw_.")
    if not bare.isascii() or not bare.isprintable() or " " in bare:
        raise Invalid("The API token has signs that no token has; copy it again. Tokens begin with lw_.")
    return bare
