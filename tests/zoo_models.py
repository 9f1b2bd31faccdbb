"""Other models than the line, one update a row: see :mod:`zoo`."""

import random

from zoo import Case
from zoo_tables import RULES, Table, descent, points


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
    which = chance.choice(("sgd", "ema", "adam"))
    descent(case, chance, data, forward, gradients, starts, 0.2, n, which)
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
    which = chance.choice(("sgd", "sgd", "ema", "adam"))
    descent(case, chance, data, forward, gradients, starts, 0.5, n, which)
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


def bare(chance: random.Random) -> Case:
    """A prediction, its error, and updates that use it: no loss and no gradient has a cell."""
    case = Case()
    n = chance.randint(6, 20)
    inputs = chance.choice(("x", "xu", "xu"))
    data = {name: [round(chance.uniform(-2, 2), 2) or 0.5 for _ in range(n)] for name in inputs}
    bias = inputs == "x" or chance.random() < 0.6
    case.model = "line" if inputs == "x" else None
    kind = chance.choice(("linear", "linear", "sigmoid"))
    ys = [
        float(sum(row) > 0) if kind == "sigmoid" else round(1 + 2 * row[0] - 0.7 * row[-1], 1)
        for row in zip(*data.values(), strict=True)
    ]
    z = "+".join([f"{{w{name}}}*{{{name}}}" for name in inputs] + ["{b}"] * bias)
    p = f"={z}" if kind == "linear" else f"=1/(1+EXP(-({z})))"
    falls = chance.random() < 0.5
    rate = chance.choice(("{lr!}", "{lr!}", "0.05", "2*{lr!}", "{rate-}"))
    step = ("-" if falls else "+") + rate + "*{e-}"
    parameters = [(f"w{name}", f"{{{name}-}}") for name in inputs] + [("b", "")] * bias
    by_row = [("k", "t", [float(i) for i in range(1, n + 1)]), ("rate", "rate", "=0.05/SQRT({k})")]
    columns = [
        *(by_row if "rate" in rate else []),
        *[(name, name, numbers) for name, numbers in data.items()],
        ("y", "target", ys),
        *[
            (name, name, f"={{{name}-}}{step}" + (f"*{times}" if times else ""), 0.1 * k)
            for k, (name, times) in enumerate(parameters, 1)
        ],
        ("p", "output", p),
        ("e", "error", "={p}-{y}" if falls else "={y}-{p}"),
    ]
    table = Table(case, chance, columns, {"lr": 0.05} if "lr" in rate else {}, n)
    case.updates = table.keys_of([name for name, _ in parameters], 1, n)
    case.gradients = case.updates
    case.rules = ("sgd", "gradient descent")
    return case


def bare_network(chance: random.Random) -> Case:
    """Backpropagation as textbooks have it: deltas in cells, updates that use them, no loss."""
    case = Case()
    n = chance.randint(6, 16)
    data = {name: [round(chance.uniform(-1, 1), 2) or 0.5 for _ in range(n)] for name in ("x", "u")}
    ys = [float(a * b > 0) for a, b in zip(*data.values(), strict=True)]
    adds = chance.random() < 0.6
    tanh = chance.random() < 0.3
    names = ["w11", "w12", "w21", "w22", "v1", "v2", *(["c1", "c2", "d"] * (chance.random() < 0.6))]
    inputs = {"w11": "*{x-}", "w12": "*{u-}", "w21": "*{x-}", "w22": "*{u-}"}
    inputs |= {"v1": "*{h1-}", "v2": "*{h2-}"}
    delta = {one: "{d1-}" if one in ("w11", "w12", "c1") else "{d2-}" for one in names}
    delta |= dict.fromkeys(("v1", "v2", "d"), "{do-}")
    bias = {one: f"+{{{one}}}" if one in names else "" for one in ("c1", "c2", "d")}

    def squashed(z: str) -> str:
        return f"=TANH({z})" if tanh else f"=1/(1+EXP(-({z})))"

    def slope(a: str) -> str:
        return f"(1-{a}^2)" if tanh else f"{a}*(1-{a})"

    step = ("+" if adds else "-") + "{lr!}*"
    error = "({t}-{o})" if adds else "({o}-{t})"
    columns = [
        *[(name, name, numbers) for name, numbers in data.items()],
        ("t", "target", ys),
        *[
            (one, one, f"={{{one}-}}{step}{delta[one]}{inputs.get(one, '')}",
             round(chance.uniform(-0.9, 0.9), 2) or 0.3)
            for one in names
        ],
        ("h1", "h1", squashed("{w11}*{x}+{w12}*{u}" + bias["c1"])),
        ("h2", "h2", squashed("{w21}*{x}+{w22}*{u}" + bias["c2"])),
        ("o", "output", squashed("{v1}*{h1}+{v2}*{h2}" + bias["d"])),
        ("do", "delta o", f"={error}*{slope('{o}')}"),
        ("d1", "delta 1", f"={{do}}*{{v1}}*{slope('{h1}')}"),
        ("d2", "delta 2", f"={{do}}*{{v2}}*{slope('{h2}')}"),
    ]  # fmt: skip
    table = Table(case, chance, columns, {"lr": 0.5}, n)
    case.updates = table.keys_of(names, 1, n)
    case.gradients = table.keys_of([*names, "do", "d1", "d2"], 1, n)
    case.rules = ("sgd", "gradient descent")
    return case


def bare_batch(chance: random.Random) -> Case:
    """A line's or a logistic curve's whole gradient inside every update, and no loss."""
    case = Case(model="line")
    n, steps = chance.randint(5, 9), chance.randint(6, 14)
    xs = [round(chance.uniform(-2, 3), 1) for _ in range(n)]
    logistic = chance.random() < 0.4
    ys = [round(2 * x + 1 + chance.uniform(-0.5, 0.5), 1) for x in xs]
    if logistic:
        ys, case.model = [float(x > 0.4) for x in xs], None
    for i, (x, y) in enumerate(zip(xs, ys, strict=True)):
        case.cells[0, 3 + i, 0], case.cells[0, 3 + i, 1] = x, y
    case.cells[0, 2, 0], case.cells[0, 2, 1] = "x", "y"
    X, Y = (f"$A$4:$A${3 + n}", f"$B$4:$B${3 + n}")
    p = f"{{m-}}*{X}+{{b-}}"
    p = f"1/(1+EXP(-({p})))" if logistic else f"({p})"
    adds = chance.random() < 0.5
    e = f"({Y}-{p})" if adds else f"({p}-{Y})"
    over = chance.choice(("", f"/{n}", f"*2/{n}"))
    sign = "+" if adds else "-"
    columns = [
        ("m", "slope", f"={{m-}}{sign}{{lr!}}*SUMPRODUCT({e}*{X}){over}", 0.1),
        ("b", "intercept", f"={{b-}}{sign}{{lr!}}*SUMPRODUCT({e}*1){over}", 0.2),
    ]
    table = Table(
        case, chance, columns, {"lr": 0.02}, steps, row=3, column=4, plain=True, headers="en"
    )
    case.updates = table.keys_of("mb", 1, steps)
    case.gradients = case.updates
    return case
