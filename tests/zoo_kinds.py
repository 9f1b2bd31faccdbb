"""All kinds of workbooks of the zoo, and the case of a seed: see :mod:`zoo`."""

import random
from collections.abc import Callable, Sequence

from zoo import Case
from zoo_blocks import blocks, minibatch, mmult, two_sheets, wide_batch
from zoo_lines import lesson, line_batch_rows, line_inline, line_rows, table_beside, two_tables
from zoo_models import function, network, neuron, parabola, plane, ridge, softmax

Kind = Callable[[random.Random], Case]
KINDS: tuple[Kind, ...] = (
    line_rows, line_rows, line_rows, line_inline, line_batch_rows, line_batch_rows, blocks, blocks,
    table_beside, plane, plane, parabola, neuron, neuron, neuron, softmax, network, network,
    function, function, mmult, ridge, two_tables, two_sheets, wide_batch, lesson, minibatch,
)  # fmt: skip


def case_of(seed: int, kinds: Sequence[Kind] = KINDS) -> Case:
    """The case of a seed: the kinds in turn, each drawn from its own chance."""
    chance = random.Random(seed)
    kind = kinds[seed % len(kinds)]
    for _ in range(20):
        case = kind(chance)
        try:
            values = case.values()
        except (ArithmeticError, RecursionError):
            continue
        if all(abs(v) < 1e12 for v in values.values() if isinstance(v, float)):
            case.kind = kind.__name__
            return case
    raise ValueError(f"no case for seed {seed}")
