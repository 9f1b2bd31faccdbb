"""Updates and states that are not made as the other parameters', in every row of a column."""

import pytest
from strangers import Column, Sheet, write
from test_read_people import (
    PLAIN,
    adam,
    changed,
    hidden,
    line,
    momentum,
    only_finding,
    recurrent,
    rmsprop,
    words,
)

from gdlab import read_workbook


def headed(sheet):
    """The sheet with its parameters' first values typed above it."""
    sheet.top.update(w0=0.5, b0=0.1)
    for column in sheet.columns:
        if column.name in "wb":
            column.first = f"={{{column.name}0!}}"
    return sheet


def curve(x, *more):
    columns = [
        Column("x", "x", x, first="={x0!}"),
        Column("f", "f(x)", "=({x}-1)^4+{x}^2"),
        Column("g", "f'(x)", "=4*({x}-1)^3+2*{x}"),
        *more,
    ]
    return Sheet(columns, {"lr": 0.02, "x0": -1.0}, 12)


WRONG = {
    "the data": (changed(line(PLAIN), w="={y-}-{lr!}*{gw-}"), (1, "w"), "starts from B (y)"),
    "the other": (changed(line(PLAIN), b="={w-}-{lr!}*{gb-}"), (1, "b"), "starts from C (w)"),
    "the first": (
        headed(changed(line(PLAIN), b="={b0!}-{lr!}*{gb-}")), (2, "b"), "starts from B4 in every",
    ),
    "the first of one": (curve("={x0!}-{lr!}*{g-}"), (2, "x"), "starts from B2 in every row"),
    "momentum": (changed(momentum(), b="={y-}-{lr!}*{vb-}"), (1, "b"), "starts from B (y)"),
    "rmsprop": (
        changed(rmsprop(), w="={x-}-{lr!}*{gw-}/(SQRT({sw-})+{eps!})"), (1, "w"),
        "starts from A (x), where C (w) of the row above belongs",
    ),
    "adam": (
        changed(adam(), b="={w-}-{alpha!}*{mhb-}/(SQRT({vhb-})+{eps!})"), (1, "b"),
        "starts from C (w), where D (b) of the row above belongs",
    ),
    "an average of the other's gradient": (
        changed(adam(), b="={vb-}-{alpha!}*{mhb-}/(SQRT({vhb-})+{eps!})"), (1, "b"),
        "starts from M (v b), where D (b) of the row above belongs",
    ),
    "times for minus": (
        changed(momentum(), b="={b-}*{lr!}*{vb-}"), (1, "b"),
        "computed differently from C (w): =D7-$B$1*K7 belongs here",
    ),
    "a sign before the whole": (
        changed(momentum(), w="=0-({w-}-{lr!}*{vw-})"), (1, "w"),
        "computed differently from D (b): its sign is the other way round",
    ),
    "no gradient": (
        changed(line(PLAIN), b="={b-}-{lr!}"), (1, "b"), "the factor I (db) is missing",
    ),
    "no velocity": (
        changed(momentum(), w="={w-}-{lr!}"), (1, "w"), "the factor J (v w) is missing",
    ),
    "a velocity that forgets": (
        changed(momentum(), vw="={beta!}+(1-{beta!})*{gw}"), (1, "vw"),
        "computed differently from K (v b): the factor J (v w) is missing",
    ),
    "an average that forgets": (
        changed(rmsprop(), sw="={beta!}+(1-{beta!})*{gw}^2"), (1, "sw"),
        "computed differently from K (s b): the factor J (s w) is missing",
    ),
    "no gradient, of a bias beside weights": (
        hidden(b1="={b1-}-{lr!}"), (1, "b1"), "the factor R (db1) is missing",
    ),
    "a factor in an update": (
        words(u1="={u1-}-{lr!}*{g-}"), (1, "u1"), "the factor D (context 1) is missing",
    ),
    "a share for the rate": (
        changed(momentum(), w="={w-}-{beta!}*{vw-}"), (1, "w"), "B2 (beta) stands where B1 (lr)",
    ),
    "eps for a share": (
        changed(adam(), vhw="={vw}/(1-{eps!}^{t})"), (0, "vhw"), "B4 (eps) stands where B3 (b2)",
    ),
    "a state's sign": (
        changed(adam(), mhb="=0-({mb}/(1-{b1!}^{t}))"), (0, "mhb"),
        "computed differently from O (m hat w): its sign is the other way round",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_column_that_is_no_update_is_found_where_it_is(tmp_path, name):
    reading, finding = only_finding(tmp_path, *WRONG[name])
    (table,) = reading.tables
    wrong = [one for one in table.gradients if one.verdict != "right"]
    assert len(wrong) == (finding.kind == "gradient")


@pytest.mark.parametrize(
    "sheet",
    [
        changed(line(PLAIN), w="={w-}-{lr!}*{gb-}", b="={b-}-{lr!}*{gw-}"),
        changed(momentum(), w="={w-}-{lr!}*{vb-}", b="={b-}-{lr!}*{vw-}"),
    ],
    ids=["plain", "momentum"],
)
def test_gradients_that_are_exchanged_are_found_at_the_updates(tmp_path, sheet):
    reading = read_workbook(write(tmp_path / "a.xlsx", sheet))
    first, second = reading.findings
    assert [first.cells[0], second.cells[0]] == [sheet.address(1, "w"), sheet.address(1, "b")]
    assert "I (db) stands where H (dw) belongs" in first.because
    assert "H (dw) stands where I (db) belongs" in second.because


def test_of_two_signs_the_rarer_one_may_be_right(tmp_path):
    sheet = changed(recurrent(), d2="=0-({d}*{o}*(1-{h2}^2))")
    reading = read_workbook(write(tmp_path / "a.xlsx", sheet))
    assert {one.cells[0] for one in reading.findings} == {
        sheet.address(0, "gu"), sheet.address(0, "gv"),
    }  # fmt: skip


def test_a_loss_that_lacks_a_parameter_is_said_not_to_be_the_one_meant(tmp_path):
    sheet = line(PLAIN, loss="=({w}*{x}-{y})^2")
    (table,) = read_workbook(write(tmp_path / "a.xlsx", sheet)).tables
    assert "not of the loss in G (loss)" in table.words


def sequences(place="={x}+0.8*({x}-{x-})", of="y", first=3.0):
    """Nesterov's method in two columns, with a plain descent at the same rate beside it."""
    columns = [
        Column("a", "plain", "={a-}-{lr!}*{ga-}", first=3.0),
        Column("fa", "f plain", "=({a}-1)^4"),
        Column("ga", "slope plain", "=4*({a}-1)^3"),
        Column("x", "x", "={y-}-{lr!}*{gy-}", first=3.0),
        Column("y", "y", place, first=first),
        Column("gy", "slope at y", "=4*({y}-1)^3"),
        Column("f", "f", "=({@}-1)^4".replace("@", of)),
    ]
    return Sheet(columns, {"lr": 0.01}, 12)


@pytest.mark.parametrize(
    "sheet",
    [
        sequences(),
        sequences(of="x"),
        sequences(first="={x}"),
        sequences("=1.8*{x}-0.8*{x-}"),
    ],
    ids=["loss ahead", "loss at the step", "copied start", "written out"],
)
def test_nesterovs_method_in_two_columns(tmp_path, sheet):
    reading = read_workbook(write(tmp_path / "a.xlsx", sheet))
    plain, ahead = reading.tables
    assert reading.findings == []
    assert (plain.rule, ahead.rule) == ("gradient descent", "nesterov")
    assert ahead.hyper["lr"] == (pytest.approx(0.01), "B1")
    assert ahead.hyper["momentum"][0] == pytest.approx(0.8)
    assert [one.verdict for one in ahead.gradients] == ["right"]


SUMS = [Column(f"c{k}", f"sum {k}", f"={{c{k}-}}+{{g{k}}}", first=f"={{g{k}}}") for k in "wb"]
MAY = {
    "a rate for each": line("={@-}-{lr@!}*{g@-}", top={"lrw": 0.005, "lrb": 0.02}),
    "steps in a column": changed(
        line(
            "={@-}-{s@}",
            [Column(f"s{k}", f"step {k}", f"={{lr!}}*{{g{k}-}}", first=0.0) for k in "wb"],
        )
    ),
    "a sum of all gradients": headed(line("={@0!}-{lr!}*{c@-}", SUMS, top={"lr": 0.005})),
    "a trial beside": curve("={x-}-{lr!}*{g-}", Column("t", "trial", "={x}-{lr!}*{g}")),
    "a threshold after the step": Sheet(
        [
            Column("z", "z", "={w-}-{lr!}*{g-}", first=2.0),
            Column("w", "w", "=IF({z}>0.1,{z}-0.1,0)", first=2.0),
            Column("f", "f", "=({w}-1)^2"),
            Column("g", "slope", "=2*({w}-1)"),
            Column("a", "plain", "={a-}-{lr!}*{ga-}", first=3.0),
            Column("ga", "slope plain", "=2*({a}-1)"),
        ],
        {"lr": 0.1},
        12,
    ),
}


@pytest.mark.parametrize("name", MAY)
def test_what_may_start_elsewhere_is_not_accused(tmp_path, name):
    assert read_workbook(write(tmp_path / "a.xlsx", MAY[name])).findings == []
