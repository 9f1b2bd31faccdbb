"""The same row loop in C at -O3, for a table: what the compiled kernel is measured against.

It writes each cell as soon as it is computed, as the kernel does; that makes C faster too.

The C text is written from the table's expressions, and its cells are compared with gdlab's, bit
for bit, before a time is taken.
"""

import ast
import ctypes
import subprocess
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from gdlab.core.columns import Branch, Call, Step, Table, results
from gdlab.language.grammar import substitute

SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
COMPARED = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
NAMES = {"abs": "fabs", "min": "smaller", "max": "larger"}
HEAD = """
#include <math.h>
static const double pi = 3.141592653589793;
static double sign(double x) { return x > 0 ? 1.0 : (x < 0 ? -1.0 : x * 0.0); }
static double smaller(double a, double b) { return a < b || a != a ? a : b; }
static double larger(double a, double b) { return a > b || a != a ? a : b; }
"""


def expression(tree: ast.expr) -> str:
    """An expression of the grammar in C, fully parenthesised."""
    match tree:
        case ast.BinOp(left, ast.Pow(), right):
            return f"pow({expression(left)}, {expression(right)})"
        case ast.BinOp(left, op, right):
            return f"({expression(left)} {SIGNS[type(op)]} {expression(right)})"
        case ast.UnaryOp(operand=operand):
            return f"(-{expression(operand)})"
        case ast.IfExp(ast.Compare(left, [op], [right]), body, orelse):
            test = f"{expression(left)} {COMPARED[type(op)]} {expression(right)}"
            return f"({test} ? {expression(body)} : {expression(orelse)})"
        case ast.Call(ast.Name(function), arguments):
            inside = ", ".join(expression(argument) for argument in arguments)
            return f"{NAMES.get(function, function)}({inside})"
        case ast.Name(name):
            return name
        case ast.Constant(value):
            return repr(float(value))
    raise TypeError(ast.dump(tree))


def _call(call: Call, indent: str) -> list[str]:
    """The call's results as C assignments; a carried name still holds the row above's value."""
    put = {local: ast.Name(name.removesuffix("_prev")) for local, name in call.names.items()}
    fresh = {local: ast.Name(f"{call.names[local]}_") for local in call.formulas.results}
    lines = [
        f"{indent}double {call.names[local]}_ = "
        f"{expression(substitute(call.formulas.expressions[local], put | fresh))};"
        for local in call.formulas.expressions
    ]
    lines += [f"{indent}{name} = {name}_;" for name in call.results]
    return [f"{indent}{{", *lines, f"{indent}}}"]


def _steps(steps: tuple[Step, ...], carried: set[str], indent: str) -> list[str]:
    lines = []
    for step in steps:
        if isinstance(step, Call):
            lines += _call(step, indent)
            continue
        assert isinstance(step, Branch)
        for head, chosen in ((f"if ({step.test}) {{", step.then), ("else {", step.otherwise)):
            idle = set(results([step])) - set(results(chosen)) - carried
            lines += [indent + head, *_steps(chosen, carried, indent + "  ")]
            lines += [f"{indent}  {name} = 0.0;" for name in sorted(idle)] + [indent + "}"]
    return lines


def c_text(table: Table) -> str:
    """The loop of a table without shuffle and without a schedule by epochs, as a C function."""
    numbers = [*table.starts, *table.hyper]
    own = [name for name in table.computed if name not in table.starts]
    stepped = set(results(table.steps))
    given = [name for name in table.computed if name not in stepped]
    steps = []
    for step in table.steps:
        steps += [*_steps((step,), {*table.starts, *table.counts}, "      ")]
        steps += _writes(results([step]))
    return "\n".join(
        [
            HEAD,
            "void run(long epochs, long samples, const double *const *points,",
            "         const double *numbers, double **out) {",
            *(f"  double {name} = numbers[{i}];" for i, name in enumerate(numbers)),
            *(f"  double {name} = 0.0;" for name in own),
            *(["  double start_lr = lr;"] if "lr" in numbers else []),
            *(f"  double *o_{name} = out[{i}];" for i, name in enumerate(table.computed)),
            "  double n = samples; (void)n; (void)pi;",
            "  long row = 0;",
            "  for (long e = 0; e < epochs; e++)",
            "    for (long i = 0; i < samples; i++, row++) {",
            "      double epoch = e + 1.0, sample = i + 1.0, t_ = row + 1.0;",
            "      (void)epoch; (void)sample; (void)t_;",
            *(f"      double {name} = points[{k}][i];" for k, name in enumerate(table.point)),
            *([] if "t" in table.computed else ["      double t = t_;"]),
            *_writes(given),
            *steps,
            *(f"      {name} = new_{name};" for name in table.parameters),
            "    }",
            "}",
        ]
    )


def _writes(columns: Iterable[str]) -> list[str]:
    return [f"      o_{name}[row] = {name};" for name in columns]


def build(table: Table, folder: Path):
    """Compile the loop with gcc; returns a function of (points, numbers, out).

    That gives the loop as a function of epochs: making pointers in ctypes takes some microseconds
    for each column, which would be counted as C's time.
    """
    source, library = folder / "peer.c", folder / f"{table.rule.name}.so"
    source.write_text(c_text(table))
    # No contraction to fused operations: the same bits as IEEE 754 arithmetic step by step.
    # Without errno, gcc takes pow(beta, t) once for both parameters.
    flags = ["-O3", "-march=native", "-ffp-contract=off", "-fno-math-errno"]
    flags += ["-fPIC", "-shared", "-w"]
    subprocess.run(["gcc", *flags, "-o", library, source, "-lm"], check=True)
    run = ctypes.CDLL(str(library)).run

    pointer = ctypes.POINTER(ctypes.c_double)

    def pointers(rows):
        return (pointer * len(rows))(*(row.ctypes.data_as(pointer) for row in rows))

    def ready(points, numbers, out):
        values = np.array(numbers, dtype=float)
        samples, given, into = ctypes.c_long(len(points[0])), pointers(points), pointers(out)
        first = values.ctypes.data_as(pointer)
        return lambda epochs: run(ctypes.c_long(epochs), samples, given, first, into)

    return ready
