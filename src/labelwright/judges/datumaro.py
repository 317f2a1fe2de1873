"""Datumaro reads boxes, outlines, masks, points and lines. https://github.com/open-edge-platform/datumaro."""

from collections.abc import Iterator, Sequence

PACKAGE = "datumaro"
FILES = {
    "datumaro": ("*.json",),
    "kitti": ("*.txt",),
    "voc": ("*.xml", "*.txt"),
    "cvat": ("annotations.xml", "images/*"),  # of several files it reads none
    "yolo": ("labels/*", "images/*", "*.yaml"),
}
_TWO_DECIMALS = 0.011
OFF_PX = dict.fromkeys(FILES, _TWO_DECIMALS) | {"voc": 1.0}  # it does not know the corners of the devkit


def read(form: str) -> Iterator[tuple[str, list[tuple[str, Sequence[float]]]]]:
    """Every picture with its annotations."""
    import datumaro  # noqa: PLC0415 - only in its own interpreter

    dataset = datumaro.Dataset.import_from(".", form)
    labels = dataset.categories()[datumaro.AnnotationType.label].items
    for item in dataset:
        found = [one for one in item.annotations if one.type.name != "label"]
        yield item.id, [(labels[one.label].name, list(map(float, one.get_bbox()))) for one in found]
