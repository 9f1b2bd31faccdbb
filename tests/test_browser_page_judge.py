"""The judge of a page's practice, run in Chromium: it says what gdlab's own says, cell by cell.

And it names the same causes, one slip or two at once: Python writes them into the page, which puts
numbers into them.
"""

import ast
import itertools
import os
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from learners import Learner
from pages import opened

import gdlab
from gdlab.core.rerun import inputs_of, rerun
from gdlab.core.trace import Trace
from gdlab.language.grammar import substitute
from gdlab.language.javascript import as_data
from gdlab.marking.column_slips import exchanged
from gdlab.marking.deciding import decided
from gdlab.marking.diagnosis import diagnose
from gdlab.marking.equivalents import judged_as_meant
from gdlab.marking.handout import make
from gdlab.marking.judge import Judgement
from gdlab.marking.numbers import _pleasant
from gdlab.marking.separating import hidden
from gdlab.marking.sheet import CellRef, Filled
from gdlab.marking.slips import pairs, slips
from gdlab.marking.values import typed
from gdlab.web.assets import module
from gdlab.web.data import page_data
from gdlab.web.program import program
from gdlab.web.slips import marking_data, slips_of

FULL = os.environ.get("GDLAB_PROOF") == "full"
KEYS: list[tuple[str, dict[str, Any]]] = [
    ("sgd", {}),
    ("sgd", {"h": 0.01, "batch_size": 2}),
    ("sgd", {"switch": {"to": "adam", "at_epoch": 2}, "epochs": 3}),
    ("momentum", {"max_value": 0.5}),
    ("rmsprop_lesson", {}),
    ("adam", {}),
    ("adam", {"max_norm": 1.0, "batch_size": 2}),
    ("adamw", {"schedule": "cosine"}),
    ("adadelta", {}),
    ("amsgrad", {}),
    ("lion", {}),
    ("nadam", {"weight_decay": 0.01}),
    ("adagrad_lesson", {}),
    ("adam_lesson", {"schedule": "lesson_annealing", "epochs": 3}),
    ("momentum", {"model": "quadratic"}),
    ("sgd", {"model": "logistic"}),
    ("sgd", {"model": "network_2_2_2"}),
]
if FULL:
    KEYS += [(rule, {}) for rule in gdlab.rules() if (rule, {}) not in KEYS]
MODEL_RULES = ["sgd", "momentum", "rmsprop", "adam"]
ROWS = 3
Texts = dict[tuple[int, str], str]
# What a person may type besides a plain number.
TYPED = [
    "abc", "=1+1", "#NUM!", "12,5", "1e3", "50%", "-0", "−3.25", "5.", "1e999", "0,1,2", "0",
    "–8.0", "-4/125", "1½", "-½", "１２．５", "2.50*10^-2", "3×10²", "10⁻²", "-10^2", "1,204",
    "-1,204.00", "-1.204,00", "1 204", "1'204.5", "٣٫٥", "1,234,567", "≈ 3", "2/0", "1e3%", "-1660",
    "(3.5)", "(1,204)", "minus 3.5", "3.5-", "$-3.5$", "'3.5", "3.5.", "12 345/700", "12 345/7",
    "81/625", "1/3", "-3.70E-02", "(-3.5)", "( 2 )", "-", "$", "'", "..", "()",
]  # fmt: skip
# A nought alone; a square about 0; a case that rounding leaves open. Other rules lack the columns.
SPECIAL: list[Texts] = [
    {(1, "error"): "0", (1, "y_pred"): "12"},
    {(1, "error"): "0.00", (1, "err2"): "-0.00001"},
    {(1, "norm"): "1.0", (1, "scale"): "0.98"},
]
# A page computes its sheet and unpacks its slips once, however many cells are typed.
JUDGE_ALL = """({ key, known, cases, marking }) => {
    const { sheet, slips, points, epochs, inputs, first } = known;
    const samples = Object.values(points)[0].length;
    const program = gdlab.programs[key];
    const run = gdlab.compute(program, sheet, { points, epochs, samples, inputs, first });
    const given = { rows: epochs * samples, inputs: { ...inputs, n: samples }, first };
    const own = slips && gdlab.slipsOfSheet(slips, "", "sheet");
    return cases.map((texts) => {
        const judged = gdlab.decided(
            gdlab.judgedAsMeant(sheet, program, given, run.frame, new Map(texts)));
        if (own) return Object.fromEntries(gdlab.diagnose(judged, own, marking));
        return [...judged.verdicts].map(
            ([place, { status, origin, like = null }]) => [place, status, origin, like]);
    });
}"""
DRAW_ALL = """({ sheets, seeds, marking }) => sheets.flatMap(
    ([key, sheet, own, packed, use]) => seeds.map((seed) => {
        const slips = gdlab.slipsOfSheet(packed, "", "sheet");
        const program = gdlab.programs[key];
        const given = [sheet, program, 3, seed, own, use ? slips : null, marking];
        const { points, inputs, first, run } = gdlab.drawPractice(...given);
        const counted = { first, inputs: { ...inputs, n: 3 } };
        const hidden = [...gdlab.hiddenIn(sheet, program, counted, run, slips, marking)];
        const cells = Object.values(run.frame).map((one) => [...one.slice(1)]);
        return { points, inputs, hidden, run: cells };
    }))"""


