"""Sheets as people build them: products of parameters, two states, penalties, thresholds.

What is right is not accused, and what is wrong is found in the cell where it is.
"""

import openpyxl
import pytest
from strangers import PYTHON, Column, Sheet, write

from gdlab import read_workbook

PYTHON.setdefault("SIGN", lambda x: (x > 0) - (x < 0))
X, Y = [1.0, 2.0, 3.0, 4.0, 5.0], [3.1, 4.9, 7.2, 8.8, 11.1]


def changed(sheet, **formulas):
    """The sheet with the formulas of some columns put in place of its own."""
    for column in sheet.columns:
        column.formula = formulas.get(column.name, column.formula)
    return sheet


def twins(name, header, formula, first=None):
    """A column for the slope w and one for the intercept b."""
    return [
        Column(
            f"{name}{one}", f"{header} {one}", formula.replace("@", one),
            first=first.replace("@", one) if isinstance(first, str) else first,
        )
        for one in "wb"
    ]  # fmt: skip


def line(
    update, more=(), top=None, loss="={e}^2", dw="=2*{e}*{x}", db="=2*{e}", rows=14,
    p="={w}*{x}+{b}",
):  # fmt: skip
    columns = [
        Column("x", "x", data=X), Column("y", "y", data=Y),
        Column("w", "w", update.replace("@", "w"), first=0.5),
        Column("b", "b", update.replace("@", "b"), first=0.1),
        Column("p", "pred", p), Column("e", "err", "={p}-{y}"),
        Column("L", "loss", loss), Column("gw", "dw", dw), Column("gb", "db", db), *more,
    ]  # fmt: skip
    return Sheet(columns, {"lr": 0.005, "beta": 0.9} if top is None else top, rows)


def momentum(**formulas):
    states = twins("v", "v", "={beta!}*{v@-}+(1-{beta!})*{g@}", "=(1-{beta!})*{g@}")
    return changed(line("={@-}-{lr!}*{v@-}", states), **formulas)


def adam(**formulas):
    states = [
        *twins("m", "m", "={b1!}*{m@-}+(1-{b1!})*{g@}", "=(1-{b1!})*{g@}"),
        *twins("v", "v", "={b2!}*{v@-}+(1-{b2!})*{g@}^2", "=(1-{b2!})*{g@}^2"),
        Column("t", "t", "={t-}+1", first=1.0),
        *twins("mh", "m hat", "={m@}/(1-{b1!}^{t})"),
        *twins("vh", "v hat", "={v@}/(1-{b2!}^{t})"),
    ]
    top = {"alpha": 0.05, "b1": 0.9, "b2": 0.999, "eps": 1e-8}
    update = "={@-}-{alpha!}*{mh@-}/(SQRT({vh@-})+{eps!})"
    return changed(line(update, states, top), **formulas)


def rmsprop(first="=(1-{beta!})*{g@}^2", **formulas):
    states = twins("s", "s", "={beta!}*{s@-}+(1-{beta!})*{g@}^2", first)
    top = {"lr": 0.05, "beta": 0.9, "eps": 0.01}
    update = "={@-}-{lr!}*{g@-}/(SQRT({s@-})+{eps!})"
    return changed(line(update, states, top), **formulas)


def words(**formulas):
    """Vectors of two words: the error times the other word's number inside every update."""
    columns = [
        Column("l", "label", data=[1.0, 0.0, 1.0, 0.0, 0.0]),
        Column("u1", "center 1", "={u1-}-{lr!}*{g-}*{v1-}", first=0.2),
        Column("u2", "center 2", "={u2-}-{lr!}*{g-}*{v2-}", first=-0.3),
        Column("v1", "context 1", "={v1-}-{lr!}*{g-}*{u1-}", first=0.4),
        Column("v2", "context 2", "={v2-}-{lr!}*{g-}*{u2-}", first=0.1),
        Column("s", "dot", "={u1}*{v1}+{u2}*{v2}"), Column("p", "p", "=1/(1+EXP(-({s})))"),
        Column("L", "loss", "=0-({l}*LN({p})+(1-{l})*LN(1-{p}))"), Column("g", "g", "={p}-{l}"),
    ]  # fmt: skip
    return changed(Sheet(columns, {"lr": 0.1}, 15), **formulas)


