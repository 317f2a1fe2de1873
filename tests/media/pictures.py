"""Pictures made byte by byte where Pillow cannot, or should not, be the judge of itself."""

import io
import struct
import zlib
from typing import Any

from PIL import Image

Pixel = tuple[int, int, int]

RED, GREEN, BLUE, WHITE = (230, 20, 20), (20, 200, 20), (20, 20, 230), (250, 250, 250)


def quarters(width: int = 48, height: int = 32) -> Image.Image:
    """Red top left, green top right, blue bottom left, white bottom right."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    image.paste(BLUE, (0, height // 2, width // 2, height))
    image.paste(WHITE, (width // 2, height // 2, width, height))
    return image


def stored_for(displayed: Image.Image, orientation: int) -> Image.Image:
    """Store `displayed` as EXIF 2.3 defines an orientation: by the sides where stored row 0 and column 0 are seen."""
    width, height = displayed.size
    right, bottom = width - 1, height - 1
    seen_at = {
        1: lambda row, column: (column, row),
        2: lambda row, column: (right - column, row),
        3: lambda row, column: (right - column, bottom - row),
        4: lambda row, column: (column, bottom - row),
        5: lambda row, column: (row, column),
        6: lambda row, column: (right - row, column),
        7: lambda row, column: (right - row, bottom - column),
        8: lambda row, column: (row, bottom - column),
    }[orientation]
    stored = Image.new(displayed.mode, (height, width) if orientation > 4 else (width, height))
    for row in range(stored.height):
        for column in range(stored.width):
            stored.putpixel((column, row), displayed.getpixel(seen_at(row, column)))
    return stored


def exif(orientation: int, *, order: str = "<", kind: int = 3, count: int = 1) -> bytes:
    """Return an EXIF block with a maker, the orientation and nothing else."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    maker = struct.pack(order + "HHI4s", 271, 2, 4, b"Lab\0")
    turn = struct.pack(order + "HHIHH", 274, kind, count, orientation, 0)
    return b"Exif\0\0" + mark + struct.pack(order + "IH", 8, 2) + maker + turn + struct.pack(order + "I", 0)


def encoded(image: Image.Image, format_: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


def corners(image: Image.Image) -> list[Pixel]:
    """Return the colours near the corners: top left, top right, bottom left, bottom right."""
    rgb, inset = image.convert("RGB"), max(1, min(image.size) // 8)
    right, bottom = image.width - 1 - inset, image.height - 1 - inset
    places = [(inset, inset), (right, inset), (inset, bottom), (right, bottom)]
    return [rgb.getpixel(place) for place in places]  # type: ignore[misc]


def near(one: list[Pixel], other: list[Pixel], tolerance: int = 12) -> bool:
    return all(abs(a - b) <= tolerance for p, q in zip(one, other, strict=True) for a, b in zip(p, q, strict=True))


# --- PNG ---


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG_START = b"\x89PNG\r\n\x1a\n"
GREY, TRUECOLOUR, PALETTE, GREY_ALPHA, TRUECOLOUR_ALPHA = 0, 2, 3, 4, 6


def png_header(width: int, height: int, bit_depth: int = 8, colour_type: int = GREY) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bit_depth, colour_type, 0, 0, 0))


