"""Run a table's loop: as plain Python if it is small, or else compiled by Numba.

The machine code is kept on disk for the next process, under a hash of the module's source. An
edited rule has another hash, so it can never give an old result.
"""

import ast
import importlib.util
import math
import os
import sys
from collections import Counter
from collections.abc import Callable
from functools import lru_cache, partial
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from gdlab.core import kernel_cache
from gdlab.core.codegen import COUNTING, branching, fading_rows, module_text
from gdlab.core.kernel_cache import keep, name_of
from gdlab.core.parallel import interruptible
from gdlab.core.run import Run
from gdlab.language.grammar import OF_MATH

if TYPE_CHECKING:
    import numpy as np

Result = TypeVar("Result")

# Up to about this many rows plain Python takes less time than importing Numba and loading its
# cache; the rows of earlier runs of the same table count. Runs of few rows do not count: a person
# who drags a slider would have to wait for the compiler.
COMPILE_FROM = 200_000
FEW_ROWS = 1_000
# Compiled, this many rows take some milliseconds: nobody needs to interrupt them, and starting a
# thread would take a tenth of that time.
SHORT_ROWS = 50_000
_run_compiled: set[str] = set()
# Numba computes x // 1.0 slowly, digit by digit. Subtracting x - x makes inf give nan, as in
# Python.
FLOOR, FLOOR_COMPILED = "return x // 1.0", "return numpy.floor(x) - (x - x)"
_run_plainly: Counter[str] = Counter()


def run(
    job: Run, kept: tuple[str, ...] | None = None, every: int = 1
) -> tuple["np.ndarray", "np.ndarray", tuple[float, ...]]:
    """Compute a run's table.

    Returns two float64 arrays and the last parameters. The first array has a row per computed
    column and a column per row of the table, the second the same for the schedule's columns and
    epochs. With ``kept``, only these columns and each ``every``-th row. Numbers above 1.8e308
    become inf or nan, as in IEEE 754, compiled or not. Raises MemoryError for too many rows.
    """
    import numpy as np

    table, points, epochs, samples = job.table, job.points, job.n_epochs, job.samples
    order, rows = job.order, job.rows
    shape = len(table.computed if kept is None else kept), rows // every
    if shape[0] * shape[1] * 8 > sys.maxsize:
        raise MemoryError(f"{rows} rows are more than any memory can hold")
    text = module_text(table, kept)
    sizes = rows, fading_rows(table, job.hyper, rows), samples, every
    numbers = [
        *(job.start[name] for name in table.starts),
        *table.epoch_starts.values(),
        *(job.hyper[name] for name in table.hyper),
    ]
    if _worth_compiling(text, rows):
        out = np.empty(shape)
        epoch_out = np.empty((len(table.epoch_columns), epochs))
        given_points = [np.asarray(values, dtype=float) for values in points]
        order_given = np.asarray(order, dtype=np.int64)
        given = (*map(np.uint64, sizes), *given_points, order_given, *numbers, out, epoch_out)
        # The first call compiles, which takes long even for a short run.
        is_short = rows < SHORT_ROWS and text in _run_compiled
        execute = run_compiled if is_short else partial(interruptible, run_compiled)
        ends = execute(branching(text), *given)
        _run_compiled.add(text)
        return out, epoch_out, ends

    def plainly(
        module: dict[str, Any], number: Callable[[Any], Any]
    ) -> tuple[Any, Any, tuple[float, ...]]:
        cells = [[0.0] * shape[1] for _ in range(shape[0])]
        epoch_cells = [[0.0] * epochs for _ in table.epoch_columns]
        given_points = [[number(value) for value in values] for values in points]
        given = (*sizes, *given_points, order, *map(number, numbers))
        ends = module["run"](*given, cells, epoch_cells)
        return (
            np.array(cells, dtype=float).reshape(shape),
            np.array(epoch_cells, dtype=float).reshape(-1, epochs),
            tuple(map(float, ends)),
        )

    return interpreted(text, plainly)


