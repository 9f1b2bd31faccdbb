"""Batches, shuffles, schedules, clipping, decay, switching and surfaces, against other oracles.

The oracles are loops written here by hand in plain arithmetic, and torch where it has the thing.
"""

import math
import random

import numpy as np
import pytest

import gdlab
from gdlab.core import model
from gdlab.core.assembly import SCHEDULES

X = [14, 86, 28, 51, 28, 29, 72, 62, 84, 15, 42, 62, 47, 35, 9]
X += [38, 44, 99, 13, 21, 28, 20, 8, 64, 99, 70, 27, 17, 8]
POINTS = [(float(x), 2.0 * x + 30.0) for x in X]
CLOSE = 1e-12


def mean_gradients(b, m, batch):
    errors = [b + m * x - y for x, y in batch]
    return (
        sum(2 * e for e in errors) / len(batch),
        sum(2 * e * x for e, (x, _) in zip(errors, batch, strict=True)) / len(batch),
    )


@pytest.mark.kernel
@pytest.mark.parametrize("size", [2, 4, 7, 28, 29])
def test_a_batch_steps_by_its_mean_gradient_and_the_last_may_be_short(size):
    run = gdlab.trace("sgd", batch_size=size, epochs=3, lr=0.0001)
    b = m = 1.0
    ends = []
    for epoch in range(3):
        for first in range(0, 29, size):
            batch = POINTS[first : first + size]
            db, dm = mean_gradients(b, m, batch)
            b, m = b - 0.0001 * db, m - 0.0001 * dm
            row = epoch * 29 + min(first + size, 29)
            ends.append(row)
            assert run.value("grad_slope", row) == pytest.approx(dm, rel=CLOSE)
            assert run.value("new_intercept", row) == pytest.approx(b, rel=CLOSE)
            assert run.value("new_slope", row) == pytest.approx(m, rel=CLOSE)
            assert run.value("t", row) == len(ends)
    # Between the ends of batches nothing moves.
    for row in set(range(1, 88)) - set(ends):
        assert run.value("new_slope", row) == run.value("slope", row)
        assert run.value("last", row) == 0


@pytest.mark.kernel
def test_a_full_batch_is_one_update_an_epoch():
    run = gdlab.trace("adam", batch_size="full", epochs=4, lr=0.1)
    assert run.hyper["batch_size"] == 29
    assert run.column("last").sum() == 4
    assert run.column("t").tolist() == [1] * 29 + [2] * 29 + [3] * 29 + [4] * 29


@pytest.mark.kernel
def test_state_changes_only_where_a_batch_ends():
    run = gdlab.trace("adam", batch_size=10, epochs=2, lr=0.1)
    ends = [10, 20, 29, 39, 49, 58]
    for name in ("avg_slope", "sqr_avg_intercept"):
        changes = [
            row for row in range(1, 59) if run.value(name, row) != run.value(f"{name}_prev", row)
        ]
        assert changes == ends


@pytest.mark.kernel
def test_shuffling_visits_every_point_once_an_epoch_and_by_seed():
    run = gdlab.trace("sgd", shuffle=True, seed=5, epochs=3)
    for epoch in range(3):
        seen = run.column("sample")[epoch * 29 : epoch * 29 + 29]
        assert sorted(seen) == list(range(1, 30))
        assert run.column("x")[epoch * 29 : epoch * 29 + 29].tolist() == [X[i - 1] for i in seen]
    again = gdlab.trace("sgd", shuffle=True, seed=5, epochs=3)
    other = gdlab.trace("sgd", shuffle=True, seed=6, epochs=3)
    assert run.column("sample").tolist() == again.column("sample").tolist()
    assert run.column("sample").tolist() != other.column("sample").tolist()
    assert run.column("sample")[:29].tolist() != run.column("sample")[29:58].tolist()


@pytest.mark.kernel
def test_a_shuffled_run_is_the_plain_run_of_the_shuffled_points():
    run = gdlab.trace("momentum", shuffle=True, seed=1)
    order = run.column("sample") - 1
    plain = gdlab.trace("momentum", [POINTS[i] for i in order])
    assert run.final == plain.final


def test_with_replacement_some_points_come_twice():
    run = gdlab.trace("sgd", shuffle="replacement", seed=0, epochs=2)
    draw = random.Random(0)
    assert run.column("sample").tolist() == [draw.randrange(29) + 1 for _ in range(58)]
    assert len(set(run.column("sample")[:29])) < 29


