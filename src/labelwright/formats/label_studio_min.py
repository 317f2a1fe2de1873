"""Label Studio's JSON-MIN: an annotation a record, whose regions and answers stand beside the data of its task.

They are called by the tags of the labelling configuration, which the file does not have. Regions are told by what they
hold. A text may be an answer or have been there before: it is an aside, which becomes an answer where a question asks.
"""

from array import array
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

import msgspec

from labelwright.exchange.asides import asides_of
from labelwright.exchange.files import Files
from labelwright.exchange.found import Faults, FoundMedium, Place
from labelwright.exchange.index import Index
from labelwright.formats.json_files import attempted_list, element
from labelwright.formats.json_lists import LongList, Placed
from labelwright.formats.label_studio_regions import ANSWERS, PLACED, Regions, path_of, picture_in

_RECORD: Final = msgspec.json.Decoder(dict[str, Any])
_KEYS: Final = frozenset(("annotation_id", "annotator"))
_REGIONS: Final = (b'"original_width"', b'labels"')
_FULL: Final = frozenset(("data", "annotations", "predictions", "result", "images"))
_OF_RECORDS: Final = frozenset(("id", "created_at", "updated_at", "lead_time", "history", *_KEYS))
"""Ids, times and people."""


class _Record(NamedTuple):
    place: Place
    content: dict[str, Any]


class _Stamps(msgspec.Struct):
    """Of which task a record is, and when it was made."""

    id: Any = msgspec.UNSET
    updated_at: Any = None
    created_at: Any = None

    @property
    def latest(self) -> str:
        return str(self.updated_at or self.created_at or "")


_STAMPS: Final = msgspec.json.Decoder(_Stamps)


def paths_in(files: Files, paths: Iterable[str]) -> list[str]:
    """Those of some paths that are records; who labelled them may stand behind regions, too late to be seen."""
    return [path for path in paths if _is_min(files, path)]


def _is_min(files: Files, path: str) -> bool:
    keys = files.json_keys(path)
    if keys & _FULL:
        return False
    head = files.head(path)
    return head.lstrip()[:1] == b"[" and (keys >= _KEYS or all(sign in head for sign in _REGIONS))


def media_of(files: Files, path: str, faults: Faults) -> Iterator[FoundMedium]:
    """The pictures of a file. Of several annotations of a task the latest is read."""
    records = attempted_list(files, path, faults)
    if records is None:
        return
    tasks = _Tasks(records)
    for number, placed in enumerate(records.placed()):
        place = Place(path, pointer=f"/{number}")
        stamps = element(placed.raw, _STAMPS, "record", place, faults)
        if stamps is not None:
            tasks.add(stamps, place, number, placed)
    for number, count, raw in tasks.latest():
        place = Place(path, pointer=f"/{number}")
        content = element(raw, _RECORD, "record", place, faults)
        if count > 1:
            text = f"{count} people labelled this picture; the latest annotation is read, the others are not."
            faults.add(place, "several_annotations", text)
        if content is not None:
            yield _medium(_Record(place, content), faults)


class _Tasks:
    """Where the latest record of each task stands, in the order of the first of each."""

    def __init__(self, records: LongList) -> None:
        self._records, self._numbers = records, Index()
        self._latest, self._counts = array("q"), array("q")
        self._starts, self._ends = array("q"), array("q")

    def add(self, stamps: _Stamps, place: Place, number: int, placed: Placed) -> None:
        """Add the next record."""
        key = str(place.pointer if stamps.id is msgspec.UNSET else stamps.id)
        task = self._numbers.setdefault(key, len(self._numbers))
        if task == len(self._counts):
            self._counts.append(1)
            self._latest.append(number)
            self._starts.append(placed.start)
            self._ends.append(placed.end)
            return
        self._counts[task] += 1
        if stamps.latest > _STAMPS.decode(self._raw(task)).latest:
            self._latest[task], self._starts[task], self._ends[task] = number, placed.start, placed.end

    def latest(self) -> Iterator[tuple[int, int, msgspec.Raw]]:
        """The number of each record, how many there are of its task, and itself."""
        for task, (number, count) in enumerate(zip(self._latest, self._counts, strict=True)):
            yield number, count, self._raw(task)

    def _raw(self, task: int) -> msgspec.Raw:
        return self._records.between(self._starts[task], self._ends[task])[0]


def _medium(record: _Record, faults: Faults) -> FoundMedium:
    place, regions = record.place, Regions(faults)
    others: dict[str, Any] = {}
    for tag, value in record.content.items():
        results = _results(tag, value)
        for number, result in enumerate(results):
            inside = f"/{number}" if isinstance(value, list) else ""
            at = Place(place.file, pointer=f"{place.pointer}/{tag.replace('~', '~0').replace('/', '~1')}{inside}")
            regions.take(msgspec.Raw(msgspec.json.encode(result)), at)
        if not results and tag not in _OF_RECORDS:
            others[tag] = value
    picture = picture_in(others)
    besides = {name: value for name, value in others.items() if value != picture}
    return FoundMedium(
        place=place,
        path=path_of(picture),
        width=regions.width,
        height=regions.height,
        # Regions have no ids here; they are told apart by where they are.
        objects=tuple(msgspec.structs.replace(one, id=None) for one in regions.objects().values()),
        answers=tuple(regions.answers.get("", ())),
        asides=(*asides_of(besides, place), *regions.asides),
    )


def _results(tag: str, value: Any) -> list[dict[str, Any]]:
    """What a tag holds as results of a whole export; nothing where it is no list of regions or answers."""
    values = value if isinstance(value, list) else [value]
    results: list[dict[str, Any]] = []
    seen: set[str] = set()
    for one in values:
        kind = _kind_of(one) if isinstance(one, dict) else None
        if kind is None:
            return []
        spot = str([one[key] for key in ("x", "y", "width", "height", "radiusX", *PLACED) if key in one])
        while kind not in ANSWERS and spot in seen:
            spot += "+"
        seen.add(spot)
        size = {key: one[key] for key in ("original_width", "original_height") if key in one}
        inside = {key: each for key, each in one.items() if key not in {*size, "image_rotation"}}
        results.append({"id": spot, "type": kind, "from_name": tag, "value": inside, **size})
    return results


def _kind_of(one: dict[str, Any]) -> str | None:
    """The kind of a result, by the key that holds its labels or its answer."""
    named = next((key for key in one if key.endswith("labels") and key != "labels"), None)
    if named is not None:
        return named
    if "labels" in one or "original_width" in one:
        answer = next((kind for kind, key in ANSWERS.items() if key in one), None)
        is_point = "width" in one and "height" not in one
        return "keypointlabels" if is_point and answer is None else answer or "labels"
    return next((kind for kind, key in ANSWERS.items() if key in one and len(one) == 1), None)