@pytest.fixture(scope="module")
def keys() -> list[Trace]:
    return [
        make(rule, rows=ROWS, seed=seed, **options)[1]
        for seed, (rule, options) in enumerate(KEYS, 1)
    ]


@pytest.fixture(scope="module")
def inside(browser: Any, keys: list[Trace]) -> Iterator[Any]:
    """A browser's page that has the modules' functions, and the keys' programs, at hand."""
    programs = ", ".join(program(run.table) for run in keys)
    names = (
        "compute, judgedAsMeant, decided, drawPractice, hiddenIn, diagnose, slipsOfSheet, pairsOf"
    )
    with opened(browser) as page:
        page.goto("about:blank")
        text = f"{module('practice.js')}\nwindow.gdlab = {{ {names}, programs: [{programs}] }};"
        page.add_script_tag(content=text, type="module")
        page.wait_for_function("window.gdlab")
        yield page


def plain(run: Trace, *, slips: bool = False) -> dict[str, Any]:
    """What the page knows of a run."""
    table = run.table
    inputs = inputs_of(run)
    carried = {table.carrier(name): inputs[f"start_{name}"] for name in table.starts}
    return {
        "sheet": page_data({run.rule: run})["sheets"][run.rule],
        "slips": slips_of({"": {"sheet": table}}) if slips else None,
        "points": dict(zip(table.point, run.points, strict=True)),
        "epochs": run.n_epochs,
        "inputs": inputs,
        "first": carried | table.counts,
    }


