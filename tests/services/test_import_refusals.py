"""Files that do not fit are refused: which words, at which place, and nothing of them is taken."""

from collections.abc import Iterator

import pytest

from labelwright.bootstrap import open_context
from labelwright.config import Settings
from labelwright.model.document import Document
from labelwright.model.errors import Conflict, Forbidden, Invalid, InvalidJson, InvalidLabels, NotFound
from labelwright.services import imports, media, tasks
from labelwright.services.context import Context
from tests.builders import (
    HARBOUR_CLASSES,
    Project,
    Team,
    annotation,
    free_text,
    make_project,
    make_team,
    save,
)
from tests.native import Importer

CLASSES = (*HARBOUR_CLASSES, free_text("note", 10))
BOX = [{"x": 1, "y": 2, "w": 10, "h": 8}]
TRIANGLE = [{"x": 1, "y": 1}, {"x": 20, "y": 1}, {"x": 1, "y": 20}]
RING = [{"x": 5, "y": 5}, {"x": 8, "y": 5}, {"x": 5, "y": 8}]


@pytest.fixture(scope="module")
def ctx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """One server for all of these: what is refused changes nothing."""
    with open_context(Settings(data=tmp_path_factory.mktemp("data"))) as context:
        yield context


@pytest.fixture(scope="module")
def team(ctx: Context) -> Team:
    return make_team(ctx, "Harbour")


@pytest.fixture(scope="module")
def project(ctx: Context, team: Team) -> Project:
    return make_project(ctx, team.admin, classes=CLASSES, media=("a.png", "b.png"))


@pytest.fixture
def other(ctx: Context, team: Team) -> Project:
    """A project that a test may change."""
    return make_project(ctx, team.admin, name=f"Other {ctx.new_id()}", classes=CLASSES, media=("a.png", "b.png"))


@pytest.fixture
def importer(ctx: Context, team: Team, project: Project) -> Importer:
    return Importer(ctx, team, project)


def geometry(points: list, key: str = "geometry") -> dict:
    return {key: points}


