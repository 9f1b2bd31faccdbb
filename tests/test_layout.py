"""Where cells stand in a sheet, and what names look like in plain letters."""

import re

import gdlab
from gdlab.core import layout
from gdlab.core.symbols import latex, text

# --- addresses ---


def test_letters_of_columns():
    wanted = {0: "A", 25: "Z", 26: "AA", 51: "AZ", 52: "BA", 701: "ZZ", 702: "AAA", 16383: "XFD"}
    assert {number: layout.letters(number) for number in wanted} == wanted


def test_defined_names_are_no_addresses():
    wanted = {"lr": "lr", "beta1": "beta_1", "eps": "eps", "r": "r_", "C": "C_", "b1": "b_1"}
    assert {name: layout.defined_name(name) for name in wanted} == wanted
    for name in gdlab.rules():
        for word in layout.inputs(gdlab.trace(name).table):
            assert not re.fullmatch(r"[A-Za-z]{1,3}\d+|[rRcC]", layout.defined_name(word))


def test_inputs_stand_in_order_with_starts_first():
    table = gdlab.trace("adam").table
    assert layout.inputs(table)[:3] == ("start_intercept", "start_slope", "start_avg_intercept")
    assert layout.inputs(table)[-4:] == ("lr", "beta1", "beta2", "eps")
    assert layout.input_address(table, "start_intercept") == "$D$5"
    assert layout.input_address(table, "eps") == "$M$5"


# --- names in plain letters ---


def test_symbols():
    wanted = {
        "intercept": ("b", "b"),
        "slope": ("m", "m"),
        "grad_slope": (r"\frac{\partial e^2}{\partial m}", "de²/dm"),
        "avg_intercept": (r"\overline{g}_{b}", "avg_b"),
        "avg_slope_prev": (r"\overline{g}_{m,t-1}", "avg_m[t-1]"),
        "lr": (r"\alpha", "lr"),
        "beta1": (r"\beta_{1}", "beta1"),
    }
    table = gdlab.trace("adam").table
    found = {name: (latex(name, of=table), text(name, of=table)) for name in wanted}
    assert found == wanted
    assert latex("slope", "ab", table) == "a"
    assert text("grad_slope", "ab", table) == "de²/da"
