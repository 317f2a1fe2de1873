"""Semantic maps: what they show, who may see them, and when they are the same."""

import io

import numpy as np
import pytest
from PIL import Image

from labelwright.model.errors import Invalid, NotFound
from labelwright.model.geometry import ImageSegmentation
from labelwright.services import maps, media, tasks
from labelwright.services.context import Context
from labelwright.services.maps import MapOptions
from tests.builders import Project, Team, annotation, make_project, make_team, save

SQUARE = ((10.0, 10.0), (40.0, 10.0), (40.0, 40.0), (10.0, 40.0))
HOLE = ((20.0, 20.0), (30.0, 20.0), (30.0, 30.0), (20.0, 30.0))


@pytest.fixture
def project(ctx: Context, team: Team) -> Project:
    return make_project(ctx, team.admin)


def segment(ctx: Context, team: Team, project: Project, *rings, revision: int = 0) -> None:
    water = annotation(ctx, project.class_id("water"), ImageSegmentation(rings))
    save(ctx, team.admin, project.task_id, revision, created=(water,))


def pixels(ctx: Context, team: Team, project: Project, key: str = "water", **options) -> np.ndarray:
    found = maps.open_map(ctx, team.labeler, project.task_id, key, MapOptions(**options))
    picture = Image.open(io.BytesIO(found.paint()))
    assert picture.get_format_mimetype() == found.content_type
    assert picture.size == (64, 48)
    return np.asarray(picture.convert("L"))


def test_a_map_has_as_many_white_pixels_as_the_segment_has_area(ctx: Context, team: Team, project: Project) -> None:
    segment(ctx, team, project, SQUARE, HOLE)
    found = pixels(ctx, team, project)
    assert set(np.unique(found)) == {0, 255}
    assert (found == 255).sum() == 800
    assert found[15, 12] == 255
    assert found[25, 25] == 0


def test_the_outline_rule_paints_the_edges_as_old_consumers_expect(ctx: Context, team: Team, project: Project) -> None:
    segment(ctx, team, project, SQUARE, HOLE)
    assert (pixels(ctx, team, project, rule="outline") == 255).sum() == 840


def test_a_bmp_shows_the_same_pixels(ctx: Context, team: Team, project: Project) -> None:
    segment(ctx, team, project, SQUARE)
    assert np.array_equal(pixels(ctx, team, project, form="bmp"), pixels(ctx, team, project))


def test_a_map_of_a_very_large_picture_is_a_png_and_no_bmp(
    ctx: Context, team: Team, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment(ctx, team, project, SQUARE)
    monkeypatch.setattr(maps, "MOST_BMP_PIXELS", 64 * 48 - 1)

    assert (pixels(ctx, team, project) == 255).sum() == 900
    with pytest.raises(Invalid, match="Ask for format=png"):
        pixels(ctx, team, project, form="bmp")


def test_overlapping_segments_are_united_and_a_hole_cuts_only_its_own(
    ctx: Context, team: Team, project: Project
) -> None:
    segment(ctx, team, project, SQUARE, HOLE)
    segment(ctx, team, project, HOLE, revision=1)
    assert (pixels(ctx, team, project) == 255).sum() == 900


@pytest.mark.parametrize("key", ["water", "ship", "crane_type"])
def test_without_segments_or_for_another_type_the_map_is_black(
    ctx: Context, team: Team, project: Project, key: str
) -> None:
    assert not pixels(ctx, team, project, key).any()


def test_the_tag_changes_with_labels_and_options_and_only_with_them(ctx: Context, team: Team, project: Project) -> None:
    def tag(key: str = "water", **options) -> str:
        return maps.open_map(ctx, team.admin, project.task_id, key, MapOptions(**options)).etag

    before = tag()
    assert tag() == before
    assert len({before, tag(rule="outline"), tag(form="bmp"), tag("ship")}) == 4
    segment(ctx, team, project, SQUARE)
    assert tag() != before


def test_what_is_missing_is_named_in_the_order_of_task_class_medium(ctx: Context, team: Team, project: Project) -> None:
    stranger = make_team(ctx, "Elsewhere").admin
    (listed,) = tasks.list_tasks(ctx, team.admin, project.id, tasks.TaskFilter()).items
    media.delete_media(ctx, team.admin, [listed["mediumId"]])

    def missing(actor, task_id: str, key: str) -> str:
        with pytest.raises(NotFound) as refusal:
            maps.open_map(ctx, actor, task_id, key, MapOptions())
        return refusal.value.fields["what"]

    assert missing(team.admin, "01900000-0000-7000-8000-000000000000", "river") == "task"
    assert missing(stranger, project.task_id, "river") == "task"
    assert missing(team.admin, project.task_id, "river") == "label class"
    assert missing(team.admin, project.task_id, "water") == "medium"


@pytest.mark.parametrize("options", [{"form": "gif"}, {"rule": "edge"}])
def test_unknown_forms_and_rules_are_refused(options) -> None:
    with pytest.raises(Invalid, match="unknown here"):
        maps.parse_options(**options)
