"""Which columns of a loaded file are meant, asked on the page and in the notebook's sheet."""

import openpyxl
import pytest
from mounted import live, sheets
from pages import go, line, opened
from playwright.sync_api import expect
from test_browser_shared import settled

from gdlab.web.data import planned
from gdlab.web.page import write_page

TABLE = "id,TV,Radio,Sales,shop\n1,10,3,5,a\n2,20,1,9,b\n3,30,2,14,c\n"
ROWS = [["id", "TV", "Radio", "Sales"], [1, 10, 3, 5], [2, 20, 1, 9]]


@pytest.fixture
def page(browser, tmp_path):
    """A page with the sheet of the points in front."""
    write_page({"sgd": planned("sgd", [(1, 2), (3, 4)])}, tmp_path / "page.html")
    with opened(browser) as page:
        go(page, tmp_path / "page.html", "sheet=data")
        yield page


def load(page, tmp_path, text):
    (tmp_path / "mine.csv").write_text(text)
    page.set_input_files(".gd-data-tools input", tmp_path / "mine.csv")


def cells(page):
    return page.locator(".gd-table td[data-column]:not([hidden])").all_text_contents()


def test_a_file_of_many_columns_is_asked_about(page, tmp_path):
    load(page, tmp_path, TABLE)
    asked = page.locator(".gd-choose")
    asked.get_by_text("Which columns of mine.csv?").wait_for()
    assert asked.locator("[name=x] option").all_text_contents() == ["id", "TV", "Radio", "Sales"]
    assert line(page, "alert") == ""
    asked.locator("[name=x]").select_option("TV")
    asked.locator("[name=y]").select_option("Sales")
    asked.get_by_text("Use these").click()
    assert asked.is_hidden()
    assert cells(page)[:6] == ["10", "5", "20", "9", "30", "14"]
    page.locator(".gd-table").focus()
    page.keyboard.press("Control+z")
    assert cells(page)[:4] == ["1", "2", "3", "4"]
    page.keyboard.press("Control+y")
    assert cells(page)[:2] == ["10", "5"]


def test_a_question_may_be_left_and_what_is_wrong_in_a_column_is_still_said(page, tmp_path):
    load(page, tmp_path, TABLE)
    page.locator(".gd-choose").get_by_text("Cancel").click()
    assert page.locator(".gd-choose").is_hidden()
    assert cells(page)[:4] == ["1", "2", "3", "4"]
    load(page, tmp_path, "1,2,3\n4,,6\n7,8,9\n")
    options = page.locator(".gd-choose [name=y] option")
    expect(options).to_have_text(["column 1", "column 2", "column 3"])
    page.locator(".gd-choose").get_by_text("Use these").click()
    expect(page.locator(".gd-alert")).to_contain_text("mine.csv, line 2: y is missing")
    assert cells(page)[:4] == ["1", "2", "3", "4"]


def test_the_notebook_asks_about_a_workbooks_columns(browser, tmp_path):
    made = openpyxl.Workbook()
    for row in ROWS:
        made.active.append(row)
    made.save(tmp_path / "mine.xlsx")
    with sheets(browser) as open_one:
        sheet = live("data")
        page = open_one(sheet)
        page.set_input_files(".gd-data-tools input", tmp_path / "mine.xlsx")
        asked = page.locator(".gd-choose")
        asked.locator("[name=x]").select_option("Radio")
        asked.locator("[name=y]").select_option("Sales")
        asked.get_by_text("Use these").click()
        settled(page, sheet, points=[[3.0, 5.0], [1.0, 9.0]])
        assert asked.is_hidden()
