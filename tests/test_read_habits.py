"""Habits of people who build such sheets: wrapped formulas, columns of steps, other methods."""

import math
import re
import zipfile

import openpyxl
import pytest
from engines import save_with_libreoffice
from strangers import PYTHON, Column, Sheet, write
from zoo import write as write_case
from zoo_kinds import case_of

from gdlab import read_workbook, rules
from gdlab.core.rerun import rerun

PYTHON.setdefault("ROUND", lambda x, n: round(x, int(n)))
PYTHON.setdefault("MIN", min)
PYTHON.setdefault("INT", math.floor)
X, Y = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [3.1, 4.9, 7.2, 9.1, 10.8, 13.2]


def line(m="={m-}-{lr!}*{dm-}", b="={b-}-{lr!}*{db-}", dm="=2*{e}*{x}", loss="={e}^2", db="=2*{e}"):
    columns = [
        Column("x", "x", data=X), Column("y", "y", data=Y),
        Column("m", "m", m, first=0.5), Column("b", "b", b, first=0.2),
        Column("p", "pred", "={m}*{x}+{b}"), Column("e", "err", "={p}-{y}"),
        Column("dm", "dm", dm), Column("db", "db", db),
        *([Column("loss", "loss", loss)] if loss else []),
    ]  # fmt: skip
    return Sheet(columns, {"lr": 0.005}, 10)


def late():
    """A gradient of the row above's error, but in the first row."""
    sheet = line(dm="=2*{e-}*{x}")
    next(one for one in sheet.columns if one.name == "dm").first = "=2*{e}*{x}"
    return sheet


def curve(f, g, x="={x-}-{step-}", first=2.0, rows=12, more=()):
    columns = [
        Column("x", "x", x, first=first), Column("f", "f(x)", f), Column("g", "f'(x)", g),
        *more, Column("step", "step", "={lr!}*{g}"),
    ]  # fmt: skip
    return Sheet(columns, {"lr": 0.02}, rows)


def xor():
    """Deltas of the other sign, added; behind an input of 1 a delta is a gradient too."""
    own = (("u", "*{x-}", 0.3), ("v", "*{z-}", -0.2), ("c", "", 0.1))
    columns = [
        Column("x", "x1", data=[0.0, 0.0, 1.0, 1.0]), Column("z", "x2", data=[0.0, 1.0, 0.0, 1.0]),
        Column("t", "target", data=[0.0, 1.0, 1.0, 1.0]),
        *(
            Column(name, name, f"={{{name}-}}+{{lr!}}*{{d-}}{times}", first=first)
            for name, times, first in own
        ),
        Column("a", "out", "=1/(1+EXP(-({u}*{x}+{v}*{z}+{c})))"),
        Column("E", "error", "=({t}-{a})^2/2"), Column("d", "delta", "=({t}-{a})*{a}*(1-{a})"),
    ]  # fmt: skip
    return Sheet(columns, {"lr": 0.8}, 16)


def bowl(x, y, more=(), gx="=2*({x}-1)+{y}", top=None, loss=""):
    """A bowl of two variables; ``more`` are columns for x whose twins for y follow."""
    at = loss or "=({x}-1)^2+4*({y}+1)^2+{x}*{y}"
    columns = [
        Column("t", "t", "={t-}+1", first=1.0),
        Column("x", "x", x, first=3.0), Column("y", "y", y, first=2.0), *more,
        Column("f", "f", at), Column("gx", "df/dx", gx), Column("gy", "df/dy", "=8*({y}+1)+{x}"),
    ]  # fmt: skip
    return Sheet(columns, {"lr": 0.05, "beta": 0.7} if top is None else top, 12)


def twins(name, header, formula, first=None):
    """A column for x and the same for y."""
    return [
        Column(
            f"{name}{axis}", f"{header} {axis}", formula.replace("@", axis),
            first=first.replace("@", axis) if isinstance(first, str) else first,
        )
        for axis in "xy"
    ]  # fmt: skip


