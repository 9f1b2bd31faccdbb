"""Workbooks in which nothing descends, or not by formulas: what people keep beside such sheets."""

import random

from zoo import Case, at
from zoo_tables import Table, points


def _table(columns, constants, n, seed=0):
    case = Case(tables=0)
    Table(case, random.Random(seed), columns, constants, n, plain=True, headers="plain")
    return case


NONE = {
    "ratings": lambda: _table(
        [
            ("a", "rating A", "={a-}+{k!}*({s-}-{p-})", 1500.0),
            ("b", "rating B", "={b-}-{k!}*({s-}-{p-})", 1600.0),
            ("p", "expected", "=1/(1+10^(({b}-{a})/400))"),
            ("s", "score", [1.0, 0.0, 0.5, 1.0] * 3),
        ],
        {"k": 32.0},
        12,
    ),
    "level and trend": lambda: _table(
        [
            ("y", "sales", [100.0 + 3 * i + (2, -3, 1)[i % 3] for i in range(12)]),
            ("l", "level", "={l-}+{t-}+{alpha!}*{e-}", 100.0),
            ("t", "trend", "={t-}+{alpha!}*{beta!}*{e-}", 2.0),
            ("f", "forecast", "={l}+{t}"),
            ("e", "error", "={y}-{f}"),
        ],
        {"alpha": 0.3, "beta": 0.1},
        12,
    ),
    "loan": lambda: _table(
        [("v", "balance", "={v-}+{i-}-{pay!}", 10000.0), ("i", "interest", "={v}*{rate!}/12")],
        {"rate": 0.05, "pay": 200.0},
        12,
    ),
    "annuity": lambda: _table(
        [
            ("k", "month", [float(i) for i in range(1, 13)]),
            ("v", "open", "={c-}", 5000.0),
            ("i", "interest", "={v}*{rate!}"),
            ("p", "principal", "={pay!}-{i}"),
            ("c", "close", "={v}-{p}"),
        ],
        {"rate": 0.01, "pay": 300.0},
        12,
    ),
    "logistic growth": lambda: _table(
        [("v", "population", "={v-}+{rate!}*{v-}*(1-{v-}/{cap!})", 10.0)],
        {"rate": 0.3, "cap": 100.0},
        12,
    ),
    "predator and prey": lambda: _table(
        [
            ("u", "prey", "={u-}+{dt!}*({u-}-0.1*{u-}*{v-})", 40.0),
            ("v", "predator", "={v-}+{dt!}*(0.05*{u-}*{v-}-0.5*{v-})", 9.0),
        ],
        {"dt": 0.01},
        15,
    ),
    "epidemic": lambda: _table(
        [
            ("s", "S", "={s-}-{beta!}*{s-}*{i-}", 0.99),
            ("i", "I", "={i-}+{beta!}*{s-}*{i-}-{g!}*{i-}", 0.01),
            ("r", "R", "={r-}+{g!}*{i-}", 0.0),
        ],
        {"beta": 0.4, "g": 0.1},
        15,
    ),
    "Newton's root": lambda: _table(
        [("v", "x", "={v-}-{f-}/{d-}", 3.0), ("f", "f(x)", "={v}^2-2"), ("d", "f'(x)", "=2*{v}")],
        {},
        8,
    ),
    "secant": lambda: _table(
        [
            ("u", "before", "={v-}", 1.0),
            ("v", "x", "={v-}-{f-}*({v-}-{u-})/({f-}-{h-})", 2.0),
            ("f", "f(x)", "={v}^2-3"),
            ("h", "f(before)", "={u}^2-3"),
        ],
        {},
        6,
    ),
    "spring": lambda: _table(
        [
            ("a", "a", "=-{w!}*{v}"),
            ("u", "speed", "={u-}+{dt!}*{a-}", 0.0),
            ("v", "place", "={v-}+{dt!}*{u-}", 1.0),
        ],
        {"w": 2.0, "dt": 0.05},
        15,
    ),
    "account": lambda: _table(
        [
            ("i", "in", [5.0, 3.0, 8.0]),
            ("o", "out", [1.0, 2.0]),
            ("v", "balance", "={v-}+{i}-{o}", 100.0),
        ],
        {},
        10,
    ),
    "Fibonacci": lambda: _table(
        [("v", "f", "={v-}+{u-}", 1.0), ("u", "before", "={v-}", 0.0)], {}, 10
    ),
    "cooling": lambda: _table(
        [("v", "T", "={v-}-{k!}*({v-}-{room!})", 90.0)], {"k": 0.1, "room": 20.0}, 12
    ),
    "moving average": lambda: _table(
        [
            ("x", "price", [10.0, 11.0, 9.0, 12.0, 14.0, 13.0]),
            ("s", "EMA", "={a!}*{x}+(1-{a!})*{s-}", 10.0),
        ],
        {"a": 0.3},
        12,
    ),
    "running mean": lambda: _table(
        [
            ("k", "n", [float(i) for i in range(1, 13)]),
            ("x", "x", [3.0, 5.0, 4.0, 8.0]),
            ("m", "mean", "={m-}+({x}-{m-})/{k}", 3.0),
        ],
        {},
        12,
    ),
    "running variance": lambda: _table(
        [
            ("k", "n", [float(i) for i in range(1, 13)]),
            ("x", "x", [3.0, 5.0, 4.0, 8.0]),
            ("m", "mean", "={m-}+({x}-{m-})/{k}", 3.0),
            ("s", "M2", "={s-}+({x}-{m-})*({x}-{m})", 0.0),
            ("v", "var", "={s}/{k}"),
        ],
        {},
        12,
    ),
    "bisection": lambda: _table(
        [
            ("a", "a", "=IF({fm-}>0,{a-},{m-})", 0.0),
            ("b", "b", "=IF({fm-}>0,{m-},{b-})", 2.0),
            ("m", "m", "=({a}+{b})/2"),
            ("fm", "f(m)", "={m}^2-2"),
        ],
        {},
        12,
    ),
    "PID": lambda: _table(
        [
            ("e", "error", "={set!}-{y}"),
            ("s", "sum", "={s-}+{e}", 0.0),
            ("u", "control", "={kp!}*{e}+{ki!}*{s-}", 0.0),
            ("y", "y", "={y-}+0.1*({u-}-{y-})", 0.0),
        ],
        {"set": 1.0, "kp": 2.0, "ki": 0.1},
        12,
    ),
    "savings": lambda: _table(
        [("v", "savings", "={v-}*(1+{r!})+{pay!}", 0.0)], {"r": 0.03, "pay": 50.0}, 12
    ),
    "depreciation": lambda: _table([("v", "value", "={v-}-{v-}*{r!}", 800.0)], {"r": 0.2}, 10),
    "stock": lambda: _table(
        [
            ("d", "demand", [4.0, 6.0, 3.0]),
            ("v", "stock", "={v-}-{d}+{o}", 30.0),
            ("o", "order", "=IF({d}>4,5,2)"),
        ],
        {},
        12,
    ),
    "grades": lambda: _table(
        [
            ("a", "test 1", [12.0, 15.0, 9.0]),
            ("b", "test 2", [11.0, 18.0, 14.0]),
            ("m", "mean", "=({a}+{b})/2"),
        ],
        {},
        10,
    ),
    "fall": lambda: _table(
        [("v", "v", "={v-}+{dt!}*(9.81-{k!}*{v-}^2)", 0.0), ("s", "s", "={s-}+{dt!}*{v-}", 0.0)],
        {"dt": 0.1, "k": 0.02},
        15,
    ),
    "residuals": lambda: _residuals(),
    "correlation": lambda: _residuals(True),
    "chain": lambda: _table(
        [("a", "A", "={p!}*{a-}+{q!}*{b-}", 1.0), ("b", "B", "=(1-{p!})*{a-}+(1-{q!})*{b-}", 0.0)],
        {"p": 0.9, "q": 0.4},
        12,
    ),
    "random walk": lambda: _table(
        [("e", "step", [0.3, -0.2, 0.5, -0.7, 0.1]), ("v", "walk", "={v-}+{s!}*{e}", 0.0)],
        {"s": 2.0},
        15,
    ),
}


