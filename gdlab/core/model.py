"""Models: the function whose loss is minimized, read from source, with its gradients.

A model is one function of the grammar. Arguments without a default are columns of the points,
arguments with a default are parameters and their starting values, and keyword-only arguments are
constants. It returns one tuple of names, each a column; the last that is not a gradient is the
loss. A model without columns of points is a surface: its runs count steps, not epochs and samples.

``grad_NAME`` is the derivative of the loss with respect to NAME. Gradients that the function does
not return are derived (:mod:`gdlab.core.gradients`) and computed by a second function,
``Model.gradients``.

``trace(rule, points, model=...)`` takes a :class:`Model`, a function that :func:`model` has
registered, or a model's name.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NoReturn

from gdlab.core.data_sets import DATA_SETS, RATES
from gdlab.core.gradients import check, derived, with_helpers
from gdlab.core.points import Points
from gdlab.core.suggest import unknown
from gdlab.formulas import functions_of, surfaces
from gdlab.formulas import models as written
from gdlab.language.evaluate import evaluate_arrays
from gdlab.language.grammar import (
    Formulas,
    GrammarError,
    compose,
    inlined,
    leading,
    names,
    substitute,
)
from gdlab.language.reader import read

# Names of columns and inputs that every table has.
OF_EVERY_TABLE = ("epoch", "sample", "t", "batch_size", "at_epoch")
# Arguments of gdlab.trace: an input with such a name could not be given. ``scale`` can be, as a
# number.
OF_TRACE = (
    "rule", "points", "epochs", "start", "shuffle", "seed", "schedule", "switch", "surface",
    "steps", "model", "columns", "every",
)  # fmt: skip
# The picture of a loss over a grid uses at most this many points.
POINTS_OF_A_PICTURE = 500
LINE = "line"


@dataclass(frozen=True, eq=False)
class Model:
    """A model, read from its function.

    ``data`` are the columns of its points, ``parameters`` its parameters with their starts,
    ``constants`` the keyword-only arguments with their values, ``loss`` the loss's column.
    ``gradients`` is None if ``formulas`` returns all of them. ``points`` returns the default points
    of a run, ``rate`` is a good learning rate for plain gradient descent on them; None if the
    rule's own default is good.
    """

    name: str
    formulas: Formulas
    data: tuple[str, ...]
    parameters: dict[str, float]
    constants: dict[str, float]
    loss: str
    gradients: Formulas | None = None
    points: Callable[[], Points] | None = None
    rate: float | None = None

    @property
    def source(self) -> str:
        """The source of the model: the first paragraph of the docstring on one line."""
        return " ".join(self.formulas.doc.split("\n\n")[0].split())

    @property
    def functions(self) -> tuple[Formulas, ...]:
        """The functions that are computed in a row, in order."""
        return (self.formulas, self.gradients) if self.gradients else (self.formulas,)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the model computes, in order."""
        return tuple(name for one in self.functions for name in one.results)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all arguments and columns."""
        return (*self.formulas.arguments, *self.columns)

    def forward(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values of all lines by name; arguments are NumPy arrays or numbers, for pictures."""
        found = dict(values)
        for name, tree in self.formulas.steps.items():
            found[name] = evaluate_arrays(tree, found)
        return found

    @cached_property
    def squared_error(self) -> bool:
        """Whether the loss is an error squared, so that its root has the unit of the data."""
        return self._squared is not None

    @property
    def error(self) -> str | None:
        """The column whose square is the loss at a point; None if the loss is not a square."""
        return self._squared if self.data else None

    @cached_property
    def _squared(self) -> str | None:
        match self.formulas.steps[self.loss]:
            case ast.BinOp(ast.Name(left), ast.Mult(), ast.Name(right)) if left == right:
                return left
        return None

    @cached_property
    def prediction(self) -> str | None:
        """The column that predicts the last column of the points; None if that is not clear.

        It is ``y_pred`` for ``y``, or the only column that the loss compares with it. None, too, if
        it depends on more than one column of the points.
        """
        if len(self.data) != 2:
            return None
        steps = self.formulas.steps
        compared = set(names(steps[self.loss]))
        of_loss = compared.difference(self.formulas.arguments)
        found = f"{self.data[-1]}_pred"
        if found not in self.formulas.results:
            if self.data[-1] not in compared or len(of_loss) != 1:
                return None
            (found,) = of_loss
        inputs = set(names(inlined(steps, {found})[found])) & set(self.data)
        return found if inputs == {self.data[0]} else None


def read_model(
    function: Callable[..., object],
    points: Callable[[], Points] | None = None,
    rate: float | None = None,
) -> Model:
    """Read a function as a model; raises GrammarError if it is not one."""
    return as_model(read(function, keywords=True), points, rate)


def as_model(
    formulas: Formulas, points: Callable[[], Points] | None = None, rate: float | None = None
) -> Model:
    """Turn formulas into a model; raises GrammarError if they are not one."""
    name = formulas.name

    def refuse(why: str) -> NoReturn:
        raise GrammarError(f"{name}: {why}")

    if len(formulas.returned) != 1:
        refuse("a model returns one tuple of names, the loss last")
    data = tuple(one for one in formulas.arguments if one not in formulas.defaults)
    constants = {one: formulas.defaults[one] for one in formulas.keyword_only}
    parameters = {one: v for one, v in formulas.defaults.items() if one not in constants}
    if not parameters:
        refuse("a model needs a parameter, an argument with the number that it starts from")
    for word in (*formulas.arguments, *formulas.steps):
        if word in OF_EVERY_TABLE:
            refuse(f"{word} is what every table calls its own; give it another name")
        if word in constants and word in OF_TRACE:
            refuse(f"{word} is an argument of gdlab.trace; give the constant another name")
        if word.endswith("_prev"):
            refuse(f"{word}: names that end in _prev belong to the row above")
    known = {*formulas.arguments, *formulas.steps}
    losses = [one for one in formulas.results if one.removeprefix("grad_") not in known - {one}]
    if not losses:
        refuse("a model returns its loss")
    loss = losses[-1]
    formulas = with_helpers(formulas, loss)
    return Model(
        name=name,
        formulas=formulas,
        data=data,
        parameters=parameters,
        constants=constants,
        loss=loss,
        gradients=derived(formulas, loss, parameters),
        points=points,
        rate=rate,
    )


