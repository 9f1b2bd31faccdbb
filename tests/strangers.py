"""Workbooks as other people make them, written by a script: formulas with the values they give.

The values are computed by plain Python beside each formula, so nothing here shares the reader's
code. A sheet is a list of columns; a column has a header, a formula with names of columns in
braces, and the same in Python. ``{b}`` is this row's cell, ``{b-}`` the row above's, ``{lr!}`` a
cell at the top.
"""

import math
import random
import re
from dataclasses import dataclass, field

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

NAME = re.compile(r"\{(\w+)([-!]?)\}")


@dataclass
class Column:
    """One column: a name, the header, formulas for the first and for all other rows."""

    name: str
    header: str
    formula: str | None = None
    first: str | float | None = None
    data: list[float] | None = None


@dataclass
class Sheet:
    """A table with cells at the top, and where it stands."""

    columns: list[Column]
    top: dict[str, float]
    rows: int
    name: str = "Sheet1"
    row: int = 6
    column: int = 0
    across: bool = False
    headers: bool = True
    changed: dict[tuple[int, str], str | float] = field(default_factory=dict)

    def place(self, row: int, name: str) -> tuple[int, int]:
        """Row and column from 0 of a cell of the table; row 0 is the first."""
        number = next(i for i, column in enumerate(self.columns) if column.name == name)
        along, line = self.row + row, self.column + number
        return (
            (line + self.row, along - self.row + self.column + 1) if self.across else (along, line)
        )

    def address(self, row: int, name: str) -> str:
        """A cell's address: B7."""
        at = self.place(row, name)
        return f"{xl_col_to_name(at[1])}{at[0] + 1}"

    def top_address(self, name: str) -> str:
        """The address of a cell at the top."""
        return f"$B${list(self.top).index(name) + 1}"

    def content(self, row: int, column: Column) -> str | float | None:
        """What stands in a cell: a formula of names, or a number."""
        if (row, column.name) in self.changed:
            return self.changed[row, column.name]
        if column.data is not None:
            return column.data[row % len(column.data)]
        return column.first if row == 0 and column.first is not None else column.formula

    def excel(self, row: int, text: str) -> str:
        """A formula of names as a formula of addresses."""

        def cell(match: re.Match) -> str:
            name, mark = match.groups()
            if mark == "!":
                return self.top_address(name)
            return self.address(row - (mark == "-"), name)

        return NAME.sub(cell, text)

    def values(self) -> dict[tuple[int, str], float]:
        """Every value, row by row, computed by Python from the same texts."""
        found: dict[tuple[int, str], float] = {}
        for row in range(self.rows):
            waiting = list(self.columns)
            while waiting:
                for column in list(waiting):
                    content = self.content(row, column)
                    if isinstance(content, str):
                        try:
                            found[row, column.name] = self._value(row, content, found)
                        except KeyError:
                            continue
                    elif content is not None:
                        found[row, column.name] = float(content)
                    waiting.remove(column)
        return found

    def _value(self, row: int, text: str, found: dict) -> float:
        def number(match: re.Match) -> str:
            name, mark = match.groups()
            value = self.top[name] if mark == "!" else found[row - (mark == "-"), name]
            return f"V({value!r})"

        python = NAME.sub(number, text[1:]).replace("^", "**")
        return float(eval(python, {**PYTHON, "V": float}))


PYTHON = {
    "EXP": math.exp, "LN": math.log, "SQRT": math.sqrt, "SUM": lambda *x: math.fsum(x),
    "TANH": math.tanh, "MAX": max, "MIN": min, "POWER": pow, "ABS": abs,
    "IF": lambda a, b, c: b if a else c,
}  # fmt: skip


def write(path, *sheets: Sheet, values: bool = True, only_values: bool = False, digits=None):
    """Write sheets into a workbook; with ``only_values`` no formula, rounded to ``digits``."""
    with xlsxwriter.Workbook(str(path)) as book:
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            for number, (name, value) in enumerate(sheet.top.items()):
                if sheet.headers:
                    page.write_string(number, 0, name)
                page.write_number(number, 1, value)
            found = sheet.values()
            for column in sheet.columns:
                at = sheet.place(-1, column.name)
                if sheet.headers:
                    page.write_string(*at, column.header)
                for row in range(sheet.rows):
                    content = sheet.content(row, column)
                    if content is None:
                        continue
                    place = sheet.place(row, column.name)
                    value = found[row, column.name]
                    if isinstance(content, str) and not only_values:
                        shown = value if values else ""
                        page.write_formula(*place, sheet.excel(row, content), None, shown)
                    else:
                        page.write_number(*place, value if digits is None else round(value, digits))
    return path


