"""Values one at a time: what old clients create, change and delete becomes labels of the task."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from labelwright.model.document import Document
from labelwright.model.geometry import ImageSegmentation, Line, Point, Polygon, Rectangle
from labelwright.services import labels, tasks
from labelwright.services.context import Context
from tests.builders import (
    Project,
    Team,
    annotation,
    geometry_class,
    make_project,
    option,
    save,
)
from tests.v1.refusals import detail_of, refused

MISSING = "01900000-0000-7000-8000-000000000000"
TRIANGLE = [{"id": "x", "x": 1, "y": 1}, {"x": 9, "y": 1}, {"x": "5.5", "y": 9}]


class Hand:
    """Works on one task's values as an old client does."""

    def __init__(self, ctx: Context, v1: TestClient, project: Project, team: Team) -> None:
        self.ctx, self.v1, self.project, self.team = ctx, v1, project, team

    @property
    def document(self) -> Document:
        with self.ctx.db.read() as conn:
            return labels.load(conn, self.project.task_id, self.project.configuration).document

    def opened(self) -> dict[str, Any]:
        return self.v1.get(f"task/{self.project.task_id}").json()

    def values(self) -> list[dict[str, Any]]:
        return self.opened()["labelIteration"]["entryValues"]

    def body(self, *path: str, **more: Any) -> dict[str, Any]:
        opened = self.opened()
        place = {"iterationId": opened["labelIteration"]["id"], "mediaId": opened["media"]["id"]}
        task = {"labelTaskId": self.project.task_id, "lcEntryId": self.project.class_id(*path)}
        return {**place, **task, "lcEntryValueParentId": None, **more}

    def create(self, *path: str, parent: str | None = None, **more: Any):
        body = self.body(*path, lcEntryValueParentId=parent, **more)
        return self.v1.post(f"lcValue/{self.project.class_id(*path)}", json=body)

    def put(self, value_id: str, *path: str, **fields: Any):
        own = {"lcEntryId": self.project.class_id(*path), "labelTaskId": self.project.task_id}
        return self.v1.put(f"lcValue/{value_id}", json=own | fields)

    def drawn_crane(self) -> dict[str, Any]:
        made = self.create("crane").json()
        return self.put(made["id"], "crane", x=1, y=2, width=10, height=8).json()


@pytest.fixture
def hand(ctx: Context, v1: TestClient, project: Project, team: Team) -> Hand:
    return Hand(ctx, v1, project, team)


def child(value: dict[str, Any], key: str) -> dict[str, Any]:
    return next(c for c in value["children"] if c["entryKeyLcEntry"] == key)


def test_a_value_is_created_unfinished_with_its_classifications(hand: Hand) -> None:
    made = hand.create("crane").json()

    assert made.keys() == {
        "id",
        "lcEntryValueParentId",
        "labelIterationId",
        "mediaId",
        "lcEntryId",
        "timestamp",
        "labeler",
        "valid",
        "configurationId",
        "entryTypeLcEntry",
        "entryKeyLcEntry",
        "entryValueLcEntry",
        "comment",
        "change",
        "children",
        "point",
        "width",
        "height",
        "color",
        "shortcut",
    }
    assert (made["entryTypeLcEntry"], made["valid"], made["point"], made["labeler"]) == (
        "RECTANGLE",
        False,
        None,
        "token_user",
    )
    assert [c["entryKeyLcEntry"] for c in made["children"]] == ["crane_type", "defects"]
    assert child(made, "defects")["children"][0]["entryTypeLcEntry"] == "FREETEXT"
    assert hand.document.annotations == ()
    assert [v["id"] for v in hand.values()[1:]] == [made["id"]]


def test_coordinates_make_it_an_annotation_with_the_same_id(hand: Hand) -> None:
    made = hand.create("crane").json()
    drawn = hand.put(made["id"], "crane", x="1", y=2.5, width=10, height=8, comment="left one").json()

    (crane,) = hand.document.annotations
    assert (crane.id, crane.geometry, crane.comment, crane.source) == (
        made["id"],
        Rectangle(1, 2.5, 10, 8),
        "left one",
        "token",
    )
    assert (drawn["valid"], drawn["width"], drawn["height"], drawn["comment"]) == (True, 10, 8, "left one")
    assert (drawn["point"]["x"], drawn["point"]["y"], len(drawn["point"]["id"])) == (1, 2.5, 36)
    assert [c["id"] for c in drawn["children"]] == [c["id"] for c in made["children"]]