@pytest.mark.parametrize(
    ("drawn", "pointer", "message"),
    [
        ({"crain": []}, "/crain", "The class “crain” is not in the label configuration (did you mean “crane”?)."),
        ({"boat": []}, "/boat", "The class “boat” is not in the label configuration."),
        ({"__proto__": []}, "/__proto__", "The class “__proto__” is not in the label configuration."),
        (
            {"surface": []},
            "/surface",
            "“surface” is not a geometry of this place: it stands under global_classifications.",
        ),
        ({"hook": []}, "/hook", "“hook” is not a geometry of this place: it stands in nested_geometries of “crane”."),
        ({"crane": {}}, "/crane", "Expected a list, found an object."),
        ({"crane": [[]]}, "/crane/0", "Expected an object, found a list."),
        (
            {"crane": [geometry(TRIANGLE, "polygon")]},
            "/crane/0/polygon",
            "The class “crane” takes a rectangle, found a polygon.",
        ),
        (
            {"crane": [{}]},
            "/crane/0",
            (
                "A geometry of “crane” needs one of geometry, point, line, polygon, rectangle, image_segmentation;"
                " found none."
            ),
        ),
        (
            {"crane": [{"rectangle": BOX, "geometry": BOX}]},
            "/crane/0",
            (
                "A geometry of “crane” needs one of geometry, point, line, polygon, rectangle, image_segmentation;"
                " found geometry and rectangle."
            ),
        ),
        (
            {"crane": [{"geometry": BOX, "colour": 1}]},
            "/crane/0/colour",
            "Unexpected key “colour” in a geometry of “crane”.",
        ),
        ({"crane": [geometry(TRIANGLE)]}, "/crane/0/geometry/0", "w is missing."),
        ({"ship": [geometry(BOX)]}, "/ship/0/geometry/0/h", "Unexpected key “h”; only x, y stand here."),
        ({"ship": [geometry([{"x": 1}] * 3)]}, "/ship/0/geometry/0", "y is missing."),
        ({"ship": [geometry([{"x": 1, "y": None}] * 3)]}, "/ship/0/geometry/0/y", "Expected a number, found null."),
        ({"ship": [geometry([{"x": 1, "y": True}] * 3)]}, "/ship/0/geometry/0/y", "Expected a number, found true."),
        ({"ship": [geometry([{"x": 1, "y": {}}] * 3)]}, "/ship/0/geometry/0/y", "Expected a number, found an object."),
        (
            {"ship": [geometry([{"x": 1, "y": "12.5"}])]},
            "/ship/0/geometry/0/y",
            "Expected a number, found the text “12.5”.",
        ),
        (
            {"ship": [geometry([{"x": 1, "y": " 12"}])]},
            "/ship/0/geometry/0/y",
            "Expected a number, found the text “ 12”.",
        ),
        (
            {"ship": [geometry([{"x": 1, "y": "-3"}])]},
            "/ship/0/geometry/0/y",
            "Expected a number, found the text “-3”.",
        ),
        (
            {"ship": [geometry([{"x": 1, "y": "1e3"}])]},
            "/ship/0/geometry/0/y",
            "Expected a number, found the text “1e3”.",
        ),
        ({"ship": [geometry([{"x": 1, "y": "٣"}])]}, "/ship/0/geometry/0/y", "Expected a number, found the text “٣”."),
        (
            {"ship": [geometry([{"x": 1, "y": "9" * 401}])]},
            "/ship/0/geometry/0/y",
            "The number is too long: 401 characters.",
        ),
        (
            {"ship": [geometry(TRIANGLE[:2])]},
            "/ship/0/geometry",
            "The polygon of “ship” needs at least 3 points, has 2.",
        ),
        ({"ship": [geometry([])]}, "/ship/0/geometry", "The polygon of “ship” needs at least 3 points, has 0."),
        (
            {"ship": [geometry([{"x": n, "y": n} for n in range(3)])]},
            "/ship/0/geometry",
            "The polygon of “ship” has no area: all its points lie on one line.",
        ),
        (
            {"ship": [geometry([{"x": n % 60, "y": n % 7} for n in range(10_001)])]},
            "/ship/0/geometry",
            "The polygon of “ship” has 10001 points, more than 10000.",
        ),
        (
            {"quay_edge": [geometry(TRIANGLE[:1])]},
            "/quay_edge/0/geometry",
            "The line of “quay_edge” needs at least 2 points, has 1.",
        ),
        ({"crane": [geometry(BOX * 2)]}, "/crane/0/geometry", "A rectangle is one object in the list, found 2."),
        (
            {"crane": [geometry([{"x": 1, "y": 1, "w": 0, "h": 5}])]},
            "/crane/0/geometry/0",
            "The rectangle of “crane” needs a width and a height above 0, has 0 x 5.",
        ),
        (
            {"crane": [geometry([{"x": 1, "y": 1, "w": -2, "h": 5}])]},
            "/crane/0/geometry/0",
            "The rectangle of “crane” needs a width and a height above 0, has -2 x 5.",
        ),
        (
            {"crane": [geometry([{"x": -1, "y": 1, "w": 2, "h": 5}])]},
            "/crane/0",
            "The rectangle of “crane” leaves the picture, which is 64 x 48 pixels.",
        ),
        (
            {"ship": [geometry([*TRIANGLE, {"x": 65, "y": 1}])]},
            "/ship/0",
            "The polygon of “ship” leaves the picture, which is 64 x 48 pixels.",
        ),
        (
            {"ship": [geometry([*TRIANGLE, {"x": 1e300, "y": 1}])]},
            "/ship/0/geometry/3",
            "The polygon of “ship” 1e+300 is not a number between -1e7 and 1e7.",
        ),
        ({"water": [geometry([])]}, "/water/0/geometry", "The image_segmentation of “water” needs an outline."),
        (
            {"water": [geometry([TRIANGLE, RING[:2]])]},
            "/water/0/geometry/1",
            "The image_segmentation of “water” needs at least 3 points, has 2.",
        ),
        ({"water": [geometry([TRIANGLE, 5])]}, "/water/0/geometry/1", "Expected a list, found 5."),
        ({"crane": [{"geometry": BOX, "id": "7"}]}, "/crane/0/id", "The id 7 must be a UUID in lower case."),
        (
            {"crane": [{"geometry": BOX, "nested_geometries": {"ship": []}}]},
            "/crane/0/nested_geometries/ship",
            "“ship” is not a geometry of this place: it stands under labels.",
        ),
        (
            {
                "crane": [
                    {
                        "geometry": BOX,
                        "nested_geometries": {"hook": [{"geometry": [{"x": 1, "y": 1}], "nested_geometries": {}}]},
                    }
                ]
            },
            "/crane/0/nested_geometries/hook/0/nested_geometries",
            "A nested geometry has no nested geometries of its own.",
        ),
        (
            {"crane": [{"geometry": BOX, "nested_geometries": {"hook": [{"geometry": [{"x": 1, "y": 1}] * 2}]}}]},
            "/crane/0/nested_geometries/hook/0/geometry",
            "A point is one object in the list, found 2.",
        ),
        (
            {"ship": [{"geometry": TRIANGLE, "classifications": {"defects": ["rust"]}}]},
            "/ship/0/classifications/defects",
            "“defects” is not a classification of “ship”: it stands in the classifications of “crane”.",
        ),
    ],
)
def test_labels_that_do_not_fit_are_refused_by_place(importer: Importer, drawn, pointer: str, message: str) -> None:
    refused = importer.refusal({"internal_media_ID": importer.medium, "labels": drawn})
    assert (refused.issues[0].pointer, refused.issues[0].message) == (f"/0/labels{pointer}", message)
    assert refused.message == f"Nothing was imported. {message}"
    assert importer.revision() == 0


