"""The table of claims laid out for reading, its long texts wrapped."""

import html
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdlab.studies.claims.claim import FAILS, HOLDS, UNTESTABLE, WITH_SETTINGS

if TYPE_CHECKING:
    import pandas as pd

# Within each element, because a page may drop style sheets.
FOLD = "margin:4px 0;line-height:1.5"
INSIDE = "padding:2px 0 8px 18px"
CODE = "background:none;padding:0;white-space:pre-wrap;overflow-wrap:anywhere;font-size:90%"
MARKS = {HOLDS: "✓", WITH_SETTINGS: "(✓)", FAILS: "✗", UNTESTABLE: "?"}


def _told(row: Mapping[Hashable, Any]) -> str:
    """One claim; what came out is behind a fold, so that a reader can guess first."""
    said = {name: html.escape(str(text)) for name, text in row.items()}
    lines = [f"<i>Found:</i> {said['outcome']}.", f"<i>Why:</i> {said['reason']}"]
    if said["edge"]:
        lines.append(f"<i>The edge:</i> {said['edge']}.")
    lines += [
        f"<i>Said by:</i> {said['source']}.",
        f"<i>See:</i> {said['shows']}, in",
        f'<code style="{CODE}">{said["run"]}</code>',
    ]
    verdict = f"<b>{MARKS[row['verdict']]} {said['verdict']}</b>"
    return (
        f'<details style="{FOLD}"><summary>{said["claim"]} <i>True or false?</i></summary>'
        f'<div style="{INSIDE}">{verdict}<br>{"<br>".join(lines)}</div></details>'
    )


@dataclass(frozen=True, eq=False)
class ClaimList:
    """Claims for a notebook, with the same in plain text as ``repr``."""

    table: "pd.DataFrame"

    def _repr_html_(self) -> str:
        return "".join(_told(row) for row in self.table.to_dict("records"))

    def __repr__(self) -> str:
        return "\n".join(
            f"{MARKS[row['verdict']]} {row['verdict']}: {row['claim']}"
            for row in self.table.to_dict("records")
        )


def show_claims(table: "pd.DataFrame", source: str = "") -> ClaimList:
    """Lay out the claims of the sources with these words in their names, or all.

    ``table`` is what :func:`gdlab.claims` gives. Raises ValueError where no source has the words.
    """
    rows = table[table["source"].str.contains(source, case=False, regex=False)]
    if rows.empty:
        sources = "; ".join(dict.fromkeys(table["source"]))
        raise ValueError(f"no source has {source!r:.40} in its name; there are: {sources}")
    return ClaimList(rows)
