"""webdataset walks over the shards of its format. https://github.com/webdataset/webdataset."""

import glob
import json
from collections.abc import Iterator, Sequence

PACKAGE = "webdataset"
FILES = {"webdataset": ("*.tar",)}
OFF_PX = {"webdataset": 0.0}


def read(_form: str) -> Iterator[tuple[str, list[tuple[str, Sequence[float]]]]]:
    """Every sample with its annotations, in order."""
    import webdataset  # noqa: PLC0415 - only in its own interpreter

    shards = sorted(glob.glob("**/*.tar", recursive=True))  # noqa: PTH207 - as short
    for sample in webdataset.WebDataset(shards, shardshuffle=False):
        content = json.loads(sample["json"])
        yield content["path"], [(one["class"], one["xywh"]) for one in content["annotations"]]
