"""Scale the columns of the points to a size of about 1, as lines of the model itself.

A scaled model has a further column for each one that is scaled, x_scaled = (x - x_mean) /
x_deviation, and uses that instead. Mean and deviation are constants of the model, so they are
inputs of the sheet; they are rounded to four digits of the deviation, so that a person can compute
with them. For the line, unscaled_intercept and unscaled_slope are the parameters in the points'
units.
"""

import ast
import math
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from gdlab.core.model import LINE, Model
from gdlab.core.points import Points
from gdlab.core.suggest import unknown
from gdlab.language.evaluate import evaluate_arrays
from gdlab.language.grammar import Formulas, compose, substitute

# By kind of scale: the constant that is subtracted, and the one that divides.
KINDS = {"standard": ("mean", "deviation"), "minmax": ("least", "range")}
UNSCALED_DIGITS = 4
UNSCALED = "unscaled_"

Scales = tuple[tuple[str, str], ...]


def scales_of(model: Model, scale: Any) -> Scales:
    """The kind of scale for each column, from the argument of ``gdlab.trace``.

    ``scale`` is one kind for all columns, or a mapping from columns to kinds. If the loss is not a
    squared error, the last column is a label and is not scaled. Raises ValueError for anything
    else.
    """
    if not model.data:
        raise ValueError("scale needs points; a surface has none")
    if hasattr(scale, "items"):
        found = tuple(scale.items())
    else:
        found = tuple((one, scale) for one in model.data[: None if model.squared_error else -1])
    for column, kind in found:
        if column not in model.data:
            what = f"scale: {model.name} has no column {column!r:.40}"
            raise ValueError(unknown(what, column, model.data))
        if not isinstance(kind, str) or kind not in KINDS:
            raise ValueError(unknown(f"no scale is called {kind!r:.40}", kind, KINDS))
    return found


def constants_of(scales: Scales) -> dict[str, tuple[str, str]]:
    """The constants for these scales by name, each with its column and measure, such as mean."""
    return {f"{column}_{word}": (column, word) for column, kind in scales for word in KINDS[kind]}


def measured(model: Model, points: Points, scales: Scales) -> dict[str, float]:
    """The values of the constants; ValueError for a column that is the same at every point."""
    found = {}
    for name, (column, word) in constants_of(scales).items():
        values = points[model.data.index(column)]
        if min(values) == max(values):
            raise ValueError(f"scale: {column} is {values[0]:g} at every point; leave it out")
        found[name] = _measure(word, values)
        if not math.isfinite(found[name]):
            raise ValueError(f"scale: the {word} of {column} is too large for a number")
    return found


def _measure(word: str, values: list[float]) -> float:
    if word == "least":
        return min(values)
    if word == "range":
        return max(values) - min(values)
    mean = _mean(values)
    return round(mean if word == "mean" else _deviation(values), decimals(values))


def _mean(values: list[float]) -> float:
    return math.fsum(value / len(values) for value in values)


def _deviation(values: list[float]) -> float:
    """The standard deviation, dividing by the number of points."""
    mean = _mean(values)
    return math.hypot(*(value - mean for value in values)) / math.sqrt(len(values))


def decimals(values: list[float]) -> int:
    """The number of decimals that leaves four digits of the deviation."""
    deviation = _deviation(values)
    return (
        UNSCALED_DIGITS - 1 - math.floor(math.log10(deviation)) if 0 < deviation < math.inf else 0
    )


@lru_cache(maxsize=64)
def scaled_model(model: Model, scales: Scales) -> Model:
    """The model with some columns scaled; ValueError if a name is taken."""
    new: dict[str, ast.expr] = {}
    put: dict[str, ast.expr] = {}
    for column, kind in scales:
        shift, divisor = KINDS[kind]
        new[f"{column}_scaled"] = _tree(f"({column} - {column}_{shift}) / {column}_{divisor}")
        put[column] = ast.Name(f"{column}_scaled")
    constants = dict.fromkeys(constants_of(scales), 1.0)
    if model.name == LINE:
        new |= _unscaled(dict(scales))
    for name in (*new, *constants):
        if name in model.names:
            raise ValueError(f"scale: {model.name} has a {name} of its own; rename that")
    formulas = model.formulas
    steps = new | {name: substitute(tree, put) for name, tree in formulas.steps.items()}
    composed = compose(
        f"{model.name}_scaled",
        (*formulas.arguments, *constants),
        steps,
        [(*new, *formulas.results)],
        formulas.doc,
        formulas.defaults | constants,
    )
    return replace(
        model,
        name=composed.name,
        formulas=replace(composed, keyword_only=(*formulas.keyword_only, *constants)),
        constants=model.constants | constants,
        gradients=_scaled_gradients(model, put),
    )


def _scaled_gradients(model: Model, put: dict[str, ast.expr]) -> Formulas | None:
    if model.gradients is None:
        return None
    old = model.gradients
    steps = {name: substitute(tree, put) for name, tree in old.steps.items()}
    arguments = [ast.unparse(put[one]) if one in put else one for one in old.arguments]
    return compose(old.name, arguments, steps, old.returned, old.doc, old.defaults)


def _unscaled(scales: dict[str, str]) -> dict[str, ast.expr]:
    """The expressions for the line's parameters in the points' own units."""
    slope, intercept = "slope", "intercept"
    if "y" in scales:
        shift, divisor = (f"y_{word}" for word in KINDS[scales["y"]])
        slope, intercept = f"{slope} * {divisor}", f"{shift} + {intercept} * {divisor}"
    if "x" in scales:
        shift, divisor = (f"x_{word}" for word in KINDS[scales["x"]])
        slope = f"{slope} / {divisor}"
        intercept = f"{intercept} - {UNSCALED}slope * {shift}"
    return {f"{UNSCALED}slope": _tree(slope), f"{UNSCALED}intercept": _tree(intercept)}


def _tree(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def unscaled(model: Model, values: Mapping[str, float]) -> dict[str, float]:
    """The parameters in the points' own units; empty for a model without unscaled parameters."""
    found = dict(values)
    for name, tree in model.formulas.steps.items():
        if name.startswith(UNSCALED):
            found[name] = float(evaluate_arrays(tree, found))
    return {
        name.removeprefix(UNSCALED): value
        for name, value in found.items()
        if name.startswith(UNSCALED)
    }


def in_own_units(model: Model, column: str, values: Any, hyper: Mapping[str, float]) -> Any:
    """The values of a scaled column in the points' units; other columns do not change."""
    if f"{column}_scaled" not in model.formulas.results:
        return values
    for shift, divisor in KINDS.values():
        if f"{column}_{divisor}" in model.constants:
            return values * hyper[f"{column}_{divisor}"] + hyper[f"{column}_{shift}"]
    return values
