"""A rate that the page finds, what it says of a run that goes wrong, and its sliders' ranges."""

import re

import pytest
from pages import alone, go, line, link, opened

import gdlab
from gdlab.core.points import pairs
from gdlab.core.ranges import rate_range
from gdlab.web.data import planned

RULES = ("sgd", "momentum", "nesterov", "adam", "lion")
MADE = {
    "huge": [(1e9 * k, 3e9 * k + 1e8 * (k % 3)) for k in range(1, 12)],
    "tiny": [(1e-6 * k, 3e-6 * k + 1e-7 * (k % 3)) for k in range(1, 12)],
    "shifted": [(1000 + k / 11, 3 * k / 11 + 0.1 * (k % 3)) for k in range(11)],
    "constant x": [(5, float(k)) for k in range(10)],
    "one point": [(2, 5)],
    "lesson": gdlab.lesson_points(),
    "cars": gdlab.sample_points("cars"),
}


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    """A page of several rules on the cars."""
    there = tmp_path_factory.mktemp("rates")
    cars = {rule: planned(rule, MADE["cars"], epochs=9) for rule in RULES}
    alone(cars, there / "cars.html")
    models = {
        "neuron": planned("adam", model="logistic", epochs=20),
        "decayed": planned("sgd", model="logistic", schedule="cosine", shuffle=True, epochs=20),
    }
    alone(models, there / "models.html")
    surface = planned("sgd", surface="ravine", steps=40, lr=0.001)
    alone(surface, there / "surface.html")
    with opened(browser) as page:
        page.folder = there
        yield page


def show(page, fragment):
    """The page of the cars at a fragment."""
    if not page.url.partition("#")[0].endswith("cars.html"):
        go(page, page.folder / "cars.html")
    link(page, fragment)


def found(page):
    """The rate that the page finds, and why."""
    page.click("[data-do=find]")
    page.wait_for_selector(".gd-found:not([hidden])")
    page.wait_for_selector(".gd[aria-busy=false]")
    return float(page.locator("[data-input$=lr] .gd-box").input_value()), line(page, "found")


def given(points):
    rows = zip(*pairs(points), strict=True)
    return ";".join(f"{x!r},{y!r}" for x, y in rows)


@pytest.mark.sample(4)
@pytest.mark.parametrize("name", MADE)
def test_the_page_finds_pythons_rate_and_says_the_same_of_it(page, name):
    for rule in RULES if name == "cars" else ("sgd", "adam"):
        show(page, f"sheet={rule}&epochs=7&points={given(MADE[name])}")
        theirs = gdlab.find_rate(rule, MADE[name], epochs=7)
        rate, said = found(page)
        assert rate == theirs.lr
        # How steep a direction is that hardly is one, is rounding.
        noise = r"[\d.e+]+ times"
        assert re.sub(noise, "", said) == re.sub(noise, "", theirs.explanation)


@pytest.mark.parametrize("sheet", ["neuron", "decayed"])
def test_a_models_rate_is_pythons_under_a_schedule_too(page, sheet):
    go(page, page.folder / "models.html", f"sheet={sheet}")
    options = {"schedule": "cosine", "shuffle": True} if sheet == "decayed" else {}
    rule = "sgd" if sheet == "decayed" else "adam"
    theirs = gdlab.find_rate(rule, model="logistic", epochs=20, **options)
    assert found(page) == (theirs.lr, theirs.explanation)


def test_a_surfaces_rate_is_pythons(page):
    go(page, page.folder / "surface.html")
    theirs = gdlab.find_rate("sgd", surface="ravine", steps=40)
    assert found(page) == (theirs.lr, theirs.explanation)


def test_the_search_is_drawn_and_undone_and_refused_in_words(page):
    show(page, "lr=1e-6")
    assert page.locator("[data-picture=rates]").count() == 0
    found(page)
    assert page.locator("[data-picture=rates] .gd-tried").count() > 20
    page.locator(".gd-table").focus()
    page.keyboard.press("Control+z")
    assert page.locator("[data-input=lr] .gd-box").input_value() == "0.000001"
    link(page, "points=1e200,2e200;2e200,3e200")
    page.click("[data-do=find]")
    page.wait_for_selector(".gd-alert:visible")
    assert "sgd explodes at every rate from 1e-30 to 1e20" in line(page, "alert")


@pytest.mark.parametrize(
    ("rule", "fragment", "options"),
    [
        ("sgd", "lr=1e-6", {"lr": 1e-6}),
        ("sgd", "lr=2e-6&epochs=30", {"lr": 2e-6, "epochs": 30}),
        ("nesterov", "lr=1e-6&epochs=2", {"lr": 1e-6, "epochs": 2}),
        ("adam", "lr=1e-6", {"lr": 1e-6}),
        ("sgd", "lr=1e-8", {"lr": 1e-8}),
    ],
)
def test_what_went_wrong_is_said_in_pythons_words(page, rule, fragment, options):
    show(page, f"sheet={rule}&{fragment}")
    advice = gdlab.trace(rule, MADE["cars"], **{"epochs": 9, **options}).advice
    said = line(page, "exploded")
    if not advice:
        assert said.endswith("every number is finite.")
        return
    ours = said.partition("; ")[2] if said.startswith("Exploded") else said
    ours = ours.replace("Find a rate looks", "lr='find' looks").removesuffix(".")
    assert ours.lower() == advice.lower()


def test_the_sliders_range_follows_the_points(page):
    for name, points in MADE.items():
        show(page, f"sheet=adam&points={given(points)}")
        track = page.locator("[data-input=lr] .gd-track")
        ends = [float(track.get_attribute(end)) for end in ("min", "max")]
        wanted = rate_range(pairs(points))
        assert [float(f"1e{int(end)}") for end in ends] == [wanted.low, wanted.high], name
    # And points that are changed on the page change it.
    link(page, "sheet=adam&points=1,2;3,4")
    assert page.locator("[data-input=lr] .gd-track").get_attribute("min") == "-6"
    link(page, "sheet=adam&points=100000,2;3,4")
    assert float(page.locator("[data-input=lr] .gd-track").get_attribute("min")) < -10