@lru_cache(maxsize=64)
def finite_differences(model: Model) -> Formulas:
    """Estimates of a model's gradients: the change of the loss when a parameter grows by ``_h``.

    For each parameter, in order, they have the loss there, ``_raised_1``, and the estimate,
    ``_estimated_1``. Raises ValueError if a formula would be too long for a cell.
    """
    steps: dict[str, ast.expr] = {}
    shown: list[str] = []
    forward = model.formulas.steps
    for index, parameter in enumerate(model.parameters, 1):
        put: dict[str, ast.expr] = {
            parameter: ast.BinOp(ast.Name(parameter), ast.Add(), ast.Name("_h"))
        }
        for name in leading(forward, model.loss):
            # A line that does not depend on the parameter keeps its value.
            moved = f"_raised_{index}" if name == model.loss else f"_{index}_{name}"
            steps[moved] = substitute(forward[name], put)
            put[name] = ast.Name(moved)
        difference = ast.BinOp(put[model.loss], ast.Sub(), ast.Name(model.loss))
        steps[f"_estimated_{index}"] = ast.BinOp(difference, ast.Div(), ast.Name("_h"))
        shown += [f"_raised_{index}", f"_estimated_{index}"]
    arguments = (*model.formulas.arguments, model.loss, "_h")
    try:
        return compose("finite_differences", arguments, steps, [shown])
    except GrammarError:
        message = f"h: an estimate of {model.name}'s gradients is too long for a cell"
        raise ValueError(message) from None


def mean_loss(model: Model, points: Points, values: Mapping[str, Any]) -> Any:
    """The mean loss over the points, or a surface's loss, for NumPy arrays or numbers.

    ``values`` has the parameters and constants. If there are very many points, a sample is used.
    """
    import numpy as np

    with np.errstate(all="ignore"):
        if not model.data:
            return model.forward(values)[model.loss]
        if model.name == LINE:
            return _mean_squared_error(points, values)
        some = [column[:: 1 + len(column) // POINTS_OF_A_PICTURE] for column in points]
        total = 0.0
        for point in zip(*some, strict=True):
            given = {**values, **dict(zip(model.data, point, strict=True))}
            total = total + model.forward(given)[model.loss]
        return total / len(some[0])


def _mean_squared_error(points: Points, values: Mapping[str, Any]) -> Any:
    """The line's mean squared error: a quadratic function given by six means of the points."""
    import numpy as np

    x, y = (np.array(column) for column in points)
    first, second = values["intercept"], values["slope"]
    return (
        first**2
        + 2 * first * second * x.mean()
        + second**2 * np.mean(x * x)
        - 2 * first * y.mean()
        - 2 * second * np.mean(x * y)
        + np.mean(y * y)
    )


SURFACES = functions_of(surfaces)
BUILT_IN_MODELS = functions_of(written)
_registered: dict[str, tuple[Callable[..., object], Model]] = {}


@lru_cache(maxsize=64)
def _built_in(name: str) -> Model:
    if name in SURFACES:
        return read_model(SURFACES[name])
    return read_model(BUILT_IN_MODELS[name], DATA_SETS[name], RATES.get(name))


def model(function: Callable[..., object]) -> Callable[..., object]:
    """Register a function as a model, as a decorator; returns the function unchanged.

    Arguments without a default are columns of the points, arguments with a default are parameters
    and their starting values, and keyword-only arguments are constants. Every line is a column; the
    last name that is returned is the loss. The gradients are derived; if the function returns its
    own ``grad_NAME``, that must be the derivative of the loss with respect to NAME.

    Works on a function in a notebook cell. A second model of the same name replaces the first.
    Raises GrammarError (a ValueError) that says what is wrong, and where.
    """
    found = read_model(function)
    if found.name in BUILT_IN_MODELS or found.name in SURFACES:
        raise GrammarError(f"{found.name} is a built-in model; give yours another name")
    check(found.formulas, found.loss)
    _registered[found.name] = function, found
    return function


def models() -> dict[str, str]:
    """The names of all models with their sources (paper, loss), without the surfaces."""
    return {name: find_model(name).source for name in (*BUILT_IN_MODELS, *_registered)}


def find_model(model: "str | Callable[..., object] | Model | None" = None) -> Model:
    """The model with a name or registered function; a Model itself; the line for None.

    Raises ValueError that suggests the nearest name, or lists all.
    """
    if isinstance(model, Model):
        return model
    if callable(model):
        for function, found in _registered.values():
            if function is model:
                return found
        title = getattr(model, "__name__", repr(model))
        if BUILT_IN_MODELS.get(title) is not model:
            raise ValueError(f"{title} is not a registered model: put @gdlab.model above its def")
        return _built_in(title)
    name = LINE if model is None else model
    known = (*BUILT_IN_MODELS, *SURFACES, *_registered)
    if not isinstance(name, str) or name not in known:
        raise ValueError(unknown(f"no model is called {name!r:.40}", name, known))
    return _registered[name][1] if name in _registered else _built_in(name)
