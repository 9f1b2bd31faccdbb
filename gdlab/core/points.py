"""Points for a model: the lesson's, made ones, and those that a user gives."""

import math
import random
from collections.abc import Mapping, Sequence, Set
from fractions import Fraction
from numbers import Integral
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

# The 29 x of the Excel lesson in visiting order; every point lies on y = 2x + 30.
LESSON_X = (
    14, 86, 28, 51, 28, 29, 72, 62, 84, 15, 42, 62, 47, 35, 9,
    38, 44, 99, 13, 21, 28, 20, 8, 64, 99, 70, 27, 17, 8,
)  # fmt: skip
LESSON_SLOPE, LESSON_INTERCEPT = 2, 30
NUMBER_WORDS = {1: "one", 2: "two", 3: "three", 4: "four"}

# The values of every column of the points.
Points = tuple[list[float], ...]


def frame_of(x: Sequence[float], y: Sequence[float]) -> "pd.DataFrame":
    """Points as a DataFrame of two float columns, ``x`` and ``y``."""
    import pandas as pd

    return pd.DataFrame({"x": x, "y": y}, dtype=float)


def lesson_points() -> "pd.DataFrame":
    """The lesson's 29 points as a DataFrame of two float columns, ``x`` and ``y``."""
    return frame_of(*lesson_pairs())


def lesson_pairs() -> Points:
    """The lesson's points as two lists."""
    x = [float(value) for value in LESSON_X]
    return x, [LESSON_SLOPE * value + LESSON_INTERCEPT for value in x]


def make_line(
    slope: float = 2,
    intercept: float = 30,
    n: int = 29,
    noise: float = 0,
    seed: int = 0,
) -> "pd.DataFrame":
    """Make ``n`` points near y = slope * x + intercept.

    Each x is a whole number from 1 to 100, drawn with ``seed``; ``noise`` is the standard
    deviation, in units of y, of a normal error rounded to two decimals. Raises ValueError for n
    under 1 or a negative noise.
    """
    whole("n", n)
    whole("seed", seed, least=0)
    for name, value in (("slope", slope), ("intercept", intercept), ("noise", noise)):
        number(value, name)
    if noise < 0:
        raise ValueError(f"noise must be 0 or more, not {noise!r}")
    draw = random.Random(int(seed))
    x = [float(draw.randint(1, 100)) for _ in range(n)]
    y = [slope * value + intercept for value in x]
    if noise:
        y = [value + round(draw.gauss(0, noise), 2) for value in y]
    if not all(map(math.isfinite, y)):
        raise ValueError("y would be past 1.8e308: give a smaller slope, intercept or noise")
    return frame_of(x, y)


def number(value: Any, where: str) -> float:
    """``value`` as a float; a ValueError names ``where`` for text, NaN, infinity and the like."""
    try:
        # bytearray and time differences would become numbers.
        if isinstance(value, (bool, str, bytes, bytearray, memoryview)) or value is None:
            raise TypeError
        kind = str(getattr(getattr(value, "dtype", None), "kind", "f"))
        if kind not in "fiu" or getattr(value, "ndim", 0) != 0:
            raise TypeError
        result = float(value)
    except (TypeError, ValueError, ArithmeticError) as error:
        if isinstance(error, OverflowError):
            raise ValueError(f"{where} must be a number under 1.8e308") from None
        raise ValueError(f"{where} must be a number, not {value!r:.40}") from None
    if not math.isfinite(result):
        raise ValueError(f"{where} must be a finite number, not {result!r}")
    return result


