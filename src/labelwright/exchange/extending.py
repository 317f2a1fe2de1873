"""Add what a file has and a configuration lacks: classes, questions and options. Nothing that is there changes."""

from collections.abc import Iterable
from typing import Final

import msgspec

from labelwright.exchange.becoming import BECOMES, LESSENS
from labelwright.exchange.fitting import ClassFit, Fit, QuestionFit
from labelwright.exchange.proposing import Origin, free_key, own_key
from labelwright.model.configuration import LabelClass, Option

Classes = tuple[LabelClass, ...]
_HAVE_OPTIONS: Final = ("option", "checklist")


class Extension(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The classes afterwards, those that are new without ids, and where the new ones come from in the file."""

    classes: Classes
    origins: tuple[Origin, ...]

    @property
    def is_empty(self) -> bool:
        return not self.origins


class _Extending:
    def __init__(self, proposal: Classes, origins: Iterable[Origin], fit: Fit, *, unused: bool, lossy: bool) -> None:
        self._proposal, self._unused, self._lossy = proposal, unused, lossy
        self._origins = {origin.path: origin for origin in origins}
        self._classes = {(one.parent, one.name, one.kind): one for one in fit.classes}
        self._questions = {(one.owner, one.name): one for one in fit.questions}
        self.added: list[Origin] = []

    def extend(self, classes: Classes) -> Classes:
        return self._extended(classes, self._proposal, "", "")

    def _extended(self, here: Classes, proposed: Classes, above: str, home: str) -> Classes:
        """`above` leads to the proposed classes, `home` to where they go."""
        known = {c.id: c for c in here}
        keys = {c.key for c in here}
        new: list[LabelClass] = []
        for one in proposed:
            path = f"{above}{one.key}"
            there = known.get(self._known_id(one, self._origins[path]))
            if there is not None:
                known[there.id] = self._grown(there, one, path, home)
            elif not self._is_settled(one, self._origins[path]):
                wanted = one.key if one.key not in keys else f"{one.key[:38]}_{one.type}"
                fresh = msgspec.structs.replace(one, key=free_key(wanted, keys))
                self._come(one, path, f"{home}{fresh.key}")
                new.append(fresh)
        return (*(known[c.id] for c in here), *new)

    def _grown(self, there: LabelClass, one: LabelClass, path: str, home: str) -> LabelClass:
        children = there.children
        if there.is_geometry and there.type != "image_segmentation":
            children = self._extended(there.children, one.children, f"{path}.", f"{home}{there.key}.")
        return msgspec.structs.replace(there, children=children, options=self._options(there, path))

    def _options(self, there: LabelClass, path: str) -> tuple[Option, ...]:
        origin = self._origins[path]
        found = self._questions.get((origin.parent, origin.name))
        if there.type not in _HAVE_OPTIONS or found is None:
            return there.options
        keys = {option.key for option in there.options}
        new = []
        for value, key in found.values.items():
            if key is None:
                new.append(Option(own_key(value, keys), value[:56].strip() or "-"))
        if new:
            self.added.append(origin)
        return (*there.options, *new)

    def _known_id(self, one: LabelClass, origin: Origin) -> str | None:
        """The class that all of it becomes already."""
        if not one.is_geometry:
            question = self._questions.get((origin.parent, origin.name))
            return question.question_id if question else None
        fits = [fit for fit in self._fits(origin) if fit.class_id and self._takes(fit)]
        return fits[0].class_id if fits and len(fits) == len(origin.kinds) else None

    def _is_settled(self, one: LabelClass, origin: Origin) -> bool:
        """Whether somebody said that it is left out, or becomes what stands elsewhere, or there is none of it."""
        if not one.is_geometry:
            question: QuestionFit | None = self._questions.get((origin.parent, origin.name))
            return question is not None and question.how != "unknown"
        fits = self._fits(origin)
        settled = [fit.how in {"left_out", "mapped"} or not (fit.count or self._unused) for fit in fits]
        return bool(fits) and all(settled)

    def _fits(self, origin: Origin) -> list[ClassFit]:
        found = (self._classes.get((origin.parent, origin.name, kind)) for kind in origin.kinds)
        return [fit for fit in found if fit is not None]

    def _takes(self, fit: ClassFit) -> bool:
        lessened = LESSENS.get(fit.kind, ()) if self._lossy else ()
        return fit.class_type in {fit.kind, *BECOMES[fit.kind], *lessened}

    def _come(self, one: LabelClass, path: str, home: str) -> None:
        self.added.append(msgspec.structs.replace(self._origins[path], path=home))
        for child in one.children:
            self._come(child, f"{path}.{child.key}", f"{home}.{child.key}")


def extend(
    classes: Classes, proposal: Classes, origins: Iterable[Origin], fit: Fit, *, lossy: bool = False
) -> Extension:
    """The classes of a configuration, with everything that a file has and they lack.

    Classes that the file declares and has nothing of come only into an empty one.
    """
    extending = _Extending(proposal, origins, fit, unused=not classes, lossy=lossy)
    extended = extending.extend(classes)
    return Extension(classes=extended, origins=tuple(extending.added))
