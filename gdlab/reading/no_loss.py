"""Judge the gradients of a sheet that shows no loss."""

import ast
from collections.abc import Sequence
from math import copysign

from gdlab.reading.book import Key, address
from gdlab.reading.causes import others_of
from gdlab.reading.graph import NAN, Node, number
from gdlab.reading.implied import implied, is_flat
from gdlab.reading.labels import label, ranges
from gdlab.reading.losses import RIGHT, UNCHECKED, WRONG, jacobian, same
from gdlab.reading.meant_loss import LOSS
from gdlab.reading.read import Found, Read
from gdlab.reading.repairs import find_repair
from gdlab.reading.result import GRADIENT, Finding, Gradient
from gdlab.reading.trees import is_difference
from gdlab.reading.written import formula_text

OTHER_FUNCTION = "they are the derivatives of one function, not of the loss in "
TORN = (
    "it and the other gradient are not the derivatives of one function, and which of them is wrong "
    "cannot be told without a loss"
)


def without_loss(read: Read) -> tuple[list[Gradient], Found]:
    """The verdicts on a sheet without a loss: right if a single function can have all gradients."""
    gradients: list[Gradient] = []
    found: Found = []
    step = read.descent.updates // 2
    verdicts = implied(read, step)
    if read.line is not None and all(verdicts):
        rows = jacobian(read.graph, read.descent, read.steps, read.cells, read.points[0], step)
        read.curved = {index: row[index] for index, row in enumerate(rows)}
    penalties = {
        index: words
        for index, verdict in enumerate(verdicts)
        if read.line is not None and verdict is False and (words := penalty_on(read, index, step))
    }
    whole = all((index, step) in read.cells for index in range(len(read.descent.chains)))
    shown = shown_loss(read, step) if whole else None
    flat = whole and is_flat(read, step)
    for index, chain in enumerate(read.descent.chains):
        keys = [
            read.cells[index, at] for at in range(len(chain.updates)) if (index, at) in read.cells
        ]
        if not keys:
            continue
        stands = [read.stands(key) for key in keys]
        verdict = {True: RIGHT, False: WRONG, None: UNCHECKED}[verdicts[index]]
        because = None if verdict == RIGHT else "no cell of the sheet is known to be the loss"
        if index in penalties:
            verdict, because = RIGHT, penalties[index]
        if verdict == RIGHT and shown is not None:
            verdict = UNCHECKED
            because = f"{OTHER_FUNCTION}{read.say(shown)}"
        if verdict == WRONG:
            because, finding, is_named = _not_of_one(read, index, step, stands)
            if is_named or read.line is None:
                found.append((keys[0], finding))
            else:
                verdict, because = UNCHECKED, TORN
        elif flat:
            because = "a step has no useful derivative: this is the perceptron's rule"
        gradients.append(
            Gradient(
                ranges(read.book, stands), read.name_of(index), None, verdict,
                1.0 if verdict == RIGHT else None, because,
            )
        )  # fmt: skip
    return gradients, found


def penalty_on(read: Read, index: int, step: int) -> str:
    """That one of a line's gradients has a penalty's share too; empty where the rest is none.

    The other gradient is the squared error's, which gives the share of the error in this one. The
    rest is a penalty if it is a multiple of the parameter, or of its sign.
    """
    chain = read.descent.chains[index]
    ratios, sizes = [], []
    for at in (step - 1, step, step + 1):
        pair = [read.cells.get((one, at)) for one in (index, 1 - index)]
        if None in pair:
            continue
        for values in read.points[:2]:
            rows = jacobian(read.graph, read.descent, read.steps, read.cells, values, at)
            own, other = (number(values.get(key)) for key in pair if key)
            share = rows[1 - index][index] / (rows[1 - index][1 - index] or NAN)
            parameter = number(values.get(chain.cells[at]))
            ratios.append((own - share * other) / (parameter or NAN))
            sizes.append((own - share * other) / copysign(1.0, parameter))
    tree = read.graph.nodes[read.cells[index, step]].template.tree or ast.Constant(0)
    signed = any(getattr(part, "id", "") == "sign" for part in ast.walk(tree))
    is_penalty = _all_alike(ratios) or (signed and _all_alike(sizes))
    if not is_penalty:
        return ""
    return f"the derivative of the squared error with a penalty on {read.name_of(index)}"


def _all_alike(numbers: Sequence[float]) -> bool:
    return all(same(one, numbers[0], 1e-7) for one in numbers)


def shown_loss(read: Read, step: int) -> Key | None:
    """A cell that is labelled as a loss, is never negative, and is not used in the step."""
    graph = read.graph
    used = {one for key in read.steps.cells[step] for one in graph.nodes[key].cells}
    for key in read.steps.cells[step]:
        below = any(number(values.get(key)) < 0 for values in read.points)
        own_label = label(read.book, key, read.down[key[0]])
        error = is_difference(graph.nodes[key].template.tree)
        if key not in used and not below and not error and LOSS.search(own_label):
            return key
    return None


def _not_of_one(read: Read, index: int, step: int, stands: list[Key]) -> tuple[str, Finding, bool]:
    """The finding about a gradient that does not belong to the same function as the others."""
    cell = read.cells[index, step]
    node = read.graph.nodes[cell]
    because = "not the derivative of the function whose derivatives the others are"

    def fits(changed: Node) -> bool:
        read.graph.nodes[cell] = changed
        try:
            verdicts = implied(read, step, alone=True)
        finally:
            read.graph.nodes[cell] = node
        return all(verdicts)

    others = others_of(read, step, cell)
    repair = find_repair(read.graph, cell, node, others, fits, read.say)
    expected = None
    if repair is not None:
        because += f": {repair.because}"
        if cell not in read.sites.inside and (index, 0) in read.cells:
            first = read.cells[index, 0]
            expected = formula_text(read.book, first, read.graph.node(first, repair.node.template))
    at = stands[0]
    first_node = read.graph.nodes[read.cells[index, 0]] if (index, 0) in read.cells else node
    finding = Finding(
        read.book.sheets[at[0]],
        ranges(read.book, stands),
        GRADIENT,
        formula_text(read.book, at, first_node),
        expected,
        because,
        f"this gradient of {read.name_of(index)} is not a derivative of what the others are",
        tuple(address(key) for key in stands),
    )
    return because, finding, repair is not None
