"""`manifest.json`: what an archive holds, why, and how to check it. The same export gives the same manifest."""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Final

import msgspec

from labelwright import __version__
from labelwright.exchange.archive import NEXT, Written, lines_of
from labelwright.exchange.found import Side
from labelwright.exchange.index import Index
from labelwright.exchange.ledger import Balance
from labelwright.exchange.naming import stem_of
from labelwright.exchange.source import Medium, Scheme, class_indices

PATH: Final = "manifest.json"
UPRIGHT: Final = 1
Orientation = Annotated[int, msgspec.Meta(ge=UPRIGHT, le=8)]


class ManifestClass(msgspec.Struct, frozen=True, kw_only=True):
    """A geometry class: `index` is its number in these files, `number` the one that the project gave it for good."""

    index: int
    number: int
    name: str
    type: str
    color: str | None
    count: int


class ManifestMedium(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which file belongs to which medium. `orientation` is EXIF's: how its stored pixels are turned to be displayed."""

    id: str
    name: str
    path: str
    split: str = ""
    width: Side | None = None
    height: Side | None = None
    sha256: str | None = None
    picture: str = "no"
    orientation: Orientation = UPRIGHT


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """`asked` is what the export was asked for; `files` leaves out the manifest itself."""

    manifest: int = 1
    writer: str = f"Labelwright {__version__}"
    project: str
    format: str
    asked: dict[str, Any]
    configuration_sha256: str
    classes: tuple[ManifestClass, ...]
    ledger: Balance
    files: tuple[Written, ...] = ()
    media: tuple[ManifestMedium, ...] = ()


class ManifestHead(msgspec.Struct, frozen=True, kw_only=True):
    """What a manifest says of all media together; `media` as they stand there."""

    asked: dict[str, Any]
    configuration_sha256: str
    ledger: Balance
    media: msgspec.Raw

    @property
    def is_stored(self) -> bool:
        """Whether coordinates are in the frame of the stored pixels; see `turning`."""
        return self.asked.get("frame") == "stored"


def classes_of(scheme: Scheme, counts: Mapping[str, int]) -> tuple[ManifestClass, ...]:
    """The geometry classes by index; `counts` are annotations by class id."""
    names, numbers = scheme.names(), class_indices(scheme.configuration)
    return tuple(
        ManifestClass(
            index=scheme.indices[str(c.id)],
            number=numbers[str(c.id)],
            name=names[str(c.id)],
            type=c.type,
            color=c.color,
            count=counts.get(str(c.id), 0),
        )
        for c in scheme.geometry_classes
    )


def medium_of(medium: Medium, picture: str) -> ManifestMedium:
    """`picture` is `packed`, `link`, `missing` or `no`."""
    return ManifestMedium(
        id=medium.id,
        name=medium.name,
        path=medium.path,
        split=medium.split,
        width=medium.width,
        height=medium.height,
        sha256=medium.sha256,
        picture=picture,
        orientation=medium.orientation,
    )


def configuration_digest(scheme: Scheme) -> str:
    """The SHA-256 of the label configuration: the same classes have the same one."""
    return hashlib.sha256(msgspec.json.encode(scheme.configuration.classes)).hexdigest()


def links(media: Iterable[Medium]) -> bytes:
    """The list of pictures that are not packed, and where each is to be had."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("path", "medium_id", "name", "sha256", "url"))
    for medium in media:
        table.writerow((medium.path, medium.id, medium.name, medium.sha256 or "", medium.url or ""))
    return text.getvalue().encode()


def encode(manifest: Manifest, files: Iterable[bytes], media: Iterable[bytes]) -> Iterator[bytes]:
    """Readable JSON in portions: one line for each class, file and medium.

    `files` and `media` are the lines of these (`archive.lines_of`) in pieces of any length, instead of the manifest's.
    """
    start = b"{\n"
    lists = {"classes": (lines_of(manifest.classes),), "files": files, "media": media}
    for key, value in msgspec.to_builtins(manifest).items():
        yield b'%b"%b":' % (start, key.encode())
        if key in lists:
            yield from _listed(lists[key])
        else:
            yield msgspec.json.encode(value)
        start = NEXT
    yield b"\n}\n"


def _listed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    is_empty = True
    for piece in pieces:
        yield b"[\n" + piece if is_empty and piece else piece
        is_empty = is_empty and not piece
    yield b"[]" if is_empty else b"\n]"


def decode(content: bytes) -> Manifest:
    """Read a manifest. Raises msgspec.ValidationError, msgspec.DecodeError."""
    return msgspec.json.decode(content, type=Manifest)


def decode_head(content: bytes | memoryview) -> ManifestHead:
    """Read a manifest without making objects of its media. Raises msgspec.ValidationError, msgspec.DecodeError."""
    return _HEAD.decode(content)


class KnownMedia:
    """The media of a manifest by path, each read again where it stands: what is kept of it is where that is."""

    def __init__(self, media: msgspec.Raw) -> None:
        """Raises msgspec.ValidationError, msgspec.DecodeError."""
        self._text = memoryview(media)
        self._places = Index()
        self._others: dict[str, ManifestMedium] = {}
        try:
            for place in self._lines():
                self._note(self._at(place).path, place)
        except msgspec.DecodeError:  # somebody wrote the list in another way
            for medium in _MEDIA.decode(media):
                self._others[medium.path] = self._others[stem_of(medium.path)] = medium

    def find(self, *paths: str) -> ManifestMedium | None:
        """The medium of the first of some paths, with or without extension, that there is."""
        for path in paths:
            if (place := self._places.get(path)) is not None:
                return self._at(place)
            if path in self._others:
                return self._others[path]
        return None

    def _note(self, path: str, place: int) -> None:
        self._places.setdefault(path, place)
        self._places.setdefault(stem_of(path), place)

    def _lines(self) -> Iterator[int]:
        """Where each line begins behind the first, which is the bracket's."""
        at = len(_OPENING)
        if bytes(self._text[:at]) != _OPENING:
            raise msgspec.DecodeError
        while at < len(self._text) - 1:
            yield at
            at += len(self._line(at)) + 1

    def _line(self, place: int) -> bytes:
        return bytes(self._text[place : place + _MOST_LINE]).partition(b"\n")[0]

    def _at(self, place: int) -> ManifestMedium:
        return _MEDIUM.decode(self._line(place).removesuffix(b","))


_OPENING: Final = b"[\n"
_MOST_LINE: Final = 1 << 13
_HEAD: Final = msgspec.json.Decoder(ManifestHead)
_MEDIUM: Final = msgspec.json.Decoder(ManifestMedium)
_MEDIA: Final = msgspec.json.Decoder(list[ManifestMedium])
