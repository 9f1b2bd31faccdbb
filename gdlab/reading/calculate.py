"""The value of a formula without compiling it, for the many trees that are tried only once."""

from collections.abc import Mapping

from gdlab.reading.book import Key, Value
from gdlab.reading.graph import NAN, Graph, Node
from gdlab.reading.interpreted import tree_value


def calculate(graph: Graph, node: Node, values: Mapping[Key, Value]) -> float:
    """The value of a formula from the values of its cells; NaN for an error."""
    assert node.template.tree is not None
    try:
        found = tree_value(node.template.tree, graph.given(node, values))
    except (ArithmeticError, ValueError, TypeError, KeyError, IndexError):
        return NAN
    return NAN if isinstance(found, (complex, str)) else float(found)