def perceptron():
    columns = [
        Column("x", "x1", data=[0.0, 0.0, 1.0, 1.0]), Column("z", "x2", data=[0.0, 1.0, 0.0, 1.0]),
        Column("t", "AND", data=[0.0, 0.0, 0.0, 1.0]),
        Column("u", "w1", "={u-}+{lr!}*({t-}-{o-})*{x-}", first=0.0),
        Column("v", "w2", "={v-}+{lr!}*({t-}-{o-})*{z-}", first=0.0),
        Column("c", "bias", "={c-}+{lr!}*({t-}-{o-})", first=0.0),
        Column("n", "net", "={u}*{x}+{v}*{z}+{c}"), Column("o", "out", "=IF({n}>=0,1,0)"),
    ]  # fmt: skip
    return Sheet(columns, {"lr": 1.0}, 16)


def softmax(**formulas):
    """Two classes told by a number: each gradient has its own condition."""
    columns = [
        Column("x", "x", data=[1.0, -0.5, 0.3, 2.0, -1.2]),
        Column("y", "class", data=[1.0, 0.0, 0.0, 1.0, 0.0]),
        *(Column(f"b{k}", f"b{k}", f"={{b{k}-}}-{{lr!}}*{{g{k}-}}", first=0.1) for k in (0, 1)),
        *(Column(f"w{k}", f"w{k}", f"={{w{k}-}}-{{lr!}}*{{h{k}-}}", first=k / 5) for k in (0, 1)),
        *(Column(f"z{k}", f"z{k}", f"={{w{k}}}*{{x}}+{{b{k}}}") for k in (0, 1)),
        *(Column(f"p{k}", f"p{k}", f"=EXP({{z{k}}})/(EXP({{z0}})+EXP({{z1}}))") for k in (0, 1)),
        Column("L", "loss", "=0-LN(IF({y}<0.5,{p0},{p1}))"),
        Column("g0", "db0", "={p0}-IF({y}<0.5,1,0)"), Column("g1", "db1", "={p1}-IF({y}>0.5,1,0)"),
        *(Column(f"h{k}", f"dw{k}", f"={{g{k}}}*{{x}}") for k in (0, 1)),
    ]  # fmt: skip
    return changed(Sheet(columns, {"lr": 0.2}, 15), **formulas)


def searched(gy="=10*{y}+{x}"):
    """A bowl, and the first of some rates with which it falls far enough."""
    columns = [
        Column("x", "x", "={x-}-{a-}*{gx-}", first=-2.0),
        Column("y", "y", "={y-}-{a-}*{gy-}", first=3.0),
        Column("f", "f", "={x}^2+5*{y}^2+{x}*{y}"),
        Column("gx", "df/dx", "=2*{x}+{y}"), Column("gy", "df/dy", gy),
        *(
            Column(
                f"t{k}", f"f at {rate}",
                f"=({{x}}-{rate}*{{gx}})^2+5*({{y}}-{rate}*{{gy}})^2"
                f"+({{x}}-{rate}*{{gx}})*({{y}}-{rate}*{{gy}})",
            )
            for k, rate in enumerate((0.5, 0.25, 0.125))
        ),
        Column("a", "rate", "=IF({t0}<{f},0.5,IF({t1}<{f},0.25,IF({t2}<{f},0.125,0.05)))"),
    ]  # fmt: skip
    return Sheet(columns, {"c": 0.1}, 12)


def bold():
    """The rate grows where the loss fell, and is halved where it rose."""
    columns = [
        Column("x", "x", "={x-}-{a-}*{g-}", first=-2.0),
        Column("f", "f(x)", "=({x}-1)^4+{x}^2"), Column("g", "f'(x)", "=4*({x}-1)^3+2*{x}"),
        Column("a", "rate", "=IF({f}<{f-},{a-}*1.05,{a-}*0.5)", first=0.01),
    ]  # fmt: skip
    return Sheet(columns, {"c": 0.1}, 12)


