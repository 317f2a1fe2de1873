"""What answers about exports and imports of labels look like in the OpenAPI document."""

from labelwright.api.models import Shown


class ExportSummary(Shown):
    tasks: int
    by_state: dict[str, int]
    exportable: bool
    reason: str | None


class WarningShown(Shown):
    code: str
    message: str
    count: int


class ImportDone(Shown):
    """`unchanged` of the `tasks` had exactly these labels already."""

    tasks: int
    unchanged: int
    annotations: int
    answers: int
    ignored: int
    warnings: list[WarningShown]