def ahead():
    """Nesterov's own form: the gradient is taken where the velocity alone leads."""
    columns = [
        Column("x", "x", "={x-}+{vx}", first=3.0), Column("y", "y", "={y-}+{vy}", first=2.0),
        *twins("v", "v", "={beta!}*{v@-}-{lr!}*{g@-}", 0.0),
        *twins("a", "ahead", "={@}+{beta!}*{v@}"),
        Column("f", "f", "={ax}^2+3*{ay}^2+{ax}*{ay}"),
        Column("gx", "df/dx", "=2*{ax}+{ay}"), Column("gy", "df/dy", "=6*{ay}+{ax}"),
    ]  # fmt: skip
    return Sheet(columns, {"lr": 0.02, "beta": 0.8}, 12)


def conjugate():
    columns = [
        Column("x", "x", "={x-}+{a-}*{dx-}", first=-2.0),
        Column("y", "y", "={y-}+{a-}*{dy-}", first=-2.0),
        Column("f", "f", "=1.5*{x}^2+2*{x}*{y}+3*{y}^2-2*{x}+8*{y}"),
        Column("gx", "df/dx", "=3*{x}+2*{y}-2"), Column("gy", "df/dy", "=2*{x}+6*{y}+8"),
        Column("s", "share", "=({gx}^2+{gy}^2)/({gx-}^2+{gy-}^2)", first=0.0),
        *twins("d", "direction", "=0-{g@}+{s}*{d@-}", "=0-{g@}"),
        Column(
            "a", "length",
            "=0-({gx}*{dx}+{gy}*{dy})/(3*{dx}^2+4*{dx}*{dy}+6*{dy}^2+0.000000001)",
        ),
    ]  # fmt: skip
    return Sheet(columns, {}, 3)


