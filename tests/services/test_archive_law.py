"""The laws of every format against a real project: importing what was exported changes nothing, and exports the same.

Archives are written and read in this process; that they are written in one of their own is tested elsewhere.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Table, delete, insert, select, update

from labelwright.bootstrap import open_context
from labelwright.config import Settings
from labelwright.db import tables as t
from labelwright.exchange.format import Format
from labelwright.exchange.manifest import PATH, Manifest, decode
from labelwright.exchange.reading import survey
from labelwright.exchange.work import Said
from labelwright.formats import FORMATS
from labelwright.jobs import export_worker
from labelwright.model.configuration import LabelClass
from labelwright.services import (
    configurations,
    datasets,
    export_work,
    import_work,
    label_exports,
    label_imports,
    projects,
    uploads,
)
from labelwright.services.context import Context
from labelwright.services.label_exports import Wanted
from labelwright.services.projects import ProjectTexts
from labelwright.services.worker_processes import Ended
from tests.builders import Team, make_medium, make_team, save
from tests.formats import corpus
from tests.formats.test_laws import BOTH_WAYS, MAY_NOT_FIT, by_id

OF_LABELS = (t.label_document, t.label_change)


@dataclass(frozen=True)
class World:
    """A project with the main set of the corpus."""

    ctx: Context
    team: Team
    project_id: str

    def export(self, form: str, **wanted: Any) -> dict[str, bytes]:
        """The files of a fresh archive."""
        asked = label_exports.create_export(
            self.ctx, self.team.admin, self.project_id, Wanted(format=form, states=corpus.ALL_STATES, **wanted)
        )
        assert export_work.write_next(self.ctx)
        done = label_exports.get_export(self.ctx, self.team.admin, asked["id"])
        assert done["state"] == "done", done["error"]
        with zipfile.ZipFile(label_exports.archive_path(self.ctx, asked["id"])) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def send(self, files: dict[str, bytes]) -> dict[str, Any]:
        """Send an archive and have it compared."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        with self.ctx.store.receive(limit_bytes=10**7) as incoming:
            incoming.write(packed.getvalue())
            made = label_imports.create_import(
                self.ctx, self.team.admin, self.project_id, incoming.finish(), file_name="labels.zip"
            )
        return self.worked(made["id"], "ready")

    def apply(self, import_id: str) -> None:
        label_imports.apply_import(self.ctx, self.team.admin, import_id)
        self.worked(import_id, "done")

    def worked(self, import_id: str, state: str) -> dict[str, Any]:
        while import_work.work_next(self.ctx):
            pass
        found = msgspec.json.decode(
            msgspec.json.encode(label_imports.get_import(self.ctx, self.team.admin, import_id)), type=dict[str, Any]
        )
        assert found["state"] == state, found["error"]
        return found

    def rows(self, table: Table) -> list[dict[str, Any]]:
        with self.ctx.db.read() as conn:
            return [dict(row) for row in conn.execute(select(table)).mappings()]

    def refill(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        """Take out all labels, and put others in."""

        def work(conn: Any) -> None:
            for table in OF_LABELS:
                conn.execute(delete(table))
                if rows.get(table.name):
                    conn.execute(insert(table), rows[table.name])

        self.ctx.db.write(work)


def in_this_process(_module: str, folder: Path, file: str, name: str, wanted: str, side_car: str, **_: Any) -> Ended:
    survey(Path(file), folder, FORMATS, name=name, wanted=wanted or None, use_side_car=side_car == "use")
    return Ended(0, Said(step="done"), was_wanted=True)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The project, made once; tests leave its labels as they were."""
    with (
        pytest.MonkeyPatch.context() as patched,
        open_context(Settings(data=tmp_path_factory.mktemp("law") / "data")) as ctx,
    ):
        patched.setattr(export_work, "_run_worker", lambda _ctx, _id, folder: export_worker.run(folder) and None)
        patched.setattr(import_work, "run_worker", in_this_process)
        yield filled(ctx, make_team(ctx, "Law"))


SETTINGS = {"voc_segmentation": {"boundary": "0"}}
"""With a border around objects, each way there and back takes another pixel of them."""


def without_ids(classes: tuple[LabelClass, ...]) -> tuple[LabelClass, ...]:
    return tuple(msgspec.structs.replace(c, id=None, children=without_ids(c.children)) for c in classes)


def filled(ctx: Context, team: Team) -> World:
    """Upload the pictures and save the labels, as people would."""
    project_id = projects.create_project(ctx, team.admin, ProjectTexts(name="Law"))["id"]
    folders = {name: datasets.create_dataset(ctx, team.admin, name=name)["id"] for name in named_datasets()}
    media = {case.id: upload(ctx, team, folders[case.dataset], case) for case in corpus.CASES.values()}
    for dataset_id in folders.values():
        projects.connect_dataset(ctx, team.admin, project_id, dataset_id)
    classes = without_ids(corpus.CONFIGURATION.classes)
    configuration = configurations.fill_configuration(ctx, team.admin, project_id, classes)
    ids = dict(zip(corpus.CONFIGURATION.by_id, configuration.by_id, strict=True))
    with ctx.db.read() as conn:
        tasks = {row.medium_id: row.id for row in conn.execute(select(t.task.c.medium_id, t.task.c.id))}
    for case in corpus.CASES.values():
        task_id, document = tasks[media[case.id]], corpus.task(case.id).document
        if document.annotations or document.answers:
            created = tuple(
                msgspec.structs.replace(
                    a, class_id=ids[a.class_id], answers={ids[key]: answer for key, answer in a.answers.items()}
                )
                for a in document.annotations
            )
            answers = {ids[key]: answer for key, answer in document.answers.items()}
            save(ctx, team.admin, task_id, created=created, set_answers=answers)
        state = update(t.task).where(t.task.c.id == task_id).values(state=case.state.upper())
        ctx.db.write(lambda conn, state=state: conn.execute(state))
    return World(ctx, team, project_id)


def named_datasets() -> dict[str, None]:
    return dict.fromkeys(case.dataset for case in corpus.CASES.values())


def upload(ctx: Context, team: Team, dataset_id: str, case: Any) -> str:
    """A medium of a case; of one that nobody has read yet there is a row alone."""
    picture = corpus.SHAPES.picture(case)
    if picture is not None:
        return make_medium(ctx, team.admin, dataset_id, case.medium, picture.read_bytes())
    values = {"source": "LOCAL", "state": "BROKEN", "reason": "unreadable"}
    made = ctx.db.write(lambda conn: uploads.insert_medium(conn, ctx, dataset_id, case.medium, values))
    return str(made["id"])


def manifest_of(files: dict[str, bytes]) -> Manifest:
    return decode(files[PATH])


def first_difference(before: dict[str, bytes], after: dict[str, bytes]) -> tuple[str, bytes, bytes] | None:
    """The first file that is another one, with its line; the manifest counts what was lost the first time."""
    for name, content in before.items():
        if name != PATH and after[name] != content:
            pairs = zip(content.splitlines(), after[name].splitlines(), strict=False)
            was, now = next(((a, b) for a, b in pairs if a != b), (content[-200:], after[name][-200:]))
            return name, was, now
    return None


@pytest.mark.parametrize("form", BOTH_WAYS, ids=by_id)
def test_importing_what_was_exported_changes_nothing_and_exports_the_same(world: World, form: Format) -> None:
    before = {table.name: world.rows(table) for table in OF_LABELS}
    exported = world.export(form.id, settings=SETTINGS.get(form.id, {}))
    ledger = manifest_of(exported).ledger

    found = world.send(exported)
    summary = found["summary"]
    assert summary["unmatchedCount"] == summary["ambiguousCount"] == 0, summary
    assert {fault["code"] for fault in summary["refused"]} <= MAY_NOT_FIT
    counts = {"added": 0, "changed": 0, "removed": 0, **summary["geometries"]}
    assert counts["removed"] == 0
    # What lost something on its way is another shape, of the same object where the format has ids.
    converted = [entry for entry in ledger.losses if entry.bucket == "converted"]
    lost = sum(entry.count for entry in converted if entry.largest_loss or not form.keeps_objects)
    assert counts["added"] + counts["changed"] <= lost
    assert not {"added", "changed", "removed"} & {key for key, count in summary["answers"].items() if count}

    world.refill({})
    world.apply(world.send(exported)["id"])
    again = world.export(form.id, settings=SETTINGS.get(form.id, {}))
    world.refill(before)
    refused = {Path(fault["place"]["file"]).stem for fault in summary["refused"]}
    assert sorted(again) == sorted(exported)
    assert first_difference({n: f for n, f in exported.items() if Path(n).stem not in refused}, again) is None
