"""What one number says of a whole run: the lines that a sweep's loop adds to the steps.

The names here begin with ``_``, as names of the grammar never do.
"""

from typing import NamedTuple

from gdlab.core.columns import Table


class Measure(NamedTuple):
    """The lines of one measure.

    ``state`` are its names with what they start from; ``inputs`` further arguments; ``before`` an
    epoch, ``row`` after each row's steps and ``after`` an epoch are lines, ``result`` is an
    expression.
    """

    state: dict[str, float]
    inputs: tuple[str, ...]
    before: tuple[str, ...]
    row: tuple[str, ...]
    after: tuple[str, ...]
    result: str


MEASURES = {
    "loss": "the mean of the last epoch's losses",
    "rmse": "the root of the mean squared error of the last epoch's rows, as in Trace.epochs",
    "epochs_to_threshold": "the first epoch whose rmse (or mean loss, unless the loss is a squared "
    "error) is not over the threshold; nan: none",
    "exploded_at": "the first row with a cell that is not a finite number; nan: none",
    "distance": "how far the last line is from the least squares line, in intercept and slope",
}
FOUND = "_found if _found > 0.0 else _never"


def lines_of(measure: str, table: Table) -> Measure:
    """The lines of a measure by its name."""
    root = f"_total / {table.count}"
    root = f"sqrt({root})" if table.model.squared_error else root
    summed = {"_total": 0.0}, ("_total = 0.0",), (f"_total = _total + {table.loss}",)
    if measure in ("rmse", "loss"):
        state, before, row = summed
        result = root if measure == "rmse" else f"_total / {table.count}"
        return Measure(state, (), before, row, (), result)
    if measure == "epochs_to_threshold":
        state, before, row = summed
        reached = f"_found == 0.0 and {root} <= _threshold"
        after = (f"_found = _e + 1.0 if {reached} else _found",)
        result = "_found if _found > 0.0 else _never"
        return Measure(
            {**state, "_found": 0.0}, ("_threshold", "_never"), before, row, after, result
        )
    if measure == "exploded_at":
        # 0 times inf, and 0 times nan, is nan, and a sum with a nan in it is one.
        check = " + ".join(f"0.0 * {name}" for name in table.computed)
        checks = (
            f"_check = {check}",
            "_found = _row + 1.0 if _found == 0.0 and _check != _check else _found",
        )
        return Measure({"_found": 0.0}, ("_never",), (), checks, (), FOUND)
    apart = [f"({name} - _best_{name})" for name in table.parameters]
    squares = " + ".join(f"{one} * {one}" for one in apart)
    return Measure(
        {}, tuple(f"_best_{name}" for name in table.parameters), (), (), (), f"sqrt({squares})"
    )
