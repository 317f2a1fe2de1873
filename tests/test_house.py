"""The house is complete: what is registered in one place is there in all the places that it belongs to."""

import inspect
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from labelwright.api.errors import STATUS, TITLES, status_of
from labelwright.config import Settings
from labelwright.exchange.change_set import WHATS
from labelwright.exchange.uniting import MODES
from labelwright.formats import FORMATS
from labelwright.judges import TOOLS, inside
from labelwright.model import errors
from labelwright.model.errors import LabelwrightError
from labelwright.model.geometry import KINDS
from labelwright.model.task import TRANSITIONS, TaskState

ROOT = Path(__file__).parents[1]
PYTHON, WEB, DOCS = ROOT / "src" / "labelwright", ROOT / "web" / "src", ROOT / "docs"
MOST_LINES = 400

# Files outside the kinds, the registry and the formats that name a kind, and how often: image segmentation stands at
# the root of a configuration and has no children. Nothing else has a reason.
KINDS_NAMED = {
    "src/labelwright/model/configuration.py": 1,
    "web/src/app/configuration/types.ts": 1,
    "web/src/api/saves-samples.ts": 3,
}


def files(folder: Path, *endings: str) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.suffix in endings)


def sources() -> list[Path]:
    """Code of the product: no tests, nothing built."""
    built = PYTHON / "static"
    python = [path for path in files(PYTHON, ".py") if built not in path.parents]
    web = [path for path in files(WEB, ".ts", ".svelte") if not re.search(r"\.(test|bench)\.ts$", path.name)]
    return [*python, *web]


def error_classes() -> list[type[LabelwrightError]]:
    found = (kind for _, kind in inspect.getmembers(errors, inspect.isclass))
    return [kind for kind in found if issubclass(kind, LabelwrightError) and kind is not LabelwrightError]


def test_every_geometry_kind_is_in_both_registries_with_vectors_and_a_word() -> None:
    registry = (WEB / "geometry" / "index.ts").read_text()
    listed = re.search(r"KINDS: Registry = \{([^}]*)\}", registry)
    assert listed is not None

    assert {name.strip() for name in listed[1].split(",") if name.strip()} == set(KINDS)
    for kind in KINDS:
        assert (PYTHON / "model" / "geometry" / f"{kind}.py").exists()
        assert (WEB / "geometry" / f"{kind}.ts").exists()
        assert (ROOT / "schema" / "vectors" / f"{kind}.json").exists()
        assert f"*{kind}*" in (ROOT / "GLOSSARY.md").read_text()
        assert f"`{kind}`" in (DOCS / "export.md").read_text()


def test_no_file_outside_the_kinds_the_registry_and_the_formats_names_a_kind() -> None:
    quoted = re.compile(rf"""['"`]({"|".join(KINDS)})['"`]""")
    own = (PYTHON / "model" / "geometry", PYTHON / "formats", PYTHON / "exchange", WEB / "geometry")
    named = {}
    for path in sources():
        # In templates of pages the same words name classes of style.
        lines = [line for line in path.read_text().splitlines() if "class=" not in line]
        count = len(quoted.findall("\n".join(lines)))
        if count and not any(folder in path.parents for folder in own):
            named[path.relative_to(ROOT).as_posix()] = count

    assert named == KINDS_NAMED


def test_every_error_has_a_code_of_its_own_a_status_and_a_place_in_the_drawn_tree() -> None:
    classes = error_classes()
    codes = [kind.code for kind in classes]
    assert len(set(codes)) == len(codes)
    for kind in classes:
        assert kind.code == re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower(), "a code is the name of its class"
        assert any(ancestor in STATUS for ancestor in kind.__mro__), f"{kind.__name__} has no status"
        assert status_of(kind.__new__(kind)) in TITLES
        assert kind.__name__ in (errors.__doc__ or ""), f"{kind.__name__} is not in the drawn tree"


def test_every_setting_is_documented_and_every_documented_one_is_there() -> None:
    documented = set(re.findall(r"^\| `(LABELWRIGHT_[A-Z_]+)` \|", (DOCS / "settings.md").read_text(), re.MULTILINE))
    settings = {f"LABELWRIGHT_{name.upper()}" for name in Settings.model_fields}
    mentioned = {name for path in _readers_of_variables() for name in _variables(path)}

    assert settings - documented == set()
    assert mentioned - documented == set()
    assert documented - settings - mentioned == set()


