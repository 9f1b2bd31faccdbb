"""Many variants of strangers' sheets: all recognised, nothing accused wrongly, slips found.

The counts stand in the module; ``make proof`` runs them in full.
"""

import os

from strangers import write
from variants import base, planted, relaid, rewritten

from gdlab import read_workbook

FULL = os.environ.get("GDLAB_PROOF") == "full"
CORRECT, SLIPPED = (1_000, 300) if FULL else (30, 30)


def variant(seed):
    return rewritten(relaid(base(seed), seed), seed)


def rule_of(sheet):
    names = {column.name for column in sheet.columns}
    if "et" in names:
        return "gradient descent"
    if {"ab", "sb"} <= names:
        return "adam_lesson"
    return "momentum" if "ab" in names else "rmsprop" if "sb" in names else "sgd"


def test_correct_variants_are_recognised_and_nothing_is_accused(tmp_path):
    recognised = 0
    for seed in range(CORRECT):
        sheet = variant(seed)
        reading = read_workbook(write(tmp_path / "a.xlsx", sheet))
        assert reading.findings == [], seed
        verdicts = {one.verdict for table in reading.tables for one in table.gradients}
        assert "wrong" not in verdicts, seed
        recognised += [table.rule for table in reading.tables] == [rule_of(sheet)]
    assert recognised >= 0.95 * CORRECT


def test_planted_slips_are_found_at_their_first_cell_and_named(tmp_path):
    tried = found = named = 0
    for seed in range(SLIPPED):
        sheet = variant(seed)
        where = planted(sheet, seed)
        if where is None:
            continue
        try:
            file = write(tmp_path / "a.xlsx", sheet)
        except (OverflowError, ZeroDivisionError):
            continue  # it explodes, and Excel would show no number either
        reading = read_workbook(file)
        tried += 1
        hits = [one for one in reading.findings if one.address.split(":")[0] == where]
        found += reading.first_wrong == where
        named += bool(hits) and any(sign in hits[0].because for sign in (": ", "; "))
    assert tried > SLIPPED / 2
    assert found >= 0.95 * tried
    assert named >= 0.9 * tried
