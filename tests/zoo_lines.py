"""The line, one update a row, as people lay it out: see :mod:`zoo`."""

import random

from zoo import Case, at
from zoo_tables import FAST, RULES, Table, descent, points


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
    case.updates = table.keys_of("mb", 1, n)
    case.gradients = table.keys_of("mb", 1, n)
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
    descent = (("m", "m", "={m-}-{lr!}*{gm-}", 0.0), ("b", "b", "={b-}-{lr!}*{gb-}", 0.0))
    if form == "closed":
        columns = [
            *descent,
            ("loss", "cost", f"={h}SUMPRODUCT(({Y}-({{m}}*{X}+{{b}}))^2){over}"),
            ("gm", "dJ/dm", f"={t}({{m}}*SUMSQ({X})+{{b}}*SUM({X})-SUMPRODUCT({X},{Y})){over}"),
            ("gb", "dJ/db", f"={t}({{m}}*SUM({X})+{n}*{{b}}-SUM({Y})){over}"),
        ]  # fmt: skip
    else:
        columns = [
            *descent,
            ("loss", "cost", f"={h}SUMPRODUCT(({{m}}*{X}+{{b}}-{Y})^2){over}"),
            ("gm", "dJ/dm", f"={t}SUMPRODUCT({{m}}*{X}+{{b}}-{Y},{X}){over}"),
            ("gb", "dJ/db", f"={t}SUMPRODUCT({{m}}*{X}+{{b}}-{Y}){over}"),
        ]  # fmt: skip
    table = Table(case, chance, columns, {"lr": 0.005 if mean else 0.001, "n": float(n)}, steps,
                  row=8 + n if chance.random() < 0.4 else None, column=4, plain=True)  # fmt: skip
    if table.row < r0 + n and table.column < 3:
        return line_batch_rows(chance)
    case.gradients = table.keys_of(("gm", "gb"), 0, steps)
    case.updates = table.keys_of("mb", 1, steps)
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
    case.gradients = table.keys_of(("gb", "gm"), 1, n + 1)
    case.updates = table.keys_of(("nb", "nm"), 1, n + 1)
    case.rules = ("rmsprop_lesson",)
    return case
