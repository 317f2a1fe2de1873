"""Write the schemas in schema/ and the table of formats in docs/, or check that they are fresh (`--check`)."""

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
from labelwright.exchange.format import FEATURES
from labelwright.formats import FORMATS
from labelwright.formats.export_schema import export_schema
from labelwright.model.geometry import KINDS

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "schema"
PAGE = ROOT / "docs" / "formats.md"
BEGIN, END = "<!-- formats -->", "<!-- /formats -->"


def openapi() -> dict[str, Any]:
    """The document of the API, as the application serves it."""
    with tempfile.TemporaryDirectory() as data, open_context(Settings(data=Path(data))) as context:
        return openapi_document(create_app(context, operator_secret=""))


SUPPORTED = (*KINDS, *FEATURES)
SCHEMAS = {"openapi.json": openapi, "export.schema.json": export_schema}


def formats_page() -> str:
    """docs/formats.md with what every registered format says of itself."""
    head, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    tail = rest.partition(END)[2]
    lines = [f"| format | {' | '.join(name.replace('_', ' ') for name in SUPPORTED)} |"]
    lines.append("|---|" + "---|" * len(SUPPORTED))
    signs = {"carries": "●", "converts": "◐", "refuses": "○"}
    for form in FORMATS.values():
        cells = [signs[form.supports[name].level] for name in SUPPORTED]
        lines.append(f"| `{form.id}` {form.name} | {' | '.join(cells)} |")
    for form in FORMATS.values():
        ways = "reads and writes" if form.read and form.write else "writes" if form.write else "reads"
        lines += ["", f"### `{form.id}`: {form.name}", "", f"{form.text} Labelwright {ways} it.", ""]
        lines += [
            f"* {name.replace('_', ' ')}: {form.supports[name].how}"
            for name in SUPPORTED
            if form.supports[name].level != "carries"
        ]
        for setting in form.settings:
            choices = ", ".join(f"`{value}` ({text})" for value, text in setting.choices)
            default = str(setting.default).lower() if isinstance(setting.default, bool) else setting.default
            lines.append(
                f"* option `{setting.id}`: {setting.text} {choices + '. ' if choices else ''}Default: `{default}`."
            )
    return f"{head}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{tail}"


def main() -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    stale = 0
    if "--check" not in sys.argv:
        PAGE.write_text(formats_page(), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != formats_page():
        sys.stderr.write("docs/formats.md is not what the code says. Run: make schema\n")
        stale += 1
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
