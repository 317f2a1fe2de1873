"""What old clients change of values: create, update, delete, change the type. Each is one difference, or none.

What an update does not name stays as it is; what would leave something broken is refused whole.
"""

from collections.abc import Callable

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import Connection

from labelwright.formats.v1_values import ValueUpdate, answer_of, geometry_of
from labelwright.model.configuration import SEGMENTATION, LabelClass
from labelwright.model.document import MAX_ANNOTATIONS, Annotation, Answers, AnswersDifference, Difference, Stamp
from labelwright.model.errors import Invalid, InvalidLabels, NotFound
from labelwright.model.geometry import Geometry
from labelwright.model.validate import answers_issues
from labelwright.services import labels, v1_values
from labelwright.services.access import Actor, Right
from labelwright.services.context import Context
from labelwright.services.v1_values import Unfinished, ValueRefused, Values, old_type

BROKEN = "ex_gen_entry_value_validation"


class NewValue(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The body that creates a value."""

    iteration_id: str
    media_id: str
    label_task_id: str
    lc_entry_id: str
    lc_entry_value_parent_id: str | None = None


# --- the calls ------------------------------------------------------------------------------------------------------


def create_value(ctx: Context, actor: Actor, new: NewValue) -> tuple[Values, str]:
    """Create a geometry without coordinates; returns the task's values and its id. Raises NotFound, ValueRefused."""
    geometry_id, now = ctx.new_id(), ctx.now_ms()

    def work(conn: Connection) -> tuple[Values, str]:
        values = _editable(conn, actor, new.label_task_id)
        _check_place(values, new)
        v1_values.insert_unfinished(
            conn,
            new.label_task_id,
            Unfinished(
                id=geometry_id,
                class_id=new.lc_entry_id,
                parent_id=new.lc_entry_value_parent_id,
                created_at=now,
            ),
        )
        return _again(conn, ctx, actor, values), geometry_id

    return ctx.db.write(work)


def _check_place(values: Values, new: NewValue) -> None:
    if new.iteration_id != values.iteration_id:
        raise NotFound("label iteration", new.iteration_id)
    if new.media_id != values.task.medium_id:
        raise NotFound("medium", new.media_id)
    placed = values.configuration.by_id.get(new.lc_entry_id)
    if placed is None:
        raise NotFound("label class", new.lc_entry_id)
    parent = values.find_geometry(new.lc_entry_value_parent_id)
    if new.lc_entry_value_parent_id is not None and parent is None:
        raise NotFound("value", new.lc_entry_value_parent_id)
    found, wanted = parent.class_id if parent else None, placed.parent.id if placed.parent else None
    full = len(values.annotations) + len(values.unfinished) >= MAX_ANNOTATIONS
    if not placed.label_class.is_geometry or found != wanted or full:
        own = old_type(placed.label_class)
        text = f"A value of “{placed.label_class.key}” ({own}) cannot be created here: it is no geometry, it belongs "
        raise ValueRefused("ex_gen_entry_value_create", [own], f"{text}inside another one, or the task is full.")


def update_value(ctx: Context, actor: Actor, value_id: str, update: ValueUpdate) -> Values:
    """Change a value and, by `children`, those below it. Raises NotFound, ValueRefused."""

    def change(_: Values, draft: "Draft") -> None:
        draft.put(value_id, update)

    return _change(ctx, actor, value_id, change, task_id=update.label_task_id)


def delete_value(ctx: Context, actor: Actor, value_id: str) -> None:
    """Delete a geometry with everything inside it. Raises ValueRefused for classifications, NotFound."""

    def change(values: Values, draft: "Draft") -> None:
        geometry = values.find_geometry(value_id)
        if geometry is None:
            text = "The answer of a classification cannot be deleted; set it to null instead."
            raise ValueRefused("ex_gen_entry_value_delete", [value_id], text)
        draft.delete(geometry)

    _change(ctx, actor, value_id, change)


def change_type(ctx: Context, actor: Actor, value_id: str, class_id: str) -> Values:
    """Give a geometry another class of the same type. Coordinates stay, answers where keys and options match."""

    def change(values: Values, draft: "Draft") -> None:
        geometry = values.find_geometry(value_id)
        placed = values.configuration.by_id.get(class_id)
        if placed is None:
            raise NotFound("label class", class_id)
        if geometry is None or values.label_class(geometry.class_id).type == SEGMENTATION:
            text = "Only points, lines, polygons and rectangles can change their class."
            raise ValueRefused("ex_gen_entry_not_geometry", [value_id], text)
        _check_types(values, geometry, class_id)
        draft.retype(geometry, placed.label_class)

    return _change(ctx, actor, value_id, change)


def _check_types(values: Values, geometry: Annotation | Unfinished, class_id: str) -> None:
    before, after = values.configuration.by_id[geometry.class_id], values.configuration.by_id[class_id]
    old, new = before.label_class, after.label_class
    if not new.is_geometry or new.type == SEGMENTATION:
        raise ValueRefused("ex_gen_entry_not_geometry", [class_id], f"“{new.key}” is no point, line, polygon or box.")
    if old.id == new.id:
        raise ValueRefused("ex_gen_entry_types_are_the_same", [], f"The value is of class “{new.key}” already.")
    if old.type != new.type:
        text = f"“{old.key}” is a {old.type}, “{new.key}” a {new.type}: choose a class of the same type."
        raise ValueRefused("ex_gen_entry_types_not_the_same", [], text)
    if (before.parent.id if before.parent else None) != (after.parent.id if after.parent else None):
        text = f"“{new.key}” does not stand where “{old.key}” stands in the label configuration."
        raise ValueRefused("ex_gen_geometry_definition_incorrect", [new.type], text)


def _change(
    ctx: Context,
    actor: Actor,
    value_id: str,
    change: Callable[[Values, "Draft"], None],
    *,
    task_id: str | None = None,
) -> Values:
    """Let `change` fill a draft of the value's task and save it, in one transaction."""
    stamp = Stamp(actor.id, ctx.now_ms(), actor.source)

    def work(conn: Connection) -> Values:
        found = v1_values.task_of(conn, actor, value_id, task_id)
        if task_id is not None and found != task_id:
            raise NotFound("task", task_id)
        values = _editable(conn, actor, found)
        if values.find_geometry(value_id) is None and values.find_place(value_id) is None:
            raise NotFound("value", value_id)
        draft = Draft(values)
        change(values, draft)
        draft.save(conn, ctx, actor, stamp)
        return _again(conn, ctx, actor, values)

    return ctx.db.write(work)


def _editable(conn: Connection, actor: Actor, task_id: str) -> Values:
    values = v1_values.load(conn, actor, task_id, Right.LABEL)
    if (error := labels.refusal(actor, values.task)) is not None:
        raise error
    return values


def _again(conn: Connection, ctx: Context, actor: Actor, values: Values) -> Values:
    return v1_values.shown(conn, ctx, v1_values.load(conn, actor, values.task.id, Right.LABEL))


# --- the draft ------------------------------------------------------------------------------------------------------


class Draft:
    """Changes to one task's values on their way into one difference."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._changed: dict[str, Annotation] = {}
        self._unfinished: dict[str, Unfinished] = {}
        self._deleted: list[str] = []
        self._forgotten: list[str] = []
        self._answers: Answers = {}

    def put(self, value_id: str, update: ValueUpdate) -> None:
        """Apply an update to a value, then those of its children. Raises ValueRefused, NotFound."""
        geometry, place = self._find(value_id), self._values.find_place(value_id)
        if geometry is not None:
            self._check_class(geometry.class_id, update)
            self._put_geometry(geometry, update)
        elif place is not None:
            self._check_class(place[1], update)
            self._put_answer(*place, update)
        else:
            raise NotFound("value", value_id)
        for child in update.children or ():
            self.put(str(child.id), child)

    def _find(self, value_id: str) -> Annotation | Unfinished | None:
        found = self._changed.get(value_id) or self._unfinished.get(value_id)
        return found or self._values.find_geometry(value_id)

    def _check_class(self, class_id: str, update: ValueUpdate) -> None:
        if update.lc_entry_id is not None and update.lc_entry_id != class_id:
            raise NotFound("label class", update.lc_entry_id, "id of this value")

    def _put_geometry(self, before: Annotation | Unfinished, update: ValueUpdate) -> None:
        geometry = self._geometry(before, update)
        comment = before.comment if update.comment is UNSET else update.comment
        if isinstance(before, Annotation):
            kept = geometry or before.geometry
            self._changed[before.id] = msgspec.structs.replace(before, geometry=kept, comment=comment)
        elif geometry is None:
            self._unfinished[before.id] = msgspec.structs.replace(before, comment=comment)
        else:
            self._unfinished.pop(before.id, None)
            self._changed[before.id] = Annotation(
                id=before.id,
                class_id=before.class_id,
                parent_id=before.parent_id,
                geometry=geometry,
                answers=before.answers,
                comment=comment,
            )

    def _geometry(self, before: Annotation | Unfinished, update: ValueUpdate) -> Geometry | None:
        label_class = self._values.label_class(before.class_id)
        try:
            return geometry_of(label_class, update)
        except Invalid as error:
            raise ValueRefused(BROKEN, [old_type(label_class), before.id], error.message) from None

    def _put_answer(self, owner_id: str | None, class_id: str, update: ValueUpdate) -> None:
        answer = answer_of(self._values.label_class(class_id), update)
        if isinstance(answer, UnsetType):
            return
        if owner_id is None:
            self._answers[class_id] = answer
            return
        owner = self._find(owner_id)
        assert owner is not None, "a classification's value stands only where its owner is"
        self._keep(msgspec.structs.replace(owner, answers=owner.answers | {class_id: answer}))

    def _keep(self, geometry: Annotation | Unfinished) -> None:
        if isinstance(geometry, Annotation):
            self._changed[geometry.id] = geometry
        else:
            self._unfinished[geometry.id] = geometry

    def delete(self, geometry: Annotation | Unfinished) -> None:
        """Take out a geometry and those nested in it."""
        for child in self._children(geometry.id):
            self.delete(child)
        (self._deleted if isinstance(geometry, Annotation) else self._forgotten).append(geometry.id)

    def _children(self, parent_id: str) -> list[Annotation | Unfinished]:
        annotations = [a for a in self._values.annotations.values() if a.parent_id == parent_id]
        return [*annotations, *(u for u in self._values.unfinished.values() if u.parent_id == parent_id)]

    def retype(self, geometry: Annotation | Unfinished, label_class: LabelClass) -> None:
        """Give a geometry another class; what is nested in it follows where key and type match, else it goes."""
        before = self._values.label_class(geometry.class_id)
        answers = _carried(geometry.answers, before, label_class, self._values)
        self._keep(msgspec.structs.replace(geometry, answers=answers, class_id=str(label_class.id)))
        for child in self._children(geometry.id):
            own = self._values.label_class(child.class_id)
            same = [c for c in label_class.children if (c.key, c.type) == (own.key, own.type)]
            if same:
                self.retype(child, same[0])
            else:
                self.delete(child)

    def save(self, conn: Connection, ctx: Context, actor: Actor, stamp: Stamp) -> None:
        """Write it. Raises ValueRefused with the value that does not fit."""
        self._check_unfinished()
        known = self._values.annotations
        difference = Difference(
            change_id=ctx.new_id(),
            revision=self._values.revision,
            configuration_revision=self._values.configuration.revision,
            created=tuple(a for a in self._changed.values() if a.id not in known),
            updated=tuple(a for a in self._changed.values() if a.id in known),
            deleted=tuple(self._deleted),
            answers=AnswersDifference(set=self._answers),
        )
        if self._changed or self._deleted or self._answers:
            try:
                labels.apply_within(conn, actor, self._values.task.id, difference, stamp, anywhere=True)
            except InvalidLabels as error:
                raise self._refusal(error) from None
        for geometry in self._unfinished.values():
            v1_values.keep_unfinished(conn, geometry)
        for annotation in difference.created:
            v1_values.finish(conn, annotation.id)
        for value_id in self._forgotten:
            v1_values.forget_unfinished(conn, value_id)

    def _check_unfinished(self) -> None:
        """Hold what is not in a document yet to the rules of one."""
        configuration = self._values.configuration
        for geometry in self._unfinished.values():
            owner = self._values.label_class(geometry.class_id)
            for issue in answers_issues(geometry.answers, configuration, owner=owner, pointer=""):
                raise self._refused(str(issue.class_id), geometry.id, issue.message)

    def _refusal(self, error: InvalidLabels) -> ValueRefused:
        issue = error.issues[0]
        owner = self._find(issue.annotation_id or "")
        class_id = issue.class_id or (owner.class_id if owner else "")
        return self._refused(class_id, issue.annotation_id, issue.message)

    def _refused(self, class_id: str, owner_id: str | None, message: str) -> ValueRefused:
        placed = self._values.configuration.by_id.get(class_id)
        own = old_type(placed.label_class) if placed else ""
        value_id = self._values.ids.get((owner_id, class_id)) or owner_id or ""
        return ValueRefused(BROKEN, [own, value_id], message)


def _carried(answers: Answers, before: LabelClass, after: LabelClass, values: Values) -> Answers:
    """The answers whose question stands at the same path of keys in `after`, and fit it."""
    new_ids = _paths(after)
    by_path = {path: answers[class_id] for path, class_id in _paths(before).items() if class_id in answers}
    kept = {new_ids[path]: answer for path, answer in by_path.items() if path in new_ids}
    return {
        class_id: answer
        for class_id, answer in kept.items()
        if not any(answers_issues({class_id: answer}, values.configuration, owner=after, pointer=""))
    }


def _paths(label_class: LabelClass) -> dict[tuple[str, ...], str]:
    """Ids of the classifications below a geometry class by their path of (key, type)."""
    paths: dict[tuple[str, ...], str] = {}

    def go(children: tuple[LabelClass, ...], above: tuple[str, ...]) -> None:
        for child in children:
            if not child.is_geometry:
                path = (*above, child.key, child.type)
                paths[path] = str(child.id)
                go(child.children, path)

    go(label_class.children, ())
    return paths
