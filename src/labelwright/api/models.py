"""What requests carry, and what answers look like in the OpenAPI document. JSON is camelCase throughout."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

Short = Annotated[str, StringConstraints(max_length=1024)]
Text = Annotated[str, StringConstraints(max_length=4096)]
Id = Annotated[str, StringConstraints(max_length=64)]
Email = Annotated[str, StringConstraints(max_length=254)]
Password = Annotated[str, StringConstraints(max_length=10_000)]


class Body(BaseModel):
    """A request body: unknown fields are refused, so that a misspelt one is not lost in silence."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", strict=True)


class LenientBody(Body):
    """A request body that takes over fields of the reference's JSON and ignores those the server decides."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore", strict=True)


class Shown(BaseModel):
    """An answer."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


# --- accounts -------------------------------------------------------------------------------------------------------


class SignInBody(Body):
    email: Email
    password: Password


class PasswordBody(Body):
    current_password: Password
    new_password: Password


class SetupBody(Body):
    secret: Short
    email: Email
    name: Short
    password: Password
    organisation: Short


class OperatorUserBody(Body):
    email: Email
    name: Short = ""
    password: Password
    organisation: Short
    role: Short


class OperatorTokenBody(Body):
    organisation: Short
    name: Short
    scope: Short


class UserShown(Shown):
    id: str
    email: str
    name: str
    is_operator: bool


class OrganisationShown(Shown):
    id: str
    name: str
    role: Literal["admin", "labeler"]


class SessionShown(Shown):
    user: UserShown
    organisations: list[OrganisationShown]


class SetupShown(Shown):
    needed: bool


class MemberShown(Shown):
    id: str
    name: str
    email: str | None
    role: Literal["admin", "labeler"]


class Members(Shown):
    items: list[MemberShown]


class TokenBody(Body):
    organisation: Id
    name: Short
    scope: Literal["read", "import", "label", "admin"]


class TokenShown(Shown):
    id: str
    name: str
    organisation: str
    scope: Literal["read", "import", "label", "admin"]
    prefix: str
    created_at: int
    last_used_at: int | None
    revoked_at: int | None


class TokenMade(TokenShown):
    secret: str = Field(description="Shown this once only.")


class Tokens(Shown):
    items: list[TokenShown]


# --- projects and datasets ------------------------------------------------------------------------------------------


class ProjectBody(LenientBody):
    name: Short
    short_description: Short = ""
    description: Text = ""
    media_type: Literal["IMAGE"] = "IMAGE"
    owner: Id | None = Field(default=None, description="Organisation; needed when the caller belongs to several.")


class ProjectChangeBody(LenientBody):
    name: Short | None = None
    short_description: Short | None = None
    description: Text | None = None
    pinned: bool | None = None
    review_activated: bool | None = None


class DatasetBody(LenientBody):
    name: Short
    short_description: Short | None = None
    media_type: Literal["IMAGE"] = "IMAGE"
    owner: Id | None = None


class DatasetChangeBody(LenientBody):
    name: Short | None = None
    short_description: Short | None = None


class Named(Shown):
    id: str
    name: str


class DatasetShown(Shown):
    id: str
    name: str
    short_description: str
    timestamp: int
    deleted: bool
    delete_time: int | None
    owner: str
    media_count: int
    broken_count: int
    project_count: int
    projects: list[Named]
    media_type: str


class OrgData(Shown):
    sub: str
    name: str


class ProjectShown(Shown):
    id: str
    name: str
    short_description: str
    description: str
    pinned: bool
    timestamp: int
    deleted: bool
    delete_time: int | None
    datasets: list[DatasetShown]
    label_configuration_id: str
    label_iteration_id: str
    owner: str
    org_data: OrgData
    exportable: bool
    review_activated: bool
    media_type: str
    role: Literal["admin", "labeler"]
    task_counts: dict[str, int]
    open_tasks: int
    has_configuration: bool
    media_count: int


class Projects(Shown):
    items: list[ProjectShown]


class Datasets(Shown):
    items: list[DatasetShown]


