"""Media of datasets: upload, lists, download."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import msgspec

from labelwright.model.errors import DamagedFile
from labelwright.sdk.files import CHUNK_BYTES, bytes_of, whole_file
from labelwright.sdk.transport import Page, Transport, decoded, segment
from labelwright.sdk.values import LinkResult, Medium


class LinkResults(msgspec.Struct, frozen=True, rename="camel"):
    results: tuple[LinkResult, ...]


class Deleted(msgspec.Struct, frozen=True, rename="camel"):
    deleted: int


class Media:
    """`client.media`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(
        self, dataset_id: str, *, search: str = "", state: str | None = None, source: str | None = None
    ) -> Iterator[Medium]:
        """Media of a dataset by name, fetched page by page; `state` is ready, pending, preparing or broken."""
        query = {"search": search, "state": state, "source": source, "limit": 500}
        return self._transport.pages(f"/api/datasets/{segment(dataset_id)}/media", Page[Medium], query)

    def get(self, medium_id: str) -> Medium:
        """One medium."""
        return self._transport.get(_path(medium_id), Medium)

    def upload(
        self,
        dataset_id: str,
        source: Path | str | bytes,
        name: str | None = None,
        *,
        on_sent: Callable[[int], None] = lambda _: None,
    ) -> Medium:
        """Upload a file, or bytes under `name`; `on_sent` is told the bytes sent since it was last told.

        Raises NameTaken, UnsupportedPicture, UnreadablePicture, TooLarge, StorageFull.
        """
        assert name is not None or not isinstance(source, bytes), "bytes need a name"
        picture = bytes_of(source)
        shown = name or Path(str(source)).name
        headers = {
            "X-filename": quote(shown, safe=""),
            "X-sha256": picture.sha256(),
            "Content-Length": str(picture.size_bytes),
            "Content-Type": "application/octet-stream",
        }
        path = f"/api/datasets/{segment(dataset_id)}/media"
        content = partial(picture.chunks, on_sent)
        with self._transport.stream("POST", path, content=content, headers=headers) as answer:
            return decoded(answer.read(), Medium, answer)

    def add_links(self, dataset_id: str, urls: Iterable[str]) -> tuple[LinkResult, ...]:
        """Add public links; the server fetches them."""
        path = f"/api/datasets/{segment(dataset_id)}/links"
        return self._transport.send("POST", path, LinkResults, body={"urls": [*urls]}).results

    def retry(self, medium_id: str) -> Medium:
        """Let the server fetch a broken link again."""
        return self._transport.send("POST", f"{_path(medium_id)}/retry", Medium)

    def download(self, medium_id: str, path: Path | str) -> Path:
        """Save the original bytes as a file, whole or not at all. Raises DamagedFile when others arrive."""
        medium = self.get(medium_id)
        target, digest = Path(path), hashlib.sha256()
        with whole_file(target) as file:
            self._copy(f"{_path(medium_id)}/file", file, digest.update)
            if medium.sha256 and digest.hexdigest() != medium.sha256:
                raise DamagedFile(f"“{medium.media_name}” arrived damaged. Download it again.")
        return target

    def _copy(self, path: str, file: BinaryIO, on_chunk: Callable[[bytes], object]) -> None:
        with self._transport.stream("GET", path) as answer:
            for chunk in answer.iter_bytes(CHUNK_BYTES):
                file.write(chunk)
                on_chunk(chunk)

    def delete(self, medium_ids: Iterable[str]) -> int:
        """Delete media with their tasks, all or none; returns how many."""
        return self._transport.send("POST", "/api/media/delete", Deleted, body={"ids": [*medium_ids]}).deleted


def _path(medium_id: str) -> str:
    return f"/api/media/{segment(medium_id)}"