# Each schedule's rate at update t by its formula as the source prints it.
RATES = {
    "constant": lambda t, lr: lr,
    "step_decay": lambda t, lr: lr * 0.5 ** ((t - 1) // 29),
    "exponential": lambda t, lr: lr * 0.99 ** (t - 1),
    "cosine": lambda t, lr: lr * (1 + math.cos(math.pi * min(t - 1, 145) / 145)) / 2,
    "warmup_cosine": lambda t, lr: (
        lr * t / 29 if t <= 29 else lr * (1 + math.cos(math.pi * (min(t, 145) - 29) / 116)) / 2
    ),
}
# Those that are called after each epoch have tests of their own.
AFTER_EPOCHS = ("reduce_on_plateau", "lesson_annealing")


def test_every_schedule_and_every_surface_has_its_oracle():
    assert {*RATES, *AFTER_EPOCHS} == set(SCHEDULES)
    assert set(SURFACES) == set(model.SURFACES)


@pytest.mark.kernel
@pytest.mark.parametrize("schedule", RATES)
def test_a_schedule_of_t(schedule):
    run = gdlab.trace("adam", schedule=schedule, lr=0.5, epochs=6)
    for t in (1, 2, 29, 30, 58, 59, 100, 145, 146, 174):
        assert run.value("lr", t) == pytest.approx(RATES[schedule](t, 0.5), rel=CLOSE, abs=1e-15)
    # The rate of the row is the one that its step is made with.
    plain = gdlab.trace("adam", lr=run.value("lr", 1))
    assert run.value("step_slope", 1) == plain.value("step_slope", 1)


@pytest.mark.kernel
def test_reduce_on_plateau_waits_and_cuts():
    # At the minimum nothing gets better, so each fourth epoch (patience 2) cuts the rate.
    run = gdlab.trace(
        "sgd",
        schedule="reduce_on_plateau",
        start={"intercept": 30, "slope": 2},
        epochs=9,
        lr=0.0001,
        factor=0.1,
    )
    rates = run.epochs["lr"].tolist()
    assert rates[:4] == [0.0001] * 4
    assert rates[4:7] == pytest.approx([0.00001] * 3, rel=CLOSE)
    assert rates[7:] == pytest.approx([0.000001] * 2, rel=CLOSE)
    better = gdlab.trace("sgd", schedule="reduce_on_plateau", epochs=9)
    assert set(better.epochs["lr"]) == {0.0001}


def test_reduce_on_plateau_agrees_with_torch(torch):
    points = [(x, y + 20 * (-1) ** i) for i, (x, y) in enumerate(POINTS)]
    run = gdlab.trace(
        "sgd", points, schedule="reduce_on_plateau", epochs=40, patience=1, threshold=0.01
    )
    weight = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimizer = torch.optim.SGD([weight], lr=0.0001)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=0.5, patience=1, threshold=0.01, eps=0
    )
    rates = []
    for mse in run.epochs["mse"]:
        rates.append(optimizer.param_groups[0]["lr"])
        plateau.step(float(mse))
    assert len(set(rates)) > 2
    assert run.epochs["lr"].tolist() == pytest.approx(rates, rel=CLOSE)


@pytest.mark.kernel
def test_the_lessons_annealing_quarters_the_rate_where_the_ratio_passes_two():
    run = gdlab.trace(
        "adam_lesson", schedule="lesson_annealing", lr=1, beta1=0.9, beta2=0.95, epochs=40
    )
    smallest, lr = math.inf, 1.0
    rates = []
    for epoch in range(1, 41):
        rates.append(lr)
        last = 29 * epoch
        size = math.sqrt(run.value("sqr_avg_intercept", last))
        size += math.sqrt(run.value("sqr_avg_slope", last))
        smallest = min(smallest, size)
        if size / smallest > 2:
            lr /= 4
    assert run.epochs["lr"].tolist() == rates
    assert len(set(rates)) > 1


@pytest.mark.kernel
def test_clipping_by_norm_shortens_long_gradients_only():
    run = gdlab.trace("sgd", max_norm=300, lr=0.001)
    b = m = 1.0
    for row, (x, y) in enumerate(POINTS, 1):
        db = 2 * (b + m * x - y)
        dm = db * x
        norm = math.hypot(db, dm)
        scale = 300 / norm if norm > 300 else 1.0
        assert run.value("norm", row) == pytest.approx(norm, rel=CLOSE)
        assert run.value("scale", row) == pytest.approx(scale, rel=CLOSE)
        b, m = b - 0.001 * scale * db, m - 0.001 * scale * dm
        assert run.value("new_slope", row) == pytest.approx(m, rel=CLOSE)
    assert {run.value("scale", row) == 1 for row in range(1, 30)} == {True, False}


