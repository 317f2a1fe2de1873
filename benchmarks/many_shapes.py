"""What `panning` measures beside panning: the scripts that run in the page, and what they say."""

import re
import statistics
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page
from tests.e2e.label_mode import Hand, wait_until

# Frame by frame, `act(i)` between two of them.
_FRAMES = """
  const element = document.querySelector('[data-testid=canvas]')
  const { left, top } = element.getBoundingClientRect()
  element.setPointerCapture = () => undefined
  const send = (Kind, type, x, y, more) => {
    const place = { clientX: left + x, clientY: top + y, bubbles: true, cancelable: true }
    element.dispatchEvent(new Kind(type, { ...place, pointerId: 1, pointerType: 'mouse', ...more }))
  }
  const frame = () => new Promise(requestAnimationFrame)
  const framesOf = async (count, act) => {
    const taken = []
    let before = await frame()
    for (let i = 0; i < count; i++) {
      act(i)
      const now = await frame()
      taken.push(now - before)
      before = now
    }
    return taken
  }
"""
ZOOM = f"""async (frames) => {{ {_FRAMES}
  return framesOf(frames, (i) => send(WheelEvent, 'wheel', 400, 400, {{ deltaY: i % 40 < 20 ? -40 : 40 }}))
}}"""
MOVE = f"""async (moves) => {{ {_FRAMES}
  const taken = []
  for (let i = 0; i < moves; i++) {{
    const before = performance.now()
    send(PointerEvent, 'pointermove', 100 + i * 37 % 600, 100 + i * 53 % 500, {{ buttons: 0 }})
    taken.push(performance.now() - before)
    if (i % 10 === 0) await frame()
  }}
  return taken
}}"""
DRAG = f"""async ([x, y, frames]) => {{ {_FRAMES}
  send(PointerEvent, 'pointermove', x, y, {{ buttons: 0 }})
  send(PointerEvent, 'pointerdown', x, y, {{ button: 0, buttons: 1 }})
  const taken = await framesOf(frames, (i) =>
    send(PointerEvent, 'pointermove', x + 12 * Math.sin(i / 5), y + 12 * Math.cos(i / 5), {{ buttons: 1 }}))
  const start = performance.now()
  send(PointerEvent, 'pointerup', x + 9, y + 9, {{ button: 0 }})
  await Promise.resolve()
  await Promise.resolve()
  return [taken, performance.now() - start]
}}"""
_PAINTED = "performance.getEntriesByName('label-mode-painted')[0]?.startTime"


class Opened(NamedTuple):
    """How a page with many shapes comes to be: when it is painted, and what its renderer holds then."""

    painted_ms: float
    memory_mb: float


def renderer_mb(browser: Browser) -> float:
    """Proportional memory of the largest renderer."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    return max(_pss_mb(one["id"]) for one in processes if one["type"] == "renderer")


def _pss_mb(pid: int) -> float:
    found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii"), re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024


def opened(browser: Browser, page: Page) -> Opened:
    """Read both of a page that was opened in a browser of its own."""
    wait_until(page, lambda: page.evaluate(_PAINTED), 60)
    return Opened(float(page.evaluate(_PAINTED)), renderer_mb(browser))


def zoomed(page: Page, frames: int) -> list[float]:
    """Turn the wheel to and fro; milliseconds from frame to frame."""
    taken: list[float] = page.evaluate(ZOOM, frames)
    return taken


def pointed(page: Page) -> float:
    """Move the pointer over the shapes; the slowest answer but for one in twenty, in milliseconds."""
    taken = sorted(page.evaluate(MOVE, 400))
    return float(taken[int(len(taken) * 0.95)])


class Dragged(NamedTuple):
    frames: list[float]
    commits_ms: list[float]


def dragged(hand: Hand, places: list[tuple[float, float]], rounds: int, frames: int) -> Dragged:
    """Select one shape by its middle and drag its first vertex, several times."""
    middle, vertex = places
    hand.key("f", "Escape").click(middle)
    view, all_frames, commits = hand.view, [], []
    x, y = view.screen(vertex)
    for _ in range(rounds):
        taken, commit = hand.page.evaluate(DRAG, [x - view.left, y - view.top, frames])
        all_frames += taken
        commits.append(float(commit))
        hand.key("Control+z")
    return Dragged(all_frames, commits)


def middle_of(times: list[float]) -> float:
    return statistics.median(times)
