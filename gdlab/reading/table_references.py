"""Replace structured references, such as ``Points[@x]``, by addresses."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gdlab.core.layout import letters
from gdlab.reading.book import Book, Formula

REFERENCE = re.compile(r"(?<![\w\]'])([^\W\d][\w.]*)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]")
ITEM = re.compile(r"\[([^\[\]]*)\]")
THIS_ROW, DATA, ALL = "#this row", "#data", "#all"


@dataclass
class SheetTable:
    """A table of a sheet: its corners, its header and total rows, its columns by name."""

    sheet: int
    top: int = 1
    left: int = 1
    bottom: int = 1
    heads: int = 1
    totals: int = 0
    columns: list[str] = field(default_factory=list)


def put_addresses(book: Book, tables: Mapping[str, SheetTable]) -> None:
    """Replace the structured references of every formula by addresses."""
    if not tables:
        return
    for key, formula in book.formulas.items():
        if "[" not in formula.text:
            continue
        row = formula.at[0]

        def put(match: re.Match[str], sheet: int = key[0], row: int = row) -> str:
            table = tables.get(match[1].lower())
            found = _address(table, match[2], row) if table is not None else None
            if found is None or table is None:
                return match[0]
            if table.sheet == sheet:
                return found
            name = book.sheets[table.sheet].replace("'", "''")
            return f"'{name}'!{found}"

        book.formulas[key] = Formula(REFERENCE.sub(put, formula.text), formula.at)


def _address(table: SheetTable, inside: str, row: int) -> str | None:
    """The address for the text in brackets; None if it names no column of the table."""
    at_row = inside.startswith("@")
    items = ITEM.findall(inside) or [inside.removeprefix("@")]
    marks = {one.lower() for one in items if one.startswith("#")}
    names = [one.strip().lower() for one in items if not one.startswith("#")]
    known = [one.lower() for one in table.columns]
    if any(name not in known for name in names) or not marks <= {THIS_ROW, DATA, ALL}:
        return None
    columns = sorted(known.index(name) for name in names) or [0, len(known) - 1]
    first, last = (letters(table.left - 1 + columns[at]) for at in (0, -1))
    if at_row or THIS_ROW in marks:
        return f"${first}{row}" if first == last else f"${first}{row}:${last}{row}"
    top, bottom = table.top, table.bottom
    if ALL not in marks:
        top, bottom = top + table.heads, bottom - table.totals
    return f"${first}${top}:${last}${bottom}"
