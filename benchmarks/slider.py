"""From a slider's input event to the repainted table and pictures, in a real browser.

    python -m benchmarks.slider

Chromium shows 145 rows of Adam in JupyterLab. An event's time ends after the frame in which its
numbers stand in the table and the pictures. In a drag the events come every 16.7 ms, whether or not
the page has followed; how far it is behind is counted at every repaint.
"""

import statistics
from typing import Any

from benchmarks.goal import Goal
from benchmarks.notebook import shown

EVENTS = 60
WAIT_MS = 30_000

# Runs in the page: sets the slider to each value, `gap` ms apart or, where it is 0, each after the
# repaint of the one before; gives [event, paint, how many events had come by then] per repaint.
DRAG = """async ([values, gap]) => {
  const track = document.querySelector("[data-input=lr] .gd-track");
  const line = document.querySelector(".gd-python input");
  const box = document.querySelector("[data-input=lr] .gd-box");
  const sent = [], paints = [];
  let painted = () => {};
  new MutationObserver(() => {
    const shown = line.value;
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        const event = sent.findLastIndex(({ rate }) => shown.includes(`lr=${rate}`));
        if (event >= 0) paints.push([event, performance.now(), sent.length]);
        painted();
      };
      port2.postMessage(0);
    });
  }).observe(document.querySelector("[data-picture=path]"), { childList: true, subtree: true });
  for (const [place, value] of values.entries()) {
    const repaint = new Promise((done) => { painted = done; });
    track.value = value;
    sent.push({ at: performance.now(), rate: null });
    track.dispatchEvent(new Event("input"));
    sent[place].rate = box.value;
    if (!gap) await repaint;
    await new Promise((done) => setTimeout(done, gap || 20));
  }
  while (paints.at(-1)?.[0] !== values.length - 1) {
    await new Promise((done) => setTimeout(done, 20));
  }
  return { sent: sent.map(({ at }) => at), paints };
}"""


def measure() -> dict[str, Any]:
    """Times of single events in ms, and how far a drag was behind at each repaint."""
    with shown("import gdlab\n\ngdlab.sheet('adam', epochs=5, lr=0.1)") as page:
        from lab import run_all

        first = _first_sheet(page, run_all)
        values = [-3 + place * 0.03 for place in range(EVENTS)]
        page.evaluate(DRAG, [values[:10], 0])
        single = page.evaluate(DRAG, [values, 0])
        drag = page.evaluate(DRAG, [values, 1000 / 60])
    # Later paints of an event only replace the page's numbers by the kernel's.
    first_paints = {event: paint for event, paint, _ in reversed(single["paints"])}
    times = [paint - single["sent"][event] for event, paint in first_paints.items()]
    return {
        "first": first,
        "times": times,
        "behind": [come - 1 - event for event, _, come in drag["paints"]],
        "last": drag["paints"][-1][0] == EVENTS - 1,
        "repaints": len(drag["paints"]),
        "drag": (drag["sent"][-1] - drag["sent"][0]) / (EVENTS - 1),
    }


def _first_sheet(page: Any, run_all: Any) -> float:
    """Seconds from running the first cell of a fresh kernel to the sheet's first numbers."""
    page.evaluate(
        """() => {
          const begin = performance.now();
          new MutationObserver((_, observer) => {
            if (!document.querySelector('.gd td.gd-here')?.textContent) return;
            window.firstSheet = performance.now() - begin;
            observer.disconnect();
          }).observe(document.body, {childList: true, subtree: true, attributes: true});
        }"""
    )
    run_all(page)
    page.wait_for_function("window.firstSheet", timeout=WAIT_MS)
    return page.evaluate("window.firstSheet") / 1000


def goals() -> list[Goal]:
    """The goals about the sheet in the notebook."""
    found = measure()
    ninety_fifth = statistics.quantiles(found["times"], n=20)[-1]
    return [
        Goal("slider to repaint, median", statistics.median(found["times"]), "ms", 60),
        Goal("slider to repaint, 95th percentile", ninety_fifth, "ms", 100),
        Goal("a drag of 60 events: most events behind", max(found["behind"]), "events", 2),
        Goal("first sheet after a kernel's start", found["first"], "s", 2.5),
    ]


def main() -> None:
    """Print the figures."""
    found = measure()
    print(f"one event: median {statistics.median(found['times']):.1f} ms,", end=" ")
    print(f"95th percentile {statistics.quantiles(found['times'], n=20)[-1]:.1f} ms,", end=" ")
    print(f"most {max(found['times']):.1f} ms, of {len(found['times'])}")
    print(f"a drag, an event every {found['drag']:.1f} ms: {found['repaints']} repaints,", end=" ")
    print(f"at most {max(found['behind'])} events behind, ends on the last: {found['last']}")
    print(f"first sheet: {found['first']:.2f} s")


if __name__ == "__main__":
    main()
