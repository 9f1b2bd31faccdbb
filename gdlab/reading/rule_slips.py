"""Find the one wrongly computed state of a known rule when the updates follow no rule."""

import itertools
from collections.abc import Iterator, Sequence

from gdlab.reading.book import Key, address
from gdlab.reading.labels import ranges
from gdlab.reading.losses import same
from gdlab.reading.matching import choices_of, constants_of
from gdlab.reading.read import Found, Read
from gdlab.reading.repairs import Repair, find_repair, gives
from gdlab.reading.result import UPDATE, Finding
from gdlab.reading.rule_between import wrong_between
from gdlab.reading.trial import DRAWN, Hyper, Order, Trial, drawn, expected
from gdlab.reading.variants import Variant, rules_as_they_are
from gdlab.reading.written import formula_text

MOST_SLIP_CHOICES = 400
NONE_WRONG = -1


def rule_slips(read: Read, which: Sequence[int]) -> tuple[str, Found] | None:
    """The rule that some updates are meant to follow, and findings on the wrong column.

    The findings include the correction. None if there is no such column.
    """
    for index in which:
        chain = read.descent.chains[index]
        step = max(len(chain.updates) // 2, 1)
        # With one update, a correction common to all states would look like part of the rate; so
        # two.
        updates = [one for at in (step, step + 1) if (one := drawn(read, index, at)) is not None]
        if not updates:
            continue
        numbers = constants_of(read.graph, read.descent, chain, index, read.cells)
        found = _slip(read, updates, numbers)
        if found is not None:
            return found
    return None


def _slip(
    read: Read, updates: list[Trial], constants: Sequence[tuple[float, Key | None]]
) -> tuple[str, Found] | None:
    update = updates[0]
    numbers = [value for value, _ in constants]
    typed = [key for _, key in constants if key is not None]
    tried = [(one, *_one_wrong(*one, update)) for one in _tried(len(update.states), numbers)]
    if any(wrong == NONE_WRONG for _, wrong, _ in tried):
        # With other hyperparameters, every state is right.
        return _taken(read, updates, [one for one, *_ in tried], typed)
    for (variant, *_), wrong, wanted in tried:
        if wrong is None:
            continue
        cell = update.states[wrong]
        others = [*typed, *(one for one in read.graph.nodes[cell].cells)]
        fits = gives(read.graph, update.points, wanted)
        repair = find_repair(read.graph, cell, read.graph.nodes[cell], others, fits, read.say)
        if repair is None:
            continue
        return variant.name, _finding(read, cell, repair, f"not what {variant.name} remembers")
    return _taken(read, updates, [one for one, *_ in tried], typed)


def _taken(
    read: Read, updates: list[Trial], tried: list[tuple[Variant, Hyper, Order]], typed: list[Key]
) -> tuple[str, Found] | None:
    """A finding on a cell between right states and the update that uses a wrong cell."""
    found = wrong_between(read, updates, tried, typed)
    if found is None:
        return None
    name, cell, repair = found
    return name, _finding(read, cell, repair, f"not what {name} takes")


def _finding(read: Read, cell: Key, repair: Repair, why: str) -> Found:
    graph, book = read.graph, read.book
    template = graph.nodes[cell].template
    keys = [key for key in graph.order if graph.nodes[key].template is template]
    first = keys[0]
    expected = formula_text(book, first, graph.node(first, repair.node.template))
    finding = Finding(
        book.sheets[first[0]], ranges(book, keys), UPDATE,
        formula_text(book, first, graph.nodes[first]), expected, f"{why}: {repair.because}",
        f"this is {why}", tuple(address(key) for key in keys),
    )  # fmt: skip
    return [(first, finding)]


def _tried(count: int, numbers: list[float]) -> Iterator[tuple[Variant, Hyper, Order]]:
    """Every rule with this many states, with numbers of the sheet and its states in any order."""
    for variant in rules_as_they_are(count):
        names = [name for name in variant.hyper if name != "lr"]
        choices = [choices_of(name, variant, numbers) for name in names]
        for values in itertools.islice(itertools.product(*choices), MOST_SLIP_CHOICES):
            for order in itertools.permutations(range(count)):
                yield variant, {"lr": 1.0, **dict(zip(names, values, strict=True))}, order


def _one_wrong(
    variant: Variant, hyper: Hyper, order: Order, update: Trial
) -> tuple[int | None, list[float]]:
    """The index of the only state that differs from the rule's, with its right values; else None.

    ``NONE_WRONG`` if all agree with the rule's.
    """
    wanted: list[tuple[float, ...]] = []
    ratio = None
    for draw in range(DRAWN):
        found = expected(variant, hyper, order, update, draw)
        if found is None:
            return None, []
        states, step = found
        ratio = update.steps[draw] / step if ratio is None else ratio
        if not same(update.steps[draw], ratio * step):
            return None, []
        wanted.append(states)
    wrong = [
        k
        for k in range(len(order))
        if not all(same(row[k], update.after[draw][order[k]]) for draw, row in enumerate(wanted))
    ]
    if not wrong:
        return NONE_WRONG, []
    if len(wrong) != 1:
        return None, []
    return order[wrong[0]], [row[wrong[0]] for row in wanted]
