"""The main set: what is hard on formats in one picture each, all under one configuration."""

import unicodedata
from typing import Final

from labelwright.exchange.bridges import joined
from labelwright.model.document import MAX_COMMENT, Document
from labelwright.model.geometry import ImageSegmentation, Line, Point, Polygon, Rectangle
from tests.formats.corpus.making import (
    HOLE,
    SQUARE,
    Case,
    Maker,
    classed,
    configured,
    drawn,
    moved,
    nothing,
    of,
    round_ring,
    turned_box,
)

_YES_NO: Final = ("yes", "no")
CONFIGURATION: Final = configured(
    classed(
        *(1, "car", "rectangle"),
        classed(11, "car_type", "option", options=("van", "truck", "bus", "taxi")),
        classed(
            *(12, "damage", "checklist"),
            classed(13, "damage_note", "free_text"),
            options=("door", "roof", "glass"),
        ),
        classed(14, "front_wheel", "point"),
        classed(15, "rear_wheel", "point"),
        classed(
            *(16, "plate", "rectangle"),
            classed(17, "plate_text", "free_text"),
            classed(
                *(18, "legible", "option"),
                classed(19, "why_not", "checklist", options=("dirt", "blur", "2.0")),
                options=_YES_NO,
            ),
        ),
    ),
    classed(2, "tree", "polygon", classed(21, "leaves", "option", options=_YES_NO)),
    classed(3, "lane", "line"),
    classed(4, "light", "point"),
    classed(5, "sky", "image_segmentation"),
    classed(6, "water", "image_segmentation"),
    classed(
        *(7, "weather", "option"),
        classed(
            *(71, "rain", "checklist"),
            classed(72, "amount", "option", classed(73, "remark", "free_text"), options=("1", "1.0", "true", "None")),
            options=("drizzle", "storm"),
        ),
        options=("dry", "wet"),
    ),
    classed(8, "note", "free_text"),
    classed(
        *(9, "truck", "polygon"),
        classed(91, "front_wheel", "point", classed(92, "flat", "option", options=_YES_NO)),
        classed(93, "plate", "rectangle"),
        classed(94, "load", "polygon", classed(95, "goods", "checklist", options=("wood", "coal"))),
        classed(96, "scratch", "line"),
    ),
    classed(97, "daytime", "checklist", options=("day", "dusk", "night")),
)


def _everything(make: Maker) -> Document:
    car = make(
        "car", Rectangle(5, 6, 70.5, 40.25), answers=make.answers(car__car_type="van", car__damage=("door", "glass"))
    )
    return drawn(
        car,
        make("car/front_wheel", Point(15, 40), car),
        make("car/rear_wheel", Point(60.5, 41.25), car),
        make("car/plate", Rectangle(30, 38, 12, 4), car, answers=make.answers(car__plate__plate_text="A 1")),
        make(
            "tree",
            Polygon(((100.0, 10.0), (130.5, 20.125), (120.0, 60.0))),
            answers=make.answers(tree__leaves="yes"),
        ),
        make("lane", Line(((0.0, 100.0), (80.0, 90.5), (160.0, 110.0)))),
        make("light", Point(140.25, 12)),
        make("sky", ImageSegmentation((SQUARE,))),
        answers=make.answers(weather="wet", weather__rain=("storm",), note="fog, “ü” & <x>"),
    )