def png(size_wh: tuple[int, int], bit_depth: int, colour_type: int, rows: list[bytes], *before: bytes) -> bytes:
    """Return a PNG of unfiltered `rows`, with chunks `before` the pixels."""
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    header = png_header(*size_wh, bit_depth, colour_type)
    return PNG_START + header + b"".join(before) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def png_bomb(side: int, bits: int = 1, colour_type: int = GREY) -> bytes:
    """Return a whole, valid PNG of `side` x `side` black pixels of `bits`, one a pixel unless it says otherwise."""
    squeeze = zlib.compressobj(1)
    row = bytes(1 + (side * bits + 7) // 8)
    data = b"".join(squeeze.compress(row) for _ in range(side)) + squeeze.flush()
    return PNG_START + png_header(side, side, min(bits, 8), colour_type) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def zeros_squeezed(size_bytes: int) -> bytes:
    squeeze = zlib.compressobj(1)
    return b"".join(squeeze.compress(bytes(2**20)) for _ in range(size_bytes // 2**20)) + squeeze.flush()


# --- others ---


def jpeg_of_many_scans(side: int, repeats: int) -> bytes:
    """Return a progressive JPEG whose last scan stands there `repeats` times: small bytes, much work."""
    data = encoded(Image.effect_noise((side, side), 90), "JPEG", progressive=True, quality=60)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * repeats + b"\xff\xd9"


def gif_with_canvas(width: int, height: int) -> bytes:
    """Return a GIF of one pixel on a canvas of any size."""
    small = encoded(Image.new("P", (1, 1)), "GIF")
    return small[:6] + struct.pack("<HH", width, height) + small[10:]


def jpeg_with_size(width: int, height: int) -> bytes:
    """Return a JPEG whose frame header claims another size."""
    data = bytearray(encoded(Image.new("L", (8, 8)), "JPEG"))
    place = data.index(b"\xff\xc0") + 5
    data[place : place + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def bmp_with_size(width: int, height: int) -> bytes:
    data = bytearray(encoded(Image.new("RGB", (4, 4)), "BMP"))
    data[18:26] = struct.pack("<ii", width, height)
    return bytes(data)


def tiff_with_size(width: int, height: int) -> bytes:
    """Return a TIFF whose directory claims another size for eight bytes of pixels."""
    return tiff(((256, width), (257, height), (258, 8), (259, 1), (262, 1), (277, 1), (278, height)), bytes(8))


def tiff(tags: tuple[tuple[int, int], ...], strip: bytes, *more: tuple[int, int]) -> bytes:
    """Return a little-endian TIFF with one strip and LONG tags."""
    all_tags = sorted((*tags, *more, (273, 0), (279, len(strip))))
    start = 8 + 2 + 12 * len(all_tags) + 4
    entries = [struct.pack("<HHII", tag, 4, 1, start if tag == 273 else value) for tag, value in all_tags]
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + b"".join(entries) + bytes(4) + strip


def cmyk_profile() -> bytes:
    """Return an ICC 2 profile of a printer whose cyan ink is green: no conversion without it gives that."""
    grid = bytearray()
    for corner in range(16):
        c, m, y, k = (corner >> 3) & 1, (corner >> 2) & 1, (corner >> 1) & 1, corner & 1
        lightness = 255 - 100 * c - 80 * m - 20 * y - 230 * k
        a, b = 128 - 70 * c + 70 * m, 128 + 60 * c - 10 * m + 80 * y
        grid += bytes(max(0, min(255, value)) for value in (lightness, a, b))
    matrix = b"".join(struct.pack(">i", 65536 if place % 4 == 0 else 0) for place in range(9))
    straight = bytes(range(256))
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + matrix + straight * 4 + bytes(grid) + straight * 3
    return _profile(b"prtr", b"CMYK", b"Lab ", (b"A2B0", table))


def grey_profile(gamma: float = 2.2) -> bytes:
    """Return an ICC 2 profile of grey with a plain gamma."""
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))
    return _profile(b"mntr", b"GRAY", b"XYZ ", (b"kTRC", curve))


def _profile(device: bytes, colours: bytes, connection: bytes, *more: tuple[bytes, bytes]) -> bytes:
    description = b"desc" + bytes(4) + struct.pack(">I", 5) + b"Test\0" + bytes(12 + 67)
    white = b"XYZ " + bytes(4) + struct.pack(">iii", 63190, 65536, 54061)
    all_tags = ((b"desc", description), (b"wtpt", white), *more)
    tags, body, offset = [], b"", 128 + 4 + 12 * len(all_tags)
    for name, data in all_tags:
        tags.append(struct.pack(">4sII", name, offset + len(body), len(data)))
        body += data + bytes(-len(data) % 4)
    header = struct.pack(">I4sI4s4s4s", offset + len(body), b"lcms", 0x02400000, device, colours, connection)
    header += bytes(12) + b"acsp" + bytes(28) + struct.pack(">iii", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + b"".join(tags) + body
