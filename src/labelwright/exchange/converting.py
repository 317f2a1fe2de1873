"""Labels from one file into another without a server: the file's own classes become the configuration.

Ids count up in the order of the file, so that the same file gives the same archive.
"""

import io
import uuid
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, NamedTuple

import msgspec

from labelwright.exchange.files import Files
from labelwright.exchange.found import Fault, FoundMedium, LabelFile, NotKept, Tally, notes_of
from labelwright.exchange.mapping import ClassMapping
from labelwright.exchange.naming import stem_of
from labelwright.exchange.proposing import Survey
from labelwright.exchange.reading import identified, restorer_of
from labelwright.exchange.resolving import Drawn, Resolved, Resolver
from labelwright.exchange.side_car_restoring import Restorer
from labelwright.exchange.source import Medium, Scheme, TaskLabels
from labelwright.model.configuration import Configuration, LabelClass
from labelwright.model.document import Annotation, Document
from labelwright.model.ids import is_uuid
from labelwright.model.numbering import by_age

PICTURES: Final = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".gif")
STATE: Final = "completed"


class Converted(NamedTuple):
    """A file as tasks of a project that is only there for this. `tasks` starts a walk; the rest fills meanwhile.

    `notes` are sentences about the file as a whole.
    """

    scheme: Scheme
    tasks: Callable[[], Iterator[TaskLabels]]
    open_picture: Callable[[Medium], BinaryIO | None]
    refused: list[Fault]
    not_kept: Callable[[], tuple[NotKept, ...]]
    media: int
    notes: tuple[str, ...]


def open_converted(files: Files, labels: LabelFile) -> Converted:
    """Survey a file, together with its side-car where there is one, and make a configuration of it."""
    survey = Survey(labels.classes)
    restorer = restorer_of(files)
    media = 0
    for medium in restored(files, labels, restorer):
        survey.look(medium)
        media += 1
    classes = by_age(_with_ids(survey.propose(), _Counter("class")))
    configuration = Configuration(
        id=_id("configuration", 0), project_id=_id("project", 0), revision=1, timestamp=0, classes=classes
    )
    resolver = Resolver(configuration, ClassMapping(), out_of_bounds="keep")
    pictures = _Pictures(files)
    refused: list[Fault] = []
    tally = Tally()

    def tasks() -> Iterator[TaskLabels]:
        refused.clear()
        tally.clear()
        ids = _Counter("annotation")
        for number, found in enumerate(restored(files, labels, restorer_of(files))):
            size_wh = pictures.size_of(found)
            resolved = resolver.resolve(found, size_wh)
            refused.extend(resolved.refused)
            tally.add_all(resolved.not_kept)
            yield _task(found, number, resolved, (size_wh, pictures.name_of(found)), ids)

    def not_kept() -> tuple[NotKept, ...]:
        return (*labels.faults.not_kept.lines(), *tally.lines())

    notes = (*notes_of(labels), *((restorer.use.note,) if restorer else ()))
    return Converted(Scheme(configuration), tasks, pictures.open, refused, not_kept, media, notes)


def restored(files: Files, labels: LabelFile, restorer: Restorer | None) -> Iterator[FoundMedium]:
    """Start a walk over what the files say, together with their side-car where there is one."""
    labels.faults.begin()
    media = identified(labels.media(), files)
    return media if restorer is None else restorer.media(media)


def _task(
    found: FoundMedium,
    number: int,
    resolved: Resolved,
    picture: tuple[tuple[int, int] | None, str | None],
    ids: "_Counter",
) -> TaskLabels:
    size_wh, own_name = picture
    annotations: dict[str, Annotation] = {}
    for drawn in resolved.objects:
        _add(drawn, None, annotations, ids)
    name = found.name or found.path.rpartition("/")[2]
    medium = Medium(
        id=found.id or _id("medium", number),
        name=own_name or name,
        dataset=found.path.rpartition("/")[0],
        width=size_wh[0] if size_wh else None,
        height=size_wh[1] if size_wh else None,
        sha256=found.sha256,
        url=None,
        path=found.path,
    )
    ordered = tuple(annotations[key] for key in sorted(annotations))
    document = Document(annotations=ordered, answers=dict(sorted(resolved.answers.items())))
    return TaskLabels(task_id=_id("task", number), state=STATE, medium=medium, content=document)


def _add(drawn: Drawn, parent_id: str | None, made: dict[str, Annotation], ids: "_Counter") -> None:
    own_id = drawn.id if drawn.id is not None and is_uuid(drawn.id) and drawn.id not in made else ids.next()
    made[own_id] = Annotation(
        id=own_id,
        class_id=str(drawn.label_class.id),
        parent_id=parent_id,
        geometry=drawn.geometry,
        answers=dict(sorted(drawn.answers.items())),
        z=drawn.z,
        comment=drawn.comment,
        source="import",
    )
    for nested in drawn.nested:
        _add(nested, own_id, made, ids)


class _Pictures:
    """The pictures that lie beside the labels, and their sizes."""

    def __init__(self, files: Files) -> None:
        self._files = files
        paths = files.ending(*PICTURES)
        self._paths = {path: path for path in paths}
        for path in paths:
            tail = path.rpartition("/")[2]
            for key in (tail, stem_of(path), stem_of(tail)):
                self._paths.setdefault(key, path)

    def _find(self, path: str) -> str | None:
        tail = path.rpartition("/")[2]
        keys = (path, f"images/{path}", tail, stem_of(tail))
        return next((self._paths[key] for key in keys if key in self._paths), None)

    def name_of(self, found: FoundMedium) -> str | None:
        path = self._find(found.path)
        return path.rpartition("/")[2] if path else None

    def size_of(self, found: FoundMedium) -> tuple[int, int] | None:
        """As the file says, else as the picture says."""
        if found.width and found.height:
            return found.width, found.height
        path = self._find(found.path)
        if path is None:
            return None
        try:
            from PIL import Image, ImageOps  # noqa: PLC0415 - an extra

            with Image.open(io.BytesIO(bytes(self._files.read(path)))) as picture:
                return ImageOps.exif_transpose(picture).size if picture.getexif().get(274, 1) != 1 else picture.size
        except (ImportError, OSError, ValueError):
            return None

    def open(self, medium: Medium) -> BinaryIO | None:
        path = self._find(medium.name) or self._find(medium.path)
        if path is None:
            return None
        local = self._files.local_path(path)
        return local.open("rb") if local is not None else io.BytesIO(bytes(self._files.read(path)))


class _Counter:
    """Ids that count up."""

    def __init__(self, kind: str) -> None:
        self._kind, self._number = kind, 0

    def next(self) -> str:
        self._number += 1
        return _id(self._kind, self._number)


_KINDS: Final = ("configuration", "project", "class", "medium", "task", "annotation")


def _id(kind: str, number: int) -> str:
    """A UUID (version 7, of the year 1970) that sorts by its number."""
    value = number << 80 | 0x7 << 76 | 0b10 << 62 | _KINDS.index(kind)
    return str(uuid.UUID(int=value))


def _with_ids(classes: tuple[LabelClass, ...], ids: _Counter) -> tuple[LabelClass, ...]:
    return tuple(msgspec.structs.replace(c, id=ids.next(), children=_with_ids(c.children, ids)) for c in classes)
