"""From a slider's input event to the repainted sheet of a page that computes by itself.

    python -m benchmarks.page

Chromium shows 145 rows of Adam, opened from a file without a network, and then the comparison of
three runs of the lessons' page, one of whose rates is dragged. Input events come at all
phases of the screen's 60 frames a second, evenly spread; an event's time ends after the frame in
which its numbers stand in the table, the bar and the pictures. So it holds the wait for that frame,
half of 16.7 ms on average; the work alone, computing and drawing up to that frame, is reported too.
Of three drags the one with the lowest median counts: what another program took is not the page's.

Then the lessons' page is opened from its file again and again: until it paints, and until the first
drag, begun as soon as there is a slider, is painted; both from the start of the navigation.
"""

import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import gdlab
from benchmarks.goal import Goal
from gdlab.web.page import write_lessons_page

TESTS = str(Path(__file__).parents[1] / "tests")
EVENTS = 120
WARMING = 20
DRAGS = 3

# Sets the slider to each value at another phase of a frame; gives the times in ms of the work in
# the event and until after the frame that shows it.
DRAG = """async (values) => {
  const track = document.querySelector("[data-input=lr] .gd-track");
  const box = document.querySelector("[data-input=lr] .gd-box");
  const line = document.querySelector(".gd-python input");
  const frame = () => new Promise((done) => requestAnimationFrame(() => {
    // A message sent in a frame's beginning arrives when it is painted.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(performance.now());
    port2.postMessage(0);
  }));
  const times = [];
  for (const [place, value] of values.entries()) {
    await frame();
    const until = performance.now() + (place * 0.381966 % 1) * 1000 / 60;
    await new Promise((done) => setTimeout(done, until - performance.now() - 2));
    while (performance.now() < until);
    track.value = value;
    const begin = performance.now();
    track.dispatchEvent(new Event("input"));
    const worked = performance.now();
    const painted = await frame();
    if (!line.value.includes(`lr=${box.value}`)) throw new Error(`${line.value}: not yet shown`);
    times.push([worked - begin, painted - begin]);
  }
  return times;
}"""


OPENINGS = 15
# Drags the first slider that appears, and keeps the time when that is painted.
FIRST_DRAG = """window.firstDrag = new Promise((done) => requestAnimationFrame(function look() {
  const track = document.querySelector("[data-input=lr] .gd-track");
  if (!track || !track.isConnected) return requestAnimationFrame(look);
  const box = document.querySelector("[data-input=lr] .gd-box"), before = box.value;
  track.value = Number(track.value) + 0.1;
  track.dispatchEvent(new Event("input"));
  requestAnimationFrame(function painted() {
    if (box.value === before) return requestAnimationFrame(painted);
    setTimeout(() => done(performance.now()));
  });
}));"""


Times = list[tuple[float, float]]


def measure() -> tuple[Times, Times]:
    """Milliseconds of the work in an event, and until its repaint; a pair an event.

    First of one run, then of three that are compared.
    """
    sys.path.insert(0, TESTS)
    from conftest import CHROMIUM_FLAGS
    from engines import chromium
    from pages import go, opened
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        one = gdlab.trace("adam", epochs=5, lr=0.1).to_html(Path(folder) / "adam.html")
        lessons = write_lessons_page(Path(folder) / "lessons.html")
        started = playwright.chromium.launch(executable_path=chromium(), args=list(CHROMIUM_FLAGS))
        found = []
        for path, fragment in ((one, ""), (lessons, "sheet=compare&race=momentum,rmsprop,adam")):
            with opened(started) as page:
                go(page, path, fragment)
                values = [-2.9 + place * 0.02 for place in range(EVENTS)]
                page.evaluate(DRAG, values[:WARMING])
                drags: list[Any] = [page.evaluate(DRAG, values) for _ in range(DRAGS)]
            found.append(min(drags, key=_median))
        started.close()
    return found[0], found[1]


def opening() -> Times:
    """Milliseconds until the lessons' page paints, and until its first drag is painted; each time
    it is opened, in a browser that has opened it before."""
    sys.path.insert(0, TESTS)
    from conftest import CHROMIUM_FLAGS
    from engines import chromium
    from playwright.sync_api import sync_playwright

    found = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lessons = write_lessons_page(Path(folder) / "lessons.html")
        started = playwright.chromium.launch(executable_path=chromium(), args=list(CHROMIUM_FLAGS))
        for _ in range(OPENINGS + 1):
            page = started.new_page(viewport={"width": 1366, "height": 768})
            page.add_init_script(FIRST_DRAG)
            page.goto(lessons.as_uri())
            drag = page.evaluate("() => firstDrag")
            paint = page.evaluate(
                "performance.getEntriesByName('first-contentful-paint')[0].startTime"
            )
            found.append((paint, drag))
            page.close()
        started.close()
    return found[1:]


def _median(times: Times) -> float:
    return statistics.median(whole for _, whole in times)


def goals() -> list[Goal]:
    """The goals about the page."""
    one, three = measure()
    times = [whole for _, whole in one]
    ninety_fifth = statistics.quantiles(times, n=20)[-1]
    paints, drags = zip(*opening(), strict=True)
    return [
        Goal("page: opened to its first paint, median", statistics.median(paints), "ms", 150),
        Goal("page: opened to its first drag, median", statistics.median(drags), "ms", 400),
        Goal("page: slider to repaint, median", statistics.median(times), "ms", 16),
        Goal("page: slider to repaint, three runs compared, median", _median(three), "ms", 16),
        Goal("page: slider to repaint, 95th percentile", ninety_fifth, "ms", 33),
    ]


def main() -> None:
    """Print the figures."""
    for told, found in zip(
        ("first paint", "first drag"), zip(*opening(), strict=True), strict=True
    ):
        print(f"{told}: median {statistics.median(found):.0f} ms, most {max(found):.0f} ms")
    one, three = measure()
    for told, times in (
        ("slider to repaint", [whole for _, whole in one]),
        ("the work in it", [work for work, _ in one]),
        ("slider to repaint, three runs", [whole for _, whole in three]),
        ("the work in it", [work for work, _ in three]),
    ):
        high = statistics.quantiles(times, n=20)[-1]
        print(f"{told}: median {statistics.median(times):.1f} ms, 95th percentile {high:.1f} ms,",
              f"most {max(times):.1f} ms, of {len(times)}")  # fmt: skip


if __name__ == "__main__":
    main()
