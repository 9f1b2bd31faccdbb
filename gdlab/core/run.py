"""The description of a run: its table, points, starts and hyperparameters, all checked."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gdlab.core.assembly import EXTRAS, table_of
from gdlab.core.columns import Table
from gdlab.core.draft import Plan
from gdlab.core.model import SURFACES, Model, find_model
from gdlab.core.points import Points, all_of, number, pairs, whole
from gdlab.core.registry import Rule, find_rule, settings
from gdlab.core.scales import measured, scaled_model, scales_of
from gdlab.core.suggest import unknown
from gdlab.core.symbols import refusal

COMPUTED_CELLS = 2**31  # 16 GiB
COMPUTED_ROWS = 10**12  # hours of computing


@dataclass(frozen=True, eq=False)
class Run:
    """A run that is ready to be computed.

    ``points`` has the values of each of the model's columns; ``options`` the other arguments of
    :func:`gdlab.trace` (``batch_size`` is in ``hyper``); ``order`` the samples of a shuffled run,
    from 0, row by row.
    """

    table: Table
    points: Points
    n_epochs: int
    samples: int
    start: dict[str, float]
    hyper: dict[str, float]
    options: dict[str, Any]
    order: list[int]

    @property
    def rows(self) -> int:
        """The number of rows, one per sample."""
        return self.n_epochs * self.samples


def prepare(
    rule: str | Callable[..., object] | Rule,
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
    model: str | Model | None = None,
    scale: str | Mapping[str, str] | None = None,
    **hyper: float,
) -> Run:
    """Check the arguments of :func:`gdlab.trace` and make a run of them; ValueError as there."""
    found = find_rule(rule)
    whole("epochs", epochs)
    if not isinstance(batch_size, str) or batch_size != "full":
        whole("batch_size", batch_size, also=' or "full"')
    whole("seed", seed, least=0)
    other, after = _switch(switch)
    descended = _model(model, surface)
    given, samples = _points(descended, points, epochs, steps)
    if scale is not None and "scale" in {**found.hyper, **descended.constants}:
        # The rule or model has its own input named scale.
        hyper["scale"], scale = scale, None  # type: ignore[assignment]
    if scale is not None:
        scales = scales_of(descended, scale)
        hyper = measured(descended, given, scales) | hyper
        descended = scaled_model(descended, scales)
    plan = Plan(
        extras=frozenset(EXTRAS).intersection(hyper),
        batches=batch_size != 1,
        shuffled=_shuffled(shuffle),
        schedule=schedule,
        switch_to=other,
        model=descended,
    )
    table = table_of(found, plan)
    if plan.batches:
        hyper["batch_size"] = samples if isinstance(batch_size, str) else batch_size
    if switch is not None:
        hyper["at_epoch"] = whole("at_epoch", switch["at_epoch"])
    chosen = _settings(table, hyper, after)
    begin = _starts(table, start)
    if epochs * samples > COMPUTED_ROWS:
        raise ValueError(f"{epochs * samples:,} rows are more than can be computed; give fewer")
    if shuffle:
        check_size(epochs * samples, 1)
    options = {
        name: value
        for name, value, default in (
            ("shuffle", shuffle, False),
            ("seed", seed, 0),
            ("schedule", schedule, None),
            ("switch", switch, None),
            ("surface", surface, None),
            ("model", model, None),
            ("scale", scale, None),
        )
        if value != default
    }
    order = _order(shuffle, int(seed), epochs, samples)
    return Run(table, given, int(epochs), samples, begin, chosen, options, order)


def _model(model: str | Model | None, surface: str | None) -> Model:
    if surface is None:
        return find_model(model)
    if not (isinstance(surface, str) and surface in SURFACES):
        raise ValueError(unknown(f"no surface is called {surface!r:.40}", surface, SURFACES))
    if model is not None:
        raise ValueError("a surface is a model of its own; give model or surface")
    return find_model(surface)


def _points(model: Model, points: Any, epochs: int, steps: int | None) -> tuple[Points, int]:
    """The points by the model's columns, and the number of rows in an epoch."""
    if not model.data:
        if points is not None or epochs != 1:
            raise ValueError("a surface has no points and no epochs; give steps")
        return (), whole("steps", 100 if steps is None else steps)
    if steps is not None:
        raise ValueError(f"steps goes with a surface; on the {model.name} give epochs")
    if points is None:
        if model.points is None:
            raise ValueError(f"{model.name} needs points with {all_of(model.data)}")
        given = model.points()
    else:
        given = pairs(points, model.data)
    return given, len(given[0])


