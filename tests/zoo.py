"""Workbooks of many kinds, as strangers write them: cells with formulas, and the values they give.

Every kind is a function of a source of chance. Values come from numpy through the formulas' own
texts, so nothing here shares the reader's code. :mod:`zoo_kinds` has the kinds.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

Key = tuple[int, int, int]
REFERENCE = re.compile(
    r"(?:(?:'([^']+)'|([A-Za-z_]\w*))!)?(\$?[A-Z]{1,2}\$?[0-9]+)(?::(\$?[A-Z]{1,2}\$?[0-9]+))?(?![\w(])"
)


def at(row: int, column: int, fixed: str = "") -> str:
    """An address from a row and a column from 0; ``fixed`` is r, c or rc."""
    return xl_rowcol_to_cell(row, column, "r" in fixed, "c" in fixed)


@dataclass
class Case:
    """A workbook, and what a correct reader says about it.

    ``gradients`` are groups of cells of one formula filled on, in order of updates; ``updates``
    the cells of the new parameters, ``losses`` those of a loss that nothing uses. ``rules``
    are the names that are right, None for none.
    """

    sheets: list[str] = field(default_factory=lambda: ["Sheet1"])
    cells: dict[Key, str | float] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    arrays: dict[Key, tuple[int, int]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    gradients: list[list[Key]] = field(default_factory=list)
    updates: list[list[Key]] = field(default_factory=list)
    losses: list[Key] = field(default_factory=list)
    rules: tuple[str | None, ...] = ("gradient descent",)
    tables: int = 1
    model: str | None = None
    kind: str = ""

    def values(self) -> dict[Key, object]:
        """Every cell's value; raises ArithmeticError or RecursionError where one has none."""
        found: dict[Key, object] = {}
        numbers = {name.lower(): k for k, name in enumerate(self.sheets)}
        waiting: set[Key] = set()

        def one(key: Key) -> object:
            if key not in found:
                content = self.cells.get(key, 0.0)
                if isinstance(content, str) and content.startswith("="):
                    if key in waiting or len(waiting) > 2_000:
                        raise RecursionError
                    waiting.add(key)
                    value = computed(content, key)
                    waiting.discard(key)
                    if key in self.arrays:
                        rows, columns = self.arrays[key]
                        whole = np.broadcast_to(np.atleast_2d(value), (rows, columns))
                        for i in range(rows):
                            for j in range(columns):
                                found[key[0], key[1] + i, key[2] + j] = float(whole[i, j])
                    else:
                        found[key] = float(np.asarray(value).reshape(-1)[0])
                else:
                    owner = self._owner(key)
                    if owner is not None:
                        one(owner)
                    else:
                        found[key] = content
            return found[key]

        def computed(text: str, key: Key) -> object:
            def cell(match: re.Match) -> str:
                sheet = numbers[(match[1] or match[2]).lower()] if match[1] or match[2] else key[0]
                first, last = match[3], match[4]
                if last is None:
                    return f"C({sheet},{_place(first)[0]},{_place(first)[1]})"
                a, b = _place(first), _place(last)
                return f"R({sheet},{a[0]},{a[1]},{b[0]},{b[1]})"

            for name, text_of in self.names.items():
                text = re.sub(rf"\b{name}\b(?!\()", text_of.removeprefix("="), text)
            python = REFERENCE.sub(cell, text[1:]).replace("^", "**").replace("<>", "!=")
            python = re.sub(r"(?<![<>!=])=(?!=)", "==", python)
            space = {**FUNCTIONS, "C": lambda *k: one(k), "R": block}
            return eval(python, space)

        def block(sheet: int, top: int, left: int, bottom: int, right: int) -> np.ndarray:
            return np.array(
                [
                    [_number(one((sheet, r, c))) for c in range(left, right + 1)]
                    for r in range(top, bottom + 1)
                ]
            )

        with np.errstate(all="raise", under="ignore"):
            for key in list(self.cells):
                one(key)
        return found

    def _owner(self, key: Key) -> Key | None:
        for first, (rows, columns) in self.arrays.items():
            if (
                key[0] == first[0] and 0 <= key[1] - first[1] < rows
                and 0 <= key[2] - first[2] < columns
            ):  # fmt: skip
                return first
        return None


def without_loss(case: Case) -> Case:
    """The same workbook with the column of the loss left out."""
    for key in case.losses:
        case.cells.pop(key, None)
    return case


def _place(text: str) -> tuple[int, int]:
    letters, digits = re.fullmatch(r"\$?([A-Z]+)\$?(\d+)", text).groups()
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(digits) - 1, column - 1


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else float("nan")


def _product(*lists: np.ndarray) -> float:
    total = np.ones_like(np.asarray(lists[0], dtype=float))
    for one in lists:
        total = total * one
    return float(np.nansum(total))