def _nested(make: Maker) -> Document:
    """The car and the truck have nested classes of the same keys; the truck's parts have lower ids than itself."""
    car, other = make("car", Rectangle(5, 5, 60, 40)), make("car", Rectangle(90, 5, 60, 40))
    truck = make("truck", Polygon(((10.0, 60.0), (150.0, 60.0), (150.0, 110.0), (10.0, 110.0))), number=9000)
    return drawn(
        car,
        other,
        truck,
        make(
            "car/plate",
            Rectangle(20, 30, 12, 4),
            car,
            answers=make.answers(car__plate__legible="no", car__plate__legible__why_not=("dirt", "2.0")),
        ),
        make("car/front_wheel", Point(12, 44), car),
        make("car/front_wheel", Point(14, 44), car),
        make("car/rear_wheel", Point(100, 44), other),
        make("truck/front_wheel", Point(30, 105.5), truck, answers=make.answers(truck__front_wheel__flat="yes")),
        make("truck/plate", Rectangle(20, 90, 12, 4), truck),
        make(
            "truck/load",
            Polygon(((40.0, 62.0), (140.0, 62.0), (140.0, 90.5))),
            truck,
            answers=make.answers(truck__load__goods=("wood", "coal")),
        ),
        make("truck/scratch", Line(((50.0, 95.0), (60.0, 95.5), (70.0, 99.0))), truck),
        answers=make.answers(weather="wet", weather__rain=("drizzle", "storm"), weather__rain__amount="1.0")
        | make.answers(weather__rain__amount__remark="from the\nnorth"),
    )


def _opened(make: Maker) -> Document:
    return drawn(
        make("car", Rectangle(1, 1, 9, 9), answers=make.answers(car__car_type=None, car__damage=())),
        answers=make.answers(weather=None, note="", daytime=()),
    )


def _partly_answered(make: Maker) -> Document:
    """A nested question is answered although the one above it never was."""
    return drawn(
        make("car", Rectangle(1, 1, 30, 20), answers=make.answers(car__damage__damage_note="a dent")),
        make("car", Rectangle(50, 1, 30, 20), answers=make.answers(car__damage=("roof",))),
        make("car", Rectangle(90, 1, 30, 20)),
        answers=make.answers(weather__rain__amount="true"),
    )


def _texts(make: Maker) -> Document:
    """Texts that look like something else in CSV, YAML, XML, JSON or a list."""
    texts = (
        "1",
        "1.0",
        "true",
        "null",
        "a, b",
        " blank ",
        'say "no"',
        "<b>&amp;</b>",
        "two\nlines",
        "=1+1",
        "\U0001f600 é",
    )
    boxes = [
        make(
            "car",
            Rectangle(10 * n, 10, 8, 30),
            answers=make.answers(car__damage=("door",), car__damage__damage_note=text),
        )
        for n, text in enumerate(texts)
    ]
    return drawn(*boxes, answers=make.answers(note="; ".join(texts)[:100], weather__rain__amount="None"))


def _commented(make: Maker) -> Document:
    return drawn(
        make("car", Rectangle(1, 1, 30, 20), comment="Is this one car, or are there two?"),
        make("tree", Polygon(SQUARE), comment="“ü” & <x>, a \\ and 漢字 \U0001f600"),
        make("light", Point(100, 100), comment="x" * MAX_COMMENT),
        make("sky", ImageSegmentation((moved(SQUARE, 60),)), comment="two\nlines"),
    )


def _stacked(make: Maker) -> Document:
    return drawn(
        make("sky", ImageSegmentation((SQUARE,)), z=2),
        make("water", ImageSegmentation((moved(SQUARE, 15, 15),)), z=1),
        make("tree", Polygon(moved(SQUARE, 25, 25)), z=-1),
        make("car", Rectangle(20, 20, 60, 60), z=3),
    )


def _in_any_order(make: Maker) -> Document:
    """Classes follow one another otherwise than in the configuration, and twins are told apart by their ids alone."""
    return drawn(
        make("light", Point(5, 5)),
        make("car", Rectangle(10, 10, 20, 20)),
        make("tree", Polygon(moved(SQUARE, 60))),
        make("car", Rectangle(10, 10, 20, 20)),
        make("light", Point(5, 5)),
    )


def _marked(make: Maker) -> Document:
    """The red mark of every picture, in the top left corner of what people see; see `pictures`."""
    return drawn(make("car", Rectangle(8, 8, 16, 8)), make("lane", Line(((8.0, 8.0), (24.0, 8.0), (24.0, 16.0)))))


