"""Read the URL of a public link: what may be asked for at all, before any name is resolved."""

import ipaddress
import re
from urllib.parse import quote, urlsplit

import idna
import msgspec

from labelwright.model.errors import LinkUnreachable

MAX_URL_CHARACTERS = 1256
DEFAULT_PORTS = {"http": 80, "https": 443}

_NEVER_IN_A_URL = re.compile(r"[\x00-\x20\x7f\\\ud800-\udfff]")
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_LEFT_ALONE = "%/:?#[]@!$&'()*+,;=-._~"


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A link in parts. `host` is ASCII and lower-case, without brackets; `target` what follows GET."""

    url: str
    is_secure: bool
    host: str
    port: int
    target: str

    @property
    def host_header(self) -> str:
        """Host, and port unless it is the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = DEFAULT_PORTS["https" if self.is_secure else "http"]
        return host if self.port == usual else f"{host}:{self.port}"


def invalid_url(url: str, what: str) -> LinkUnreachable:
    """Return the error for a link that leads nowhere; `what` goes on after the URL."""
    return LinkUnreachable(f"“{url[:200]}” {what}", reason="INVALID_URL")


def parse_link(url: str) -> Link:
    """Take a URL apart. Raises LinkUnreachable with the reason INVALID_URL."""
    if len(url) > MAX_URL_CHARACTERS:
        raise invalid_url(url, f"… is longer than {MAX_URL_CHARACTERS} characters.")
    if _NEVER_IN_A_URL.search(url):
        raise invalid_url(url, "contains blanks, control characters or a backslash. Write them percent-encoded.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise invalid_url(url, "is no valid URL.") from None
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS:
        raise invalid_url(url, "does not begin with http:// or https://.")
    if "@" in parts.netloc:
        without = f"{scheme}://…@{parts.netloc.rpartition('@')[2]}{parts.path}"  # messages are stored and logged
        raise invalid_url(without, "contains a user name or password. Links must be public.")
    if port == 0:
        raise invalid_url(url, "names port 0.")
    target = quote(parts.path or "/", safe=_LEFT_ALONE)
    if parts.query:
        target += "?" + quote(parts.query, safe=_LEFT_ALONE)
    return Link(
        url=url,
        is_secure=scheme == "https",
        host=_read_host(url, parts.netloc, parts.hostname or ""),
        port=port or DEFAULT_PORTS[scheme],
        target=target,
    )


def _read_host(url: str, netloc: str, host: str) -> str:
    if netloc.startswith("["):
        try:
            return str(ipaddress.IPv6Address(host.replace("%", " ")))  # no zones: they name our own interfaces
        except ValueError:
            raise invalid_url(url, "has no valid IPv6 address.") from None
    try:
        name = host if host.isascii() else idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        raise invalid_url(url, "has no valid host name.") from None
    name = name.lower().removesuffix(".")
    if not _HOST.fullmatch(name):
        raise invalid_url(url, "has no valid host name.")
    return name
