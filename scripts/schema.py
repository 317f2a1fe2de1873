"""Write schema/openapi.json from the application, or check that it is fresh (`--check`)."""

import json
import sys
import tempfile
from pathlib import Path

from labelwright.api.app import create_app, openapi_document
from labelwright.bootstrap import open_context
from labelwright.config import Settings

OPENAPI = Path(__file__).parents[1] / "schema" / "openapi.json"


def openapi_text() -> str:
    """The document as it is committed."""
    with tempfile.TemporaryDirectory() as data, open_context(Settings(data=Path(data))) as context:
        document = openapi_document(create_app(context, operator_secret=""))
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def main() -> int:
    text = openapi_text()
    if "--check" not in sys.argv:
        OPENAPI.write_text(text, encoding="utf-8")
        return 0
    fresh = OPENAPI.exists() and OPENAPI.read_text(encoding="utf-8") == text
    if not fresh:
        sys.stderr.write("schema/openapi.json is not what the application says. Run: make schema\n")
    return 0 if fresh else 1


if __name__ == "__main__":
    sys.exit(main())
