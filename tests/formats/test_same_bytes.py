"""Archives are the same bytes whatever the machine is set to: hashes, time zone, locale, order of answers or files."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec

from labelwright.exchange.files import open_files
from tests.formats import corpus
from tests.formats.measuring import written
from tests.formats.test_conformance import WRITERS

ROOT = Path(__file__).parents[2]
SETTINGS = (
    {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C.UTF-8"},
    {"PYTHONHASHSEED": "2", "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONUTF8": "0"},
)


def digests() -> str:
    """The digest of every format's archive, of labels whose answers were given in any order."""
    import hashlib

    tasks = tuple(corpus.tasks())
    if os.environ["TZ"] != "UTC":
        tasks = tuple(msgspec.structs.replace(task, content=turned(task.document)) for task in tasks)
    found = {form.id: hashlib.sha256(written(form, corpus.SCHEME, tasks)[0]).hexdigest() for form in WRITERS}
    return msgspec.json.encode(found).decode()


def turned(document):
    """The document with its answers the other way round."""
    annotations = tuple(
        msgspec.structs.replace(a, answers=dict(reversed(a.answers.items()))) for a in document.annotations
    )
    return msgspec.structs.replace(document, annotations=annotations, answers=dict(reversed(document.answers.items())))


def test_archives_are_the_same_bytes_on_any_machine() -> None:
    command = [sys.executable, "-c", "from tests.formats.test_same_bytes import digests; print(digests())"]
    running = [
        subprocess.Popen(command, cwd=ROOT, env={**os.environ, **one}, stdout=subprocess.PIPE) for one in SETTINGS
    ]
    first, second = (msgspec.json.decode(one.communicate(timeout=300)[0], type=dict[str, str]) for one in running)
    assert [form for form, digest in first.items() if second[form] != digest] == []
    assert len(first) == len(WRITERS)


def test_files_of_a_folder_come_in_one_order_however_the_disk_has_them(tmp_path: Path) -> None:
    names = ("b/2.txt", "a/é.txt", "a/1.txt", "B/3.txt", "z.txt")
    for folder, made in (("one", names), ("other", names[::-1])):
        for name in made:
            place = tmp_path / folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(name)
    one, other = (open_files(tmp_path / folder).paths for folder in ("one", "other"))
    assert one == other == tuple(sorted(names))
