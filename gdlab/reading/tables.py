"""Describe one descent as a table: its kind, its gradients, and what is wrong in them."""

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import replace
from functools import partial

from gdlab.core.registry import rules
from gdlab.reading.anchors import unanchored
from gdlab.reading.book import Key, address
from gdlab.reading.circular import circle_words
from gdlab.reading.descent import Descent
from gdlab.reading.gradients import ADDED, falling, is_made_small, judge_gradients
from gdlab.reading.graph import Graph
from gdlab.reading.graph import number as number_of
from gdlab.reading.known_losses import is_choice
from gdlab.reading.labels import (
    ranges,
    speaks_of_curvature,
    speaks_of_descent,
    speaks_of_gradients,
)
from gdlab.reading.limits import clips
from gdlab.reading.losses import Explained, same
from gdlab.reading.matching import ASCENT, LACKS_RATE
from gdlab.reading.methods import CONJUGATE, NEWTON, has_computed_rate, is_exact_search
from gdlab.reading.no_loss import OTHER_FUNCTION
from gdlab.reading.read import Found, Read, Values
from gdlab.reading.recognition import Recognised, recognise
from gdlab.reading.result import UPDATE, Finding, FoundTable
from gdlab.reading.rule_slips import rule_slips
from gdlab.reading.runs import run_of
from gdlab.reading.schedules import DECAYS
from gdlab.reading.second_update import from_the_second
from gdlab.reading.siblings import sibling_slip
from gdlab.reading.updates import original
from gdlab.reading.whereabouts import (
    layout_of,
    model_words,
    names_of_ranges,
    parameters_of,
    range_of_table,
)
from gdlab.reading.words import table_words
from gdlab.reading.written import formula_text

UPHILL = "the step goes up the loss: + and - are exchanged"
METHOD_WORDS = {NEWTON: "Newton's method", CONJUGATE: "conjugate gradients"}


def table_of(
    graph: Graph,
    descent: Descent,
    points: Sequence[Values],
    down: dict[int, bool],
    faulty: Set[Key],
) -> tuple[FoundTable, Found] | str | None:
    """The table of one descent, and its faults, each with the cell where it begins.

    ``faulty`` are the cells that are wrong whatever their purpose. None for a recurrence that is
    no gradient descent, such as a balance with interest; a sentence for Newton's search for a
    root.
    """
    news = [new for chain in descent.chains for new in chain.updates]
    if len(set(news)) < len(news):
        return None  # a forecast's level goes on from its trend, and is no parameter of its own
    if lost := _lost(graph, descent):
        return lost
    read = Read(graph, descent, points, down)
    line = read.line
    samples = descent.updates
    recognised: list[Recognised | None] = []
    computed = read.method is None and has_computed_rate(graph, descent, read.cells)
    if read.method is None and not computed:
        recognised = recognise(graph, descent, read.cells, samples, read.sites.forward)
        if not any(recognised):
            recognised = from_the_second(read)
    adding = {number for number, one in enumerate(recognised) if one and ASCENT in one.differs}
    gradients, found = judge_gradients(read, adding)
    if not _is_descent(read, recognised):
        return _roots(read) if read.method else None
    rule, differs, hyper, wrong = (
        _rule(read, recognised) if not computed else (*_searched(read), {}, [])
    )
    found += wrong
    if any(UPHILL in one.because for _, one in wrong):
        gradients = [replace(one, because=one.because and one.because.removesuffix(ADDED))
                     for one in gradients]  # fmt: skip
    if rule is not None and not computed and read.method is None and clips(read, rule):
        differs.append("limits a gradient or a step before it is taken")
    circle = circle_words(graph, [chain.cells[0] for chain in descent.chains])
    differs += [circle] if circle else []
    sheet = descent.chains[0].cells[0][0]
    if len({chain.cells[0][0] for chain in descent.chains}) == 1 and descent.chains[0].updates:
        sheet = descent.chains[0].updates[0][0] if layout_of(read) != "sheets" else sheet
    table = FoundTable(
        sheet=graph.book.sheets[sheet],
        range=range_of_table(read, sheet),
        layout=layout_of(read),
        rule=rule,
        differs=differs,
        model="line" if line else None,
        loss=read.loss_cells(),
        updates=descent.updates,
        parameters=parameters_of(read),
        hyper={
            name: (value, address(cell) if cell else None) for name, (value, cell) in hyper.items()
        },
        gradients=gradients,
    )
    known = "sgd" if rule == "gradient descent" else rule
    settings = {name: value for name, (value, _) in hyper.items()}
    table.make_run = partial(run_of, read, known if known in rules() else None, settings)
    other = any((one.because or "").startswith(OTHER_FUNCTION) for one in gradients)
    has_faults = bool(found) or other or not faulty.isdisjoint(descent.latest)
    method = METHOD_WORDS.get(read.method.name, "") if read.method else ""
    table.words = table_words(
        table, model_words(read, line), names_of_ranges(read), has_faults, method
    )
    return table, found


