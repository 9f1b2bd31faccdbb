"""The values of a workbook's cells with some of them given, each computed when it is asked for."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gdlab.reading.book import Key, Value

if TYPE_CHECKING:
    from gdlab.reading.graph import Graph


class ValuesAt(dict[Key, Value]):
    """What every cell is with some cells given: of thousands of rows only some are looked at.

    A formula that fails is NaN, a cell that is not computed has its stored value.
    """

    def __init__(self, graph: "Graph", given: Mapping[Key, Value]) -> None:
        super().__init__(given)
        self.graph = graph

    def __missing__(self, key: Key) -> Value:
        nodes, stored = self.graph.nodes, self.graph.book.values
        # No recursion: a state goes back through every row.
        stack = [key]
        while stack:
            at = stack[-1]
            node = nodes.get(at)
            if node is None:
                self[at] = stored[at]
                stack.pop()
                continue
            before = [one for one in node.cells if one not in self and one in nodes]
            if before:
                stack += before
            else:
                self[at] = self.graph.value(node, self)
                stack.pop()
        return self[key]

    def get(self, key: Key, default: Any = None) -> Any:
        """A cell's value, or another one where it is empty."""
        try:
            return self[key]
        except KeyError:
            return default

    def copy(self) -> "ValuesAt":
        """The same values, to be changed apart."""
        return ValuesAt(self.graph, self)
