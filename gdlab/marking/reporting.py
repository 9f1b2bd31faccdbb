"""From a filled sheet to its report: judged, with the slips found."""

import ast

from gdlab.marking.deciding import NOUGHT, decided
from gdlab.marking.diagnosis import Diagnosis, diagnose
from gdlab.marking.equivalents import judged_as_meant
from gdlab.marking.judge import RIGHT, UNEARNED, WRONG, Judgement, Verdict
from gdlab.marking.report import Marked, Report
from gdlab.marking.sheet import Filled
from gdlab.marking.wording import (
    ALL_THE_SAME,
    NOT_OWN_WORK,
    UNDECIDED_NOTE,
    UNEARNED_NOTE,
    words,
)

# So few cells may well hold the same number.
FEW_CELLS = 6


def report(filled: Filled, follows: float = 1.0, per_slip: float | None = None) -> Report:
    """Judge a sheet, find the slips, and say it all; ``follows`` as for :func:`gdlab.check`.

    ``per_slip`` as for :class:`Report`.
    """
    judgement, notes = judged_as_meant(filled)
    judgement, more = decided(judgement)
    diagnoses = diagnose(judgement)
    cells = [_marked(judgement, one, diagnoses.get(one.place)) for one in judgement.verdicts]
    notes = (*notes, *more)
    written = [cell.written for cell in cells if cell.written is not None]
    counts = len(written) < FEW_CELLS or len(set(written)) > 1
    if counts:
        if any(one.status == UNEARNED and one.like is None for one in judgement.verdicts):
            notes = (*notes, UNEARNED_NOTE)
        if any(one.like == NOUGHT or isinstance(one.like, tuple) for one in judgement.verdicts):
            notes = (*notes, UNDECIDED_NOTE)
        if not _is_own_work(judgement, cells):
            notes, follows = (*notes, NOT_OWN_WORK), 0.0
    else:
        notes = (*notes, ALL_THE_SAME)
    all_notes = (*filled.notes, *notes)
    return Report(
        filled.file, filled.key.rule, tuple(cells), all_notes, follows, counts, per_slip=per_slip
    )


def _is_own_work(judgement: Judgement, cells: list[Marked]) -> bool:
    """Whether what follows may count: something is right, or not every row has slips of its own.

    A number that is only copied from above or from the inputs is not right by computing. One column
    that is wrong all through, in other numbers from row to row, was computed in a way that nobody
    foresaw: what follows from it is work.
    """
    table = judgement.filled.key.table
    slips = [cell for cell in cells if cell.status == WRONG and not cell.again]
    is_one_column = len({cell.column for cell in slips}) == 1
    return (
        len(slips) <= 1
        or (is_one_column and len({cell.written for cell in slips}) > 1)
        or {cell.row for cell in slips} != {cell.row for cell in cells}
        or any(
            cell.status == RIGHT and not isinstance(table.column(cell.column).expression, ast.Name)
            for cell in cells
        )
    )


def _marked(judgement: Judgement, verdict: Verdict, found: Diagnosis | None) -> Marked:
    filled, (row, column) = judgement.filled, verdict.place
    written = verdict.written
    because, hint = words(filled, verdict, found)
    value: float | str | None = None
    if written is not None:
        value = written.text if written.number is None else written.number
    return Marked(
        sheet=filled.sheet,
        address=filled.address(verdict.place),
        row=row,
        column=column,
        status=verdict.status,
        written=value,
        expected=verdict.expected,
        expected_from_yours=verdict.from_yours,
        slip=found.slip if found else None,
        because=because,
        hint=hint,
        again=found is not None and found.once and verdict.place in found.places[1:],
    )
