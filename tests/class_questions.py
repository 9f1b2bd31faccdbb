"""Ten questions of a class, each answered on the page in at most three actions, in any browser.

``asked(browser)`` walks through all; a browser has ``evaluate``, ``wait_for``, ``middle``,
``click``, ``drag`` and ``type``, as in other_browsers.py.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from other_browsers import ENTER, Browser

MOST_ACTIONS = 3
SETTLED = "document.querySelector('.gd[aria-busy=false]')"


class Question(NamedTuple):
    """A question: where the class is, what it does, and what it must see then."""

    asks: str
    where: str
    actions: tuple[Callable[[Browser], None], ...]
    seen: str


def click(selector: str) -> Callable[[Browser], None]:
    return lambda browser: browser.click(selector)


def set_input(name: str, value: str) -> Callable[[Browser], None]:
    def act(browser: Browser) -> None:
        box = f"[data-input={name}] .gd-box"
        browser.click(box)
        browser.evaluate(f"document.querySelector('{box}').select()")
        browser.type(value + ENTER)

    return act


def drag_start(browser: Browser) -> None:
    x, y = browser.middle("[data-picture=path] .gd-start-point")
    browser.drag((x, y), [(x + 10, y - 10), (x + 30, y - 20)])


def words(selector: str, wanted: str) -> str:
    """A check that a text is shown; in a list, at any position."""
    return (
        f"[...document.querySelectorAll({selector!r})].some((one) => one.checkVisibility() "
        f"&& one.textContent.includes({wanted!r}))"
    )


def count(selector: str, number: int) -> str:
    return f"document.querySelectorAll({selector!r}).length === {number}"


LENS, PRESENT = click("[data-do=lens]"), click("[data-do=present]")
ANSWERS = click("[data-control='show answers']")
QUESTIONS = (
    Question(
        "What if the rate were three times as large?",
        "sheet=adam",
        (click("[data-do=add]"), set_input("lr", "0.3"), click("[data-tab=compare]")),
        f"{words('.gd-legend li', 'adam lr 0.3')} && {words('.gd-legend li', 'adam_2 lr 0.1')}",
    ),
    Question(
        "Why is this gradient so large?",
        "sheet=adam&row=5&column=grad_slope",
        (LENS,),
        words(".gd-lens-numbers", " * 28") + " && " + words(".gd-lens .gd-title", "tangent"),
    ),
    Question(
        "Why did it jump there?",
        "sheet=basic",
        (click("[data-picture=loss] .gd-ground"), LENS),
        words(".gd-lens-where", "row 73,"),
    ),
    Question(
        "Does it really remember the rows before?",
        "sheet=momentum&row=40&column=avg_slope",
        (LENS,),
        count(".gd-lens .gd-bar-of", 12),
    ),
    Question(
        "What if it started somewhere else?",
        "sheet=adam",
        (drag_start,),
        "document.querySelector('.gd-python input').value.includes('start={')",
    ),
    Question(
        "Can we see that on the wall?", "sheet=adam", (PRESENT,), words(".gd-stage b", "adam")
    ),
    Question(
        "Which of these rates is too large?",
        "sheet=compare",
        (click("[data-control='riddle rate']"), ANSWERS),
        words(".gd-answers li", "is too large: lr"),
    ),
    Question(
        "Could you tell the rules apart without their names?",
        "sheet=compare",
        (click("[data-control='riddle rule']"), ANSWERS),
        count(".gd-answers li", 4),
    ),
    Question(
        "How would I write this cell in Excel?",
        "sheet=basic",
        (click("tr[data-row='3'] td[data-column='7']"),),
        words(".gd-excel", "="),
    ),
    Question(
        "Is it the same with two points only?",
        "sheet=data&points=1,2;3,4;5,6",
        (click("tr[data-row='2'] td"), click("[data-do=remove]"), click("[data-tab=adam]")),
        "document.querySelector('.gd-python input').value.includes('points=[(1, 2), (3, 4)]')",
    ),
)


def asked(browser: Browser, address: str) -> None:
    """Ask all, and see the answers."""
    for question in QUESTIONS:
        assert len(question.actions) <= MOST_ACTIONS, question.asks
        browser.open("about:blank")
        browser.open(f"{address}#{question.where}")
        browser.wait_for(SETTLED)
        for act in question.actions:
            act(browser)
        try:
            browser.wait_for(question.seen)
        except AssertionError as error:
            raise AssertionError(question.asks) from error


class Chromium(Browser):
    """A page of playwright's as other browsers have it."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def open(self, address: str) -> None:
        self.page.goto(address)

    def evaluate(self, expression: str) -> Any:
        return self.page.evaluate(expression)

    def click(self, selector: str) -> None:
        self.page.mouse.click(*self.middle(selector))

    def drag(self, start: tuple[int, int], places: list[tuple[int, int]]) -> None:
        self.page.mouse.move(*start)
        self.page.mouse.down()
        for place in places:
            self.page.mouse.move(*place)
        self.page.mouse.up()

    def type(self, text: str) -> None:
        for key in text:
            self.page.keyboard.press("Enter" if key == ENTER else key)