def hidden(function="=MAX(0,{n@})", slope="IF({n@}>0,1,0)", **formulas):
    """Two hidden neurons of one input each, and their sum."""

    def one(text, k):
        return text.replace("@", str(k))

    columns = [
        Column("x", "x", data=[1.0, 2.0, -0.5]), Column("t", "t", data=[0.5, 2.0, 1.0]),
        *(Column(f"w{k}", f"w{k}", one("={w@-}-{lr!}*{gw@-}", k), first=k / 2) for k in (1, 2)),
        *(Column(f"v{k}", f"v{k}", one("={v@-}-{lr!}*{gv@-}", k), first=0.6) for k in (1, 2)),
        *(Column(f"b{k}", f"b{k}", one("={b@-}-{lr!}*{gb@-}", k), first=0.4) for k in (1, 2)),
        *(Column(f"n{k}", f"net {k}", one("={w@}*{x}+{b@}", k)) for k in (1, 2)),
        *(Column(f"h{k}", f"h{k}", one(function, k)) for k in (1, 2)),
        Column("y", "y", "={v1}*{h1}+{v2}*{h2}"), Column("E", "E", "=({y}-{t})^2/2"),
        Column("d", "dy", "={y}-{t}"),
        *(Column(f"gv{k}", f"dv{k}", one("={d}*{h@}", k)) for k in (1, 2)),
        *(Column(f"gb{k}", f"db{k}", one(f"={{d}}*{{v@}}*{slope}", k)) for k in (1, 2)),
        *(Column(f"gw{k}", f"dw{k}", one("={gb@}*{x}", k)) for k in (1, 2)),
    ]  # fmt: skip
    return changed(Sheet(columns, {"lr": 0.1}, 12), **formulas)


def neuron(back):
    columns = [
        Column("x", "x", data=[0.5, -1.2, 0.8]), Column("t", "t", data=[0.3, 0.9, -0.4]),
        Column("w", "w", "={w-}-{lr!}*{d-}*{x-}", first=0.3),
        Column("a", "a", "=TANH({w}*{x})"), Column("E", "E", "=({t}-{a})^2/2"),
        Column("d", "delta", back),
    ]  # fmt: skip
    return Sheet(columns, {"lr": 0.5}, 9)


def recurrent(gu="={d2}*{z}+{d1}*{x}"):
    """Two steps of one recurrent neuron: its weight is on two paths to the output."""
    columns = [
        Column("x", "x1", data=[0.4, 0.9, -0.5]), Column("z", "x2", data=[0.3, 0.1, 0.9]),
        Column("t", "t", data=[0.5, 0.8, 0.2]),
        *(
            Column(one, one, f"={{{one}-}}-{{lr!}}*{{g{one}-}}", first=first)
            for one, first in (("u", 0.4), ("v", 0.3), ("o", 0.7))
        ),
        Column("h1", "h1", "=TANH({u}*{x})"), Column("h2", "h2", "=TANH({u}*{z}+{v}*{h1})"),
        Column("q", "out", "={o}*{h2}"), Column("E", "loss", "=0.5*({q}-{t})^2"),
        Column("d", "d out", "={q}-{t}"), Column("d2", "d2", "={d}*{o}*(1-{h2}^2)"),
        Column("d1", "d1", "={d2}*{v}*(1-{h1}^2)"),
        Column("gu", "du", gu), Column("gv", "dv", "={d2}*{h1}"), Column("go", "do", "={d}*{h2}"),
    ]  # fmt: skip
    return Sheet(columns, {"lr": 0.1}, 12)


def differences():
    """The slope from the function a step ahead and a step behind, each in a column."""
    at = "=({x}+@)^4-3*({x}+@)^2+({x}+@)"
    columns = [
        Column("x", "x", "={x-}-{lr!}*{g-}", first=2.0), Column("f", "f(x)", "={x}^4-3*{x}^2+{x}"),
        Column("u", "f(x+h)", at.replace("@", "{h!}")),
        Column("d", "f(x-h)", at.replace("+@", "-{h!}")),
        Column("g", "slope", "=({u}-{d})/(2*{h!})"),
    ]  # fmt: skip
    return Sheet(columns, {"lr": 0.01, "h": 0.001}, 12)


