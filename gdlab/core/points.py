"""The points that a line is fitted to: the lesson's own, made ones, and a file's."""

import csv
import math
import random
from collections.abc import Iterable, Sequence
from fractions import Fraction
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

# The 29 x of the Excel lesson in visiting order; every point lies on y = 2x + 30.
LESSON_X = (
    14, 86, 28, 51, 28, 29, 72, 62, 84, 15, 42, 62, 47, 35, 9,
    38, 44, 99, 13, 21, 28, 20, 8, 64, 99, 70, 27, 17, 8,
)  # fmt: skip
LESSON_SLOPE, LESSON_INTERCEPT = 2, 30
MOST_ROWS = 1_048_575
MOST_BYTES = 50_000_000

Pair = tuple[list[float], list[float]]


def _frame(x: Sequence[float], y: Sequence[float]) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame({"x": x, "y": y}, dtype=float)


def lesson_points() -> "pd.DataFrame":
    """The lesson's 29 points as a DataFrame of two float columns, ``x`` and ``y``."""
    return _frame(*lesson_pairs())


def lesson_pairs() -> Pair:
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

    x are whole numbers from 1 to 100 drawn with ``seed``; ``noise`` is the standard deviation, in
    units of y, of a normal error rounded to two decimals. Raises ValueError for n under 1 or a
    negative noise.
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
    return _frame(x, y)


def number(value: Any, where: str) -> float:
    """``value`` as a float; ValueError that says where, for text, NaN, infinity and the like."""
    try:
        if isinstance(value, (bool, str, bytes)) or value is None:
            raise TypeError
        if getattr(getattr(value, "dtype", None), "kind", "f") in "bc":
            raise TypeError
        result = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{where} must be a number, not {value!r:.40}") from None
    except OverflowError:
        raise ValueError(f"{where} must be a number under 1.8e308") from None
    if not math.isfinite(result):
        raise ValueError(f"{where} must be a finite number, not {result!r}")
    return result


def whole(name: str, value: Any, least: int = 1, also: str = "") -> int:
    """``value`` as an int; ValueError that names it where it is no whole number from ``least``."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise ValueError(f"{name} must be a whole number from {least}{also}, not {value!r:.40}")
    return int(value)


def pairs(points: Any) -> Pair:
    """Points of any accepted kind as two lists of floats.

    Accepted: None (the lesson's), a DataFrame or a mapping with ``x`` and ``y``, or rows of two
    numbers. Raises ValueError naming the row and column of the first value that is not a number.
    """
    if points is None:
        return lesson_pairs()
    kind = "points must be a table with columns x and y, or rows of two numbers"
    if hasattr(points, "keys"):
        absent = [name for name in ("x", "y") if name not in points]
        if absent:
            raise ValueError(f"{kind}; there is no column {' and no column '.join(absent)}")
        try:
            columns = list(points["x"]), list(points["y"])
        except TypeError:
            raise ValueError(kind) from None
    else:
        try:
            rows = [tuple(row) for row in points]
        except TypeError:
            raise ValueError(kind) from None
        if any(len(row) != 2 for row in rows):
            raise ValueError(kind)
        columns = [row[0] for row in rows], [row[1] for row in rows]
    if not columns[0] or len(columns[0]) != len(columns[1]):
        raise ValueError("points: x and y must have the same number of values, at least one")
    x, y = (
        [number(value, f"points: {name} in row {i}") for i, value in enumerate(column, 1)]
        for name, column in zip("xy", columns, strict=True)
    )
    return x, y


def read_points(path: str | Path) -> "pd.DataFrame":
    """Read points from a .csv or .xlsx file: columns headed x and y, or just two columns.

    In a .csv the values are separated by commas, semicolons or tabs; with the last two a decimal
    comma is understood. Of a workbook the first sheet is read, its stored values only. Raises
    ValueError naming the file and the line of the first bad value.
    """
    return _frame(*read_pairs(path))


def read_pairs(path: str | Path) -> Pair:
    """What :func:`read_points` reads, as two lists."""
    try:
        path = Path(path)
    except TypeError:
        raise ValueError(f"points are read from a file's path, not {path!r:.40}") from None
    readers = {".csv": _csv_rows, ".xlsx": _xlsx_rows}
    if path.suffix.lower() not in readers:
        raise ValueError(f"{path.name}: points are read from .csv or .xlsx files")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"{path.name}: larger than {MOST_BYTES // 10**6} MB")
        rows = [
            (line, row)
            for line, row in enumerate(readers[path.suffix.lower()](path), 1)
            if any(value not in (None, "") for value in row)
        ]
    except OSError as error:
        raise ValueError(f"{path.name}: {error.strerror or error}") from None
    return _two_columns(path.name, rows)


def _two_columns(name: str, rows: list[tuple[int, list[Any]]]) -> Pair:
    """Pick x and y out of a file's rows, by their heads or by there being just two columns."""
    if not rows:
        raise ValueError(f"{name}: no rows")
    heads = [str(value).strip().lower() if value is not None else "" for value in rows[0][1]]
    if "x" in heads and "y" in heads:
        places = heads.index("x"), heads.index("y")
        rows = rows[1:]
    elif sum(head != "" for head in heads) == 2:
        first, second = (place for place, head in enumerate(heads) if head)
        places = first, second
    else:
        raise ValueError(f"{name}: head the columns x and y, or give just two columns")
    if not rows:
        raise ValueError(f"{name}: a head but no points under it")
    columns: Pair = ([], [])
    for line, row in rows:
        # 1,5,2 under x,y is a decimal comma that became a separator.
        if any(value not in (None, "") for value in row[len(heads) :]):
            raise ValueError(f"{name}, line {line}: more values than in the first line")
        for column, place, word in zip(columns, places, "xy", strict=True):
            value = row[place] if place < len(row) else None
            column.append(number(value, f"{name}, line {line}: {word}"))
    return columns


def _csv_rows(path: Path) -> Iterable[list[Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path.name}: not a text file in UTF-8") from None
    first = text.lstrip().split("\n", 1)[0]
    separator = next((mark for mark in (";", "\t") if mark in first), ",")

    def value(field: str) -> Any:
        field = field.strip()
        # float() would take 1_000, which no spreadsheet does.
        if "_" in field:
            return field
        try:
            return float(field.replace(",", ".") if separator != "," else field)
        except ValueError:
            return field

    try:
        for row in csv.reader(text.splitlines(), delimiter=separator):
            yield [value(field) for field in row]
    except csv.Error as error:
        raise ValueError(f"{path.name}: {error}") from None


def _xlsx_rows(path: Path) -> Iterable[list[Any]]:
    import openpyxl

    # openpyxl reports a damaged file through many exception types of other libraries.
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            return [
                list(row)
                for row in sheet.iter_rows(max_row=MOST_ROWS, max_col=50, values_only=True)
            ]
        finally:
            book.close()
    except OSError:
        raise
    except Exception:
        raise ValueError(f"{path.name}: not a workbook that can be read") from None


def least_squares(points: Pair) -> tuple[float, float]:
    """Intercept and slope of the line with the least squared error, each correctly rounded.

    Raises ValueError where all x are the same.
    """
    x, y = (list(map(Fraction, values)) for values in points)
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    spread = sum((one - mean_x) ** 2 for one in x)
    if not spread:
        raise ValueError("distance needs points of at least two different x")
    slope = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / spread
    return float(mean_y - slope * mean_x), float(slope)