@pytest.mark.kernel
def test_clipping_by_value():
    run = gdlab.trace("sgd", max_value=100)
    for row in range(1, 30):
        raw = run.value("grad_slope", row)
        assert run.value("clipped_grad_slope", row) == min(100, max(-100, raw))
        assert run.value("step_slope", row) == 0.0001 * run.value("clipped_grad_slope", row)


def follow(torch, optimizer_of, batch, updates, clip=None):
    """Parameters after each update of a torch optimizer on the line."""
    b = torch.nn.Parameter(torch.ones((), dtype=torch.float64))
    m = torch.nn.Parameter(torch.ones((), dtype=torch.float64))
    optimizer = optimizer_of([b, m])
    path = []
    while len(path) < updates:
        for first in range(0, 29, batch):
            part = torch.tensor(POINTS[first : first + batch], dtype=torch.float64)
            loss = ((b + m * part[:, 0] - part[:, 1]) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            if clip:
                torch.nn.utils.clip_grad_value_([b, m], clip)
            optimizer.step()
            path.append((b.item(), m.item()))
    return path[:updates]


@pytest.mark.parametrize(
    ("rule", "settings", "make"),
    [
        ("sgd", {"lr": 1e-4}, lambda o, p: o.SGD(p, lr=1e-4, weight_decay=0.01)),
        (
            "heavy_ball",
            {"lr": 1e-5},
            lambda o, p: o.SGD(p, lr=1e-5, momentum=0.9, weight_decay=0.01),
        ),
        ("adam", {"lr": 0.1}, lambda o, p: o.Adam(p, lr=0.1, weight_decay=0.01)),
        (
            "rmsprop",
            {"lr": 0.1},
            lambda o, p: o.RMSprop(p, lr=0.1, alpha=0.9, weight_decay=0.01),
        ),
        (
            "adagrad",
            {"lr": 0.5},
            lambda o, p: o.Adagrad(p, lr=0.5, weight_decay=0.01),
        ),
    ],
)
def test_l2_decay_in_batches_agrees_with_torch(torch, rule, settings, make):
    run = gdlab.trace(rule, batch_size=10, epochs=20, weight_decay=0.01, **settings)
    path = follow(torch, lambda p: make(torch.optim, p), 10, 60)
    ends = np.flatnonzero(run.column("last"))
    ours = [(run.value("new_intercept", i + 1), run.value("new_slope", i + 1)) for i in ends]
    np.testing.assert_allclose(ours, path, rtol=CLOSE)


def test_clipping_by_value_agrees_with_torch(torch):
    run = gdlab.trace("adam", batch_size=5, epochs=10, lr=0.1, max_value=80)
    path = follow(torch, lambda p: torch.optim.Adam(p, lr=0.1), 5, 60, clip=80)
    ends = np.flatnonzero(run.column("last"))
    ours = [(run.value("new_intercept", i + 1), run.value("new_slope", i + 1)) for i in ends]
    np.testing.assert_allclose(ours, path, rtol=CLOSE)


@pytest.mark.kernel
def test_l2_and_decoupled_decay_differ():
    decoupled = gdlab.trace("adamw", lr=0.1, weight_decay=0.5, epochs=5)
    as_l2 = gdlab.trace("adam", lr=0.1, weight_decay=0.5, epochs=5)
    assert "decayed_grad_slope" in as_l2.table.names
    assert "decayed_grad_slope" not in decoupled.table.names
    assert decoupled.final != as_l2.final


@pytest.mark.kernel
def test_a_switch_goes_on_with_the_other_rule_and_the_shared_state():
    run = gdlab.trace("adam", switch={"at_epoch": 3, "to": "momentum"}, epochs=4, lr=0.1)
    alone = gdlab.trace("adam", epochs=2, lr=0.1)
    assert run.column("new_slope")[:58].tolist() == alone.column("new_slope").tolist()
    b, m = alone.final["intercept"], alone.final["slope"]
    avg_b, avg_m = alone.value("avg_intercept", 58), alone.value("avg_slope", 58)
    for row, (x, y) in enumerate(POINTS, 59):
        db = 2 * (b + m * x - y)
        avg_b = 0.9 * avg_b + 0.1 * db
        avg_m = 0.9 * avg_m + 0.1 * db * x
        b, m = b - 0.0001 * avg_b, m - 0.0001 * avg_m
        assert run.value("new_slope", row) == pytest.approx(m, rel=1e-9)
        assert run.value("new_intercept", row) == pytest.approx(b, rel=1e-9)


def test_under_a_switch_the_steps_stand_last_of_what_both_rules_show():
    # adam shows its corrected averages beside the step; momentum has a step alone.
    for first, second in (("adam", "momentum"), ("momentum", "adam"), ("adadelta", "nadam")):
        run = gdlab.trace(first, switch={"at_epoch": 2, "to": second}, epochs=2)
        last = ["step_intercept", "step_slope", "new_intercept", "new_slope"]
        assert list(run.frame.columns[-4:]) == last, (first, second)


def test_a_switched_rules_hyperparameters_stand_beside():
    run = gdlab.trace("adam", switch={"at_epoch": 2, "to": "sgd", "lr": 0.00001}, epochs=2)
    assert run.hyper["lr_after"] == 0.00001
    row = 40
    assert run.value("step_slope", row) == 0.00001 * run.value("grad_slope", row)


SURFACES = {
    "ravine": (lambda u, v: 0.05 * u**2 + 2 * v**2, (0, 0)),
    "saddle": (lambda u, v: u**2 - v**2, None),
    "rosenbrock": (lambda u, v: (1 - u) ** 2 + 100 * (v - u**2) ** 2, (1, 1)),
    "beale": (
        lambda u, v: (
            (1.5 - u + u * v) ** 2 + (2.25 - u + u * v**2) ** 2 + (2.625 - u + u * v**3) ** 2
        ),
        (3, 0.5),
    ),
    "himmelblau": (lambda u, v: (u**2 + v - 11) ** 2 + (u + v**2 - 7) ** 2, (3, 2)),
}


@pytest.mark.kernel
@pytest.mark.parametrize("surface", SURFACES)
def test_a_surfaces_loss_and_gradients(surface):
    loss, minimum = SURFACES[surface]
    run = gdlab.trace("sgd", surface=surface, start={"u": -1.3, "v": 0.7}, steps=5, lr=1e-4)
    h = 1e-6
    for row in range(1, 6):
        u, v = run.value("u", row), run.value("v", row)
        assert run.value("loss", row) == pytest.approx(loss(u, v), rel=CLOSE)
        slope_u = (loss(u + h, v) - loss(u - h, v)) / (2 * h)
        slope_v = (loss(u, v + h) - loss(u, v - h)) / (2 * h)
        assert run.value("grad_u", row) == pytest.approx(slope_u, rel=1e-6)
        assert run.value("grad_v", row) == pytest.approx(slope_v, rel=1e-6)
    if minimum:
        start = dict(zip("uv", minimum, strict=True))
        still = gdlab.trace("sgd", surface=surface, start=start, steps=1)
        assert still.value("loss", 1) == 0
        assert still.final == start


def test_a_surface_agrees_with_torch(torch):
    run = gdlab.trace("adam", surface="ravine", start={"u": -4, "v": 2}, steps=200, lr=0.1)
    w = torch.nn.Parameter(torch.tensor([-4.0, 2.0], dtype=torch.float64))
    optimizer = torch.optim.Adam([w], lr=0.1)
    for _ in range(200):
        optimizer.zero_grad()
        (0.05 * w[0] ** 2 + 2 * w[1] ** 2).backward()
        optimizer.step()
    assert [run.final["u"], run.final["v"]] == pytest.approx(w.tolist(), rel=1e-9)


BAD = [
    ({"batch_size": 0}, 'batch_size must be a whole number from 1 or "full", not 0'),
    ({"batch_size": "big"}, "batch_size must be a whole number"),
    ({"shuffle": "often"}, "shuffle must be True, False or 'replacement'"),
    ({"schedule": "linear"}, "no schedule is called 'linear'; there are constant"),
    ({"schedule": "lesson_annealing"}, "looks at sqr_avg_*, which sgd does not carry"),
    ({"switch": {"to": "adam"}}, "switch must be like"),
    ({"switch": {"to": "adm", "at_epoch": 2}}, "no rule is called 'adm'"),
    ({"switch": {"to": "adam", "at_epoch": 2, "mu": 1}}, "adam has no hyperparameter 'mu'"),
    ({"surface": "hill"}, "no surface is called 'hill'; there are ravine"),
    ({"surface": "ravine", "epochs": 3}, "a surface has no points and no epochs"),
    ({"surface": "ravine", "batch_size": 3}, "batch_size needs points"),
    ({"surface": "ravine", "start": {"slope": 1}}, "start has no 'slope'; sgd starts from u, v"),
    ({"steps": 3}, "steps goes with a surface"),
    ({"max_norm": 0}, "max_norm must be a number over 0, not 0"),
    ({"weight_decay": -1}, "weight_decay must be a number 0 or more, not -1"),
]


@pytest.mark.parametrize(("options", "words"), BAD)
def test_misfits_are_refused_in_one_line(options, words):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011
        gdlab.trace("sgd", **options)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_rule_that_counts_samples_has_no_surface():
    with pytest.raises(ValueError, match="adagrad_lesson counts samples; a surface has none"):
        gdlab.trace("adagrad_lesson", surface="ravine")
