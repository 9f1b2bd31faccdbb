"""Parameters that are computed from themselves: iterative calculation makes one update at a time."""

import ast
from collections.abc import Mapping, Sequence

from gdlab.core.words import listed
from gdlab.reading.book import Key, Value
from gdlab.reading.graph import Graph, number
from gdlab.reading.labels import said
from gdlab.reading.losses import same
from gdlab.reading.updates import bare_terms

Values = dict[Key, Value]


def circular_parameters(graph: Graph) -> list[Key]:
    """The cells that become themselves plus or minus something, perhaps on a condition."""
    found = []
    for key, node in graph.circular.items():
        if not isinstance(graph.book.values.get(key), float):
            continue
        for part in ast.walk(node.template.tree or ast.Constant(0)):
            if isinstance(part, ast.expr) and any(
                node.inputs[leaf] == key for leaf in bare_terms(part)
            ):
                found.append(key)
                break
    return found


def rate_of(
    graph: Graph, gradients: Mapping[Key, Key], points: Sequence[Values]
) -> tuple[float, Key | None] | None:
    """The number times which every circular parameter's gradient is taken away, and its cell."""
    rates: list[float] = []
    for parameter, gradient in gradients.items():
        node = graph.circular.get(parameter)
        if node is None:
            return None
        for values in points:
            below = number(values.get(gradient))
            step = number(values.get(parameter)) - number(graph.value(node, values))
            rates.append(step / below if below else float("nan"))
    if not rates or not all(same(rates[0], one, 1e-7) for one in rates):
        return None
    cells = [key for one in gradients for key in graph.circular[one].cells]
    typed = [key for key in cells if same(number(graph.book.values.get(key)), abs(rates[0]), 1e-7)]
    exact = number(graph.book.values[typed[0]]) if typed else float(f"{abs(rates[0]):.10g}")
    return (exact if rates[0] > 0 else -exact), typed[0] if typed else None


def words_of_circle(graph: Graph, parameters: Sequence[Key], down: Mapping[int, bool]) -> str:
    """That some cells are computed from themselves, in words."""
    names = [said(graph.book, key, down[key[0]]) for key in parameters]
    verb = "are" if len(names) > 1 else "is"
    return (
        f"{listed(names)} {verb} computed from {'themselves' if len(names) > 1 else 'itself'}, as "
        "iterative calculation does: one update each time that the sheet is calculated"
    )
