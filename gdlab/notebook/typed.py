"""Points as people type, paste and load them: text in, numbers out, or the reason why not."""

import re
import tempfile
from pathlib import Path

from gdlab.core.points import Pair, number, pairs
from gdlab.reading.points import read_points
from gdlab.web.limits import MOST_POINTS

NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.IGNORECASE | re.ASCII)
THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+")


def typed_number(text: str, where: str) -> float:
    """A typed number; a decimal comma is understood where it cannot mean thousands.

    Raises ValueError that says where and why.
    """
    plain = text.strip().replace("−", "-").replace("\u00a0", "")
    if not plain:
        raise ValueError(f"{where} is empty; type a number")
    if THOUSANDS.fullmatch(plain):
        raise ValueError(f"{where}: {plain} may mean {_point(plain)} or {_none(plain)}; type one")
    try:
        value = float(plain.replace(",", ".") if "." not in plain else plain)
    except ValueError:
        raise ValueError(f"{where} must be a number, not {text.strip()!r:.40}") from None
    return number(value, where)


def edited(points: Pair, row: int, column: str, text: str) -> Pair:
    """The points with one cell (row from 0, ``x`` or ``y``) typed anew; one past the end adds one.

    A new point takes its other number from the last point.
    """
    x, y = list(points[0]), list(points[1])
    value = typed_number(text, f"points: {column} in row {row + 1}")
    if row == len(x):
        x.append(x[-1])
        y.append(y[-1])
    (x if column == "x" else y)[row] = value
    return _enough(x, y)


def pasted(points: Pair, row: int, column: str, text: str) -> Pair:
    """The points with a block from a spreadsheet put in at a cell; all of it or nothing.

    Raises ValueError naming the line and the column of the first bad cell.
    """
    lines = [line.split("\t") for line in text.rstrip("\r\n").replace("\r\n", "\n").split("\n")]
    if [cell.strip().lower() for cell in lines[0]] == ["x", "y"]:
        lines = lines[1:]
    if column == "x" and lines and all(len(cells) == 1 and _is_pair(cells[0]) for cells in lines):
        pair = lines[0][0]
        raise ValueError(
            f"paste, line 1: {pair} may mean {_point(pair)} or {pair.replace(',', ' and ')}; "
            "put a tab between x and y, or a decimal point into each number"
        )
    x, y = list(points[0]), list(points[1])
    for line, cells in enumerate(lines, 1):
        names = ("x", "y") if column == "x" else ("y",)
        if len(cells) > len(names):
            raise ValueError(
                f"paste, line {line}: {len(cells)} columns; only {' and '.join(names)} fit here"
            )
        place = row + line - 1
        if place == len(x):
            x.append(x[-1])
            y.append(y[-1])
        for name, cell in zip(names, cells, strict=False):
            (x if name == "x" else y)[place] = typed_number(cell, f"paste, line {line}: {name}")
    return _enough(x, y)


def loaded(name: str, content: bytes) -> Pair:
    """The points of a .csv or .xlsx file; ValueError that names the file and the line."""
    with tempfile.TemporaryDirectory(prefix="gdlab-points-") as folder:
        path = Path(folder) / (Path(name).name or "points")
        path.write_bytes(content)
        x, y = pairs(read_points(path))
    return _enough(x, y)


def _enough(x: list[float], y: list[float]) -> Pair:
    if not x:
        raise ValueError("the last point stays: a line needs at least one")
    if len(x) > MOST_POINTS:
        raise ValueError(f"{len(x)} points; the sheet takes at most {MOST_POINTS}")
    return x, y


def removed(points: Pair, row: int) -> Pair:
    """The points without one of them (row from 0)."""
    x, y = list(points[0]), list(points[1])
    del x[row], y[row]
    return _enough(x, y)


def _is_pair(text: str) -> bool:
    """Whether a text is two numbers with a comma between: a decimal comma's number, or a pair."""
    halves = [half.strip() for half in text.split(",")]
    return len(halves) == 2 and all(NUMBER.fullmatch(half) for half in halves)


def _point(text: str) -> str:
    return text.replace(",", ".")


def _none(text: str) -> str:
    return text.replace(",", "")