SHAPES: Final = (
    Case("everything", "One object of each class, with nested ones and answers.", "everything.png", _everything),
    Case("empty", "Finished, and nothing is in the picture.", "nothing here.jpg", nothing),
    Case(
        "holes",
        "One hole, and a segment of two holes of which one leaves its outline.",
        "Löcher 穴.png",
        of(
            ("sky", ImageSegmentation((SQUARE, HOLE))),
            ("water", ImageSegmentation((moved(SQUARE, 60), moved(HOLE, 55), moved(HOLE, 65, -5)))),
        ),
    ),
    Case(
        "multi-part",
        "Objects of several parts, joined by lines of no width; one has an island in its hole.",
        "parts.png",
        of(
            ("sky", ImageSegmentation((joined((SQUARE, moved(SQUARE, 50), moved(HOLE, 90, 50))),))),
            ("tree", Polygon(joined((moved(SQUARE, 0, 60), moved(SQUARE, 50, 60))))),
            (
                "water",
                ImageSegmentation(
                    (
                        joined(
                            (moved(SQUARE, 100), moved(((17, 17), (33, 17), (33, 33), (17, 33)), 100), moved(HOLE, 100))
                        ),
                    )
                ),
            ),
        ),
    ),
    Case(
        "touching",
        "Objects of one class and of two that share a border.",
        "frame.jpg",
        of(
            ("tree", Polygon(SQUARE)),
            ("tree", Polygon(moved(SQUARE, 30))),
            ("sky", ImageSegmentation((moved(SQUARE, 0, 30),))),
            ("sky", ImageSegmentation((moved(SQUARE, 30, 30),))),
        ),
    ),
    Case(
        "border",
        "Objects that touch the border of the picture, or fill it.",
        "frame.png",
        of(
            ("car", Rectangle(0, 0, 160, 120)),
            ("tree", Polygon(((0.0, 0.0), (160.0, 0.0), (160.0, 120.0), (0.0, 120.0)))),
            ("sky", ImageSegmentation((((150.0, 100.0), (160.0, 100.0), (160.0, 120.0), (150.0, 120.0)),))),
            ("light", Point(160, 120)),
            ("light", Point(0, 0)),
            ("lane", Line(((0.0, 120.0), (160.0, 0.0)))),
        ),
    ),
    Case(
        "one-pixel",
        "Objects of one pixel.",
        "FRAME.png",
        of(
            ("car", Rectangle(7, 9, 1, 1)),
            ("sky", ImageSegmentation((((50.0, 50.0), (51.0, 50.0), (51.0, 51.0), (50.0, 51.0)),))),
            ("tree", Polygon(((159.0, 119.0), (160.0, 119.0), (160.0, 120.0), (159.0, 120.0)))),
        ),
    ),
    Case(
        "fractions",
        "Coordinates that no decimal number is, and very small ones.",
        "a.b.c.png",
        of(
            ("car", Rectangle(1 / 3, 2 / 3, 10.1, 20.000001)),
            ("tree", Polygon(round_ring(37))),
            ("light", Point(0.1 + 0.2, 1e-3)),
            ("sky", ImageSegmentation((round_ring(11, (120, 30), 20 / 3),))),
            ("lane", Line(((1 / 7, 2 / 7), (100 / 3, 1e-7)))),
        ),
    ),
    Case(
        "thin",
        "Shapes that no centre of a pixel lies in.",
        "thin.png",
        of(
            ("tree", Polygon(((10.1, 10.1), (10.4, 10.1), (10.4, 60.0)))),
            ("car", Rectangle(20.6, 20.6, 0.25, 30)),
            ("sky", ImageSegmentation((((30.1, 30.1), (60.0, 30.1), (60.0, 30.3), (30.1, 30.3)),))),
        ),
    ),
    Case(
        "bridged",
        "Rings whose parts and holes are joined by bridges already.",
        "bridge.png",
        of(
            ("tree", Polygon(joined((SQUARE, HOLE)))),
            ("tree", Polygon(joined((moved(SQUARE, 40), moved(HOLE, 75, 5))))),
            ("sky", ImageSegmentation((joined((moved(HOLE, 0, 60), moved(SQUARE, 30, 70))),))),
        ),
    ),
    Case(
        "self-crossing",
        "Outlines that cross themselves.",
        "-dash.png",
        of(
            ("tree", Polygon(((10.0, 10.0), (60.0, 60.0), (60.0, 10.0), (10.0, 60.0)))),
            ("sky", ImageSegmentation((((80.0, 10.0), (150.0, 80.0), (150.0, 10.0), (80.0, 80.0)),))),
        ),
    ),
    Case(
        "overlapping",
        "Segments of two classes that lie over one another.",
        "con.png",
        of(("sky", ImageSegmentation((SQUARE,))), ("water", ImageSegmentation((moved(SQUARE, 15, 15),)))),
    ),
    Case("stacked", "Objects with an order of drawing.", "z.png", _stacked),
    Case(
        "turned",
        "Boxes that are turned, on a picture that is no square.",
        "turned.png",
        of(
            ("tree", Polygon(turned_box((50, 40), (60, 20), 30))),
            ("tree", Polygon(turned_box((110, 60), (30, 50), -75))),
            ("tree", Polygon(turned_box((40, 95), (50, 14), 90))),
            ("sky", ImageSegmentation((turned_box((120, 100), (40, 20), 12.5),))),
        ),
    ),
    Case("nested", "Nesting as deep as it goes; nested classes of the same keys in two classes.", "deep.png", _nested),
    Case("opened", "Questions that were opened and not answered.", "مفتوح.png", _opened),
    Case(
        "partly", "Questions of which only some, or only the nested ones, are answered.", "部分.jpg", _partly_answered
    ),
    Case(
        "texts",
        "Texts that look like something else in some format.",
        "\U0001f6a7 texts \U0001f468‍\U0001f469‍\U0001f467.png",
        _texts,
    ),
    Case("comments", "Comments on objects.", "comments.png", _commented),
    Case("order", "Objects in no order of classes, and twins.", "order.png", _in_any_order),
    Case("same-name-a", "The same name in three datasets.", "same.png", of(("car", Rectangle(1, 1, 10, 10))), "North"),
    Case("same-name-b", "The same name in three datasets.", "same.png", of(("car", Rectangle(2, 2, 20, 20))), "South"),
    Case("same-name-c", "The same name in three datasets.", "same.png", nothing, "South coast"),
    Case(
        "same-stem",
        "Another picture of that name, with another extension.",
        "same.jpg",
        of(("light", Point(3, 3))),
        "North",
    ),
    Case(
        "composed",
        "A name that is written in two ways (NFC, NFD).",
        unicodedata.normalize("NFC", "Café Ångström.png"),
        of(("light", Point(9, 9))),
    ),
    Case("long-name", "A name as long as names may be.", "長" * 251 + ".png", of(("light", Point(8, 9)))),
    *(
        Case(
            f"orientation-{n}",
            f"EXIF orientation {n}: labels are of the picture as displayed.",
            f"turn{n}.jpg",
            _marked,
            orientation=n,
        )
        for n in range(1, 9)
    ),
    Case("skipped", "Skipped, with nothing in it.", "skipped.png", nothing, state="skipped"),
    Case("reviewed", "Reviewed.", "reviewed.png", of(("car", Rectangle(1, 1, 10, 10))), state="reviewed"),
    Case(
        "changed",
        "Waits again, with labels.",
        "changed.png",
        of(("car", Rectangle(1, 1, 10, 10))),
        state="waiting_changed",
    ),
    Case("waiting", "Never labelled: it waits.", "waiting.png", nothing, state="waiting"),
    Case("backlog", "Never labelled: nobody may take it yet.", "backlog.png", nothing, state="backlog"),
    Case(
        "unseen",
        "A picture that nobody has read yet: its size is not known.",
        "unseen.png",
        nothing,
        state="backlog",
        is_seen=False,
    ),
)