ELASTIC = {
    "loss": "={e}^2+{lam!}*({mix!}*ABS({w})+(1-{mix!})*{w}^2/2)",
    "dw": "=2*{e}*{x}+{lam!}*({mix!}*SIGN({w})+(1-{mix!})*{w})",
}
PENALTY = {"lr": 0.01, "lam": 0.1, "mix": 0.3}
HUBER = "=IF(ABS({e})<={d!},0.5*{e}^2,{d!}*(ABS({e})-0.5*{d!}))"
HUBER_SLOPE = "IF(ABS({e})<={d!},{e},{d!}*SIGN({e}))"
PLAIN = "={@-}-{lr!}*{g@-}"
ABSOLUTE = {"loss": "=ABS({y}-{p})", "db": "=IF({p}>{y},1,-1)", "dw": "=IF({p}>{y},1,-1)*{x}"}

RIGHT = {
    "another sign in a gradient and its update": (
        changed(line(PLAIN), w="={w-}+{lr!}*{gw-}", gw="=2*({y}-{p})*{x}"),
        "Every cell follows. I (db) is the derivative of G (loss). H (dw) is the negative of",
    ),
    "two vectors": (words(), "are the derivatives of H (loss)"),
    "perceptron with a bias": (perceptron(), "Every cell follows. D (w1), E (w2) and F (bias)"),
    "an error that nothing uses": (line(PLAIN, **ABSOLUTE), "are the derivatives of G (loss)"),
    "a function ahead and behind": (differences(), "is a central difference with the step 0.001"),
    "rectified": (hidden(), "Every cell follows."),
    "elastic net": (line(PLAIN, top=PENALTY, **ELASTIC), "are the derivatives of G (loss)"),
    "classes by a number": (softmax(), "are the derivatives of K (loss)"),
    "the first rate that does": (searched(), "It computes a new learning rate in every update."),
    "a bold driver": (bold(), "It computes a new learning rate in every update. Every cell fol"),
    "an average that starts at 0": (
        rmsprop(0.0), "rmsprop on y = b + w*x, 13 updates, lr 0.05 (B1), beta 0.9 (B2), eps 0.01",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_is_not_accused(tmp_path, name):
    sheet, said = RIGHT[name]
    reading = read_workbook(write(tmp_path / "a.xlsx", sheet))
    (table,) = reading.tables
    assert reading.findings == []
    assert said in table.words
    assert "wrong" not in {one.verdict for one in table.gradients}


WRONG = {
    "the other word's number": (
        words(v2="={v2-}-{lr!}*{g-}*{u1-}"), (1, "v2"), "B (center 1) stands where C (center 2)",
    ),
    "a word's next number": (
        words(v1="={v1-}-{lr!}*{g-}*{u1}"), (1, "v1"), "B (center 1) is taken one row too low",
    ),
    "a class's condition": (
        softmax(g1="={p1}-IF({y}>1.5,1,0)"), (0, "g1"), "not the derivative of the loss",
    ),
    "no share of the square": (
        line(PLAIN, top=PENALTY, loss=ELASTIC["loss"],
             dw="=2*{e}*{x}+{lam!}*({mix!}*SIGN({w})+{w})"),
        (0, "gw"), "the factor (1 - B3 (mix)) is missing",
    ),
    "the size for the sign": (
        line(PLAIN, top=PENALTY, loss="={e}^2+{lam!}*ABS({w})", dw="=2*{e}*{x}+{lam!}*ABS({w})"),
        (0, "gw"), "ABS stands where SIGN belongs",
    ),
    "Huber's sign": (
        line(PLAIN, top={"lr": 0.01, "d": 1.0}, loss=HUBER, db=f"={HUBER_SLOPE}",
             dw="=IF(ABS({e})<={d!},{e},{d!})*{x}"),
        (0, "gw"), "not the derivative of the loss",
    ),
    "the other velocity's gradient": (
        momentum(vb="={beta!}*{vb-}+(1-{beta!})*{gw}"), (1, "vb"), "H (dw) stands where I (db)",
    ),
    "a velocity of the row above's gradient": (
        momentum(vw="={beta!}*{vw-}+(1-{beta!})*{gw-}"), (1, "vw"), "H (dw) is taken one row too",
    ),
    "no share of a gradient": (
        momentum(vb="={beta!}*{vb-}+{gb}"), (1, "vb"), "the factor (1 - B2 (beta)) is missing",
    ),
    "the other's mean": (
        adam(mhb="={mw}/(1-{b1!}^{t})"), (0, "mhb"), "J (m w) stands where K (m b) belongs",
    ),
    "the other's square": (
        adam(vb="={b2!}*{vb-}+(1-{b2!})*{gw}^2"), (1, "vb"), "H (dw) stands where I (db) belongs",
    ),
    "the first beta in both squares' corrections": (
        adam(vhw="={vw}/(1-{b1!}^{t})", vhb="={vb}/(1-{b1!}^{t})"), (0, "vhw"),
        "B2 (b1) stands where B3 (b2) belongs",
    ),
    "a gradient beside a searched rate": (
        searched("=10*{y}"), (0, "gy"), "the term A (x) is missing",
    ),
    "a path that is left out": (
        recurrent("={d2}*{z}"), (0, "gu"), "M (d1)*A (x1) is missing",
    ),
    "a mean beside a sum": (
        line(PLAIN, top={"lr": 0.005, "beta": 0.9, "n": 5.0}, db="=2*{e}/{n!}"), (0, "gb"),
        "while the others' factor is 1: the divisor B3 (n) does not belong here",
    ),
    "a slope that is left out": (
        hidden(gb2="={d}*{v2}"), (2, "gb2"), "is, S9 would be =O9*F9*IF(J9>0,1,0)",
    ),
    "the sigmoid's slope": (
        neuron("=({a}-{t})*{a}*(1-{a})"), (0, "d"), "a sigmoid's derivative stands where tanh's",
    ),
    "a bias that the prediction lacks": (
        line(PLAIN, p="={w}*{x}"), (0, "gb"), "the loss does not depend on D (b)",
    ),
    "a rate that divides": (
        changed(line(PLAIN, top={"lr": 0.5}, rows=4), b="={b-}-{gb-}/{lr!}"), (1, "b"),
        "computed differently from C (w): / stands where * belongs",
    ),
    "a parameter for the prediction, beside typed averages": (
        rmsprop(3.0, gb="=2*({w}-{y})", gw="={gb}*{x}"), (0, "gb"), "C (w) stands where E (pred)",
    ),
    "a share and the rest of it": (
        rmsprop(sb="=(1-{beta!})*{sb-}+{beta!}*{gb}^2"), (1, "sb"), "=$B$2*K7+(1-$B$2)*I8^2 belon",
    ),
}  # fmt: skip


def only_finding(tmp_path, sheet, cell, said):
    """The reading of a sheet whose one finding is at a cell, by row and column, with some words."""
    reading = read_workbook(write(tmp_path / "a.xlsx", sheet))
    (finding,) = reading.findings
    assert reading.first_wrong == sheet.address(*cell)
    assert said in finding.because
    return reading, finding


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_found_where_it_is(tmp_path, name):
    only_finding(tmp_path, *WRONG[name])


def epochs(count, **changed_cells):
    """One sheet an epoch, each taking the parameters and sums of the one before."""
    book = openpyxl.Workbook()
    for epoch in range(count):
        page = book.active if epoch == 0 else book.create_sheet()
        page.title = f"Epoch {epoch + 1}"
        before = f"'Epoch {epoch}'!"
        page["A1"], page["B1"], page["C1"] = "w", "b", "lr"
        page["C2"] = 0.01 if epoch == 0 else f"={before}C2"
        page["A2"] = 0.1 if epoch == 0 else f"={before}A2-{before}C2*{before}E10"
        page["B2"] = 0.2 if epoch == 0 else f"={before}B2-{before}C2*{before}F10"
        for column, header in enumerate(("x", "y", "pred", "err", "err*x", "err", "square"), 1):
            page.cell(4, column, header)
        for row, (x, y) in enumerate(zip(X, Y, strict=True), 5):
            formulas = f"=$A$2*A{row}+$B$2", f"=C{row}-B{row}", f"=D{row}*A{row}", f"=D{row}"
            for column, value in enumerate((x, y, *formulas, f"=D{row}^2"), 1):
                page.cell(row, column, value)
        page["D10"], page["E10"], page["F10"] = "mean", "=AVERAGE(E5:E9)", "=AVERAGE(F5:F9)"
        page["G10"] = "=AVERAGE(G5:G9)/2"
    for cell, value in changed_cells.items():
        book["Epoch 3"][cell] = value
    return book


@pytest.mark.parametrize(
    ("cell", "value", "words"),
    [
        ("B2", "='Epoch 2'!B2-'Epoch 2'!C2*'Epoch 1'!F10", "F10 is taken from another sheet than"),
        ("A2", 1.4, "a number was typed over a formula; the same cell of the other sheets has"),
    ],
)
def test_a_cell_that_is_not_as_on_the_other_sheets_is_found(tmp_path, cell, value, words):
    file = tmp_path / "a.xlsx"
    epochs(4).save(file)
    (table,) = read_workbook(file).tables
    assert (table.layout, table.updates, len(table.parameters)) == ("sheets", 3, 2)
    assert read_workbook(file).findings == []
    epochs(4, **{cell: value}).save(file)
    reading = read_workbook(file)
    (finding,) = reading.findings
    assert (finding.sheet, finding.address) == ("Epoch 3", cell)
    assert words in finding.because
    assert reading.tables[0].words.startswith("plain gradient descent on y = b + w*x, 3 updates")


LOOKED_UP = {
    "VLOOKUP": "=VLOOKUP(A{r},Data!$A$2:$C$7,{k},FALSE)",
    "MATCH": "=INDEX(Data!$A$2:$C$7,MATCH(A{r},Data!$A$2:$A$7,0),{k})",
    "XLOOKUP": "=_xlfn.XLOOKUP(A{r},Data!$A$2:$A$7,Data!${c}$2:${c}$7)",
    "CHOOSE": "=CHOOSE(A{r},Data!{c}2,Data!{c}3,Data!{c}4,Data!{c}5,Data!{c}6,Data!{c}7)",
}


def sampled(path, data="=INDEX(Data!{c}$2:{c}$7,A{r})", state="=0", update="{g}"):
    """One sample an update, taken from a sheet of data; a state beside every gradient."""
    book = openpyxl.Workbook()
    page, source = book.active, book.create_sheet("Data")
    for row, numbers in enumerate(zip(range(1, 7), [*X, 6.0], [*Y, 13.2], strict=True), 2):
        for column, value in enumerate(numbers, 1):
            source.cell(row, column, value)
    page["A1"], page["B1"] = "lr", 0.005
    for column, header in enumerate(
        ["sample", "x", "y", "w", "b", "err", "loss", "dw", "db", "sw", "sb"], 1
    ):
        page.cell(3, column, header)
    for row in range(4, 18):
        page.cell(row, 1, (3, 1, 6, 2, 5, 4)[(row - 4) % 6])
        for k, letter in ((2, "B"), (3, "C")):
            page.cell(row, k, data.format(r=row, k=k, c=letter))
        for k, (own, gradient, own_state) in enumerate(("DHJ", "EIK"), 4):
            step = update.format(g=f"{gradient}{row - 1}", s=f"{own_state}{row - 1}")
            page.cell(row, k, 0.5 if row == 4 else f"={own}{row - 1}-$B$1*{step}")
            page.cell(row, k + 6, state.format(g=gradient, r=row))
        page.cell(row, 6, f"=D{row}*B{row}+E{row}-C{row}")
        page.cell(row, 7, f"=F{row}^2")
        page.cell(row, 8, f"=2*F{row}*B{row}")
        page.cell(row, 9, f"=2*F{row}")
    book.save(path)
    return read_workbook(path)


@pytest.mark.parametrize("name", LOOKED_UP)
def test_what_is_looked_up_is_read(tmp_path, name):
    reading = sampled(tmp_path / "a.xlsx", LOOKED_UP[name])
    assert (reading.findings, reading.tables[0].model) == ([], "line")


def test_a_sum_from_the_first_row_on_is_a_state(tmp_path):
    update = "{g}/(SQRT({s})+0.00000001)"
    (table,) = sampled(tmp_path / "a.xlsx", state="=SUMSQ({g}$4:{g}{r})", update=update).tables
    assert (table.rule, table.updates) == ("adagrad", 13)


def test_the_number_of_a_row_is_the_number_of_an_update(tmp_path):
    (table,) = sampled(tmp_path / "a.xlsx", update="{g}*0.95^(ROW()-5)").tables
    assert (table.rule, table.updates, table.model) == ("sgd", 13, "line")


def test_gradients_of_another_function_than_the_loss_are_said_to_be_that(tmp_path):
    sheet = line(PLAIN, dw="=2*{p}*{x}+0*{e}", db="=2*{p}+0*{e}")
    reading = read_workbook(write(tmp_path / "a.xlsx", sheet))
    (table,) = reading.tables
    assert "Every cell follows" not in table.words
    assert not {one.verdict for one in table.gradients} & {"right"}


def test_numbers_of_a_penalised_line_are_not_accused(tmp_path):
    sheet = line(
        PLAIN, top={"lr": 0.01, "lam": 0.1}, loss="={e}^2+{lam!}*{w}^2",
        dw="=2*{e}*{x}+2*{lam!}*{w}",
    )  # fmt: skip
    reading = read_workbook(write(tmp_path / "a.xlsx", sheet, only_values=True))
    assert (reading.tables[0].model, reading.findings) == ("line", [])


def test_sheets_of_one_layout_that_do_not_go_on_are_variants(tmp_path):
    sheets = [momentum(), rmsprop(), momentum(), momentum()]
    for number, sheet in enumerate(sheets):
        sheet.name = f"variant {number + 1}"
    reading = read_workbook(write(tmp_path / "a.xlsx", *sheets))
    assert reading.findings == []
    assert [one.rule for one in reading.tables] == ["momentum", "rmsprop", "momentum", "momentum"]


def test_a_column_s_letter_is_no_word_for_a_loss(tmp_path):
    sheet = line(PLAIN, dw="=2*({p}-{y})*{x}", db="=2*({p}-{y})")
    sheet.columns = [one for one in sheet.columns if one.name not in ("e", "L")]
    (table,) = read_workbook(write(tmp_path / "a.xlsx", sheet)).tables
    assert {one.verdict for one in table.gradients} == {"right"}


def without_loss(y, p="={w}*{x}+{b}"):
    """Predictions, errors, and updates that use them, with targets of one's own."""
    return Sheet(
        [
            Column("x", "x", data=[-1.65, -1.61, 1.06, 0.55, -0.77]), Column("y", "y", data=y),
            Column("w", "w", "={w-}+{lr!}*{e-}*{x-}", first=0.5),
            Column("b", "b", "={b-}+{lr!}*{e-}", first=0.1),
            Column("p", "pred", p), Column("e", "err", "={y}-{p}"),
        ],
        {"lr": 0.02}, 12,
    )  # fmt: skip


@pytest.mark.parametrize("y", [Y, [0.0, 1.5, 0.0, -2.0, 0.0]])
def test_the_plainest_sheet_has_the_gradients_of_the_squared_error(tmp_path, y):
    (table,) = (reading := read_workbook(write(tmp_path / "a.xlsx", without_loss(y)))).tables
    assert (table.rule, table.model, table.differs, reading.findings) == ("sgd", "line", [], [])
    assert [one.verdict for one in table.gradients] == ["right", "right"]


def test_equal_numbers_in_two_cells_are_taken_for_each_other(tmp_path):
    t = Column("t", "t", data=[float(row) for row in range(1, 15)])
    sheet = line(
        "={@-}-{lr!}/(1+{decay!}*{t-})*{g@-}", [t],
        {"lr": 0.01, "decay": 0.01}, dw="={d}*{x}", db="={d}",
    )  # fmt: skip
    sheet.columns.insert(7, Column("d", "delta", "=2*{e}"))
    sheet.columns[2:4] = reversed(sheet.columns[2:4])
    assert read_workbook(write(tmp_path / "a.xlsx", sheet)).findings == []
