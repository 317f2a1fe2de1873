"""Hugging Face `datasets` reads the lines about pictures, all splits as one. https://huggingface.co/docs/datasets."""

import glob
import os
from collections.abc import Iterator, Sequence

PACKAGE = "datasets"
FILES = {"hugging-face": ("*.jsonl",)}
OFF_PX = {"hugging-face": 0.0}


def read(_form: str) -> Iterator[tuple[str, list[tuple[str, Sequence[float]]]]]:
    """Every picture with its annotations."""
    from datasets import disable_progress_bars, load_dataset  # noqa: PLC0415 - only in its own interpreter

    disable_progress_bars()
    found = sorted(glob.glob("**/metadata.jsonl", recursive=True))  # noqa: PTH207 - as short
    files = [path for path in found if os.path.getsize(path)]  # noqa: PTH202 - as short
    if files:  # it refuses files without any line
        for row in load_dataset("json", data_files=files, split="train"):
            objects = row["objects"]
            yield row["file_name"], list(zip(objects["category"], objects["bbox"]))  # noqa: B905 - its columns are
