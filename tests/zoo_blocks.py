"""Descents in blocks of cells, over several sheets, and with matrices: see :mod:`zoo`."""

import random

from zoo import Case, at
from zoo_tables import points


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