def _residuals(correlated: bool = False) -> Case:
    """A line by the normal equations, its residuals and R squared."""
    case = Case(tables=0)
    xs, ys = points(random.Random(4), 10)
    for i, (x, y) in enumerate(zip(xs, ys, strict=True)):
        r = 3 + i
        case.cells[0, r, 0], case.cells[0, r, 1] = x, y
        case.cells[0, r, 2] = f"=$B$2+$B$1*{at(r, 0)}"
        case.cells[0, r, 3] = f"={at(r, 1)}-{at(r, 2)}"
        case.cells[0, r, 4] = f"={at(r, 3)}^2"
    for j, head in enumerate(("x", "y", "fit", "residual", "squared error")):
        case.cells[0, 2, j] = head
    X, Y = "$A$4:$A$13", "$B$4:$B$13"
    case.cells[0, 0, 1] = f"=(10*SUMPRODUCT({X},{Y})-SUM({X})*SUM({Y}))/(10*SUMSQ({X})-SUM({X})^2)"
    case.cells[0, 1, 1] = f"=AVERAGE({Y})-B1*AVERAGE({X})"
    case.cells[0, 0, 0], case.cells[0, 1, 0] = "slope", "intercept"
    case.cells[0, 14, 4] = "=SUM(E4:E13)"
    if correlated:
        case.cells[0, 15, 4] = "=1-E15/SUMXMY2(B4:B13,C4:C13)"
    return case