def fillings(run: Trace, seed: int) -> Iterator[Texts]:
    """Sheets as learners hand them in: right, with a slip, with cells missing, with nonsense."""
    draw = random.Random(seed)
    computed = [one.name for one in run.table.columns if one.expression is not None]
    yield from SPECIAL
    habits = list(itertools.product(range(7), (True, False, None)))
    for decimals, rounded in habits if FULL else draw.sample(habits, 4):
        learner = Learner(
            run, decimals, goes_on_rounded=rounded, as_typed=draw.random() < 0.5, seed=seed
        )
        right = texts_of(learner.fills_in())
        yield right
        if {(1, "grad_intercept"), (1, "grad_slope")} <= right.keys():
            # A wrong gradient of 1: 1 * x is x by chance.
            yield right | {(1, "grad_intercept"): "1", (1, "grad_slope"): f"{run.value('x', 1):g}"}
        for _ in range(2):
            column = draw.choice(computed)
            tried = slips(run.table, column)
            slipped = tried and texts_of(learner.fills_in(column, draw.choice(tried).tree))
            if slipped:
                yield slipped
                # One more cell is mistyped, and the others are as they were.
                place = draw.choice(list(slipped))
                yield slipped | {place: changed(slipped[place], 1.01, 6)}
        places = list(right)
        # Noughts from some cell on, and a row that is copied down, are unearned for the most part.
        zeros = set(places[draw.randrange(len(places)) :])
        yield {place: "0" if place in zeros else text for place, text in right.items()}
        yield {(row, name): right[1, name] for row, name in right}
        # Rounded so far that it says little; the error, or the loss, as others have it.
        few = draw.choice((0, 0, 1))
        yield {place: changed(text, 1, few) for place, text in right.items()}
        for column, factor in (("error", -1.0), ("err2", 0.5)):
            yield {
                place: changed(text, factor, 8) if place[1] == column else text
                for place, text in right.items()
            }
        yield {place: right[place] for place in draw.sample(places, len(places) // 2)}
        odd = dict(right)
        for place in draw.sample([one for one in places if right[one] != "#NUM!"], 3):
            odd[place] = draw.choice([*TYPED, f"{float(right[place]) * 1.01:.{decimals}f}"])
        yield odd


def changed(text: str, factor: float, decimals: int) -> str:
    """A number as text, times a factor, rounded again; another text as it is."""
    return text if text.startswith("#") else f"{factor * float(text):.{decimals}f}"


def texts_of(filled: Any) -> Texts:
    return {} if filled is None else {place: one.text for place, one in filled[0].items()}


def told(inside: Any, key: int, run: Trace, cases: list[Texts], *, slips: bool) -> list[Any]:
    """What the page says of each filled sheet of a key: its verdicts, or the causes."""
    return inside.evaluate(
        JUDGE_ALL,
        {
            "key": key,
            "known": plain(run, slips=slips),
            "cases": [
                [(f"{row} {name}", text) for (row, name), text in texts.items()] for texts in cases
            ],
            "marking": marking_data() if slips else None,
        },
    )


def judgement_of(run: Trace, texts: Texts) -> Judgement:
    asked = frozenset(
        (row, one.name)
        for row in range(1, run.rows + 1)
        for one in run.table.columns
        if one.expression is not None
    )
    written = {place: typed(text, "")[0] for place, text in texts.items()}
    return decided(judged_as_meant(Filled(run, asked, written))[0])[0]


def judged_by_python(run: Trace, texts: Texts) -> dict[str, tuple[str, str | None, str | None]]:
    def said(place: CellRef | str | None) -> str | None:
        return f"{place[0]} {place[1]}" if isinstance(place, tuple) else place

    return {
        f"{one.place[0]} {one.place[1]}": (one.status, said(one.origin), said(one.like))
        for one in judgement_of(run, texts).verdicts
    }


def test_the_page_judges_as_python_does(inside: Any, keys: list[Trace]) -> None:
    counted: Counter[str] = Counter()
    sheets = likes = 0
    for key, run in enumerate(keys):
        cases = [texts for texts in fillings(run, key) if texts]
        for texts, found in zip(cases, told(inside, key, run, cases, slips=False), strict=True):
            here = {place: (status, origin, like) for place, status, origin, like in found}
            there = judged_by_python(run, texts)
            assert here == there, (KEYS[key], texts)
            sheets += 1
            likes += sum(like is not None for _, _, like in there.values())
            counted.update(status for status, _, _ in there.values())
    assert sheets > 200 and set(counted) == {"right", "follows", "unearned", "wrong", "empty"}
    assert likes > 100 and counted.pop("unearned") > 100 and min(counted.values()) > 300


def planted(run: Trace, seed: int) -> Iterator[Texts]:
    """Sheets with one slip of every kind, in all rows or in one; and with numbers at random."""
    draw = random.Random(seed)
    computed = [one.name for one in run.table.columns if one.expression is not None]
    learners = [
        Learner(run, decimals, goes_on_rounded=rounded, as_typed=draw.random() < 0.7, seed=seed)
        for decimals, rounded in ((2, True), (4, False), (6, True))
    ]
    every = [(column, slip) for column in computed for slip in slips(run.table, column)]
    for column, slip in every if FULL else draw.sample(every, 24):
        rows = draw.choice((None, {1}, {2}, {1, 3}))
        filled = draw.choice(learners).fills_in(column, slip.tree, rows)
        if filled and filled[1]:
            yield texts_of(filled)
    double = [(column, slip) for column in computed for slip in pairs(run.table, column)]
    both = random.Random(f"both {seed}").sample(double, min(len(double), 40 if FULL else 3))
    for number, (column, slip) in enumerate(both):
        filled = learners[number % 3].fills_in(column, slip.tree)
        if filled and filled[1]:
            yield texts_of(filled)
    for learner in learners if FULL else draw.sample(learners, 1):
        right = texts_of(learner.fills_in())
        numbers = [place for place, text in right.items() if text != "#NUM!"]
        # Who makes a slip in one column makes it in its sibling too.
        column = draw.choice([one for one in computed if run.table.part(one).parameter])
        own = run.table.part(column).parameter
        other = draw.choice([one for one in run.table.parameters if one != own])
        sibling = exchanged(column, own, other, run.table)
        for slip in draw.sample(slips(run.table, column), 2):
            put = {one: ast.Name(exchanged(one, own, other, run.table)) for one in slip.asks}
            first = learner.fills_in(column, slip.tree)
            second = learner.fills_in(sibling, substitute(slip.tree, put))
            if first and second:
                theirs = {at: text for at, text in texts_of(second).items() if at[1] == sibling}
                yield texts_of(first) | theirs
        for many in (1, 3, 6):
            odd = dict(right)
            for place in draw.sample(numbers, many):
                number = float(right[place])
                odd[place] = draw.choice([
                    *TYPED,
                    f"{number * draw.uniform(0.3, 3) + draw.uniform(-1, 1):.{learner.decimals}f}",
                    # Cut off, misread, swapped.
                    right[place][:-1],
                    right[place].replace("1", "7", 1),
                    right[place][:-2] + right[place][-1:] + right[place][-2:-1],
                ])  # fmt: skip
            yield odd


def named_by_python(run: Trace, texts: Texts) -> dict[str, tuple[str | None, str]]:
    """The cause of each wrong cell, what is said of it, and its hint."""
    return {
        f"{row} {name}": (one.slip, one.because, one.hint)
        for (row, name), one in diagnose(judgement_of(run, texts)).items()
    }


def test_the_page_names_the_causes_that_python_names(inside: Any, keys: list[Trace]) -> None:
    named: set[str] = set()
    sheets = said = 0
    for key, run in enumerate(keys):
        cases = list(planted(run, key))
        for texts, found in zip(cases, told(inside, key, run, cases, slips=True), strict=True):
            here = {cell: (one["slip"], one["because"], one["hint"]) for cell, one in found.items()}
            there = named_by_python(run, texts)
            assert here == there, (KEYS[key], texts)
            sheets += 1
            said += len(there)
            named.update(slip for slip, _, _ in there.values() if slip)
            # No value is given away.
            assert not any(digit.isdigit() for _, _, hint in here.values() for digit in hint)
    assert sheets > 350 and said > 550 and len(named) > 30, (sheets, said, len(named))
    assert sum("+" in one for one in named) > 3 and any("|" in one for one in named), named


SLIPS_ALL = """([told, marking]) => Object.entries(told.models).flatMap(
    ([model, sheets]) => Object.keys(sheets).map((name) => {
        const { columns, parts } = gdlab.slipsOfSheet(told, model, name);
        const found = Object.entries(columns).map(([column, own]) => (
            [column, [...own.single, ...gdlab.pairsOf(own, marking)]]));
        return { found: Object.fromEntries(found), parts };
    }))"""


def test_the_page_has_the_slips_that_python_has(inside: Any, keys: list[Trace]) -> None:
    tables = {"": {str(number): run.table for number, run in enumerate(keys)}}
    for model in gdlab.models() if FULL else ["line", "plane"]:
        runs = [gdlab.trace(rule, model=model, epochs=1) for rule in MODEL_RULES]
        tables[model] = {run.rule: run.table for run in runs}
    told = inside.evaluate(SLIPS_ALL, [slips_of(tables), marking_data()])
    every = [table for own in tables.values() for table in own.values()]
    for here, table in zip(told, every, strict=True):
        for column, found in here["found"].items():
            there = [*slips(table, column), *pairs(table, column)]
            assert found == [[one.name, as_data(one.tree), one.because] for one in there], column
        assert here["parts"] == {name: list(table.part(name)) for name in table.names}
        assert list(here["parts"]) == list(table.names)


def own_points(run: Trace) -> dict[str, list[float]]:
    """The points that a run's model comes with, as the page has them."""
    return page_data({run.rule: run})["ownPoints"]


def test_the_numbers_drawn_are_pleasant_separate_slips_and_stay_the_same(
    inside: Any, keys: list[Trace]
) -> None:
    seeds = list(range(1, 13 if FULL else 4))
    of = [
        (key, use, seed)
        for key, run in enumerate(keys)
        if run.n_epochs == 1
        for use in (True, False)
        for seed in seeds
    ]
    sheets = [
        (
            key,
            plain(keys[key])["sheet"],
            own_points(keys[key]),
            slips_of({"": {"sheet": keys[key].table}}),
            use,
        )
        for key, use, seed in of
        if seed == seeds[0]
    ]
    asked = {"sheets": sheets, "seeds": seeds, "marking": marking_data()}
    drawn = inside.evaluate(DRAW_ALL, asked)
    assert drawn[: len(seeds)] == inside.evaluate(DRAW_ALL, {**asked, "sheets": sheets[:1]})
    fares = Counter()
    for one, (key, use, _) in zip(drawn, of, strict=True):
        points = list(zip(*one["points"].values(), strict=True))
        is_line = keys[key].table.model.name == "line"
        if is_line:
            assert all(value == int(value) for point in points for value in point)
        else:
            assert set(points) <= set(zip(*own_points(keys[key]).values(), strict=True))
        run = rerun(keys[key], one["points"].values(), inputs=one["inputs"])
        assert run.exploded is None
        for name, cells in zip(run.table.names, one["run"], strict=True):
            assert cells == pytest.approx(run.column(name).tolist(), rel=1e-13, abs=1e-300), name
        # Within a batch there is no step.
        assert _pleasant(run) or "batch_size" in KEYS[key][1]
        if is_line:
            never = {f"{column}: {because}" for column, because in hidden(run, 2)}
            assert set(one["hidden"]) == never, (KEYS[key], one["inputs"])
            assert not (never and use and KEYS[key] in (("sgd", {}), ("adam", {}))), never
            fares[use] += len(never)
    # Drawn with the slips in view fewer hide: those that show in no numbers are left.
    assert fares[True] < fares[False], fares
    for key in {key for key, *_ in of}:
        own = [
            f"{one['points']} {one['inputs']}"
            for one, (place, use, _) in zip(drawn, of, strict=True)
            if place == key and use
        ]
        assert len(set(own)) >= len(own) - 1
