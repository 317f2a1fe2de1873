"""Which server a command speaks to, and as whom."""

from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter

from labelwright.sdk import Client

DEFAULT_URL = "http://127.0.0.1:8000"


@Parameter(name="*")
@dataclass(frozen=True)
class Server:
    """Options that every command on a server has."""

    url: Annotated[str, Parameter(env_var="LABELWRIGHT_URL", show_default=True, help="Address of the server.")] = (
        DEFAULT_URL
    )
    token: Annotated[
        str | None,
        Parameter(
            env_var="LABELWRIGHT_TOKEN",
            help="API token (lw_...). Better in the variable: other users of this machine see command lines.",
        ),
    ] = None

    def connect(self) -> Client:
        """Open a client; use it in a `with`."""
        return Client(self.url, self.token)


HERE = Server()
