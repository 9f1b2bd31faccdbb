"""The text of the row loop: a small Python module written out per table.

It holds the rule's function as it stands, the model's, and a loop that calls them. The same text
is run as plain Python and compiled by Numba.
"""

import ast
import inspect
import math
from collections.abc import Iterable, Mapping
from functools import lru_cache

from gdlab.core.columns import Call, Step, Table, every_call, results
from gdlab.formulas import functions
from gdlab.language.grammar import FUNCTIONS, OF_MATH

# b**t inside 1 - b**t: from exp(-38) on, less than half a unit in the last place of 1, the
# difference is 1 to the last bit. The power is the slowest part of a row, so once all such powers
# have faded, a second loop leaves them out.
VANISHED = 38.0
# What rows are counted with. Compiled, these are unsigned: Numba lets a negative index count from
# the end, so with a signed one it tests every cell's.
COUNTING = "_zero, _one = (0, 1)"
# Python's own functions under names that no rule or model can have.
OWN = "_float, _range, _len = float, range, len"


@lru_cache(maxsize=256)
def module_text(table: Table, kept: tuple[str, ...] | None = None) -> str:
    """The module of a table: every function once, then ``run``.

    ``run`` writes every computed column of every row; with ``kept`` only these columns, and of
    the rows each ``_every``-th. It returns the parameters after the last row.
    """
    late = {_vanished(text)[0]: name for text, name in _late_names(table).items()}
    return with_functions(function_names(table) | late, _run_text(table, kept))


@lru_cache(maxsize=64)
def branching(text: str) -> str:
    """A module that tells the compiler of each choice by an equality that it seldom holds.

    ``t == 1``, or every sixth row: where it is not told, LLVM computes both values, and every row
    waits for the longer. Not for runs side by side, where one of them nearly always holds.
    """

    class Seldom(ast.NodeTransformer):
        def visit_IfExp(self, node: ast.IfExp) -> ast.IfExp:
            self.generic_visit(node)
            match node.test:
                case ast.Compare(ops=[ast.Eq()]):
                    node.test = ast.Call(ast.Name("_seldom"), [node.test], [])
            return node

    return ast.unparse(Seldom().visit(ast.parse(text))) if " == " in text else text


def with_functions(written: dict[str, str], loop: str) -> str:
    """A module: the functions, by their texts, under the names that ``loop`` calls; the loop."""
    sources = [text.replace("def _(", f"def {name}(", 1) for text, name in written.items()]
    used = [name for name in FUNCTIONS if any(f"{name}(" in text for text in (*sources, loop))]
    imports = [f"from math import {name}" for name in OF_MATH if name in used]
    imports += [f"pi = {math.pi!r}", COUNTING, OWN]
    own = [inspect.getsource(getattr(functions, name)) for name in used if hasattr(functions, name)]
    parts = ["\n".join(imports), *own, *sources, loop]
    return "\n\n\n".join(part.strip() for part in parts) + "\n"


def _all_calls(table: Table) -> list[Call]:
    return [*every_call(table.steps), *([table.schedule] if table.schedule else [])]


def function_names(table: Table) -> dict[str, str]:
    """A name for the text of every function, numbered, so that none can hide another name."""
    written = {call.formulas.source: call.formulas.name for call in _all_calls(table)}
    return {text: f"_{i}_{name}" for i, (text, name) in enumerate(written.items())}


@lru_cache(maxsize=256)
def _vanishing(table: Table) -> dict[str, tuple[str, ...]]:
    """The functions with a power that fades, and the hyperparameters that it is a power of."""
    if "t" not in table.counters:
        return {}
    found = {}
    for call in every_call(table.steps):
        bases = tuple(call.names[base] for base in _vanished(call.formulas.source)[1])
        if bases and set(bases) <= set(table.hyper):
            found[call.formulas.source] = bases
    return found


def fading_rows(table: Table, hyper: Mapping[str, float], rows: int) -> int:
    """How many of the rows come before all powers that fade have faded."""
    bases = [hyper[base] for several in _vanishing(table).values() for base in several]
    if not all(0 <= base < 1 for base in bases):
        return rows
    return min(rows, max((int(VANISHED / (1 - base)) + 1 for base in bases), default=0))


@lru_cache(maxsize=256)
def _vanished(text: str) -> tuple[str, tuple[str, ...]]:
    """A function's text with 1 - b**t written as 1 - 0, and the bases b; no other power is."""
    bases = []

    class Late(ast.NodeTransformer):
        def visit_BinOp(self, node: ast.BinOp) -> ast.BinOp:
            self.generic_visit(node)
            match node:
                case ast.BinOp(
                    ast.Constant(1.0),
                    ast.Sub(),
                    ast.BinOp(ast.Name(base), ast.Pow(), ast.Name("t")),
                ):
                    bases.append(base)
                    node.right = ast.Constant(0.0)
            return node

    return ast.unparse(Late().visit(ast.parse(text))), tuple(bases)


