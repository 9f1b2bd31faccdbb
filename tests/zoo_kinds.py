"""The kinds of workbooks of the zoo: see :mod:`zoo`."""

import random
import re
from collections.abc import Callable, Sequence

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
    case.rules = names
    return table


def line_rows(chance: random.Random) -> Case:
    case = Case(model="line")
    n = chance.randint(6, 16)
    xs, ys = points(chance, n)
    which = chance.choice(RULES)
    loss = chance.choice(("full", "half", "scaled"))
    error = chance.random() < 0.5
    flip = chance.random() < 0.3
    e = "{e}" if error else ("({y}-{p})" if flip else "({p}-{y})")
    forward = [("p", "pred", chance.choice(("={b}+{m}*{x}", "={m}*{x}+{b}", "={x}*{m}+{b}")))]
    if error:
        forward.append(("e", "error", "={y}-{p}" if flip else "={p}-{y}"))
    half = "/2" if loss == "half" else ""
    square = chance.choice((f"={e}^2{half}", f"={e}*{e}{half}", f"=POWER({e},2){half}"))
    if chance.random() < 0.85:
        forward.append(("e2", "err^2", square))
    two = {"full": "2*", "half": "", "scaled": ""}[loss]
    sign = "-" if flip else ""
    gradients = [("gb", "dL/db", f"={sign}{two}{e}"), ("gm", "dL/dm", f"={sign}{two}{e}*{{x}}")]
    if chance.random() < 0.3:
        gradients[1] = ("gm", "dL/dm", "={gb}*{x}")
    data = [("x", "x", xs), ("y", "y", ys)]
    lr = 0.1 if which in FAST else chance.choice((0.0005, 0.001, 0.0002))
    descent(case, chance, data, forward, gradients, {"b": 1.0, "m": 1.0}, lr, n, which)
    return case


def line_inline(chance: random.Random) -> Case:
    """No gradient column: all in the update."""
    case = Case(model="line")
    n = chance.randint(5, 14)
    xs, ys = points(chance, n)
    e = "({m-}*{x-}+{b-}-{y-})"
    columns = [
        ("x", "x", xs), ("y", "y", ys),
        ("m", "w", f"={{m-}}-{{lr!}}*2*{e}*{{x-}}", 0.0),
        ("b", "b", f"={{b-}}-{{lr!}}*2*{e}", 0.0),
        ("e2", "loss", "=({m}*{x}+{b}-{y})^2"),
    ]  # fmt: skip
    table = Table(case, chance, columns, {"lr": 0.0005}, n)
    case.updates = [table.keys("m", 1, n), table.keys("b", 1, n)]
    case.gradients = [table.keys("m", 1, n), table.keys("b", 1, n)]
    case.rules = ("sgd",)
    return case


def line_batch_rows(chance: random.Random) -> Case:
    """One row an iteration; the data stand in a block of their own."""
    case = Case(model="line")
    n, steps = chance.randint(4, 9), chance.randint(5, 14)
    xs, ys = points(chance, n, most=9)
    r0 = 3
    for i, (x, y) in enumerate(zip(xs, ys, strict=True)):
        case.cells[0, r0 + i, 0], case.cells[0, r0 + i, 1] = x, y
    case.cells[0, r0 - 1, 0], case.cells[0, r0 - 1, 1] = "x", "y"
    X = f"{at(r0, 0, 'rc')}:{at(r0 + n - 1, 0, 'rc')}"
    Y = f"{at(r0, 1, 'rc')}:{at(r0 + n - 1, 1, 'rc')}"
    count = chance.choice((f"COUNT({X})", str(n), "{n!}"))
    mean = chance.random() < 0.7
    over = f"/{count}" if mean else ""
    form = chance.choice(("sumproduct", "xmy2", "closed"))
    two = chance.choice((True, True, False))
    t, h = ("2*", "") if two else ("", "0.5*")
    if form == "closed":
        columns = [
            ("m", "m", "={m-}-{lr!}*{gm-}", 0.0), ("b", "b", "={b-}-{lr!}*{gb-}", 0.0),
            ("loss", "cost", f"={h}SUMPRODUCT(({Y}-({{m}}*{X}+{{b}}))^2){over}"),
            ("gm", "dJ/dm", f"={t}({{m}}*SUMSQ({X})+{{b}}*SUM({X})-SUMPRODUCT({X},{Y})){over}"),
            ("gb", "dJ/db", f"={t}({{m}}*SUM({X})+{n}*{{b}}-SUM({Y})){over}"),
        ]  # fmt: skip
    else:
        columns = [
            ("m", "m", "={m-}-{lr!}*{gm-}", 0.0), ("b", "b", "={b-}-{lr!}*{gb-}", 0.0),
            ("loss", "cost", f"={h}SUMPRODUCT(({{m}}*{X}+{{b}}-{Y})^2){over}"),
            ("gm", "dJ/dm", f"={t}SUMPRODUCT({{m}}*{X}+{{b}}-{Y},{X}){over}"),
            ("gb", "dJ/db", f"={t}SUMPRODUCT({{m}}*{X}+{{b}}-{Y}){over}"),
        ]  # fmt: skip
    table = Table(case, chance, columns, {"lr": 0.005 if mean else 0.001, "n": float(n)}, steps,
                  row=8 + n if chance.random() < 0.4 else None, column=4, plain=True)  # fmt: skip
    if table.row < r0 + n and table.column < 3:
        return line_batch_rows(chance)
    case.gradients = [table.keys("gm", 0, steps), table.keys("gb", 0, steps)]
    case.updates = [table.keys("m", 1, steps), table.keys("b", 1, steps)]
    return case


