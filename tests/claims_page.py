"""Write docs/claims.md, the articles' claims with what came out: python tests/claims_page.py."""

from pathlib import Path
from typing import TYPE_CHECKING

import gdlab

if TYPE_CHECKING:
    import pandas as pd

PAGE = Path(__file__).parents[1] / "docs" / "claims.md"
HEAD = """# What the articles say

Every claim below was run by gdlab's own rules, and its verdict follows from the numbers. *Holds
with these settings* means: in some of the runs and not in others. *Cannot be tested* means: what
the number depends on is not stated, or no run on a line could decide it. `gdlab.claims()` runs
them all again; `notebooks/10_what_the_articles_say.ipynb` lets you guess first.
"""


def head_of(row: "pd.Series") -> str:
    """A claim's heading: the claim and its verdict."""
    return f"**{row['claim']}** *{row['verdict'].capitalize()}.*"


def page(table: "pd.DataFrame") -> str:
    """The whole page."""
    parts = [HEAD]
    for source, rows in table.groupby("source", sort=False):
        title, _, rest = str(source).partition(", ")
        parts.append(f"## {title}\n")
        if rest:
            parts.append(f"{rest}\n")
        for _, row in rows.iterrows():
            edge = f" The edge: {row['edge']}." if row["edge"] else ""
            parts.append(
                f"{head_of(row)}\n{_first(row['outcome'])}. {row['reason']}{edge}\n"
                f"See {row['shows']}, in\n\n    {row['run']}\n"
            )
    return "\n".join(parts)


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]


if __name__ == "__main__":
    PAGE.write_text(page(gdlab.claims()), encoding="utf-8")
