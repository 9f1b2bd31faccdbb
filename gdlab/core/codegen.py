"""Generate the source of the row loop: a small Python module for each table.

The module contains the functions of the rule and the model as they are written, and a loop that
calls them. The same source runs as plain Python or is compiled by Numba.
"""

import ast
import inspect
import math
from collections.abc import Iterable, Mapping
from functools import lru_cache

from gdlab.core.columns import Call, Step, Table, every_call, results
from gdlab.formulas import functions
from gdlab.language.grammar import FUNCTIONS, OF_MATH

# Once b**t is below exp(-38), less than half a unit in the last place of 1, 1 - b**t is exactly 1.
# The power is the slowest part of a row, so a second loop without it takes over when all such
# powers are that small.
VANISHED = 38.0
# The numbers that count rows. In compiled code they are unsigned: Numba checks every signed index
# for a negative value, which would count from the end.
COUNTING = "_zero, _one = (0, 1)"
# Python's own functions under names that no rule or model can have.
OWN = "_float, _range, _len = float, range, len"


@lru_cache(maxsize=256)
def module_text(table: Table, kept: tuple[str, ...] | None = None) -> str:
    """The source of a table's module: every function once, then ``run``.

    ``run`` writes every computed column of every row; with ``kept`` only these columns, and of
    the rows each ``_every``-th. It returns the parameters after the last row.
    """
    late = {_vanished(text)[0]: name for text, name in _late_names(table).items()}
    return with_functions(function_names(table) | late, _run_text(table, kept))


@lru_cache(maxsize=64)
def branching(text: str) -> str:
    """The module with a hint for the compiler that each test for equality is seldom true.

    Such tests are ``t == 1`` or the last row of a batch. Without the hint LLVM computes both values
    and every row waits for the slower one. Not for runs side by side, where some run is nearly
    always in the seldom case.
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
    """The source of a module: functions, named by their texts, and the loop that calls them."""
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
    """A name for the source of every function, numbered so that it cannot hide another name."""
    written = {call.formulas.source: call.formulas.name for call in _all_calls(table)}
    return {text: f"_{i}_{name}" for i, (text, name) in enumerate(written.items())}


@lru_cache(maxsize=256)
def _vanishing(table: Table) -> dict[str, tuple[str, ...]]:
    """The functions that contain 1 - b**t, with the hyperparameters b."""
    if "t" not in table.counters:
        return {}
    found = {}
    for call in every_call(table.steps):
        bases = tuple(call.names[base] for base in _vanished(call.formulas.source)[1])
        if bases and set(bases) <= set(table.hyper):
            found[call.formulas.source] = bases
    return found


def fading_rows(table: Table, hyper: Mapping[str, float], rows: int) -> int:
    """The number of rows until every b**t in 1 - b**t is too small to matter."""
    bases = [hyper[base] for several in _vanishing(table).values() for base in several]
    if not all(0 <= base < 1 for base in bases):
        return rows
    return min(rows, max((int(VANISHED / (1 - base)) + 1 for base in bases), default=0))


@lru_cache(maxsize=256)
def _vanished(text: str) -> tuple[str, tuple[str, ...]]:
    """A function's source with each 1 - b**t replaced by 1 - 0, and the bases b."""
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
    """The names of the functions without the power, used once it is too small to matter."""
    names = function_names(table)
    return {text: f"{names[text]}_late" for text in _vanishing(table)}


def _run_text(table: Table, kept: tuple[str, ...] | None) -> str:
    # The loop's own names begin with _, which the grammar does not allow.
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
    """The loop's name for the values of one column of the points."""
    return f"_points_{name}"


def _cells(name: str) -> str:
    """The loop's name for the cells of one column."""
    return f"_cells_{name}"


def counters(table: Table) -> dict[str, str]:
    """The expressions for the counters and the point in each row, by column."""
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
    """The lines for a row and for the end of an epoch; ``written`` names the functions.

    There is one loop for rows and epochs: with a loop for each, LLVM would compute the address of
    every column's next cell before each epoch. A cell is written as soon as it is computed, so that
    few values occupy registers.
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
    """The lines of a row's steps; names not ``carried`` are 0 in the branch without them."""
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
    # Before the assignment, a carried name still has its value from the row above.
    arguments = [call.names[name].removesuffix("_prev") for name in call.formulas.arguments]
    return f"{', '.join(groups)} = {written[call.formulas.source]}({', '.join(arguments)})"