def solver(wrong: bool = False) -> Case:
    """A logistic fit for the Solver: a loss, gradients beside it, and no update."""
    case = Case(tables=1)
    case.cells |= {(0, 0, 0): "b", (0, 0, 1): 0.2, (0, 1, 0): "w", (0, 1, 1): 0.5}
    xs, ts = [0.5, -1.2, 2.0, 0.1, -0.4, 1.5], [1.0, 0.0, 1.0, 0.0, 0.0, 1.0]
    for j, head in enumerate(("x", "t", "z", "p", "loss", "dL/db", "dL/dw")):
        case.cells[0, 3, j] = head
    for i, (x, t) in enumerate(zip(xs, ts, strict=True)):
        r = 4 + i
        case.cells[0, r, 0], case.cells[0, r, 1] = x, t
        case.cells[0, r, 2] = f"=$B$1+$B$2*{at(r, 0)}"
        case.cells[0, r, 3] = f"=1/(1+EXP(-{at(r, 2)}))"
        p, t_ = at(r, 3), at(r, 1)
        case.cells[0, r, 4] = f"=-({t_}*LN({p})+(1-{t_})*LN(1-{p}))"
        case.cells[0, r, 5] = f"={p}-{t_}"
        case.cells[0, r, 6] = f"=({p}-{t_})" if wrong else f"=({p}-{t_})*{at(r, 0)}"
    for j in (4, 5, 6):
        case.cells[0, 11, j] = f"=SUM({at(4, j)}:{at(9, j)})"
    case.gradients = [[(0, 11, 5)], [(0, 11, 6)]]
    return case


def pasted(wrong: bool = False) -> Case:
    """A macro's sheet: it pastes the new values over the old ones, so no formula does."""
    case = solver(wrong)
    case.cells |= {(0, 0, 3): "learning rate", (0, 0, 4): 0.1}
    return case


def newton(wrong: bool = False) -> Case:
    """Newton's method on a function: the gradient over the second derivative."""
    columns = [
        ("m", "x", "={m-}-{g-}/{h-}", 3.0),
        ("f", "f(x)", "={m}^4-3*{m}^2+{m}"),
        ("g", "f'(x)", "=4*{m}^3-6*{m}" if wrong else "=4*{m}^3-6*{m}+1"),
        ("h", "f''(x)", "=12*{m}^2-6"),
    ]
    return _table(columns, {}, 8)
