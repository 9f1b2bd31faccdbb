"""Random parameters and data that show errors in a formula which the stored numbers may hide."""

import ast
import random
import zlib
from collections import defaultdict
from collections.abc import Iterable

from gdlab.reading.book import Key
from gdlab.reading.descent import Descent
from gdlab.reading.graph import Graph, number

SPREAD, SHIFT = 0.3, 0.1
KEPT = (0.0, 1.0, -1.0)


def chance(*what: object) -> float:
    """A reproducible random number between -1 and 1, from a hash of the arguments."""
    return zlib.crc32(repr(what).encode()) / 2**31 - 1


def parameters_at(graph: Graph, descents: Iterable[Descent], draw: int) -> dict[Key, float]:
    """Every parameter before every update, moved at random, independently of the others."""
    found = {}
    moves = random.Random(f"parameters {draw}")
    for descent in descents:
        for chain in descent.chains:
            for key in chain.cells:
                value = number(graph.book.values.get(key, 0.0))
                if not abs(value) < 1e6:
                    value = 1.0
                move = 2 * moves.random() - 1
                found[key] = value + (SPREAD * abs(value) + SHIFT) * move
    return found


def constants(graph: Graph) -> list[Key]:
    """The cells with numbers, not formulas, that formulas use."""
    used: dict[Key, None] = {}
    for node in graph.nodes.values():
        for key in node.cells:
            if key not in graph.nodes and isinstance(graph.book.values.get(key), float):
                used[key] = None
    return list(used)


def data_at(graph: Graph, keys: list[Key], kept: frozenset[Key], draw: int) -> dict[Key, float]:
    """Typed numbers moved at random; equal numbers move equally, and some do not move.

    A column with a single number, 0, 1 or -1, such as the ones beside a bias, is kept, and so are
    the numbers in ``kept``, which conditions use.
    """
    columns: dict[tuple[int, int], set[float]] = defaultdict(set)
    for key in keys:
        columns[key[0], key[2]].add(number(graph.book.values[key]))
    found = {}
    for key in keys:
        value = graph.book.values[key]
        assert isinstance(value, float)
        alone = len(columns[key[0], key[2]]) == 1
        if key in kept or (alone and value in KEPT):
            continue
        found[key] = value * (1 + SPREAD * chance("data", draw, value)) + (
            0.05 * chance("shift", draw) if value == 0 else 0.0
        )
    return found


def compared(graph: Graph) -> frozenset[Key]:
    """The typed cells that formulas with a condition refer to."""
    found: set[Key] = set()
    conditional: dict[int, bool] = {}
    for node in graph.nodes.values():
        tree = node.template.tree
        if id(node.template) not in conditional:
            conditional[id(node.template)] = tree is not None and any(
                isinstance(part, ast.Compare) for part in ast.walk(tree)
            )
        if not conditional[id(node.template)]:
            continue
        stack = list(node.cells)
        while stack:
            key = stack.pop()
            if key not in found and key not in graph.nodes:
                found.add(key)
    return frozenset(found)
