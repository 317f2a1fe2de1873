"""The labels of Cityscapes: which ids its names have, and which of them have instances."""

from typing import Final, NamedTuple

from labelwright.exchange.source import Scheme
from labelwright.formats import mask_classes

# By id, from 0. https://www.cityscapes-dataset.com/dataset-overview/#class-definitions
NAMES: Final = (
    "unlabeled", "ego vehicle", "rectification border", "out of roi", "static", "dynamic", "ground", "road", "sidewalk",
    "parking", "rail track", "building", "wall", "fence", "guard rail", "bridge", "tunnel", "pole", "polegroup",
    "traffic light", "traffic sign", "vegetation", "terrain", "sky", "person", "rider", "car", "truck", "bus",
    "caravan", "trailer", "train", "motorcycle", "bicycle",
)  # fmt: skip
IDS: Final = {name: number for number, name in enumerate(NAMES)}
FIRST_WITH_INSTANCES: Final = 24
INSTANCES: Final = 1000
"""Objects of a class: the value of one is id * 1000 + its number, which 16 bits hold for ids up to 64."""

LAST_WITH_INSTANCES: Final = 64


class Label(NamedTuple):
    """A class as Cityscapes has it."""

    id: int
    name: str
    has_instances: bool
    colour: tuple[int, int, int]


def labels_of(scheme: Scheme, ids: str) -> dict[str, Label]:
    """The labels by class id. With ``ids`` "cityscapes" its names have its ids, and other classes those behind."""
    found = {}
    for class_id, row in mask_classes.rows(scheme).items():
        name = row.name.replace("_", " ")
        official = IDS.get(name) if ids == "cityscapes" else None
        number = official if official is not None else row.value + (len(NAMES) - 1 if ids == "cityscapes" else 0)
        is_thing = number >= FIRST_WITH_INSTANCES if official is not None else row.kind != "image_segmentation"
        has_instances = is_thing and number <= LAST_WITH_INSTANCES
        found[class_id] = Label(number, row.name, has_instances, row.colour)
    return found
