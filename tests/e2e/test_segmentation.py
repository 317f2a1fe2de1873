"""Segments painted, pierced, split and merged by mouse: the pixels on screen are the pixels of the export."""

import io
from typing import Any

import httpx2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import expect

from tests.e2e.conftest import Pages
from tests.e2e.label_mode import XY, Hand, wait_for_frames
from tests.e2e.world import World, build, every_type, labels, picture

W, H = 60, 44
WATER, LAND = (0x2F, 0xB5, 0xC7), (0x7F, 0xB9, 0x3D)
Mask = NDArray[np.bool_]


@pytest.fixture
def world(api: httpx2.Client) -> World:
    return build(api, every_type(), [picture(W, H), picture()])


@pytest.fixture(params=[1, 2])
def hand(open_page: Pages, world: World, request: pytest.FixtureRequest) -> Hand:
    return Hand(open_page(device_scale_factor=request.param), world.tasks[0]).open()


@pytest.fixture
def large(open_page: Pages, world: World) -> Hand:
    return Hand(open_page(), world.tasks[1]).open()


def size_of_brush(hand: Hand, pixels: int) -> None:
    field = hand.page.get_by_test_id("tool-options").get_by_label("Size", exact=True)
    field.fill(str(pixels))
    field.press("Enter")
    expect(hand.canvas).to_be_focused()


def option(hand: Hand, name: str, choice: str) -> None:
    hand.page.get_by_test_id("tool-options").get_by_label(name).select_option(choice)


def colours(hand: Hand) -> NDArray[np.int_]:
    """What the layer of shapes has in the middle of each pixel of the picture: (H, W, 4)."""
    view = hand.view
    places = [view.screen((column + 0.5, row + 0.5)) for row in range(H) for column in range(W)]
    read = """(element, places) => {
        const canvas = element.querySelector('canvas[data-layer="shapes"]')
        const box = canvas.getBoundingClientRect()
        const ratio = canvas.width / box.width
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
        return places.map(([x, y]) => {
            const at = 4 * (Math.floor((y - box.top) * ratio) * canvas.width + Math.floor((x - box.left) * ratio))
            return [...data.slice(at, at + 4)]
        })
    }"""
    found: Any = hand.canvas.evaluate(read, [list(place) for place in places])
    return np.array(found).reshape(H, W, 4)


def on_screen(hand: Hand, colour: tuple[int, int, int]) -> Mask:
    """The pixels that are shown in a class's colour, with nothing selected."""
    found = colours(hand)
    # Colours come back from their premultiplied form a little off.
    near: Mask = (np.abs(found[..., :3] - np.array(colour)) <= 6).all(axis=-1) & (found[..., 3] > 60)
    return near


def exported(api: httpx2.Client, task: str, key: str) -> Mask:
    answer = api.get(f"/api/v1/export/bitmap/{task}/{key}")
    assert answer.status_code == 200, answer.text
    mask: Mask = np.asarray(Image.open(io.BytesIO(answer.content))) > 0
    return mask


def in_peace(hand: Hand) -> Hand:
    """Nothing selected, nothing under the pointer, everything saved."""
    hand.key("Escape", "Escape", "Escape")
    hand.page.mouse.move(5, 5)
    hand.is_saved()
    wait_for_frames(hand.page)
    return hand


def segments(api: httpx2.Client, task: str) -> list[Any]:
    return [annotation["geometry"]["rings"] for annotation in labels(api, task)["annotations"]]


def test_the_pixels_on_screen_are_the_pixels_of_the_export(hand: Hand, world: World, api: httpx2.Client) -> None:
    task = world.tasks[0]
    hand.key("5", "b")
    size_of_brush(hand, 9)
    hand.drag((8, 9), (30, 12), (44, 30), (20, 34), (9, 12))
    hand.drag((44, 30), (52.3, 20.7), (57, 3))
    hand.key("6", "p").click((38.4, 4.2), (58, 16), (50, 41), (33, 39)).key("Enter")
    hand.key("e")
    size_of_brush(hand, 4)
    hand.drag((3, 22), (26.5, 21.3), (40, 8))
    hand.key("o").drag((41, 20), (48, 21), (46, 28), (40.6, 27), (41, 21))
    hand.key("5", "b")
    size_of_brush(hand, 1)
    hand.drag((2, 40), (20, 42.6)).click((57.5, 42.5))
    in_peace(hand)

    for key, colour in (("water", WATER), ("land", LAND)):
        shown, map_ = on_screen(hand, colour), exported(api, task, key)
        assert map_.sum() > 100
        wrong = np.argwhere(shown != map_)
        assert wrong.size == 0, f"{key}: {len(wrong)} pixels differ, first at row, column {wrong[:3].tolist()}"