def _late_names(table: Table) -> dict[str, str]:
    """Names of the functions that stand in, without the power, once it has faded."""
    names = function_names(table)
    return {text: f"{names[text]}_late" for text in _vanishing(table)}


def _run_text(table: Table, kept: tuple[str, ...] | None) -> str:
    # The loop's own names begin with _; names of the grammar never do.
    written = function_names(table)
    arguments = ["_rows", "_fading", "_samples", "_every"]
    arguments += [*map(points_name, table.point), "_order"]
    arguments += [*table.starts, *table.epoch_starts, *table.hyper, "_out", "_epoch_out"]
    columns = table.computed if kept is None else kept
    lines = [
        f"def run({', '.join(arguments)}):",
        *(f"    {_cells(name)} = _out[{i}]" for i, name in enumerate(columns)),
        *(f"    {name} = {value!r}" for name, value in table.counts.items()),
        f"    {table.count} = _float(_samples)",
        *([f"    {table.start_rate} = {table.rate}"] if table.rate else []),
        "    _row = _e = _i = _zero",
    ]
    if _vanishing(table):
        lines += ["    while _row < _fading:", *_row_lines(table, kept, written)]
        written = written | _late_names(table)
    lines += ["    while _row < _rows:", *_row_lines(table, kept, written)]
    return "\n".join([*lines, f"    return ({', '.join(table.parameters)},)"])


def points_name(name: str) -> str:
    """What a loop calls the values of one column of the points."""
    return f"_points_{name}"


def _cells(name: str) -> str:
    """What a loop calls the cells of one column."""
    return f"_cells_{name}"


def counters(table: Table) -> dict[str, str]:
    """What the loop counts or is given in each row, as its text has it."""
    sample = "_order[_row]" if table.shuffled else "_i"
    counted = {
        "epoch": "_e + 1.0",
        "position": "_i + 1.0",
        "sample": f"{sample} + 1.0",
        "t": "_row + 1.0",
    }
    given = {name: f"{points_name(name)}[{sample}]" for name in table.point}
    return {name: counted[table.part(name).base] for name in table.counters} | given


def _row_lines(table: Table, kept: tuple[str, ...] | None, written: dict[str, str]) -> list[str]:
    """One row, and what follows an epoch's last; ``written`` names the functions that it calls.

    Rows and epochs are one loop: in a loop of few rows within another, LLVM works out the place of
    every column's next cell before each epoch. A cell is written as soon as its value is there, so
    that few values wait in registers.
    """
    stepped = set(results(table.steps))
    given = [name for name in table.computed if name not in stepped]
    lines = [f"{name} = {cell}" for name, cell in counters(table).items()]
    lines += _writes(given if kept is None else ())
    for step in table.steps:
        lines += step_lines([step], written, {*table.starts, *table.counts}, "")
        lines += _writes(results([step]) if kept is None else ())
    if kept:
        lines.append("if (_row + _one) % _every == _zero:")
        lines += [f"    {line}" for line in _writes(kept, "_row // _every")]
    lines += [f"{name} = {table.carrier(name)}" for name in table.parameters]
    lines += ["_row += _one", "_i += _one", "if _i == _samples:"]
    if table.schedule:
        lines.append(f"    {call_text(table.schedule, written)}")
        for i, column in enumerate(table.epoch_columns):
            lines.append(f"    _epoch_out[{i}][_e] = {column.name}")
        lines.append(f"    {table.rate} = {table.schedule.names['next_lr']}")
    lines += ["    _i = _zero", "    _e += _one"]
    return [f"        {line}" for line in lines]


def _writes(columns: Iterable[str], cell: str = "_row") -> list[str]:
    return [f"{_cells(name)}[{cell}] = {name}" for name in columns]


def step_lines(
    steps: Iterable[Step], written: dict[str, str], carried: set[str], indent: str
) -> list[str]:
    """The lines of one row's steps; ``written`` names the functions, ``carried`` names are kept."""
    lines = []
    for step in steps:
        if isinstance(step, Call):
            lines.append(indent + call_text(step, written))
            continue
        for head, chosen in (
            (f"if {step.test}:", step.then),
            ("else:", step.otherwise),
        ):
            idle = set(results([step])) - set(results(chosen)) - carried
            lines += [
                indent + head,
                *step_lines(chosen, written, carried, indent + "    "),
                *(f"{indent}    {name} = 0.0" for name in results([step]) if name in idle),
            ]
    return lines


def call_text(call: Call, written: dict[str, str]) -> str:
    """``(avg_slope,), (step_slope,) = _1_momentum(grad_slope, avg_slope, lr, beta)``."""
    groups = [
        f"({', '.join(call.names[name] for name in group)},)" if group else "_"
        for group in call.formulas.returned
    ]
    # Before the assignment, a carried name still holds the row above's value.
    arguments = [call.names[name].removesuffix("_prev") for name in call.formulas.arguments]
    return f"{', '.join(groups)} = {written[call.formulas.source]}({', '.join(arguments)})"
