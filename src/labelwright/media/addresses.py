"""Which addresses a public link may lead to: hosts on the internet, never what only this machine can reach."""

import ipaddress
import socket

import msgspec

from labelwright.model.errors import ForbiddenAddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# One text for all: who learns that an address is private learns something about the inside.
NOT_ALLOWED = (
    "Address not allowed: links must lead to public addresses on the internet."
    " Download the picture and upload it, or ask the operator to allow the network."
)


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


# `is_global` of the Python at hand knows most of these, but not in every version all of them.
_NOT_PUBLIC = _networks(
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
    *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
    *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    # Teredo, other protocol assignments and 6to4 wrap or carry addresses that nobody checks; documentation
    *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
)
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

# Cloud metadata services (some on public addresses), link-local, unspecified, multicast: not even when allowed.
_NEVER = _networks(
    *("0.0.0.0/8", "169.254.0.0/16", "168.63.129.16/32", "100.100.100.200/32", "192.0.0.192/32"),
    *("224.0.0.0/4", "255.255.255.255/32", "::/128", "fe80::/10", "fd00:ec2::/32", "fd20:ce::254/128", "ff00::/8"),
)


class LinkRules(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator says about links.

    `allowed_networks` are private networks in CIDR that links may lead into; `own_ports` the ports of this server on
    this machine, `own_urls` the addresses under which people reach it: links to ourselves are never followed.
    """

    allowed_networks: tuple[str, ...] = ()
    own_ports: tuple[int, ...] = ()
    own_urls: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for text in self.allowed_networks:
            ipaddress.ip_network(text)  # a mistake is found at start, not with the first link


def check_address(text: str, port: int, rules: LinkRules) -> Address:
    """Return the address to connect to. Raises ForbiddenAddress."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    reached = _unwrap_nat64(address)
    if _is_in(reached, _NEVER) or not (_is_public(reached) or _is_in(reached, _networks(*rules.allowed_networks))):
        raise ForbiddenAddress(NOT_ALLOWED)
    if _is_own(reached) and (port in rules.own_ports or not _is_in(reached, _networks(*rules.allowed_networks))):
        raise ForbiddenAddress(NOT_ALLOWED)
    return address


def _unwrap_nat64(address: Address) -> Address:
    """Return the IPv4 address that a translator on the way would turn `address` into."""
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _is_public(address: Address) -> bool:
    if not address.is_global or address.is_multicast or _is_in(address, _NOT_PUBLIC):
        return False
    return isinstance(address, ipaddress.IPv4Address) or address in _PUBLIC_V6


def _is_in(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)


def _is_own(address: Address) -> bool:
    """Return whether `address` is one of this machine's: the kernel then also sends from it. Nothing is sent."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((str(address), 9))
            return ipaddress.ip_address(probe.getsockname()[0]) == address
    except OSError:
        return False
