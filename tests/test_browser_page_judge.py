"""The judge of a page's practice, run in Chromium: it says what gdlab's own says, cell by cell."""

import itertools
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest
from learners import Learner
from pages import opened

import gdlab
from gdlab.core.rerun import inputs_of, rerun
from gdlab.core.trace import Trace
from gdlab.marking.handout import make
from gdlab.marking.judge import judge
from gdlab.marking.numbers import _pleasant
from gdlab.marking.sheet import Filled
from gdlab.marking.slips import slips
from gdlab.marking.values import typed
from gdlab.web.assets import module
from gdlab.web.data import page_data
from gdlab.web.program import program

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
]
if FULL:
    KEYS += [(rule, {}) for rule in gdlab.rules() if (rule, {}) not in KEYS]
ROWS = 3
Texts = dict[tuple[int, str], str]
# What a person may type besides a plain number.
NAMED = (
    "factor_forgotten", "turned_round", "minus_for_plus", "plus_for_minus", "square_forgotten",
    "root_forgotten", "doubled_for_squared",
)  # fmt: skip
TYPED = [
    "abc", "=1+1", "#NUM!", "12,5", "1e3", "50%", "-0", "−3.25", "5.", "1e999", "0,1,2", "0",
    "–8.0", "-4/125", "1½", "-½", "１２．５", "2.50*10^-2", "3×10²", "10⁻²", "-10^2", "1,204",
    "-1,204.00", "-1.204,00", "1 204", "1'204.5", "٣٫٥", "1,234,567", "≈ 3", "2/0", "1e3%", "-1660",
]  # fmt: skip
# A nought alone; a square about 0; a case that rounding leaves open. Other rules lack the columns.
SPECIAL: list[Texts] = [
    {(1, "error"): "0", (1, "y_pred"): "12"},
    {(1, "error"): "0.00", (1, "err2"): "-0.00001"},
    {(1, "norm"): "1.0", (1, "scale"): "0.98"},
]
JUDGE_ALL = """({ keys, cases }) => cases.map(([key, texts, asked]) => {
    const { sheet, points, epochs, inputs, first } = keys[key];
    const samples = points.x.length;
    const program = gdlab.programs[key];
    const run = gdlab.compute(program, sheet, { points, epochs, samples, inputs, first });
    const given = { rows: epochs * samples, inputs: { ...inputs, n: samples }, first };
    const judged = gdlab.judgeTyped(sheet, program, given, run.frame, new Map(texts));
    if (!asked) return [...judged].map(([place, { status, origin }]) => [place, status, origin]);
    const cells = gdlab.ownNumbers({ sheet, drawn: { run, first }, rows: given.rows }, judged);
    const [row, name] = asked.split(" ");
    const { parameters } = sheet.head;
    return gdlab.slipHint(
        program, cells, given.inputs, parameters, name, Number(row), judged.get(asked));
})"""
DRAW_ALL = """({ sheets, seeds }) => sheets.flatMap(([key, sheet]) => seeds.map((seed) => {
    const drawn = gdlab.drawPractice(sheet, gdlab.programs[key], 3, seed);
    return { ...drawn, run: Object.values(drawn.run.frame).map((cells) => [...cells.slice(1)]) };
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
    names = "compute, judgeTyped, drawPractice, slipHint, ownNumbers"
    with opened(browser) as page:
        page.goto("about:blank")
        text = f"{module('practice.js')}\nwindow.gdlab = {{ {names}, programs: [{programs}] }};"
        page.add_script_tag(content=text, type="module")
        page.wait_for_function("window.gdlab")
        yield page


def plain(run: Trace) -> dict[str, Any]:
    """What the page knows of a run."""
    table = run.table
    inputs = inputs_of(run)
    carried = {table.carrier(name): inputs[f"start_{name}"] for name in table.starts}
    return {
        "sheet": page_data({run.rule: run})["sheets"][run.rule],
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
        for _ in range(2):
            column = draw.choice(computed)
            tried = slips(run.table, column)
            if tried:
                yield texts_of(learner.fills_in(column, draw.choice(tried).tree))
        places = list(right)
        # Noughts from some cell on, and a row that is copied down, are unearned for the most part.
        zeros = set(places[draw.randrange(len(places)) :])
        yield {place: "0" if place in zeros else text for place, text in right.items()}
        yield {(row, name): right[1, name] for row, name in right}
        yield {place: right[place] for place in draw.sample(places, len(places) // 2)}
        changed = dict(right)
        for place in draw.sample(places, 3):
            changed[place] = draw.choice([*TYPED, f"{float(right[place]) * 1.01:.{decimals}f}"])
        yield changed


def texts_of(filled: Any) -> Texts:
    return {} if filled is None else {place: one.text for place, one in filled[0].items()}


def asking(key: int, texts: Texts, place: Any = None) -> list[Any]:
    """A filled sheet as the page takes it, and the cell to give a hint for."""
    written = [(f"{row} {name}", text) for (row, name), text in texts.items()]
    return [key, written, f"{place[0]} {place[1]}" if place else None]


def judged_by_python(run: Trace, texts: Texts) -> dict[str, tuple[str, str | None]]:
    asked = frozenset(
        (row, one.name)
        for row in range(1, run.rows + 1)
        for one in run.table.columns
        if one.expression is not None
    )
    written = {place: typed(text, "")[0] for place, text in texts.items()}
    return {
        f"{one.place[0]} {one.place[1]}": (
            one.status,
            f"{one.origin[0]} {one.origin[1]}" if one.origin else None,
        )
        for one in judge(Filled(run, asked, written)).verdicts
    }


def test_the_page_judges_as_python_does(inside: Any, keys: list[Trace]) -> None:
    cases = [(key, texts) for key, run in enumerate(keys) for texts in fillings(run, key) if texts]
    told = inside.evaluate(
        JUDGE_ALL,
        {
            "keys": [plain(run) for run in keys],
            "cases": [asking(key, texts) for key, texts in cases],
        },
    )
    counted: dict[str, int] = {}
    for (key, texts), found in zip(cases, told, strict=True):
        here = {place: (status, origin) for place, status, origin in found}
        there = judged_by_python(keys[key], texts)
        assert here == there, (KEYS[key], texts)
        for status, _ in there.values():
            counted[status] = counted.get(status, 0) + 1
    assert len(cases) > 200 and set(counted) == {"right", "follows", "unearned", "wrong", "empty"}
    assert counted.pop("unearned") > 100 and min(counted.values()) > 300


def test_a_usual_slip_is_hinted_at_and_a_random_number_is_not(
    inside: Any, keys: list[Trace]
) -> None:
    draw = random.Random(7)
    cases, hints = [], []
    for key, run in enumerate(keys if FULL else keys[:6]):
        learner = Learner(run, 5, as_typed=True)
        right = texts_of(learner.fills_in())
        for column in dict.fromkeys(name for _, name in right):
            for slip in slips(run.table, column):
                filled = learner.fills_in(column, slip.tree) if slip.name in NAMED else None
                if filled and filled[1]:
                    cases.append(asking(key, texts_of(filled), filled[1]))
                    hints.append(slip.hint)
            place = draw.randint(1, ROWS), column
            for decimals in (1, 5):
                other = float(right[place]) * draw.uniform(0.3, 3) + draw.uniform(-1, 1)
                cases.append(asking(key, right | {place: f"{other:.{decimals}f}"}, place))
                hints.append("")
    told = inside.evaluate(JUDGE_ALL, {"keys": [plain(run) for run in keys], "cases": cases})
    named = [(hint, said) for hint, said in zip(hints, told, strict=True) if hint]
    others = [said for hint, said in zip(hints, told, strict=True) if not hint]
    assert len(named) > 50 and len(others) > 80
    assert sum(hint in said for hint, said in named) > 0.8 * len(named)
    assert sum(map(bool, others)) < 0.05 * len(others)
    # No value is given away.
    assert not any(character.isdigit() for said in told for character in said)


def test_the_numbers_drawn_are_pleasant_and_the_same_for_the_same_seed(
    inside: Any, keys: list[Trace]
) -> None:
    sheets = [(key, plain(run)["sheet"]) for key, run in enumerate(keys) if run.n_epochs == 1]
    seeds = list(range(1, 13 if FULL else 6))
    drawn = inside.evaluate(DRAW_ALL, {"sheets": sheets, "seeds": seeds})
    again = inside.evaluate(DRAW_ALL, {"sheets": sheets[:1], "seeds": seeds})
    assert drawn[: len(seeds)] == again
    of = [key for key, _ in sheets for _ in seeds]
    for one, key in zip(drawn, of, strict=True):
        points = list(zip(one["points"]["x"], one["points"]["y"], strict=True))
        assert all(value == int(value) for point in points for value in point)
        run = rerun(keys[key], one["points"].values(), inputs=one["inputs"])
        assert run.exploded is None
        for name, cells in zip(run.table.names, one["run"], strict=True):
            assert cells == pytest.approx(run.column(name).tolist(), rel=1e-13, abs=1e-300), name
        # Within a batch there is no step.
        assert _pleasant(run) or "batch_size" in KEYS[key][1]
    for key, _ in sheets:
        own = [str(one["points"]) for one, place in zip(drawn, of, strict=True) if place == key]
        assert len(set(own)) >= len(own) - 1
