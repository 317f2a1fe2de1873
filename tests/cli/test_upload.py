"""`labelwright upload`."""

from pathlib import Path

import pytest

from labelwright.sdk import Client
from tests.builders import picture_bytes
from tests.cli.conftest import Run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two pictures, one of them in a folder of its own, a text file, and a hidden picture."""
    made = tmp_path / "pictures"
    (made / "more" / ".thumbnails").mkdir(parents=True)
    (made / "a.png").write_bytes(picture_bytes())
    (made / "more" / "B.PNG").write_bytes(picture_bytes(20, 20))
    (made / "notes.txt").write_text("no picture")
    (made / "more" / ".thumbnails" / "t.png").write_bytes(picture_bytes())
    return made


def names(sdk: Client) -> list[str]:
    return [medium.media_name for medium in sdk.media.list(sdk.datasets.get("Cranes").id)]


def test_a_folder_is_uploaded_with_all_it_holds_and_connected(labelwright: Run, sdk: Client, folder: Path) -> None:
    sdk.projects.create("Harbour")

    done = labelwright("upload", "Cranes", folder, "--create", "--project", "Harbour")

    assert done.code == 0, done.err
    assert names(sdk) == ["B.PNG", "a.png"]
    assert "2 pictures uploaded, 0 there already" in done.err
    assert "1 file left out" in done.err
    assert sdk.projects.get("Harbour").media_count == 2


def test_a_second_run_sends_only_what_is_missing(labelwright: Run, sdk: Client, folder: Path) -> None:
    labelwright("upload", "Cranes", folder, "--create")
    before = list(sdk.media.list(sdk.datasets.get("Cranes").id))
    (folder / "c.png").write_bytes(picture_bytes(30, 30))

    done = labelwright("upload", "Cranes", folder)

    assert done.code == 0
    assert "1 picture uploaded, 2 there already" in done.err
    after = list(sdk.media.list(sdk.datasets.get("Cranes").id))
    assert [medium for medium in after if medium.media_name != "c.png"] == before


def test_another_picture_of_the_same_name_is_refused_by_name(labelwright: Run, sdk: Client, folder: Path) -> None:
    (folder / "more" / "a.png").write_bytes(picture_bytes(33, 33))

    done = labelwright("upload", "Cranes", folder, "--create")

    assert done.code == 1
    assert "1 picture refused; the others are uploaded." in done.err
    assert f"{folder / 'more' / 'a.png'}\tThe dataset gets or has another picture of this name" in done.out
    assert names(sdk) == ["B.PNG", "a.png"]


def test_what_is_no_picture_inside_is_refused_and_the_others_arrive(
    labelwright: Run, sdk: Client, folder: Path
) -> None:
    (folder / "z.png").write_text("not a picture at all")

    done = labelwright("upload", "Cranes", folder, "--create")

    assert done.code == 1
    assert "z.png" in done.out
    assert names(sdk) == ["B.PNG", "a.png"]


def test_a_dataset_is_made_only_when_that_is_wanted(labelwright: Run, sdk: Client, folder: Path) -> None:
    done = labelwright("upload", "Cranes", folder)

    assert done.code == 1
    assert done.err == "labelwright: There is no dataset named “Cranes”. Add --create to make it.\n"
    assert sdk.datasets.list() == ()


def test_a_missing_folder_is_named(labelwright: Run, tmp_path: Path) -> None:
    done = labelwright("upload", "Cranes", tmp_path / "missing", "--create")

    assert done.code == 1
    assert str(tmp_path / "missing") in done.err
