"""The still view: what a notebook shows of its sheets where no kernel runs."""

import html

from gdlab.runs import Trace
from gdlab.widget.book import Book

SHOWN_ROWS = 12


def still(book: Book) -> str:
    """Every sheet's summary and first and last rows as HTML."""
    parts = [
        "<p><em>A still view. Run this cell to bring the sheet to life.</em></p>",
        *(_sheet(name, run, name == book.tab) for name, run in book.runs.items()),
    ]
    return f'<div class="gdlab-still">{"".join(parts)}</div>'


def _sheet(name: str, run: Trace, is_open: bool) -> str:
    table = run.frame.to_html(
        index=False, max_rows=SHOWN_ROWS, float_format=lambda value: format(value, ".6g")
    )
    head = f"<summary><b>{html.escape(name)}</b>: {html.escape(run.summary())}</summary>"
    return f"<details{' open' if is_open else ''}>{head}{table}</details>"