def _lost(graph: Graph, descent: Descent) -> str:
    """Why single updates are not one step: one depends on another's result in an unknown way."""
    news = {new for chain in descent.chains for new in chain.updates}
    starts = [chain.cells[0] for chain in descent.chains]
    if descent.updates > 1 or not any(key in graph.nodes for key in starts):
        return ""
    stack, seen = [key for key in starts if key in graph.nodes], set(starts)
    while stack:
        for one in graph.nodes[stack.pop()].cells:
            if one in news:
                cells = ranges(graph.book, sorted(news))
                return f"{cells}: how one update goes into the next is not followed"
            if one in graph.nodes and one not in seen:
                seen.add(one)
                stack.append(one)
    return ""


def _is_descent(read: Read, recognised: Sequence[Recognised | None]) -> bool:
    """Whether the updates descend: they have a loss, a line's error, or such words on the sheet."""
    if read.loss is not None and (read.shows_loss or _is_known_loss(read, read.loss)):
        return True
    if read.method is not None:
        return speaks_of_curvature(read.book, read.descent.chains[0].cells[0][0])
    rated = any(one is not None and LACKS_RATE not in one.differs for one in recognised)
    if read.descent.updates == 1 and not rated:
        # A residual, y minus the fitted value, looks like a single update.
        return False
    if read.line is not None:
        return True
    sheets = {key[0] for chain in read.descent.chains for key in chain.cells}
    if len(read.descent.chains) == 1:
        # A forecast corrected by its error has these words too.
        return rated and any(speaks_of_gradients(read.book, sheet) for sheet in sheets)
    return bool(read.cells) and speaks_of_descent(read.book, sheets)


def _is_known_loss(read: Read, loss: Explained) -> bool:
    """Whether most gradients, and not one and the same, are a known loss's derivatives.

    Ratings of players, too, move by a multiple of one, which nobody means as a descent.
    """
    step = read.descent.updates // 2
    values = {number_of(read.points[0].get(read.cells[index, step])) for index in loss.factors}
    # A forecast's level and trend are moved by the error itself.
    is_most = 2 * len(loss.factors) > len(read.descent.chains) and len(values) > 1
    return is_most and all(map(is_choice, loss.factors.values()))


