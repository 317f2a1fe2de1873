"""The files that the pages of the web application load: their names carry a hash, so they never change."""

import functools
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

FOREVER = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
# The build packs each file both ways; browsers take the first only from secure addresses.
PACKED = {"br": ".br", "gzip": ".gz"}
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


class Assets:
    """Serves the files of one folder from memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, Path] = {}
        self._read = functools.cache(Path.read_bytes)

    def answer(self, request: Request, name: str) -> Response:
        """One file, packed if the browser can unpack it. Raises HTTPException."""
        path = self._find(name)
        content_type = CONTENT_TYPES.get(path.suffix) if path else None
        if path is None or content_type is None:
            raise HTTPException(404, "There is no such file. Reload the page.")
        for encoding, ending in PACKED.items():
            if _takes(request.headers, encoding) and (packed := self._find(name + ending)) is not None:
                headers = {**FOREVER, "Content-Encoding": encoding}
                return Response(self._read(packed), media_type=content_type, headers=headers)
        return Response(self._read(path), media_type=content_type, headers=FOREVER)

    def _find(self, name: str) -> Path | None:
        """Look the name up in the folder's list, which is made anew when the application may have been built anew."""
        if name not in self._files and self._folder.is_dir():
            self._files = {path.name: path for path in self._folder.iterdir() if path.is_file()}
        return self._files.get(name)


def _takes(headers: Headers, encoding: str) -> bool:
    """Say whether the sender takes answers in an encoding (RFC 9110, 12.5.3)."""
    for given in headers.get("accept-encoding", "").lower().split(","):
        name, _, weight = given.partition(";")
        if name.strip() == encoding:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
