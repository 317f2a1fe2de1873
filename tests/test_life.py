"""The whole way through the services: pictures, configuration, labels, completion."""

import pytest

from labelwright.model.errors import LabelsNotComplete, NotYourTask, RevisionConflict
from labelwright.services import labels, tasks
from labelwright.services.context import Context
from tests.builders import Team, annotation, difference, geometry_class, make_project, option, save


def test_a_labeler_takes_labels_and_completes_a_task(ctx: Context, team: Team) -> None:
    project = make_project(ctx, team.admin)
    taken = tasks.take_next(ctx, team.labeler, project.id)
    assert taken is not None

    crane = annotation(ctx, project.class_id("crane"))
    saved = save(ctx, team.labeler, taken.id, created=(crane,))
    done = tasks.complete_task(ctx, team.labeler, taken.id, configuration_revision=1)

    assert saved.revision == 1
    assert done["state"] == "COMPLETED"
    assert done["annotationCount"] == 1
    assert tasks.take_next(ctx, team.labeler, project.id) is None


def test_a_second_save_on_an_old_revision_is_refused_and_the_same_save_twice_is_one(ctx: Context, team: Team) -> None:
    project = make_project(ctx, team.admin)
    first = difference(0, created=(annotation(ctx, project.class_id("crane")),))
    saved = labels.apply_difference(ctx, team.admin, project.task_id, first)

    assert labels.apply_difference(ctx, team.admin, project.task_id, first) == saved
    with pytest.raises(RevisionConflict) as conflict:
        save(ctx, team.admin, project.task_id, 0, created=(annotation(ctx, project.class_id("crane")),))
    assert conflict.value.fields["current_revision"] == 1


def test_a_labeler_cannot_change_a_task_that_is_not_his(ctx: Context, team: Team) -> None:
    project = make_project(ctx, team.admin)
    with pytest.raises(NotYourTask):
        save(ctx, team.labeler, project.task_id, created=(annotation(ctx, project.class_id("crane")),))


def test_a_required_answer_that_is_missing_stops_completion_and_is_named(ctx: Context, team: Team) -> None:
    classes = (geometry_class("car", "rectangle", option("make", "vw", "fiat", required=True)),)
    project = make_project(ctx, team.admin, classes=classes)
    car = annotation(ctx, project.class_id("car"))
    save(ctx, team.admin, project.task_id, created=(car,))

    with pytest.raises(LabelsNotComplete) as refusal:
        tasks.complete_task(ctx, team.admin, project.task_id)

    (issue,) = refusal.value.issues
    assert (issue.annotation_id, issue.class_id) == (car.id, project.class_id("car", "make"))
