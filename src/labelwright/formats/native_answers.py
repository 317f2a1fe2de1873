"""Read the classifications of the native format: `{key: [answer..., {child: [...]}...]}`."""

import difflib
from collections.abc import Iterable
from typing import Any

import msgspec

from labelwright.formats.reading import Reading, shown_value
from labelwright.formats.strict_json import Piece, check_depth, check_repeated, escaped, parse
from labelwright.model.configuration import Configuration, LabelClass, Placed
from labelwright.model.document import Answer, Answers
from labelwright.model.validate import answers_issues

Found = dict[str, tuple[Answer, str]]  # class id -> (answer, where it stands in the file)


class Places:
    """Where each export key of a configuration stands, to say it to who put it elsewhere."""

    def __init__(self, configuration: Configuration) -> None:
        self._placed: dict[str, list[Placed]] = {}
        for placed in configuration.by_id.values():
            self._placed.setdefault(placed.label_class.key, []).append(placed)

    def fault(self, key: str, expected: str, pointer: str, reading: Reading) -> None:
        """Note that `key` is not what is `expected` at this place."""
        known = self._placed.get(key.lower())
        if known is None:
            close = difflib.get_close_matches(key.lower()[:60], self._placed, n=1)
            hint = f" (did you mean “{close[0]}”?)" if close else ""
            text = f"The class “{key[:60]}” is not in the label configuration{hint}."
            reading.fault(pointer, "unknown_class", text)
            return
        text = f"“{key[:60]}” is not {expected}: it stands {_where(known[0])}."
        reading.fault(pointer, "wrong_place", text)


def _where(placed: Placed) -> str:
    if placed.parent is not None:
        field = "nested_geometries" if placed.label_class.is_geometry else "the classifications"
        return f"in {field} of “{placed.parent.key}”"
    return "under labels" if placed.label_class.is_geometry else "under global_classifications"


class AnswersReader:
    """Reads the answers of one owner: the medium or a geometry."""

    def __init__(self, configuration: Configuration, places: Places, reading: Reading) -> None:
        self._configuration, self._places, self._reading = configuration, places, reading
        self._questions: dict[str | None, dict[str, LabelClass]] = {None: _questions(configuration.classes)}
        for class_id, placed in configuration.by_id.items():
            self._questions[class_id] = _questions(placed.label_class.children)

    def read(self, raw: Piece, pointer: str, owner: LabelClass | None) -> Answers:
        """Read `{key: [...]}`, the classifications of `owner` (None: of the medium)."""
        check_depth(raw, pointer)
        try:
            value = msgspec.json.decode(raw)
        except msgspec.DecodeError:
            value = parse(raw, pointer)
            check_repeated(value, pointer)
        found: Found = {}
        self._members(value, owner, pointer, found)
        answers = {class_id: answer for class_id, (answer, _) in found.items()}
        for issue in answers_issues(answers, self._configuration, owner=owner, pointer=""):
            self._reading.fault(found[str(issue.class_id)][1], issue.code, issue.message)
        return answers

    def _members(self, value: Any, parent: LabelClass | None, pointer: str, found: Found) -> None:
        if not isinstance(value, dict):
            self._reading.fault(pointer, "wrong_type", f"Expected an object, found {shown_value(value)}.")
            return
        self._reading.seen += len(value)
        questions = self._questions[parent.id if parent else None]
        for key, array in value.items():
            at = f"{pointer}/{escaped(key)}"
            question = questions.get(key.lower())
            if question is None:
                expected = f"a classification of “{parent.key}”" if parent else "a classification of the medium"
                self._places.fault(key, expected, at, self._reading)
            elif str(question.id) in found:
                self._reading.fault(at, "duplicate_key", f"“{question.key}” is answered twice.")
            else:
                self._answer(array, question, at, found)

    def _answer(self, array: Any, question: LabelClass, pointer: str, found: Found) -> None:
        if not isinstance(array, list):
            text = f"“{question.key}” needs a list, found {shown_value(array)}."
            self._reading.fault(pointer, "wrong_type", text)
            return
        given = [value for value in array if not isinstance(value, dict)]
        fault = _fault_of(given, question)
        if fault:
            self._reading.fault(pointer, "wrong_answer", f"“{question.key}” {fault}")
        else:
            found[str(question.id)] = _ordered(given, question), pointer
        for index, value in enumerate(array):
            if isinstance(value, dict):
                self._members(value, question, f"{pointer}/{index}", found)


def _questions(classes: Iterable[LabelClass]) -> dict[str, LabelClass]:
    return {c.key: c for c in classes if not c.is_geometry}


def _fault_of(given: list[Any], question: LabelClass) -> str | None:
    """What is wrong with the plain values of one question's list."""
    odd = next((value for value in given if value is not None and not isinstance(value, str)), None)
    if odd is not None:
        return f"takes texts or null, found {shown_value(odd)}."
    if not given:
        return "needs an answer; write null for none."
    if len(given) > 1 and (question.type != "checklist" or None in given):
        return f"takes one answer, found {len(given)}."
    return None


def _ordered(given: list[Any], question: LabelClass) -> Answer:
    """The answer as it is stored: ticked options once each, in configuration order."""
    if question.type != "checklist":
        answer: str | None = given[0]
        return answer
    order = {option.key: index for index, option in enumerate(question.options)}
    ticked = dict.fromkeys(value for value in given if value is not None)
    return tuple(sorted(ticked, key=lambda key: order.get(key, len(order))))
