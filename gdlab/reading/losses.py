"""Find the cells of the loss, and the gradients of all parameters in all updates."""

import ast
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from math import inf
from operator import or_
from statistics import median_low

from gdlab.reading.book import Key, Value
from gdlab.reading.dead_gradients import add_dead_gradients
from gdlab.reading.descent import Chain, Descent
from gdlab.reading.graph import NAN, Graph
from gdlab.reading.sites import CELL, INLINE, LIMITED, MOVING, STEP, WIDE, Site, Sites, value_of
from gdlab.reading.steps import Steps

# Right gradients agree to 1e-13.
EXACT = 1e-9
MOST_LOSSES_TRIED, MOST_CELLS_TRIED = 60, 40_000
RIGHT, WRONG, SCALED, UNCHECKED = "right", "wrong", "scaled", "not checked"
Values = dict[Key, Value]


def slopes_of(
    graph: Graph, steps: Steps, role: int, values: Values, which: Sequence[int]
) -> dict[Key, float]:
    """The derivatives of the sum of a role's cells in each step, with respect to the step's cells.

    Values from earlier steps count as constants.
    """
    found: dict[Key, float] = {}
    for step in which:
        seeds = dict.fromkeys(steps.of_role(graph, role, step), 1.0)
        if seeds:
            found.update(graph.adjoints(seeds, values, lambda _: False, steps.cells[step]))
    return found


@dataclass
class Explained:
    """The role of a loss, and for every parameter how its gradient was found, and its factor."""

    role: int
    variants: dict[int, str]
    factors: dict[int, float]
    is_positive: bool = True

    @property
    def merit(self) -> tuple[int, int, bool]:
        """How many gradients it explains, how many of them without a factor, and its sign.

        The sign, whether the loss is positive, decides between an error and its absolute value.
        """
        whole = sum(abs(abs(factor) - 1) < EXACT for factor in self.factors.values())
        return len(self.factors), whole, self.is_positive


def same(a: float, b: float, limit: float = EXACT) -> bool:
    """Whether two numbers agree except for rounding; NaN agrees with nothing."""
    return abs(a - b) <= limit * max(abs(a), abs(b))


def tidy(factor: float) -> float:
    """A factor without rounding errors: 1, 2, 0.5, 1/30."""
    for near in (float(round(factor)), 1 / round(1 / factor) if abs(factor) < 1 else 1.0):
        if near and same(near, factor, 1e-12):
            return near
    return factor


