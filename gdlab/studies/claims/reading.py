"""The table of claims laid out for reading, its long texts wrapped."""

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gdlab.studies.claims.claim import FAILS, HOLDS, UNTESTABLE, WITH_SETTINGS

if TYPE_CHECKING:
    import pandas as pd

# Within each cell, because a page may drop style sheets and has its own for tables.
CELL = "text-align:left;vertical-align:top;white-space:normal;padding:8px 18px 8px 0"
CODE = "background:none;padding:0;white-space:pre-wrap;overflow-wrap:anywhere;font-size:90%"
MARKS = {HOLDS: "✓", WITH_SETTINGS: "(✓)", FAILS: "✗", UNTESTABLE: "?"}


@dataclass(frozen=True, eq=False)
class Reading:
    """Claims for a notebook, with the same in plain text as ``repr``."""

    table: "pd.DataFrame"

    def _repr_html_(self) -> str:
        heads = f'<th style="{CELL};width:28%">claimed</th><th style="{CELL}">what comes out</th>'
        rows = []
        for row in self.table.to_dict("records"):
            said = {name: html.escape(str(text)) for name, text in row.items()}
            lines = (
                f"<i>Found:</i> {said['outcome']}.",
                f"<i>Why:</i> {said['reason']}",
                f'<code style="{CODE}">{said["run"]}</code>',
            )
            verdict = f"<b>{MARKS[row['verdict']]} {said['verdict']}</b>"
            rows.append(
                f'<tr><td style="{CELL}">{said["claim"]}<br>{verdict}</td>'
                f'<td style="{CELL}">{"<br>".join(lines)}</td></tr>'
            )
        return f'<table style="width:100%"><tr>{heads}</tr>{"".join(rows)}</table>'

    def __repr__(self) -> str:
        return "\n".join(
            f"{MARKS[row['verdict']]} {row['verdict']}: {row['claim']}"
            for row in self.table.to_dict("records")
        )


def show_claims(table: "pd.DataFrame", source: str = "") -> Reading:
    """Lay out the claims of the sources with these words in their names, or all.

    ``table`` is what :func:`gdlab.claims` gives. Raises ValueError where no source has the words.
    """
    rows = table[table["source"].str.contains(source, case=False, regex=False)]
    if rows.empty:
        sources = "; ".join(dict.fromkeys(table["source"]))
        raise ValueError(f"no source has {source!r:.40} in its name; there are: {sources}")
    return Reading(rows)
