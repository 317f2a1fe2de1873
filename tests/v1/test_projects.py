"""Projects, datasets and what connects them, field by field."""

from starlette.testclient import TestClient

from labelwright.services import datasets, media, projects
from labelwright.services.context import Context
from labelwright.services.projects import ProjectTexts
from tests.builders import Project, Team, annotation, make_medium, save
from tests.v1.refusals import detail_of, refused

MISSING = "01900000-0000-7000-8000-000000000000"


def test_a_project_has_the_fields_that_clients_read(v1: TestClient, project: Project, team: Team) -> None:
    (shown,) = v1.get("project").json()
    (dataset,) = shown.pop("datasets")

    assert shown.keys() == {
        "id",
        "name",
        "shortDescription",
        "description",
        "timestamp",
        "labelConfigurationId",
        "labelIterationId",
        "owner",
        "mediaType",
    }
    assert (shown["id"], shown["mediaType"], shown["owner"]) == (project.id, "IMAGE", team.organisation_id)
    assert shown["labelConfigurationId"] == project.configuration.id
    assert dataset.keys() == {
        "id",
        "name",
        "shortDescription",
        "timestamp",
        "owner",
        "mediaCount",
        "projectCount",
        "mediaType",
    }
    assert (dataset["id"], dataset["mediaCount"], dataset["projectCount"]) == (project.dataset_id, 1, 1)


def test_deleted_projects_are_not_listed(ctx: Context, v1: TestClient, project: Project, team: Team) -> None:
    projects.delete_project(ctx, team.admin, project.id)
    assert v1.get("project").json() == []
    assert v1.head("project").status_code == 200


def test_a_dataset_lists_its_media_without_deleted_ones(
    ctx: Context, v1: TestClient, project: Project, team: Team
) -> None:
    gone = make_medium(ctx, team.admin, project.dataset_id, "gone.png")
    media.delete_media(ctx, team.admin, [gone])

    (listed,) = v1.get("dataset").json()
    one = v1.get(f"dataset/{project.dataset_id}").json()

    assert listed == one
    assert one.keys() == {"id", "name", "shortDescription", "timestamp", "owner", "projectCount", "mediaType", "media"}
    (medium,) = one["media"]
    assert medium.keys() == {"id", "timestamp", "mediaSourceType", "mediaName"}
    assert (medium["mediaName"], medium["mediaSourceType"]) == ("a.png", "LOCAL")


def test_an_unknown_and_a_deleted_dataset_are_not_found(
    ctx: Context, v1: TestClient, project: Project, team: Team
) -> None:
    assert refused(v1.get(f"dataset/{MISSING}")) == (404, "ex_notfound", ["Dataset", "id", MISSING])
    datasets.delete_dataset(ctx, team.admin, project.dataset_id)
    assert v1.get("dataset").json() == []
    assert refused(v1.get(f"dataset/{project.dataset_id}"))[:2] == (404, "ex_notfound")


def test_a_dataset_is_made_and_a_second_one_of_its_name_is_refused(v1: TestClient) -> None:
    body = {"name": "Quay 7", "shortDescription": None, "unknown": 1}
    made = v1.post("dataset", json=body)

    assert made.status_code == 200
    assert (made.json()["name"], made.json()["media"], made.json()["mediaType"]) == ("Quay 7", [], "IMAGE")
    assert refused(v1.post("dataset", json=body)) == (412, "ex_alreadyexists", ["Dataset", "name", "Quay 7"])


def test_bad_names_of_datasets_are_refused_by_field(v1: TestClient) -> None:
    assert detail_of(v1.post("dataset", json={"name": "a/b"})) == ("Name", "ex_pattern")
    assert detail_of(v1.post("dataset", json={"shortDescription": "x"})) == ("Name", "ex_notnull")
    assert detail_of(v1.post("dataset", json={"name": None})) == ("Name", "ex_notnull")
    assert detail_of(v1.post("dataset", json={"name": "x", "shortDescription": "y" * 200})) == (
        "Short Description",
        "ex_size",
    )
    assert refused(v1.post("dataset", json={"name": "geometry"})) == (500, "ex_gen_forbidden_keyword", ["geometry"])
    assert refused(v1.post("dataset", content=b"{")) == (400, "ex_validation", [])
    assert refused(v1.post("dataset")) == (400, "ex_validation", [])


def test_connecting_makes_tasks_once(ctx: Context, v1: TestClient, project: Project, team: Team) -> None:
    dataset = v1.post("dataset", json={"name": "More"}).json()
    make_medium(ctx, team.admin, dataset["id"], "b.png")
    url = f"project/{project.id}/dataset/{dataset['id']}"

    connected = v1.post(url)

    assert (connected.status_code, connected.content) == (200, b"")
    backlog = v1.get(f"task/{project.id}/list", params={"state": "BACKLOG"}).json()
    assert [task["mediaName"] for task in backlog] == ["b.png"]
    assert refused(v1.post(url)) == (412, "ex_already_contains", ["Project", "Dataset"])
    assert refused(v1.post(f"project/{project.id}/dataset/{MISSING}"))[:2] == (404, "ex_notfound")
    assert refused(v1.post(f"project/{MISSING}/dataset/{dataset['id']}")) == (
        404,
        "ex_notfound",
        ["Project", "id", MISSING],
    )


def test_disconnecting_takes_labels_without_a_question(
    ctx: Context, v1: TestClient, project: Project, team: Team
) -> None:
    save(ctx, team.admin, project.task_id, created=(annotation(ctx, project.class_id("crane")),))
    url = f"project/{project.id}/dataset/{project.dataset_id}/remove"

    removed = v1.delete(url)

    assert (removed.status_code, removed.content) == (200, b"")
    assert v1.get(f"task/{project.id}/list").json() == []
    assert refused(v1.delete(url)) == (500, "ex_gen_does_not_contain", ["Project", "Dataset"])


def test_a_new_project_without_anything_is_listed(ctx: Context, v1: TestClient, team: Team) -> None:
    projects.create_project(ctx, team.admin, ProjectTexts(name="Empty"))
    assert [p["datasets"] for p in v1.get("project").json()] == [[]]
