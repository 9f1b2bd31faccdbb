"""A loss with a term for each parameter is one descent; two runs side by side are two."""

import pytest
from strangers import Column, Sheet, write

from gdlab import read_workbook

PLAIN = "={@-}-{lr!}*{g@-}"


def bowl(
    update=PLAIN, loss="=({w}-1)^2+3*({b}+2)^2", gw="=2*({w}-1)", gb="=6*({b}+2)", *more, **top
):
    columns = [
        Column("w", "w", update.replace("@", "w"), first=3.0),
        Column("b", "b", update.replace("@", "b"), first=-1.0),
        *more,
        Column("L", "loss", loss),
        Column("gw", "dw", gw),
        Column("gb", "db", gb),
    ]
    return Sheet(columns, {"lr": 0.05, **top}, 11)


TERMS = [Column("p", "of w", "=({w}-1)^2"), Column("q", "of b", "=3*({b}+2)^2")]
STATES = [
    Column(f"v{one}", f"v {one}", f"={{beta!}}*{{v{one}-}}+{{g{one}}}", first=f"={{g{one}}}")
    for one in "wb"
]
STEPS = [Column(f"s{one}", f"step {one}", f"={{lr!}}*{{g{one}}}") for one in "wb"]

RIGHT = {
    "a bowl": bowl(),
    "terms in cells of their own": bowl(PLAIN, "={p}+{q}", "=2*({w}-1)", "=6*({b}+2)", *TERMS),
    "terms added by SUM": bowl(PLAIN, "=SUM({p},{q})", "=2*({w}-1)", "=6*({b}+2)", *TERMS),
    "half of the squares": bowl(loss="=(({w}-1)^2+({b}+2)^2)/2", gw="={w}-1", gb="={b}+2"),
    "a saddle": bowl(loss="={w}^2-{b}^2", gw="=2*{w}", gb="=-2*{b}"),
    "a slope that is the same everywhere": bowl(loss="=({w}-1)^2+5*{b}", gb="=5"),
    "momentum": bowl("={@-}-{lr!}*{v@-}", "={w}^2+{b}^4", "=2*{w}", "=4*{b}^3", *STATES, beta=0.8),
    "steps in cells of their own": bowl(
        "={@-}-{s@-}", "={w}^2+{b}^4", "=2*{w}", "=4*{b}^3", *STEPS
    ),
    "a rate in the formulas": bowl("={@-}-0.05*{g@-}"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_sum_of_terms_is_one_loss(tmp_path, name):
    reading = read_workbook(write(tmp_path / "a.xlsx", RIGHT[name]))
    (table,) = reading.tables
    assert reading.findings == []
    assert len(table.parameters) == 2
    assert [one.verdict for one in table.gradients] == ["right", "right"]


WRONG = {
    "a factor beside a right one": (bowl(gb="=2*({b}+2)"), "gb", "the factor 3 is missing"),
    "a square too many": (bowl(gw="=2*({w}-1)^2"), "gw", "the power 2 does not belong here"),
    "a number for a gradient": (bowl(gb="=6"), "gb", "not the derivative of the loss"),
    "a sign": (bowl(gb="=-6*({b}+2)"), "gb", "its sign is the other way round"),
    "a saddle's sign": (
        bowl(loss="={w}^2-{b}^2", gw="=2*{w}", gb="=2*{b}"),
        "gb",
        "its sign is the other way round",
    ),
    "a factor under momentum": (
        bowl("={@-}-{lr!}*{v@-}", "={w}^2+{b}^4", "=2*{w}", "={b}^3", *STATES, beta=0.8),
        "gb",
        "the factor 4 is missing",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_gradient_stands_out_beside_the_others(tmp_path, name):
    sheet, column, said = WRONG[name]
    reading = read_workbook(write(tmp_path / "a.xlsx", sheet))
    (finding,) = reading.findings
    assert reading.first_wrong == sheet.address(0, column)
    assert said in finding.because


def runs(rate, last, start=-1.0):
    """The same function with two rates or starts, side by side, and a column about both."""
    columns = [
        Column("x", "x", "={x-}-{lr!}*{gx-}", first=3.0),
        Column("f", "f(x)", "=({x}-1)^2"),
        Column("gx", "slope", "=2*({x}-1)"),
        Column("y", "x", f"={{y-}}-{{{rate}!}}*{{gy-}}", first=start),
        Column("g", "f(x)", "=({y}-1)^2"),
        Column("gy", "slope", "=2*({y}-1)"),
        Column("c", "both", last),
    ]
    return Sheet(columns, {"lr": 0.05, "fast": 0.3}, 11)


@pytest.mark.parametrize(
    "sheet",
    [
        runs("fast", "={f}-{g}"),
        runs("fast", "=IF({f}<{g},1,2)"),
        runs("fast", "=({f}+{g})/2"),
        runs("lr", "={f}-{g}"),
        runs("lr", "=MIN({f},{g})"),
        runs("lr", "=ABS({x}-{y})"),
        runs("lr", "=({x}-{y})^2", start=5.0),
    ],
    ids=lambda sheet: sheet.columns[-1].formula + sheet.columns[3].formula,
)
def test_two_runs_that_are_compared_stay_two(tmp_path, sheet):
    reading = read_workbook(write(tmp_path / "a.xlsx", sheet))
    assert [len(table.parameters) for table in reading.tables] == [1, 1]
    assert reading.findings == []