@pytest.mark.parametrize(
    ("key", "fields", "geometry", "shown"),
    [
        ("quay_edge", {"points": TRIANGLE[:2]}, Line(((1, 1), (9, 1))), "points"),
        ("ship", {"points": TRIANGLE}, Polygon(((1, 1), (9, 1), (5.5, 9))), "points"),
        (
            "water",
            {"pointsCollection": [{"id": "r", "points": TRIANGLE}]},
            ImageSegmentation((((1, 1), (9, 1), (5.5, 9)),)),
            "pointsCollection",
        ),
    ],
)
def test_every_kind_of_geometry_gets_its_coordinates(
    hand: Hand, key: str, fields: dict[str, Any], geometry: Any, shown: str
) -> None:
    made = hand.create(key).json()
    assert made[shown] == []
    drawn = hand.put(made["id"], key, **fields).json()

    assert [a.geometry for a in hand.document.annotations] == [geometry]
    points = drawn[shown][0]["points"] if shown == "pointsCollection" else drawn[shown]
    assert [(p["x"], p["y"]) for p in points] == [(float(p["x"]), float(p["y"])) for p in TRIANGLE[: len(points)]]
    assert len({p["id"] for p in points}) == len(points)


def test_points_may_lie_outside_the_picture(hand: Hand) -> None:
    made = hand.create(
        "crane",
    ).json()
    assert hand.put(made["id"], "crane", x=60, y=-3, width=100, height=100).status_code == 200


@pytest.mark.parametrize(
    ("key", "fields"),
    [
        ("crane", {"x": 1, "y": 2}),
        ("crane", {"x": 1, "y": 2, "width": 0, "height": 4}),
        ("crane", {"x": 1e9, "y": 2, "width": 1, "height": 4}),
        ("quay_edge", {"points": TRIANGLE[:1]}),
        ("quay_edge", {"points": []}),
        ("ship", {"points": TRIANGLE[:2]}),
        ("water", {"pointsCollection": []}),
        ("water", {"pointsCollection": [{"points": TRIANGLE[:2]}]}),
    ],
)
def test_nothing_broken_is_stored(hand: Hand, key: str, fields: dict[str, Any]) -> None:
    made = hand.create(key).json()
    kind = made["entryTypeLcEntry"]

    answer = hand.put(made["id"], key, **fields)

    assert refused(answer) == (500, "ex_gen_entry_value_validation", [kind, made["id"]])
    assert hand.document.annotations == ()
    assert [v["id"] for v in hand.values()[1:]] == [made["id"]]


def test_an_unfinished_value_stops_completion(hand: Hand) -> None:
    made = hand.create("ship").json()
    url, body = f"task/{hand.project.task_id}/completeTask", {"lastChangedConfig": 2**50}

    assert refused(hand.v1.put(url, json=body)) == (500, "ex_gen_entry_value_validation", ["POLYGON", made["id"]])
    assert hand.v1.delete(f"lcValue/{made['id']}").status_code == 200
    assert hand.v1.put(url, json=body).json()["hasLabelConfigChanged"] is False


def test_answers_given_before_the_coordinates_are_kept(hand: Hand) -> None:
    made = hand.create("crane").json()
    defects = child(made, "defects")
    hand.put(child(made, "crane_type")["id"], "crane", "crane_type", selectKey="tower")
    hand.put(defects["id"], "crane", "defects", checkedValues=["crack", "rust", "crack"])
    hand.put(made["id"], "crane", comment="soon")
    again = hand.put(made["id"], "crane", x=1, y=2, width=3, height=4).json()

    (crane,) = hand.document.annotations
    assert crane.answers == {
        hand.project.class_id("crane", "crane_type"): "tower",
        hand.project.class_id("crane", "defects"): ("rust", "crack"),
    }
    assert crane.comment == "soon"
    assert child(again, "crane_type")["selectKey"] == "tower"
    assert child(again, "defects")["checkedValues"] == ["rust", "crack"]