def _roots(read: Read) -> str:
    """What Newton's method searches if nothing shows that a function is minimised."""
    cells = ranges(read.book, read.descent.chains[0].updates)
    sheet = read.book.sheets[read.descent.chains[0].updates[0][0]]
    of = read.say(read.cells[0, read.descent.updates // 2])
    return f"{cells} on {sheet} is Newton's method for a root of {of}"


def _rule(
    read: Read, recognised: Sequence[Recognised | None]
) -> tuple[str | None, list[str], dict[str, tuple[float, Key | None]], Found]:
    """The rule of most parameters, and findings on the parameters with another update."""
    known = [one for one in recognised if one is not None]
    if read.method is not None:
        return *said_of_method(read), {}, []
    if not known:
        return _unknown(read, len(recognised))
    counts = Counter((one.name, tuple(one.differs)) for one in known)
    # If two are equally frequent, choose the one that differs least.
    usual = max(counts, key=lambda one: (counts[one], -len(one[1])))
    alike = [one for one in known if (one.name, tuple(one.differs)) == usual]
    # A number that is in no cell is more likely the slip.
    best = max(
        alike,
        key=lambda one: (
            _like(one, alike),
            not _takes_another(one, one),
            sum(cell is not None for _, cell in one.hyper.values()),
        ),
    )
    differs = list(best.differs)
    found = []
    rising, down = _rising(read, recognised)
    for number, one in enumerate(recognised):
        if one is not None and number in rising:
            found += _turned(read, number, recognised.index(best), down)
        elif number in down and one is not None and _other_sign(one, usual):
            continue
        elif decay := _only_decays(one, usual):
            # Usually biases do not decay when the weights do.
            differs.append(f"{decay}, for {read.name_of(number)}")
        elif _is_dead(read, number) if one is None else not read.loss and _but_for_sign(one, usual):
            # After a step function a threshold is added and weights are subtracted, or the reverse.
            continue
        elif (
            one is None
            or (one.name, tuple(one.differs)) != usual
            or not _like(one, [best])
            or _divides(one, best)
            or _takes_another(one, best)
        ):
            apart = sibling_slip(read, number, recognised.index(best))
            if apart:
                found += apart
                continue
            if one is not None and (one.name, tuple(one.differs)) == usual:
                continue  # own hyperparameters, which is a choice
            slip = rule_slips(read, [number]) if one is None and read.loss is not None else None
            if slip is not None and slip[0] == best.name:
                found += slip[1]
                continue
            if one is None and LACKS_RATE in usual[1] and 2 * len(alike) <= len(recognised):
                continue  # which of two unlike updates is right cannot be told
            if one is None:
                because = unanchored(read, number) or (
                    f"this update is not that of {usual[0]}, which the others follow"
                )
            else:
                own = [words for words in one.differs if words not in usual[1]]
                words = "; ".join(own) or f"it is that of {one.name}"
                because = f"this update differs from the other parameters': {words}"
            found += _updates(read, number, because)
    falls = recognised.index(best) in down
    return _named(read, best.name, differs, falls), differs, best.hyper, found


def _named(read: Read, name: str, differs: list[str], falls: bool) -> str:
    """The rule's name in the table; a plus is no difference if the loss falls with it."""
    factors = read.loss.factors if read.loss is not None else read.curved
    negative = bool(factors) and all(factor < 0 for factor in factors.values())
    if ASCENT in differs and (negative or falls):
        differs.remove(ASCENT)
    if read.descent.ahead and name in ("heavy_ball", "momentum"):
        differs.append(
            "takes the gradient ahead, where the velocity alone leads: Nesterov's method"
        )
    return "gradient descent" if name == "sgd" and not _samples_differ(read) else name


def _unknown(
    read: Read, count: int
) -> tuple[str | None, list[str], dict[str, tuple[float, Key | None]], Found]:
    """What to report for updates of no known rule."""
    lost = [(number, unanchored(read, number)) for number in range(count)]
    found = [one for number, why in lost if why for one in _updates(read, number, why)]
    every = range(count)
    slip = rule_slips(read, every) if not found and read.loss is not None else None
    return (slip[0], [], {}, slip[1]) if slip else (None, [], {}, found)


def _rising(read: Read, recognised: Sequence[Recognised | None]) -> tuple[set[int], set[int]]:
    """The parameters whose updates need the other sign, and those whose updates reduce the loss.

    A gradient with another sign than the others is reported elsewhere.
    """
    given = read.loss.factors if read.loss is not None else read.curved
    if not given or (read.loss is not None and not is_made_small(read)):
        return set(), set()
    adding = {number for number, one in enumerate(recognised) if one and ASCENT in one.differs}
    known = falling(given, adding)
    signs = Counter(given[number] > 0 for number, falls in known.items() if falls)
    sign = 1.0 if signs[True] >= signs[False] else -1.0
    # Where a gradient stands in no cell, its sign is as the others'.
    factors = {number: given.get(number, sign) for number in range(len(recognised))}
    down = {number for number, falls in falling(factors, adding).items() if falls}
    rising = {n for n in factors if n not in down and (factors[n] * sign > 0 or not signs)}
    return rising, down


def _turned(read: Read, number: int, usual: int, down: set[int]) -> Found:
    """Findings on an update that increases the loss, or on the state with the wrong sign."""
    apart = sibling_slip(read, number, usual) if usual in down else []
    at_update = not apart or apart[0][0] in read.descent.chains[number].updates
    return _updates(read, number, UPHILL) if at_update else apart


def _is_dead(read: Read, number: int) -> bool:
    """Whether a parameter's gradient depends on no parameter, which is reported as its fault."""
    gradient = read.cells.get((number, read.descent.updates // 2))
    return gradient is not None and gradient not in read.descent.latest


def _like(one: Recognised, others: Sequence[Recognised]) -> int:
    """How many of the others have an update's hyperparameters apart from the learning rate."""
    own, *theirs = (
        {name: value for name, (value, _) in each.hyper.items() if name != "lr"}
        for each in (one, *others)
    )
    return theirs.count(own)


def _divides(one: Recognised, best: Recognised) -> bool:
    """Whether an update divides by the rate by which another multiplies."""
    (own, typed), (other, cell) = (each.hyper.get("lr", (1.0, None)) for each in (one, best))
    return typed is None and cell is not None and own != other and same(own * other, 1.0)


def _takes_another(one: Recognised, best: Recognised) -> bool:
    """Whether an update's rate is the cell of another hyperparameter of the others."""
    cell = one.hyper.get("lr", (1.0, None))[1]
    return cell is not None and any(
        name != "lr" and other == cell for name, (_, other) in best.hyper.items()
    )


def _but_for_sign(one: Recognised, usual: tuple[str, tuple[str, ...]]) -> bool:
    """Whether an update equals the usual one except that it is added instead of subtracted."""
    own, others = ([w for w in words if w != ASCENT] for words in (one.differs, usual[1]))
    return one.name == usual[0] and own == others


def _other_sign(one: Recognised, usual: tuple[str, tuple[str, ...]]) -> bool:
    """Whether an update equals the usual one except for the exchanged plus and minus."""
    return (ASCENT in one.differs) != (ASCENT in usual[1]) and _but_for_sign(one, usual)


def _only_decays(one: Recognised | None, usual: tuple[str, tuple[str, ...]]) -> str:
    """How an update decays its parameter, if that is its only difference from the usual one."""
    if one is None or one.name != usual[0]:
        return ""
    more = [words for words in one.differs if words not in usual[1]]
    return more[0] if len(more) == 1 and more[0].endswith(DECAYS) else ""


def said_of_method(read: Read) -> tuple[str | None, list[str]]:
    """The name of the method if it is gradient descent, and how the update differs from it."""
    assert read.method is not None
    if read.method.name == NEWTON:
        return None, [
            "divides the gradient by the second derivative"
            if len(read.descent.chains) == 1
            else "multiplies the gradient by the inverse of the second derivatives' matrix"
        ]
    if read.method.name == CONJUGATE:
        return None, ["goes along the gradient and a computed share of the last direction"]
    return _searched(read)


def _searched(read: Read) -> tuple[str, list[str]]:
    """A sentence about a learning rate that is computed from the current point."""
    exact = is_exact_search(
        read.cells, read.descent.updates, len(read.descent.chains), read.book.values
    )
    search = ", by an exact line search" if exact else ""
    return "gradient descent", [f"computes a new learning rate in every update{search}"]


def _samples_differ(read: Read) -> bool:
    """Whether two updates use different data: one sample each, or one batch each."""
    middle = max(read.descent.updates // 2 - 1, 0)
    seen = []
    for step in (middle, middle + 1):
        values = sorted(
            str(read.book.values.get(original(read.graph, cell)))
            for key in read.steps.cells.get(step, [])
            for cell in read.graph.nodes[key].cells
            if cell not in read.descent.latest
        )
        seen.append(values)
    return bool(seen[1]) and seen[0] != seen[1]


def _updates(read: Read, number: int, because: str) -> Found:
    chain = read.descent.chains[number]
    keys = chain.updates
    first = keys[0]
    written = (
        formula_text(read.book, first, read.graph.nodes[first])
        if first not in read.sites.inside.values()
        else None
    )
    cells = tuple(address(key) for key in keys)
    finding = Finding(
        read.book.sheets[first[0]], ranges(read.book, keys), UPDATE, written, None, because,
        "this update is not the one that the rule has", cells,
    )  # fmt: skip
    return [(first, finding)]
