"""Export labels into an archive: filter, plan names and splits, write, pack pictures, account for all, look again.

The same labels and the same request give the same bytes. What goes wrong leaves nothing that looks whole: the caller
writes into a temporary place and moves it when this has returned.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import compress
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

import msgspec

from labelwright.exchange import manifest as manifests
from labelwright.exchange.archive import Archive
from labelwright.exchange.conversions import ALLOW, REFUSE, Conversions, Nowhere, find_conversions
from labelwright.exchange.filtering import Filter, leave_out
from labelwright.exchange.format import Format, lost_along
from labelwright.exchange.index import Index
from labelwright.exchange.ledger import Balance, Counted, Ledger
from labelwright.exchange.media_lines import Described, MediaLines, Named, described
from labelwright.exchange.numbers import compacted
from labelwright.exchange.planning import Kept, Names, Plan, plan_of_names, plan_of_tasks
from labelwright.exchange.requesting import Request, check_frame, wanted_classes
from labelwright.exchange.sharing import in_turn
from labelwright.exchange.side_car_writing import add_side_car
from labelwright.exchange.source import AT_ONCE, Made, Medium, Scheme, Source, TaskLabels, counts_by_class, weight_of
from labelwright.exchange.splits import splitter
from labelwright.exchange.spots import Spots
from labelwright.exchange.turning import STORED, stored_document, stored_medium
from labelwright.exchange.verdict import Verdict

CONFIGURATION_PATH: Final = "label_configuration.json"
LINKS_PATH: Final = "pictures.csv"
_WORTH_SHARING: Final = 4
_LINES_AT_ONCE: Final = 256
_SAID: Final = {"none": "no", "links": "link"}
"""What the manifest says of all pictures where none is packed."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What an export did. `missing` names pictures that could not be packed; `judged` is what others read in it.

    `turned` names pictures that are displayed otherwise than their pixels are stored, where the labels are in the
    displayed frame: a program that ignores EXIF would put them elsewhere. Of many, the first are named and all counted.
    """

    balance: Balance
    media: int
    files: int
    missing: tuple[str, ...] = ()
    missing_count: int = 0
    turned: tuple[str, ...] = ()
    turned_count: int = 0
    judged: tuple[Verdict, ...] = ()


Progress = Callable[[int, int], None]
Given = Any
Piece = TypeVar("Piece")
Tasks = Callable[[], Iterator[Given]]


class Exporting:
    """One export of `tasks` (a walk that can be started anew) under way.

    A walk may give what stands for tasks, so that those are passed over that another process looks at; then `load`
    makes tasks of it, and `weigh` says how many bytes their labels are.
    `progress(done, total)` is told about tasks and may raise to stop everything; `scratch` takes temporary files.
    `names` walks over ids and names of the same tasks' media, for who has them sooner; all of them are in wanted
    states then. `processes` may share the work of formats that let them; not where there are threads besides.
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
        names: Names | None = None,
        processes: int = 1,
        load: Callable[[Given], TaskLabels] = lambda task: task,
        weigh: Callable[[Given], int] = weight_of,
    ) -> None:
        self._processes, self._load, self._weigh = processes, load, weigh
        self._original, self._scratch = scheme, scratch
        check_frame(form, request.frame)
        self._is_stored = request.frame == STORED
        wanted = wanted_classes(request, scheme)
        self._scheme = compacted(scheme, wanted) if request.compact else scheme
        self._filter = Filter(self._scheme, wanted)
        self._form, self._request, self._tasks = form, request, tasks
        self._project, self._open_picture, self._progress = project, open_picture, progress
        self._split = splitter(request.splits, scheme.configuration) if request.splits else lambda _: ""
        self._ledger = Ledger(lost=lost_along(form))
        self._counts: Counter[str] = Counter()
        self._unopened = Index()
        self._splits = request.splits.names if request.splits else ("",)
        self._names = names if request.empty and not request.splits else None
        self._plan: Plan | None = None
        self._lines: MediaLines | None = None
        self._said_of_pictures = _SAID.get(request.pictures, "packed")

    def plan(self) -> Plan:
        """Walk over everything once, at the first call: filter it, split it and find out which names pictures share.

        It is done when somebody asks for the first task, so that a writer's first bytes need not wait for it.
        """
        if self._plan is None and self._request.conversions == REFUSE and not self._filter.conversions.how:
            self._filter = self._filter._replace(conversions=find_conversions(self._drafted))
        if self._plan is None and self._names is not None:
            self._plan = plan_of_names(self._names, self._splits)
        elif self._plan is None:
            self._plan = plan_of_tasks(
                lambda: map(self._load, self._tasks()), self._splits, self._is_wanted, self._split
            )
        return self._plan

    def is_any(self) -> bool:
        """Whether a task comes into the export; sooner known than which, where there are names."""
        if self._plan is None and self._names is not None:
            return next(self._names(), None) is not None
        return self.plan().count > 0

    def write(self, archive: Archive, extra: Mapping[str, bytes]) -> Report:
        """Write the files of the format, pictures, `extra` files and the manifest. Raises Unbalanced, Invalid."""
        self._lines = MediaLines(self._scratch)
        balance = self.write_labels(archive)
        self._add_pictures(archive)
        if self._request.side_car:
            self._add_side_car(archive)
            returns = {unit: balance.converted[unit] + balance.refused[unit] for unit in balance.source}
            balance = msgspec.structs.replace(balance, side_car=returns)
        for path, content in extra.items():
            archive.add(path, content)
        if self._lines.count != self.plan().count:
            self._lines = MediaLines(self._scratch)
            for lines in self._shared(None, lambda some: self._described(map(self._medium, some)), _LINES_AT_ONCE):
                self._lines.add(lines)
        with archive.file(manifests.PATH) as put:
            for portion in manifests.encode(self._manifest(balance), archive.lines.portions(), self._lines.portions()):
                put(portion)
        turned = Named() if self._is_stored else self._lines.turned
        return Report(
            balance=balance,
            media=self.plan().count,
            files=archive.count,
            missing=self._lines.missing.names,
            missing_count=self._lines.missing.total,
            turned=turned.names,
            turned_count=turned.total,
        )

    def write_labels(self, archive: Archive) -> Balance:
        """Write the files of the format alone. Raises Unbalanced, Invalid."""
        source = Source(
            project=self._project,
            scheme=self._scheme,
            tasks=self.tasks,
            heads=self.heads,
            heads_in_turn=self.heads_in_turn,
            in_turn=self.in_turn,
            splits=self._splits,
            open_picture=self._open_for_format,
            is_any=self.is_any,
        )
        assert self._form.write is not None
        self._form.write(source, archive, self._request.settings, self._ledger)
        if not self.plan().is_taken:
            deque(self.tasks(None), maxlen=0)
        return self._ledger.closed()

    def tasks(self, split: str | None) -> Iterator[TaskLabels]:
        """The kept tasks of one split, or of all, with the places of their pictures.

        What a writer decoded of one is not decoded again to count it, when it comes back for the next.
        """
        for number, kept in enumerate(self._kept(split)):
            if number % AT_ONCE == 0:
                self._progress(number, self.plan().total)
            left = self._left(kept)
            yield left
            self._count((kept,), (left,))
            self._ledger.settle((left,))

    def heads(self, split: str | None) -> Iterator[TaskLabels]:
        """The same tasks for who looks at media and their answers alone: nothing is counted."""
        return map(self._left, self._kept(split))

    def heads_in_turn(
        self, split: str | None, work: Callable[[list[TaskLabels]], Made], at_once: int = AT_ONCE
    ) -> Iterator[Made]:
        """What `work` makes of the same tasks, as `in_turn`; nothing is counted."""
        return self._shared(split, lambda some: work(list(map(self._left, some))), at_once)

    def in_turn(
        self, split: str | None, work: Callable[[list[TaskLabels]], Made], at_once: int = AT_ONCE
    ) -> Iterator[Made]:
        """What `work` makes of some tasks in a row, in order; see `Source`."""
        # What the manifest says of media is made along with their labels, if it is known by then, in a walk over all.
        media = self._lines if self._request.pictures in _SAID and len(self._splits) == 1 else None
        is_first = media is not None and not media.count

        def worked(some: list[Kept]) -> tuple[Made, Described | None]:
            given = [self._left(kept) for kept in some]
            made = work(given)
            self._count(some, given)
            self._ledger.settle(given)
            return made, self._described([one.medium for one in given]) if is_first else None

        for made, lines in self._shared(split, worked, at_once):
            if media is not None and lines is not None:
                media.add(lines)
            yield made
        self.plan().take_all(split)

    def _shared(self, split: str | None, work: Callable[[list[Kept]], Made], at_once: int = AT_ONCE) -> Iterator[Made]:
        """What `work` makes of some tasks in a row, in order; several processes do it where it is worth it."""
        plan = self.plan()

        def pieces() -> Iterator[list[tuple[int, Given]]]:
            return plan.pieces(self._tasks(), split, at_once, self._weigh)

        def loaded(some: list[tuple[int, Given]]) -> tuple[Made, int]:
            return work(list(map(self._loaded, some))), some[-1][0]

        is_shared = self._processes > 1 and plan.count > _WORTH_SHARING * min(at_once, AT_ONCE)
        made = self._among_processes(pieces, loaded) if is_shared else map(loaded, pieces())
        for one, last in made:
            yield one
            self._progress(last + 1, plan.total)

    def _among_processes(self, pieces: Callable[[], Iterator[Piece]], work: Callable[[Piece], Made]) -> Iterator[Made]:
        """Let several processes work; what each has counted comes along."""

        def counted() -> tuple[Counted, Counter[str]]:
            counts, self._counts = self._counts, Counter()
            return self._ledger.drained(), counts

        def share(some: Piece) -> tuple[Made, tuple[Counted, Counter[str]]]:
            return work(some), counted()

        for made, (ledger, counts) in in_turn(pieces, share, self._processes, begin=counted):
            self._ledger.merge(ledger)
            self._counts.update(counts)
            yield made

    def _kept(self, split: str | None) -> Iterator[Kept]:
        return map(self._loaded, self.plan().kept(self._tasks(), split))

    def _loaded(self, stored: tuple[int, Given]) -> Kept:
        return Kept(stored[0], self._load(stored[1]))

    def _left(self, kept: Kept) -> TaskLabels:
        """A task as it comes into the export."""
        left = msgspec.structs.replace(self._filter.reduced(kept.task), medium=self._medium(kept))
        if self._is_stored:
            left = msgspec.structs.replace(left, content=stored_document(left.document, kept.task.medium))
        return left

    def _medium(self, kept: Kept) -> Medium:
        """A medium with its place, in the frame of the archive."""
        medium = kept.task.medium
        path, split = self.plan().placed(kept)
        return msgspec.structs.replace(stored_medium(medium) if self._is_stored else medium, path=path, split=split)

    def _count(self, some: Sequence[Kept], left: Sequence[TaskLabels]) -> None:
        """Count tasks on their first walk, when they were written; `left` is what comes into the export."""
        is_first = [self.plan().take(kept.place) for kept in some]
        if not any(is_first):
            return
        left = list(compress(left, is_first))
        self._ledger.lose_comments(*left)
        self._counts += counts_by_class(left)
        if self._filter.is_open:
            self._ledger.enter(*left)
            return
        for kept in compress(some, is_first):
            self._ledger.enter(kept.task)
            self._filter.account(self._ledger, kept.task)

    def _add_side_car(self, archive: Archive) -> None:
        refused = Index()
        draft = self._draft(Ledger(refused, lost_along(self._form)), self._filter.conversions)

        def write_draft(archive: Archive) -> Index:
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

    def _draft(self, ledger: Ledger, conversions: Conversions) -> "Exporting":
        """The same export for what it tells a ledger, without what is said to be converted."""
        request = msgspec.structs.replace(self._request, side_car=False, pictures="none", conversions=ALLOW)
        draft = Exporting(
            self._form,
            request,
            self._original,
            self._tasks,
            project=self._project,
            progress=self._progress,
            processes=self._processes,
            load=self._load,
            weigh=self._weigh,
        )
        draft._ledger, draft._filter = ledger, draft._filter._replace(conversions=conversions)
        return draft

    def _drafted(self, conversions: Conversions, found: Spots) -> None:
        """Note what is converted without what is said to be."""
        ledger = Ledger(lost=lost_along(self._form), conversions=found)
        self._draft(ledger, conversions).write_labels(Archive(Nowhere()))

    def _displayed(self) -> Iterator[TaskLabels]:
        """The kept tasks as they are displayed, whatever the frame of the archive."""
        for kept in self._kept(None):
            path, split = self.plan().placed(kept)
            own = msgspec.structs.replace(kept.task.medium, path=path, split=split)
            yield msgspec.structs.replace(self._filter.reduced(kept.task), medium=own)

    # --- filters ---

    def _is_wanted(self, task: TaskLabels) -> bool:
        """Whether a task comes into the export; one that does not is in the ledger at once."""
        if task.state not in self._request.states:
            self._ledger.enter(task)
            leave_out(self._ledger, task, f"The task is {task.state.replace('_', ' ')}.")
            self._ledger.settle((task,))
            return False
        if self._request.empty:
            return True
        left = self._filter.reduced(task)
        if left.annotations or left.answers:
            return True
        self._ledger.enter(task)
        leave_out(self._ledger, left, "Nothing is labelled in the picture.")
        self._filter.account(self._ledger, task)
        self._ledger.settle((task,))
        return False

    # --- pictures and the manifest ---

    def _media(self) -> Iterator[Medium]:
        return map(self._medium, self._kept(None))

    def _add_pictures(self, archive: Archive) -> None:
        if self._request.pictures == "links":
            archive.add(LINKS_PATH, manifests.links(self._media()))
        elif self._request.pictures == "pack" and not self._form.packs_pictures:
            for medium in self._media():
                self._pack(archive, medium)

    def _open_for_format(self, medium: Medium) -> BinaryIO | None:
        """A picture to be packed; None where there is none, and where they are not asked for."""
        if self._request.pictures != "pack":
            return None
        picture = self._open_picture(medium)
        if picture is None:
            self._unopened.add(medium.id)
        return picture

    def _pack(self, archive: Archive, medium: Medium) -> None:
        picture = self._open_for_format(medium)
        if picture is not None:
            with picture:
                archive.copy(self._form.picture_path(medium), picture)

    def _manifest(self, balance: Balance) -> manifests.Manifest:
        """The manifest without files and media."""
        return manifests.Manifest(
            project=self._project,
            format=self._form.id,
            asked=msgspec.to_builtins(self._request),
            configuration_sha256=manifests.configuration_digest(self._scheme),
            classes=manifests.classes_of(self._scheme, self._counts),
            ledger=balance,
        )

    def _described(self, media: Iterable[Medium]) -> Described:
        return described(media, lambda one: "missing" if one.id in self._unopened else self._said_of_pictures)
