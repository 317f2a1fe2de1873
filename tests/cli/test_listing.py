"""`labelwright projects`, `datasets`, `tasks` and `release`."""

import json

from labelwright.services.context import Context
from tests.builders import Team, make_project
from tests.cli.conftest import Run


def test_projects_and_datasets_are_listed_as_lines_and_as_json(labelwright: Run, ctx: Context, team: Team) -> None:
    project = make_project(ctx, team.admin)

    header, row = labelwright("projects").out.splitlines()
    assert header.split("\t") == ["Project", "Media", "Open", "Completed", "Id"]
    assert row.split("\t") == ["Harbour crane", "1", "1", "0", project.id]
    assert labelwright("datasets").out.splitlines()[1].split("\t")[0] == "Harbour crane pictures"
    assert json.loads(labelwright("projects", "--json").out)["id"] == project.id
    assert json.loads(labelwright("datasets", "--json").out)["id"] == project.dataset_id
    assert labelwright("projects", "--search", "nothing").out == "Project\tMedia\tOpen\tCompleted\tId\n"


def test_tasks_are_listed_by_state_and_cut_with_a_word(labelwright: Run, ctx: Context, team: Team) -> None:
    make_project(ctx, team.admin, media=("a.png", "b.png", "c.png"))

    assert len(labelwright("tasks", "Harbour crane", "--state", "waiting").out.splitlines()) == 4
    assert labelwright("tasks", "Harbour crane", "--state", "COMPLETED").out.count("\n") == 1
    cut = labelwright("tasks", "Harbour crane", "--limit", "2", "--json")
    assert [json.loads(line)["mediumName"] for line in cut.out.splitlines()] == ["a.png", "b.png"]
    assert cut.err == "There are more than 2; show all with --limit 0.\n"


def test_release_offers_the_tasks_of_one_dataset_or_of_all(labelwright: Run, ctx: Context, team: Team) -> None:
    make_project(ctx, team.admin, media=("a.png", "b.png"), release=False)

    done = labelwright("release", "Harbour crane", "--dataset", "Harbour crane pictures")
    again = labelwright("release", "Harbour crane")

    assert done.err == "2 tasks of “Harbour crane” released.\n"
    assert again.err == "0 tasks of “Harbour crane” released.\n"
