"""Arithmetic typed where a number belongs: its result, or why it has none; on the page the same."""

import math
from typing import Any

import pytest
from pages import opened

from gdlab.marking.texts import readings, unworked
from gdlab.web.assets import module

WORKED = {
    "1/3": 1 / 3,
    "=2*-43*14": -1204.0,
    "2*-43*14": -1204.0,
    "2 × (12,5 − 7) · 3": 33.0,
    "0.9*12 + 0.1*-30": 0.9 * 12 + 0.1 * -30,
    "7 - 2 - 1": 4.0,
    "24/4/2": 3.0,
    "=(3+4)*(2-5)": -21.0,
    "(-3)^2": 9.0,
    "2**3": 8.0,
    "-(3^2)": -9.0,
    "2^-2*4": 1.0,
    "=0.1*30/(sqrt(16)+1e-8)": 0.1 * 30 / (math.sqrt(16) + 1e-8),
    "√4 ÷ 8": 0.25,
    "1e3*2": 2000.0,
    "-10^2": -100.0,  # a power of ten, as a calculator prints it
    "1.000*2": 2.0,
}
REFUSED = {
    "=2*(3": "nor arithmetic",
    "2*": "nor arithmetic",
    "3 4*2": "nor arithmetic",
    "2*--3": "nor arithmetic",
    "2/0": "a division by zero",
    "1/(2-2)": "a division by zero",
    "0^-1*1": "a division by zero",
    "-3^2": "read in two ways: put the power",
    "2^3^2": "read in two ways: put one of the powers",
    "1,000*2": "read in two ways: 1,000",
    "sqrt(2-3)": "the root of a negative number",
    "(2-5)^0.5": "not a number that a spreadsheet can hold",
    "9^999*1": "not a number that a spreadsheet can hold",
}
# These are texts as before, and nothing in them is run.
NONE_AT_ALL = ["=F10*2", "x*y", "abs(3)", "__import__('os')", "2*3;4", "=", "12h", "1_0*2"]


@pytest.fixture(scope="module")
def on_the_page(browser: Any) -> Any:
    with opened(browser) as page:
        page.goto("about:blank")
        code = f"{module('texts.js')}\nObject.assign(window, {{ readingsOf, unworkedOf }});"
        page.add_script_tag(content=code, type="module")
        page.wait_for_function("() => window.readingsOf")
        yield lambda text: page.evaluate("(text) => [readingsOf(text), unworkedOf(text)]", text)


@pytest.mark.parametrize("text", WORKED)
def test_what_is_worked_out(text: str, on_the_page: Any) -> None:
    [found] = readings(text)
    assert found.number == WORKED[text]
    assert on_the_page(text)[0] == [{"number": found.number, "decimals": found.decimals}]


# What a person reads at once, by hand: the numbers that it may mean, and the decimals.
READ = {
    "(5)": [(-5, 0), (5, 0)], "(1.250)": [(-1.25, 3), (1.25, 3)], "3.5-": [(-3.5, 1)],
    "minus 0.25": [(-0.25, 2)], "$-1.5$": [(-1.5, 1)], "'2.40": [(2.4, 2)], "7.25.": [(7.25, 2)],
    "81/625": [(0.1296, 4)], "-1/2": [(-0.5, 4)], "207 226/625": [(207.3616, 3)],
    "12 345/5": [(2469, 2)], "3.7000E-02": [(0.037, 3)], "1.50*10^2": [(150, -1)],
}  # fmt: skip


@pytest.mark.parametrize("text", READ)
def test_what_a_person_reads_at_once(text: str, on_the_page: Any) -> None:
    assert [tuple(one) for one in readings(text)] == READ[text]
    told = [{"number": number, "decimals": decimals} for number, decimals in READ[text]]
    assert on_the_page(text)[0] == told


@pytest.mark.parametrize("text", REFUSED)
def test_what_has_no_result_says_why(text: str, on_the_page: Any) -> None:
    assert readings(text) == [] and REFUSED[text] in unworked(text)
    assert on_the_page(text) == [[], unworked(text)]


@pytest.mark.parametrize("text", [*NONE_AT_ALL, "1+" * 400 + "1", "(" * 150 + "1" + ")" * 150])
def test_what_is_no_arithmetic_stays_a_text(text: str, on_the_page: Any) -> None:
    assert readings(text) == [] and unworked(text) == ""
    assert on_the_page(text) == [[], ""]
