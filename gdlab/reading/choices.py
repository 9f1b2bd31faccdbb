"""Gradients that are not the derivative by choice: weight decay and difference quotients."""

import ast
from collections.abc import Iterator, Sequence

from gdlab.reading.book import Key, Value
from gdlab.reading.gradient_verdicts import Judged
from gdlab.reading.graph import is_cell, number
from gdlab.reading.losses import RIGHT, SCALED, WRONG, Explained, candidates, same, slopes_of
from gdlab.reading.read import Read
from gdlab.reading.sites import CELL, INLINE

# A difference quotient loses digits because its step is small.
QUOTIENT, LARGEST_READ_STEP = 1e-8, 0.2
MOST_ROLES_CHOSEN, MOST_DECAY = 6, 0.5
Values = dict[Key, Value]


def decays(read: Read, judged: Sequence[Judged]) -> dict[int, str]:
    """Parameters with a gradient that is the derivative plus a constant times the parameter.

    Such a gradient has a penalty that the loss on the sheet leaves out; the values say so in words.
    """
    assert read.loss is not None
    found: dict[int, str] = {}
    if not read.sites.forward:
        return found
    for index, chain in enumerate(read.descent.chains):
        own = [one for one in judged if one.chain == index and one.step < len(chain.updates)]
        if not own or any(one.verdict != WRONG for one in own):
            continue
        factor = read.loss.factors.get(index, 1.0)
        shares = []
        for values in read.points[:2]:
            slopes = slopes_of(
                read.graph, read.steps, read.loss.role, values, [one.step for one in own[:20]]
            )
            for one in own[:20]:
                parameter = chain.cells[one.step]
                weight = number(values.get(parameter))
                extra = number(values.get(one.cell)) - factor * slopes.get(parameter, 0.0)
                shares.append(extra / weight if weight else 0.0)
        # A number that the loss uses belongs to a penalty that the sheet shows.
        shown = {abs(number(read.book.values.get(key))) for key in _of_loss(read, own[0].step)}
        typed = {size for one in own[:1] for size in _numbers(read, one.cell)} - shown
        if (
            0 < shares[0] <= MOST_DECAY
            and all(same(share, shares[0], 1e-7) for share in shares)
            and any(same(shares[0], times * size) for size in typed for times in (1, 2))
        ):
            found[index] = (
                f"the derivative plus {shares[0]:.6g} times the parameter: weight decay, which "
                "the loss that is shown leaves out"
            )
    return found


def _of_loss(read: Read, step: int) -> set[Key]:
    """The typed cells that the loss of one update refers to directly, without ranges."""
    assert read.loss is not None
    found: set[Key] = set()
    stack = list(read.steps.of_role(read.graph, read.loss.role, step))
    seen = set(stack)
    while stack:
        node = read.graph.nodes[stack.pop()]
        found.update(one for one in node.inputs if is_cell(one) and one not in read.graph.nodes)
        own = [one for one in node.cells if one in read.graph.nodes and one not in seen]
        own = [one for one in own if read.descent.latest.get(one) == step]
        seen.update(own)
        stack += own
    return found


def with_decay(judged: Sequence[Judged], decaying: dict[int, str]) -> list[Judged]:
    """The verdicts, where wrong gradients of decaying parameters become choices."""
    for one in judged:
        if one.chain in decaying and one.verdict == WRONG:
            one.verdict, one.factor = SCALED, 1.0
    return list(judged)


def quotients(read: Read) -> dict[int, str]:
    """Gradients that are difference quotients of a cell, in words; that cell becomes the loss.

    Empty unless all gradients are such quotients, each with a step that is in its formula.
    """
    graph, descent = read.graph, read.descent
    step = descent.updates // 2
    indices = range(len(descent.chains))
    if any((index, step) not in read.cells for index in indices):
        return {}
    inside = read.steps.cells[step]
    for role in candidates(graph, descent, read.steps, step)[:MOST_ROLES_CHOSEN]:
        cells = read.steps.of_role(graph, role, step)
        found: dict[int, str] = {}
        for index in indices:
            parameter = descent.chains[index].cells[step]
            given = [number(one.get(read.cells[index, step])) for one in read.points[:2]]
            for size in _steps(read, read.cells[index, step]):
                for words, ahead, behind in (
                    ("forward", size, 0.0), ("backward", 0.0, size), ("central", size, size),
                ):  # fmt: skip
                    wanted = [
                        (
                            _moved(read, cells, inside, values, parameter, ahead)
                            - _moved(read, cells, inside, values, parameter, -behind)
                        )
                        / (ahead + behind)
                        for values in read.points[:2]
                    ]
                    if all(same(a, b, QUOTIENT) for a, b in zip(given, wanted, strict=True)):
                        said = f"a {words} difference with the step {size:.6g}"
                        found.setdefault(index, said)
        if len(found) == len(indices):
            variants = {
                index: INLINE if read.cells[index, step] in read.sites.inside else CELL
                for index in indices
            }
            read.loss = Explained(role, variants, dict.fromkeys(indices, 1.0))
            return found
    return {}


def with_quotients(judged: Sequence[Judged], found: dict[int, str]) -> list[Judged]:
    """The verdicts, where difference quotients become right."""
    for one in judged:
        if one.chain in found:
            one.verdict = RIGHT
    return list(judged)


def _steps(read: Read, cell: Key) -> Iterator[float]:
    """Yield the small numbers, and their halves, that may be the step of a difference quotient."""
    numbers = _numbers(read, cell)
    yield from dict.fromkeys(
        one for one in (*numbers, *(one / 2 for one in numbers)) if 0 < one <= LARGEST_READ_STEP
    )


def _numbers(read: Read, cell: Key) -> list[float]:
    """The numbers in a formula and in the typed cells that it refers to."""
    node = read.graph.nodes[cell]
    found = [
        abs(float(part.value))
        for part in ast.walk(node.template.tree or ast.Constant(0))
        if isinstance(part, ast.Constant) and isinstance(part.value, (int, float))
    ]
    return found + [
        abs(number(read.book.values.get(key))) for key in node.cells if key not in read.graph.nodes
    ]


def _moved(
    read: Read,
    cells: Sequence[Key],
    inside: Sequence[Key],
    values: Values,
    parameter: Key,
    by: float,
) -> float:
    """The loss after one parameter has been moved."""
    shifted = values.copy()
    shifted[parameter] = number(values.get(parameter)) + by
    for key in inside:
        shifted[key] = read.graph.value(read.graph.nodes[key], shifted)
    return sum(number(shifted.get(key)) for key in cells)
