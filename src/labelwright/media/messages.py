"""What server and decoding process say to each other: one JSON value a frame, four bytes of length before it."""

from typing import BinaryIO, Literal

import msgspec

Display = Literal["original", "jpeg", "png"]
THUMBNAIL_SIZES = (128, 256, 512)

MAX_FRAME_BYTES = 2**20
# What the decoder can be given as one buffer.
LARGEST_MAP_BYTES = 2**31 - 1


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one picture may cost. Sizes are checked in the header, before a pixel is decoded.

    `cpu_s` is what any picture gets, and each `pixels_per_cpu_s` one second more; `wall_s` bounds waiting for an
    answer or a word of progress. From `tiled_from_pixels` on a picture is never decoded into memory.
    """

    max_pixels: int = 100_000_000
    max_side: int = 32_767
    tiled_from_pixels: int = 100_000_000
    cpu_s: int = 10
    pixels_per_cpu_s: int = 10_000_000
    wall_s: float = 180.0
    memory_bytes: int | None = None
    tiling_memory_bytes: int = 512 * 2**20
    makes_tiles: bool = False

    @property
    def address_space_bytes(self) -> int:
        """Limit of the child's memory: as set, or Python plus what the hungriest decoder needs for one picture.

        The process that makes tiles maps a file of up to 2 GiB besides the memory that it may use.
        """
        if self.makes_tiles:
            return 512 * 2**20 + self.tiling_memory_bytes + LARGEST_MAP_BYTES
        return self.memory_bytes or 512 * 2**20 + 20 * min(self.max_pixels, self.tiled_from_pixels)

    @property
    def output_bytes(self) -> int:
        """Limit of a file that the child writes: tiles without loss may take a third more than the pixels."""
        return 6 * self.max_pixels + LARGEST_MAP_BYTES if self.makes_tiles else 2**31

    def cpu_seconds_for(self, size_wh: tuple[int, int]) -> int:
        """Limit of the time to decode and encode a picture of `size_wh`."""
        return self.cpu_s + size_wh[0] * size_wh[1] // self.pixels_per_cpu_s

    def is_tiled(self, size_wh: tuple[int, int]) -> bool:
        """Return whether a picture of `size_wh` is shown in tiles, and decoded only to make them."""
        return size_wh[0] * size_wh[1] >= self.tiled_from_pixels

    def for_tiles(self) -> "Limits":
        """Return what the process that makes tiles gets; it decodes no picture into memory, however small."""
        return msgspec.structs.replace(
            self, makes_tiles=True, tiled_from_pixels=0, pixels_per_cpu_s=1_000_000, wall_s=600.0
        )


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """What a picture is. `width` and `height` are those displayed, after its orientation was applied.

    `orientation` is EXIF's 1 to 8; `mode` Pillow's; `bit_depth` bits a channel as stored; `frames` counts pages too.
    `display` says what a browser gets: the original bytes, or a version encoded anew. Of a picture that `is_tiled`
    nothing but the header was read.
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
    is_tiled: bool = False
    warnings: tuple[str, ...] = ()


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A picture made for a browser. `display` "original": nothing was written, the original bytes serve."""

    display: Display | Literal["webp"]
    content_type: str
    width: int
    height: int
    warnings: tuple[str, ...] = ()


class ProbePicture(msgspec.Struct, frozen=True, tag="probe"):
    path: str


class WriteDisplay(msgspec.Struct, frozen=True, tag="display"):
    path: str
    output: str


class WriteThumbnail(msgspec.Struct, frozen=True, tag="thumbnail"):
    path: str
    output: str
    size: int


class WriteTiles(msgspec.Struct, frozen=True, tag="tiles"):
    """`output` becomes a pyramid. Beside it stands, while the pixels are being read, a file that has no name."""

    path: str
    output: str


class WriteOverview(msgspec.Struct, frozen=True, tag="overview"):
    """A thumbnail out of the pyramid at `path`."""

    path: str
    output: str
    size: int


Request = ProbePicture | WriteDisplay | WriteThumbnail | WriteTiles | WriteOverview


class Probed(msgspec.Struct, frozen=True, tag="probed"):
    probe: Probe


class Made(msgspec.Struct, frozen=True, tag="made"):
    written: Written


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """How far a long request has come, from 0 to 1; its answer follows."""

    done: float


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """`code` of the error tree; `message` goes on after the picture's name. `last` ends the process after this."""

    code: str
    message: str
    fields: dict[str, str | int] = {}
    last: bool = False


Reply = Probed | Made | Refused
Message = Reply | Progress

encode = msgspec.json.Encoder().encode
decode_request = msgspec.json.Decoder[Request](Request).decode
decode_message = msgspec.json.Decoder[Message](Message).decode
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