def _settings(table: Table, given: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, float]:
    """The default hyperparameters with the given ones replaced, by their names in the table.

    A hyperparameter can also be given by the rule's own name if only one has it; ``after`` has
    those of the rule after a switch. Raises ValueError for an unknown name (listing all names) or a
    value out of its limits.
    """
    chosen = dict(table.hyper)
    own: dict[tuple[bool, str], list[str]] = {}
    for one in table.inputs:
        if one.carried is None:
            name = table.rate if one.name == table.start_rate else one.name
            own.setdefault((one.after, table.part(name).base), []).append(name)
    wanted = [(name, False, value) for name, value in given.items()]
    wanted += [(name, True, value) for name, value in after.items()]
    for word, switched, value in wanted:
        names = own.get((switched, word), [])
        if not switched and word in chosen:
            names = [word]
        if len(names) != 1:
            what = f"{table.rule.name} has no hyperparameter {word!r}"
            raise ValueError(unknown(what, word, table.hyper or ("none",), "it has"))
        why = refusal(names[0], value, table.part(names[0]).base)
        if why:
            raise ValueError(why)
        chosen[names[0]] = float(value)
    return chosen


def _starts(table: Table, start: Mapping[str, float] | None) -> dict[str, float]:
    begin = dict(table.starts)
    if start is None:
        return begin
    if not hasattr(start, "items"):
        raise ValueError(f"start must be like {{'{table.parameters[-1]}': 1}}, not {start!r:.40}")
    for name, value in start.items():
        if name not in begin:
            what = f"start has no {name!r:.40}"
            raise ValueError(unknown(what, name, begin, f"{table.rule.name} starts from"))
        begin[name] = number(value, f"start {name}")
    return begin


def check_size(rows: int, columns: int) -> None:
    """ValueError for a table with more cells than fit in memory."""
    if rows * columns > COMPUTED_CELLS:
        raise ValueError(f"{rows:,} rows are more than fit in memory; give fewer")


def _shuffled(shuffle: Any) -> bool:
    if not isinstance(shuffle, bool) and not (
        isinstance(shuffle, str) and shuffle == "replacement"
    ):
        raise ValueError(f"shuffle must be True, False or 'replacement', not {shuffle!r:.40}")
    return bool(shuffle)


def _order(shuffle: bool | str, seed: int, epochs: int, samples: int) -> list[int]:
    """The samples of a shuffled run, row by row; empty if the run is not shuffled."""
    if not shuffle:
        return []
    draw = random.Random(seed)
    if shuffle == "replacement":
        return [draw.randrange(samples) for _ in range(epochs * samples)]
    return [sample for _ in range(epochs) for sample in draw.sample(range(samples), samples)]


def _switch(switch: Mapping[str, Any] | None) -> tuple[Rule | None, dict[str, float]]:
    """The rule to switch to, and its hyperparameters by its own names."""
    if switch is None:
        return None, {}
    wanted = 'switch must be like {"at_epoch": 3, "to": "momentum"}'
    if not hasattr(switch, "keys") or not {"at_epoch", "to"} <= set(switch):
        raise ValueError(wanted)
    other = find_rule(switch["to"])
    own = {name: value for name, value in switch.items() if name not in ("at_epoch", "to")}
    settings(other.hyper, own, other.name)
    return other, own
