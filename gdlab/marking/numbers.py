"""Pleasant numbers for a practice sheet: points, starts and rates that a seed draws.

Whole points, starts and rates of one or two digits; steps large enough to be seen at a few
decimals; no error near 0, no x, start or share with which a slip would not show, or would look like
another one; a schedule that acts within the rows; no explosion.
"""

import random
from typing import Any, NamedTuple

from gdlab.core.model import LINE, Model, find_model
from gdlab.core.registry import Rule
from gdlab.core.symbols import LIMITS, SHARE
from gdlab.core.trace import Trace, trace
from gdlab.marking.separating import COMPARED_DECIMALS, Hidden, hidden

DRAWN_STARTS = (-1.3, 1.4, 1.7, 2.3, 2.6, 3.2, 3.7)
# With one of these a product looks like a sum, or like a factor forgotten.
TELLING_NOTHING = (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0)
SHORT_MEMORY = (0.6, 0.7, 0.8, 0.9)
LONG_MEMORY = (0.8, 0.9, 0.95, 0.99)
# No power of ten: a rate forgotten would be a decimal point out of its place.
DRAWN_RATES = tuple(
    digit * 10.0**power if power >= 0 else digit / 10.0**-power
    for power in range(3, -6, -1)
    for digit in (5, 3, 2)
)
USUAL_RATES = tuple(rate for rate in DRAWN_RATES if rate <= 1)
# What a schedule is given, by the number of updates.
FACTORS, DECAYS = (0.4, 0.6, 0.7, 0.8), (0.7, 0.8, 0.9)
DRAWN_DECAYS = (0.01, 0.02, 0.05, 0.1)
# Nadam's own changes its momentum in the fifth digit.
DRAWN_MOMENTUM_DECAYS = (2.0, 3.0, 4.0)
# A larger eps is no mere guard against a division by 0: Adadelta's steps grow out of it.
NEGLIGIBLE_EPS = 1e-7
SMALLEST_STEP, LARGEST_STEP, LARGEST_ERROR, SMALLEST_ERROR = 0.02, 3.0, 25.0, 0.2
# A network's gradients are small, and so are its steps.
SMALLEST_MODEL_STEP = 0.001
TRIES = 20
# What so many runs hide is taken to show in none; more are tried where another hides less.
FEWEST_RUNS, MOST_RUNS_DRAWN = 4, 20
LOOKED_AT = 8  # rows


class Numbers(NamedTuple):
    """What one learner's sheet is given."""

    points: list[tuple[float, ...]]
    start: dict[str, float]
    hyper: dict[str, Any]


def numbers(
    rule: Rule, rows: int, seed: int, options: dict[str, Any], decimals: int | None = None
) -> Numbers:
    """Draw the numbers of sheet ``seed``: the same seed always gives the same sheet.

    ``options`` are further arguments of :func:`gdlab.trace`, which stay as they are. No usual slip
    gives the right number all through a column, at the ``decimals`` that are asked for, but for
    those that show in no numbers.

    Raises ValueError where no try gives a run without explosion.
    """
    model = find_model(options.get("model"))
    drawn = f"{rule.name} {rows} {seed}" + f" {model.name}" * (model.name != LINE)
    draw = random.Random(drawn)
    usable: Numbers | None = None
    bearable: Numbers | None = None
    pleasant = _LeastHidden()
    # Rates over 1 are tried where none of the usual ones will do.
    for rates in (*[USUAL_RATES] * TRIES, *[DRAWN_RATES] * TRIES):
        hyper = _hyper(draw, rule) | _schedule(draw, rows, options)
        hyper = {n: v for n, v in hyper.items() if n not in options}
        if model.name == LINE:
            given = Numbers(_points(draw, rows), _starts(draw), hyper)
        else:
            given = Numbers(_points_of(model, draw, rows), _starts_of(model, draw), hyper)
        if "scale" in options and rows > 1 and _has_constant(given.points):
            continue
        is_drawn = "lr" in rule.hyper and "lr" not in options
        for rate in draw.sample(rates, len(rates)) if is_drawn else [0.0]:
            tried = given._replace(hyper=given.hyper | ({"lr": rate} if rate else {}))
            run = trace(rule.name, tried.points, start=tried.start, **{**options, **tried.hyper})
            if run.exploded or (is_drawn and _is_default(rate, run.table.hyper["lr"])):
                continue
            if _pleasant(run):
                shown = COMPARED_DECIMALS if decimals is None else decimals
                found = pleasant.with_one_more(
                    tried, hidden(run, shown) if model.name == LINE else frozenset()
                )
                if found is not None:
                    return found
            usable = usable or tried
            bearable = bearable or (tried if _bearable(run) else None)
    usable = pleasant.best or bearable or usable
    if usable is None:
        raise ValueError(f"no points and rates were found with which {rule.name} does not explode")
    return usable


def _is_default(rate: float, default: float) -> bool:
    """Whether a rate is the rule's own, but for where its decimal point stands."""
    return f"{rate:.9e}".partition("e")[0] == f"{default:.9e}".partition("e")[0]


def _has_constant(points: list[tuple[float, ...]]) -> bool:
    """Whether a column is the same at every point: it has no scale."""
    return any(len(set(column)) == 1 for column in zip(*points, strict=True))


