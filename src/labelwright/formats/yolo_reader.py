"""Read YOLO text files. Coordinates are shares of the sides of pictures whose sizes somebody else knows."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from math import isfinite
from typing import Final

import msgspec

from labelwright.exchange.asides import VISIBLE, asides_of, told
from labelwright.exchange.files import Files, refused
from labelwright.exchange.found import DrawnMedium, Faults, FoundClass, FoundMedium, FoundObject, LabelFile, Place
from labelwright.exchange.listing import Paths
from labelwright.exchange.naming import stem_of
from labelwright.exchange.numbers import is_placeholder
from labelwright.exchange.shapes import from_ring
from labelwright.formats.whole import whole
from labelwright.formats.yolo_data import find_data, is_of_yolo, read_data
from labelwright.formats.yolo_drawn import drawn
from labelwright.model.errors import Invalid
from labelwright.model.geometry import Geometry, Point, Rectangle

_PICTURES: Final = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".gif")
_OVERSHOOT: Final = 1e-6
_SPLITS: Final = ("train", "val", "test")
# How many columns a line has: a class with a box, a class with four corners.
_BOX, _CORNERS = 5, 9
_LEAST_SCORED = 8  # a class, three points, a confidence
_LEAST = 4  # a box with a number forgotten; a list of pictures has one column
# Text files beside the labels that hold none.
_LISTS: Final = {"classes.txt", "train.txt", "val.txt", "valid.txt", "test.txt"}


def recognise_task(task: str, files: Files) -> bool:
    """Whether there are YOLO files of this task."""
    return find_task(files) == task


def find_task(files: Files) -> str | None:
    """The task of YOLO files: as `data.yaml` says, else as the numbers in a line tell; None when these are none."""
    labels = _label_paths(files)
    data = find_data(files)
    if data is not None:
        if not is_of_yolo(files, data):
            return None
        if (task := _said_task(files)) is not None:
            return task
    found = _task_of_lines(files, labels) if labels else None
    return found or ("detect" if data is not None else None)


def _said_task(files: Files) -> str | None:
    try:
        return read_data(files).task
    except Invalid:
        return None


def _task_of_lines(files: Files, labels: Sequence[str]) -> str | None:
    """By how many numbers stand in a line; a line with a mistake is no reason to call it something else."""
    counts: set[int] = set()
    strange = 0
    for line in _first_lines(files, labels):
        columns = _without_track(line)
        if len(columns) >= _LEAST and columns[0].isdecimal() and all(map(_is_number, columns)):
            counts.add(len(columns))
        else:
            strange += bool(columns)
    if strange > len(counts):
        return None
    if counts in ({_CORNERS}, {_CORNERS + 1}):
        return "obb"
    return "segment" if any(count > _BOX + 1 for count in counts) else "detect"


def _first_lines(files: Files, labels: Sequence[str]) -> Iterator[list[str]]:
    """The columns of the first lines."""
    for path in labels[:50]:
        head = files.head(path)
        whole_lines = head if len(head) == files.sizes[path] else head.rpartition(b"\n")[0]
        for line in whole_lines.decode("utf-8", "replace").splitlines()[:50]:
            yield line.split()


def _without_track(columns: list[str]) -> list[str]:
    """A line without a whole number above 1 at its end: what no coordinate is, but the number of a track."""
    track = whole(columns[-1]) if len(columns) > _BOX else None
    return columns[:-1] if track is not None and track > 1 else columns


def _are_scored(files: Files) -> bool:
    """Whether lines of outlines end with a confidence, as those of predictions do: all of them."""
    counts = [len(_without_track(columns)) for columns in _first_lines(files, _label_paths(files)) if columns]
    return bool(counts) and all(count % 2 == 0 and count >= _LEAST_SCORED for count in counts)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _label_paths(files: Files) -> Paths:
    texts = files.ending(".txt")
    return texts.where(lambda path: "labels/" in path) or texts.where(
        lambda path: path.rpartition("/")[2] not in _LISTS
    )


def read_task(task: str, files: Files) -> LabelFile:
    """Open YOLO files. Raises Invalid when there are none."""
    labels = _label_paths(files)
    if not labels and find_data(files) is None:
        raise refused("The upload", "not_yolo", "holds no YOLO files: no text files under labels/ and no data.yaml.")
    reader = _Reader(task, files)
    return LabelFile(
        classes=reader.classes(),
        media=lambda: map(reader.medium, labels),
        drawn=lambda: map(reader.drawn, labels),
        faults=reader.faults,
    )


class _Reader:
    def __init__(self, task: str, files: Files) -> None:
        self._task, self._files = task, files
        self.faults = Faults()
        data = read_data(files)
        told(self.faults, data.others, Place(data.path))
        self._names, self._keypoints = data.names, data.keypoints
        self._per_point = 3 if data.has_visibility else 2
        self._is_scored = task == "segment" and _are_scored(files)
        self._are_pictures_there = bool(files.ending(*_PICTURES))

    def classes(self) -> tuple[FoundClass, ...]:
        kind = {"detect": "rectangle", "pose": "rectangle"}.get(self._task)
        types = (kind,) if kind else ()
        named = {number: name for number, name in self._names.items() if not is_placeholder(name)}
        found = [FoundClass(name=name, types=types, number=number) for number, name in named.items()]
        for number, names in self._keypoints.items():
            parent = self._names.get(number)
            found += [FoundClass(name=name, types=("point",), parent=parent) for name in names]
        return tuple(found)

    def medium(self, path: str) -> FoundMedium:
        """The picture of a text file. One without such a file nobody has labelled; it is left out."""
        objects = [self._object(line, Place(path, line=number)) for number, line in enumerate(self._lines(path), 1)]
        return msgspec.structs.replace(self._head(path), objects=tuple(one for one in objects if one is not None))

    def drawn(self, path: str) -> DrawnMedium:
        """The same with its shapes as numbers, where every line is plain."""
        shapes = None
        with suppress(Invalid):
            shapes = drawn(bytes(self._files.read(path)), self._task, self._names, _OVERSHOOT)
        is_plain = shapes is not None and not self._is_scored
        return (self._head(path), shapes) if is_plain else (self.medium(path), None)

    def _head(self, path: str) -> FoundMedium:
        place = stem_of("/images/".join(f"/{path}".rsplit("/labels/", 1)))[1:]
        return FoundMedium(
            place=Place(path),
            path=self._picture(place).removeprefix("images/"),
            split=next((split for split in _SPLITS if f"/{split}/" in f"/{path}"), ""),
            is_relative=True,
        )

    def _picture(self, place: str) -> str:
        """The path of the picture whose path this is but for an extension, if it is there."""
        if not self._are_pictures_there:
            return place
        found = [path for path in self._files.of_stem(place) if path.lower().endswith(_PICTURES)]
        return found[-1] if found else place

    def _lines(self, path: str) -> list[str]:
        try:
            return self._files.text(path).splitlines()
        except Invalid as error:
            self.faults.add(Place(path), error.issues[0].code, error.message)
            return []

    def _object(self, line: str, place: Place) -> FoundObject | None:
        columns = line.split()
        if not columns:
            return None
        columns, track = self._tracked(columns)
        numbers = self._numbers(columns, line, place)
        if numbers is None:
            return None
        number = whole(columns[0])
        name = self._names.get(number) if number is not None else None
        if number is None or name is None:
            known = (
                f"data.yaml names {len(self._names)}, from 0" if self._names else "nothing names any: add a data.yaml"
            )
            text = f"There is no class {columns[0][:20]}; {known}."
            self.faults.add(place, "class_out_of_range", text, columns[0])
            return None
        numbers, score = self._scored(numbers)
        geometry = self._geometry(numbers, place, line)
        if geometry is None:
            return None
        nested = tuple(self._points(number, numbers[4:], place)) if self._task == "pose" else ()
        asides = asides_of({"confidence": score, "track_id": track}, place)
        return FoundObject(class_name=name, geometry=geometry, place=place, nested=nested, asides=asides)

    def _tracked(self, columns: list[str]) -> tuple[list[str], int | None]:
        """The columns without the number of a track at the end, which trackers write there, and that.

        It is what no coordinate can be: behind all of them, or a whole number above 1.
        """
        more = len(columns) - {"obb": _CORNERS, "segment": _LEAST_SCORED - 1}.get(self._task, _BOX)
        track = whole(columns[-1]) if more > 0 else None
        could_be_seen = self._task == "pose" and self._per_point == 3 and more % 3 == 0
        is_behind = self._task in {"detect", "obb"} and more == 2
        if track is None or could_be_seen or not (track > 1 or is_behind):
            return columns, None
        return columns[:-1], track

    def _scored(self, numbers: list[float]) -> tuple[list[float], float | None]:
        """The numbers without the confidence at the end of predictions, and that."""
        more = len(numbers) - (8 if self._task == "obb" else 4)
        is_scored = {
            "detect": more == 1,
            "obb": more == 1,
            "pose": more > 1 and more % self._per_point == 1,
            # A number too many may be one forgotten: outlines have a confidence when all lines have.
            "segment": self._is_scored,
        }
        return (numbers[:-1], numbers[-1]) if is_scored[self._task] else (numbers, None)

    def _numbers(self, columns: list[str], line: str, place: Place) -> list[float] | None:
        try:
            numbers = [float(column) for column in columns[1:]]
        except ValueError:
            hint = " Write decimals with a point." if "," in line else ""
            self.faults.add(place, "not_a_number", f"The line needs numbers alone.{hint}", line)
            return None
        if not columns[0].isdecimal():
            self.faults.add(place, "not_a_class", "The line begins with a class's number from 0.", line)
            return None
        shares = self._shares(numbers)
        # Neither the least nor the largest of numbers says that one of them is none.
        is_inside = not shares or (min(shares) >= -_OVERSHOOT and max(shares) <= 1 + _OVERSHOOT)
        if not is_inside or not isfinite(sum(numbers)):
            text = "Coordinates are shares of the picture's sides, from 0 to 1."
            self.faults.add(place, "out_of_range", text, line)
            return None
        return numbers

    def _shares(self, numbers: list[float]) -> list[float]:
        if self._task != "pose":
            return numbers
        return numbers[:4] + [number for at, number in enumerate(numbers[4:]) if at % self._per_point != 2]

    def _geometry(self, numbers: list[float], place: Place, line: str) -> Geometry | None:
        if self._task in {"detect", "pose"}:
            wanted = 4 if self._task == "detect" else None
            if len(numbers) < 4 or (wanted and len(numbers) != wanted) or numbers[2] <= 0 or numbers[3] <= 0:
                text = "A box needs its centre, and a width and a height above 0: four numbers behind the class."
                self.faults.add(place, "invalid_box", text, line)
                return None
            x, y, w, h = numbers[:4]
            return Rectangle(x - w / 2, y - h / 2, w, h)
        if len(numbers) % 2 or len(numbers) < 6 or (self._task == "obb" and len(numbers) != 8):
            text = "An outline needs pairs of numbers, three points at least; an oriented box four."
            self.faults.add(place, "invalid_outline", text, line)
            return None
        return from_ring(tuple(zip(numbers[::2], numbers[1::2], strict=True)))

    def _points(self, number: int, values: list[float], place: Place) -> Iterator[FoundObject]:
        each = self._per_point
        if len(values) % each:
            told = (
                "three numbers each: x, y and visible" if each > 2 else "two numbers each, as kpt_shape says: x and y"
            )
            self.faults.add(place, "invalid_keypoints", f"Keypoints are {told}.", len(values))
            return
        points = [tuple(values[at : at + each]) for at in range(0, len(values), each)]
        names = self._keypoints.get(number) or [f"keypoint_{n + 1}" for n in range(len(points))]
        for name, (x, y, *visible) in zip(names, points, strict=False):
            if visible[0] if visible else x or y:  # without a third number the corner stands for no point
                seen = {"visibility": f"{visible[0]:g}"} if visible else {}
                asides = asides_of(seen, place, VISIBLE)
                yield FoundObject(class_name=name, geometry=Point(x, y), place=place, asides=asides)
