"""The labels of cells, and names for cells as a person would say them."""

import re
from collections.abc import Sequence, Set

from gdlab.core.layout import letters
from gdlab.reading.book import Book, Key, address, area

# Words for gradients or learning rates.
GRADIENTS = re.compile(
    r"grad|deriv|d[eé]riv|ableit|∂|learning|lernrate|aprendiz|apprent|epoch|\bd[a-z]{1,4}/d|"
    r"\bd[wbm]\d*\b|梯度|学习率|勾配|学習率|градиент|обучени|uczenia",
    re.IGNORECASE,
)
# Words for a second derivative, which only a search for a minimum needs.
CURVATURE = re.compile(
    r"''|″|\"|hess|second deriv|2nd deriv|curvature|zweite abl|segunda deriv|d[eé]riv[eé]e seconde|"
    r"d²|d2|∂²|newton.*min|min.*newton",
    re.IGNORECASE,
)
FAR_UP, FAR_LEFT = 60, 3
LONGEST_LABEL = 40
MOST_PIECES = 4
# Words on sheets about gradient descent, in several languages: weak evidence.
EVIDENCE = re.compile(
    r"grad|deriv|d[eé]riv|ableit|∂|learn|lern|aprend|apprent|epoch|[eé]poque|loss|cost|kosten|"
    r"error|fehler|erreur|weight|gewicht|poids|peso|bias|neuron|backprop|perceptron|descen|"
    r"abstieg|momentum|adam|sgd|optimi|train|\blr\b|\beta\b|η|\bd[a-z]+/d|\bd[wbm]\d*\b|"
    r"梯度|学习率|损失|误差|权重|勾配|学習率|градиент|обучени|uczenia|apprend",
    re.IGNORECASE,
)


def label(book: Book, key: Key, down: bool) -> str:
    """The text above a cell, or left of it if the table runs to the right, beyond any numbers.

    Empty if there is none.
    """
    above, left = _above(book, key), _left(book, key)
    found = (above or left) if down else (left or above)
    return found if len(found) <= LONGEST_LABEL else found[: LONGEST_LABEL - 1] + "…"


def _above(book: Book, key: Key) -> str:
    sheet, row, column = key
    for up in range(row - 1, max(row - 2000, 0), -1):
        at = (sheet, up, column)
        if text := book.text(at):
            return text
        if at not in book.values and at not in book.formulas:
            return ""
    return ""


def _left(book: Book, key: Key) -> str:
    sheet, row, column = key
    for left in range(column - 1, max(column - 2000, 0), -1):
        at = (sheet, row, left)
        if text := book.text(at):
            return text
        if at not in book.values and at not in book.formulas:
            return ""
    return ""


def said(book: Book, key: Key, down: bool) -> str:
    """A cell in words: ``J (a_h1)`` for a column, ``F1 (learn)`` for a single cell."""
    words = label(book, key, down)
    where = letters(key[2] - 1) if down else str(key[1])
    beside = (key[0], key[1] + 1, key[2]) if down else (key[0], key[1], key[2] + 1)
    # In a list of inputs with a label beside each number, every cell is a single one.
    across = words and not (_above(book, key) if down else _left(book, key))
    if beside not in book.values or across:
        where = address(key)
    return f"{where} ({words})" if words else where


def ranges(book: Book, keys: Sequence[Key]) -> str:
    """Cells as one or more ranges, with the sheets' names if they are on several sheets."""
    by_sheet: dict[int, list[Key]] = {}
    for key in keys:
        by_sheet.setdefault(key[0], []).append(key)
    parts = {sheet: ", ".join(_pieces(own)) for sheet, own in by_sheet.items()}
    if len(set(parts.values())) == 1:
        return next(iter(parts.values()))
    return ", ".join(f"{book.sheets[sheet]}!{part}" for sheet, part in parts.items())


def _pieces(keys: Sequence[Key]) -> list[str]:
    """Cells of one sheet as ranges without gaps; if there are many, the first two and the last."""
    columns: dict[int, list[int]] = {}
    for _, row, column in dict.fromkeys(keys):
        columns.setdefault(column, []).append(row)
    runs: list[list[Key]] = []
    for column, rows in columns.items():
        rows.sort()
        run = [(0, rows[0], column)]
        for row in rows[1:]:
            if row != run[-1][1] + 1:
                runs.append(run)
                run = []
            run.append((0, row, column))
        runs.append(run)
    pieces: list[list[Key]] = []
    for run in sorted(runs, key=lambda run: (run[0][1], len(run), run[0][2])):
        last = pieces[-1] if pieces else []
        beside = last and (last[-1][1], last[-1][2] + 1) == (run[-1][1], run[0][2])
        if beside and last[0][1] == run[0][1]:
            last += run
        else:
            pieces.append([*run])
    pieces.sort(key=lambda piece: (piece[0][2], piece[0][1]))
    found = [area(piece) for piece in pieces]
    return found if len(found) <= MOST_PIECES else [*found[:2], "…", found[-1]]


def speaks_of_descent(book: Book, sheets: Set[int]) -> bool:
    """Whether some sheets have words about gradient descent."""
    return any(
        isinstance(value, str) and EVIDENCE.search(value[:200])
        for key, value in book.values.items()
        if key[0] in sheets
    )


def speaks_of_curvature(book: Book, sheet: int) -> bool:
    """Whether a sheet has words about a second derivative."""
    return any(
        isinstance(value, str) and CURVATURE.search(value[:200])
        for key, value in book.values.items()
        if key[0] == sheet
    )


def speaks_of_gradients(book: Book, sheet: int) -> bool:
    """Whether a sheet has words for a gradient or a learning rate, and not only for errors."""
    return any(
        isinstance(value, str) and GRADIENTS.search(value[:200])
        for key, value in book.values.items()
        if key[0] == sheet
    )
