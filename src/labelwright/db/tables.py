"""All tables. Ids are UUIDv7 texts, times epoch milliseconds; `project_id` leads every big key.

Columns that hold JSON hold canonical bytes: what is stored is what is served, nothing decodes on the way.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[str]:
    return Column("id", String(36), primary_key=True)


def _reference(name: str, target: str, *, nullable: bool = False, index: bool = False) -> Column[str]:
    return Column(name, String(36), ForeignKey(f"{target}.id", ondelete="CASCADE"), nullable=nullable, index=index)


def _time(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


organisation = Table("organisation", metadata, _id(), Column("name", Text, nullable=False), _time("created_at"))

user = Table(
    "user",
    metadata,
    _id(),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("is_operator", Boolean, nullable=False),
    _time("disabled_at", nullable=True),
    _time("created_at"),
)

membership = Table(
    "membership",
    metadata,
    Column("organisation_id", ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("role", Text, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    _reference("user_id", "user", index=True),
    _time("created_at"),
    _time("seen_at"),
    _time("expires_at"),
)

api_token = Table(
    "api_token",
    metadata,
    _id(),
    _reference("organisation_id", "organisation", index=True),
    Column("name", Text, nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("prefix", Text, nullable=False),
    Column("scope", Text, nullable=False),
    _reference("created_by", "user", nullable=True),
    _time("created_at"),
    _time("last_used_at", nullable=True),
    _time("revoked_at", nullable=True),
)

project = Table(
    "project",
    metadata,
    _id(),
    _reference("organisation_id", "organisation", index=True),
    Column("name", Text, nullable=False),
    Column("short_description", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("pinned", Boolean, nullable=False),
    Column("review_activated", Boolean, nullable=False),
    Column("label_iteration_id", String(36), nullable=False),
    _time("created_at"),
    _time("deleted_at", nullable=True),
)

label_configuration = Table(
    "label_configuration",
    metadata,
    _id(),
    Column("project_id", ForeignKey("project.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("revision", Integer, nullable=False),
    # The revision that last changed what stored labels are or how they are exported.
    Column("labels_revision", Integer, nullable=False),
    _time("changed_at"),
    Column("classes", LargeBinary, nullable=False),
    # Every class number that was ever given: JSON, number -> who has or had it.
    Column("numbers", LargeBinary, nullable=False),
)

dataset = Table(
    "dataset",
    metadata,
    _id(),
    _reference("organisation_id", "organisation", index=True),
    Column("name", Text, nullable=False),
    Column("short_description", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    _time("created_at"),
    _time("deleted_at", nullable=True),
)

project_dataset = Table(
    "project_dataset",
    metadata,
    Column("project_id", ForeignKey("project.id", ondelete="CASCADE"), primary_key=True),
    Column("dataset_id", ForeignKey("dataset.id", ondelete="CASCADE"), primary_key=True, index=True),
    _time("created_at"),
)

medium = Table(
    "medium",
    metadata,
    _id(),
    _reference("dataset_id", "dataset"),
    Column("name", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("url", Text),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("reason_text", Text),
    Column("sha256", String(64), index=True),
    Column("size", BigInteger),
    Column("content_type", Text),
    Column("width", Integer),
    Column("height", Integer),
    Column("orientation", Integer),
    # What a browser is shown: the "original" bytes, or a version encoded as "jpeg" or "png".
    Column("display", Text),
    # What the tiles of a very large picture are encoded as, "jpeg" or "png"; NULL for one that is shown whole.
    Column("tiles", Text),
    # Per cent of the tiles that are made, while they are.
    Column("progress", Integer),
    _time("created_at"),
    _time("deleted_at", nullable=True),
    Index("ix_medium_dataset_id_name", "dataset_id", "name", "id"),
    Index("ix_medium_state", "state"),
)

task = Table(
    "task",
    metadata,
    _id(),
    Column("project_id", ForeignKey("project.id", ondelete="CASCADE"), nullable=False),
    _reference("medium_id", "medium", index=True),
    _reference("dataset_id", "dataset", index=True),
    # The medium's name and deletion stand here too: lists and exports of 100,000 tasks walk one index.
    Column("medium_name", Text, nullable=False),
    Column("medium_deleted", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    _reference("labeler_id", "user", nullable=True, index=True),
    Column("has_import", Boolean, nullable=False),
    Column("review_comment", Text),
    Column("changed_by", String(36)),
    _time("created_at"),
    _time("changed_at"),
    UniqueConstraint("project_id", "medium_id"),
    Index("ix_task_project_id_medium_name", "project_id", "medium_name", "medium_id"),
    Index("ix_task_project_id_state", "project_id", "medium_deleted", "state", "medium_name", "medium_id"),
)

label_document = Table(
    "label_document",
    metadata,
    Column("task_id", ForeignKey("task.id", ondelete="CASCADE"), primary_key=True),
    Column("project_id", ForeignKey("project.id", ondelete="CASCADE"), nullable=False),
    Column("revision", Integer, nullable=False),
    # The configuration that `document` conforms to and `export` was written with; older than the project's
    # `labels_revision`: see services/conform.py.
    Column("configuration_revision", Integer, nullable=False),
    Column("annotation_count", Integer, nullable=False),
    Column("document", LargeBinary, nullable=False),
    # The finished bytes of the task's labels in the native export, and the keys of its semantic maps (JSON array).
    Column("export", LargeBinary, nullable=False),
    Column("segmentation_keys", LargeBinary, nullable=False),
    Column("sha256", String(64), nullable=False),
    _time("changed_at"),
    Index("ix_label_document_project_id_configuration_revision", "project_id", "configuration_revision"),
    Index("ix_label_document_task_id_revision", "task_id", "revision"),
)

# The plain shapes of one revision of a task's labels as files want them, and the rule they were made by: see
# exchange/portions.py. They are made in the background, and may be missing or of an older revision.
label_measure = Table(
    "label_measure",
    metadata,
    Column("task_id", ForeignKey("task.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("rule", Integer, nullable=False),
    Column("rows", LargeBinary, nullable=False),
    Index("ix_label_measure_task_id_revision_rule", "task_id", "revision", "rule"),
)

label_change = Table(
    "label_change",
    metadata,
    Column("task_id", ForeignKey("task.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("change_id", String(36), nullable=False),
    Column("actor_id", String(36)),
    Column("source", Text, nullable=False),
    _time("at"),
    Column("created", Integer, nullable=False),
    Column("updated", Integer, nullable=False),
    Column("deleted", Integer, nullable=False),
    Column("change", LargeBinary, nullable=False),
    UniqueConstraint("task_id", "change_id"),
)

# Exports into archives, and what became of them; their files lie in a folder named after the id.
label_export = Table(
    "label_export",
    metadata,
    _id(),
    _reference("project_id", "project"),
    Column("created_by", String(36)),
    Column("created_by_name", Text, nullable=False),
    _time("created_at"),
    _time("finished_at", nullable=True),
    Column("state", Text, nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("format", Text, nullable=False),
    Column("request", LargeBinary, nullable=False),
    Column("step", Text),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("error", Text),
    Column("file_name", Text),
    Column("size", BigInteger),
    Column("sha256", String(64)),
    Column("report", LargeBinary),
    Index("ix_label_export_project_id", "project_id", "created_at"),
    Index("ix_label_export_state", "state", "created_at"),
)

# Imports of files in any format: read and compared first, stored when somebody says so, and taken back as a whole.
label_import = Table(
    "label_import",
    metadata,
    _id(),
    _reference("project_id", "project"),
    Column("created_by", String(36)),
    Column("created_by_name", Text, nullable=False),
    _time("created_at"),
    _time("finished_at", nullable=True),
    Column("state", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64)),
    Column("format", Text),
    Column("options", LargeBinary, nullable=False),
    Column("step", Text),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("error", Text),
    Column("summary", LargeBinary),
    Index("ix_label_import_project_id", "project_id", "created_at"),
    Index("ix_label_import_state", "state", "created_at"),
)

# What the classes, questions and options of some kind of file become, kept under a name for the next such file.
label_mapping = Table(
    "label_mapping",
    metadata,
    _id(),
    _reference("project_id", "project"),
    Column("name", Text, nullable=False),
    Column("mapping", LargeBinary, nullable=False),
    Column("created_by", String(36)),
    Column("created_by_name", Text, nullable=False),
    _time("changed_at"),
    UniqueConstraint("project_id", "name"),
)

# Old clients know every annotation, answer and unfinished geometry by an id; only what was shown to them stands here.
v1_value = Table(
    "v1_value",
    metadata,
    _id(),
    _reference("task_id", "task", index=True),
    Column("annotation_id", String(36)),
    Column("class_id", String(36), nullable=False),
    Column("parent_id", String(36)),
    # What an unfinished geometry was given before its coordinates (JSON); NULL for everything else.
    Column("content", LargeBinary),
    _time("created_at"),
)

setting = Table(
    "setting", metadata, Column("name", String(64), primary_key=True), Column("value", Text, nullable=False)
)
