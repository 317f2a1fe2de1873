"""The client's values have exactly the fields that the API documents."""

import msgspec
import pytest

from labelwright.api.app import create_app, openapi_document
from labelwright.sdk import values
from labelwright.services.context import Context

# Values and the schemas of the OpenAPI document that describe them.
DESCRIBED = {
    values.Dataset: "DatasetShown",
    values.Project: "ProjectShown",
    values.Medium: "MediumShown",
    values.LinkResult: "LinkResult",
    values.Task: "TaskShown",
    values.OpenedTask: "OpenedTask",
    values.Saved: "SavedShown",
    values.Moved: "Moved",
    values.HistoryEntry: "HistoryEntry",
    values.Effects: "EffectsShown",
    values.ExportSummary: "ExportSummary",
    values.Imported: "ImportDone",
    values.ImportNote: "WarningShown",
}
# What the client leaves to those who ask for it.
LEFT_OUT = {"ProjectShown": {"orgData"}}


@pytest.fixture
def schemas(ctx: Context) -> dict:
    return openapi_document(create_app(ctx, operator_secret=""))["components"]["schemas"]


@pytest.mark.parametrize(("value", "name"), DESCRIBED.items(), ids=DESCRIBED.values())
def test_fields_are_those_of_the_api(schemas: dict, value: type[msgspec.Struct], name: str) -> None:
    documented = set(schemas[name]["properties"]) - LEFT_OUT.get(name, set())

    assert set(value.__struct_encode_fields__) == documented
