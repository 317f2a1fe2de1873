from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labelwright.media.images import Images
from labelwright.media.messages import Limits


@pytest.fixture(scope="session")
def images() -> Iterator[Images]:
    """The real decoding processes with the limits of the product."""
    images = Images(Limits())
    yield images
    images.close()


@pytest.fixture
def put(tmp_path: Path) -> Callable[[bytes], Path]:
    """Write bytes to a file without an extension, as the store does."""

    def put(data: bytes) -> Path:
        path = tmp_path / "picture"
        path.write_bytes(data)
        return path

    return put
