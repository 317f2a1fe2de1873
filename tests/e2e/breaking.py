"""What breaks in the middle of work: the tab, the server."""

import socket
import time
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error, Page, Route

from tests.e2e.conftest import Server


def crash(page: Page) -> None:
    """Kill the renderer, as the system does when memory runs out."""
    with page.expect_event("crash"), pytest.raises(Error, match=r"ERR_ABORTED|crash"):
        page.goto("chrome://crash")
    page.close()


def kill_in_mid_save(page: Page, server: Server) -> list[str]:
    """Kill the server while it works on the next save, whose answer nobody gets; gives what was killed, later."""
    killed: list[str] = []

    def pass_on(route: Route) -> None:
        body = route.request.post_data_buffer or b""
        head = {**route.request.all_headers(), "host": f"127.0.0.1:{server.port}", "content-length": str(len(body))}
        lines = [f"PATCH {urlsplit(route.request.url).path} HTTP/1.1", *(f"{key}: {head[key]}" for key in head)]
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            time.sleep(0.005)  # about what a save takes: it is on the disk, or not
            server.kill()
        route.abort()
        killed.append("server")

    page.route("**/labels", pass_on, times=1)
    return killed
