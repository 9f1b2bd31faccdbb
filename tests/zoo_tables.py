"""Sheets of the zoo that are filled down from one row: see :mod:`zoo`."""

import random
import re
from collections.abc import Iterable, Sequence

from zoo import Case, Key, at

NAME = re.compile(r"\{(\w+)([-+!]?)\}")


WORDS = {
    "en": {"b": "intercept", "m": "slope", "p": "y_pred", "e": "error", "e2": "squared error",
           "gb": "dL/db", "gm": "dL/dm", "lr": "learning rate", "nb": "new b", "nm": "new m",
           "k": "iteration", "loss": "loss", "x": "x", "y": "y"},
    "de": {"b": "Achsenabschnitt", "m": "Steigung", "p": "Vorhersage", "e": "Fehler",
           "e2": "Fehler²", "gb": "Ableitung b", "gm": "Ableitung m", "lr": "Lernrate",
           "nb": "b neu", "nm": "m neu", "k": "Schritt", "loss": "Verlust"},
    "es": {"b": "intercepto", "m": "pendiente", "p": "predicción", "e": "error", "gb": "derivada b",
           "gm": "derivada m", "lr": "tasa de aprendizaje", "k": "iteración", "loss": "costo"},
    "zh": {"b": "截距", "m": "斜率", "p": "预测", "e": "误差", "gb": "梯度b", "gm": "梯度m",
           "lr": "学习率", "k": "步", "loss": "损失"},
    "none": {},
}  # fmt: skip


class Table:
    """Columns filled down (or rows filled to the right), with constants beside them."""

    def __init__(
        self, case: Case, chance: random.Random, columns: Sequence[tuple], constants: dict,
        n: int, sheet: int = 0, row: int | None = None, column: int | None = None,
        plain: bool = False, headers: str | None = None,
    ) -> None:  # fmt: skip
        self.case, self.sheet = case, sheet
        self.columns = [one[0] for one in columns]
        self.across = not plain and chance.random() < 0.15
        style = chance.choice(("above", "above", "left", "names", "literal", "right", "under"))
        self.row = row if row is not None else chance.randint(6, 12)
        self.column = column if column is not None else chance.randint(0, 3)
        if plain and style in ("names", "literal", "right"):
            style = "above"
        language = headers or chance.choice(("en", "en", "de", "es", "zh", "none", "plain"))
        words = WORDS.get(language, {})
        self.constants: dict[str, str] = {}
        for place, (name, value) in enumerate(constants.items()):
            here, label = {
                "above": ((place, self.column + 1), (place, self.column)),
                "left": ((place, self.column + 1), (place, self.column)),
                "names": ((place, self.column + 4), (place, self.column + 3)),
                "literal": (None, None),
                "right": ((self.row + place, self.column + len(columns) + 2),
                          (self.row + place, self.column + len(columns) + 1)),
                "under": ((1, self.column + place), (0, self.column + place)),
            }[style]  # fmt: skip
            if self.across and style in ("above", "left", "names", "under", "right"):
                here, label = (place, 1), (place, 0)
            if here is None:
                self.constants[name] = repr(value)
                continue
            case.cells[sheet, *here] = value
            if language != "none":
                case.cells[sheet, *label] = words.get(name, name)
            if style == "names":
                named = f"{name}_value"
                case.names[named] = f"='{case.sheets[sheet]}'!{at(*here, 'rc')}"
                self.constants[name] = named
            else:
                self.constants[name] = at(
                    *here, "rc" if chance.random() < 0.8 else "r" if not self.across else "c"
                )
                if not self.constants[name].startswith("$") and style in ("right",):
                    self.constants[name] = at(*here, "rc")
        for name, header, formula, *first in columns:
            if language != "none":
                self.case.cells[sheet, *self.place(-1, name)] = words.get(name, header)
            for k in range(n):
                content = formula
                if isinstance(formula, (list, tuple)):
                    content = formula[k % len(formula)]
                elif k == 0 and first:
                    content = first[0]
                if isinstance(content, str):
                    content = self.filled(content, k)
                if content is not None:
                    case.cells[sheet, *self.place(k, name)] = content

    def place(self, k: int, name: str) -> tuple[int, int]:
        """Row and column from 0 of a cell."""
        number = self.columns.index(name)
        if self.across:
            return self.row + number, self.column + k + 2
        return self.row + k, self.column + number

    def filled(self, text: str, k: int) -> str:
        def cell(match: re.Match) -> str:
            name, mark = match.groups()
            if mark == "!":
                return self.constants[name]
            return at(*self.place(k + {"-": -1, "+": 1, "": 0}[mark], name))

        return NAME.sub(cell, text)

    def keys(self, name: str, first: int, last: int) -> list[Key]:
        return [(self.sheet, *self.place(k, name)) for k in range(first, last)]

    def keys_of(self, names: Iterable[str], first: int, last: int) -> list[list[Key]]:
        return [self.keys(name, first, last) for name in names]


