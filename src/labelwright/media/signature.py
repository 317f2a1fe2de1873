"""Tell by its first bytes what a file is. Names and Content-Types that others give are never believed."""

import re

import msgspec

HEAD_BYTES = 4096


class Kind(msgspec.Struct, frozen=True):
    """What a file turned out to be. `format` is set for pictures that can be labelled; else `remedy` helps."""

    name: str
    content_type: str
    format: str | None = None
    remedy: str = "Save it as JPEG or PNG and upload that."


JPEG = Kind("a JPEG picture", "image/jpeg", "JPEG")
PNG = Kind("a PNG picture", "image/png", "PNG")
WEBP = Kind("a WebP picture", "image/webp", "WEBP")
BMP = Kind("a BMP picture", "image/bmp", "BMP")
TIFF = Kind("a TIFF picture", "image/tiff", "TIFF")
GIF = Kind("a GIF picture", "image/gif", "GIF")

SUPPORTED = "JPEG, PNG, WebP, BMP, TIFF and GIF"

_EXPORT = "Export it as JPEG or PNG and upload that."
_PAGES = "Export its pages as PNG and upload those."
_FRAMES = "Save its frames as JPEG or PNG and upload those."
_UNPACK = "Unpack it and upload the pictures inside."
_LOOK = "Open it in an editor to see what it is; a server often sends a page instead of a picture."

CAMERA_RAW = Kind("a camera raw file", "image/x-raw", remedy=_EXPORT)
VIDEO = Kind("a video", "video/*", remedy=_FRAMES)
SVG = Kind("an SVG drawing", "image/svg+xml", remedy=_EXPORT)
HTML = Kind("an HTML page", "text/html", remedy=_LOOK)
TEXT = Kind("a text file", "text/plain", remedy=_LOOK)
UNKNOWN = Kind("of an unknown kind", "application/octet-stream")

_STARTS: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
    (b"II+\0", TIFF),
    (b"MM\0+", TIFF),
    (b"IIRO", CAMERA_RAW),
    (b"IIU\0", CAMERA_RAW),
    (b"FUJIFILM", CAMERA_RAW),
    (b"\0\0\0\x0cJXL \r\n\x87\n", Kind("a JPEG XL picture", "image/jxl")),
    (b"\xff\x0a", Kind("a JPEG XL picture", "image/jxl")),
    (b"\0\0\0\x0cjP  \r\n\x87\n", Kind("a JPEG 2000 picture", "image/jp2")),
    (b"\xff\x4f\xff\x51", Kind("a JPEG 2000 picture", "image/j2c")),
    (b"%PDF-", Kind("a PDF document", "application/pdf", remedy=_PAGES)),
    (b"%!PS", Kind("an EPS or PostScript file", "application/postscript", remedy=_EXPORT)),
    (b"\xc5\xd0\xd3\xc6", Kind("an EPS or PostScript file", "application/postscript", remedy=_EXPORT)),
    (b"8BPS", Kind("a Photoshop file", "image/vnd.adobe.photoshop", remedy=_EXPORT)),
    (b"\0\0\x01\0", Kind("an icon", "image/x-icon")),
    (b"v/1\x01", Kind("an OpenEXR picture", "image/x-exr")),
    (b"SIMPLE  =", Kind("a FITS file", "image/fits", remedy=_EXPORT)),
    (b"PK\x03\x04", Kind("a ZIP archive or an office document", "application/zip", remedy=_UNPACK)),
    (b"\x1f\x8b", Kind("a gzip archive", "application/gzip", remedy=_UNPACK)),
    (b"7z\xbc\xaf\x27\x1c", Kind("a 7z archive", "application/x-7z-compressed", remedy=_UNPACK)),
    (b"Rar!\x1a\x07", Kind("a RAR archive", "application/vnd.rar", remedy=_UNPACK)),
    (b"\x1aE\xdf\xa3", VIDEO),
    (b"\0\0\x01\xba", VIDEO),
    (b"FLV\x01", VIDEO),
)

_BRANDS: dict[bytes, Kind] = {
    b"avif": Kind("an AVIF picture", "image/avif"),
    b"avis": Kind("an AVIF picture", "image/avif"),
    b"crx ": CAMERA_RAW,
    **dict.fromkeys(
        (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"),
        Kind("a HEIC picture", "image/heic"),
    ),
}

_BMP_HEADER_BYTES = {12, 16, 40, 52, 56, 64, 108, 124}
_MARKUP = re.compile(rb"<(!doctype\s+html|html|head|body|script|title|meta|svg|\?xml|!--)\b", re.IGNORECASE)
_SVG = re.compile(rb"<svg[\s/>]|<!doctype\s+svg", re.IGNORECASE)
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def identify(head: bytes) -> Kind:
    """Return what the file that begins with `head` (its first 4096 bytes) is."""
    if head[:4] in (b"II*\0", b"MM\0*") and head[8:10] == b"CR":
        return CAMERA_RAW
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    return _identify_container(head) or _identify_text(head)


def _identify_container(head: bytes) -> Kind | None:
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADER_BYTES:
        return BMP
    if head[:4] == b"RIFF":
        return WEBP if head[8:12] == b"WEBP" else VIDEO
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], VIDEO)
    if head[128:132] == b"DICM":
        return Kind("a DICOM file", "application/dicom", remedy=_EXPORT)
    return None


def _identify_text(head: bytes) -> Kind:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if _SVG.search(head) and start.startswith(b"<"):
        return SVG
    if _MARKUP.match(start):
        return HTML if b"<?xml" not in start[:5] else TEXT
    if head and not _NOT_TEXT.search(head):
        return TEXT
    return UNKNOWN