def find_loss(
    graph: Graph, descent: Descent, steps: Steps, sites: Sites, points: list[Values]
) -> Explained | None:
    """The loss that explains most gradients, at up to five steps and two points.

    ``points`` are values with random parameters. None if no cell or column explains a gradient.
    """
    count = descent.updates
    some = sorted({min(max(count // 2 + apart, 0), count - 1) for apart in (-2, -1, 0, 1, 3)})
    at = some[len(some) // 2]
    gradients: dict[tuple[int, str], list[list[float]]] = {}
    for number, chain in enumerate(descent.chains):
        for variant in (CELL, STEP, INLINE, WIDE, MOVING, LIMITED):
            found = [sites.find(chain, step, variant) for step in some if step < len(chain.updates)]
            if found and all(found):
                gradients[number, variant] = [
                    [value_of(graph, site, values) for site in found if site] for values in points
                ]
    best: Explained | None = None
    users = [
        *steps.cells[at],
        *(chain.updates[at] for chain in descent.chains if at < len(chain.updates)),
    ]
    used = {one for key in users for one in graph.nodes[key].cells}
    for role in candidates(graph, descent, steps, at):
        shown = [values.get(key) for values in points for key in steps.of_role(graph, role, at)]
        is_positive = all(isinstance(one, float) and one >= 0 for one in shown)
        explained = Explained(role, {}, {}, is_positive)
        slopes = [slopes_of(graph, steps, role, values, some) for values in points]
        agreed: dict[int, tuple[float, int, bool]] = {}
        for (number, variant), rows in gradients.items():
            chain = descent.chains[number]
            ratios = [
                ratio
                for one, row in zip(slopes, rows, strict=True)
                for step, value in zip(some, row, strict=False)
                if (ratio := _ratio(value, one.get(chain.cells[step], 0.0))) == ratio
            ]
            if len(ratios) < 2:
                continue
            factor = median_low(ratios)
            count = sum(abs(ratio) < inf and same(ratio, factor) for ratio in ratios)
            # With an input of 1, a delta equals a gradient. Prefer the reading that fits more
            # updates, and a gradient to a step.
            merit = count / len(ratios), count, same(abs(factor), 1.0)
            if 0 < abs(factor) < inf and merit > agreed.get(number, (0.6, 0, False)):
                agreed[number] = merit
                explained.variants[number] = variant
                explained.factors[number] = tidy(factor)
        if 2 * len(explained.factors) < len(descent.chains) and not used.isdisjoint(
            steps.of_role(graph, role, at)
        ):
            continue  # an error or a prediction, which is the loss of one wrong gradient by chance
        moving = any(_moves(gradients[one]) for one in explained.variants.items())
        if moving and (best is None or explained.merit > best.merit):
            best = explained
    return best


def _moves(rows: Sequence[Sequence[float]]) -> bool:
    """Whether a gradient is not constant; a constant would be the derivative of many cells."""
    return any(value != rows[0][0] for row in rows for value in row)


def _ratio(value: float, slope: float) -> float:
    """The ratio of a gradient to the derivative; inf if only the latter is 0, NaN if both are."""
    if slope:
        return value / slope
    return inf if value else NAN


def candidates(graph: Graph, descent: Descent, steps: Steps, step: int) -> list[int]:
    """The possible roles of the loss: they depend on all parameters; unused cells come first."""
    cells = steps.cells[step]
    number_of = {
        chain.cells[step]: n for n, chain in enumerate(descent.chains) if step < len(chain.updates)
    }
    reached: dict[Key, int] = {key: 1 << number for key, number in number_of.items()}
    users: Counter[Key] = Counter()
    for key in cells:
        bits = 0
        for cell in graph.nodes[key].cells:
            bits |= reached.get(cell, 0)
            users[cell] += 1
        reached[key] = bits
    # All parameters except those that no other cell of the step uses.
    every = reduce(or_, (reached[key] for key in cells), 0)
    by_role: dict[int, int] = defaultdict(int)
    ends: dict[int, bool] = defaultdict(bool)
    for key in cells:
        role = steps.roles[key]
        by_role[role] |= reached[key]
        ends[role] |= not users[key]
    parameters = {steps.roles[chain.cells[0]] for chain in descent.chains}
    full = [role for role, bits in by_role.items() if bits == every and role not in parameters]
    full.sort(key=lambda role: not ends[role])
    most = max(4, min(MOST_LOSSES_TRIED, MOST_CELLS_TRIED // max(len(cells), 1)))
    return full[:most]


def gradient_cells(
    graph: Graph, descent: Descent, sites: Sites, explained: Explained | None
) -> dict[tuple[int, int], Key]:
    """The gradients' cells by index of parameter and update; a part of a formula gets a new cell.

    If the loss does not decide, the gradient is a cell in the update, unless data are next to it.
    """
    found: dict[tuple[int, int], Key] = {}
    typed = _typed_rates(descent, sites, explained) if explained else {}
    # If one update has 2*error*x and another one 2*error, the 2 belongs to the gradient.
    inside = any(
        _within(sites, chain, len(chain.updates) // 2) for chain in descent.chains if not explained
    )
    for number, chain in enumerate(descent.chains):
        usual = explained.variants.get(number) if explained else None
        late = bool(explained) and usual is None and sites.is_late(chain)
        rate = typed.get(number, median_low(list(typed.values())) if typed else None)
        site: Site | None = None
        for step in range(len(chain.updates)):
            if again := sites.again(chain, step, site):
                site = again
            elif usual is not None:
                site = sites.find(chain, step, usual)
            elif late:
                site = sites.taken(chain, step)
            else:
                # If each update computes its rate, the gradient is the other factor.
                rated = sites.computed_rates(step)
                site = sites.find(chain, step, CELL) if rated else _within(sites, chain, step)
                if site is None and inside:
                    site = sites.find(chain, step, WIDE)
                    if site is not None and isinstance(site.part, ast.Name):
                        # In t - output, if no loss uses t, the gradient is not only the output.
                        site = sites.find(chain, step, MOVING)
                site = site or sites.find(chain, step, STEP) or sites.find(chain, step, CELL)
            if site is not None:
                own = rate if explained else site.typed_rate
                if own is not None and site.has_no_rate:
                    site = site.with_rate(own)
                found[number, step] = sites.put(site, number, step)
    add_dead_gradients(graph, descent, found)
    sites.order()
    return found


def _within(sites: Sites, chain: Chain, step: int) -> Site | None:
    """The gradient inside the formula of an update, if it is more than a single cell."""
    site = sites.find(chain, step, INLINE)
    return None if site is None or isinstance(site.core, ast.Name) else site


def _typed_rates(descent: Descent, sites: Sites, explained: Explained) -> dict[int, float]:
    """The learning rates that are typed as numbers in the updates' formulas, by parameter.

    Such a number is not a factor of the gradient and is removed from it.
    """
    found = {}
    for number, factor in list(explained.factors.items()):
        chain = descent.chains[number]
        site = sites.find(chain, len(chain.updates) // 2, explained.variants[number])
        if site is not None and site.has_no_rate and abs(factor) < 1:
            found[number] = abs(factor)
            explained.factors[number] = factor / abs(factor)
    return found


def jacobian(
    graph: Graph,
    descent: Descent,
    steps: Steps,
    cells: dict[tuple[int, int], Key],
    values: Values,
    step: int,
) -> list[list[float]]:
    """The derivatives of all gradients of one update with respect to all parameters, a row each."""
    position = graph.position
    within = sorted(
        {*steps.cells[step], *(key for (_, at), key in cells.items() if at == step)},
        key=lambda key: position[key],
    )
    rows = []
    for number in range(len(descent.chains)):
        slopes = graph.adjoints({cells[number, step]: 1.0}, values, lambda _: False, within)
        rows.append([slopes.get(chain.cells[step], 0.0) for chain in descent.chains])
    return rows
