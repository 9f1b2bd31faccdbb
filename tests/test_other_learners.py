"""Causes and verdicts, measured on slips and tables that gdlab was not built with.

In full: 1,500 sheets of 27 kinds of table, with one slip or two. The suite takes a sample.
"""

import os
import random
import re
from collections import Counter
from functools import lru_cache

import other_learners as learners
import pytest
from other_learners import Cells, Made, decimals, digits
from other_tables import RULES, Sheet, Write, columns

from gdlab.core.trace import Trace
from gdlab.marking.handout import make
from gdlab.marking.report import Marked, Report
from gdlab.marking.reporting import report
from gdlab.marking.sheet import Filled, Written
from gdlab.marking.values import claimed

FULL = os.environ.get("GDLAB_PROOF") == "full"
SHEETS, ONE_OF = 1_500, 12
TIMES_THE_RIGHT_ONE = r"it is (\d times|half of|one quarter of) what it should be"
# A rule, a model, a schedule, the points in a batch.
TABLES = [
    *((rule, "line", None, 1) for rule in RULES),
    ("sgd", "quadratic", None, 1),
    ("momentum", "quadratic", None, 1),
    ("sgd", "logistic", None, 1),
    ("adam", "logistic", None, 1),
    ("rmsprop", "plane", None, 1),
    ("sgd", "network_2_2_2", None, 1),
    ("sgd", "line", None, 2),
    ("adam", "line", None, 2),
    ("momentum", "quadratic", None, 2),
    ("sgd", "line", "exponential", 1),
    ("adam", "line", "step_decay", 1),
    ("momentum", "line", "cosine", 1),
    ("sgd", "line", "warmup_cosine", 1),
    ("adagrad", "plane", "exponential", 1),
]
STYLES: list[Write] = [
    *(
        decimals(count, carried=carried)
        for count in (2, 3, 4, 4, 5, 6)
        for carried in (True, False)
    ),
    *(digits(count, carried=carried) for count in (3, 4, 5, 6) for carried in (True, False)),
    learners.in_full,
]


@lru_cache(maxsize=8)
def sheet_of(rule: str, model: str, schedule: str | None, batch: int, rows: int, seed: int):
    options = {"model": model, "schedule": schedule, "batch_size": batch}
    usual = {"model": "line", "schedule": None, "batch_size": 1}
    given = {name: value for name, value in options.items() if value != usual[name]}
    record, key = make(rule, rows=rows, seed=seed, **given)
    return Sheet(rule, model, schedule, batch, record.points, rows, record.given), key


def marked(key: Trace, cells: Cells) -> Report:
    written = {
        place: Written(number, claimed(number), repr(number))
        for place, number in cells.written.items()
    }
    return report(Filled(key, frozenset(written), written))


def wrong_sheet(number: int) -> tuple[Made, Cells, Trace]:
    """A sheet with a number that is not right, drawn by ``number``."""
    draw = random.Random(f"other learners {number}")
    table = TABLES[number % len(TABLES)]
    sheet, key = sheet_of(*table, draw.randint(3, 5), draw.randint(100, 100_000))
    write, family, kind = draw.choice(STYLES), learners.slips_of(sheet), draw.random()
    while True:
        if kind < 0.12:
            made = learners.made_by_hand(draw.choice(list(learners.BY_HAND)), sheet, draw)
        else:
            made = learners.made(draw.choice(family), sheet, draw)
        if kind > 0.85:
            made = learners.together(made, learners.made(draw.choice(family), sheet, draw))
        cells = learners.fills_in(sheet, write, made, draw)
        if cells and any(cells.written[one] != write(cells.right[one])[0] for one in made.names):
            return made, cells, key


def fate(said: Marked, may: set[str]) -> str:
    """What is said of a slip of which some causes ``may`` be named: one of them, another, none.

    Either of two causes is said where both fit equally; one of them is to be the right one. That a
    number is twice or half what it should be names no cause: it is true, whatever was done.
    """
    if said.slip and may & set(said.slip.split("|")):
        return "named"
    is_fact = re.match(TIMES_THE_RIGHT_ONE, said.because or "")
    return "left open" if said.slip is None or is_fact else "wrong cause"


def test_a_slip_is_named_or_left_open_but_not_taken_for_another() -> None:
    fares: Counter[str] = Counter()
    unsaid = []
    for number in range(0, SHEETS, 1 if FULL else ONE_OF):
        made, cells, key = wrong_sheet(number)
        first = next((one for one in marked(key, cells).cells if one.status == "wrong"), None)
        if first is None:
            fares["nothing wrong"] += 1
        elif (first.row, first.column) not in made.names:
            fares["right called wrong"] += 1
            unsaid.append((number, made.what, first.address))
        else:
            told = fate(first, set(made.names[first.row, first.column].split()))
            fares[told] += 1
            if told == "wrong cause":
                unsaid.append((number, made.what, first.because or ""))
    wrong = fares.total() - fares["nothing wrong"]
    assert fares["nothing wrong"] < fares.total() / 50, fares
    assert fares["wrong cause"] <= max(1, wrong / 200), (fares, unsaid)
    assert fares["right called wrong"] <= wrong / 500, (fares, unsaid)
    assert fares["named"] >= wrong * (0.66 if FULL else 0.6), fares


@pytest.mark.parametrize("table", TABLES if FULL else TABLES[::5])
def test_their_right_sheets_are_right(table: tuple[str, str, str | None, int]) -> None:
    nothing = Made({}, {}, {}, "nothing")
    for number, write in enumerate(STYLES if FULL else STYLES[::6]):
        sheet, key = sheet_of(*table, 4, number)
        cells = learners.fills_in(sheet, write, nothing, random.Random(0))
        if cells is None:
            # An average of squares that is rounded to 0.00 leaves eps alone to divide by.
            assert write is STYLES[0]
            continue
        assert {name for _, name in cells.written} == set(columns(sheet))
        found = marked(key, cells)
        assert found.marks["wrong"] == found.marks["follows"] == 0, (number, found)
