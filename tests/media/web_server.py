"""A web server for one test: each connection gets the bytes that the test says, however odd."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

TLS = Path(__file__).parent / "tls"

Answer = Callable[[bytes], Iterator[bytes]]


class WebServer:
    """Counts connections and keeps requests. `answer` gets the request's head and yields what is sent."""

    def __init__(self, answer: Answer, host: str = "127.0.0.2", *, tls: bool = False) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._answer = answer
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if tls else None
        if self._tls is not None:
            self._tls.load_cert_chain(TLS / "server.pem")
        self._ended = threading.Event()
        self._listening = socket.create_server(
            (host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET, dualstack_ipv6=host == "::"
        )
        self.port = self._listening.getsockname()[1]
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            connection.settimeout(60)
            stream = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
            with stream:
                head = b""
                while b"\r\n\r\n" not in head:
                    piece = stream.recv(4096)
                    if not piece:
                        return
                    head += piece
                self.requests.append(head)
                for piece in self._answer(head):
                    if self._ended.is_set():
                        return
                    stream.sendall(piece)

    def close(self) -> None:
        self._ended.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()


@contextmanager
def serving(answer: Answer, host: str = "127.0.0.2", *, tls: bool = False) -> Iterator[WebServer]:
    server = WebServer(answer, host, tls=tls)
    try:
        yield server
    finally:
        server.close()


def ok(body: bytes, *headers: str) -> Answer:
    """Answer 200 with `body` and its length."""
    return raw(200, body, f"Content-Length: {len(body)}", *headers)


def raw(status: int, body: bytes, *headers: str) -> Answer:
    head = "\r\n".join((f"HTTP/1.1 {status} Whatever", *headers, "", "")).encode()
    return lambda _request: iter([head + body])


def redirect(location: str, status: int = 302) -> Answer:
    return raw(status, b"", f"Location: {location}", "Content-Length: 0")
