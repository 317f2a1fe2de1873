"""Manifests: what is found in them again."""

import json

import msgspec
import pytest

from labelwright.exchange.manifest import KnownMedia, ManifestMedium, lines_of

MEDIA = tuple(
    ManifestMedium(id=f"id-{name}", name=name, path=name, width=3, height=2)
    for name in ("a.jpg", "folder/b.png", "ü.tif", "n" * 9_000 + ".jpg", "none")
)


def known(text: bytes) -> KnownMedia:
    return KnownMedia(msgspec.Raw(text))


@pytest.mark.parametrize("media", [MEDIA[:3], MEDIA, ()])
@pytest.mark.parametrize("is_ours", [True, False])
def test_media_are_found_by_path_with_or_without_extension(media: tuple[ManifestMedium, ...], *, is_ours: bool) -> None:
    listed = b"[\n%b\n]" % lines_of(media) if is_ours and media else json.dumps(msgspec.to_builtins(media)).encode()
    found = known(listed)
    for medium in media:
        assert found.find(medium.path) == medium
        assert found.find("elsewhere", medium.path.rpartition(".")[0] or medium.path) == medium
    assert found.find("elsewhere", "a") == (media[0] if media else None)
    assert found.find("") is None


@pytest.mark.parametrize("text", [b"[1]", b"{}", b'[\n{"id":"a"}\n]', b"null"])
def test_a_list_of_something_else_is_none_of_media(text: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        known(text)
