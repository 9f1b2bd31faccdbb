"""The page as a person uses it: links, typed and pasted numbers, files, and what is drawn."""

import re

import numpy as np
import pytest
from pages import differences, drag, go, line, link, opened, paste, read, saved

import gdlab
from gdlab.core.lessons import lesson


@pytest.fixture
def page(browser, lessons):
    """The lessons' page, opened anew."""
    with opened(browser) as there:
        go(there, lessons)
        yield there


def test_no_two_rules_of_a_race_look_the_same(page):
    page.click("[data-tab=compare]")
    for box in page.locator(".gd-race [type=checkbox]").all():
        box.check()
    page.click("[data-move=end]")
    signs = page.locator(".gd-legend path").evaluate_all(
        "all => all.map(one => one.getAttribute('class') + one.getAttribute('d'))"
    )
    lines = page.locator("[data-picture=epochs] .gd-path").evaluate_all(
        "all => all.map(one => one.getAttribute('class') + getComputedStyle(one).strokeDasharray)"
    )
    assert len(signs) == len(lines) == page.locator(".gd-race [type=checkbox]").count() > 12
    assert len(set(signs)) == len(set(lines)) == len(signs)


@pytest.mark.parametrize("far", ["1e200,3;4,5", "1,1e200;4,5", "1e307,-1e307;-1e307,1e307"])
def test_points_far_out_leave_the_pictures_whole(page, far):
    for sheet in ("compare", "adam", "data"):
        link(page, f"sheet={sheet}&points={far}")
        assert "NaN" not in page.locator(".gd-pictures").inner_html()


def test_no_tick_is_cut_off(page):
    link(page, "sheet=adam&epochs=690")
    over = """all => all.map((one) => one.getBoundingClientRect().right
        - one.ownerSVGElement.closest("[data-picture]").getBoundingClientRect().right)"""
    assert max(page.locator("[data-picture] .gd-tick-label").evaluate_all(over)) <= 0
    assert "20000" in page.locator("[data-picture=loss]").text_content()
    height = "(one) => one.getBoundingClientRect().height"
    letters = page.locator("[data-picture=points] .gd-tick-label").first.evaluate(height)
    # Ticks are numbers as people write them, and as large on the sheet of the points.
    link(page, "sheet=data&points=1,50000;2,-3e7;3,4e-9")
    ticks = page.locator("[data-picture] .gd-tick-label")
    assert ticks.first.evaluate(height) < 1.3 * letters
    assert ticks.count() > 6 and not [one for one in ticks.all_text_contents() if "e" in one]


def test_the_start_row_of_a_practice_is_not_tinted(page):
    """What is to be filled in is, and nothing else."""
    page.click("[data-do=practise]")
    tint = "(one) => getComputedStyle(one).backgroundColor"
    start = page.locator("tr[data-row='0'] td").last.evaluate(tint)
    assert page.locator("td.gd-blank").last.evaluate(tint) != start


def test_a_link_leads_to_a_rate_a_rule_and_a_row(page):
    drag(page, "lr", -2)
    page.click("[data-tab=rmsprop]")
    page.fill("[data-input=epochs] .gd-box", "3")
    page.press("[data-input=epochs] .gd-box", "Enter")
    drag(page, "beta", 0.5)
    page.fill(".gd-row", "12")
    page.press(".gd-row", "Enter")
    page.wait_for_url("**row=12**")
    address = page.url
    assert address.endswith("#sheet=rmsprop&basic.lr=0.01&beta=0.5&epochs=3&row=12&column=y_pred")
    shown = line(page, "numbers")
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector(".gd[aria-busy=false]")
    assert line(page, "numbers") == shown
    assert page.input_value("[data-input=beta] .gd-box") == "0.5"
    assert page.input_value(".gd-row") == "12"
    page.click("[data-do=reset]")
    page.wait_for_url("**#sheet=rmsprop&row=12&column=y_pred")
    page.focus(".gd-table")
    page.keyboard.press("Control+z")
    page.wait_for_url(address)
    link(page, "sheet=adam&lr=0.3&row=7")
    assert page.input_value(".gd-row") == "7"
    assert not page.is_visible(".gd-alert")


