"""What is in files, by whoever reads them: pictures, and of each class the annotations and the sums of their boxes."""

from collections.abc import Iterator
from typing import NamedTuple

from labelwright.exchange.files import Files
from labelwright.exchange.format import Format
from labelwright.exchange.found import FoundObject, LabelFile
from labelwright.judges.inside import totals_of
from labelwright.judges.tool import Seen
from labelwright.model.geometry import Point, kind_of


class Totals(NamedTuple):
    """`classes` has the count and the sums of x, y, width and height, by the name of the class."""

    pictures: int
    classes: dict[str, list[float]]

    @property
    def annotations(self) -> int:
        return sum(map(self.of, self.classes))

    def of(self, name: str) -> int:
        """How many annotations of a class there are."""
        return int(self.classes[name][0]) if name in self.classes else 0


class OwnTotals(NamedTuple):
    """What our own reader finds. `parts` are points that stand in the annotation that they are nested in, by class.

    `points` are annotations that are one, by class. `is_relative`: the files have no pixels.
    """

    totals: Totals
    parts: dict[str, int]
    points: dict[str, int]
    is_relative: bool


def own_totals(form: Format, files: Files) -> OwnTotals:
    """Read files, as a judge would."""
    assert form.read is not None
    counting = _Counting()
    said = totals_of(counting.seen(form.read(files)))
    return OwnTotals(Totals(said["pictures"], said["classes"]), counting.parts, counting.points, counting.is_relative)


class _Counting:
    def __init__(self) -> None:
        self.parts: dict[str, int] = {}
        self.points: dict[str, int] = {}
        self.is_relative = False

    def seen(self, labels: LabelFile) -> Iterator[Seen]:
        for medium in labels.media():
            self.is_relative |= medium.is_relative
            yield (
                medium.path,
                [
                    (one.class_name, kind_of(one.geometry).bounds(one.geometry))
                    for found in medium.objects
                    for one in self._apart(found)
                ],
            )

    def _apart(self, found: FoundObject) -> Iterator[FoundObject]:
        """An annotation and those nested in it, but for what stands in it."""
        if isinstance(found.geometry, Point):
            self.points[found.class_name] = self.points.get(found.class_name, 0) + 1
        yield found
        for one in found.nested:
            if one.place == found.place:
                self.parts[one.class_name] = self.parts.get(one.class_name, 0) + 1
            else:
                yield from self._apart(one)