FUNCTIONS = {
    "EXP": np.exp, "LN": np.log, "SQRT": np.sqrt, "TANH": np.tanh, "ABS": np.abs, "SIGN": np.sign,
    "POWER": lambda a, b: np.power(float(a), float(b)), "COS": np.cos, "SIN": np.sin,
    "SUM": lambda *x: float(sum(np.nansum(one) for one in x)),
    "AVERAGE": lambda *x: float(np.nanmean(np.concatenate([np.ravel(one) for one in x]))),
    "SUMSQ": lambda *x: float(sum(np.nansum(np.square(one)) for one in x)),
    "SUMXMY2": lambda a, b: float(np.nansum((a - b) ** 2)), "SUMPRODUCT": _product,
    "COUNT": lambda x: float(np.isfinite(x).sum()),
    "MAX": lambda *x: float(max(np.nanmax(one) for one in x)),
    "MIN": lambda *x: float(min(np.nanmin(one) for one in x)),
    "MMULT": lambda a, b: np.atleast_2d(a) @ np.atleast_2d(b),
    "TRANSPOSE": lambda a: np.atleast_2d(a).T,
    "IF": lambda test, a, b: a if test else b,
    "LOG": lambda a, b=10: np.log(a) / np.log(b), "MOD": lambda a, b: a % b,
    "INT": np.floor, "ROUND": lambda a, b: round(float(a), int(b)),
}  # fmt: skip


def write(path, case: Case, values: bool = True, only_values: bool = False, digits=None):
    """Write a case's workbook; with ``only_values`` no formula, rounded to ``digits``."""
    found = case.values()
    with xlsxwriter.Workbook(str(path)) as book:
        pages = [book.add_worksheet(name) for name in case.sheets]
        for name, text in case.names.items():
            book.define_name(name, text)
        for sheet, top, left, bottom, right in case.merged:
            pages[sheet].merge_range(
                top, left, bottom, right, case.cells.pop((sheet, top, left), "")
            )
        for (sheet, row, column), content in case.cells.items():
            page, value = pages[sheet], found[sheet, row, column]
            key = (sheet, row, column)
            if isinstance(content, str) and content.startswith("=") and not only_values:
                shown = value if values else ""
                if key in case.arrays:
                    rows, columns = case.arrays[key]
                    end = at(row + rows - 1, column + columns - 1)
                    page.write_array_formula(
                        f"{at(row, column)}:{end}", "{" + content + "}", None, shown
                    )
                    for i in range(rows):
                        for j in range(columns):
                            if (i, j) != (0, 0):
                                page.write_number(
                                    row + i, column + j, found[sheet, row + i, column + j]
                                )
                else:
                    page.write_formula(row, column, content, None, shown)
            elif isinstance(value, str):
                page.write_string(row, column, value)
            else:
                typed = not isinstance(content, str)
                page.write_number(
                    row, column, value if digits is None or typed else round(value, digits)
                )
    return path


# What a slip does to a formula's text: a change of one place, the same in every cell of a fill.
OPERATOR = re.compile(r"(?<=[\w)])[+\-](?=[\w($])")
FACTOR = re.compile(r"(?<=\w)\*\$?[A-Z]{1,2}\$?\d+(?![\w:(])")
LEADING = re.compile(r"(?<![\w.$])\d+(?:\.\d+)?\*(?=[\w($])")


def slipped(case: Case, chance: random.Random) -> tuple[str, str, str] | None:
    """Plant one slip into one gradient; (sheet, address of the first wrong cell, what), or None."""
    if not case.gradients:
        return None
    group = chance.choice(case.gradients)
    whole = chance.random() < 0.5 or len(group) < 4
    keys = group if whole else [group[chance.randint(1, len(group) - 2)]]
    change = chance.choice((_sign, _factor, _number_dropped, _other_cell, _other_cell, _square))
    right = case.values()
    before = {key: case.cells[key] for key in keys}
    state = chance.getrandbits(32)
    for key in keys:
        new = change(case, key, before[key], random.Random(state))
        if new is None or new == before[key]:
            case.cells.update(before)
            return None
        case.cells[key] = new
    try:
        wrong = case.values()
    except (ArithmeticError, RecursionError, ValueError):
        case.cells.update(before)
        return None
    first = keys[0]
    apart = [abs(wrong[key] - right[key]) / max(abs(right[key]), 1e-300) for key in keys[:1]]
    if not all(np.isfinite(v) for v in wrong.values() if isinstance(v, float)) or min(apart) < 1e-6:
        case.cells.update(before)
        return None
    return case.sheets[first[0]], at(first[1], first[2]), f"{before[first]} -> {case.cells[first]}"


def _replace(text: str, found: list[tuple[int, int]], new: Callable, chance) -> str | None:
    if not found:
        return None
    start, end = found[chance.randrange(len(found))]
    return text[:start] + new(text[start:end]) + text[end:]


def _sign(_case, _key, text, chance):
    spans = [m.span() for m in OPERATOR.finditer(text)]
    return _replace(text, spans, lambda sign: "-" if sign == "+" else "+", chance)


def _factor(_case, _key, text, chance):
    return _replace(text, [m.span() for m in FACTOR.finditer(text)], lambda _: "", chance)


def _number_dropped(_case, _key, text, chance):
    return _replace(text, [m.span() for m in LEADING.finditer(text)], lambda _: "", chance)


def _square(_case, _key, text, chance):
    spans = [m.span() for m in re.finditer(r"\^2", text)]
    return _replace(text, spans, lambda _: "", chance)


def _other_cell(case, key, text, chance):
    """A relative reference moved to a near cell of the same line that holds a number."""
    found = [
        m
        for m in REFERENCE.finditer(text)
        if "$" not in m[0] and ":" not in m[0] and "!" not in m[0]
    ]
    if not found:
        return None
    match = chance.choice(found)
    row, column = _place(match[3])
    column += chance.choice((-2, -1, 1, 2))
    content = case.cells.get((key[0], row, column))
    if column < 0 or content is None or (isinstance(content, str) and content[:1] != "="):
        return None
    return text[: match.start()] + at(row, column) + text[match.end() :]