LIMITED = twins("c", "clipped", "=MAX(0-{beta!},MIN({beta!},{g@}))")
F, G = "={x}^4-3*{x}^2+{x}", "=4*{x}^3-6*{x}+1"
CURVATURE = Column("h", "f''(x)", "=12*{x}^2-6")
RIGHT = {
    "rounded": (line("=ROUND({m-}-{lr!}*{dm-},4)", "=ROUND({b-}-{lr!}*{db-},4)"), ""),
    "decaying slope": (line("={m-}*(1-{lr!}*0.1)-{lr!}*{dm-}"), "adds 0.1 times the parameter"),
    "penalty not in the loss": (line(dm="=2*{e}*{x}+2*0.05*{m}"), "weight decay"),
    "no loss": (line(loss=None), "the derivatives of the squared error, which stands in no cell"),
    "column of steps": (curve(F, G), "lr 0.02 (B1)"),
    "forward difference": (
        curve(F, "=(({x}+0.001)^4-3*({x}+0.001)^2+{x}+0.001-{x}^4+3*{x}^2-{x})/0.001"),
        "a forward difference with the step 0.001",
    ),
    "Newton": (curve(F, G, "={x-}-{g-}/{h-}", 3.0, 7, [CURVATURE]), "Newton's method"),
    "deltas added": (xor(), "the negative of the derivative"),
    "numbers beside the rate": (
        line("={m-}-{lr!}*2*{e-}*{x-}", "={b-}-{lr!}*2*{e-}"), "Every cell follows",
    ),
    "limited": (bowl("={x-}-{lr!}*{cx-}", "={y-}-{lr!}*{cy-}", LIMITED), "limits a gradient"),
    "ahead": (ahead(), "takes the gradient ahead"),
    "conjugate": (conjugate(), "conjugate gradients, 2 parameters"),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_a_choice_is_said_and_not_accused(tmp_path, name):
    sheet, words = RIGHT[name]
    reading = read_workbook(write(tmp_path / "a.xlsx", sheet))
    (table,) = reading.tables
    assert reading.findings == []
    assert words in table.words
    assert "wrong" not in {one.verdict for one in table.gradients}


WRONG = {
    "x is 1 in the first row": (
        line(dm="=2*{e}*{x}^2"), (0, "dm"), "the power 2 does not belong here",
    ),
    "one after the other": (
        line(b="={b-}-{lr!}*2*({m}*{x-}+{b-}-{y-})"), (1, "b"), "taken one row too low",
    ),
    "sign of one gradient": (line(dm="=0-2*{e}*{x}"), (0, "dm"), "its sign is the other way"),
    "no loss, no x": (line(dm="=2*{e}", loss=None), (0, "dm"), "the factor A (x) is missing"),
    "the row above's error": (late(), (1, "dm"), "taken one row too high"),
    "no 2 in one update": (
        line("={m-}-{lr!}*2*{e-}*{x-}", "={b-}-{lr!}*{e-}"), (1, "b"), "the factor 2 is missing",
    ),
    "penalty twice": (
        line(loss="={e}^2+0.05*{m}^2", dm="=2*{e}*{x}+0.2*{m}"), (0, "dm"), "stands where",
    ),
    "no usual slip": (curve(F, "=4*{x}^3-6*{x}"), (0, "g"), "not the derivative"),
    "Newton's gradient": (
        curve(F, "=4*{x}^3-6*{x}", "={x-}-{g-}/{h-}", 3.0, 7, [CURVATURE]), (0, "g"), "not the",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_found_at_its_first_cell_and_once(tmp_path, name):
    sheet, (row, column), words = WRONG[name]
    reading = read_workbook(write(tmp_path / "a.xlsx", sheet))
    assert reading.first_wrong == sheet.address(row, column)
    (finding,) = reading.findings
    assert words in finding.because


def chain(back="{v}"):
    """One hidden neuron: ``back`` is what its delta takes for the weight after it."""
    columns = [
        Column("x", "x", data=[0.3, 0.8, 0.5]), Column("t", "t", data=[0.1, 0.9, 0.4]),
        Column("w", "w1", "={W-}", first=0.4), Column("v", "w2", "={V-}", first=0.7),
        Column("n", "net h", "={w}*{x}"), Column("h", "h", "=1/(1+EXP(-{n}))"),
        Column("m", "net o", "={v}*{h}"), Column("o", "o", "=1/(1+EXP(-{m}))"),
        Column("E", "E", "=({t}-{o})^2/2"), Column("d", "delta o", "=({o}-{t})*{o}*(1-{o})"),
        Column("V", "w2 new", "={v}-{lr!}*{d}*{h}"),
        Column("k", "delta h", f"={{d}}*{back}*{{h}}*(1-{{h}})"),
        Column("W", "w1 new", "={w}-{lr!}*{k}*{x}"),
    ]  # fmt: skip
    return Sheet(columns, {"lr": 0.5}, 10)


def test_a_parameter_that_is_updated_already_is_told(tmp_path):
    assert read_workbook(write(tmp_path / "a.xlsx", chain())).findings == []
    sheet = chain("{V}")
    (finding,) = read_workbook(write(tmp_path / "b.xlsx", sheet)).findings
    assert finding.cells[0] == sheet.address(0, "k")
    assert "(w2 new), which is updated already, stands where" in finding.because


def test_the_cell_where_it_goes_wrong_is_found_though_no_slip_mends_it(tmp_path):
    sheet = chain("({v}^2+{x}^3)")
    (finding,) = read_workbook(write(tmp_path / "a.xlsx", sheet)).findings
    assert finding.cells[0] == sheet.address(0, "k")
    assert finding.because.endswith("with respect to E (net h)")


def test_the_state_of_a_rule_that_is_computed_wrongly_is_named(tmp_path):
    columns = [
        Column("t", "t", "={t-}+1", first=1.0),
        Column("w", "w", "={w-}-{lr!}*{a-}/(SQRT({q-})+{eps!})", first=4.0),
        Column("L", "loss", "=({w}-1)^2"), Column("g", "g", "=2*({w}-1)"),
        Column("m", "m", "={b1!}*{m-}+(1-{b1!})*{g}", first="=(1-{b1!})*{g}"),
        Column("v", "v", "={b2!}*{v-}+(1-{b1!})*{g}^2", first="=(1-{b2!})*{g}^2"),
        Column("a", "m hat", "={m}/(1-{b1!}^{t})"), Column("q", "v hat", "={v}/(1-{b2!}^{t})"),
    ]  # fmt: skip
    top = {"lr": 0.1, "b1": 0.9, "b2": 0.999, "eps": 1e-8}
    sheet = Sheet(columns, top, 12)
    reading = read_workbook(write(tmp_path / "a.xlsx", sheet))
    assert (reading.tables[0].rule, reading.first_wrong) == ("adam", sheet.address(1, "v"))
    (finding,) = reading.findings
    assert finding.because.startswith("not what adam remembers: B")


def test_a_searched_rate_is_a_descent(tmp_path):
    columns = [
        Column("x", "x", "={x-}-{a-}*{g-}", first=4.0),
        Column("y", "y", "={y-}-{a-}*{h-}", first=2.0),
        Column("f", "f", "={x}^2+5*{y}^2"),
        Column("g", "gx", "=2*{x}"), Column("h", "gy", "=10*{y}"),
        Column("a", "alpha", "=({g}^2+{h}^2)/(2*{g}^2+10*{h}^2)"),
    ]  # fmt: skip
    reading = read_workbook(write(tmp_path / "a.xlsx", Sheet(columns, {}, 8)))
    (table,) = reading.tables
    assert (table.rule, reading.findings) == ("gradient descent", [])
    assert "by an exact line search" in table.words


STRICT = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": (
        "http://purl.oclc.org/ooxml/spreadsheetml/main"
    ),
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
        "http://purl.oclc.org/ooxml/officeDocument/relationships"
    ),
}
ADDRESS = re.compile(r"(?<![\w.$!'\"])(\$?)([A-Z]{1,2})(\$?)(\d+)(?![\w(])")


