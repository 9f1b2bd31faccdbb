"""What the columns are called in the Excel lesson's own workbook, and where they stand there."""

from gdlab.core.columns import Table
from gdlab.core.layout import letters
from gdlab.core.symbols import text

# The original's columns from A on, by our names, where its order is known.
COLUMNS = {
    "basic": (
        "x", "y", "intercept", "slope", "y_pred", "err2", "err2_h_intercept", "est_grad_intercept",
        "err2_h_slope", "est_grad_slope", "grad_intercept", "grad_slope", "new_slope",
        "new_intercept",
    ),
    "momentum": (
        "x", "y", "intercept", "slope", "y_pred", "grad_intercept", "grad_slope", "new_intercept",
        "new_slope", "avg_intercept", "avg_slope", "err2",
    ),
}  # fmt: skip
LABELS = {
    "y_pred": "y_pred", "err2": "err^2", "err2_h_intercept": "errb1", "err2_h_slope": "erra1",
    "new_intercept": "new b", "new_slope": "new a",
}  # fmt: skip


def original_notes(lesson: str, table: Table) -> dict[str, str]:
    """For each column that the original sheet has, what it is called there and its letter."""
    known = COLUMNS.get(lesson, ())
    shared = set(COLUMNS["basic"]).intersection(COLUMNS["momentum"])
    notes = {}
    for name in table.names:
        label = LABELS.get(name) or text(name, "ab", table)
        if name in known:
            notes[name] = f"In the original workbook: column {letters(known.index(name))}, {label}"
        elif name in shared and not known:
            notes[name] = f"In the original workbook: {label}"
    return notes