def test_answers_are_set_changed_and_cleared(hand: Hand) -> None:
    crane = hand.drawn_crane()
    kind, note = child(crane, "crane_type"), child(child(crane, "defects"), "defect_note")

    assert hand.put(kind["id"], "crane", "crane_type", selectKey="mobile").json()["selectKey"] == "mobile"
    assert hand.put(kind["id"], "crane", "crane_type").json()["selectKey"] == "mobile"
    assert hand.put(kind["id"], "crane", "crane_type", selectKey=None).json()["selectKey"] is None
    written = hand.put(note["id"], "crane", "defects", "defect_note", text="left leg").json()
    assert (written["text"], written["lcEntryValueParentId"]) == ("left leg", child(crane, "defects")["id"])

    (surface,) = hand.values()[:1]
    answered = hand.put(surface["id"], "surface", selectKey="wet").json()
    assert (answered["selectKey"], answered["valid"], answered["required"]) == ("wet", True, False)
    assert hand.document.answers == {hand.project.class_id("surface"): "wet"}


@pytest.mark.parametrize("drawn", [True, False])
def test_an_answer_that_does_not_fit_is_refused_and_named(
    hand: Hand,
    drawn: bool,  # noqa: FBT001 - on an annotation, and on a geometry without coordinates
) -> None:
    crane = hand.drawn_crane() if drawn else hand.create("crane").json()
    kind, note = child(crane, "crane_type"), child(child(crane, "defects"), "defect_note")

    wrong = hand.put(kind["id"], "crane", "crane_type", selectKey="balloon")
    long = hand.put(note["id"], "crane", "defects", "defect_note", text="x" * 51)

    assert refused(wrong) == (500, "ex_gen_entry_value_validation", ["SELECT", kind["id"]])
    assert "balloon" in wrong.json()["msg"]
    assert refused(long) == (500, "ex_gen_entry_value_validation", ["FREETEXT", note["id"]])
    assert child(hand.values()[1], "crane_type")["selectKey"] is None


def test_a_whole_tree_is_updated_in_one_save_or_not_at_all(hand: Hand) -> None:
    crane = hand.create("crane").json()
    hook = hand.create("crane", "hook", parent=crane["id"]).json()
    answers = [
        {"id": child(crane, "crane_type")["id"], "selectKey": "gantry"},
        {"id": hook["id"], "x": 4, "y": 5, "children": [{"id": hook["children"][0]["id"], "selectKey": "open"}]},
    ]
    place = {"x": 1, "y": 2, "width": 9, "height": 9}

    broken = [*answers, {"id": child(crane, "defects")["id"], "checkedValues": ["mould"]}]
    assert hand.put(crane["id"], "crane", **place, children=broken).status_code == 500
    assert hand.document == Document()

    shown = hand.put(crane["id"], "crane", **place, children=answers).json()
    outer, inner = hand.document.annotations
    assert (outer.id, inner.parent_id, inner.geometry) == (crane["id"], crane["id"], Point(4, 5))
    assert inner.answers == {hand.project.class_id("crane", "hook", "hook_state"): "open"}
    assert child(shown, "crane_type")["selectKey"] == "gantry"
    assert child(shown, "hook")["children"][0]["selectKey"] == "open"


def test_a_nested_value_cannot_be_finished_before_its_parent(hand: Hand) -> None:
    crane = hand.create("crane").json()
    hook = hand.create("crane", "hook", parent=crane["id"]).json()
    assert refused(hand.put(hook["id"], "crane", "hook", x=1, y=1)) == (
        500,
        "ex_gen_entry_value_validation",
        ["POINT", hook["id"]],
    )