def blocks(chance: random.Random) -> Case:
    """A block of columns per step to the right, or of rows per step downwards, or a sheet each."""
    way = chance.choice(("right", "down", "sheets"))
    case = Case(model="line")
    n, steps = chance.randint(4, 8), chance.randint(3, 6)
    xs, ys = points(chance, n, most=9)
    if way == "sheets":
        case.sheets = [f"Epoch {k + 1}" for k in range(steps)]
    logistic = chance.random() < 0.4
    if logistic:
        ys = [float(y > sorted(ys)[n // 2]) for y in ys]
        xs = [round(x / 5, 2) for x in xs]
        case.model = None
    ridge = chance.random() < 0.25
    mean = chance.random() < 0.6
    lr = 0.02 if logistic else 0.004
    case.cells[0, 0, 0], case.cells[0, 0, 1] = "alpha", lr
    case.cells[0, 1, 0], case.cells[0, 1, 1] = "lambda", 0.1
    gm, gb, um, ub = [], [], [], []
    before = None
    for k in range(steps):
        sheet = k if way == "sheets" else 0
        row = 4 + (k * (n + 5) if way == "down" else 0)
        col = k * 8 if way == "right" else 0

        def quoted(one: str, here: int = sheet, of: int = 0) -> str:
            return one if here == of else f"'{case.sheets[of]}'!{one}"

        lr_at, la_at = quoted("$B$1"), quoted("$B$2")
        # x y p e e2 ex ; the parameters in a row above, the sums below
        b_key, m_key = (sheet, row, col), (sheet, row, col + 1)
        case.cells[sheet, row - 1, col], case.cells[sheet, row - 1, col + 1] = "b", "w"
        if before is None:
            case.cells[b_key], case.cells[m_key] = 0.5, 0.2
        else:
            (s0, r0, c0), (g_b, g_m) = before
            case.cells[b_key] = f"={quoted(at(r0, c0), of=s0)}-{lr_at}*{quoted(at(*g_b), of=s0)}"
            case.cells[m_key] = (
                f"={quoted(at(r0, c0 + 1), of=s0)}-{lr_at}*{quoted(at(*g_m), of=s0)}"
            )
            um.append(m_key)
            ub.append(b_key)
        B, M = at(row, col, "rc"), at(row, col + 1, "rc")
        for j, head in enumerate(("x", "y", "pred", "error", "loss", "error*x")):
            case.cells[sheet, row + 1, col + j] = head
        top = row + 2
        for i in range(n):
            r = top + i
            x, y, p, e = (at(r, col + j) for j in range(4))
            case.cells[sheet, r, col] = xs[i]
            case.cells[sheet, r, col + 1] = ys[i]
            z = f"{B}+{M}*{x}"
            case.cells[sheet, r, col + 2] = f"=1/(1+EXP(-({z})))" if logistic else f"={z}"
            case.cells[sheet, r, col + 3] = f"={p}-{y}"
            case.cells[sheet, r, col + 4] = (
                f"=-({y}*LN({p})+(1-{y})*LN(1-{p}))" if logistic else f"={e}^2"
            )
            case.cells[sheet, r, col + 5] = f"={e}*{x}"
        end = top + n
        reach = [f"{at(top, col + j)}:{at(end - 1, col + j)}" for j in range(6)]
        take = "AVERAGE" if mean else "SUM"
        two = "" if logistic else "2*"
        extra = f"+{la_at}*{M}^2" if ridge else ""
        more = f"+2*{la_at}*{M}" if ridge else ""
        case.cells[sheet, end, col + 3] = f"={two}{take}({reach[3]})"
        case.cells[sheet, end, col + 4] = f"={take}({reach[4]}){extra}"
        case.cells[sheet, end, col + 5] = f"={two}{take}({reach[5]}){more}"
        gb.append((sheet, end, col + 3))
        gm.append((sheet, end, col + 5))
        before = ((sheet, row, col), ((end, col + 3), (end, col + 5)))
    case.gradients, case.updates = [gb, gm], [ub, um]
    return case


def table_beside(chance: random.Random) -> Case:
    """Epochs as blocks downwards, one sample a row; parameters carried row to row."""
    case = Case(model="line")
    n, epochs = chance.randint(3, 6), chance.randint(2, 4)
    xs, ys = points(chance, n)
    data = [("x", "x", xs * epochs), ("y", "y", ys * epochs)]
    forward = [("p", "ŷ", "={b}+{m}*{x}"), ("e2", "E", "=0.5*({y}-{p})^2")]
    gradients = [("gb", "∂E/∂b", "=-({y}-{p})"), ("gm", "∂E/∂m", "=-({y}-{p})*{x}")]
    descent(case, chance, data, forward, gradients, {"b": 0.0, "m": 0.5}, 0.0005, n * epochs,
            chance.choice(("sgd", "ema", "buffer")))  # fmt: skip
    return case


def plane(chance: random.Random) -> Case:
    case = Case()
    n = chance.randint(6, 12)
    x1 = [round(chance.uniform(-2, 2), 1) for _ in range(n)]
    x2 = [round(chance.uniform(-2, 2), 1) for _ in range(n)]
    ys = [round(1 + 2 * a - b + chance.uniform(-0.2, 0.2), 2) for a, b in zip(x1, x2, strict=True)]
    data = [("x1", "x1", x1), ("x2", "x2", x2), ("y", "y", ys)]
    half = chance.random() < 0.5
    forward = [("p", "yhat", "={b}+{m}*{x1}+{w}*{x2}"),
               ("e2", "loss", "=({p}-{y})^2/2" if half else "=({p}-{y})^2")]  # fmt: skip
    two = "" if half else "2*"
    gradients = [("gb", "db", f"={two}({{p}}-{{y}})"), ("gm", "dw1", f"={two}({{p}}-{{y}})*{{x1}}"),
                 ("gw", "dw2", f"={two}({{p}}-{{y}})*{{x2}}")]  # fmt: skip
    which = chance.choice(RULES)
    descent(case, chance, data, forward, gradients, {"b": 0.5, "m": 0.1, "w": -0.2}, 0.05, n, which)
    return case


def parabola(chance: random.Random) -> Case:
    case = Case()
    n = chance.randint(6, 12)
    xs = [round(chance.uniform(-2, 2), 1) for _ in range(n)]
    ys = [round(1 - x + 0.5 * x * x, 2) for x in xs]
    data = [("x", "x", xs), ("y", "y", ys)]
    forward = [("p", "f(x)", "={b}*{x}^2+{m}*{x}+{w}"), ("e", "err", "={p}-{y}"),
               ("e2", "SE", "={e}^2")]  # fmt: skip
    gradients = [("gb", "da", "=2*{e}*{x}^2"), ("gm", "db", "=2*{e}*{x}"), ("gw", "dc", "=2*{e}")]
    descent(case, chance, data, forward, gradients, {"b": 0.1, "m": 0.1, "w": 0.1}, 0.02, n,
            chance.choice(("sgd", "ema", "adam", "adagrad")))  # fmt: skip
    return case


def neuron(chance: random.Random) -> Case:
    """One or two inputs, a sigmoid or tanh, one sample a row; logistic or squared loss."""
    case = Case()
    n = chance.randint(7, 14)
    two = chance.random() < 0.6
    x1 = [round(chance.uniform(-2, 2), 2) for _ in range(n)]
    x2 = [round(chance.uniform(-2, 2), 2) for _ in range(n)]
    ts = [float(a + b > 0) for a, b in zip(x1, x2, strict=True)]
    data = [("x1", "x1", x1), *([("x2", "x2", x2)] if two else []), ("t", "target", ts)]
    z = "={b}+{m}*{x1}" + ("+{w}*{x2}" if two else "")
    kind = chance.choice(("log", "square", "tanh", "log_long", "relu"))
    sigmoid = "=1/(1+EXP(-{z}))"
    a, loss, back = {
        "log": (sigmoid, "=-({t}*LN({a})+(1-{t})*LN(1-{a}))", "={a}-{t}"),
        "log_long": (
            sigmoid,
            "=-{t}*LN({a})-(1-{t})*LN(1-{a})",
            "=({a}-{t})/({a}*(1-{a}))*{a}*(1-{a})",
        ),
        "square": (sigmoid, "=0.5*({t}-{a})^2", "=-({t}-{a})*{a}*(1-{a})"),
        "tanh": ("=TANH({z})", "=({a}-{t})^2", "=2*({a}-{t})*(1-{a}^2)"),
        "relu": ("=MAX(0,{z})", "=({a}-{t})^2/2", "=({a}-{t})*IF({z}>0,1,0)"),
    }[kind]
    forward = [("z", "z", z), ("a", "a", a), ("e2", "L", loss)]
    delta = chance.random() < 0.6
    d = "{d}" if delta else f"({back[1:]})"
    if delta:
        forward.append(("d", "delta", back))
    gradients = [("gb", "dL/db", f"={d}"), ("gm", "dL/dw1", f"={d}*{{x1}}")]
    if two:
        gradients.append(("gw", "dL/dw2", f"={d}*{{x2}}"))
    starts = {"b": 0.9 if kind == "relu" else 0.1, "m": 0.3, **({"w": -0.2} if two else {})}
    which = chance.choice(RULES)
    descent(case, chance, data, forward, gradients, starts, 0.1, n, which)
    if delta:
        # b's gradient is a copy of delta: a slip there stands in delta's column.
        case.gradients = case.gradients[1:]
    return case


def softmax(chance: random.Random) -> Case:
    """Three classes, one feature and a bias, one sample a row."""
    case = Case()
    n = chance.randint(6, 10)
    xs = [round(chance.uniform(-2, 2), 2) for _ in range(n)]
    classes = [chance.randint(0, 2) for _ in range(n)]
    classes[:3] = [0, 1, 2]
    data = [("x", "x", xs)] + [
        (f"t{k}", f"t{k}", [float(c == k) for c in classes]) for k in range(3)
    ]
    forward = [(f"z{k}", f"z{k}", f"={{w{k}}}*{{x}}+{{c{k}}}") for k in range(3)]
    forward += [(f"e{k}", f"exp{k}", f"=EXP({{z{k}}})") for k in range(3)]
    forward += [("S", "sum", chance.choice(("={e0}+{e1}+{e2}", "=SUM({e0}:{e2})")))]
    forward += [(f"p{k}", f"p{k}", f"={{e{k}}}/{{S}}") for k in range(3)]
    forward += [("L", "loss", "=-({t0}*LN({p0})+{t1}*LN({p1})+{t2}*LN({p2}))")]
    gradients, starts = [], {}
    for k in range(3):
        gradients += [(f"gw{k}", f"dw{k}", f"=({{p{k}}}-{{t{k}}})*{{x}}"),
                      (f"gc{k}", f"db{k}", f"={{p{k}}}-{{t{k}}}")]  # fmt: skip
        starts |= {f"w{k}": round(chance.uniform(-0.5, 0.5), 2), f"c{k}": 0.0}
    descent(
        case,
        chance,
        data,
        forward,
        gradients,
        starts,
        0.2,
        n,
        chance.choice(("sgd", "ema", "adam")),
    )
    return case


def network(chance: random.Random) -> Case:
    """2-2-1, one sample a row (XOR): sigmoid, tanh or ReLU hidden; squared or log loss."""
    case = Case()
    n = chance.choice((8, 9, 12))
    data = [("x1", "x1", [0.0, 0.0, 1.0, 1.0] * 3), ("x2", "x2", [0.0, 1.0, 0.0, 1.0] * 3),
            ("t", "t", [0.0, 1.0, 1.0, 0.0] * 3)]  # fmt: skip
    data = [(a, b, c[:n]) for a, b, c in data]
    hidden = chance.choice(("sigmoid", "sigmoid", "tanh", "relu"))
    act = {"sigmoid": "=1/(1+EXP(-{%s}))", "tanh": "=TANH({%s})", "relu": "=MAX(0,{%s})"}[hidden]
    slope = {
        "sigmoid": "{%s}*(1-{%s})", "tanh": "(1-{%s}^2)", "relu": "IF({%s}>0,1,0)",
    }[hidden]  # fmt: skip
    log = chance.random() < 0.4
    forward = [
        ("z1", "z1", "={u1}*{x1}+{u2}*{x2}+{b1}"), ("h1", "h1", act % "z1"),
        ("z2", "z2", "={u3}*{x1}+{u4}*{x2}+{b2}"), ("h2", "h2", act % "z2"),
        ("z3", "z3", "={u5}*{h1}+{u6}*{h2}+{b3}"), ("o", "out", "=1/(1+EXP(-{z3}))"),
        ("E", "error", "=-({t}*LN({o})+(1-{t})*LN(1-{o}))" if log else "=0.5*({t}-{o})^2"),
    ]  # fmt: skip
    d3 = "({o}-{t})" if log else "({o}-{t})*{o}*(1-{o})"
    s1, s2 = (slope.replace("%s", h) for h in ("h1", "h2"))
    if chance.random() < 0.6:
        forward += [("d3", "d_out", f"={d3}"), ("d1", "d_h1", f"={{d3}}*{{u5}}*{s1}"),
                    ("d2", "d_h2", f"={{d3}}*{{u6}}*{s2}")]  # fmt: skip
        D1, D2, D3 = "{d1}", "{d2}", "{d3}"
    else:
        D1, D2, D3 = f"{d3}*{{u5}}*{s1}", f"{d3}*{{u6}}*{s2}", d3
    gradients = [
        ("gu1", "du1", f"={D1}*{{x1}}"), ("gu2", "du2", f"={D1}*{{x2}}"), ("gb1", "db1", f"={D1}"),
        ("gu3", "du3", f"={D2}*{{x1}}"), ("gu4", "du4", f"={D2}*{{x2}}"), ("gb2", "db2", f"={D2}"),
        ("gu5", "du5", f"={D3}*{{h1}}"), ("gu6", "du6", f"={D3}*{{h2}}"), ("gb3", "db3", f"={D3}"),
    ]  # fmt: skip
    starts = {f"u{k}": round(chance.uniform(0.1, 1), 2) for k in range(1, 7)}
    starts |= {"b1": 0.1, "b2": -0.1, "b3": 0.2}
    descent(
        case,
        chance,
        data,
        forward,
        gradients,
        starts,
        0.5,
        n,
        chance.choice(("sgd", "sgd", "ema", "adam")),
    )
    return case


def function(chance: random.Random) -> Case:
    """A function of one or two variables and its derivative; no data."""
    case = Case()
    n = chance.randint(8, 20)
    kind = chance.choice(("square", "quartic", "bowl", "rosenbrock", "cosine", "himmelblau"))
    if kind in ("square", "quartic", "cosine"):
        f, g = {
            "square": ("=({m}-3)^2+1", "=2*({m}-3)"),
            "quartic": ("={m}^4-3*{m}^3+2", "=4*{m}^3-9*{m}^2"),
            "cosine": ("={m}^2-COS(3*{m})", "=2*{m}+3*SIN(3*{m})"),
        }[kind]
        forward, gradients, starts = [("f", "f(x)", f)], [("gm", "f'(x)", g)], {"m": 1.3}
        lr = {"square": 0.1, "quartic": 0.01, "cosine": 0.05}[kind]
    else:
        f, gx, gy, lr, start = {
            "bowl": ("={m}^2+3*{b}^2+{m}*{b}", "=2*{m}+{b}", "=6*{b}+{m}", 0.1, (4.0, -3.0)),
            "rosenbrock": ("=(1-{m})^2+100*({b}-{m}^2)^2",
                           "=-2*(1-{m})-400*{m}*({b}-{m}^2)", "=200*({b}-{m}^2)", 0.001,
                           (-1.2, 1.1)),
            "himmelblau": ("=({m}^2+{b}-11)^2+({m}+{b}^2-7)^2",
                           "=4*{m}*({m}^2+{b}-11)+2*({m}+{b}^2-7)",
                           "=2*({m}^2+{b}-11)+4*{b}*({m}+{b}^2-7)", 0.01, (0.5, 0.3)),
        }[kind]  # fmt: skip
        forward = [("f", "f", f)]
        gradients = [("gm", "df/dx", gx), ("gb", "df/dy", gy)]
        starts = {"m": start[0], "b": start[1]}
    which = chance.choice(
        ("sgd", "sgd", "ema", "buffer", "nesterov", "rmsprop", "adam", "adagrad", "decay")
    )
    descent(case, chance, [], forward, gradients, starts, lr, n, which)
    case.rules = (*case.rules, "gradient descent")
    return case


def mmult(chance: random.Random) -> Case:
    """Matrices: X, X transposed, array formulas, a block of columns a step."""
    case = Case()
    n, steps, k = chance.randint(4, 7), chance.randint(3, 5), chance.choice((2, 3))
    case.cells[0, 0, 0], case.cells[0, 0, 1] = "alpha", 0.05
    rows = [[1.0, *(round(chance.uniform(0, 2), 1) for _ in range(k - 1))] for _ in range(n)]
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            case.cells[0, 3 + i, j] = value
        case.cells[0, 3 + i, k] = round(1 + sum(row) + chance.uniform(-0.3, 0.3), 2)
    X = f"{at(3, 0, 'rc')}:{at(2 + n, k - 1, 'rc')}"
    Y = f"{at(3, k, 'rc')}:{at(2 + n, k, 'rc')}"
    for s in range(steps):
        c = k + 2 + 5 * s
        theta, pred = f"{at(3, c)}:{at(2 + k, c)}", f"{at(3, c + 1)}:{at(2 + n, c + 1)}"
        err = f"{at(3, c + 2)}:{at(2 + n, c + 2)}"
        for j, head in enumerate(("theta", "pred", "err", "grad")):
            case.cells[0, 2, c + j] = head
        if s == 0:
            for j in range(k):
                case.cells[0, 3 + j, c] = 0.1 * (j + 1)
        else:
            p = c - 5
            before = f"{at(3, p)}:{at(2 + k, p)}", f"{at(3, p + 3)}:{at(2 + k, p + 3)}"
            case.arrays[0, 3, c] = (k, 1)
            case.cells[0, 3, c] = f"={before[0]}-$B$1*{before[1]}"
        case.arrays[0, 3, c + 1] = (n, 1)
        case.cells[0, 3, c + 1] = f"=MMULT({X},{theta})"
        case.arrays[0, 3, c + 2] = (n, 1)
        case.cells[0, 3, c + 2] = f"={pred}-{Y}"
        case.arrays[0, 3, c + 3] = (k, 1)
        case.cells[0, 3, c + 3] = f"=MMULT(TRANSPOSE({X}),{err})*2/{n}"
        case.cells[0, 4 + n, c + 2] = f"=SUMSQ({err})/{n}"
    return case


def ridge(chance: random.Random) -> Case:
    """A penalty on the slope: ridge, lasso, or weight decay written into the update."""
    case = Case()
    n = chance.randint(6, 12)
    xs, ys = points(chance, n, most=8)
    kind = chance.choice(("ridge", "lasso"))
    pen = {"ridge": "{lam!}*{m}^2", "lasso": "{lam!}*ABS({m})"}[kind]
    dpen = {"ridge": "2*{lam!}*{m}", "lasso": "{lam!}*SIGN({m})"}[kind]
    data = [("x", "x", xs), ("y", "y", ys)]
    forward = [("p", "p", "={b}+{m}*{x}"), ("e2", "loss", f"=({{p}}-{{y}})^2+{pen}")]
    gradients = [("gb", "db", "=2*({p}-{y})"), ("gm", "dm", f"=2*({{p}}-{{y}})*{{x}}+{dpen}")]
    descent(case, chance, data, forward, gradients, {"b": 1.0, "m": 0.7}, 0.001, n,
            chance.choice(("sgd", "ema", "buffer")), {"lam": 0.3})  # fmt: skip
    return case


def two_tables(chance: random.Random) -> Case:
    """Two descents on one sheet, side by side or one under the other."""
    case = Case(model="line", tables=2)
    rules: list[str] = []
    below = chance.random() < 0.5
    for k in range(2):
        n = 6
        xs, ys = points(chance, n)
        data = [("x", "x", xs), ("y", "y", ys)]
        forward = [("p", "p", "={b}+{m}*{x}"), ("e2", "e2", "=({p}-{y})^2")]
        gradients = [("gb", "gb", "=2*({p}-{y})"), ("gm", "gm", "=2*({p}-{y})*{x}")]
        where = {"row": 8 + 16 * k, "column": 0} if below else {"row": 8, "column": 24 * k}
        which = ("sgd", "ema")[k]
        sub = Case()
        descent(sub, chance, data, forward, gradients, {"b": 1.0, "m": 1.0}, 0.0005, n, which,
                plain=True, **where)  # fmt: skip
        if below and k:
            # Constants of the second table stand where the first's are.
            case.cells.update({key: v for key, v in sub.cells.items() if key not in case.cells})
        else:
            case.cells.update(sub.cells)
        case.gradients += sub.gradients
        case.updates += sub.updates
        rules.append(sub.rules[0])
    case.rules = ("sgd", "momentum")
    return case


def two_sheets(chance: random.Random) -> Case:
    """Data on one sheet, parameters' table on another, pulled by references."""
    case = Case(model="line", sheets=["Daten", "Training 1"])
    n = chance.randint(5, 10)
    xs, ys = points(chance, n)
    case.cells[0, 0, 0], case.cells[0, 0, 1] = "x", "y"
    for i in range(n):
        case.cells[0, 1 + i, 0], case.cells[0, 1 + i, 1] = xs[i], ys[i]
    case.cells[0, 0, 4], case.cells[0, 0, 5] = "lr", 0.0005
    r = 4
    case.merged.append((1, 0, 1, 0, 5))
    case.cells[1, 0, 1] = "Gradient descent, one sample a step"
    case.merged = [(1, 0, 1, 0, 5)]
    heads = ("x", "y", "b", "m", "pred", "loss", "db", "dm")
    for j, head in enumerate(heads):
        case.cells[1, r - 1, j] = head
    for i in range(n):
        row = r + i
        x, y, b, m, p = (at(row, j) for j in range(5))
        b0, m0, db0, dm0 = (at(row - 1, j) for j in (2, 3, 6, 7))
        case.cells[1, row, 0] = f"=Daten!{at(1 + i, 0)}"
        case.cells[1, row, 1] = f"=Daten!{at(1 + i, 1)}"
        case.cells[1, row, 2] = 0.0 if i == 0 else f"={b0}-Daten!$F$1*{db0}"
        case.cells[1, row, 3] = 0.0 if i == 0 else f"={m0}-Daten!$F$1*{dm0}"
        case.cells[1, row, 4] = f"={m}*{x}+{b}"
        case.cells[1, row, 5] = f"=({p}-{y})^2"
        case.cells[1, row, 6] = f"=2*({p}-{y})"
        case.cells[1, row, 7] = f"=2*{x}*({p}-{y})"
    case.gradients = [[(1, r + i, j) for i in range(n)] for j in (6, 7)]
    case.updates = [[(1, r + i, j) for i in range(1, n)] for j in (2, 3)]
    case.rules = ("sgd",)
    return case


def wide_batch(chance: random.Random) -> Case:
    """One row an epoch, a column per point's error, then sums and gradients by SUMPRODUCT."""
    case = Case(model="line")
    n, steps = chance.randint(3, 6), chance.randint(5, 10)
    xs, ys = points(chance, n, most=8)
    case.cells[0, 0, 0] = "x"
    case.cells[0, 1, 0] = "y"
    case.cells[0, 2, 0], case.cells[0, 2, 1] = "η", 0.002
    for i in range(n):
        case.cells[0, 0, 3 + i], case.cells[0, 1, 3 + i] = xs[i], ys[i]
    X = f"{at(0, 3, 'rc')}:{at(0, 2 + n, 'rc')}"
    gb, gm, ub, um = [], [], [], []
    for s in range(steps):
        r = 5 + s
        case.cells[0, r, 0] = float(s)
        c = 3 + n
        E = f"{at(r, 3)}:{at(r, 2 + n)}"
        case.cells[0, r, 1] = 0.0 if s == 0 else f"={at(r - 1, 1)}-$B$3*{at(r - 1, c + 1)}"
        case.cells[0, r, 2] = 0.0 if s == 0 else f"={at(r - 1, 2)}-$B$3*{at(r - 1, c + 2)}"
        for i in range(n):
            case.cells[0, r, 3 + i] = (
                f"={at(r, 1, 'c')}+{at(r, 2, 'c')}*{at(0, 3 + i, 'r')}-{at(1, 3 + i, 'r')}"
            )
        case.cells[0, r, c] = f"=SUMSQ({E})"
        case.cells[0, r, c + 1] = f"=2*SUM({E})"
        case.cells[0, r, c + 2] = f"=2*SUMPRODUCT({E},{X})"
        gb.append((0, r, c + 1))
        gm.append((0, r, c + 2))
        if s:
            ub.append((0, r, 1))
            um.append((0, r, 2))
    for j, head in enumerate(["epoch", "b", "m", *(f"e{i}" for i in range(n)), "SSE", "db", "dm"]):
        case.cells[0, 4, j] = head
    case.gradients, case.updates = [gb, gm], [ub, um]
    return case


def lesson(chance: random.Random) -> Case:
    """rmsprop as in the lesson: the average of the row above, a row of starts above the first."""
    case = Case(model="line")
    n = chance.randint(6, 12)
    xs, ys = points(chance, n)
    columns = [
        ("x", "x", [None, *xs]), ("y", "y", [None, *ys]),
        ("b", "b", "={nb-}", None), ("m", "m", "={nm-}", None),
        ("p", "p", "={b}+{m}*{x}", None), ("e2", "err^2", "=({y}-{p})^2", None),
        ("gb", "de/db", "=2*({p}-{y})", None), ("gm", "de/dm", "={gb}*{x}", None),
        ("sb", "sq b", "={rho!}*{sb-}+(1-{rho!})*{gb}^2", 5000.0),
        ("sm", "sq m", "={rho!}*{sm-}+(1-{rho!})*{gm}^2", 9000.0),
        ("nb", "new b", "={b}-{lr!}*{gb}/SQRT({sb-})", 1.0),
        ("nm", "new m", "={m}-{lr!}*{gm}/SQRT({sm-})", 1.0),
    ]  # fmt: skip
    table = Table(case, chance, columns, {"lr": 0.02, "rho": 0.9}, n + 1)
    case.gradients = [table.keys("gb", 1, n + 1), table.keys("gm", 1, n + 1)]
    case.updates = [table.keys("nb", 1, n + 1), table.keys("nm", 1, n + 1)]
    case.rules = ("rmsprop_lesson",)
    return case


def minibatch(chance: random.Random) -> Case:
    """Batch means over a sliding block: batches of rows, one row of sums each."""
    case = Case(model="line")
    size, steps = chance.choice((2, 3, 4)), chance.randint(3, 6)
    xs, ys = points(chance, size * steps, most=9)
    case.cells[0, 0, 0], case.cells[0, 0, 1] = "rate", 0.003
    gb, gm, ub, um = [], [], [], []
    for j, head in enumerate(("x", "y", "b", "w", "pred", "error", "error²", "db", "dw")):
        case.cells[0, 2, j] = head
    r = 3
    for s in range(steps):
        top = r
        for i in range(size):
            row = r + i
            case.cells[0, row, 0], case.cells[0, row, 1] = xs[size * s + i], ys[size * s + i]
            if i == 0 and s == 0:
                case.cells[0, row, 2], case.cells[0, row, 3] = 0.0, 1.0
            elif i == 0:
                p = row - size
                case.cells[0, row, 2] = f"={at(p, 2)}-$B$1*{at(p, 7)}"
                case.cells[0, row, 3] = f"={at(p, 3)}-$B$1*{at(p, 8)}"
                ub.append((0, row, 2))
                um.append((0, row, 3))
            else:
                case.cells[0, row, 2] = f"={at(row - 1, 2)}"
                case.cells[0, row, 3] = f"={at(row - 1, 3)}"
            x, y, b, w, p_, e = (at(row, j) for j in range(6))
            case.cells[0, row, 4] = f"={b}+{w}*{x}"
            case.cells[0, row, 5] = f"={p_}-{y}"
            case.cells[0, row, 6] = f"={e}^2"
        E = f"{at(top, 5)}:{at(top + size - 1, 5)}"
        X = f"{at(top, 0)}:{at(top + size - 1, 0)}"
        case.cells[0, top, 7] = f"=2*AVERAGE({E})"
        case.cells[0, top, 8] = f"=2*SUMPRODUCT({E},{X})/{size}"
        case.cells[0, top, 9] = f"=AVERAGE({at(top, 6)}:{at(top + size - 1, 6)})"
        gb.append((0, top, 7))
        gm.append((0, top, 8))
        r += size
    case.gradients, case.updates = [gb, gm], [ub, um]
    case.rules = ("sgd",)
    return case


KINDS: tuple[Callable[[random.Random], Case], ...] = (
    line_rows, line_rows, line_rows, line_inline, line_batch_rows, line_batch_rows, blocks, blocks,
    table_beside, plane, plane, parabola, neuron, neuron, neuron, softmax, network, network,
    function, function, mmult, ridge, two_tables, two_sheets, wide_batch, lesson, minibatch,
)  # fmt: skip


def case_of(seed: int) -> Case:
    """The case of a seed: the kinds in turn, each drawn from its own chance."""
    chance = random.Random(seed)
    kind = KINDS[seed % len(KINDS)]
    for _ in range(20):
        case = kind(chance)
        try:
            values = case.values()
        except (ArithmeticError, RecursionError):
            continue
        if all(abs(v) < 1e12 for v in values.values() if isinstance(v, float)):
            case.kind = kind.__name__
            return case
    raise ValueError(f"no case for seed {seed}")