def again(page):
    """Reload the page at its address."""
    page.reload()
    page.wait_for_selector(".gd[aria-busy=false]")


def test_a_link_keeps_every_sheets_inputs_and_the_race(page):
    drag(page, "lr", -3)
    page.click("[data-tab=compare]")
    for name in ("momentum", "rmsprop", "adam_ann", "adagrad"):
        page.uncheck(f".gd-race [value={name}]")
    page.check(".gd-race [value=adam_published]")
    page.focus(".gd-table")
    page.keyboard.press("End")
    page.wait_for_url("**#sheet=compare&basic.lr=0.001&race=basic,adam,adam_published&row=*")
    shown = saved(page)
    again(page)
    assert not page.is_visible(".gd-alert")
    assert line(page, "name-box").startswith("L")
    assert saved(page)["basic: err2"].tolist() == shown["basic: err2"].tolist()
    assert list(saved(page)) == list(shown)
    page.click("[data-tab=basic]")
    assert page.input_value("[data-input=lr] .gd-box") == "0.001"
    link(page, "sheet=compare&adam.lr=0.3&data.lr=1&nowhere.lr=1&race=adam,fastest")
    told = line(page, "alert")
    for said in (
        "data.lr=1 (sheet data has no inputs)",
        "nowhere.lr=1 (there is no sheet 'nowhere')",
        "race=adam,fastest (no rule is called 'fastest')",
    ):
        assert said in told
    adam = gdlab.trace("adam_lesson", epochs=5, lr=0.3).frame["err2"]
    assert saved(page)["adam: err2"].tolist() == adam.tolist()


def test_points_too_many_for_the_address_are_told_of(page):
    page.click("[data-tab=data]")
    paste(page, "1\t2\n" * 500)
    page.wait_for_selector(".gd-alert:not([hidden])")
    assert line(page, "alert").startswith("The address has no room for so many points")
    page.focus(".gd-table")
    page.keyboard.press("ArrowDown")
    page.click("[data-tab=adam]")
    page.wait_for_url("**#sheet=adam")
    assert not page.is_visible(".gd-alert")


def test_without_a_change_the_address_is_the_files(page, lessons):
    link(page, "sheet=basic&epochs=5&row=1&column=y_pred")
    page.wait_for_url(lessons.as_uri())
    page.goto(f"{lessons.as_uri()}?version=2#lr=0.5")
    page.wait_for_selector(".gd[aria-busy=false]")
    page.click("[data-do=reset]")
    page.wait_for_url(f"{lessons.as_uri()}?version=2")


def test_points_go_into_the_link(page):
    page.click("[data-tab=data]")
    page.dblclick("tr[data-row='1'] td[data-column='1']")
    page.keyboard.type("250")
    page.keyboard.press("Enter")
    page.wait_for_url("**points=14,58;86,250;**")
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector("[data-tab=data][aria-selected=true]")
    assert saved(page)["y"][1] == 250


def test_what_a_link_cannot_have_is_left_out_with_a_line(page):
    link(page, "sheet=adam&lr=abc&beta9=1&beta1=0.5&beta2=1&epochs=2.5&row=9999&column=x")
    told = line(page, "alert")
    for said in (
        "lr=abc (lr must be a number over 0, not abc)",
        "beta9=1 (sheet adam has no input 'beta9')",
        "beta2=1 (beta2 must be a number from 0 up to but not including 1, not 1)",
        "epochs=2.5 (epochs must be a whole number from 1, not 2.5)",
        "row=9999&column=x (this sheet has no such cell)",
    ):
        assert said in told
    assert differences(saved(page), gdlab.trace("adam_lesson", epochs=5, beta1=0.5)) == []
    link(page, "lr=0.1&lr=-2")
    assert "lr=-2 (lr must be a number over 0, not -2)" in line(page, "alert")
    link(page, "sheet=toString&constructor=1")
    assert "sheet=toString (there is no sheet 'toString')" in line(page, "alert")
    assert "constructor=1 (sheet basic has no input 'constructor')" in line(page, "alert")
    link(page, "sheet=nowhere&points=1,2;3")
    told = line(page, "alert")
    assert "sheet=nowhere (there is no sheet 'nowhere')" in told
    assert "points=1,2;3 (points, number 2: write x,y;x,y)" in told


