"""The picture of a marked class: every cell of the sheet, and for how many it went wrong."""

import textwrap
from collections import Counter
from pathlib import Path

from gdlab.core.files import replacing

PICTURE_COLUMNS, PICTURE_ROWS = 60, 60
CELL_WIDTH, CELL_HEIGHT = 0.62, 0.34  # inches
LONGEST_ITEM = 60
# What a count of slips begins with, among those of statuses.
SLIP = "slip:"


def write_pictures(items: dict[tuple[str, str, int], Counter], out: Path) -> None:
    """Draw ``items-RULE.png`` for every rule: who has a cell wrong or empty, the usual slips."""
    for rule in dict.fromkeys(rule for rule, _, _ in items):
        with replacing(out / f"items-{rule}.png") as beside:
            _draw(
                rule, {key[1:]: counts for key, counts in items.items() if key[0] == rule}, beside
            )


def _commonest(items: dict[tuple[str, int], Counter], column: str) -> str:
    """A column's commonest mistake over all rows, with how often it was found; one sentence."""
    slips: Counter = Counter()
    for (name, _), counts in items.items():
        if name == column:
            slips.update({key: n for key, n in counts.items() if key.startswith(SLIP)})
    for name, count in slips.most_common(1):
        cells = "1 cell" if count == 1 else f"{count} cells"
        return f"in {cells}: {textwrap.shorten(name.removeprefix(SLIP), LONGEST_ITEM)}"
    return ""


def _draw(rule: str, items: dict[tuple[str, int], Counter], path: Path) -> None:
    import numpy as np
    from matplotlib.figure import Figure

    columns = list(dict.fromkeys(column for column, _ in items))[:PICTURE_COLUMNS]
    rows = sorted({row for _, row in items})[:PICTURE_ROWS]
    shares = np.full((len(columns), len(rows)), np.nan)
    texts = {}
    for (column, row), counts in items.items():
        if column in columns and row in rows:
            of = sum(n for name, n in counts.items() if not name.startswith(SLIP))
            missed = counts["wrong"] + counts["empty"]
            index = columns.index(column), rows.index(row)
            shares[index] = missed / of
            empty = f"+{counts['empty']}" if counts["empty"] else ""
            texts[index] = f"{counts['wrong'] or ''}{empty}"
    size = (CELL_WIDTH * len(rows) + 5.2, CELL_HEIGHT * len(columns) + 1.5)
    figure = Figure(figsize=size, dpi=110, layout="constrained")
    axes = figure.add_subplot()
    shown = axes.imshow(shares, cmap="Reds", vmin=0, vmax=1, aspect="auto")
    for (down, across), text in texts.items():
        dark = shares[down, across] > 0.55
        colour = "white" if dark else "black"
        axes.text(across, down, text, ha="center", va="center", fontsize=8, color=colour)
    axes.set_yticks(range(len(columns)), columns)
    slips = axes.secondary_yaxis("right")
    slips.set_yticks(range(len(columns)), [_commonest(items, column) for column in columns])
    slips.tick_params(length=0, labelsize=8)
    axes.set_xticks(range(len(rows)), [str(row) for row in rows])
    axes.xaxis.tick_top()
    axes.set_xlabel("row")
    axes.xaxis.set_label_position("top")
    most = max(sum(n for k, n in c.items() if not k.startswith(SLIP)) for c in items.values())
    sheets = "1 sheet" if most == 1 else f"{most:,} sheets"
    axes.set_title(
        f"{rule}, {sheets}: how many have a cell wrong, and +n left it empty", loc="left"
    )
    figure.colorbar(shown, ax=axes, label="share of the sheets in which it is wrong or empty")
    figure.savefig(path, format="png")