class TasksCreated(Shown):
    tasks_created: int


# --- media ----------------------------------------------------------------------------------------------------------


class Tiles(Shown):
    size: int = Field(description="Pixels a side of a tile; those at the right and lower border may be smaller.")
    levels: int = Field(description="Level 0 is the full size, each further one half of the one before, rounded up.")
    format: Literal["jpeg", "png"]


class MediumShown(Shown):
    id: str
    dataset_id: str
    media_name: str
    media_source_type: Literal["LOCAL", "SHAREABLE_LINK"]
    timestamp: int
    valid: bool
    reason: str | None
    reason_text: str | None
    url: str | None
    width: int | None = Field(description="Pixels as displayed.")
    height: int | None = Field(description="Pixels as displayed.")
    size: int | None = Field(description="Bytes.")
    sha256: str | None
    content_type: str | None
    state: Literal["ready", "pending", "preparing", "broken"]
    orientation: int | None = Field(description="EXIF orientation of the stored file, 1 to 8.")
    tiles: Tiles | None = Field(description="Set for a very large picture, which is shown in tiles.")
    progress: int | None = Field(description="Per cent of the tiles that are made, in the state preparing.")


class MediaPage(Shown):
    items: list[MediumShown]
    next_cursor: str | None
    total: int


class LinksBody(Body):
    urls: list[Annotated[str, StringConstraints(max_length=4096)]] = Field(max_length=10_000)


class LinkResult(Shown):
    url: str
    status: Literal["added", "duplicate", "unsupported", "refused"]
    medium: MediumShown | None
    message: str


class LinkResults(Shown):
    results: list[LinkResult]


class IdsBody(Body):
    ids: list[Id] = Field(min_length=1, max_length=10_000)


class Deleted(Shown):
    deleted: int


# --- configuration --------------------------------------------------------------------------------------------------


class EffectsShown(Shown):
    finished_tasks: int
    removed_classes: list[dict[str, Any]]
    removed_options: list[dict[str, Any]]
    reopens: bool
    needs_confirmation: bool


# --- tasks ----------------------------------------------------------------------------------------------------------


class TaskShown(Shown):
    id: str
    project_id: str
    state: str
    medium_id: str
    medium_name: str
    dataset_id: str
    labeler: Named | None
    has_import: bool
    review_comment: str | None
    revision: int
    annotation_count: int
    timestamp: int
    thumbnail_url: str
    actions: list[str]


class TaskPage(Shown):
    items: list[TaskShown]
    next_cursor: str | None
    total: int


class TaskAnswer(Shown):
    task: TaskShown


class MoveBody(Body):
    direction: Literal["WAITING", "BACKLOG"]
    task_ids: list[Id] | None = Field(default=None, max_length=10_000)
    dataset_id: Id | None = Field(default=None, description="A dataset of the project, or ALL.")


class Moved(Shown):
    moved: int
    unchanged: int


class NextTask(Shown):
    task_id: str | None
    project_id: str | None = None
    task: TaskShown | None = None
    configuration_revision: int | None = None


class FinishBody(Body):
    take_next: bool = Field(default=False, description="Take the next task of the project in the same step.")


class CompleteBody(FinishBody):
    configuration_revision: int | None = None


class FinishedTask(TaskAnswer):
    next: NextTask | None = Field(default=None, description="With `takeNext`: what was taken.")


class ProjectOfTask(Shown):
    id: str
    name: str
    review_activated: bool


class OpenedTask(Shown):
    """Everything label mode needs; `configuration` and `document` are described by their own schemas."""

    task: TaskShown
    project: ProjectOfTask
    dataset: Named
    medium: MediumShown
    configuration: dict[str, Any]
    document: dict[str, Any]
    revision: int
    editable: bool
    read_only_reason: str | None


class SavedShown(Shown):
    revision: int
    saved_at: int


class HistoryEntry(Shown):
    revision: int
    actor: dict[str, str | None]
    source: str
    at: int
    created: int
    updated: int
    deleted: int


class History(Shown):
    items: list[HistoryEntry]