def whole(name: str, value: Any, least: int = 1, also: str = "") -> int:
    """``value`` as an int; ValueError unless it is a whole number from ``least`` upwards."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise ValueError(f"{name} must be a whole number from {least}{also}, not {value!r:.40}")
    return int(value)


def pairs(points: Any, names: Sequence[str] = ("x", "y")) -> Points:
    """Points in any accepted form as lists of floats, one for each column in ``names``.

    Accepted: None (the lesson's x and y), a DataFrame or a mapping with these columns, or rows of
    as many numbers. Raises ValueError naming the row and column of the first value that is not a
    number.
    """
    if points is None:
        return lesson_pairs()
    count = NUMBER_WORDS.get(len(names), str(len(names)))
    numbers = "numbers" if len(names) > 1 else "number"
    listed = f"column{'s' * (len(names) > 1)} {all_of(names)}"
    kind = f"points must be a table with {listed}, or rows of {count} {numbers}"
    there = _column_names(points)
    try:
        if there is not None:
            absent = [name for name in names if name not in there]
            if absent:
                raise ValueError(f"{kind}; there is no column {' and no column '.join(absent)}")
            columns = [_values(points[name]) for name in names]
        else:
            _refuse_columns(points, names)
            rows = [_row(row, names) for row in _ordered(points)]
            if any(len(row) != len(names) for row in rows):
                raise ValueError(kind)
            columns = [[row[k] for row in rows] for k in range(len(names))]
    except TypeError:
        raise ValueError(kind) from None
    if not columns[0] or len(set(map(len, columns))) > 1:
        raise ValueError(
            f"points: {all_of(names)} must have the same number of values, at least one"
        )
    return tuple(
        [number(value, f"points: {name} in row {i}") for i, value in enumerate(column, 1)]
        for name, column in zip(names, columns, strict=True)
    )


def _column_names(points: Any) -> Any:
    """The column names of a pandas, arrow, polars or NumPy table; None for rows."""
    fields = getattr(getattr(points, "dtype", None), "names", None)
    if fields:
        return fields
    if hasattr(points, "keys"):
        return points
    for source in (points, getattr(points, "schema", None)):
        for word in ("column_names", "columns", "names"):
            found = getattr(source, word, None)
            if found is not None and not callable(found):
                return list(found)
    return None


def _values(column: Any) -> list[Any]:
    """A column's values in order; TypeError if they have no order."""
    if hasattr(column, "keys") and not hasattr(column, "dtype"):
        # A mapping would give its keys; two columns of one name are a table.
        raise TypeError
    return column.to_pylist() if hasattr(column, "to_pylist") else list(_ordered(column))


def _ordered(values: Any) -> Any:
    """The values themselves; TypeError for text, bytes and sets, which are not rows of numbers."""
    if isinstance(values, (str, bytes, bytearray, memoryview, Set)):
        raise TypeError
    return values


def _row(row: Any, names: Sequence[str]) -> tuple[Any, ...]:
    """The numbers of a row, by name if it has names."""
    fields = getattr(row, "_fields", None) or getattr(getattr(row, "dtype", None), "names", None)
    if isinstance(row, Mapping) or (fields and set(names) <= set(fields)):
        if isinstance(row, Mapping) and not set(names) <= set(row):
            raise TypeError
        take = row.__getattribute__ if hasattr(row, "_fields") else row.__getitem__
        return tuple(take(name) for name in names)
    return tuple(_ordered(row))


def _refuse_columns(points: Any, names: Sequence[str]) -> None:
    """ValueError for lists that may be rows or columns: ([1, 2], [3, 4])."""
    if isinstance(points, (list, tuple)) and len(points) == len(names) > 1:
        kind = list if isinstance(points, tuple) else ()
        lists = [isinstance(one, kind) or getattr(one, "ndim", 0) == 1 for one in points]
        if all(lists) and all(len(one) == len(names) for one in points):
            shown = ", ".join(f"{name!r}: [...]" for name in names)
            raise ValueError(
                f"points: are these rows or columns? Give {{{shown}}} or a list of pairs"
            )


def all_of(names: Sequence[str]) -> str:
    """A list of names in a sentence: x, y and z."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def least_squares(points: Points) -> tuple[float, float]:
    """Intercept and slope of the line with the least squared error, each correctly rounded.

    Raises ValueError if all x are the same.
    """
    x, y = (list(map(Fraction, values)) for values in points)
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    spread = sum((one - mean_x) ** 2 for one in x)
    if not spread:
        raise ValueError("distance needs points of at least two different x")
    slope = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / spread
    return float(mean_y - slope * mean_x), float(slope)