def test_where_a_value_cannot_be_created(hand: Hand) -> None:
    crane = hand.drawn_crane()
    select = hand.create("surface")
    assert refused(select) == (500, "ex_gen_entry_value_create", ["SELECT"])
    assert refused(hand.create("crane", "hook")) == (500, "ex_gen_entry_value_create", ["POINT"])
    assert refused(hand.create("ship", parent=crane["id"])) == (500, "ex_gen_entry_value_create", ["POLYGON"])
    assert refused(hand.create("crane", "hook", parent=MISSING)) == (
        404,
        "ex_notfound",
        ["LabelEntryValue", "id", MISSING],
    )
    assert refused(hand.create("ship", iterationId=MISSING))[2] == ["LabelIteration", "id", MISSING]
    assert refused(hand.create("ship", mediaId=MISSING))[2] == ["Image", "id", MISSING]
    assert refused(hand.create("ship", labelTaskId=MISSING))[2] == ["Task", "id", MISSING]
    body = hand.body("ship") | {"lcEntryId": MISSING}
    assert refused(hand.v1.post(f"lcValue/{MISSING}", json=body))[2] == ["Entry", "id", MISSING]
    assert detail_of(hand.v1.post(f"lcValue/{MISSING}", json=hand.body("ship"))) == ("Lc Entry Id", "ex_val_invalid")
    assert detail_of(hand.v1.post(f"lcValue/{MISSING}", json={})) == ("Iteration Id", "ex_notnull")


def test_an_update_must_name_its_class_and_task_rightly(hand: Hand) -> None:
    crane = hand.drawn_crane()
    url = f"lcValue/{crane['id']}"
    own = {"lcEntryId": crane["lcEntryId"], "labelTaskId": hand.project.task_id}
    assert detail_of(hand.v1.put(url, json={"labelTaskId": hand.project.task_id})) == ("Lc Entry Id", "ex_notnull")
    assert detail_of(hand.v1.put(url, json=own | {"x": "left"})) == ("X", "ex_val_invalid")
    assert refused(hand.v1.put(url, json=own | {"labelTaskId": MISSING}))[2] == ["Task", "id", MISSING]
    assert refused(hand.v1.put(url, json=own | {"lcEntryId": MISSING}))[2][0] == "Entry"
    assert refused(hand.v1.put(f"lcValue/{MISSING}", json=own))[2] == ["LabelEntryValue", "id", MISSING]


def test_annotations_of_the_editor_are_values_too(ctx: Context, hand: Hand, team: Team) -> None:
    drawn = annotation(ctx, hand.project.class_id("crane"))
    save(ctx, team.admin, hand.project.task_id, created=(drawn,))

    moved = hand.put(drawn.id, "crane", x=5, y=5, width=5, height=5)

    assert moved.json()["point"]["x"] == 5
    (after,) = hand.document.annotations
    assert (after.id, after.source, after.created_by) == (drawn.id, "user", team.admin.id)


def test_deleting_takes_what_is_nested_and_answers_cannot_be_deleted(hand: Hand) -> None:
    crane = hand.drawn_crane()
    hook = hand.create("crane", "hook", parent=crane["id"]).json()
    hand.put(hook["id"], "crane", "hook", x=1, y=1)
    unfinished = hand.create("crane", "hook", parent=crane["id"]).json()
    kind = child(crane, "crane_type")["id"]

    assert refused(hand.v1.delete(f"lcValue/{kind}")) == (500, "ex_gen_entry_value_delete", [kind])
    deleted = hand.v1.delete(f"lcValue/{crane['id']}")
    assert (deleted.status_code, deleted.content) == (200, b"")
    assert hand.document.annotations == ()
    assert len(hand.values()) == 1
    for gone in (crane["id"], hook["id"], unfinished["id"], kind):
        assert refused(hand.v1.delete(f"lcValue/{gone}")) == (404, "ex_notfound", ["LabelEntryValue", "id", gone])


def test_reviewed_labels_are_left_alone(ctx: Context, hand: Hand, team: Team) -> None:
    crane = hand.drawn_crane()
    tasks.complete_task(ctx, team.admin, hand.project.task_id)
    ctx.db.write(lambda conn: conn.exec_driver_sql("UPDATE task SET state = 'REVIEWED'"))
    answer = hand.put(crane["id"], "crane", comment="late")
    assert refused(answer)[:2] == (500, "ex_gen_wrong_label_task_state")


# --- changing the type ----------------------------------------------------------------------------------------------

