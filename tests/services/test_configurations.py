"""A new label configuration and the labels that are there: at once or in the background, nothing is lost unseen."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, Row, select, update

from labelwright.bootstrap import open_context
from labelwright.config import Settings
from labelwright.db import tables as t
from labelwright.formats import configuration_file
from labelwright.model.configuration import Configuration, LabelClass, Option
from labelwright.model.document import Change
from labelwright.model.errors import (
    ConfigurationChanged,
    ConfigurationConflict,
    ConfirmationNeeded,
    LabelsNotComplete,
)
from labelwright.model.geometry import ImageSegmentation, Point
from labelwright.model.task import TaskState
from labelwright.services import configurations, conform, labels, tasks
from labelwright.services.context import Context
from tests.builders import (
    HARBOUR_CLASSES,
    Project,
    Team,
    annotation,
    difference,
    free_text,
    geometry_class,
    make_project,
    option,
    rectangle,
    save,
)
from tests.native import Importer, export_bytes, exported

RING = ((2.0, 2.0), (20.0, 2.0), (20.0, 20.0))
Classes = tuple[LabelClass, ...]


@pytest.fixture
def project(ctx: Context, team: Team) -> Project:
    """Two finished tasks, each with a crane that has a hook and answers, a water segment, and global answers."""
    made = make_project(ctx, team.admin, classes=(*HARBOUR_CLASSES, free_text("note")), media=("a.png", "b.png"))
    for task_id in made.task_ids.values():
        crane = annotation(
            ctx,
            made.class_id("crane"),
            rectangle(1.0, 2.0, 10.0, 8.0),
            answers={
                made.class_id("crane", "crane_type"): "tower",
                made.class_id("crane", "defects"): ("rust", "crack"),
            },
        )
        water = annotation(ctx, made.class_id("water"), ImageSegmentation(rings=(RING,)))
        answers = {made.class_id("surface"): "wet", made.class_id("note"): "a long note"}
        save(ctx, team.admin, task_id, created=(crane, water), set_answers=answers)
        tasks.complete_task(ctx, team.admin, task_id)
    return made


@pytest.fixture
def in_background(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every project one with too many labelled tasks to rewrite at once."""
    monkeypatch.setattr(configurations, "REWRITTEN_AT_ONCE", 0)


def rows(ctx: Context, project: Project) -> list[Row[Any]]:
    with ctx.db.read() as conn:
        query = select(t.label_document).where(t.label_document.c.project_id == project.id)
        return list(conn.execute(query.order_by(t.label_document.c.task_id)))


def changes(ctx: Context, task_id: str) -> list[tuple[str, Change]]:
    """Source and content of every change of a task, oldest first."""
    with ctx.db.read() as conn:
        query = select(t.label_change).where(t.label_change.c.task_id == task_id).order_by(t.label_change.c.revision)
        return [(row.source, msgspec.json.decode(row.change, type=Change)) for row in conn.execute(query)]


def states(ctx: Context, project: Project) -> dict[str, str]:
    with ctx.db.read() as conn:
        return {
            row.medium_name: row.state for row in conn.execute(select(t.task).where(t.task.c.project_id == project.id))
        }


def without(key: str) -> Callable[[Classes], Classes]:
    return lambda classes: tuple(c for c in classes if c.key != key)


def changed(wanted: str, /, **fields: Any) -> Callable[[Classes], Classes]:
    """Change the class with this key, wherever it is."""

    def change(classes: Classes) -> Classes:
        return tuple(
            msgspec.structs.replace(c, **(fields if c.key == wanted else {"children": change(c.children)}))
            for c in classes
        )

    return change


def current(ctx: Context, project: Project) -> Configuration:
    with ctx.db.read() as conn:
        return configurations.of_project(conn, project.id)


def reconfigure(
    ctx: Context, team: Team, project: Project, change: Callable[[Classes], Classes], **options: Any
) -> Configuration:
    classes = change(current(ctx, project).classes)
    return configurations.save_configuration(ctx, team.admin, project.id, classes, **{"confirm": True, **options})


def finish_background(ctx: Context) -> int:
    """Do the background's work to its end; returns in how many pieces."""
    return sum(1 for _ in iter(lambda: configurations.rewrite_next(ctx), False))