def line(rows: int = 12, seed: int = 0, lr: float = 0.001, rule: str = "sgd") -> Sheet:
    """The lesson's layout: y = b + m*x, one row an update, one of the lesson's rules."""
    chance = random.Random(seed)
    xs = [float(chance.randint(1, 20)) for _ in range(rows)]
    columns = [
        Column("x", "x", data=xs),
        Column("y", "y", data=[2 * x + 3 + chance.randint(-2, 2) for x in xs]),
        Column("b", "intercept", "={new_b-}", first="={b!}"),
        Column("m", "slope", "={new_m-}", first="={m!}"),
        Column("p", "y_pred", "={b}+{m}*{x}"),
        Column("e2", "err^2", "=({y}-{p})^2"),
        Column("gb", "de/db", "=2*({p}-{y})"),
        Column("gm", "de/dm", "={gb}*{x}"),
    ]
    top = {"b": 1.0, "m": 1.0, "lr": lr}
    step = "{lr!}*{g}"
    if rule != "sgd":
        top |= {"beta1": 0.9, "beta2": 0.95}
        for name in "bm":
            average = f"={{beta1!}}*{{a{name}-}}+(1-{{beta1!}})*{{g{name}}}"
            square = f"={{beta2!}}*{{s{name}-}}+(1-{{beta2!}})*{{g{name}}}^2"
            if rule in ("momentum", "adam"):
                columns.append(
                    Column(f"a{name}", f"avg {name}", average, f"=(1-{{beta1!}})*{{g{name}}}")
                )
            if rule in ("rmsprop", "adam"):
                columns.append(
                    Column(f"s{name}", f"sqr {name}", square, f"=(1-{{beta2!}})*{{g{name}}}^2")
                )
        step = {
            "momentum": "{lr!}*{a}",
            "rmsprop": "{lr!}*{g}/(SQRT({s})+0.00000001)",
            "adam": "{lr!}*{a}/SQRT({s})",
        }[rule]
    for name in "bm":
        own = re.sub(r"\{([gas])\}", rf"{{\1{name}}}", step)
        columns.append(Column(f"new_{name}", f"new {name}", f"={{{name}}}-{own}"))
    return Sheet(columns, top, rows)


def network(rows: int = 10, seed: int = 0) -> Sheet:
    """A 2-2-2 network of sigmoids, half squared errors, one sample over and over."""
    chance = random.Random(seed)

    def number() -> float:
        return round(chance.uniform(0.1, 0.9), 2)

    def sigmoid(z: str) -> str:
        return f"=1/(1+EXP(-{{{z}}}))"

    columns = [Column(n, n, data=[number()]) for n in ("t1", "t2", "i1", "i2")]
    weights = [f"w{n}" for n in range(1, 9)]
    columns += [Column(w, w, f"={{{w}-}}-{{eta!}}*{{d{w}-}}", first=number()) for w in weights]
    columns += [
        Column("h1", "h1", "={w1}*{i1}+{w2}*{i2}"), Column("ah1", "a_h1", sigmoid("h1")),
        Column("h2", "h2", "={w3}*{i1}+{w4}*{i2}"), Column("ah2", "a_h2", sigmoid("h2")),
        Column("o1", "o1", "={w5}*{ah1}+{w6}*{ah2}"), Column("ao1", "a_o1", sigmoid("o1")),
        Column("o2", "o2", "={w7}*{ah1}+{w8}*{ah2}"), Column("ao2", "a_o2", sigmoid("o2")),
        Column("e1", "E1", "=0.5*({t1}-{ao1})^2"), Column("e2", "E2", "=0.5*({t2}-{ao2})^2"),
        Column("et", "E_total", "={e1}+{e2}"),
    ]  # fmt: skip
    out1, out2 = "({ao1}-{t1})*{ao1}*(1-{ao1})", "({ao2}-{t2})*{ao2}*(1-{ao2})"
    for weight, hidden, to1, to2, fed in (
        ("w1", "ah1", "w5", "w7", "i1"), ("w2", "ah1", "w5", "w7", "i2"),
        ("w3", "ah2", "w6", "w8", "i1"), ("w4", "ah2", "w6", "w8", "i2"),
    ):  # fmt: skip
        back = f"({out1}*{{{to1}}}+{out2}*{{{to2}}})*{{{hidden}}}*(1-{{{hidden}}})*{{{fed}}}"
        columns.append(Column(f"d{weight}", f"dE/d{weight}", f"={back}"))
    for weight, out, fed in (
        ("w5", out1, "ah1"), ("w6", out1, "ah2"), ("w7", out2, "ah1"), ("w8", out2, "ah2"),
    ):  # fmt: skip
        columns.append(Column(f"d{weight}", f"dE/d{weight}", f"={out}*{{{fed}}}"))
    return Sheet(columns, {"eta": 0.5}, rows)
