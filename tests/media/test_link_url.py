"""Links as text: what is understood, and what is refused before anybody is asked."""

import pytest

from labelwright.media.link_url import parse_link

from .link_driver import refusal_of

BAD_URLS = {
    "ftp://example.com/a.jpg": "does not begin with http",
    "file:///etc/passwd": "does not begin with http",
    "data:image/png;base64,AAAA": "does not begin with http",
    "javascript:alert(1)": "does not begin with http",
    "//example.com/a.jpg": "does not begin with http",
    "example.com/a.jpg": "does not begin with http",
    "": "does not begin with http",
    "http://": "has no valid host name",
    "http:///a.jpg": "has no valid host name",
    "http://user:pass@example.com/a.jpg": "contains a user name",
    "http://user@example.com/a.jpg": "contains a user name",
    "http://@example.com/a.jpg": "contains a user name",
    "http://example.com@127.0.0.1/a.jpg": "contains a user name",
    "http://exa mple.com/": "contains blanks",
    "http://example.com/a b.jpg": "contains blanks",
    "http://example.com/a\r\nX: y": "contains blanks",
    "http://example.com\\@127.0.0.1/": "contains blanks",
    "http://example.com/\x00": "contains blanks",
    "http://example.com:0/": "names port 0",
    "http://example.com:99999/": "is no valid URL",
    "http://example.com:http/": "is no valid URL",
    "http://[::1/": "is no valid URL",
    "http://[::1%25lo]/": "has no valid IPv6 address",
    "http://[localhost]/": "is no valid",
    "http://a..b/": "has no valid host name",
    "http://" + "a" * 64 + ".com/": "has no valid host name",
    "http://%31%32%37.0.0.1/": "has no valid host name",
    "http://exam\u2028ple.com/": "has no valid host name",
    "http://example.com/" + "a" * 1300: "is longer than 1256",
}


@pytest.mark.parametrize("url", BAD_URLS)
def test_what_is_no_link_is_refused_without_asking_anybody(url):
    asked = []

    error = refusal_of(url, resolve=lambda *who: asked.append(who) or [])

    assert BAD_URLS[url] in error.message
    assert error.fields["reason"] == "INVALID_URL"
    assert "pass@" not in error.message
    assert asked == []


def test_the_longest_url_is_1256_characters():
    assert parse_link("http://example.com/".ljust(1256, "a")).host == "example.com"


@pytest.mark.parametrize(
    ("url", "host", "header"),
    [
        ("http://EXAMPLE.com./", "example.com", "example.com"),
        ("http://bücher.example/", "xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("http://例え.テスト/", "xn--r8jz45g.xn--zckzah", "xn--r8jz45g.xn--zckzah"),
        ("https://example.com:443/", "example.com", "example.com"),
        ("https://example.com:80/", "example.com", "example.com:80"),
        ("http://[2001:DB8::1]:8080/", "2001:db8::1", "[2001:db8::1]:8080"),
        ("http://a_b.example/", "a_b.example", "a_b.example"),
    ],
)
def test_hosts_in_any_script_are_understood(url, host, header):
    link = parse_link(url)

    assert (link.host, link.host_header) == (host, header)