def test_points_are_edited_pasted_removed_and_loaded(page):
    page.click("[data-tab=data]")
    page.click("tr[data-row='2'] td[data-column='0']")
    page.keyboard.type("many")
    page.keyboard.press("Enter")
    assert line(page, "alert") == "points: x in row 3 must be a number, not 'many'"
    for name, content, told in (
        ("mine.csv", "x;y\n1,5;2\n3;4\n", ""),
        ("mine.csv", "x,y\n1,two\n", "mine.csv, line 2: y must be a number, not 'two'"),
        ("mine.csv", "day,shop,Sales\nMo,a,3\n",
         "mine.csv: which columns are x and y? It has day, shop, Sales; head them x and y"),
        ("mine.csv", "x,y\n1,2,3\n", "mine.csv, line 2: more values than in the first line"),
        ("mine.xlsx", "PK", "mine.xlsx: it is damaged, or not an .xlsx workbook"),
        ("mine.ods", "PK", "mine.ods: this page reads points from .csv, .tsv and .xlsx files; "
         "save it as one of these first"),
    ):  # fmt: skip
        file = {"name": name, "mimeType": "text/plain", "buffer": content.encode()}
        page.set_input_files(".gd-data-tools input", file)
        page.wait_for_function(
            "(told) => document.querySelector('.gd-alert').textContent === told", arg=told
        )
    shown = saved(page)
    assert [shown["x"].tolist(), shown["y"].tolist()] == [[1.5, 3], [2, 4]]
    page.click("tr[data-row='2'] td[data-column='0']")
    paste(page, "1,2\r\n3,4\r\n")
    assert "paste, line 1: 1,2 may mean 1.2 or 1 and 2; put a tab" in line(page, "alert")
    paste(page, "x\ty\r\n1\t2\r\nc\td\r\n")
    assert line(page, "alert") == "paste, line 3: x must be a number, not 'c'"
    assert len(saved(page)["x"]) == 2
    paste(page, "5;6\r\n7,5;–8\r\n")
    assert saved(page)["y"].tolist() == [2, 4, 6, -8]
    page.keyboard.press("Control+z")
    paste(page, "5\t6\r\n7,5\t8\r\n")
    page.click("tr[data-row='0'] td[data-column='0']")
    page.click("[data-do=remove]")
    assert saved(page)["x"].tolist() == [3, 5, 7.5]
    page.click("[data-do=reset]")
    assert len(saved(page)["x"]) == 29


def test_a_link_counts_points_as_they_are_headed(page):
    link(page, "sheet=data&row=2&column=y")
    row = page.locator("tr[data-row]:has(td[aria-selected=true])")
    assert row.locator("th").text_content() == "2"
    page.focus(".gd-table")
    page.keyboard.press("ArrowDown")
    page.wait_for_url("**#sheet=data&row=3&column=y")
    link(page, "sheet=data&row=0")
    assert "row=0 (this sheet has no such cell)" in line(page, "alert")


def test_the_row_box_says_where_one_is(page):
    for typed, shown in (("99999", "145"), ("-5", "1"), ("", "1")):
        page.fill(".gd-row", typed)
        page.press(".gd-row", "Enter")
        assert page.input_value(".gd-row") == shown


def test_an_impossible_number_is_refused(page):
    page.click("[data-tab=adam]")
    page.fill("[data-input=beta1] .gd-box", "1")
    page.press("[data-input=beta1] .gd-box", "Tab")
    assert line(page, "alert") == "beta1 must be a number from 0 up to but not including 1, not 1"
    assert page.input_value("[data-input=beta1] .gd-box") == "0.9"
    page.fill("[data-input=epochs] .gd-box", "20000")
    page.press("[data-input=epochs] .gd-box", "Tab")
    assert line(page, "alert") == "580,000 rows are more than the 500,000 that a page can hold"


