"""Running a table's loop: as plain Python where it is small, compiled by Numba where it is not.

The machine code is kept on disk under a name made of the module's text, so that it serves the next
process, and a rule that was edited is another module: it can never give an old result.
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

# Plain Python is ahead of importing Numba and loading its cache up to about this many rows: in one
# run, or in the runs of one table until now. A run of few rows is no reason to compile, however
# often it comes: a person who drags a slider would wait for it.
COMPILE_FROM = 200_000
FEW_ROWS = 1_000
# Compiled, so many rows take some milliseconds: nobody interrupts them, and a thread costs as much
# as a tenth of them.
SHORT_ROWS = 50_000
_run_compiled: set[str] = set()
# Numba computes x // 1.0 digit by digit; the subtraction leaves inf without a floor, as Python.
FLOOR, FLOOR_COMPILED = "return x // 1.0", "return numpy.floor(x) - (x - x)"
_run_plainly: Counter[str] = Counter()


def run(
    job: Run, kept: tuple[str, ...] | None = None, every: int = 1
) -> tuple["np.ndarray", "np.ndarray", tuple[float, ...]]:
    """Compute a run's table.

    Returns two float64 arrays and the last parameters: one row per computed column by one column
    per update, and the same for the schedule's columns by epochs. With ``kept``, only these
    columns and each ``every``-th row. Numbers past 1.8e308 become inf or nan, as IEEE 754
    has it, compiled or not. Raises MemoryError for more rows than the memory holds.
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
        # Compiling takes long however short the run is.
        is_short = rows < SHORT_ROWS and text in _run_compiled
        waited_for = run_compiled if is_short else partial(interruptible, run_compiled)
        ends = waited_for(branching(text), *given)
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
    """Whether so many rows of a module, with those run plainly before, are to be compiled."""
    due = _run_plainly[text] + rows
    wanted = due >= COMPILE_FROM and numba_wanted()
    if wanted:
        # Compiled once, it is the faster way for any number of rows.
        _run_plainly[text] = max(due, COMPILE_FROM)
    elif rows >= FEW_ROWS:
        _run_plainly[text] = due
    return wanted


def interpreted(
    text: str, compute: Callable[[dict[str, Any], Callable[[Any], Any]], Result]
) -> Result:
    """What ``compute`` makes of a module run as plain Python.

    It is called with the module's namespace and the kind of number to give it: Python's float, or
    NumPy's where Python's arithmetic would stop.
    """
    import numpy as np

    try:
        return compute(plain(text), float)
    except (ArithmeticError, ValueError, TypeError):
        # Python's floats raise where IEEE arithmetic goes on with inf or nan; NumPy's go on.
        with np.errstate(all="ignore"):
            return compute(_unraising(text), np.float64)


@lru_cache(maxsize=64)
def _unraising(text: str) -> dict[str, Any]:
    """The module with NumPy's numbers and functions, which go on as IEEE 754 has it."""
    import numpy as np

    def unraising(name: str) -> Callable[[float], float]:
        # Not NumPy's, whose last bit may differ from that of the compiled function.
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
    """Whether Numba is there and not switched off by NUMBA_DISABLE_JIT."""
    return not os.environ.get("NUMBA_DISABLE_JIT", "0").strip("0") and bool(
        importlib.util.find_spec("numba")
    )


@lru_cache(maxsize=64)
def plain(text: str) -> dict[str, Any]:
    """The module as plain Python: its namespace."""
    namespace: dict[str, Any] = {"__name__": "gdlab_kernel"}
    exec(compile(text, "<gdlab kernel>", "exec"), namespace)
    return namespace


def run_compiled(text: str, *given: Any) -> Any:
    """Call a module's ``run``, compiled."""
    try:
        return compiled(text)(*given)
    except Exception:
        # Numba raises all kinds of errors where its stored code was damaged: compile again.
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
    # From its text, never from a file that somebody could have changed.
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
