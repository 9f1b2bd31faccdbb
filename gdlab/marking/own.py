"""Whether a workbook is one of gdlab's own: a practice sheet, or an exported one."""

from gdlab.core.registry import rules
from gdlab.marking.grid import Grid
from gdlab.marking.record import FINGERPRINT, SEARCHED_LINES
from gdlab.reading.book import Book


def is_own(book: Book) -> bool:
    """Whether a workbook holds the record of a practice sheet, or a rule's source under a title."""
    sources = set(rules().values())
    return any(
        book.text((sheet, 2, 1)) in sources
        or any(book.text((sheet, row, 1)) == FINGERPRINT for row in range(1, SEARCHED_LINES + 1))
        for sheet in range(len(book.sheets))
    )


def is_exported(grids: list[Grid]) -> bool:
    """Whether one of a workbook's sheets has a rule's source under its title, as exported ones."""
    sources = set(rules().values())
    return any(grid.text(2, 1) in sources for grid in grids)
