"""Schemas that no single route has: problem documents, and the model's own structs."""

from typing import Any

import msgspec

from labelwright.api.models import Shown
from labelwright.model.configuration import Configuration
from labelwright.model.document import Difference, Document


class IssueShown(Shown):
    pointer: str
    code: str
    message: str
    annotation_id: str | None = None
    class_id: str | None = None


class Problem(Shown):
    """RFC 9457: `detail` names the thing, the place and the remedy; `code` is stable."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[IssueShown] | None = None
    error_count: int | None = None


def model_schemas() -> dict[str, Any]:
    """JSON Schemas of the model's own structs, for the components of the OpenAPI document."""
    _, components = msgspec.json.schema_components(
        [Configuration, Document, Difference], ref_template="#/components/schemas/{name}"
    )
    return dict(components)
