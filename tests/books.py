"""What tests of workbooks share: cells against an engine's, and a look into the file itself."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import engines

# Sums over many rows: programs add in other orders. Adding n numbers of one sign in any order gives
# the same to n - 1 roundings; a mean, its root and what only shows them lean on that.
SUMS = re.compile(r"SUM\(|AVERAGE\(|=SQRT\([A-Z]+\d+\)$|^=\$?[A-Z]+\d+$|^=[a-z_]+!")
ROUNDING = 2.0**-53


def differences(
    path: Path, recomputed: dict, same: Callable[[Any, Any], bool] | None = None, terms: int = 29
) -> list[tuple]:
    """Cells whose stored value is not what an engine computes: (place, formula, stored, computed).

    Row formulas must be equal, or ``same``; sums of ``terms`` numbers to the bound of their
    roundings.
    """
    found = []
    for place, (formula, value) in engines.stored(path).items():
        other = recomputed[place]
        equal = same(value, other) if same else type(value) is type(other) and value == other
        if not equal and SUMS.search(formula) and isinstance(value, float):
            equal = isinstance(other, float) and abs(value - other) <= terms * ROUNDING * abs(value)
        if not equal:
            found.append((place, formula, value, other))
    return found


def shape(formula: str, row: int) -> str:
    """A formula with relative rows as distances, as it would be copied down."""
    return re.sub(
        r"(?<![A-Za-z_$\d.])(\$?[A-Z]{1,3})(\d+)(?![\d(])",
        lambda found: f"{found[1]}[{int(found[2]) - row}]",
        formula,
    )


def parts(path: Path) -> dict[str, bytes]:
    """The members of a workbook's zip."""
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}


def rewrite(path: Path, change: Callable[[str, bytes], bytes], to: Path) -> Path:
    """The workbook with its members changed."""
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in parts(path).items():
            book.writestr(name, change(name, data))
    return to
