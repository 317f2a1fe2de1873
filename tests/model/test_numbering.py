"""A class's number is given once and goes to no other class."""

from itertools import count

import msgspec

from labelwright.model.configuration import Configuration, LabelClass
from labelwright.model.numbering import Given, number_issues, numbered
from tests.builders import geometry_class, option


def configuration(*classes: LabelClass) -> Configuration:
    return Configuration(id="c", project_id="p", revision=1, timestamp=0, classes=classes)


def saved(
    classes: tuple[LabelClass, ...], old: Configuration | None = None, given: Given | None = None
) -> tuple[Configuration, Given]:
    """What is stored when these classes are saved; new ones get ids."""
    old = old or configuration()
    assert list(number_issues(classes, old, given or {})) == []
    complete, given = numbered(classes, old, given or {})
    return configuration(*_with_ids(complete)), given


def _with_ids(classes: tuple[LabelClass, ...]) -> tuple[LabelClass, ...]:
    return tuple(msgspec.structs.replace(c, id=c.id or f"{next(IDS)}", children=_with_ids(c.children)) for c in classes)


def numbers(config: Configuration) -> dict[str, int | None]:
    return {p.label_class.key: p.label_class.number for p in config.by_id.values()}


IDS = count(1)
CAR, TREE, SKY, BUS = (geometry_class(key, "polygon") for key in ("car", "tree", "sky", "bus"))


def replaced(label_class: LabelClass, **changes: object) -> LabelClass:
    return msgspec.structs.replace(label_class, **changes)


def test_new_classes_count_on_and_questions_have_no_number() -> None:
    wheel = geometry_class("wheel", "point")
    config, _ = saved((replaced(CAR, children=(wheel,)), option("weather", "dry", "wet"), TREE))
    assert numbers(config) == {"car": 0, "wheel": 1, "weather": None, "tree": 2}


def test_the_number_of_a_deleted_class_goes_to_no_other_class_even_when_it_was_the_last() -> None:
    first, given = saved((CAR, TREE, SKY))
    second, given = saved((first.classes[0],), first, given)
    third, given = saved((*second.classes, BUS), second, given)
    assert numbers(third) == {"car": 0, "bus": 3}


def test_a_class_that_comes_back_under_its_key_gets_its_number_back() -> None:
    first, given = saved((CAR, TREE))
    second, given = saved((), first, given)
    third, _ = saved((BUS, TREE, CAR), second, given)
    assert numbers(third) == {"bus": 2, "tree": 1, "car": 0}


def test_a_class_of_the_same_key_and_another_kind_is_another_class() -> None:
    first, given = saved((CAR,))
    second, given = saved((), first, given)
    third, _ = saved((geometry_class("car", "rectangle"),), second, given)
    assert numbers(third) == {"car": 1}


def test_a_renamed_class_keeps_its_number_and_its_old_key_has_none() -> None:
    first, given = saved((CAR, TREE))
    renamed = replaced(first.classes[0], key="vehicle")
    second, given = saved((renamed, first.classes[1]), first, given)
    third, _ = saved((*second.classes, CAR), second, given)
    assert numbers(third) == {"vehicle": 0, "tree": 1, "car": 2}


def test_moved_classes_keep_their_numbers() -> None:
    first, given = saved((CAR, TREE, SKY))
    second, _ = saved(first.classes[::-1], first, given)
    assert numbers(second) == {"car": 0, "tree": 1, "sky": 2}


def test_a_new_class_may_ask_for_a_number_that_nobody_had() -> None:
    config, given = saved((replaced(CAR, number=7), TREE))
    assert numbers(config) == {"car": 7, "tree": 8}
    config, _ = saved((*config.classes, replaced(SKY, number=3), BUS), config, given)
    assert numbers(config) == {"car": 7, "tree": 8, "sky": 3, "bus": 9}


def test_a_number_of_another_class_is_refused_with_the_way_out() -> None:
    first, given = saved((CAR, TREE))
    second, given = saved(first.classes[:1], first, given)
    asked = (*second.classes, replaced(SKY, number=0), replaced(BUS, number=1), geometry_class("far", "polygon"))
    codes = [(issue.pointer, issue.code) for issue in number_issues(asked, second, given)]
    assert codes == [("/classes/1/number", "number_taken"), ("/classes/2/number", "number_taken")]
    changed = (replaced(second.classes[0], number=4),)
    assert [issue.code for issue in number_issues(changed, second, given)] == ["number_changed"]


def test_a_wish_that_cannot_be_had_gets_the_next_number() -> None:
    _, given = saved((CAR, TREE))
    complete, given = numbered((replaced(SKY, number=0), replaced(BUS, number=5)), configuration(), given, wish=True)
    assert [c.number for c in complete] == [6, 5]
    assert given == {0: "car: polygon", 1: "tree: polygon", 5: "bus: polygon", 6: "sky: polygon"}