def _worth_compiling(text: str, rows: int) -> bool:
    """Whether to compile a module for this many rows, given the rows that it has run before."""
    due = _run_plainly[text] + rows
    wanted = due >= COMPILE_FROM and numba_wanted()
    if wanted:
        # Once it is compiled, the compiled loop is faster for any number of rows.
        _run_plainly[text] = max(due, COMPILE_FROM)
    elif rows >= FEW_ROWS:
        _run_plainly[text] = due
    return wanted


def interpreted(
    text: str, compute: Callable[[dict[str, Any], Callable[[Any], Any]], Result]
) -> Result:
    """The result of ``compute``, called with a module that runs as plain Python.

    Its arguments are the module's namespace and the type of number to use: Python's float, or
    NumPy's if Python's arithmetic raises an error.
    """
    import numpy as np

    try:
        return compute(plain(text), float)
    except (ArithmeticError, ValueError, TypeError):
        # Python's floats raise errors where IEEE arithmetic gives inf or nan; NumPy's do not.
        with np.errstate(all="ignore"):
            return compute(_unraising(text), np.float64)


@lru_cache(maxsize=64)
def _unraising(text: str) -> dict[str, Any]:
    """The module with numbers that give inf or nan, as in IEEE 754, and never raise."""
    import numpy as np

    def unraising(name: str) -> Callable[[float], float]:
        # Not NumPy's function at first: its last bit may differ from the compiled function's.
        exactly, beyond = getattr(math, name), getattr(np, name)

        def compute(value: float) -> float:
            try:
                return np.float64(exactly(value))
            except (ArithmeticError, ValueError):
                return np.float64(beyond(value))

        return compute

    class Numbers(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.expr:
            if not isinstance(node.value, float):
                return node
            return ast.Call(ast.Name("_number", ast.Load()), [node], [])

    tree = ast.fix_missing_locations(Numbers().visit(ast.parse(text)))
    namespace: dict[str, Any] = {"_number": np.float64}
    exec(compile(tree, "<gdlab kernel>", "exec"), namespace)
    namespace.update({name: unraising(name) for name in OF_MATH})
    namespace["_float"] = np.float64
    return namespace


def numba_wanted() -> bool:
    """Whether Numba is installed and not switched off by NUMBA_DISABLE_JIT."""
    return not os.environ.get("NUMBA_DISABLE_JIT", "0").strip("0") and bool(
        importlib.util.find_spec("numba")
    )


@lru_cache(maxsize=64)
def plain(text: str) -> dict[str, Any]:
    """The namespace of the module, run as plain Python."""
    namespace: dict[str, Any] = {"__name__": "gdlab_kernel"}
    exec(compile(text, "<gdlab kernel>", "exec"), namespace)
    return namespace


def run_compiled(text: str, *given: Any) -> Any:
    """Call a module's ``run``, compiled."""
    try:
        return compiled(text)(*given)
    except Exception:
        # Numba raises all kinds of errors if its stored code is damaged: compile again.
        forget(text)
        return compiled(text)(*given)


@lru_cache(maxsize=64)
def compiled(text: str) -> Callable[..., Any]:
    """The module's ``run``, compiled by Numba and kept on disk for the next process."""
    whole = _jitted(text)
    name = name_of(whole)
    module = ModuleType(name)
    # Numba's stored code finds the module by its name.
    sys.modules[name] = module
    # From the source in memory, never from a file that somebody could have changed.
    exec(compile(whole, f"<{name}>", "exec"), module.__dict__)
    keep(module.run, name)
    run: Callable[..., Any] = module.run
    return run


def forget(text: str) -> None:
    """Remove a module's machine code from the disk, and from this process."""
    compiled.cache_clear()
    kernel_cache.forget(name_of(_jitted(text)))


def _jitted(text: str) -> str:
    header = "import numba\nimport numpy\n\njit = numba.njit(error_model='numpy', nogil=True)\n"
    unsigned = "_zero, _one = numpy.uint64(0), numpy.uint64(1)"
    text = text.replace(COUNTING, unsigned).replace(FLOOR, FLOOR_COMPILED)
    if "_seldom(" in text:
        header += "from gdlab.core.expectation import seldom as _seldom\n"
    return header + text.replace("\ndef ", "\n@jit\ndef ")