def test_the_pictures_of_an_explosion_end_with_it(page):
    link(page, "lr=0.001&epochs=50")
    run = gdlab.trace("sgd", epochs=50, lr=0.001, h=0.01)
    width = float(page.locator("[data-picture=loss] .gd-ground").get_attribute("width"))
    for picture, shown, values, rows in (
        ("loss", ".gd-thin", run.frame["err2"], 1),
        ("loss", ".gd-epochs", run.epochs["mse"], run.samples),
        ("steps", ".gd-step-1", run.frame["step_slope"], 1),
    ):
        data = page.locator(f"[data-picture={picture}] {shown}").first.get_attribute("d")
        end = max(float(x) for x in re.findall(r"[ML](\S+?) ", data))
        wanted = np.isfinite(values).sum() * rows / run.rows * width
        # A bit of the line is five rows wide.
        assert wanted - 1 < end < wanted + 1 < width - 1, (picture, shown)


def test_a_long_run_is_drawn_with_few_places(page):
    for fragment, most in (
        ("sheet=adam&epochs=3448", 150_000),
        ("sheet=compare&epochs=1000", 350_000),
    ):
        link(page, fragment)
        page.click("[data-move=end]")
        drawn = "all => all.map(one => one.innerHTML.length).reduce((a, b) => a + b)"
        assert page.locator("[data-picture]").evaluate_all(drawn) < most
    assert page.locator("[data-picture=epochs] .gd-marker").count() == 6 * 50


def test_a_decimal_comma_is_one_in_an_input_too(page):
    box = "[data-input=lr] .gd-box"
    page.focus(box)
    page.keyboard.press("Control+a")
    page.keyboard.type("0,05")
    page.keyboard.press("Enter")
    assert page.input_value(box) == "0.05"
    assert differences(saved(page), lesson_at(lr=0.05)) == []
    for typed, told in (
        ("0,0x5", "lr must be a number, not '0,0x5'"),
        ("1,500", "lr: 1,500 may mean 1.500 or 1500; type one"),
        ("", "lr is empty; type a number"),
    ):
        page.fill(box, typed)
        page.press(box, "ArrowUp" if typed else "Enter")
        assert line(page, "alert") == told
        assert page.input_value(box) == "0.05"
    page.press(box, "ArrowUp")
    assert page.input_value(box) == "0.0512"
    assert not page.is_visible(".gd-alert")


def lesson_at(**given):
    """The first sheet of the lessons with other inputs."""
    return gdlab.trace("sgd", h=0.01, epochs=5, **given)


@pytest.mark.parametrize(
    ("shuffle", "seed"), [(True, 3), ("replacement", 0), (True, 2**70 + 5), ("replacement", 2**32)]
)
def test_the_page_draws_the_samples_as_python_does(browser, tmp_path, shuffle, seed):
    run = gdlab.trace("adam", epochs=2, shuffle=shuffle, seed=seed)
    with opened(browser) as page:
        go(page, run.to_html(tmp_path / "page.html"), "epochs=60")
        wanted = gdlab.trace("adam", epochs=60, shuffle=shuffle, seed=seed)
        assert differences(saved(page), wanted) == []
        link(page, "epochs=3&points=1,2;2,4;3,7")
        points = [(1, 2), (2, 4), (3, 7)]
        wanted = gdlab.trace("adam", points, epochs=3, shuffle=shuffle, seed=seed)
        assert differences(saved(page), wanted) == []


def test_the_table_is_saved_as_a_file(page):
    link(page, "sheet=momentum&row=2&column=err2")
    page.wait_for_timeout(400)
    with page.expect_download() as waiting:
        page.click("[data-do=csv]")
    assert waiting.value.suggested_filename == "momentum.csv"
    written = waiting.value.path().read_text(encoding="utf-8")
    assert differences(read(written), lesson("momentum")) == []