CHANGES: dict[str, Callable[[Classes], Classes]] = {
    "a class is removed": without("crane"),
    "a class is renamed": changed("crane", key="kran"),
    "a nested class is renamed": changed("crane_type", key="sort"),
    "a segmentation is renamed": changed("water", key="wasser"),
    "an option is removed": changed("crane_type", options=(Option("mobile", "Mobile"), Option("gantry", "Gantry"))),
    "a choice is removed": changed("defects", options=(Option("rust", "Rust"), Option("wear", "Wear"))),
    "a text may be shorter": changed("note", max_length=5),
    "a question is removed": without("surface"),
    "the order is another": lambda classes: tuple(reversed(classes)),
    "everything is removed": lambda _: (),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_labels_that_wait_to_be_rewritten_are_read_and_exported_as_if_they_were(
    ctx: Context, team: Team, project: Project, in_background: None, change: Callable[[Classes], Classes]
) -> None:
    before = [row.configuration_revision for row in rows(ctx, project)]
    reconfigure(ctx, team, project, change)
    assert [row.configuration_revision for row in rows(ctx, project)] == before, "nothing is rewritten yet"
    opened = {name: tasks.open_task(ctx, team.admin, task_id) for name, task_id in project.task_ids.items()}
    exported_early = export_bytes(ctx, team.admin, project.id)

    assert finish_background(ctx) == 1

    assert {row.configuration_revision for row in rows(ctx, project)} == {2}
    for name, task_id in project.task_ids.items():
        assert tasks.open_task(ctx, team.admin, task_id).document == opened[name].document
    assert export_bytes(ctx, team.admin, project.id) == exported_early


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_rewriting_at_once_and_in_the_background_store_the_same(
    ctx: Context, team: Team, change: Callable[[Classes], Classes], monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = []
    for name, at_once in (("At once", 300), ("Later", 0)):
        monkeypatch.setattr(configurations, "REWRITTEN_AT_ONCE", at_once)
        project = make_project(ctx, team.admin, name=name, classes=(*HARBOUR_CLASSES, free_text("note")))
        save(ctx, team.admin, project.task_id, set_answers={project.class_id("surface"): "wet"})
        reconfigure(ctx, team, project, change)
        finish_background(ctx)
        (row,) = rows(ctx, project)
        entries = [(source, entry.counts) for source, entry in changes(ctx, project.task_id)]
        stored.append((row.export, row.segmentation_keys, row.revision, row.configuration_revision, entries))
    assert stored[0] == stored[1]


def test_a_renamed_key_changes_what_is_exported_and_not_what_is_stored(
    ctx: Context, team: Team, project: Project
) -> None:
    before = rows(ctx, project)
    reconfigure(ctx, team, project, changed("crane", key="kran"))
    after = rows(ctx, project)
    assert [(r.document, r.sha256, r.revision) for r in after] == [(r.document, r.sha256, r.revision) for r in before]
    assert [entry["labels"].keys() for entry in exported(ctx, team.admin, project.id)] == [{"kran", "water"}] * 2
    assert len(changes(ctx, project.task_ids["a.png"])) == 1


SURFACES = (Option("dry", "Dry"), Option("icy", "Icy"), Option("wet", "Wet"))
HARMLESS: dict[str, Callable[[Classes], Classes]] = {
    "names, colours and shortcuts": changed("crane", name="Kran", color="#00FF00", shortcut="7"),
    "a class before the others": lambda classes: (geometry_class("buoy", "point"), *classes),
    "a segmentation": lambda classes: (*classes, geometry_class("sky", "image_segmentation")),
    "a nested question": changed("quay_edge", children=(option("depth", "low", "high"),)),
    "an option between the others": changed("surface", options=SURFACES),
    "a longer text": changed("note", max_length=255),
    "nothing": lambda classes: classes,
}


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_shows_in_no_label_touches_none(
    ctx: Context, team: Team, project: Project, change: Callable[[Classes], Classes]
) -> None:
    before = [row._asdict() for row in rows(ctx, project)]
    new = reconfigure(ctx, team, project, change, confirm=False)
    assert (new.revision, configurations.rewrite_next(ctx)) == (2, False)
    assert [row._asdict() for row in rows(ctx, project)] == before
    for row in rows(ctx, project):
        again = conform.ready(conform.decoded(row.document), new)
        assert (row.document, row.export, row.segmentation_keys) == again[:3]


def test_a_removed_option_clears_the_answers_and_the_history_keeps_them(
    ctx: Context, team: Team, project: Project
) -> None:
    crane_type = project.class_id("crane", "crane_type")
    reconfigure(ctx, team, project, CHANGES["an option is removed"])

    document = tasks.open_task(ctx, team.admin, project.task_ids["a.png"]).document
    source, change = changes(ctx, project.task_ids["a.png"])[-1]

    assert document.annotations[0].answers[crane_type] is None
    ((was, now),) = change.annotations
    assert was is not None
    assert now is not None
    assert (source, was.answers[crane_type], now.answers[crane_type]) == ("configuration", "tower", None)


def test_a_removed_choice_leaves_the_other_choices(ctx: Context, team: Team, project: Project) -> None:
    reconfigure(ctx, team, project, CHANGES["a choice is removed"])
    document = tasks.open_task(ctx, team.admin, project.task_ids["a.png"]).document
    assert document.annotations[0].answers[project.class_id("crane", "defects")] == ("rust",)


def test_a_geometry_class_goes_with_its_nested_ones(ctx: Context, team: Team) -> None:
    project = make_project(ctx, team.admin)
    crane = annotation(ctx, project.class_id("crane"))
    hook = annotation(ctx, project.class_id("crane", "hook"), parent_id=crane.id, geometry=Point(x=3, y=4))
    save(ctx, team.admin, project.task_id, created=(crane, hook))
    reconfigure(ctx, team, project, without("crane"))
    assert tasks.open_task(ctx, team.admin, project.task_id).document.annotations == ()
    assert changes(ctx, project.task_id)[-1][1].counts == (0, 0, 2)


# --- saving meanwhile -----------------------------------------------------------------------------------------------


def test_a_save_on_labels_that_wait_to_be_rewritten_is_kept_and_so_is_what_the_configuration_took(
    ctx: Context, team: Team, project: Project, in_background: None
) -> None:
    task_id = project.task_ids["a.png"]
    removed = tasks.open_task(ctx, team.admin, task_id).document.annotations[0]
    reconfigure(ctx, team, project, without("crane"))

    saved = save(ctx, team.admin, task_id, 1, set_answers={project.class_id("surface"): "dry"})
    finish_background(ctx)

    document = tasks.open_task(ctx, team.admin, task_id).document
    assert saved.revision == 2
    assert [a.class_id for a in document.annotations] == [project.class_id("water")]
    assert document.answers[project.class_id("surface")] == "dry"
    kept = [pair for _, change in changes(ctx, task_id) for pair in change.annotations if pair[1] is None]
    assert kept == [(removed, None)]


def test_an_import_on_labels_that_wait_to_be_rewritten_keeps_what_the_configuration_took(
    ctx: Context, team: Team, project: Project, in_background: None
) -> None:
    task_id = project.task_ids["a.png"]
    removed = tasks.open_task(ctx, team.admin, task_id).document.annotations[0]
    reconfigure(ctx, team, project, without("crane"))

    Importer(ctx, team, project).answers({"note": ["short"]})

    kept = [pair for _, change in changes(ctx, task_id) for pair in change.annotations if pair[1] is None]
    assert kept == [(removed, None)]


def test_a_save_that_uses_what_is_gone_is_refused_and_names_it(ctx: Context, team: Team, project: Project) -> None:
    edge = annotation(ctx, project.class_id("crane"))
    reconfigure(ctx, team, project, without("crane"))
    change = difference(2, created=(edge,))
    with pytest.raises(ConfigurationChanged) as refusal:
        labels.apply_difference(ctx, team.admin, project.task_ids["a.png"], change)
    assert refusal.value.fields["current_revision"] == 2
    assert [issue.pointer for issue in refusal.value.fields["issues"]] == ["/created/0/classId"]


def test_two_changes_before_the_background_has_begun_end_like_one_after_the_other(
    ctx: Context, team: Team, project: Project, in_background: None
) -> None:
    reconfigure(ctx, team, project, without("crane"))
    reconfigure(ctx, team, project, changed("water", key="wasser"))
    early = export_bytes(ctx, team.admin, project.id)
    finish_background(ctx)
    assert {row.configuration_revision for row in rows(ctx, project)} == {3}
    assert export_bytes(ctx, team.admin, project.id) == early
    assert [entry["labels"].keys() for entry in exported(ctx, team.admin, project.id)] == [{"wasser"}] * 2


def test_rewriting_goes_on_after_a_restart_in_small_pieces(
    settings: Settings, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(configurations, "REWRITTEN_AT_ONCE", 0)
    monkeypatch.setattr(configurations, "BATCH", 2)
    with open_context(settings) as ctx:
        project = make_project(ctx, team.admin, media=tuple(f"{n}.png" for n in range(5)))
        for task_id in project.task_ids.values():
            save(ctx, team.admin, task_id, set_answers={project.class_id("surface"): "wet"})
        reconfigure(ctx, team, project, without("surface"))
        assert configurations.rewrite_next(ctx) is True
    with open_context(settings) as ctx:
        assert sorted(row.configuration_revision for row in rows(ctx, project)) == [1, 1, 1, 2, 2]
        assert finish_background(ctx) == 2
        assert {(row.configuration_revision, row.revision) for row in rows(ctx, project)} == {(2, 2)}


def test_every_stored_export_is_the_one_that_its_document_gives(ctx: Context, team: Team, project: Project) -> None:
    reconfigure(ctx, team, project, changed("crane", key="kran"))
    configuration = current(ctx, project)
    for row in rows(ctx, project):
        again = conform.ready(conform.decoded(row.document), configuration)
        assert {name: getattr(row, name) for name in again._fields} == again._asdict()


# --- asking first, and what is finished -----------------------------------------------------------------------------


def test_the_effects_are_counted_and_nothing_is_changed_by_counting(ctx: Context, team: Team, project: Project) -> None:
    before = [row._asdict() for row in rows(ctx, project)]
    classes = changed("defects", options=(Option("rust", "Rust"), Option("wear", "Wear")))(
        without("surface")(current(ctx, project).classes)
    )
    effects = configurations.preview_effects(ctx, team.admin, project.id, classes)
    removed = {c.key: (c.annotations, c.answers, c.tasks) for c in effects.removed_classes}
    assert removed == {"surface": (0, 2, 2), "puddles": (0, 0, 0)}
    assert [(o.class_key, o.option_key, o.answers) for o in effects.removed_options] == [("defects", "crack", 2)]
    assert (effects.finished_tasks, effects.reopens, effects.needs_confirmation) == (2, False, True)
    assert [row._asdict() for row in rows(ctx, project)] == before


def test_what_takes_labels_away_is_not_saved_before_it_is_confirmed(ctx: Context, team: Team, project: Project) -> None:
    with pytest.raises(ConfirmationNeeded) as asked:
        reconfigure(ctx, team, project, without("crane"), confirm=False)
    assert "“crane” (2 annotations" in asked.value.message
    assert current(ctx, project).revision == 1
    assert reconfigure(ctx, team, project, without("quay_edge"), confirm=False).revision == 2


def test_labels_that_are_saved_while_the_others_are_counted_are_asked_about_too(
    ctx: Context, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project(ctx, team.admin, media=("a.png", "b.png"))
    save(ctx, team.admin, project.task_ids["b.png"], set_answers={project.class_id("surface"): "wet"})
    see = configurations._see

    def see_before_somebody_saves(conn: Connection, configuration: Configuration) -> configurations.Seen:
        monkeypatch.setattr(configurations, "_see", see)
        seen = see(conn, configuration)
        save(ctx, team.admin, project.task_id, created=(annotation(ctx, project.class_id("crane")),))
        return seen

    monkeypatch.setattr(configurations, "_see", see_before_somebody_saves)
    with pytest.raises(ConfirmationNeeded, match=r"“crane” \(1 annotations"):
        reconfigure(ctx, team, project, without("crane"), confirm=False)
    assert current(ctx, project).revision == 1


def test_who_saves_on_an_older_configuration_is_told_that_before_anything_else(
    ctx: Context, team: Team, project: Project
) -> None:
    """Also when he has classes that are gone meanwhile, and would take labels away."""
    mine = without("water")(current(ctx, project).classes)
    reconfigure(ctx, team, project, without("crane"))
    for confirm in (False, True):
        with pytest.raises(ConfigurationConflict) as conflict:
            configurations.save_configuration(ctx, team.admin, project.id, mine, revision=1, confirm=confirm)
        assert conflict.value.fields["current_revision"] == 2


NEW_QUESTION = (option("weather", "rain", "sun"),)
REOPENING: dict[str, Callable[[Classes], Classes]] = {
    "a new class": lambda classes: (*classes, geometry_class("buoy", "point")),
    "a new question": lambda classes: (*classes, *NEW_QUESTION),
    "a question that is now required": changed("surface", required=True),
}
KEEPING: dict[str, Callable[[Classes], Classes]] = {
    "a removed class": without("quay_edge"),
    "a renamed class": changed("crane", key="kran"),
    "one option more": changed("surface", options=(Option("dry", "Dry"), Option("wet", "Wet"), Option("icy", "Icy"))),
}


@pytest.mark.parametrize("change", [*REOPENING.values(), *KEEPING.values()], ids=[*REOPENING, *KEEPING])
@pytest.mark.parametrize("wanted", [True, False, None])
def test_finished_tasks_wait_again_only_when_more_is_asked_and_that_is_wanted(
    ctx: Context, team: Team, change: Callable[[Classes], Classes], wanted: object
) -> None:
    project = make_project(ctx, team.admin, media=tuple(f"{state}.png" for state in TaskState))
    for name, task_id in project.task_ids.items():
        values = {"state": name.removesuffix(".png"), "labeler_id": team.labeler.id}
        ctx.db.write(lambda conn, i=task_id, v=values: conn.execute(update(t.task).where(t.task.c.id == i).values(**v)))
    reopens = change in REOPENING.values()
    classes = change(current(ctx, project).classes)
    assert configurations.preview_effects(ctx, team.admin, project.id, classes).reopens == reopens

    reconfigure(ctx, team, project, change, reopen=wanted)

    moved = {"COMPLETED", "REVIEWED"} if reopens and wanted else set()
    expected = {f"{state}.png": "WAITING_CHANGED" if state in moved else str(state) for state in TaskState}
    assert states(ctx, project) == expected
    with ctx.db.read() as conn:
        labelers = set(conn.execute(select(t.task.c.labeler_id).where(t.task.c.project_id == project.id)).scalars())
    assert labelers == {team.labeler.id}


def test_a_newly_required_question_stops_the_next_completion(ctx: Context, team: Team) -> None:
    project = make_project(ctx, team.admin)
    tasks.complete_task(ctx, team.admin, project.task_id)
    reconfigure(ctx, team, project, changed("surface", required=True), reopen=True)
    with pytest.raises(LabelsNotComplete):
        tasks.complete_task(ctx, team.admin, project.task_id)
    save(ctx, team.admin, project.task_id, set_answers={project.class_id("surface"): "dry"})
    assert tasks.complete_task(ctx, team.admin, project.task_id)["state"] == "COMPLETED"


def test_clearing_takes_everything_and_finished_tasks_wait_again(ctx: Context, team: Team, project: Project) -> None:
    configurations.clear_configuration(ctx, team.admin, project.id)
    assert set(states(ctx, project).values()) == {"WAITING_CHANGED"}
    assert tasks.open_task(ctx, team.admin, project.task_ids["a.png"]).document.annotations == ()
    assert configurations.preview_effects(ctx, team.admin, project.id, ()).needs_confirmation is False


def numbers(configuration: Configuration) -> dict[str, int | None]:
    return {p.label_class.key: p.label_class.number for p in configuration.by_id.values() if p.label_class.is_geometry}


def test_a_class_number_outlives_the_class(ctx: Context, team: Team, project: Project) -> None:
    before = numbers(project.configuration)
    assert sorted(n for n in before.values() if n is not None) == list(range(len(before)))
    kept = tuple(c for c in project.configuration.classes if c.key != "quay_edge")
    classes = (*kept, geometry_class("buoy", "point"))
    saved = configurations.save_configuration(ctx, team.admin, project.id, classes, confirm=True)
    expected = {key: number for key, number in before.items() if key != "quay_edge"} | {"buoy": len(before)}
    assert numbers(saved) == expected
    assert numbers(configurations.get_configuration(ctx, team.admin, project.id)) == expected


def test_clients_that_know_no_numbers_change_none(ctx: Context, team: Team, project: Project) -> None:
    before = numbers(project.configuration)
    bare = tuple(msgspec.structs.replace(c, number=None) for c in project.configuration.classes)
    assert numbers(configurations.save_configuration(ctx, team.admin, project.id, bare)) == before


def test_numbers_go_with_the_configuration_file_into_another_project(
    ctx: Context, team: Team, project: Project
) -> None:
    kept = tuple(c for c in project.configuration.classes if c.key != "quay_edge")
    saved = configurations.save_configuration(ctx, team.admin, project.id, kept, confirm=True)
    file = configuration_file.write(saved.classes)
    other = make_project(ctx, team.admin, name="Another", classes=())
    filled = configurations.fill_configuration(ctx, team.admin, other.id, configuration_file.read(file))
    assert numbers(filled) == numbers(saved)
    # Cleared and filled with other classes: their numbers were somebody else's there, so they get new ones.
    configurations.clear_configuration(ctx, team.admin, other.id)
    text = file.replace(b'"crane"', b'"derrick"')
    again = configurations.fill_configuration(ctx, team.admin, other.id, configuration_file.read(text))
    assert numbers(again)["derrick"] == max(n for n in numbers(filled).values() if n is not None) + 1
    assert numbers(again)["water"] == numbers(filled)["water"]
