"""Plain shapes become the labels, exports, histories and lines that their objects would, to the last byte."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from labelwright.exchange.frames import Frames
from labelwright.exchange.mapping import ClassMapping
from labelwright.model.geometry import Rectangle
from labelwright.services import import_work, label_imports, tasks
from labelwright.services.context import Context
from labelwright.services.import_kept import KEPT, Looked
from labelwright.services.import_options import Options
from labelwright.services.import_plan import CHANGES, Plan
from tests.builders import Project, Team, geometry_class, make_project
from tests.formats.coco_files import coco_file

NAMES = tuple(f"{number}.png" for number in range(1, 9))


def counting(ctx: Context) -> Context:
    """A context whose ids do not depend on time or chance."""
    numbers = itertools.count(1)
    return replace(ctx, new_id=lambda: f"00000000-0000-7000-8000-{next(numbers):012x}")


def sent(ctx: Context, team: Team, project: Project, text: str) -> str:
    with ctx.store.receive(limit_bytes=10**7) as incoming:
        incoming.write(text.encode())
        return label_imports.create_import(ctx, team.admin, project.id, incoming.finish(), file_name="i.json")["id"]


def compared(ctx: Context, team: Team, import_id: str) -> dict[str, object]:
    """What comparing leaves behind."""
    same = counting(ctx)
    while import_work.work_next(same):
        pass
    folder = label_imports.folder_of(ctx, import_id)
    if not (folder / KEPT).is_file():
        return {}
    summary = msgspec.json.encode(label_imports.get_import(ctx, team.admin, import_id)["summary"])
    return {"lines": (folder / CHANGES).read_bytes(), "kept": list(kept(folder / KEPT)), "summary": summary}


def kept(path: Path) -> Iterator[object]:
    """What is to be stored of each task, in whatever way it was kept."""
    terms, *tasks_ = (bytes(frame) for _, frame in Frames(path).walk())
    yield terms
    for frame in tasks_:
        looked = msgspec.msgpack.decode(frame, type=Looked)
        ready = looked.prepared
        if ready is not None:
            document, change = ready.texts(7)
            ready = msgspec.structs.replace(ready, document=document, change=change, added=b"")
        yield looked.task_id, looked.basis, ready


KINDS = {"crane": "polygon", "ship": "rectangle", "lamp": "rectangle", "quay": "polygon", "bollard": "polygon"}
BOXES = {f"{name} (rectangle)": "ship" for name in ("crane", "quay", "bollard")}


@pytest.mark.parametrize("seed", range(4))
def test_comparing_in_columns_leaves_what_comparing_objects_leaves(
    ctx: Context, team: Team, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    classes = tuple(geometry_class(name, kind) for name, kind in KINDS.items())
    project = make_project(ctx, team.admin, media=NAMES, classes=classes)
    chance = random.Random(seed)  # noqa: S311 - shapes, no secrets
    import_id = sent(ctx, team, project, coco_file(chance, each=3, odd=(0.0, 0.05)[seed % 2]))
    compared(ctx, team, import_id)
    mapping = ClassMapping(classes={name: project.class_id(key) for name, key in BOXES.items()})
    for options in (Options(), Options(mapping=mapping, out_of_bounds="clip")):
        united: list[str] = []
        with monkeypatch.context() as patch:
            objects = Plan._united
            patch.setattr(Plan, "_united", lambda self, row, o=objects, u=united: (u.append(row.id), o(self, row))[1])
            label_imports.set_options(ctx, team.admin, import_id, options)
            columns = compared(ctx, team, import_id)
        with monkeypatch.context() as patch:
            patch.setattr(Plan, "_added", lambda *_: None)
            label_imports.set_options(ctx, team.admin, import_id, options)
            assert compared(ctx, team, import_id) == columns
    assert len(united) < len(NAMES)


def test_a_project_without_labels_is_filled_from_columns(
    ctx: Context, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project(ctx, team.admin, media=NAMES)
    united: list[str] = []
    monkeypatch.setattr(Plan, "_united", lambda _, row: united.append(row.id))
    boxes = [{"id": n, "image_id": n, "category_id": 1, "bbox": [1, 2, 3, 4]} for n in range(1, 9)]
    import_id = sent(ctx, team, project, coco_file(random.Random(1), annotations=boxes))  # noqa: S311 - shapes
    compared(ctx, team, import_id)
    label_imports.apply_import(ctx, team.admin, import_id)
    compared(ctx, team, import_id)
    assert united == []
    for task_id in project.task_ids.values():
        (crane,) = tasks.open_task(ctx, team.admin, task_id).document.annotations
        assert (crane.class_id, crane.geometry) == (project.class_id("crane"), Rectangle(1, 2, 3, 4))