def test_undo_of_all_strokes_leaves_nothing_on_screen_and_redo_brings_all_back(
    large: Hand, world: World, api: httpx2.Client
) -> None:
    large.key("5", "b").drag((100, 100), (300, 120)).drag((200, 60), (220, 300))
    large.key("e").drag((150, 50), (150, 200)).is_saved()
    after = segments(api, world.tasks[1])
    large.key("Control+z", "Control+z", "Control+z").count(0).is_saved()
    large.key("Control+Shift+z", "Control+Shift+z", "Control+Shift+z").is_saved()
    assert segments(api, world.tasks[1]) == after
    assert len(after) == 2


def test_a_stroke_adds_to_the_selected_segment_and_alt_and_the_wheel_size_it(
    large: Hand, world: World, api: httpx2.Client
) -> None:
    large.key("5", "b").move((300, 300))
    field = large.page.get_by_test_id("tool-options").get_by_label("Size", exact=True)
    large.page.keyboard.down("Alt")
    large.page.mouse.wheel(0, -120)
    large.page.mouse.wheel(0, -120)
    large.page.keyboard.up("Alt")
    expect(field).to_have_value("24")
    view = large.view
    large.drag((300, 300), (400, 300)).count(1)
    large.drag((350, 250), (350, 350)).count(1)
    large.drag((600, 100), (700, 100)).count(2).says("does not touch the selected segment")
    assert large.view == view
    large.page.reload()
    large.ready().key("5", "b")
    expect(field).to_have_value("24")


def test_a_segment_is_pierced_filled_split_merged_and_grown(large: Hand, world: World, api: httpx2.Client) -> None:
    task = world.tasks[1]

    def rings() -> list[int]:
        large.is_saved()
        return [len(found) for found in segments(api, task)]

    large.key("5", "p").click((100, 100), (500, 100), (500, 400), (100, 400)).key("Enter").count(1)
    large.key("o").drag((200, 200), (300, 200), (300, 300), (200, 300), (200, 205))
    assert rings() == [2]
    large.key("g").click((250, 250))
    assert rings() == [1]
    large.key("/").drag((300, 50), (310, 200), (300, 450)).count(2).says("The segment is 2 segments now.")
    large.key("m").count(1)
    assert rings() == [1]
    area = area_of(segments(api, task)[0])
    large.key("v", ">").is_saved()
    assert area_of(segments(api, task)[0]) == pytest.approx(area + 2 * (400 + 300), rel=0.01)


def area_of(rings: Any) -> float:
    x, y = np.array(rings[0]).T
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def square(at: XY, side: float) -> list[XY]:
    x, y = at
    return [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]


@pytest.mark.parametrize(("choice", "water", "land"), [("cut_mine", 40_000, 30_000), ("overlap", 40_000, 40_000)])
def test_who_keeps_a_place_that_two_want_is_chosen(
    large: Hand, world: World, api: httpx2.Client, choice: str, water: float, land: float
) -> None:
    large.key("5", "p").click(*square((100, 100), 200)).key("Enter").count(1)
    large.key("6", "p")
    option(large, "On other segments", choice)
    large.click(*square((200, 200), 200)).key("Enter").count(2).is_saved()
    assert [area_of(rings) for rings in segments(api, world.tasks[1])] == pytest.approx([water, land], rel=0.01)


def test_a_polygon_that_crosses_itself_is_marked_there_and_in_the_list(large: Hand) -> None:
    large.key("3").click((200, 200), (400, 400), (400, 200), (200, 400)).key("Enter").count(1)
    large.says("The outline crosses itself at 300, 300.")
    warning = large.row("Sail 1").get_by_text("The outline crosses itself at 300, 300.")
    expect(warning).to_be_attached()
    red, green, blue = large.pixel((303, 300))
    assert (red > 220, green > 150, blue < 90) == (True, True, True), "amber"
    large.key("v").drag((200, 400), (500, 150))
    expect(warning).to_have_count(0)
    assert large.pixel((303, 300))[2] > 90
