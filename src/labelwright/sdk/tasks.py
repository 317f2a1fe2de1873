"""Tasks: lists, moves, opening, and saving labels as differences."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from labelwright.model.document import Annotation, Answers, AnswersDifference, Difference
from labelwright.model.ids import IdMaker, now_ms
from labelwright.sdk.transport import Page, Transport, segment
from labelwright.sdk.values import HistoryEntry, Moved, OpenedTask, Saved, Task

EVERY_DATASET = "ALL"


class TaskQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which tasks of a project; empty means every one. `labeler` and `dataset` are ids."""

    states: tuple[str, ...] = ()
    search: str = ""
    labeler: str | None = None
    dataset: str | None = None


EVERY_TASK = TaskQuery()


class TaskAnswer(msgspec.Struct, frozen=True, rename="camel"):
    task: Task


class TakenTask(msgspec.Struct, frozen=True, rename="camel"):
    task_id: str | None


class Tasks:
    """`client.tasks`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.new_id = IdMaker(now_ms)

    def list(self, project_id: str, wanted: TaskQuery = EVERY_TASK) -> Iterator[Task]:
        """Tasks of a project by the name of their medium, fetched page by page."""
        query = {
            "state": wanted.states,
            "search": wanted.search,
            "labeler": wanted.labeler,
            "dataset": wanted.dataset,
            "limit": 500,
        }
        return self._transport.pages(f"/api/projects/{segment(project_id)}/tasks", Page[Task], query)

    def release_all(self, project_id: str, *, dataset_id: str = EVERY_DATASET) -> Moved:
        """Offer every task of the backlog to labelers, or those of one dataset."""
        return self._move(project_id, {"direction": "WAITING", "datasetId": dataset_id})

    def withdraw_all(self, project_id: str, *, dataset_id: str = EVERY_DATASET) -> Moved:
        """Take every waiting task back into the backlog, or those of one dataset."""
        return self._move(project_id, {"direction": "BACKLOG", "datasetId": dataset_id})

    def release(self, project_id: str, task_ids: Iterable[str]) -> Moved:
        """Offer these tasks to labelers."""
        return self._move(project_id, {"direction": "WAITING", "taskIds": [*task_ids]})

    def withdraw(self, project_id: str, task_ids: Iterable[str]) -> Moved:
        """Take these tasks back into the backlog."""
        return self._move(project_id, {"direction": "BACKLOG", "taskIds": [*task_ids]})

    def _move(self, project_id: str, body: Mapping[str, object]) -> Moved:
        return self._transport.send("POST", f"/api/projects/{segment(project_id)}/tasks/move", Moved, body=body)

    def take_next(self, project_id: str) -> OpenedTask | None:
        """Take the next task and open it: one's own unfinished one first; None when nothing waits."""
        taken = self._transport.send("POST", f"/api/projects/{segment(project_id)}/next-task", TakenTask)
        return self.open(taken.task_id) if taken.task_id is not None else None

    def open(self, task_id: str) -> OpenedTask:
        """A task with its medium, label configuration and labels."""
        return self._transport.get(_path(task_id), OpenedTask)

    def save(
        self,
        opened: OpenedTask,
        *,
        created: Iterable[Annotation] = (),
        updated: Iterable[Annotation] = (),
        deleted: Iterable[str] = (),
        answers: Answers | None = None,
    ) -> Saved:
        """Change the labels of a task as it was opened; `answers` are set, by class id.

        Annotations made here get their ids from `client.tasks.new_id()`. To save again, open the task again.
        """
        difference = Difference(
            change_id=self.new_id(),
            revision=opened.revision,
            configuration_revision=opened.configuration.revision,
            created=tuple(created),
            updated=tuple(updated),
            deleted=tuple(deleted),
            answers=AnswersDifference(set=answers or {}),
        )
        return self.save_difference(opened.task.id, difference)

    def save_difference(self, task_id: str, difference: Difference) -> Saved:
        """Save one difference; the same `change_id` again changes nothing.

        Raises RevisionConflict, ConfigurationChanged, InvalidLabels, NotYourTask, TaskNotEditable.
        """
        return self._transport.send("PATCH", f"{_path(task_id)}/labels", Saved, body=difference)

    def complete(self, task_id: str, *, configuration_revision: int | None = None) -> Task:
        """Complete a task. Raises LabelsNotComplete with the questions that need an answer, WrongTaskState."""
        body = {"configurationRevision": configuration_revision}
        return self._transport.send("POST", f"{_path(task_id)}/complete", TaskAnswer, body=body).task

    def skip(self, task_id: str) -> Task:
        """Skip a task: its medium is not usable."""
        return self._act(task_id, "skip")

    def reopen(self, task_id: str) -> Task:
        """Let a finished or taken task be worked on again; its labels stay."""
        return self._act(task_id, "reopen")

    def reset_labeler(self, task_id: str) -> Task:
        """Take a task away from its labeler."""
        return self._act(task_id, "reset-labeler")

    def _act(self, task_id: str, action: str) -> Task:
        return self._transport.send("POST", f"{_path(task_id)}/{action}", TaskAnswer).task

    def history(self, task_id: str, *, before: int | None = None) -> tuple[HistoryEntry, ...]:
        """Who changed the labels when, newest first; `before` is a revision."""
        return self._transport.get(f"{_path(task_id)}/history", Page[HistoryEntry], {"before": before}).items


def _path(task_id: str) -> str:
    return f"/api/tasks/{segment(task_id)}"
