"""The error tree. Each class has one stable code; a message names the thing, the place and the remedy.

    LabelwrightError
    ├── NotSignedIn                no credentials, or none that count
    │   ├── WrongCredentials       e-mail and password do not belong together
    │   └── TokenRefused           unknown, revoked or expired API token
    ├── Forbidden                  known caller, right missing
    │   └── NotYourTask            somebody else holds the task
    ├── NotFound                   no such thing, or not in the caller's organisation
    ├── Conflict                   the state of things forbids it
    │   ├── NameTaken
    │   ├── AlreadyConnected / NotConnected / AlreadyDeleted / SetupDone
    │   ├── RevisionConflict / ConfigurationConflict    somebody saved meanwhile
    │   ├── ConfigurationChanged / ConfigurationNotEmpty / ConfirmationNeeded
    │   └── WrongTaskState / TaskNotEditable
    ├── Invalid                    the input breaks a rule; carries `issues`
    │   ├── InvalidLabels / LabelsNotComplete / InvalidConfiguration / InvalidJson
    │   └── ForbiddenAddress / LinkUnreachable
    ├── UnsupportedPicture / UnreadablePicture / TooLarge / StorageFull / Busy
    ├── UploadDamaged              bytes were lost or changed on the way to us
    ├── DamagedFile                stored bytes are gone or not what was stored
    └── TooManyAttempts

Only `api/errors.py` knows which HTTP status each gets; only `cli/` knows exit codes.
"""

from typing import Any, ClassVar

import msgspec


class Issue(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """One broken rule: `pointer` is an RFC 6901 JSON pointer into the input, `code` is stable."""

    pointer: str
    code: str
    message: str
    annotation_id: str | None = None
    class_id: str | None = None


class LabelwrightError(Exception):
    """Base of every error a user can cause or act upon. `fields` go to the client with the message."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields


class NotSignedIn(LabelwrightError):
    code = "not_signed_in"


class WrongCredentials(NotSignedIn):
    code = "wrong_credentials"


class TokenRefused(NotSignedIn):
    code = "token_refused"


class TooManyAttempts(LabelwrightError):
    """`retry_after_s` says when the next attempt counts."""

    code = "too_many_attempts"

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message, retry_after_s=retry_after_s)
        self.retry_after_s = retry_after_s


class Forbidden(LabelwrightError):
    code = "forbidden"


class NotYourTask(Forbidden):
    code = "not_your_task"


class NotFound(LabelwrightError):
    """Fields `what`, `criterion`, `value`: the same for a missing thing and one of another organisation."""

    code = "not_found"

    def __init__(self, what: str, value: str, criterion: str = "id") -> None:
        super().__init__(f"There is no {what} with {criterion} {value}.", what=what, criterion=criterion, value=value)


class Conflict(LabelwrightError):
    code = "conflict"


class NameTaken(Conflict):
    """Fields `what`, `value`."""

    code = "name_taken"

    def __init__(self, what: str, value: str, remedy: str = "Choose another name.") -> None:
        super().__init__(f"There is already a {what} named “{value}”. {remedy}", what=what, value=value)


class AlreadyConnected(Conflict):
    code = "already_connected"


class NotConnected(Conflict):
    code = "not_connected"


class AlreadyDeleted(Conflict):
    code = "already_deleted"


class RevisionConflict(Conflict):
    """Field `current_revision`."""

    code = "revision_conflict"


class ConfigurationConflict(Conflict):
    """Somebody else saved the configuration meanwhile. Field `current_revision`."""

    code = "configuration_conflict"


class ConfigurationChanged(Conflict):
    """A class or option that the labels use is gone. Field `current_revision`, and `issues`."""

    code = "configuration_changed"


class ConfigurationNotEmpty(Conflict):
    code = "configuration_not_empty"


class ConfirmationNeeded(Conflict):
    """The act removes labels; fields say what and how many."""

    code = "confirmation_needed"


class WrongTaskState(Conflict):
    code = "wrong_task_state"


class TaskNotEditable(Conflict):
    code = "task_not_editable"


class SetupDone(Conflict):
    code = "setup_done"


class Invalid(LabelwrightError):
    """The input breaks rules. `issues` lists them, at most 100 of `issue_count`."""

    code = "invalid"

    def __init__(self, message: str, issues: tuple[Issue, ...] = (), **fields: Any) -> None:
        super().__init__(message, **fields)
        self.issue_count = len(issues)
        self.issues = issues[:100]


class InvalidJson(Invalid):
    code = "invalid_json"


class InvalidLabels(Invalid):
    code = "invalid_labels"


class LabelsNotComplete(Invalid):
    code = "labels_not_complete"


class InvalidConfiguration(Invalid):
    code = "invalid_configuration"


class ForbiddenAddress(Invalid):
    """A link that leads into a private network. The message never says what is there."""

    code = "forbidden_address"


class LinkUnreachable(Invalid):
    """Field `reason`: `INVALID_URL` or `INVALID_MIME_TYPE`."""

    code = "link_unreachable"


class UnsupportedPicture(LabelwrightError):
    code = "unsupported_picture"


class UnreadablePicture(LabelwrightError):
    code = "unreadable_picture"


class TooLarge(LabelwrightError):
    code = "too_large"


class StorageFull(LabelwrightError):
    code = "storage_full"


class UploadDamaged(LabelwrightError):
    """Fewer bytes than announced arrived, or bytes with another SHA-256."""

    code = "upload_damaged"


class DamagedFile(LabelwrightError):
    """Bytes in the storage are missing or differ from their SHA-256. Our fault, never the caller's."""

    code = "damaged_file"


class Busy(LabelwrightError):
    """Too much of something at once; try again in a moment."""

    code = "busy"
