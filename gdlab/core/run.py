"""``trace``: run a rule over the points and keep every cell."""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from gdlab.core import engine
from gdlab.core.assembly import EXTRAS, Plan, table_of
from gdlab.core.columns import Table
from gdlab.core.points import Pair, number, pairs, whole
from gdlab.core.registry import Rule, find_rule, settings
from gdlab.core.suggest import unknown
from gdlab.core.trace import Trace

MOST_CELLS = 2**31  # 16 GiB


def trace(
    rule: str | Callable,
    points: Any = None,
    *,
    epochs: int = 1,
    start: Mapping[str, float] | None = None,
    batch_size: int | str = 1,
    shuffle: bool | str = False,
    seed: int = 0,
    schedule: str | None = None,
    switch: Mapping[str, Any] | None = None,
    surface: str | None = None,
    steps: int | None = None,
    columns: Sequence[str] | None = None,
    every: int = 1,
    **hyper: float,
) -> Trace:
    """Run ``rule`` over ``points``, one row per sample, ``epochs`` times.

    ``rule`` is a name (see :func:`gdlab.rules`) or a registered function; ``points`` a DataFrame
    with ``x`` and ``y`` or rows of two numbers, by default the lesson's 29. ``start`` gives
    ``intercept`` and ``slope`` (default 1) and, where wanted, carried state by column name such as
    ``avg_intercept`` (default 0).

    ``batch_size``: samples per update, or ``"full"``. ``shuffle``: True draws each epoch's order
    anew without replacement, ``"replacement"`` draws every sample from all, both by ``seed``.
    ``schedule`` names a function of :mod:`gdlab.formulas.schedules` and makes ``lr`` a column.
    ``switch``, ``{"at_epoch": 3, "to": "momentum"}``, goes on with another rule from that epoch;
    its hyperparameters may stand beside (``"lr": 0.0001``). ``surface`` names a function of
    :mod:`gdlab.formulas.surfaces` to descend instead of the line, for ``steps`` updates.

    ``columns`` and ``every`` keep less of a long run: only these columns, and of the rows each
    ``every``-th.

    Among the hyperparameters, ``h`` adds finite differences beside the gradients, ``max_norm`` and
    ``max_value`` clip the gradient, and ``weight_decay`` adds L2 decay to a rule without its own.

    Raises ValueError, one line that names the thing, for an unknown rule or hyperparameter, a
    value out of its limits, and points that are no finite numbers.
    """
    job = prepare(
        rule,
        points,
        epochs=epochs,
        start=start,
        batch_size=batch_size,
        shuffle=shuffle,
        seed=seed,
        schedule=schedule,
        switch=switch,
        surface=surface,
        steps=steps,
        **hyper,
    )
    kept = None
    if columns is not None or whole("every", every) > 1:
        for name in job.table.names if columns is None else columns:
            job.table.column(name)
        kept = tuple(job.table.computed if columns is None else columns)
        kept = tuple(name for name in job.table.computed if name in kept)
    width = len(job.table.computed if kept is None else kept)
    _check_size(job.epochs * job.samples // every, width)
    cells = engine.run(
        job.table, job.points, job.epochs, job.samples, job.order, job.start, job.hyper, kept, every
    )
    return Trace(*job, *cells, kept=kept, every=every)


class Job(NamedTuple):
    """What is to be computed, checked; the fields are those of :class:`gdlab.core.trace.Trace`."""

    table: Table
    points: Pair
    epochs: int
    samples: int
    start: dict[str, float]
    hyper: dict[str, float]
    options: dict[str, Any]
    order: list[int]


def prepare(
    rule: str | Callable,
    points: Any = None,
    *,
    epochs: int = 1,
    start: Mapping[str, float] | None = None,
    batch_size: int | str = 1,
    shuffle: bool | str = False,
    seed: int = 0,
    schedule: str | None = None,
    switch: Mapping[str, Any] | None = None,
    surface: str | None = None,
    steps: int | None = None,
    **hyper: float,
) -> Job:
    """Check the arguments of :func:`trace`; ValueError as there."""
    found = find_rule(rule)
    whole("epochs", epochs)
    if not isinstance(batch_size, str) or batch_size != "full":
        whole("batch_size", batch_size, also=' or "full"')
    whole("seed", seed, least=0)
    other, switched = _switch(switch)
    plan = Plan(
        extras=frozenset(EXTRAS).intersection(hyper),
        batches=batch_size != 1,
        shuffled=_shuffled(shuffle),
        schedule=schedule,
        switch_to=other,
        surface=surface,
    )
    table = table_of(found, plan)
    if surface is None:
        if steps is not None:
            raise ValueError("steps goes with a surface; on the line give epochs")
        given = pairs(points)
        samples = len(given[0])
    else:
        if points is not None or epochs != 1:
            raise ValueError("a surface has no points and no epochs; give steps")
        given = ([], [])
        samples = whole("steps", 100 if steps is None else steps)
    if plan.batches:
        hyper["batch_size"] = samples if isinstance(batch_size, str) else batch_size
    chosen = settings(table.hyper, hyper | switched, found.name)
    begin = dict(table.starts)
    if start is not None and not hasattr(start, "items"):
        raise ValueError(f"start must be like {{'slope': 1}}, not {start!r:.40}")
    for name, value in (start if start is not None else {}).items():
        if name not in begin:
            what = f"start has no {name!r:.40}"
            raise ValueError(unknown(what, name, begin, f"{found.name} starts from"))
        begin[name] = number(value, f"start {name}")
    if shuffle:
        _check_size(epochs * samples, 1)
    order = _order(shuffle, int(seed), epochs, samples)
    options = {
        name: value
        for name, value, default in (
            ("shuffle", shuffle, False),
            ("seed", seed, 0),
            ("schedule", schedule, None),
            ("switch", switch, None),
            ("surface", surface, None),
        )
        if value != default
    }
    return Job(table, given, epochs, samples, begin, chosen, options, order)


def _check_size(rows: int, columns: int) -> None:
    if rows * columns > MOST_CELLS:
        raise ValueError(f"{rows:,} rows are more than fit in memory; give fewer")


def _shuffled(shuffle: Any) -> bool:
    if not isinstance(shuffle, bool) and not (
        isinstance(shuffle, str) and shuffle == "replacement"
    ):
        raise ValueError(f"shuffle must be True, False or 'replacement', not {shuffle!r:.40}")
    return bool(shuffle)


def _order(shuffle: bool | str, seed: int, epochs: int, samples: int) -> list[int]:
    """The samples of a shuffled run, row by row; empty where the points come in their order."""
    if not shuffle:
        return []
    draw = random.Random(seed)
    if shuffle == "replacement":
        return [draw.randrange(samples) for _ in range(epochs * samples)]
    return [place for _ in range(epochs) for place in draw.sample(range(samples), samples)]


def _switch(switch: Mapping[str, Any] | None) -> tuple[Rule | None, dict[str, float]]:
    """The rule to switch to and its settings by their names in the table."""
    if switch is None:
        return None, {}
    wanted = 'switch must be like {"at_epoch": 3, "to": "momentum"}'
    if not hasattr(switch, "keys") or not {"at_epoch", "to"} <= set(switch):
        raise ValueError(wanted)
    other = find_rule(switch["to"])
    own = {name: value for name, value in switch.items() if name not in ("at_epoch", "to")}
    settings(other.hyper, own, other.name)
    given = {f"{name}_after": value for name, value in own.items()}
    return other, given | {"at_epoch": whole("at_epoch", switch["at_epoch"])}
