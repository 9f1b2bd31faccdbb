"""Record the README's pictures: ``python tests/record_pictures.py``, after ``make exports``.

docs/page.gif is the page while its rate is dragged, docs/notebook.png the sheet in JupyterLab.
"""

import io
from pathlib import Path
from typing import Any

import engines
from conftest import CHROMIUM_FLAGS
from lab import lab, open_notebook, run_all
from pages import go
from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).parents[1]
SIZE = {"width": 1100, "height": 860}
RATES = ("1e-05", "3e-05", "0.0001", "0.0002", "0.0003", "0.0004", "0.0008", "0.003", "0.01")
MILLISECONDS = 450


def frame(page: Any) -> Image.Image:
    """What is on the screen, in few colours."""
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    return picture.resize((880, 688), Image.Resampling.LANCZOS).quantize(64)


def film(page: Any) -> list[Image.Image]:
    """The rate goes up until the run explodes and comes back; then a cell shows its formula."""
    go(page, HERE / "exports" / "graddesc.html", "sheet=basic&epochs=5")
    frames = []
    page.evaluate("document.querySelector('.gd').scrollIntoView()")
    for rate in RATES:
        page.evaluate(f"location.hash = 'sheet=basic&epochs=5&lr={rate}'")
        page.wait_for_timeout(300)
        frames.append(frame(page))
    page.evaluate("location.hash = 'sheet=basic&epochs=5&lr=0.0001&row=4&column=grad_slope'")
    page.wait_for_timeout(300)
    return [*frames, *[frame(page)] * 3]


def main() -> None:
    """Write both pictures."""
    with sync_playwright() as playwright:
        program = engines.chromium()
        browser = playwright.chromium.launch(executable_path=program, args=list(CHROMIUM_FLAGS))
        page = browser.new_page(viewport=SIZE)
        first, *rest = film(page)
        place = HERE / "docs" / "page.gif"
        first.save(place, save_all=True, append_images=rest, duration=MILLISECONDS, loop=0)
        with lab("workbook.ipynb") as address:
            open_notebook(page, address, "workbook.ipynb")
            run_all(page)
            page.evaluate("document.querySelector('.gd').scrollIntoView()")
            page.wait_for_timeout(2000)
            page.screenshot(path=HERE / "docs" / "notebook.png")


if __name__ == "__main__":
    main()
