"""Wide tables: sections of columns named and folded, in the sheet, on the page and in workbooks."""

import openpyxl
import pytest
from pages import go, opened

import gdlab
from gdlab.core.layout import HEADER_ROW, SECTION_ROW, sections
from gdlab.web.data import planned
from gdlab.web.page import write_page


def named(table):
    return {name: [table.names[k] for k in places] for name, places in sections(table).items()}


def test_the_sections_of_a_network():
    found = named(gdlab.trace("momentum", model="two_neurons").table)
    assert list(found) == ["data", "parameters", "forward", "backward", "rule", "update"]
    assert found["data"] == ["epoch", "sample", "t", "x", "y"]
    assert found["forward"][-1] == "loss" or found["forward"][-1] == "err2"
    assert all(name.startswith("grad_") for name in found["backward"])
    assert all(name.startswith("avg_") for name in found["rule"])
    assert {name.partition("_")[0] for name in found["update"]} == {"step", "new"}


@pytest.mark.parametrize(
    "options",
    [
        {"rule": "sgd", "model": "logistic"},
        {"rule": "adam", "model": "plane", "batch_size": 2, "max_norm": 1.0, "weight_decay": 0.1},
        {"rule": "ranger", "model": "relu_neuron", "h": 0.01},
        {"rule": "adam", "scale": "standard"},
        {"rule": "sgd", "model": "line_half", "schedule": "cosine", "shuffle": True},
    ],
)
def test_every_column_stands_in_one_section(options):
    table = gdlab.trace(**options).table
    columns = [column for own in named(table).values() for column in own]
    assert columns == list(table.names)
    assert "rule" in named(table) or options["rule"] == "sgd"


def test_the_plain_line_has_none():
    assert sections(gdlab.trace("adam").table) == {}


def test_a_workbooks_sections_are_named_and_fold(tmp_path):
    run = gdlab.trace("adam", model="logistic", epochs=2)
    run.to_excel(tmp_path / "wide.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "wide.xlsx")["adam"]
    for name, columns in named(run.table).items():
        places = [run.table.names.index(column) + 1 for column in columns]
        assert sheet.cell(SECTION_ROW, places[0]).value == name
        assert sheet.cell(HEADER_ROW, places[-1]).value == columns[-1]
        levels = [outline(sheet, place) for place in places]
        # The last one stays, with the sign that folds the others.
        assert levels == [1] * (len(places) - 1) + [0]
    assert sheet.freeze_panes == "D9"
    gdlab.trace("adam").to_excel(tmp_path / "plain.xlsx")
    plain = openpyxl.load_workbook(tmp_path / "plain.xlsx")["adam"]
    assert {one.outlineLevel for one in plain.column_dimensions.values()} == {0}


def outline(sheet, column):
    for one in sheet.column_dimensions.values():
        if one.min <= column <= one.max:
            return one.outlineLevel
    return 0


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    path = tmp_path_factory.mktemp("wide") / "page.html"
    write_page({"adam": planned("adam", model="network_2_2_2", epochs=4)}, path)
    with opened(browser) as page:
        go(page, path)
        yield page


def heads(page):
    cells = page.locator(".gd-table th.gd-name:not([hidden]) .gd-label")
    return cells.all_text_contents()


def test_the_pages_sections_fold_and_unfold(page):
    before = heads(page)
    assert page.locator(".gd-section-begins").all_text_contents()[:1] == ["data"]
    page.click("[data-control='fold parameters']")
    page.click("[data-control='fold forward']")
    folded = heads(page)
    assert not {"w1", "z_h1", "loss"} & set(folded)
    assert folded[folded.index("t2") + 1] == "grad_o1"
    # A cell's numbers and letters are those of the whole sheet.
    page.locator(".gd-table").focus()
    page.keyboard.press("Home")
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    run = gdlab.trace("adam", model="network_2_2_2", epochs=4)
    assert page.locator(".gd-name-box").text_content() == run.explain(1, "grad_o1").cell
    assert page.locator("td[aria-selected=true]").text_content() == (
        f"{run.value('grad_o1', 1):.6g}"
    )
    # What it was computed from and is folded away is named at the edge.
    assert "o1 " in page.locator(".gd-edge:visible").first.text_content()
    for name in ("parameters", "forward"):
        page.click(f"[data-control='fold {name}']")
    page.keyboard.press("Escape")
    page.locator(".gd-table").focus()
    page.keyboard.press("Home")
    assert heads(page) == before


def test_a_link_to_a_folded_cell_unfolds_it(page):
    page.click("[data-control='fold forward']")
    page.evaluate("location.hash = 'row=2&column=h1'")
    page.wait_for_selector("[data-control='fold forward'][aria-expanded=true]")
    assert page.locator(".gd-name-box").text_content() == "Q11"


def test_the_path_of_any_two_parameters(page):
    def labels():
        return page.locator("[data-picture=path] .gd-axis-label").all_text_contents()

    def track():
        return page.locator("[data-picture=path] .gd-path").first.get_attribute("d")

    assert labels() == ["w1", "w2"]
    before = track()
    page.select_option("[data-control='path across']", "w7")
    assert labels() == ["w7", "w2"]
    assert track() != before
    # The one that is taken a second time changes places.
    page.select_option("[data-control='path up']", "w7")
    assert labels() == ["w2", "w7"]
