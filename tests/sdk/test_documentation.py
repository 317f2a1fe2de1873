"""The examples of docs/python.md run as they stand."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from labelwright.jobs.background import background_work
from labelwright.sdk import Client
from labelwright.services.context import Context
from tests.builders import HARBOUR_CLASSES, Team, picture_bytes

DOCUMENT = Path(__file__).parents[2] / "docs" / "python.md"


def test_the_examples_of_the_document_run(
    ctx: Context, sdk: Client, url: str, team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(picture_bytes(1280, 720))
    project = sdk.projects.create("Harbour")
    sdk.configurations.save(project.id, HARBOUR_CLASSES)
    text = DOCUMENT.read_text().replace("https://labels.example.org", url).replace("lw_...", team.admin_token)
    names: dict[str, object] = {}

    with background_work(ctx):
        run(text, names, sdk)

    assert json.loads((tmp_path / "harbour.json").read_bytes()) == []
    assert "a.jpg [{'x': 412, 'y': 88, 'w': 190, 'h': 377}]" in capsys.readouterr().out
    assert (names["new"], names["offered"]) == ([], ["From YOLO"])


def run(text: str, names: dict[str, object], sdk: Client) -> None:
    """Run every block of a document, one after another."""
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        names["client"] = sdk  # the first example closes its own
        exec(compile(block, str(DOCUMENT), "exec"), names)  # noqa: S102 - our own document


def test_the_document_lists_every_verb_of_every_noun(sdk: Client) -> None:
    text = DOCUMENT.read_text()
    for noun in ("projects", "datasets", "media", "configurations", "tasks", "labels", "exchanges", "mappings"):
        row = next(line for line in text.splitlines() if f"`client.{noun}` |" in line)
        verbs = {name for name in vars(type(getattr(sdk, noun))) if not name.startswith("_")}
        missing = {verb for verb in verbs if f"`{verb}`" not in row}
        assert missing <= {"release_all", "withdraw_all", "save_difference", "reset_labeler"}, f"{noun}: {missing}"
