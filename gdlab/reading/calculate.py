"""One formula's value without compiling it: for the many trees that are tried once."""

from collections.abc import Mapping

from gdlab.reading.book import Key, Value
from gdlab.reading.graph import NAN, Graph, Node
from gdlab.reading.interpreted import tree_value


def calculate(graph: Graph, node: Node, values: Mapping[Key, Value]) -> float:
    """A formula's value from the values of its cells; NaN for an error."""
    assert node.template.tree is not None
    try:
        found = tree_value(node.template.tree, graph.given(node, values))
    except (ArithmeticError, ValueError, TypeError, KeyError, IndexError):
        return NAN
    return NAN if isinstance(found, (complex, str)) else float(found)