def points(chance: random.Random, n: int, noise: float = 2, most: int = 20):
    xs = [float(chance.randint(1, most)) for _ in range(n)]
    if len(set(xs)) < 3:
        xs[:3] = [2.0, 5.0, 9.0]
    a, b = chance.choice((2, 3, 1.5, -1)), chance.choice((3, 5, 30, -4))
    return xs, [round(a * x + b + chance.uniform(-noise, noise), 1) for x in xs]


# Rule -> (constants, states: (name, formula, first formula), step, names that are right)
def rule(which: str):
    """A rule as columns: {g} the gradient, {S} a state, each parameter's own."""
    rules = {
        "sgd": ({}, [], "{lr!}*{g}", ("sgd", "gradient descent")),
        "ema": ({"beta": 0.9}, [("v", "={beta!}*{v-}+(1-{beta!})*{g}", "=(1-{beta!})*{g}")],
                "{lr!}*{v}", ("momentum",)),
        "buffer": ({"mu": 0.9}, [("v", "={mu!}*{v-}+{g}", "={g}")], "{lr!}*{v}", ("heavy_ball",)),
        "velocity": ({"mu": 0.8}, [("v", "={mu!}*{v-}-{lr!}*{g}", "=-{lr!}*{g}")], "-{v}",
                     ("heavy_ball",)),
        "velocity+": ({"mu": 0.8}, [("v", "={mu!}*{v-}+{lr!}*{g}", "={lr!}*{g}")], "{v}",
                      ("heavy_ball",)),
        "nesterov": ({"mu": 0.9}, [("v", "={mu!}*{v-}+{g}", "={g}")], "{lr!}*({g}+{mu!}*{v})",
                     ("nesterov",)),
        "rmsprop": ({"rho": 0.9, "eps": 1e-8},
                    [("s", "={rho!}*{s-}+(1-{rho!})*{g}^2", "=(1-{rho!})*{g}^2")],
                    "{lr!}*{g}/(SQRT({s})+{eps!})", ("rmsprop",)),
        "rmsprop_in": ({"rho": 0.9, "eps": 1e-6},
                       [("s", "={rho!}*{s-}+(1-{rho!})*{g}*{g}", "=(1-{rho!})*{g}*{g}")],
                       "{lr!}/SQRT({s}+{eps!})*{g}", ("rmsprop_eps_inside",)),
        "adagrad": ({"eps": 1e-8}, [("s", "={s-}+{g}^2", "={g}^2")],
                    "{lr!}*{g}/(SQRT({s})+{eps!})", ("adagrad",)),
        "adagrad_in": ({"eps": 1e-6}, [("s", "={s-}+{g}^2", "={g}^2")],
                       "{lr!}*{g}/SQRT({s}+{eps!})", ("adagrad",)),
        "adam": ({"beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
                 [("v", "={beta1!}*{v-}+(1-{beta1!})*{g}", "=(1-{beta1!})*{g}"),
                  ("s", "={beta2!}*{s-}+(1-{beta2!})*{g}^2", "=(1-{beta2!})*{g}^2"),
                  ("vh", "={v}/(1-{beta1!}^{k})"), ("sh", "={s}/(1-{beta2!}^{k})")],
                 "{lr!}*{vh}/(SQRT({sh})+{eps!})", ("adam",)),
        "adam_in": ({"beta1": 0.9, "beta2": 0.999, "eps": 1e-6},
                    [("v", "={beta1!}*{v-}+(1-{beta1!})*{g}", "=(1-{beta1!})*{g}"),
                     ("s", "={beta2!}*{s-}+(1-{beta2!})*{g}^2", "=(1-{beta2!})*{g}^2")],
                    "{lr!}*({v}/(1-{beta1!}^{k}))/SQRT({s}/(1-{beta2!}^{k})+{eps!})", ("adam",)),
        "adam_no_bias": ({"beta1": 0.9, "beta2": 0.99, "eps": 1e-8},
                         [("v", "={beta1!}*{v-}+(1-{beta1!})*{g}", "=(1-{beta1!})*{g}"),
                          ("s", "={beta2!}*{s-}+(1-{beta2!})*{g}^2", "=(1-{beta2!})*{g}^2")],
                         "{lr!}*{v}/(SQRT({s})+{eps!})", ("adam", "adam_lesson")),
        "decay": ({"decay": 0.1}, [], "{lr!}/(1+{decay!}*{k})*{g}", ("sgd", "gradient descent")),
        "exponential": ({"decay": 0.95}, [], "{lr!}*{decay!}^{k}*{g}", ("sgd", "gradient descent")),
        "column_rate": ({"decay": 0.95}, [], "{rate}*{g}", ("sgd", "gradient descent")),
    }  # fmt: skip
    return rules[which]


RULES = (
    "sgd", "sgd", "ema", "buffer", "velocity", "velocity+", "nesterov", "rmsprop", "rmsprop_in",
    "adagrad", "adagrad_in", "adam", "adam_in", "adam_no_bias", "decay",
    "exponential", "column_rate",
)  # fmt: skip


FAST = ("rmsprop", "rmsprop_in", "adagrad", "adagrad_in", "adam", "adam_in", "adam_no_bias")


def descent(
    case: Case, chance: random.Random, data: Sequence[tuple], forward: Sequence[tuple],
    gradients: Sequence[tuple], starts: dict[str, float], lr: float, n: int, which: str = "sgd",
    extra: dict | None = None, **where,
) -> Table:  # fmt: skip
    """One row an update: parameters, forward, gradients, states, then the new values."""
    constants, states, step, names = rule(which)
    constants = {"lr": lr, **constants, **(extra or {})}
    separate = chance.random() < 0.6
    k = ("k", "t", [float(i) for i in range(1, n + 1)])
    needs_k = any("{k}" in str(one) for one in (*states, step)) or chance.random() < 0.3
    columns = [k] if needs_k or which == "column_rate" else []
    if which == "column_rate":
        columns.append(("rate", "rate", "={rate-}*{decay!}", lr))
    columns += list(data)

    def own(text: str, name: str) -> str:
        return re.sub(r"\{(g|v|s|vh|sh)(-?)\}", rf"{{\g<1>{name}\g<2>}}", text)

    sign = "+" if step.startswith("-") else "-"
    step = step.removeprefix("-")
    copies = separate
    for name, value in starts.items():
        if copies:
            columns.append((name, name, f"={{n{name}-}}", value))
        else:
            back = re.sub(r"\{(\w+)\}", r"{\1-}", own(step, name))
            back = back.replace("{k-}", "{k-}")
            columns.append((name, name, f"={{{name}-}}{sign}{back}", value))
    columns += list(forward) + list(gradients)
    for name in starts:
        for state, formula, *first in states:
            columns.append(
                (f"{state}{name}", f"{state}_{name}", own(formula, name),
                 *(own(one, name) if isinstance(one, str) else one for one in first))
            )  # fmt: skip
    if copies:
        for name in starts:
            formula = f"={{{name}}}{sign}{own(step, name)}"
            columns.append((f"n{name}", f"new {name}", formula))
    table = Table(case, chance, columns, constants, n, **where)
    for name, *_ in gradients:
        if name.startswith("g") and name[1:] in starts:
            case.gradients.append(table.keys(name, 0, n))
    for name in starts:
        case.updates.append(table.keys(f"n{name}" if copies else name, 0 if copies else 1, n))
    if "e2" in table.columns:
        case.losses = table.keys("e2", -1, n)
    case.rules = names
    return table
