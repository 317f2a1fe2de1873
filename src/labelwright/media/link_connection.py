"""One exchange over one connection to one checked address, with time running.

`http.client` reads the answer, but never opens a connection: it gets a stream that we opened and that keeps count.
"""

import http.client
import io
import socket
import ssl
import time
from typing import Protocol, Self

import msgspec

from labelwright.media.addresses import Address
from labelwright.media.link_url import Link

_MAX_HEADER_BYTES = 64 * 1024


class LinkLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What a link may cost. The rate must hold over each `rate_window_s`; `total_s` covers redirects too."""

    max_bytes: int = 200 * 10**6
    max_redirects: int = 3
    total_s: float = 120.0
    connect_s: float = 10.0
    read_s: float = 15.0
    least_bytes_per_s: float = 1000.0
    rate_window_s: float = 30.0


class Buffer(Protocol):
    """What `readinto` gets: writable bytes."""

    def __buffer__(self, flags: int, /) -> memoryview: ...


class PacedStream(io.RawIOBase):
    """Bytes of a socket until the deadline, none that come too slowly, none above `max_bytes`.

    Each read raises TimeoutError, so that a server which sends a byte now and then cannot hold us.
    """

    def __init__(self, connection: socket.socket, limits: LinkLimits, deadline: float) -> None:
        super().__init__()
        self._connection = connection
        self._limits = limits
        self._deadline = deadline
        self._left = limits.max_bytes + _MAX_HEADER_BYTES
        self._window_began, self._window_bytes = time.monotonic(), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        self._connection.settimeout(min(self._limits.read_s, time_left(self._deadline)))
        count = self._connection.recv_into(memoryview(buffer)[: max(1, self._left)])
        self._left -= count
        self._window_bytes += count
        if self._left < 0:
            raise TooManyBytesError
        self._check_rate()
        return count

    def _check_rate(self) -> None:
        elapsed = time.monotonic() - self._window_began
        if elapsed >= self._limits.rate_window_s:
            if self._window_bytes < self._limits.least_bytes_per_s * elapsed:
                raise TimeoutError
            self._window_began, self._window_bytes = time.monotonic(), 0


class TooManyBytesError(Exception):
    """More arrived than the limits allow."""


def time_left(deadline: float) -> float:
    """Return the seconds until `deadline` (monotonic). Raises TimeoutError when there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class Exchange:
    """An open connection to `address`, which was checked; names are not resolved again here.

    Raises OSError (TimeoutError, ssl.SSLError among them) and http.client.HTTPException.
    """

    def __init__(self, link: Link, address: Address, tls: ssl.SSLContext, limits: LinkLimits, deadline: float) -> None:
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        try:
            self._socket.settimeout(min(limits.connect_s, time_left(deadline)))
            self._socket.connect((str(address), link.port))
            if link.is_secure:
                self._socket = tls.wrap_socket(self._socket, server_hostname=link.host)
            self._socket.sendall(_request(link))
        except BaseException:
            self._socket.close()
            raise
        self._stream = io.BufferedReader(PacedStream(self._socket, limits, deadline))

    def read_head(self) -> http.client.HTTPResponse:
        """Read status and headers; the body is then read from what this returns."""
        response = http.client.HTTPResponse(_Opened(self._stream), method="GET")  # type: ignore[arg-type] # duck-typed
        response.begin()
        return response

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        self._socket.close()


class _Opened:
    """The one method of a socket that `http.client.HTTPResponse` calls."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream

    def makefile(self, _mode: str) -> io.BufferedReader:
        return self._stream


def _request(link: Link) -> bytes:
    lines = (
        f"GET {link.target} HTTP/1.1",
        f"Host: {link.host_header}",
        "User-Agent: Labelwright",
        "Accept: image/*",
        "Accept-Encoding: identity",
        "Connection: close",
    )
    return "\r\n".join((*lines, "", "")).encode("ascii")