def in_strict_form(source, target):
    """The same workbook in the namespaces of Strict Open XML."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            for usual, strict in STRICT.items():
                text = text.replace(usual, strict)
            new.writestr(name, text)
    return target


def in_r1c1_form(source, target):
    """The same workbook with formulas in R1C1 notation, and without values."""
    book = openpyxl.load_workbook(source)
    for sheet in book:
        for cell in (one for row in sheet.iter_rows() for one in row if one.data_type == "f"):
            if isinstance(cell.value, str):

                def put(match, cell=cell):
                    column = openpyxl.utils.column_index_from_string(match[2])
                    row, right = int(match[4]) - cell.row, column - cell.column
                    return ("R" + match[4] if match[3] else f"R[{row}]") + (
                        f"C{column}" if match[1] else f"C[{right}]"
                    )

                cell.value = ADDRESS.sub(put, cell.value)
    book.save(target)
    return target


def test_other_forms_of_a_workbook_say_the_same(tmp_path, libreoffice):
    cases = [case_of(seed) for seed in (0, 4, 6, 12, 17)]
    files = [write_case(tmp_path / f"{k}.xlsx", case) for k, case in enumerate(cases)]
    saved = save_with_libreoffice(files, tmp_path / "libreoffice", "ods")
    for file, ods in zip(files, saved, strict=True):
        plain = read_workbook(file)
        others = [ods, in_strict_form(file, tmp_path / f"strict-{file.name}")]
        if not cases[int(file.stem)].arrays and len(cases[int(file.stem)].sheets) == 1:
            others.append(in_r1c1_form(file, tmp_path / f"r1c1-{file.name}"))
        for other in others:
            same = read_workbook(other)
            assert [one.because for one in same.findings] == []
            assert [one.words for one in same.tables] == [one.words for one in plain.tables]


SATURATED = "={lr!}*{v@}/(1+ABS({v@}))"
OWN = {
    "a rule of one's own": bowl(
        "={x-}-{sx-}", "={y-}-{sy-}",
        [
            *twins("v", "v", "={beta!}*{v@-}+(1-{beta!})*{g@}", "=(1-{beta!})*{g@}"),
            *twins("s", "step", SATURATED),
        ],
    ),
    "a rate by formula": bowl(
        "={x-}-{r-}*{gx-}", "={y-}-{r-}*{gy-}", [Column("r", "rate", "={lr!}*{beta!}^INT({t}/3)")]
    ),
    "half the gradient": bowl(
        "={x-}-{lr!}*{gx-}", "={y-}-{lr!}*{gy-}",
        loss="=2*({x}-1)^2+8*({y}+1)^2+2*{x}*{y}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OWN)
def test_a_rule_that_gdlab_lacks_runs_as_the_sheet_writes_it(tmp_path, name):
    before = rules()
    sheet = OWN[name]
    (table,) = read_workbook(write(tmp_path / "a.xlsx", sheet)).tables
    found = sheet.values()
    for parameter, own in zip(table.run.table.parameters, "xy", strict=True):
        stored = [found[row, own] for row in range(1, sheet.rows)]
        column = table.run.table.carrier(parameter)
        assert list(table.run.column(column)) == pytest.approx(stored, rel=1e-9)
    assert (table.no_run, rules()) == (None, before)
    # And again from other settings, as a slider asks for it; and as a page.
    moved = rerun(table.run, inputs={"lr": 0.01} if "lr" in table.run.hyper else {})
    assert moved.rule == table.run.rule
    assert table.run.to_html(tmp_path / "a.html").exists()


def test_why_there_is_no_run_is_said(tmp_path):
    norm = Column("n", "norm", "=SQRT({gx}^2+{gy}^2)")
    sheet = bowl("={x-}-{lr!}*{gx-}/{n-}", "={y-}-{lr!}*{gy-}/{n-}", [norm])
    (table,) = read_workbook(write(tmp_path / "a.xlsx", sheet)).tables
    assert table.run is None
    assert table.no_run == "an update takes the gradients of other parameters"


def test_a_straight_line_is_nobodys_loss(tmp_path):
    columns = [
        Column("w", "w", "={w-}-{lr!}*{g-}", first=3.0),
        Column("p", "y", "=3*{w}+1"), Column("g", "gradient", "=2*(3*{w}+1-7)*3"),
    ]  # fmt: skip
    assert read_workbook(write(tmp_path / "a.xlsx", Sheet(columns, {"lr": 0.01}, 10))).passed


SMALL_RATES = {
    "gradient descent": ([], "={w-}-{lr!}*{g-}"),
    "heavy_ball": ([("v", "=0.9*{v-}+{lr!}*{g-}")], "={w-}-{v}"),
    "momentum": ([("v", "=0.9*{v-}+(1-0.9)*{g-}")], "={w-}-{lr!}*{v}"),
    "rmsprop": ([("s", "=0.9*{s-}+0.1*{g-}^2")], "={w-}-{lr!}*{g-}/(SQRT({s})+1E-8)"),
    "rmsprop_centered": (
        [("m", "=0.9*{m-}+0.1*{g-}"), ("s", "=0.9*{s-}+0.1*{g-}^2"),
         ("d", "=0.8*{d-}+{g-}/SQRT({s}-{m}^2+1E-8)")],
        "={w-}-{lr!}*{d}",
    ),
    "adam": (
        [("t", "={t-}+1"), ("m", "=0.9*{m-}+0.1*{g-}"), ("s", "=0.999*{s-}+0.001*{g-}^2")],
        "={w-}-{lr!}*({m}/(1-0.9^{t}))/(SQRT({s}/(1-0.999^{t}))+1E-8)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("rate", [0.1, 1e-6, 1e-10])
@pytest.mark.parametrize("rule", SMALL_RATES)
def test_a_small_rate_is_no_unknown_rule(tmp_path, rule, rate):
    states, update = SMALL_RATES[rule]
    columns = [
        *(Column(name, name, formula, first=0.0) for name, formula in states),
        Column("w", "w", update, first=4.0),
        Column("L", "loss", "=({w}-1)^2"), Column("g", "g", "=2*({w}-1)"),
    ]  # fmt: skip
    reading = read_workbook(write(tmp_path / "a.xlsx", Sheet(columns, {"lr": rate}, 12)))
    (table,) = reading.tables
    assert (table.rule, table.differs, reading.findings) == (rule, [], [])
    assert table.hyper["lr"][0] == rate
