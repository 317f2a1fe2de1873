"""What server and decoding process say to each other: one JSON value a frame, four bytes of length before it."""

from typing import BinaryIO, Literal

import msgspec

Display = Literal["original", "jpeg", "png"]
THUMBNAIL_SIZES = (128, 256, 512)

MAX_FRAME_BYTES = 2**20


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one picture may cost. Sizes are checked in the header, before a pixel is decoded.

    `cpu_s` is what any picture gets, and each 10 megapixels one second more; `wall_s` bounds waiting for an answer.
    """

    max_pixels: int = 100_000_000
    max_side: int = 32_767
    cpu_s: int = 10
    wall_s: float = 180.0
    memory_bytes: int | None = None

    @property
    def address_space_bytes(self) -> int:
        """Limit of the child's memory: as set, or Python plus what the hungriest decoder needs for `max_pixels`."""
        return self.memory_bytes or 512 * 2**20 + 20 * self.max_pixels

    def cpu_seconds_for(self, size_wh: tuple[int, int]) -> int:
        """Limit of the time to decode and encode a picture of `size_wh`."""
        return self.cpu_s + size_wh[0] * size_wh[1] // 10_000_000


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """What a picture is. `width` and `height` are those displayed, after its orientation was applied.

    `orientation` is EXIF's 1 to 8; `mode` Pillow's; `bit_depth` bits a channel as stored; `frames` counts pages too.
    `display` says what a browser gets: the original bytes, or a version encoded anew.
    """

    format: str
    content_type: str
    width: int
    height: int
    orientation: int
    mode: str
    bit_depth: int
    frames: int
    display: Display
    warnings: tuple[str, ...] = ()


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A picture made for a browser. `display` "original": nothing was written, the original bytes serve."""

    display: Display | Literal["webp"]
    content_type: str
    width: int
    height: int


class ProbePicture(msgspec.Struct, frozen=True, tag="probe"):
    path: str


class WriteDisplay(msgspec.Struct, frozen=True, tag="display"):
    path: str
    output: str


class WriteThumbnail(msgspec.Struct, frozen=True, tag="thumbnail"):
    path: str
    output: str
    size: int


Request = ProbePicture | WriteDisplay | WriteThumbnail


class Probed(msgspec.Struct, frozen=True, tag="probed"):
    probe: Probe


class Made(msgspec.Struct, frozen=True, tag="made"):
    written: Written


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """`code` of the error tree; `message` goes on after the picture's name. `last` ends the process after this."""

    code: str
    message: str
    fields: dict[str, str | int] = {}
    last: bool = False


Reply = Probed | Made | Refused

encode = msgspec.json.Encoder().encode
decode_request = msgspec.json.Decoder[Request](Request).decode
decode_reply = msgspec.json.Decoder[Reply](Reply).decode
decode_limits = msgspec.json.Decoder(Limits).decode


def frame(payload: bytes) -> bytes:
    """Return `payload` with its length before it."""
    return len(payload).to_bytes(4, "big") + payload


def read_frame(stream: BinaryIO) -> bytes | None:
    """Read one frame, None at the end of the stream."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    return stream.read(int.from_bytes(head, "big"))