TWINS = (
    geometry_class(
        "crane",
        "rectangle",
        option("size", "small", "large"),
        option("colour", "red", "blue"),
        geometry_class("hook", "point", option("state", "open", "closed")),
        geometry_class("rope", "line"),
    ),
    geometry_class(
        "lifter",
        "rectangle",
        option("size", "small", "large"),
        option("colour", "green"),
        geometry_class("hook", "point", option("state", "open")),
    ),
    geometry_class("ship", "polygon"),
    geometry_class("water", "image_segmentation"),
    geometry_class("mud", "image_segmentation"),
    option("surface", "dry"),
)


@pytest.fixture
def twins(ctx: Context, v1: TestClient, team: Team) -> Hand:
    return Hand(ctx, v1, make_project(ctx, team.admin, classes=TWINS), team)


def change(hand: Hand, value_id: str, class_id: str):
    return hand.v1.put(f"lcValue/{value_id}/changeType", json={"newLcEntryId": class_id})


def test_changing_the_type_keeps_coordinates_and_what_has_a_place_there(twins: Hand) -> None:
    crane = twins.drawn_crane()
    twins.put(child(crane, "size")["id"], "crane", "size", selectKey="large")
    twins.put(child(crane, "colour")["id"], "crane", "colour", selectKey="red")
    hook = twins.create("crane", "hook", parent=crane["id"]).json()
    twins.put(hook["id"], "crane", "hook", x=1, y=1)
    rope = twins.create("crane", "rope", parent=crane["id"]).json()
    twins.put(rope["id"], "crane", "rope", points=TRIANGLE[:2])

    changed = change(twins, crane["id"], twins.project.class_id("lifter")).json()

    assert (changed["id"], changed["entryKeyLcEntry"], changed["width"]) == (crane["id"], "lifter", 10)
    assert (child(changed, "size")["selectKey"], child(changed, "colour")["selectKey"]) == ("large", None)
    assert child(changed, "hook")["id"] == hook["id"]
    assert sorted(a.id for a in twins.document.annotations) == sorted([crane["id"], hook["id"]])


def test_an_unfinished_value_changes_its_type_too(twins: Hand) -> None:
    crane = twins.create("crane").json()
    twins.put(child(crane, "size")["id"], "crane", "size", selectKey="large")
    changed = change(twins, crane["id"], twins.project.class_id("lifter")).json()
    assert (changed["entryKeyLcEntry"], changed["valid"], child(changed, "size")["selectKey"]) == (
        "lifter",
        False,
        "large",
    )


def test_types_change_only_between_two_classes_of_one_geometry_type(twins: Hand) -> None:
    crane, classes = twins.drawn_crane(), twins.project.class_id
    water = twins.create("water").json()
    surface = twins.values()[0]["id"]

    assert refused(change(twins, crane["id"], classes("crane")))[1] == "ex_gen_entry_types_are_the_same"
    assert refused(change(twins, crane["id"], classes("ship")))[1] == "ex_gen_entry_types_not_the_same"
    assert refused(change(twins, crane["id"], classes("water"))) == (
        500,
        "ex_gen_entry_not_geometry",
        [classes("water")],
    )
    assert refused(change(twins, crane["id"], classes("crane", "size")))[1] == "ex_gen_entry_not_geometry"
    assert refused(change(twins, water["id"], classes("mud"))) == (500, "ex_gen_entry_not_geometry", [water["id"]])
    assert refused(change(twins, surface, classes("crane"))) == (500, "ex_gen_entry_not_geometry", [surface])
    assert refused(change(twins, crane["id"], MISSING)) == (404, "ex_notfound", ["Entry", "id", MISSING])
    assert detail_of(twins.v1.put(f"lcValue/{crane['id']}/changeType", json={})) == ("New Lc Entry Id", "ex_notnull")


def test_a_nested_value_does_not_become_a_root(twins: Hand) -> None:
    crane = twins.drawn_crane()
    hook = twins.create("crane", "hook", parent=crane["id"]).json()
    answer = change(twins, hook["id"], twins.project.class_id("lifter", "hook"))
    assert refused(answer) == (500, "ex_gen_geometry_definition_incorrect", ["point"])
