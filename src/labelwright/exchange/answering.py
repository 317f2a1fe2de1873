"""Bring the answers of a file under the questions of a configuration, or say why not.

A question is found by the mapping that somebody confirmed, else by its export key, path or name; an option likewise.
"""

from collections.abc import Collection, Iterator
from typing import Literal

from labelwright.exchange.asides import NO_QUESTION
from labelwright.exchange.calling import RANKS, key_of, names_of
from labelwright.exchange.found import Fault, FoundAnswer, Place
from labelwright.exchange.mapping import LEAVE_OUT, ClassMapping
from labelwright.exchange.source import Question, Scheme
from labelwright.model.configuration import LabelClass
from labelwright.model.document import Answer, Answers


class Left:
    """What of one medium does not come along: refused with its place, left out on purpose, asides with no question."""

    def __init__(self) -> None:
        self.refused: list[Fault] = []
        self.left_out = 0
        self.not_kept: list[tuple[FoundAnswer, str]] = []

    def refuse(self, place: Place, code: str, message: str, value: str = "") -> None:
        """Note what does not fit."""
        self.refused.append(Fault(place, code, message, value[:80]))


class Answering:
    """Resolves the answers of one import; what does not come along goes to `left`."""

    def __init__(self, scheme: Scheme, mapping: ClassMapping) -> None:
        self._mapping = mapping
        self._questions = {owner: _by_name(found.values()) for owner, found in scheme.questions.items()}
        self.left = Left()

    def question(self, name: str, owner: LabelClass | None, above: str | None = None) -> Question | Literal[""] | None:
        """The question that one of the file becomes, None where there is none, "" where it is left out."""
        mapped = self._mapping.questions
        wanted = mapped.get(f"{above}.{name}") if above is not None else None
        wanted = mapped.get(name, name) if wanted is None else wanted
        if wanted == LEAVE_OUT:
            return ""
        known = self._questions.get(owner.id if owner else None, {})
        return known.get(wanted) or known.get(wanted.lower()) or known.get(key_of(wanted))

    def answers(
        self,
        found: tuple[FoundAnswer, ...],
        owner: LabelClass | None,
        *,
        above: str | None = None,
        places: dict[str, Place] | None = None,
    ) -> Iterator[tuple[str, Answer]]:
        """The answers by question."""
        for one in found:
            question = self.question(one.name, owner, above)
            if question == "":
                self.left.left_out += 1
                continue
            if question is None:
                where = f"of “{owner.key}”" if owner else "about the medium"
                text = f"There is no question “{one.name[:60]}” {where}."
                self.left.refuse(one.place, "unknown_question", text, one.name)
                continue
            answer = self._answer(one, question.label_class)
            if answer is not None:
                if places is not None:
                    places[str(question.label_class.id)] = one.place
                yield str(question.label_class.id), answer[0]

    def with_asides(
        self,
        answers: Answers,
        asides: tuple[FoundAnswer, ...],
        owner: LabelClass | None,
        *,
        above: str | None = None,
        places: dict[str, Place] | None = None,
    ) -> Answers:
        """The answers, and those of asides that have a question and fit it; all others are noted as not kept."""
        found = dict(answers)
        for one in asides:
            question = self.question(one.name, owner, above)
            if question == "":
                self.left.left_out += 1
                continue
            why = NO_QUESTION
            if question is not None:
                key, refused = str(question.label_class.id), len(self.left.refused)
                answer = self._answer(one, question.label_class) if key not in found else None
                if answer is not None:
                    found[key] = answer[0]
                    if places is not None:
                        places[key] = one.place
                    continue
                why = "its question has another answer"
                for fault in self.left.refused[refused:]:
                    why = fault.message.rstrip(".")
                del self.left.refused[refused:]
            self.left.not_kept.append((one, why))
        return found

    def _answer(self, one: FoundAnswer, question: LabelClass) -> tuple[Answer] | None:
        """The answer in a tuple of its own, None after it was refused."""
        if one.value is None or (not one.value and question.type != "free_text"):
            return (() if question.type == "checklist" else None,)
        if question.type == "free_text":
            return self._text(one, question)
        values = one.value if isinstance(one.value, tuple) else (one.value,)
        if (
            question.type == "checklist"
            and isinstance(one.value, str)
            and self.option(one.value, one.name, question) is None
        ):
            parts = one.value.split(",")
            ticked = (part if self.option(part, one.name, question) is not None else part.strip() for part in parts)
            values = tuple(part for part in ticked if part)
        keys = [self.option(value, one.name, question) for value in values]
        if LEAVE_OUT in keys:
            self.left.left_out += keys.count(LEAVE_OUT)
            keys = [key for key in keys if key != LEAVE_OUT]
            if not keys:
                return None
        if None in keys or (question.type == "option" and len(keys) != 1):
            known = ", ".join(option.key for option in question.options[:20])
            text = f"“{question.key}” takes {'one' if question.type == 'option' else 'some'} of {known}."
            self.left.refuse(one.place, "unknown_option", text, str(one.value))
            return None
        if question.type == "option":
            return (keys[0],)
        return (tuple(option.key for option in question.options if option.key in keys),)

    def _text(self, one: FoundAnswer, question: LabelClass) -> tuple[Answer] | None:
        text = one.value if isinstance(one.value, str) else ", ".join(one.value or ())
        limit = question.max_length or 0
        if len(text) > limit or "\x00" in text:
            what = f"has {len(text)} characters, more than {limit}" if len(text) > limit else "contains a NUL character"
            self.left.refuse(one.place, "invalid_text", f"The answer to “{question.key}” {what}.", text)
            return None
        return (text,)

    def option(self, value: str, name: str, question: LabelClass) -> str | None:
        """The option that a value becomes, None where there is none, "" where it is left out."""
        wanted = self._mapping.options.get(f"{name}: {value}", value)
        if wanted == LEAVE_OUT and value:
            return LEAVE_OUT
        for found, said in ((str, wanted), (str.lower, wanted.lower())):
            named = {found(option.name): option.key for option in reversed(question.options)}
            named |= {found(option.key): option.key for option in reversed(question.options)}
            if said in named:
                return named[said]
        return None


def _by_name(questions: Collection[Question]) -> dict[str, Question]:
    found = {question.path: question for question in questions} | {question.name: question for question in questions}
    for rank in range(RANKS):
        for question in questions:
            found.setdefault(names_of(question.label_class)[rank], question)
    return found
