"""A very large picture opens through tiles: the same tools, exact coordinates, the very pixels, in bounded memory.

The server of the tests shows everything from one megapixel on in tiles.
"""

import io
import re
from contextlib import suppress
from typing import Any

import httpx2
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Error, Locator, Page, Route, expect

from .conftest import Pages
from .label_mode import XY, Hand, wait_for_frames, wait_until
from .test_saving import decide
from .test_view import menu, slide
from .world import World, annotation, build, classes_of, encoded, every_type, labels, save

SIZE_WH = (4000, 2600)
TILE = re.compile(r"/api/media/[^/]+/tiles/(\d+)/(\d+)_(\d+)$")
RED, BLUE, GREY = (230, 20, 30), (20, 40, 220), (120, 120, 120)
# Across the borders of four tiles.
MARK = (2556, 1532, 2564, 1540)
# The middles of four pixels of the mark, one in each tile, and of pixels just outside.
INSIDE: tuple[XY, ...] = ((2559.5, 1535.5), (2560.5, 1535.5), (2559.5, 1536.5), (2560.5, 1536.5))
OUTSIDE: tuple[XY, ...] = ((2555.5, 1535.5), (2564.5, 1538.5), (2558.5, 1531.5), (2562.5, 1540.5))


def large() -> bytes:
    """Grey with a blue left half, and a red mark of 8 x 8 pixels."""
    image = Image.new("RGB", SIZE_WH, GREY)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, SIZE_WH[0] // 2 - 1, SIZE_WH[1]), fill=BLUE)
    draw.rectangle((MARK[0], MARK[1], MARK[2] - 1, MARK[3] - 1), fill=RED)
    return encoded(image)


@pytest.fixture(scope="module")
def world(api: httpx2.Client) -> World:
    return build(api, every_type(), [large()])


@pytest.fixture
def hand(open_page: Pages, world: World) -> Hand:
    return Hand(open_page(), world.tasks[0])


class Asked:
    """What a page asked for, by its address."""

    def __init__(self, page: Page) -> None:
        self.paths: list[str] = []
        page.on("request", lambda request: self.paths.append(request.url.partition("?")[0]))

    @property
    def tiles(self) -> list[tuple[int, ...]]:
        return [tile_of(path) for path in self.paths if TILE.search(path)]


def tile_of(path: str) -> tuple[int, ...]:
    found = TILE.search(path.partition("?")[0])
    assert found, path
    return tuple(map(int, found.groups()))


def tiles_in(hand: Hand) -> tuple[int, int]:
    """How many tiles are missing in view, and how many are here."""
    missing, cached = map(int, (hand.canvas.get_attribute("data-tiles") or "").split())
    return missing, cached


def settled(hand: Hand) -> Hand:
    wait_until(hand.page, lambda: tiles_in(hand)[0] == 0 and tiles_in(hand)[1] > 0)
    wait_for_frames(hand.page)
    return hand


def zoom_to(hand: Hand, place: XY, scale: float) -> None:
    while hand.view.scale < scale:
        hand.move(place)
        before = hand.view.scale
        hand.page.mouse.wheel(0, -240)
        wait_until(hand.page, lambda before=before: hand.view.scale > before)


def test_a_known_pixel_is_found_framed_and_saved_at_its_place(hand: Hand, world: World, api: httpx2.Client) -> None:
    asked = Asked(hand.page)
    settled(hand.open())
    assert {level for level, *_ in asked.tiles} <= {2, 3}
    assert not [path for path in asked.paths if path.endswith(("/display", "/file"))]
    assert hand.pixel((400, 1300)) == BLUE
    assert hand.pixel((3600, 1300)) == GREY

    zoom_to(hand, (2560, 1536), 20)
    settled(hand)

    of_full_size = {tile for tile in asked.tiles if tile[0] == 0}
    assert {(0, column, row) for column in (4, 5) for row in (2, 3)} <= of_full_size
    assert len(of_full_size) <= 20  # of 48: what was in view on the way
    for places, colour in ((INSIDE, RED), (OUTSIDE, GREY)):
        for place in places:
            assert hand.pixel(place) == pytest.approx(colour, abs=3)  # the grid between pixels shines through

    hand.key("4").drag((MARK[0], MARK[1]), (MARK[2], MARK[3])).count(1).is_saved()
    (ship,) = labels(api, world.tasks[0])["annotations"]
    x, y, w, h = (ship["geometry"][key] for key in ("x", "y", "w", "h"))
    half_a_screen_pixel = 0.5 / hand.view.scale + 0.01
    assert (x, y, x + w, y + h) == pytest.approx(MARK, abs=half_a_screen_pixel)


def colours(hand: Hand, left_top: XY, right_bottom: XY) -> set[tuple[int, ...]]:
    """All colours on screen between two places of the picture."""
    (x0, y0), (x1, y1) = hand.view.screen(left_top), hand.view.screen(right_bottom)
    clip: Any = {"x": x0, "y": y0, "width": x1 - x0, "height": y1 - y0}
    shot = Image.open(io.BytesIO(hand.page.screenshot(clip=clip))).convert("RGB")
    return {tuple(colour) for _, colour in shot.getcolors(1 << 16) or []}