def _readers_of_variables() -> Iterator[Path]:
    yield from files(PYTHON, ".py")
    yield from (ROOT / name for name in ("Makefile", "hatch_build.py", "scripts/ensure-chromium"))
    yield ROOT / "tests" / "e2e" / "conftest.py"


def _variables(path: Path) -> set[str]:
    return set(re.findall(r"\bLABELWRIGHT_[A-Z]+(?:_[A-Z]+)*\b", path.read_text()))


def test_every_state_of_a_task_is_reached_and_in_the_glossary() -> None:
    reached = {TaskState.BACKLOG} | {move.target for move in TRANSITIONS}
    # Reviews come with their own moves; until then nothing leads to these.
    assert set(TaskState) - reached == {TaskState.REVIEWED, TaskState.REVIEWED_SKIP}
    glossary = (ROOT / "GLOSSARY.md").read_text().lower()
    for state in TaskState:
        assert state.removesuffix("_SKIP").removesuffix("_CHANGED").replace("_", " ").lower() in glossary


def test_every_tool_of_label_mode_has_a_key_of_its_own() -> None:
    keys = [
        key
        for path in (WEB / "tools").glob("*.ts")
        for key in re.findall(r"^  key: '(.+)',$", path.read_text(), re.MULTILINE)
    ]
    assert len(keys) >= 4
    assert len(set(keys)) == len(keys)


def test_the_page_on_adding_a_tool_shows_the_source_of_one() -> None:
    blocks = re.findall(r"```ts\n(.*?)```", (DOCS / "extend" / "add-a-tool.md").read_text(), re.DOTALL)
    source = "".join((WEB / "tools" / name).read_text() for name in ("lasso.ts", "lasso.test.ts", "index.ts"))
    assert len(blocks) >= 5
    assert [block for block in blocks if block.rstrip() not in source] == []


def test_a_file_is_one_noun_and_under_400_lines() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): count
        for path in sources()
        if (count := len(path.read_text().splitlines())) > MOST_LINES
    }
    assert long == {}


def test_every_dependency_is_pinned_and_no_committed_file_names_where_packages_come_from() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    asked += [line for extra in project["project"]["optional-dependencies"].values() for line in extra]
    asked += [line for group in project["dependency-groups"].values() for line in group]
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {line.split("==")[0] for line in lines if "==" in line}

    assert {_package(line) for line in asked} - pinned == set()
    assert [
        line for line in lines if not line.startswith("#") and not re.match(r"[a-z0-9-]+==[\w.]+( ; .+)?$", line)
    ] == []
    assert '"resolved"' not in (ROOT / "web" / "package-lock.json").read_text()


def _package(requirement: str) -> str:
    return re.split(r"[\[<>=!~ ]", requirement)[0].lower().replace("_", "-")


def documents() -> list[Path]:
    return [*ROOT.glob("*.md"), *files(DOCS, ".md"), PYTHON / "demo" / "pictures" / "README.md"]


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", path.read_text())
    missing = [target for target in targets if not (path.parent / target).exists()]
    assert missing == []


def test_decisions_are_numbered_once_each_and_of_readable_length() -> None:
    decisions = sorted((DOCS / "adr").glob("*.md"))
    numbers = [path.name[:4] for path in decisions]
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]
    for path in decisions:
        assert path.read_text().startswith(f"# {path.name[:4]} ")
        assert 15 <= len(path.read_text().splitlines()) <= 70, path.name


def test_the_page_shows_every_kind_of_change_and_offers_every_mode() -> None:
    page = (ROOT / "web" / "src" / "api" / "exchanges.ts").read_text()
    choices = (ROOT / "web" / "src" / "app" / "files" / "ImportChoices.svelte").read_text()
    assert [what for what in WHATS if f"'{what}'" not in page] == []
    assert [mode for mode in MODES if f"value: '{mode}'" not in choices] == []


def test_every_judge_is_in_the_docs_and_its_file_runs_without_anything_of_ours() -> None:
    docs = (DOCS / "judges.md").read_text()
    readable = {form.id for form in FORMATS.values() if form.read is not None}
    for tool in TOOLS:
        assert set(tool.FILES) == set(tool.OFF_PX)
        assert set(tool.FILES) <= readable
        assert f"`{tool.PACKAGE}`" in docs
        assert "import labelwright" not in (text := Path(str(tool.__file__)).read_text())
        assert "from labelwright" not in text
    assert "from labelwright" not in Path(inside.__file__).read_text()
