"""Write the schemas in schema/, or check that they are fresh (`--check`)."""

import json
import logging
import sys
import tempfile
from pathlib import Path
from typing import Any

import structlog

from labelwright.api.app import create_app, openapi_document
from labelwright.bootstrap import open_context
from labelwright.config import Settings
from labelwright.formats.export_schema import export_schema

FOLDER = Path(__file__).parents[1] / "schema"


def openapi() -> dict[str, Any]:
    """The document of the API, as the application serves it."""
    with tempfile.TemporaryDirectory() as data, open_context(Settings(data=Path(data))) as context:
        return openapi_document(create_app(context, operator_secret=""))


SCHEMAS = {"openapi.json": openapi, "export.schema.json": export_schema}


def main() -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    stale = 0
    for name, make in SCHEMAS.items():
        path, text = FOLDER / name, json.dumps(make(), ensure_ascii=False, indent=1) + "\n"
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            sys.stderr.write(f"schema/{name} is not what the code says. Run: make schema\n")
            stale += 1
    return min(stale, 1)


if __name__ == "__main__":
    sys.exit(main())