@pytest.mark.parametrize("ratio", [1, 1.25])
def test_tiles_meet_without_a_seam_and_are_adjusted_alike(open_page: Pages, world: World, ratio: float) -> None:
    hand = settled(Hand(open_page(device_scale_factor=ratio), world.tasks[0]).open())
    assert colours(hand, (2020, 50), (3950, 1400)) == {GREY}
    for scale in (0.37, 1.1):
        zoom_to(hand, (2560, 1024), scale)
        settled(hand)
        assert colours(hand, (2420, 900), (2700, 1150)) == {GREY}

    slide(menu(hand).get_by_role("slider", name="Brightness"), 150)

    # Below the popover, and in two tiles.
    wait_until(hand.page, lambda: colours(hand, (2420, 1060), (2580, 1150)) == {(180, 180, 180)})


def test_tiles_that_fail_are_said_and_come_when_the_server_is_back(hand: Hand) -> None:
    settled(hand.open())
    hand.page.route(TILE, lambda route: route.abort())
    zoom_to(hand, (1000, 1000), 1)

    notice = hand.page.get_by_role("alert").filter(has_text="Parts of the picture do not come")
    expect(notice).to_contain_text("The server cannot be reached")
    assert hand.pixel((1000, 1000)) == BLUE  # a coarser tile stands in
    notice.get_by_role("button", name="Try now").click()
    hand.page.unroute(TILE)

    settled(hand)
    expect(notice).to_have_count(0)


def test_what_left_the_view_is_not_waited_for(hand: Hand) -> None:
    settled(hand.open())
    held: list[Route] = []
    given_up: list[str] = []
    hand.page.on("requestfailed", lambda request: given_up.append(request.url))
    hand.page.route(TILE, lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks what it is given
    zoom_to(hand, (300, 300), 1)
    wait_until(hand.page, lambda: len(held) > 0 and tiles_in(hand)[0] > 0)

    hand.key("f")  # the whole picture, all of which is here already

    wait_until(hand.page, lambda: tiles_in(hand)[0] == 0 and len(given_up) == len(held))
    hand.page.unroute_all(behavior="ignoreErrors")


def test_a_picture_that_is_being_prepared_says_so_and_opens_by_itself(
    open_page: Pages, api: httpx2.Client, world: World
) -> None:
    hand = Hand(open_page(), world.tasks[0])
    states = iter([("preparing", 0), ("preparing", 40)])

    def still_preparing(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        state = next(states, None)
        medium = body.get("medium", body)
        if state is not None:
            medium |= {"state": state[0], "progress": state[1], "tiles": None}
        route.fulfill(response=answer, json=body)

    hand.page.route(re.compile(r"/api/(media|tasks)/[^/]+$"), still_preparing)
    hand.page.goto(f"/label/{world.tasks[0]}")

    expect(hand.page.get_by_text("The picture is being prepared.")).to_be_visible()
    expect(hand.page.get_by_role("progressbar", name="Prepared")).to_have_attribute("value", "40")
    expect(hand.canvas).to_have_attribute("data-picture", "shown")


def test_the_colour_under_the_pointer_is_said_when_its_tile_comes(hand: Hand) -> None:
    settled(hand.open())
    held: list[Route] = []
    hand.page.route(TILE, lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks what it is given
    zoom_to(hand, (2560, 1536), 2)
    hand.click((2560.5, 1536.5))
    said = hand.page.get_by_test_id("status-line")
    expect(said).to_contain_text("pixel 2560, 1536")
    expect(said).not_to_contain_text("#")

    hand.page.unroute(TILE)
    for route in held:
        with suppress(Error):  # one that left the view was given up
            route.continue_()

    expect(said).to_contain_text("#e6141e")  # without a move of the pointer


def test_two_who_changed_the_same_see_both_on_the_pixels_of_the_tiles(
    hand: Hand, world: World, api: httpx2.Client
) -> None:
    """The side by side of a conflict shows the piece of the picture at the size of its own pixels."""
    task, page = world.tasks[0], hand.page
    ship = annotation(
        classes_of(api, world.project)["ship"], {"kind": "rectangle", "x": 2540, "y": 1520, "w": 40, "h": 40}
    )
    save(api, task, created=[ship])
    settled(hand.open())
    zoom_to(hand, (2560, 1540), 6)
    page.context.set_offline(True)
    hand.click((2545, 1555)).drag((2545, 1555), (2549, 1557)).is_unsaved(1).is_kept()
    mine = {**ship, "geometry": {**ship["geometry"], "x": 2530, "y": 1510}}
    save(api, task, updated=[mine])
    page.context.set_offline(False)

    dialog = page.get_by_role("dialog", name="changed the same")
    for side in ("Mine", "Theirs"):
        shown = dialog.get_by_role("img", name=f"{side}: drawn on its piece of the picture")
        wait_until(page, lambda shown=shown: has_mark(shown))
    addresses = [image.get_attribute("href") or "" for image in dialog.locator("image").all()]
    assert {level for level, *_ in map(tile_of, addresses)} == {0}
    decide(page, "Keep theirs")
    hand.is_saved()
    assert [2530, 1510] in [[each["geometry"]["x"], each["geometry"]["y"]] for each in labels(api, task)["annotations"]]


def has_mark(shown: Locator) -> bool:
    """Whether the red mark is there, under the fill of a shape, and the grey around it."""
    shot = Image.open(io.BytesIO(shown.screenshot())).convert("RGB")
    often = [colour for count, colour in shot.getcolors(1 << 18) or [] if count > 60]
    return GREY in often and any(red > 150 and max(green, blue) < 110 for red, green, blue in often)
