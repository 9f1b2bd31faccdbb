"""Describe the position of a descent on its sheet, and name its parts."""

from collections import Counter
from collections.abc import Sequence

from gdlab.reading.book import Key, area
from gdlab.reading.labels import label, ranges
from gdlab.reading.line import Line
from gdlab.reading.read import Read
from gdlab.reading.result import Parameter


def model_words(read: Read, line: Line | None) -> str:
    """The model with the sheet's own labels: ``y = b + a*x``."""
    if line is None:
        return ""
    keys = [read.shown[number][0] for number in ((1, 0) if line.swapped else (0, 1))]
    names = [label(read.book, key, read.down[key[0]]) for key in keys]
    if names[0] == names[1]:
        names = ["", ""]
    a, b = (
        name if name and len(name) <= 20 else plain for name, plain in zip(names, "bm", strict=True)
    )
    return f"y = {a} + {b}*x"


def names_of_ranges(read: Read) -> dict[str, str]:
    """Names for the ranges of gradients and loss: ``K (de/db)``."""
    found = {}
    every = []
    for number, chain in enumerate(read.descent.chains):
        keys = [read.cells[number, k] for k in range(len(chain.cells)) if (number, k) in read.cells]
        every.append(keys)
    names = Counter(read.say(keys[len(keys) // 2]) for keys in every if keys)
    for keys in every:
        for verdict_keys in (keys, keys[:-1]):
            if verdict_keys:
                stands = [read.stands(key) for key in verdict_keys]
                middle = verdict_keys[len(verdict_keys) // 2]
                where = ranges(read.book, stands)
                name = read.say(middle)
                # The same column on several sheets, or in blocks one below the other.
                is_plain = "," not in where and names[name] < 2
                found[where] = name if is_plain else _apart(read, where, verdict_keys)
    if read.loss is not None:
        loss = read.loss_cells()
        step = read.descent.updates // 2
        own = read.steps.of_role(read.graph, read.loss.role, step)
        if loss and own:
            found[loss] = read.say(own[0]) if "," not in loss else _apart(read, loss, own)
    return found


def _apart(read: Read, where: str, keys: Sequence[Key]) -> str:
    """A name for separate cells, as in blocks: their addresses, and their common label."""
    names = {label(read.book, read.stands(key), read.down[key[0]]) for key in keys}
    name = names.pop() if len(names) == 1 else ""
    return f"{where} ({name})" if name else where


def layout_of(read: Read) -> str:
    """How the updates are laid out: rows, columns, blocks, or sheets."""
    chain = read.descent.chains[0]
    cells = chain.updates if len(chain.updates) > 1 else chain.cells
    first, second = cells[0], cells[1]
    if first[0] != second[0]:
        return "sheets"
    rows, columns = second[1] - first[1], second[2] - first[2]
    if (rows, columns) == (1, 0):
        return "rows" if not _blocks(read) else "blocks"
    if (rows, columns) == (0, 1):
        return "columns" if not _blocks(read) else "blocks"
    return "blocks"


def _blocks(read: Read) -> bool:
    """Whether a step's cells move differently from its parameters: blocks beside a table."""
    middle = read.descent.updates // 2
    chain = read.descent.chains[0]
    if middle + 1 >= len(chain.cells):
        return False
    here, there = read.steps.cells[middle], read.steps.cells[middle + 1]
    a, b = chain.cells[middle], chain.cells[middle + 1]
    move = b[1] - a[1], b[2] - a[2]
    moved = {(key[1] + move[0], key[2] + move[1]) for key in here}
    hits = sum((key[1], key[2]) in moved for key in there)
    return bool(there) and hits < len(there) / 2


def range_of_table(read: Read, sheet: int) -> str:
    """The range of a sheet with the cells of all updates."""
    keys = [
        key
        for cells in read.steps.cells.values()
        for key in cells
        if key[0] == sheet and key[1] > 0
    ]
    keys += [
        key
        for chain in read.descent.chains
        for key in (*chain.updates, *chain.cells)
        if key[0] == sheet and key[1] > 0
    ]
    return area(keys)


def parameters_of(read: Read) -> list[Parameter]:
    """The parameters: their cells, labels, and the cells of their gradients."""
    found = []
    for number, chain in enumerate(read.descent.chains):
        shown = read.shown[number]
        keys = [
            read.stands(read.cells[number, step])
            for step in range(len(chain.updates) + 1)
            if (number, step) in read.cells
        ]
        name = label(read.book, shown[0], read.down[shown[0][0]])
        found.append(
            Parameter(ranges(read.book, shown), name, ranges(read.book, keys) if keys else None)
        )
    return found
