"""Find the intended loss of a sheet on which no gradient is the derivative of any cell."""

import re

from gdlab.reading.book import Key
from gdlab.reading.causes import find_cause
from gdlab.reading.graph import number
from gdlab.reading.labels import label
from gdlab.reading.losses import Explained, candidates, same, slopes_of
from gdlab.reading.read import Read
from gdlab.reading.sites import CELL, INLINE
from gdlab.reading.updates import original

# Words for a loss in several languages; a function f(x), and its derivative f'(x) or df/dx.
LOSS = re.compile(
    r"loss|cost|err|kosten|verlust|fehler|perte|co[uû]t|entrop|likelihood|[SR]?M?SE\b|\b[EJL]\b|损失|"
    r"p[eé]rdida|custo|perda",
    re.IGNORECASE,
)
FUNCTION = re.compile(r"\s*([a-zA-Z])\s*(?:\(.*\))?\s*$")
# Not y, which is more likely a prediction.
MINIMISED = re.compile(r"\s*[fgh]\s*(?:\(.*\))?\s*$", re.IGNORECASE)
DERIVATIVE = re.compile(r"\s*(?:([a-zA-Z])\s*['′]\s*(?:\(.*\))?|d\s*([a-zA-Z])\s*/\s*d.*)\s*$")


def mend_loss(read: Read) -> None:
    """Find the loss of a sheet on which a single formula makes all gradients wrong.

    A cell that is not used and never negative may be intended as the loss. It is the loss if one
    small change of a formula makes every gradient its derivative.
    """
    graph, descent = read.graph, read.descent
    step = descent.updates // 2
    count = len(descent.chains)
    if any((number, step) not in read.cells for number in range(count)):
        return
    position = graph.position
    order = sorted(range(count), key=lambda one: position.get(read.cells[one, step], 0))
    used = {one for key in read.steps.cells[step] for one in graph.nodes[key].cells}
    used |= {read.cells[one, step] for one in range(count)}
    used |= {cell for chain in descent.chains for cell in graph.nodes[chain.updates[step]].cells}
    for role in candidates(graph, descent, read.steps, step)[:6]:
        cells = read.steps.of_role(graph, role, step)
        below = any(number(values.get(key)) < 0 for values in read.points for key in cells)
        is_alone = bool(cells) and count == 1 and _is_of_parameter(read, cells[0], step)
        if not cells or not (is_alone or used.isdisjoint(cells)):
            continue
        is_function = count == 1 and _is_function(read, cells[0], read.cells[0, step])
        if below and not (is_function or is_alone):
            continue
        slopes = [slopes_of(graph, read.steps, role, values, [step]) for values in read.points]
        wanted = [[one.get(chain.cells[step], 0.0) for one in slopes] for chain in descent.chains]
        if not is_function and all(same(*one[:2]) for one in wanted):
            continue  # a linear function has no minimum
        read.loss = Explained(role, {}, {})
        targets = [(read.cells[one, step], wanted[one]) for one in order]
        if (
            is_function
            or find_cause(read, step, targets, {})
            # Or a change for each gradient, if the label says that this is a loss.
            or (
                LOSS.search(label(read.book, cells[0], read.down[cells[0][0]]))
                and all(find_cause(read, step, [one], {}) for one in targets)
            )
        ):
            variants = {
                one: INLINE if read.cells[one, step] in read.sites.inside else CELL
                for one in range(count)
            }
            read.loss = Explained(role, variants, dict.fromkeys(range(count), 1.0))
            return
        read.loss = None


def _is_of_parameter(read: Read, loss: Key, step: int) -> bool:
    """Whether a cell is labelled as a function or a loss, and depends, like the gradient, only on
    the single parameter and not on data."""
    name = label(read.book, loss, read.down[loss[0]])
    if not LOSS.search(name) and not MINIMISED.match(name):
        return False
    stack, seen = (
        [loss, read.cells[0, step]],
        {original(read.graph, read.descent.chains[0].cells[step])},
    )
    while stack:
        key = original(read.graph, stack.pop())
        if key not in seen:
            seen.add(key)
            if key not in read.graph.nodes:
                return False
            stack += read.graph.nodes[key].cells
    return True


def _is_function(read: Read, loss: Key, gradient: Key) -> bool:
    """Whether the labels say that one cell is a function and the other one its derivative."""
    names = [label(read.book, key, read.down[key[0]]) for key in (loss, read.stands(gradient))]
    function = FUNCTION.match(names[0])
    derivative = DERIVATIVE.match(names[1])
    return bool(function and derivative) and (function or [""])[1] == (
        (derivative or [""])[1] or (derivative or ["", "", ""])[2]
    )