def _points(draw: random.Random, rows: int) -> list[tuple[float, ...]]:
    slope, intercept = draw.choice((-2, 2, 3)), draw.randint(-5, 9)
    points: list[tuple[float, ...]] = []
    for row in range(1, rows + 1):
        # One x is not the next one, nor 1 off it: one of the row above, or x + 1, would not show.
        # After the last one the first comes again.
        near = [x for x, _ in points[-1:] + points[:1] * (row == rows)]
        x = draw.choice([x for x in range(3, 10) if all(abs(x - one) > 1 for one in near)])
        line = slope * x + intercept
        # Nor is its y, which may be taken for it, nor -y.
        y = draw.choice([y for y in range(line - 2, line + 3) if abs(abs(y) - x) > 1])
        points.append((float(x), float(y)))
    return points


def _points_of(model: Model, draw: random.Random, rows: int) -> list[tuple[float, ...]]:
    """Points of a model's own, in another order; of a model that has none, tenths from -2 to 2."""
    if model.points is None:
        return [tuple(draw.randint(-20, 20) / 10 for _ in model.data) for _ in range(rows)]
    own = list(zip(*model.points(), strict=True))
    return [point for _ in range(-(-rows // len(own))) for point in draw.sample(own, len(own))][
        :rows
    ]


def _starts_of(model: Model, draw: random.Random) -> dict[str, float]:
    """Starts a few tenths from the model's own, no two of them the same, each of which tells."""
    tenths = draw.sample(range(-10, 11), len(model.parameters))
    starts = {
        name: round(start + tenth / 10, 2)
        for tenth, (name, start) in zip(tenths, model.parameters.items(), strict=True)
    }
    differ = len({*starts.values(), *TELLING_NOTHING}) == len(starts) + len(TELLING_NOTHING)
    return starts if differ else _starts_of(model, draw)


def _starts(draw: random.Random) -> dict[str, float]:
    # Two different ones, so that taking one for the other shows.
    intercept, slope = draw.sample(DRAWN_STARTS, 2)
    return {"intercept": intercept, "slope": slope}


def _hyper(draw: random.Random, rule: Rule) -> dict[str, float]:
    """A short memory for each share, the longer one where the rule's own is longer."""
    chosen: dict[str, float] = {}
    for name, default in rule.hyper.items():
        if LIMITS.get(name) is SHARE and default > 0:
            memories = LONG_MEMORY if default > max(SHORT_MEMORY) else SHORT_MEMORY
            taken = (*chosen.values(), default)
            chosen[name] = draw.choice([m for m in memories if m not in taken])
        elif name == "weight_decay" or (name == "eps" and default > NEGLIGIBLE_EPS):
            chosen[name] = draw.choice(DRAWN_DECAYS)
        elif name == "momentum_decay":
            chosen[name] = draw.choice(DRAWN_MOMENTUM_DECAYS)
    return chosen


def _schedule(draw: random.Random, rows: int, options: dict[str, Any]) -> dict[str, float]:
    """What makes a schedule act within the rows."""
    updates = rows * options.get("epochs", 1)
    match options.get("schedule"):
        case "step_decay":
            return {"factor": draw.choice(FACTORS), "interval": max(1, min(3, updates // 2))}
        case "exponential":
            return {"decay": draw.choice(DECAYS)}
        case "cosine":
            return {"period": updates + draw.randint(1, 3)}
        case "warmup_cosine":
            return {"warmup": max(1, updates // 2), "period": updates + draw.randint(2, 4)}
    return {}


class _LeastHidden:
    """Numbers that can be worked with by hand, and the slips that each of them hides."""

    def __init__(self) -> None:
        self.seen: list[tuple[Numbers, frozenset[Hidden]]] = []

    def with_one_more(self, tried: Numbers, hidden: frozenset[Hidden]) -> Numbers | None:
        """The numbers that hide none but those that all hide; None while others may be better."""
        self.seen.append((tried, hidden))
        if not hidden:
            return tried
        never = frozenset.intersection(*(one for _, one in self.seen))
        if len(self.seen) == MOST_RUNS_DRAWN or (
            len(self.seen) >= FEWEST_RUNS and any(one == never for _, one in self.seen)
        ):
            return self.best
        return None

    @property
    def best(self) -> Numbers | None:
        """The first numbers that hide fewest."""
        return min(self.seen, key=lambda one: len(one[1]))[0] if self.seen else None


def _pleasant(run: Trace) -> bool:
    if run.table.model.name != LINE:
        return _moving(run)
    errors = [abs(error) for error in run.column("error").tolist()]
    # On a long sheet the line is found in the end; no errors stay large then.
    if min(errors[:LOOKED_AT]) < SMALLEST_ERROR or max(errors) > LARGEST_ERROR:
        return False
    steps = _steps(run)
    return sorted(steps)[len(steps) // 4] >= SMALLEST_STEP and max(steps) <= LARGEST_STEP


def _bearable(run: Trace) -> bool:
    """Whether half of the steps can be seen: rectified Adam's first rectified ones are tiny."""
    steps = _steps(run)
    seen = sum(step >= SMALLEST_STEP for step in steps) >= len(steps) / 2
    is_line = run.table.model.name == LINE
    return (
        is_line
        and seen
        and max(steps) <= LARGEST_STEP
        and bool(abs(run.column("error")).min() >= SMALLEST_ERROR)
    )


def _moving(run: Trace) -> bool:
    """Whether most steps of a model can be seen, and none is far."""
    steps = _steps(run)
    return sorted(steps)[len(steps) // 2] >= SMALLEST_MODEL_STEP and max(steps) <= LARGEST_STEP


def _steps(run: Trace) -> list[float]:
    return [
        abs(step)
        for parameter in run.table.parameters
        for step in run.column(run.table.named("step", parameter)).tolist()[:LOOKED_AT]
    ]
