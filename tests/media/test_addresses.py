import pytest

from labelwright.media.addresses import LinkRules, check_address
from labelwright.model.errors import ForbiddenAddress

PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001:82a::200e", "64:ff9b::808:808"]

FORBIDDEN = [
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.1.2.3", "172.16.0.1", "172.31.255.255"),
    *("192.168.1.1", "169.254.169.254", "169.254.0.1", "100.64.0.1", "100.127.255.255", "100.100.100.200"),
    *("192.0.0.1", "192.0.0.9", "192.0.0.192", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255"),
    *("198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    *("168.63.129.16", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "::10.0.0.1"),
    *("64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1", "2002:808:808::1"),
    *("2001:0:4136:e378:8000:63bf:80ff:fffe", "2001:10::1", "2001:20::1", "2001:db8::1", "3fff::1"),
    *("fc00::1", "fd00::1", "fd00:ec2::254", "fe80::1", "fe80::1%lo", "fec0::1", "ff02::1", "ff0e::1", "100::1"),
    *("5f00::1", "4000::1", "::ffff:0:127.0.0.1"),
]

EVERYTHING = LinkRules(allowed_networks=("0.0.0.0/0", "::/0"))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_allowed_as_they_are(address):
    assert str(check_address(address, 443, LinkRules())) == address


@pytest.mark.parametrize("address", FORBIDDEN)
def test_what_is_not_public_is_refused_with_one_text(address):
    with pytest.raises(ForbiddenAddress) as caught:
        check_address(address, 80, LinkRules())

    assert caught.value.message.startswith("Address not allowed: ")
    assert address not in caught.value.message
    assert caught.value.fields == {}


@pytest.mark.parametrize(
    "address",
    [
        *("169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"),
        *("0.0.0.0", "::", "224.0.0.1", "ff02::1", "fe80::1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"),
    ],
)
def test_metadata_services_are_refused_even_where_everything_is_allowed(address):
    with pytest.raises(ForbiddenAddress):
        check_address(address, 80, EVERYTHING)


def test_a_network_is_allowed_by_name_and_no_other():
    rules = LinkRules(allowed_networks=("192.168.7.0/24", "fd12:3456::/32"))

    for address in ("192.168.7.9", "fd12:3456::9", "8.8.8.8"):
        assert str(check_address(address, 80, rules)) == address
    assert str(check_address("::ffff:192.168.7.9", 80, rules)) == "192.168.7.9"
    for address in ("192.168.8.9", "fd12:3457::9", "127.0.0.1"):
        with pytest.raises(ForbiddenAddress):
            check_address(address, 80, rules)


def test_our_own_port_on_this_machine_is_refused_even_where_its_network_is_allowed():
    rules = LinkRules(allowed_networks=("127.0.0.0/8",), own_ports=(8000,))

    assert str(check_address("127.0.0.1", 8001, rules)) == "127.0.0.1"
    with pytest.raises(ForbiddenAddress):
        check_address("127.0.0.1", 8000, rules)


def test_a_mistake_in_a_network_is_found_at_once():
    with pytest.raises(ValueError, match=r"192\.168\.1\.5/24"):
        LinkRules(allowed_networks=("192.168.1.5/24",))
