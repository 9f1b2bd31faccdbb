"""The verdicts on all gradients of a descent, column by column."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Set
from math import copysign

from gdlab.reading.book import Key, address
from gdlab.reading.causes import Causes
from gdlab.reading.choices import decays, quotients, with_decay, with_quotients
from gdlab.reading.far import look_farther
from gdlab.reading.gradient_verdicts import GradientJudge, Judged
from gdlab.reading.graph import NAN
from gdlab.reading.known_losses import mean_known_loss
from gdlab.reading.labels import ranges
from gdlab.reading.losses import RIGHT, SCALED, UNCHECKED, WRONG, same
from gdlab.reading.meant_loss import mend_loss
from gdlab.reading.no_loss import without_loss
from gdlab.reading.read import Found, Read
from gdlab.reading.result import GRADIENT, Finding, Gradient
from gdlab.reading.written import formula_text

ADDED = ", which the update adds"


def judge_gradients(read: Read, adding: Set[int]) -> tuple[list[Gradient], Found]:
    """The verdicts on all gradients, column by column, and findings about wrong ones."""
    differences = quotients(read) if read.loss is None and read.method is None else {}
    if read.loss is None and read.method is None:
        mean_known_loss(read)
    if read.loss is None:
        mend_loss(read)
    if read.loss is None:
        return without_loss(read)
    _extend(read)
    judged = GradientJudge(
        read.graph, read.descent, read.steps, read.loss, read.cells, read.points
    ).judge()
    judged = with_quotients(judged, differences)
    decaying = decays(read, judged)
    judged = with_decay(judged, decaying)
    gradients: list[Gradient] = []
    found: Found = []
    loss = read.loss_cells()
    if any(one.verdict in (RIGHT, SCALED) and not one.holds for one in judged):
        # The short form of a softmax is right only for targets that add up to 1.
        read.points = read.points[:2]
    uneven = _uneven(read, judged, adding)
    look_farther(read, judged, uneven)
    causes = Causes(read, judged)
    before_loss = _before_loss(read) if uneven else set()
    for number in _in_order(read, judged):
        own = [one for one in judged if one.chain == number]
        groups: dict[str, list[Judged]] = defaultdict(list)
        for one in own:
            groups[one.verdict].append(one)
        of = read.name_of(number)
        for verdict, ones in groups.items():
            because, factor = None, ones[0].factor
            if verdict == WRONG:
                because, finding = causes.explain(ones)
                found += [finding] if finding else []
                factor = None
            elif number in differences or number in decaying:
                because = differences.get(number) or decaying[number]
            elif verdict == SCALED:
                because = _scaled(factor, read.meant)
            elif verdict == RIGHT and read.meant:
                because = f"the derivative of {read.meant}"
            elif verdict == UNCHECKED:
                because, factor = "it has no value to compare at the points tried", None
            keys = [read.stands(one.cell) for one in ones]
            if verdict != WRONG and number in uneven:
                at = keys
                repair = causes.own_repair(ones[len(ones) // 2], uneven[number][1])
                because = _uneven_words(*uneven[number], repair.because if repair else "")
                if {one.cell for one in ones} & before_loss:
                    # The update uses the error itself as the gradient, and leaves out a factor.
                    updates = read.descent.chains[number].updates
                    at = [read.stands(updates[one.step]) for one in ones if one.step < len(updates)]
                found.append((ones[0].cell, _uneven_finding(read, number, at, because)))
            gradients.append(Gradient(ranges(read.book, keys), of, loss, verdict, factor, because))
    return gradients, found


def is_made_small(read: Read) -> bool:
    """Whether the loss is to be minimized: it is not negative at any point."""
    assert read.loss is not None
    keys = [
        key
        for step in list(read.steps.cells)[:20]
        for key in read.steps.of_role(read.graph, read.loss.role, step)
    ]
    numbers = [values.get(key, NAN) for values in read.points for key in keys]
    return all(not isinstance(one, (int, float)) or one != one or one >= 0 for one in numbers)


def _before_loss(read: Read) -> set[Key]:
    """The cells in all updates from which the loss is computed."""
    assert read.loss is not None
    found: set[Key] = set()
    for step, cells in read.steps.cells.items():
        found |= read.before(read.steps.of_role(read.graph, read.loss.role, step), set(cells))
    return found


def _uneven(read: Read, judged: list[Judged], adding: Set[int]) -> dict[int, tuple[float, float]]:
    """The parameters with a gradient whose factor differs from that of most others.

    The values are that factor and the one it should be.
    """
    factors = {
        one.chain: one.factor
        for one in judged
        if one.verdict in (RIGHT, SCALED) and one.factor is not None
    }
    small, down = is_made_small(read), falling(factors, adding)
    # A sign with which the loss falls is right even if it is rarer.
    those = [number for number in factors if down[number] or not small or not any(down.values())]
    counts = Counter(round(factors[number], 9) for number in those)
    if not counts:
        return {}
    usual = max(counts, key=lambda factor: (counts[factor], factor == 1))
    found = {}
    for number, factor in factors.items():
        # The opposite sign in both the gradient and its update is a choice.
        own = copysign(usual, factor) if small and down[number] else usual
        if round(factor, 9) != round(own, 9):
            found[number] = factor, own
    return found


def falling(factors: Mapping[int, float], adding: Set[int]) -> dict[int, bool]:
    """Whether the updates of each parameter reduce the loss, by the sign of its factor."""
    return {number: (factor > 0) != (number in adding) for number, factor in factors.items()}


def _uneven_words(factor: float, usual: float, change: str) -> str:
    return f"{factor:.6g} times the derivative, while the others' factor is {usual:.6g}: " + (
        change or _missing(factor / usual)
    )


def _missing(ratio: float) -> str:
    """An explanation for a factor that is ``ratio`` times the right one."""
    if same(ratio, -1):
        return "its sign is the other way round"
    if abs(ratio) < 1:
        return f"the factor {1 / ratio:.6g} is missing"
    return f"the factor {ratio:.6g} does not belong here"


def _uneven_finding(read: Read, number: int, keys: list[Key], because: str) -> Finding:
    first = keys[0]
    written = formula_text(read.book, first, read.graph.nodes[first])
    hint = f"the gradient of {read.name_of(number)} has another factor than the others"
    return Finding(
        read.book.sheets[first[0]], ranges(read.book, keys), GRADIENT, written, None, because,
        hint, tuple(address(key) for key in keys),
    )  # fmt: skip


def _extend(read: Read) -> None:
    """Add the gradients in the row after the last update, which are not used."""
    for number, chain in enumerate(read.descent.chains):
        last = len(chain.updates)
        if last < 2 or (number, last - 1) not in read.cells:
            continue
        a, b = read.cells.get((number, last - 2)), read.cells[number, last - 1]
        if a is None or a in read.sites.inside or b in read.sites.inside or a[0] != b[0]:
            continue
        after = (b[0], 2 * b[1] - a[1], 2 * b[2] - a[2])
        node = read.graph.nodes.get(after)
        if (
            node is not None
            and node.template is read.graph.nodes[b].template
            and read.descent.latest.get(after) == last
        ):
            read.cells[number, last] = after


def _scaled(factor: float | None, meant: str) -> str:
    derivative = f"the derivative of {meant}" if meant else "the derivative"
    if factor is None:
        return f"a constant times {derivative}"
    if same(factor, -1.0):
        return f"the negative of {derivative}{ADDED}"
    choice = f"{derivative}: a choice, not a slip"
    if abs(factor) < 1 and same(round(1 / factor), 1 / factor, 1e-6):
        return (
            f"1/{round(1 / factor)} times {choice}"
            if meant
            else (f"the derivative divided by {round(1 / factor)}: a choice, not a slip")
        )
    return f"{factor:.6g} times {choice}"


def _in_order(read: Read, judged: list[Judged]) -> list[int]:
    """The indices of the parameters in the order in which their gradients are computed."""
    position = read.graph.position
    first: dict[int, int] = {}
    for one in judged:
        at = position.get(one.cell, 0)
        first[one.chain] = min(first.get(one.chain, at), at)
    return sorted(first, key=lambda number: first[number])
