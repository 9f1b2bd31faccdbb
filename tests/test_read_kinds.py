"""Kinds of sheets: neurons, the perceptron, matrices; and recurrences that descend nothing."""

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula
from strangers import Column, Sheet, write

from gdlab import read_workbook

SIGMOID = "=1/(1+EXP(-{z}))"


def neuron(activation, loss, back):
    """One neuron, one point an update: ``back`` is the derivative of the loss by z."""
    columns = [
        Column("x", "x", data=[0.5, -1.2, 0.8, 1.5, -0.3, 0.9]),
        Column("y", "y", data=[1.0, 0.0, 1.0, 1.0, 0.0, 0.0]),
        Column("w", "w", "={w-}-{eta!}*{dw-}", first=0.3),
        Column("b", "b", "={b-}-{eta!}*{db-}", first=0.1),
        Column("z", "z", "={w}*{x}+{b}"),
        Column("a", "a", activation),
        Column("loss", "loss", loss),
        Column("dz", "dz", back),
        Column("dw", "dw", "={dz}*{x}"),
        Column("db", "db", "={dz}"),
    ]
    return Sheet(columns, {"eta": 0.5}, 8)


@pytest.mark.parametrize(
    ("activation", "loss", "back"),
    [
        (SIGMOID, "=0-({y}*LN({a})+(1-{y})*LN(1-{a}))", "={a}-{y}"),
        (SIGMOID, "=0.5*({y}-{a})^2", "=({a}-{y})*{a}*(1-{a})"),
        ("=TANH({z})", "=({y}-{a})^2", "=0-2*({y}-{a})*(1-{a}^2)"),
        ("=MAX(0,{z})", "=0.5*({a}-{y})^2", "=({a}-{y})*IF({z}>0,1,0)"),
    ],
)
def test_neurons_are_right_where_they_are(tmp_path, activation, loss, back):
    reading = read_workbook(write(tmp_path / "a.xlsx", neuron(activation, loss, back)))
    (table,) = reading.tables
    assert (table.rule, table.model) == ("sgd", None)
    assert {one.verdict for one in table.gradients} == {"right"}
    assert reading.findings == []


def test_the_derivative_of_the_activation_that_is_missing_is_named_where_it_is(tmp_path):
    sheet = neuron("=TANH({z})", "=0.5*({y}-{a})^2", "={a}-{y}")
    reading = read_workbook(write(tmp_path / "a.xlsx", sheet))
    assert reading.first_wrong == sheet.address(0, "dz")
    assert "(1 - " in reading.findings[0].because


@pytest.mark.parametrize(
    ("loss", "back", "words"),
    [
        ("=0.5*({y}-{a})^2", "={a}-{y}", "the log loss of F (a) against B (y)"),
        (
            "=0-({y}*LN({a})+(1-{y})*LN(1-{a}))", "=({a}-{y})*{a}*(1-{a})",
            "half the squared error of F (a) against B (y)",
        ),
    ],
)  # fmt: skip
def test_gradients_of_another_known_loss_are_said_to_be_that(tmp_path, loss, back, words):
    sheet = neuron(SIGMOID, loss, back)
    reading = read_workbook(write(tmp_path / "a.xlsx", sheet))
    (table,) = reading.tables
    assert (reading.findings, table.loss) == ([], None)
    assert f"the derivative of {words}, not of the loss shown in G (loss)" in table.words


def test_a_perceptron_is_said_and_not_accused(tmp_path):
    sheet = neuron("=IF({z}>0,1,0)", "={y}-{a}", "={a}-{y}")
    reading = read_workbook(write(tmp_path / "a.xlsx", sheet))
    assert reading.findings == []
    assert {one.verdict for one in reading.tables[0].gradients} == {"not checked"}
    assert "perceptron" in reading.tables[0].words


def test_an_update_up_the_loss_is_found(tmp_path):
    sheet = neuron(SIGMOID, "=0.5*({y}-{a})^2", "=({a}-{y})*{a}*(1-{a})")
    column = next(one for one in sheet.columns if one.name == "w")
    column.formula = "={w-}+{eta!}*{dw-}"
    reading = read_workbook(write(tmp_path / "a.xlsx", sheet))
    assert [one.kind for one in reading.findings] == ["update"]
    assert reading.first_wrong == sheet.address(1, "w")


RECURRENCES = {
    "loan": [
        Column("v", "balance", "={v-}+{i-}-{pay!}", first=10000.0),
        Column("i", "interest", "={v}*{rate!}/12"),
    ],
    "growth": [Column("v", "population", "={v-}+{rate!}*{v-}*(1-{v-}/100)", first=10.0)],
    "cooling": [
        Column("v", "temperature", "={v-}-{i-}", first=90.0),
        Column("i", "heat", "={rate!}*({v}-{pay!})"),
    ],
    "newton": [
        Column("v", "x", "={v-}-{f-}/{g-}", first=3.0),
        Column("f", "f", "={v}^2-2"),
        Column("g", "g", "=2*{v}"),
    ],
    "spring": [
        Column("u", "speed", "={u-}-{rate!}*2*{v-}", first=0.0),
        Column("v", "place", "={v-}+{rate!}*{u}", first=1.0),
    ],
    "account": [
        Column("i", "in", data=[5.0, 3.0, 8.0]),
        Column("v", "balance", "={v-}+{i}", first=100.0),
    ],
}


@pytest.mark.parametrize("name", RECURRENCES)
def test_recurrences_that_descend_nothing_are_said_to(tmp_path, name):
    sheet = Sheet(RECURRENCES[name], {"rate": 0.05, "pay": 20.0}, 12)
    reading = read_workbook(write(tmp_path / "a.xlsx", sheet))
    assert reading.tables == [] and reading.findings == []
    assert reading.sentence is not None
    assert reading.sentence.endswith("no parameter is updated in any sheet")


def test_matrices_of_array_formulas_are_read(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"], sheet["B1"] = "lr", 0.05
    for row, numbers in enumerate([(1, 1.5, 3), (1, 2, 4), (1, 3, 2), (1, 0.5, 5)], start=3):
        for column, value in enumerate(numbers, start=1):
            sheet.cell(row, column, value)
    for step in range(4):
        w, p, e, g = "EFGHIJKLMNOPQRST"[4 * step : 4 * step + 4]
        if step == 0:
            sheet[f"{w}3"], sheet[f"{w}4"] = 0.1, 0.2
        else:
            before, slope = "EFGHIJKLMNOPQRST"[4 * step - 4], "EFGHIJKLMNOPQRST"[4 * step - 1]
            text = f"={before}3:{before}4-$B$1*{slope}3:{slope}4"
            sheet[f"{w}3"] = ArrayFormula(f"{w}3:{w}4", text)
        sheet[f"{p}3"] = ArrayFormula(f"{p}3:{p}6", f"=MMULT($A$3:$B$6,{w}3:{w}4)")
        for row in range(3, 7):
            sheet[f"{e}{row}"] = f"={p}{row}-$C{row}"
        text = f"=2*MMULT(TRANSPOSE($A$3:$B$6),{e}3:{e}6)/4"
        sheet[f"{g}3"] = ArrayFormula(f"{g}3:{g}4", text)
        sheet[f"{e}8"] = f"=SUMSQ({e}3:{e}6)/4"
    book.save(tmp_path / "a.xlsx")
    (table,) = read_workbook(tmp_path / "a.xlsx").tables
    assert (table.rule, table.layout, table.updates) == ("gradient descent", "blocks", 3)
    assert {one.verdict for one in table.gradients} == {"right"}