@pytest.mark.parametrize(
    ("answers", "pointer", "message"),
    [
        ({"crane": []}, "/crane", "“crane” is not a classification of the medium: it stands under labels."),
        (
            {"puddles": []},
            "/puddles",
            "“puddles” is not a classification of the medium: it stands in the classifications of “surface”.",
        ),
        ({"surface": "wet"}, "/surface", "“surface” needs a list, found the text “wet”."),
        ({"surface": []}, "/surface", "“surface” needs an answer; write null for none."),
        ({"surface": ["wet", "dry"]}, "/surface", "“surface” takes one answer, found 2."),
        ({"surface": [3]}, "/surface", "“surface” takes texts or null, found 3."),
        ({"surface": ["wett"]}, "/surface", "“wett” is not an option of “surface”: dry, wet."),
        ({"surface": [{"puddles": ["small"]}]}, "/surface", "“surface” needs an answer; write null for none."),
        (
            {"surface": ["wet", {"puddles": [None, "small"]}]},
            "/surface/1/puddles",
            "“puddles” takes one answer, found 2.",
        ),
        (
            {"surface": ["wet", {"puddles": ["small"]}, {"puddles": ["large"]}]},
            "/surface/2/puddles",
            "“puddles” is answered twice.",
        ),
        (
            {"surface": ["wet", {"note": ["x"]}]},
            "/surface/1/note",
            "“note” is not a classification of “surface”: it stands under global_classifications.",
        ),
        ({"note": ["x" * 11]}, "/note", "The answer to “note” has 11 characters, more than 10."),
        ({"note": ["\U0001f600" * 11]}, "/note", "The answer to “note” has 11 characters, more than 10."),
        ({"note": ["a\0b"]}, "/note", "The answer to “note” contains a NUL character."),
        ([], "", "Expected an object, found a list."),
    ],
)
def test_answers_that_do_not_fit_are_refused_by_place(importer: Importer, answers, pointer: str, message: str) -> None:
    refused = importer.refusal({"internal_media_ID": importer.medium, "global_classifications": answers})
    assert (refused.issues[0].pointer, refused.issues[0].message) == (f"/0/global_classifications{pointer}", message)


@pytest.mark.parametrize(
    ("item", "pointer", "message"),
    [
        ([], "/0", "Expected an object, found a list."),
        ({"internal_media_ID": 5}, "/0/internal_media_ID", "internal_media_ID must be a text, is a number."),
        ({"internal_media_ID": ""}, "/0/internal_media_ID", "There is no task for the medium  in this project."),
        (
            {"internal_media_ID": "x" * 10_000},
            "/0/internal_media_ID",
            f"There is no task for the medium {'x' * 60} in this project.",
        ),
    ],
)
def test_elements_that_are_no_tasks_are_refused(importer: Importer, item, pointer: str, message: str) -> None:
    refused = importer.refusal(item)
    assert (refused.issues[0].pointer, refused.issues[0].message) == (pointer, message)


@pytest.mark.parametrize("keep", ["no", 0, None])
def test_keep_data_is_true_or_false_and_nothing_else(importer: Importer, keep) -> None:
    refused = importer.refusal({"internal_media_ID": importer.medium, "keepData": keep})
    assert refused.issues[0].pointer == "/0/keepData"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"internal_media_ID":"M","labels":{"crane":[],"crane":[]}}]', "The key “crane” occurs twice at /0/labels."),
        ('[{"internal_media_ID":"M","internal_media_ID":"M"}]', "The key “internal_media_ID” occurs twice at /0."),
        (
            '[{"internal_media_ID":"M","labels":{"ship":[{"geometry":[{"x":1,"x":2,"y":3}]}]}}]',
            "The key “x” occurs twice at /0/labels/ship/0/geometry/0.",
        ),
        (
            '[{"internal_media_ID":"M","labels":{"ship":[{"geometry":[{"x":1,"x" :2,"y":3}]}]}}]',
            "The key “x” occurs twice at /0/labels/ship/0/geometry/0.",
        ),
        (
            '[{"internal_media_ID":"M","global_classifications":{"note":["a"],"note":["b"]}}]',
            "The key “note” occurs twice at /0/global_classifications.",
        ),
        (
            '[{"internal_media_ID":"M","extra":' + "[" * 33 + "]" * 33 + "}]",
            "/0/extra is nested deeper than 32 levels.",
        ),
        (
            '[{"internal_media_ID":"M","global_classifications":{"note":' + "[" * 500 + "]" * 500 + "}}]",
            "/0/global_classifications is nested deeper than 32 levels.",
        ),
        ("[" * 40 + "]" * 40, "/0 is nested deeper than 32 levels."),
    ],
)
def test_json_that_reads_two_ways_or_goes_too_deep_is_refused(importer: Importer, text: str, message: str) -> None:
    with pytest.raises(InvalidJson) as error:
        importer.load_text(text.replace('"M"', f'"{importer.medium}"'))
    assert error.value.message == message


