"""From a slider's move in ``explore`` to the repainted table and charts, in a real browser.

    python -m benchmarks.explore

Chromium shows 145 rows of Adam in JupyterLab. The handle of the rate is moved by an arrow key; its
time ends after the frame in which the summary, the charts and the table are those of the new rate.
The processor time of the kernel is reported too: the rest is the way there and back, and the
browser's layout.
"""

import statistics
import time

import gdlab
from benchmarks.goal import Goal
from benchmarks.notebook import shown

MOVES, WARMING = 40, 5
WAIT_MS = 30_000

# Runs in the page: presses the arrow key and waits for the frame after the last of the three has
# changed; gives the times in ms.
MOVE = """async (moves) => {
  const area = document.querySelector(".gdlab-explore");
  const handle = area.querySelector(".noUi-handle");
  const parts = [".gdlab-words", ".gdlab-charts", ".gdlab-rows"];
  const shown = () => parts.map((one) => area.querySelector(one)?.innerHTML);
  const times = [];
  for (let move = 0; move < moves; move++) {
    const before = shown();
    const begin = performance.now();
    const key = { key: "ArrowRight", keyCode: 39, bubbles: true, cancelable: true };
    handle.dispatchEvent(new KeyboardEvent("keydown", key));
    await new Promise((done) => {
      const seen = new MutationObserver(() => {
        if (shown().some((one, k) => one === undefined || one === before[k])) return;
        seen.disconnect();
        done();
      });
      seen.observe(area, { childList: true, subtree: true, characterData: true });
    });
    await new Promise((done) => requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = done;
      port2.postMessage(0);
    }));
    times.push(performance.now() - begin);
    await new Promise((done) => setTimeout(done, 50));
  }
  return times;
}"""


def measure() -> list[float]:
    """Milliseconds of every move of the slider."""
    with shown("import gdlab\n\ngdlab.explore('adam', epochs=5, lr=0.001)") as page:
        from lab import run_all

        run_all(page)
        page.wait_for_selector(".gdlab-explore .gdlab-rows table", timeout=WAIT_MS)
        page.evaluate(MOVE, WARMING)
        times: list[float] = page.evaluate(MOVE, MOVES)
    return times


def kernel_time() -> list[float]:
    """Milliseconds of processor time of what the kernel does for a move."""
    explorer = gdlab.explore("adam", epochs=5, lr=0.001)
    times = []
    for move in range(MOVES):
        begin = time.process_time()
        explorer.boxes["lr"].value = 0.001 * 1.01**move + 1e-6
        times.append((time.process_time() - begin) * 1000)
    return times


def goals() -> list[Goal]:
    """The goal about ``explore`` in the notebook."""
    median = statistics.median(measure())
    return [Goal("explore: slider to table and charts, median", median, "ms", 100)]


def main() -> None:
    """Print the figures."""
    for told, times in (("slider to table and charts", measure()), ("the kernel", kernel_time())):
        high = statistics.quantiles(times, n=20)[-1]
        print(f"{told}: median {statistics.median(times):.1f} ms, 95th percentile {high:.1f} ms,",
              f"most {max(times):.1f} ms, of {len(times)}")  # fmt: skip


if __name__ == "__main__":
    main()
