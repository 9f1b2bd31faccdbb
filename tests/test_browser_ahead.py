"""A drag is followed in the page itself, whatever the kernel does; its answer has the last word."""

import pytest
from mounted import mount

import gdlab

SETTLED = ".gd[aria-busy=false]"
# From now on the host answers only when `release` is called, one event at a time.
HOLD = """() => {
    const ask = window.askHost, held = [];
    window.askHost = ([event, buffers]) => event.kind === "heard" ? ask([event, buffers])
        : new Promise((done) => held.push(async () => done(await ask([event, buffers]))));
    window.release = () => held.shift()();
}"""


@pytest.fixture
def opened(browser):
    """Open a live sheet whose host is held back."""
    pages, wrong = [], []

    def open_one(*given, **options):
        page = browser.new_page(viewport={"width": 3600, "height": 1000})
        page.on("pageerror", lambda error: wrong.append(str(error)))
        pages.append(page)
        mount(page, gdlab.sheet(*given, **options))
        page.evaluate(HOLD)
        return page

    yield open_one
    for page in pages:
        page.close()
    assert wrong == []


def drag(page, name, value):
    page.locator(f"[data-input={name}] .gd-track").evaluate(
        "(track, value) => { track.value = value; track.dispatchEvent(new Event('input')) }", value
    )


def shown(page):
    """The cells in sight, row by row: names to texts."""
    return page.evaluate(
        """() => {
            const names = [...document.querySelectorAll(".gd-table .gd-label")]
                .map((label) => label.textContent);
            const rows = [...document.querySelectorAll("tr[data-row]")].filter(
                (row) => Number(row.dataset.row) > 0);
            return rows.map((row) => Object.fromEntries(
                [...row.querySelectorAll("td[data-column]")].map(
                    (cell) => [names[cell.dataset.column], cell.textContent])));
        }"""
    )


def assert_shows(page, run):
    rows = shown(page)
    assert len(rows) > 10
    for number, row in enumerate(rows, 1):
        numbers = {name: float(text) for name, text in row.items()}
        assert numbers == {name: float(f"{run.value(name, number):.6g}") for name in row}


@pytest.mark.parametrize(
    ("rule", "options"),
    [
        ("adam", {}),
        ("rmsprop_lesson", {"start": {"sqr_avg_slope": 40}}),
        ("momentum", {"batch_size": 4, "schedule": "cosine"}),
        ("rmsprop", {"schedule": "lesson_annealing", "h": 0.01}),
    ],
    ids=str,
)
def test_a_drag_shows_its_numbers_before_the_kernel_answers(opened, rule, options):
    page = opened(rule, **options)
    name = "start_lr" if "schedule" in options else "lr"
    for exponent in (-5, -4, -3):
        drag(page, name, exponent)
    wanted = gdlab.trace(rule, epochs=5, lr=0.001, **options)
    assert_shows(page, wanted)
    assert page.get_attribute(".gd", "aria-busy") == "true"
    line = page.input_value(".gd-python input")
    assert eval(line).final == wanted.final


def test_an_older_answer_does_not_take_the_sheet_back(opened):
    page = opened("adam")
    for exponent in (-5, -4, -2):
        drag(page, "lr", exponent)
    page.evaluate("release()")
    assert_shows(page, gdlab.trace("adam", epochs=5, lr=0.01))
    page.evaluate("release()")
    page.wait_for_selector(SETTLED)
    assert_shows(page, gdlab.trace("adam", epochs=5, lr=0.01))


def test_epochs_and_starts_are_followed_too(opened):
    page = opened("momentum")
    drag(page, "epochs", 2)
    drag(page, "start_slope", 4)
    assert_shows(page, gdlab.trace("momentum", epochs=2, start={"slope": 4}))
    assert page.locator(".gd-row").get_attribute("max") == "58"


def test_what_may_be_refused_waits_for_the_kernel(opened):
    page = opened("momentum")
    before = shown(page)
    page.fill("[data-input=beta] .gd-box", "2")
    page.press("[data-input=beta] .gd-box", "Enter")
    assert shown(page) == before
    page.evaluate("release()")
    page.wait_for_selector(".gd-alert:not([hidden])")
    assert shown(page) == before


def test_a_drawn_order_waits_for_the_kernel(opened):
    page = opened("sgd", shuffle=True)
    before = shown(page)
    drag(page, "lr", -3)
    assert shown(page) == before
    page.evaluate("release()")
    page.wait_for_selector(SETTLED)
    assert_shows(page, gdlab.trace("sgd", epochs=5, lr=0.001, shuffle=True))
