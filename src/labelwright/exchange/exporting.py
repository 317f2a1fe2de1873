"""Export labels into an archive: filter, plan names and splits, write, pack pictures, account for all, look again.

The same labels and the same request give the same bytes. What goes wrong leaves nothing that looks whole: the caller
writes into a temporary place and moves it when this has returned.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from labelwright.exchange import manifest as manifests
from labelwright.exchange.archive import Archive
from labelwright.exchange.format import Format
from labelwright.exchange.ledger import Balance, Counted, Ledger, contents, item_of
from labelwright.exchange.naming import plan_paths
from labelwright.exchange.numbers import compacted
from labelwright.exchange.sharing import in_turn
from labelwright.exchange.side_car_writing import add_side_car
from labelwright.exchange.source import AT_ONCE, Made, Medium, Scheme, Source, TaskLabels
from labelwright.exchange.splits import Splits, splitter
from labelwright.exchange.turning import FRAMES, STORED, UPRIGHT, stored_document, stored_medium
from labelwright.model.errors import Invalid, Issue

PICTURES: Final = ("none", "pack", "links")
CONFIGURATION_PATH: Final = "label_configuration.json"
LINKS_PATH: Final = "pictures.csv"
_WORTH_SHARING: Final = 4


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted. `states` in lower case; `classes` are names of geometry classes, empty for all.

    `empty` says whether finished pictures without any annotation belong in: they are what a model must not find
    anything in. `compact` numbers the classes of the archive anew, without gaps. `pictures` are left out, packed as
    their original bytes, or listed as links. `frame` is `displayed`, or `stored` for programs that ignore which way up
    a picture is. `side_car` adds the file that brings back on import what the format cannot hold.
    """

    format: str
    states: tuple[str, ...]
    classes: tuple[str, ...] = ()
    empty: bool = True
    compact: bool = False
    side_car: bool = False
    splits: Splits | None = None
    pictures: str = "none"
    frame: str = "displayed"
    settings: dict[str, Any] = {}


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What an export did. `missing` names pictures that could not be packed.

    `turned` names pictures that are displayed otherwise than their pixels are stored, where the labels are in the
    displayed frame: a program that ignores EXIF would put them elsewhere.
    """

    balance: Balance
    media: int
    files: int
    missing: tuple[str, ...] = ()
    turned: tuple[str, ...] = ()


Progress = Callable[[int, int], None]
Tasks = Callable[[], Iterator[TaskLabels]]


class Exporting:
    """One export of `tasks` (a walk that can be started anew) under way.

    `progress(done, total)` is told about tasks and may raise to stop everything; `scratch` takes temporary files.
    `heads` walks over the same tasks without their labels, for who has that sooner. `processes` may share the work of
    formats that let them; not where there are threads besides.
    """

    def __init__(  # noqa: PLR0913 - what an export is made of
        self,
        form: Format,
        request: Request,
        scheme: Scheme,
        tasks: Tasks,
        *,
        project: str,
        open_picture: Callable[[Medium], BinaryIO | None] = lambda _: None,
        progress: Progress = lambda _done, _total: None,
        scratch: Path | None = None,
        heads: Tasks | None = None,
        processes: int = 1,
    ) -> None:
        self._processes = processes
        self._original, self._scratch, self._heads = scheme, scratch, heads
        check_frame(form, request.frame)
        self._is_stored = request.frame == STORED
        self._wanted = _wanted_classes(request, scheme)
        self._scheme = compacted(scheme, self._wanted) if request.compact else scheme
        self._form, self._request, self._tasks = form, request, tasks
        self._project, self._open_picture, self._progress = project, open_picture, progress
        self._split = splitter(request.splits, scheme.configuration) if request.splits else lambda _: ""
        self._ledger = Ledger()
        self._media: dict[str, Medium] = {}
        self._counts: Counter[str] = Counter()
        self._unseen: set[str] = set()
        self._unopened: set[str] = set()
        self._total = 0
        self._is_planned = False

    def plan(self) -> None:
        """Walk over everything once: filter it, split it and give every picture its place.

        It is done when somebody asks for the first task, so that a writer's first bytes need not wait for it.
        """
        if self._is_planned:
            return
        self._is_planned = True
        kept: dict[str, Medium] = {}
        walk = self._heads if self._heads is not None and self._request.empty else self._tasks
        for task in walk():
            self._total += 1
            if self._is_wanted(task):
                kept[task.task_id] = msgspec.structs.replace(task.medium, split=self._split(task))
        paths = plan_paths(kept.values())
        framed = stored_medium if self._is_stored else _as_displayed
        self._media = {key: msgspec.structs.replace(framed(m), path=paths[m.id]) for key, m in kept.items()}
        self._unseen = set(kept)

    def write(self, archive: Archive, extra: Mapping[str, bytes]) -> Report:
        """Write the files of the format, pictures, `extra` files and the manifest. Raises Unbalanced, Invalid."""
        balance = self.write_labels(archive)
        pictures = self._pictures(archive)
        if self._request.side_car:
            self._add_side_car(archive)
            returns = {unit: balance.converted[unit] + balance.refused[unit] for unit in balance.source}
            balance = msgspec.structs.replace(balance, side_car=returns)
        for path, content in extra.items():
            archive.add(path, content)
        archive.add(manifests.PATH, manifests.encode(self._manifest(archive, balance, pictures)))
        missing = tuple(m.name for key, m in self._media.items() if pictures.get(key) == "missing")
        turned = () if self._is_stored else tuple(m.name for m in self._media.values() if m.orientation != UPRIGHT)
        return Report(
            balance=balance, media=len(self._media), files=len(archive.written), missing=missing, turned=turned
        )

    def write_labels(self, archive: Archive) -> Balance:
        """Write the files of the format alone. Raises Unbalanced, Invalid."""
        source = Source(
            project=self._project,
            scheme=self._scheme,
            tasks=self.tasks,
            heads=self.heads,
            in_turn=self.in_turn,
            splits=self._request.splits.names if self._request.splits else ("",),
            open_picture=self._open_for_format,
        )
        assert self._form.write is not None
        self._form.write(source, archive, self._request.settings, self._ledger)
        self.plan()
        if self._unseen:
            deque(self.tasks(None), maxlen=0)
        return self._ledger.closed()

    def tasks(self, split: str | None) -> Iterator[TaskLabels]:
        """The kept tasks of one split, or of all, with the places of their pictures.

        A task is counted when the writer comes back for the next one: what it has decoded is not decoded again.
        """
        for number, task in enumerate(self._kept(split)):
            if number % AT_ONCE == 0:
                self._progress(number, self._total)
            left = self._left(task)
            yield left
            self._count(task, left)

    def heads(self, split: str | None) -> Iterator[TaskLabels]:
        """The same tasks for who looks at media and their answers alone: nothing is counted."""
        return map(self._left, self._kept(split))

    def in_turn(
        self, split: str | None, work: Callable[[list[TaskLabels]], Made], at_once: int = AT_ONCE
    ) -> Iterator[Made]:
        """What `work` makes of some tasks in a row, in order; see `Source`."""
        self.plan()

        def portions() -> Iterator[list[TaskLabels]]:
            walk = self._kept(split)
            return iter(lambda: list(islice(walk, at_once)), [])

        def worked(some: list[TaskLabels]) -> Made:
            return work([self._given(task) for task in some])

        is_shared = self._processes > 1 and len(self._media) > _WORTH_SHARING * at_once
        made = self._shared(split, portions, worked) if is_shared else map(worked, portions())
        for number, one in enumerate(made, 1):
            yield one
            self._progress(min(number * at_once, self._total), self._total)

    def _shared(
        self,
        split: str | None,
        portions: Callable[[], Iterator[list[TaskLabels]]],
        worked: Callable[[list[TaskLabels]], Made],
    ) -> Iterator[Made]:
        """Let several processes work; what each has counted comes along."""

        def counted() -> tuple[Counted, Counter[str]]:
            counts, self._counts = self._counts, Counter()
            return self._ledger.drained(), counts

        def share(some: list[TaskLabels]) -> tuple[Made, tuple[Counted, Counter[str]]]:
            return worked(some), counted()

        for made, (ledger, counts) in in_turn(portions, share, self._processes, begin=counted):
            self._ledger.merge(ledger)
            self._counts.update(counts)
            yield made
        self._unseen -= {key for key in self._unseen if split in {None, self._media[key].split}}

    def _kept(self, split: str | None) -> Iterator[TaskLabels]:
        """Tasks that come into the export, as they are."""
        self.plan()
        wanted = self._media if split is None else {key for key, medium in self._media.items() if medium.split == split}
        return (task for task in self._tasks() if task.task_id in wanted)

    def _given(self, task: TaskLabels) -> TaskLabels:
        """A task as a writer gets it, counted."""
        left = self._left(task)
        self._count(task, left)
        return left

    def _left(self, task: TaskLabels) -> TaskLabels:
        """A task as it comes into the export."""
        left = msgspec.structs.replace(self._reduced(task), medium=self._media[task.task_id])
        if self._is_stored:
            left = msgspec.structs.replace(left, content=stored_document(left.document, task.medium))
        return left

    def _count(self, task: TaskLabels, left: TaskLabels) -> None:
        """Count a task on its first walk; `left` is what comes into the export."""
        if task.task_id not in self._unseen:
            return
        self._unseen.remove(task.task_id)
        self._ledger.enter(task if self._wanted is not None else left)
        self._counts.update([a.class_id for a in left.annotations])
        if self._wanted is not None:
            self._count_cut(task, left)

    def _add_side_car(self, archive: Archive) -> None:
        refused: set[str] = set()
        request = msgspec.structs.replace(self._request, side_car=False, pictures="none")
        draft = Exporting(
            self._form,
            request,
            self._original,
            self._tasks,
            project=self._project,
            progress=self._progress,
            processes=self._processes,
        )
        draft._ledger = Ledger(refused)

        def write_draft(archive: Archive) -> set[str]:
            draft.write(archive, {})
            return refused

        add_side_car(
            archive,
            write_draft,
            self._form,
            self._original,
            self._displayed(),
            project=self._project,
            folder=self._scratch,
        )

    def _displayed(self) -> Iterator[TaskLabels]:
        """The kept tasks as they are displayed, whatever the frame of the archive."""
        for task in self._tasks():
            medium = self._media.get(task.task_id)
            if medium is not None:
                own = msgspec.structs.replace(task.medium, path=medium.path, split=medium.split)
                yield msgspec.structs.replace(self._reduced(task), medium=own)

    # --- filters ---

    def _is_wanted(self, task: TaskLabels) -> bool:
        """Whether a task comes into the export; one that does not is in the ledger at once."""
        if task.state not in self._request.states:
            self._ledger.enter(task)
            self._leave_out(task, f"The task is {task.state.replace('_', ' ')}.")
            return False
        if self._request.empty:
            return True
        left = self._reduced(task)
        if left.annotations or left.answers:
            return True
        self._ledger.enter(task)
        self._leave_out(left, "Nothing is labelled in the picture.")
        self._count_cut(task, left)
        return False

    def _leave_out(self, task: TaskLabels, rule: str) -> None:
        self._ledger.filtered("tasks", rule, item=item_of(task))
        for unit, count in contents(task):
            self._ledger.filtered(unit, rule, count)

    def _count_cut(self, task: TaskLabels, left: TaskLabels) -> None:
        kept = {annotation.id for annotation in left.document.annotations}
        for annotation in task.document.annotations:
            if annotation.id not in kept:
                key = self._scheme.configuration.by_id[annotation.class_id].label_class.key
                self._ledger.filtered("geometries", "The class is not wanted.", item=item_of(task, annotation.id, key))
                if annotation.answers:
                    self._ledger.filtered("answers", "The class is not wanted.", len(annotation.answers))

    def _reduced(self, task: TaskLabels) -> TaskLabels:
        """The task with annotations of wanted classes alone; what is nested goes with its parent."""
        if self._wanted is None:
            return task
        wanted = [a for a in task.document.annotations if a.class_id in self._wanted]
        parents = {None, *(a.id for a in wanted)}
        kept = tuple(a for a in wanted if a.parent_id in parents)
        return msgspec.structs.replace(task, content=msgspec.structs.replace(task.document, annotations=kept))

    # --- pictures and the manifest ---

    def _pictures(self, archive: Archive) -> dict[str, str]:
        if self._request.pictures == "links":
            archive.add(LINKS_PATH, manifests.links(self._media.values()))
            return dict.fromkeys(self._media, "link")
        if self._request.pictures == "none":
            return {}
        if self._form.packs_pictures:
            return {key: "missing" if m.id in self._unopened else "packed" for key, m in self._media.items()}
        return {key: self._packed(archive, medium) for key, medium in self._media.items()}

    def _open_for_format(self, medium: Medium) -> BinaryIO | None:
        """A picture for a format that packs pictures itself; None as well where they are not asked for."""
        if self._request.pictures != "pack":
            return None
        picture = self._open_picture(medium)
        if picture is None:
            self._unopened.add(medium.id)
        return picture

    def _packed(self, archive: Archive, medium: Medium) -> str:
        picture = self._open_picture(medium)
        if picture is None:
            return "missing"
        with picture:
            archive.copy(self._form.picture_path(medium), picture)
        return "packed"

    def _manifest(self, archive: Archive, balance: Balance, pictures: dict[str, str]) -> manifests.Manifest:
        media = (manifests.medium_of(medium, pictures.get(key, "no")) for key, medium in self._media.items())
        return manifests.Manifest(
            project=self._project,
            format=self._form.id,
            asked=msgspec.to_builtins(self._request),
            configuration_sha256=manifests.configuration_digest(self._scheme),
            classes=manifests.classes_of(self._scheme, self._counts),
            ledger=balance,
            files=tuple(archive.written),
            media=tuple(media),
        )


def check_frame(form: Format, frame: str) -> None:
    """Raises Invalid for a frame that is unknown, or that the format has no room for."""
    if frame not in FRAMES:
        text = f"frame={frame[:40]} will not do; use {' or '.join(FRAMES)}."
    elif frame == STORED and form.keeps_displayed:
        text = f"{form.name} is always in the displayed frame; leave the frame out, or choose another format."
    else:
        return
    raise Invalid(text, (Issue("/frame", "invalid_frame", text),))


def _as_displayed(medium: Medium) -> Medium:
    return medium


def _wanted_classes(request: Request, scheme: Scheme) -> frozenset[str] | None:
    """The ids of wanted classes, None for all. Raises Invalid for a name that no class has."""
    if not request.classes:
        return None
    by_name: dict[str, list[str]] = {}
    for class_id, name in scheme.names().items():
        by_name.setdefault(name, []).append(class_id)
    for name in request.classes:
        if name not in by_name:
            text = f"There is no geometry class “{name[:60]}”; there are {', '.join(by_name)}."
            raise Invalid(text, (Issue("/classes", "unknown_class", text),))
    return frozenset(class_id for name in request.classes for class_id in by_name[name])