@pytest.mark.parametrize("number", ["1e400", "-1e400", "9" * 4301, "9" * 1_000_000, "0." + "1" * 100_000])
def test_numbers_that_no_float_holds_or_nobody_means_are_refused(importer: Importer, number: str) -> None:
    labels = '{"ship":[{"geometry":[{"x":1,"y":2},{"x":1,"y":3},{"x":N,"y":3}]}]}'.replace("N", number)
    with pytest.raises(InvalidLabels) as error:
        importer.load_text(f'[{{"internal_media_ID":"{importer.medium}","labels":{labels}}}]')
    assert error.value.issues[0].pointer == "/0/labels/ship/0/geometry/2/x"
    assert error.value.issues[0].code in {"number_too_large", "number_too_long"}


def test_an_unknown_medium_is_told_like_one_of_others_and_a_deleted_one(
    ctx: Context, team: Team, project: Project, other: Project
) -> None:
    importer = Importer(ctx, team, other)
    stranger = make_team(ctx, "Elsewhere")
    foreign = make_project(ctx, stranger.admin)
    listed = [
        tasks.list_tasks(ctx, actor, elsewhere.id, tasks.TaskFilter()).items[0]["mediumId"]
        for actor, elsewhere in ((team.admin, project), (stranger.admin, foreign))
    ]
    deleted = importer.media["b.png"]
    media.delete_media(ctx, team.admin, [deleted])
    for medium_id in (*listed, deleted, "01a00000-0000-7000-8000-000000000001"):
        refused = importer.refusal({"internal_media_ID": medium_id})
        assert refused.message == f"Nothing was imported. There is no task for the medium {medium_id} in this project."
        assert refused.issues[0].code == "unknown_medium"


def test_an_id_of_another_class_or_twice_in_a_medium_is_refused(ctx: Context, team: Team, other: Project) -> None:
    importer = Importer(ctx, team, other)
    crane = annotation(ctx, other.class_id("crane"))
    save(ctx, team.admin, other.task_ids["a.png"], created=(crane,))
    item = {"internal_media_ID": importer.medium}
    another = importer.refusal({**item, "labels": {"ship": [{"id": crane.id, "geometry": TRIANGLE}]}})
    twice = importer.refusal({**item, "labels": {"crane": [{"id": crane.id, "geometry": BOX}] * 2}})
    assert (another.issues[0].pointer, another.issues[0].code) == ("/0/labels/ship/0/id", "duplicate_id")
    assert (twice.issues[0].pointer, twice.issues[0].code) == ("/0/labels/crane/1/id", "duplicate_id")


def test_the_first_hundred_of_many_faults_are_listed_and_all_are_counted(importer: Importer) -> None:
    refused = importer.refusal({"internal_media_ID": importer.medium, "labels": {"crane": [{}] * 100_000}})
    assert (len(refused.issues), refused.issue_count) == (100, 100_000)


def test_one_fault_anywhere_and_nothing_at_all_is_imported(importer: Importer) -> None:
    good = {"internal_media_ID": importer.medium, "labels": {"crane": [{"geometry": BOX}]}}
    bad = {"internal_media_ID": importer.media["b.png"], "labels": {"crane": [{"geometry": []}]}}
    importer.refusal(good, bad)
    assert importer.revision() == 0
    assert importer.document() == Document()


def test_more_geometries_than_a_medium_may_have_are_refused(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labelwright.services.merging.MAX_ANNOTATIONS", 2)
    refused = importer.refusal({"internal_media_ID": importer.medium, "labels": {"crane": [{"geometry": BOX}] * 3}})
    assert refused.issues[0].code == "too_many_annotations"


def test_who_may_import_and_into_what(ctx: Context, team: Team, importer: Importer) -> None:
    empty = make_project(ctx, team.admin, name="Empty", classes=())
    with pytest.raises(Conflict, match="no label configuration"):
        imports.import_labels(ctx, team.admin, empty.id, b"[]")
    with pytest.raises(Forbidden):
        imports.import_labels(ctx, team.labeler, importer.project.id, b"[]")
    with pytest.raises(NotFound):
        imports.import_labels(ctx, make_team(ctx, "Faraway").admin, importer.project.id, b"[]")
    with pytest.raises(Invalid, match="refuse, keep, clip"):
        imports.parse_options(out_of_bounds="drop")
