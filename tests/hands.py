"""Two ways through a notebook in JupyterLab: by keys alone, and by a mouse.

Both do what a person does: no element is focused, filled in or clicked from outside.
"""

from typing import Any

IDLE = """() => ![...document.querySelectorAll(".jp-InputPrompt")].some(
    (one) => one.textContent.includes("*"))"""
# Whether the focus is on what a selector means inside an area.
IS_AT = """(area, selector) => document.activeElement.matches(selector)
    && area.contains(document.activeElement)"""
ACTIVE_HAS = "(area) => document.querySelector('.jp-Cell.jp-mod-active')?.contains(area)"
# On which side of what is in sight a cell of the grid is: -1, 1, or 0 where it is in sight.
WAY_TO = """(cell) => {
    const grid = cell.closest(".gd-scroll").getBoundingClientRect();
    const { left, right } = cell.getBoundingClientRect();
    if (right > left) return right > grid.right ? 1 : 0;
    const shown = [...cell.parentNode.cells].filter((one) => !one.hidden);
    return cell.cellIndex > shown.at(-1).cellIndex ? 1 : -1;
}"""
STOPS = 90  # more controls than any area has


class Keys:
    """A person who uses only the keyboard."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.press = page.keyboard.press

    def run_cells(self) -> None:
        for _ in range(self.page.locator(".jp-Notebook .jp-Cell").count() - 1):
            self.press("Shift+Enter")
        self.press("Control+Enter")
        self.page.wait_for_function(IDLE)

    def enter(self, area: Any) -> None:
        """From the notebook's cells to the one that shows it."""
        while not self.page.evaluate("document.activeElement.matches('.jp-Cell')"):
            self.press("Shift+Tab")
        way = area.evaluate(
            """(area) => document.querySelector(".jp-Cell.jp-mod-active")
                .compareDocumentPosition(area) & Node.DOCUMENT_POSITION_PRECEDING
                ? "ArrowUp" : "ArrowDown" """
        )
        for _ in range(STOPS):
            if area.evaluate(ACTIVE_HAS):
                return
            self.press(way)
        raise AssertionError("no cell shows it")

    def at(self, area: Any, selector: str) -> None:
        """Go to a control; by Tab, or back by Shift+Tab where it is before."""
        if area.evaluate(IS_AT, selector):
            return
        before = area.evaluate(
            """(area, selector) => Boolean(area.querySelector(selector)
                .compareDocumentPosition(document.activeElement)
                & Node.DOCUMENT_POSITION_FOLLOWING)""",
            selector,
        )
        for _ in range(STOPS):
            self.press("Shift+Tab" if before else "Tab")
            if area.evaluate(IS_AT, selector):
                return
        raise AssertionError(f"no key leads to {selector}")

    def use(self, area: Any, selector: str) -> None:
        """Press a button."""
        self.at(area, selector)
        self.press("Enter")

    def slide(self, area: Any, selector: str) -> None:
        self.at(area, selector)
        for _ in range(3):
            self.press("ArrowRight")

    def write(self, area: Any, selector: str, text: str) -> None:
        self.at(area, selector)
        self.press("Control+a")
        self.page.keyboard.type(text)
        self.press("Enter")

    def tab(self, area: Any, name: str) -> None:
        names = area.locator("[data-tab]").all_text_contents()
        self.at(area, "[data-tab][aria-selected=true]")
        self.press("Home")
        for _ in range(names.index(name)):
            self.press("ArrowRight")

    def cell(self, area: Any, row: int, column: int) -> None:
        self.at(area, ".gd-table")
        self.press("Control+Home")
        for key, times in (("ArrowDown", row), ("ArrowRight", column)):
            for _ in range(times):
                self.press(key)

    def range(self, area: Any, row: int, column: int, rows: int, columns: int) -> None:
        self.cell(area, row, column)
        for key, times in (("Shift+ArrowDown", rows - 1), ("Shift+ArrowRight", columns - 1)):
            for _ in range(times):
                self.press(key)


class Mouse:
    """A person who touches keys only to type."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.press = page.keyboard.press

    def run_cells(self) -> None:
        page = self.page
        page.locator(".jp-Notebook .jp-Cell").first.click(position={"x": 90, "y": 12})
        run = page.locator("[data-command='notebook:run-cell-and-select-next']").first
        for _ in range(page.locator(".jp-Notebook .jp-Cell").count()):
            run.click()
        page.wait_for_function(IDLE)

    def enter(self, area: Any) -> None:
        area.scroll_into_view_if_needed()

    def at(self, area: Any, selector: str) -> None:
        area.locator(selector).first.click()

    use = at

    def slide(self, area: Any, selector: str) -> None:
        """Take the handle and drag it to the right."""
        one = area.locator(selector)
        one.scroll_into_view_if_needed()
        box = one.bounding_box()
        middle = box["y"] + box["height"] / 2
        x = box["x"] + box["width"] * one.evaluate(
            "(one) => (one.value - one.min) / (one.max - one.min)"
        )
        self.page.mouse.move(x, middle)
        self.page.mouse.down()
        self.page.mouse.move(x + 12, middle, steps=6)
        self.page.mouse.up()

    def write(self, area: Any, selector: str, text: str) -> None:
        area.locator(selector).click(click_count=3)
        self.page.keyboard.type(text)
        self.press("Enter")

    def tab(self, area: Any, name: str) -> None:
        area.locator(f"[data-tab={name}]").click()

    def cell(self, area: Any, row: int, column: int) -> None:
        """Turn the wheel until it is in sight, and click it."""
        self._in_sight(area, row, column).click()

    def range(self, area: Any, row: int, column: int, rows: int, columns: int) -> None:
        self.cell(area, row, column)
        last = self._in_sight(area, row + rows - 1, column + columns - 1)
        last.click(modifiers=["Shift"])

    def _in_sight(self, area: Any, row: int, column: int) -> Any:
        one = area.locator(f"tr[data-row='{row}'] td[data-column='{column}']")
        area.locator(".gd-table").hover()
        for _ in range(STOPS):
            way = one.evaluate(WAY_TO)
            if not way:
                break
            self.page.mouse.wheel(60 * way, 0)
            self.page.wait_for_timeout(50)
        return one
