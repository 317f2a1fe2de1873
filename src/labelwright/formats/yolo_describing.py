"""The `data.yaml` that YOLO's programs want beside their labels: where pictures are, and what the numbers mean.

https://docs.ultralytics.com/datasets/pose/
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from labelwright.exchange.numbers import names_by_number
from labelwright.exchange.source import Scheme

Keypoints = Mapping[str, Mapping[str, int]]
"""By class id: the places of its keypoints, by the class ids of these."""
_SIDES: Final = {"left": "right", "right": "left", "l": "r", "r": "l"}
_WORD: Final = re.compile(r"[a-z]+")


def keypoints_of(scheme: Scheme) -> Keypoints:
    """The points nested in classes of rectangles, in configuration order, of those classes that have some."""
    found = {}
    for label_class in scheme.geometry_classes:
        points = [child for child in label_class.children if child.type == "point"]
        if points and label_class.type == "rectangle":
            found[str(label_class.id)] = {str(child.id): place for place, child in enumerate(points)}
    return found


def most_of(keypoints: Keypoints) -> int:
    """How many keypoints a line has room for."""
    return max((len(places) for places in keypoints.values()), default=0)


def describe(task: str, scheme: Scheme, splits: Sequence[str], keypoints: Keypoints) -> str:
    """The text of `data.yaml`; `splits` are those that have pictures.

    It has no `path`: programs then look beside the file itself, wherever they are started; a relative one they
    would look up from their own folder. Some want both train and val: the same pictures stand for what is not there.
    """
    places = {split: f"images/{split}" for split in splits if split} or {"train": "images", "val": "images"}
    first, *_ = places.values()
    places.setdefault("val", places.get("test", first))
    places.setdefault("train", first)
    names = names_by_number(scheme)
    lines = [*(f"{split}: {place}" for split, place in places.items()), f"task: {task}"]
    lines += _described_keypoints(scheme, keypoints)
    lines += [f"nc: {len(names)}", "names:", *(f"  {number}: {_quoted(name)}" for number, name in names.items())]
    return "\n".join(lines) + "\n"


def _described_keypoints(scheme: Scheme, keypoints: Keypoints) -> list[str]:
    if not keypoints:
        return []
    placed = scheme.configuration.by_id
    names = {key: [placed[point].label_class.key for point in places] for key, places in keypoints.items()}
    lines = [f"kpt_shape: [{most_of(keypoints)}, 3]"]
    if flips := flips_of(list(names.values())):
        lines.append(f"flip_idx: {flips}")
    listed = [f"  {scheme.indices[key]}: [{', '.join(map(_quoted, own))}]" for key, own in names.items()]
    return [*lines, "kpt_names:", *listed]


def flips_of(named: Sequence[Sequence[str]]) -> list[int] | None:
    """Which keypoint each one is in a picture that is mirrored, by the words left and right in their names.

    None where no name says so, or classes do not agree: programs then do not mirror pictures.
    """
    most = max(map(len, named))
    flips = {tuple(_flips(names, most)) for names in named}
    only = flips.pop()
    return list(only) if not flips and only != tuple(range(most)) else None


def _flips(names: Sequence[str], most: int) -> list[int]:
    places = {name.lower(): place for place, name in enumerate(names)}
    own = [places.get(_mirrored(name), place) for name, place in places.items()]
    return [*own, *range(len(own), most)]


def _mirrored(name: str) -> str:
    return _WORD.sub(lambda word: _SIDES.get(word[0], word[0]), name.lower())


def _quoted(text: str) -> str:
    """A YAML string: JSON's strings are YAML's."""
    return msgspec.json.encode(text).decode()
