"""Points as people type, paste and load them: text in, numbers out, or the reason why not."""

from pathlib import PurePath

from gdlab.core.number_text import PLAIN, meanings, number_of, proven_marks
from gdlab.core.points import Points
from gdlab.reading.points import columns_of
from gdlab.web.limits import MOST_POINTS


def edited(points: Points, row: int, column: str, text: str) -> Points:
    """The points with one cell (row from 0, ``x`` or ``y``) typed anew; one past the end adds one.

    A new point takes its other number from the last point.
    """
    x, y = list(points[0]), list(points[1])
    value = number_of(text, f"points: {column} in row {row + 1}")
    if row == len(x):
        x.append(x[-1])
        y.append(y[-1])
    (x if column == "x" else y)[row] = value
    return _enough(x, y)


def pasted(points: Points, row: int, column: str, text: str) -> Points:
    """The points with a block from a spreadsheet put in at a cell; all of it or nothing.

    Raises ValueError naming the line and the column of the first bad cell.
    """
    lines = [line.split("\t") for line in text.rstrip("\r\n").replace("\r\n", "\n").split("\n")]
    if len(lines) > 1 and not any(map(meanings, lines[0])):
        # Heads came along.
        lines = lines[1:]
    if column == "x" and lines and all(len(cells) == 1 and _is_pair(cells[0]) for cells in lines):
        pair = lines[0][0]
        both = pair.replace(",", "."), pair.replace(",", " and ")
        raise ValueError(
            f"paste, line 1: {pair} may mean {' or '.join(both)}; "
            "put a tab between x and y, or a decimal point into each number"
        )
    marks = proven_marks(cell for cells in lines for cell in cells)
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
            (x if name == "x" else y)[place] = number_of(cell, f"paste, line {line}: {name}", marks)
    return _enough(x, y)


def loaded(name: str, content: bytes) -> Points:
    """The points of a file's bytes; ValueError that names the file and the line."""
    found = columns_of(PurePath(name).name, content, {"x": None, "y": None})
    return _enough(found.columns["x"], found.columns["y"])


def _enough(x: list[float], y: list[float]) -> Points:
    if not x:
        raise ValueError("the last point stays: a line needs at least one")
    if len(x) > MOST_POINTS:
        raise ValueError(f"{len(x)} points; the sheet takes at most {MOST_POINTS}")
    return x, y


def removed(points: Points, row: int) -> Points:
    """The points without one of them (row from 0)."""
    x, y = list(points[0]), list(points[1])
    del x[row], y[row]
    return _enough(x, y)


def _is_pair(text: str) -> bool:
    """Whether a text is two numbers with a comma between: a decimal comma's number, or a pair."""
    halves = [half.strip() for half in text.split(",")]
    return len(halves) == 2 and all(PLAIN.fullmatch(half) for half in halves)
