"""`data.yaml` of YOLO, or the list of names of older layouts: the task, the names of classes and of keypoints.

Every scalar is read as the text that stands there, so that a class called `no` or `007` keeps its name.
https://docs.ultralytics.com/datasets/
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from labelwright.exchange.bounding import MOST_NAME
from labelwright.exchange.files import Files, refused
from labelwright.formats.whole import whole
from labelwright.model.errors import Invalid

TASKS: Final = ("detect", "segment", "obb", "pose")
_HALVES: Final = re.compile("[\ud800-\udfff]")
_MOST_BYTES: Final = 1 << 20
_MOST_BRACKETS: Final = 10_000
_KEYS: Final = {"names", "nc"}
_READ: Final = frozenset(
    (*_KEYS, "task", "kpt_shape", "kpt_names", "flip_idx", "path", "train", "val", "test", "channels", "download")
)


class Data(NamedTuple):
    """`task` is None where the file does not say; `keypoints` are names by number of the class.

    `has_visibility` says whether a keypoint is x, y and visible, or x and y alone. `others` is what it says besides.
    """

    task: str | None
    names: dict[int, str]
    keypoints: dict[int, list[str]]
    has_visibility: bool = True
    path: str = ""
    others: Mapping[str, str] = MappingProxyType({})


def find_data(files: Files) -> str | None:
    """The path of the file that describes the dataset: one called data*.yaml, else one that names classes."""
    paths = files.ending(".yaml", ".yml")
    called = (path for path in paths if path.rpartition("/")[2].startswith("data"))
    return next(called, None) or next((path for path in paths if b"names:" in files.head(path)), None)


def is_of_yolo(files: Files, path: str) -> bool:
    """Whether a YAML file says what YOLO's does; one that is broken may be meant so, and reading it says why."""
    try:
        return bool(_parsed(files, path).keys() & _KEYS)
    except Invalid:
        return True


def read_data(files: Files) -> Data:
    """What the dataset says of itself; nothing where it has no such file. Raises Invalid for broken YAML."""
    path = find_data(files)
    if path is None:
        return Data(None, _listed(files), {})
    found = _parsed(files, path)
    task = found.get("task")
    if task not in TASKS:
        task = "pose" if "kpt_shape" in found else None
    names = _numbered(path, "names", found.get("names"))
    keypoints = _numbered(path, "kpt_names", found.get("kpt_names"))
    shape = found.get("kpt_shape")
    return Data(
        task=task,
        names={number: _name(path, value) for number, value in names.items()},
        keypoints={
            n: [_name(path, each) for each in value] for n, value in keypoints.items() if isinstance(value, list)
        },
        has_visibility=not isinstance(shape, list) or shape[1:] != ["2"],
        path=path,
        others=dict(_others(found)),
    )


def _others(found: dict[Any, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """What stands beside what is read, and what follows from the rest or says where things are on some machine."""
    for name, value in found.items():
        if isinstance(value, dict) and not above and name not in _READ:
            yield from _others(value, f"{name}.")
        elif above or name not in _READ:
            yield f"{above}{name}", value if isinstance(value, str) else f"a {type(value).__name__}"


def _listed(files: Files) -> dict[int, str]:
    """One name a line, as in `classes.txt` and `obj.names`."""
    for path in files.ending("classes.txt", ".names"):
        names = [line.strip() for line in files.text(path).splitlines()]
        return {number: name for number, name in enumerate(names) if name}
    return {}


def _parsed(files: Files, path: str) -> dict[str, Any]:
    try:
        import yaml  # noqa: PLC0415 - an extra
    except ImportError:
        text = "is YAML, which needs “pip install labelwright[formats]” here."
        raise refused(path, "needs_extra", text) from None
    content = files.text(path) if files.sizes[path] <= _MOST_BYTES else ""
    if (not content and files.sizes[path]) or content.count("[") + content.count("{") > _MOST_BRACKETS:
        raise refused(path, "invalid_yaml", "is too long, or nested too deep, for a list of classes.")
    try:
        found = yaml.load(content, Loader=yaml.BaseLoader)  # noqa: S506 - it makes texts, lists and mappings alone
    except (yaml.YAMLError, RecursionError) as error:
        raise refused(path, "invalid_yaml", f"is not YAML: {' '.join(str(error).split())}.") from None
    return found if isinstance(found, dict) else {}


def _numbered(path: str, key: str, found: Any) -> dict[int, Any]:
    """A list or a mapping from numbers, as both are in use. Raises Invalid."""
    if isinstance(found, list):
        return dict(enumerate(found))
    if not isinstance(found, dict):
        return {}
    numbered = {}
    for text, value in found.items():
        number = whole(text) if isinstance(text, str) else None
        if number is None:
            raise refused(path, "invalid_names", f"numbers its {key} from 0; “{_shown(text)}” is no number.")
        numbered[number] = value
    return numbered


def _name(path: str, value: Any) -> str:
    if not isinstance(value, str):
        raise refused(path, "invalid_names", f"has a name that is no text: {_shown(value)}.")
    if len(value) > MOST_NAME or _HALVES.search(value):
        what = f"of more than {MOST_NAME:,} characters" if len(value) > MOST_NAME else "with half of a surrogate pair"
        raise refused(path, "invalid_names", f"has a name {what}, which is none.")
    return value


def _shown(value: Any) -> str:
    """The start of a text; lists and mappings may hold themselves, or more than there is room for."""
    return value[:40] if isinstance(value, str) else f"a {type(value).__name__}"
