"""A task: one medium of one project on its way from the backlog to the export. The table of moves stands here alone."""

from enum import StrEnum

import msgspec


class TaskState(StrEnum):
    BACKLOG = "BACKLOG"
    WAITING = "WAITING"
    IN_PROGRESS = "IN_PROGRESS"
    SKIPPED = "SKIPPED"
    COMPLETED = "COMPLETED"
    WAITING_CHANGED = "WAITING_CHANGED"
    REVIEWED = "REVIEWED"
    REVIEWED_SKIP = "REVIEWED_SKIP"


S = TaskState

EXPORTED_BY_DEFAULT = (S.COMPLETED, S.SKIPPED, S.REVIEWED)
OPEN_TO_LABELERS = (S.WAITING, S.WAITING_CHANGED)
ANY_OPEN = (S.BACKLOG, S.WAITING, S.IN_PROGRESS, S.WAITING_CHANGED)


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table: `action` takes a task from any of `sources` to `target`.

    `by` says who may: "admin" (token with admin scope included), "holder" (the task's labeler) or "member".
    """

    action: str
    sources: tuple[TaskState, ...]
    target: TaskState
    by: str
    clears_labeler: bool = False
    takes_labeler: bool = False


TRANSITIONS: tuple[Move, ...] = (
    Move(action="release", sources=(S.BACKLOG,), target=S.WAITING, by="admin"),
    Move(action="withdraw", sources=(S.WAITING, S.WAITING_CHANGED), target=S.BACKLOG, by="admin"),
    Move(action="take", sources=OPEN_TO_LABELERS, target=S.IN_PROGRESS, by="member", takes_labeler=True),
    Move(action="complete", sources=(S.IN_PROGRESS,), target=S.COMPLETED, by="holder"),
    Move(action="complete", sources=ANY_OPEN, target=S.COMPLETED, by="admin"),
    Move(action="skip", sources=(S.IN_PROGRESS,), target=S.SKIPPED, by="holder"),
    Move(action="skip", sources=ANY_OPEN, target=S.SKIPPED, by="admin"),
    Move(
        action="reopen",
        sources=(S.IN_PROGRESS, S.COMPLETED, S.REVIEWED, S.SKIPPED, S.REVIEWED_SKIP),
        target=S.WAITING_CHANGED,
        by="admin",
        clears_labeler=True,
    ),
    Move(action="reset_labeler", sources=(S.IN_PROGRESS,), target=S.WAITING_CHANGED, by="admin", clears_labeler=True),
    Move(
        action="reset_labeler", sources=(S.WAITING_CHANGED,), target=S.WAITING_CHANGED, by="admin", clears_labeler=True
    ),
    Move(action="reset_labeler", sources=(S.COMPLETED,), target=S.COMPLETED, by="admin", clears_labeler=True),
    # The configuration asks for more than the finished labels have.
    Move(action="configuration_reopens", sources=(S.COMPLETED, S.REVIEWED), target=S.WAITING_CHANGED, by="admin"),
)


def find_move(action: str, state: TaskState, *, admin: bool, holder: bool) -> Move | None:
    """Find the row that allows `action` from `state` for this caller."""
    for move in TRANSITIONS:
        if move.action == action and state in move.sources and _allows(move, admin=admin, holder=holder):
            return move
    return None


def moves_of(action: str) -> tuple[Move, ...]:
    """All rows of one action."""
    return tuple(move for move in TRANSITIONS if move.action == action)


def _allows(move: Move, *, admin: bool, holder: bool) -> bool:
    return admin or move.by == "member" or (move.by == "holder" and holder)
