"""Learners who fill in practice sheets, simulated by formulas of their own.

Nothing here computes with gdlab: the tables of six rules and three schedules are typed once more,
as Python text. ``{p}`` is the parameter, ``{q}`` the other one; ``up_NAME`` is NAME of the row
above, ``next_x`` the x of the row below, ``n`` the number of rows.
"""

import math
import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

MODEL = {
    "intercept": "up_new_intercept",
    "slope": "up_new_slope",
    "y_pred": "intercept + slope * x",
    "error": "y_pred - y",
    "err2": "error * error",
    "grad_intercept": "2 * error",
    "grad_slope": "grad_intercept * x",
}
RULES = {
    "sgd": {"step_{p}": "lr * grad_{p}"},
    "momentum": {
        "avg_{p}": "beta * up_avg_{p} + (1 - beta) * grad_{p}",
        "step_{p}": "lr * avg_{p}",
    },
    "heavy_ball": {
        "velocity_{p}": "momentum * up_velocity_{p} + grad_{p}",
        "step_{p}": "lr * velocity_{p}",
    },
    "rmsprop": {
        "sqr_avg_{p}": "beta * up_sqr_avg_{p} + (1 - beta) * grad_{p} ** 2",
        "step_{p}": "lr * grad_{p} / (sqrt(sqr_avg_{p}) + eps)",
    },
    "adagrad": {
        "sum_sqr_{p}": "up_sum_sqr_{p} + grad_{p} ** 2",
        "step_{p}": "lr * grad_{p} / (sqrt(sum_sqr_{p}) + eps)",
    },
    "adam": {
        "avg_{p}": "beta1 * up_avg_{p} + (1 - beta1) * grad_{p}",
        "sqr_avg_{p}": "beta2 * up_sqr_avg_{p} + (1 - beta2) * grad_{p} ** 2",
        "avg_hat_{p}": "avg_{p} / (1 - beta1 ** t)",
        "sqr_avg_hat_{p}": "sqr_avg_{p} / (1 - beta2 ** t)",
        "step_{p}": "lr * avg_hat_{p} / (sqrt(sqr_avg_hat_{p}) + eps)",
    },
    "adam_lesson": {
        "avg_{p}": "beta1 * up_avg_{p} + (1 - beta1) * grad_{p}",
        "sqr_avg_{p}": "beta2 * up_sqr_avg_{p} + (1 - beta2) * grad_{p} ** 2",
        "step_{p}": "lr * avg_{p} / sqrt(sqr_avg_{p})",
    },
}
# Rules of sheets that learners make themselves.
OWN_RULES = {
    **RULES,
    "rmsprop_lesson": {
        "sqr_avg_{p}": "beta * up_sqr_avg_{p} + (1 - beta) * grad_{p} ** 2",
        "step_{p}": "lr * grad_{p} / sqrt(up_sqr_avg_{p}) if t > 1 else lr * grad_{p}",
    },
    "nesterov": {
        "velocity_{p}": "momentum * up_velocity_{p} + grad_{p}",
        "step_{p}": "lr * (grad_{p} + momentum * velocity_{p})",
    },
}
NEW = {"new_{p}": "{p} - step_{p}"}
SCHEDULES = {
    "step_decay": "start_lr * factor ** ((t - 1) // interval)",
    "exponential": "start_lr * decay ** (t - 1)",
    "cosine": "start_lr * (1 + cos(pi * min(t - 1, period) / period)) / 2",
    "warmup_cosine": (
        "start_lr * t / warmup if t <= warmup else "
        "start_lr * (1 + cos(pi * (min(t, period) - warmup) / (period - warmup))) / 2"
    ),
}
PARAMETERS = ("intercept", "slope")
WORLD = {"sqrt": math.sqrt, "cos": math.cos, "pi": math.pi, "min": min, "__builtins__": {}}

Place = tuple[int, str]
Formulas = dict[str, str]
Write = Callable[[float], tuple[float, float]]


class Sheet(NamedTuple):
    """What a learner is given: a rule, perhaps a schedule, points, and inputs by name."""

    rule: str
    schedule: str | None
    points: list[tuple[float, float]]
    given: dict[str, float]


def columns(rule: str, schedule: str | None = None) -> Formulas:
    """The computed columns of a table in the order of computing."""
    rate = {"lr": SCHEDULES[schedule]} if schedule else {}
    formulas = MODEL | rate
    for template in (OWN_RULES[rule], NEW):
        formulas |= per_parameter(template)
    return formulas


def per_parameter(template: Formulas) -> Formulas:
    """Formulas with {p} in them, written out for both parameters; others as they are."""
    written: Formulas = {}
    for name, formula in template.items():
        for p, q in (PARAMETERS, PARAMETERS[::-1]):
            written[name.format(p=p, q=q)] = formula.format(p=p, q=q)
    return written


def rounded(decimals: int, *, carried: bool = True) -> Write:
    """A learner who writes numbers to some decimals, and goes on with these or with all digits."""

    def write(number: float) -> tuple[float, float]:
        # The small addition rounds a half up even if its last bit is missing.
        shown = round(number * (1 + 1e-14), decimals) + 0.0
        return shown, shown if carried else number

    return write


def significant(digits: int, *, carried: bool = True) -> Write:
    """A learner who writes numbers to some significant digits."""

    def write(number: float) -> tuple[float, float]:
        shown = float(f"{number:.{digits - 1}e}")
        return shown, shown if carried else number

    return write


def fills_in(
    sheet: Sheet, write: Write, slip: Formulas | None = None, rows: Any = None
) -> dict[Place, float] | None:
    """The numbers of a filled sheet; with other formulas for some columns, in some rows.

    The first row has no row above for a column that is not started with: there it is 0. None where
    a number cannot be computed.
    """
    formulas = columns(sheet.rule, sheet.schedule)
    slips = per_parameter(slip or {})
    # Columns that only the learner has in mind, before those of the table.
    hidden = {name: text for name, text in slips.items() if name not in formulas}
    above = {f"up_new_{p}": sheet.given[f"start_{p}"] for p in PARAMETERS}
    above |= {f"up_{p}": sheet.given[f"start_{p}"] for p in PARAMETERS}
    cells: dict[Place, float] = {}
    for row, (x, y) in enumerate(sheet.points, 1):
        next_x, next_y = sheet.points[row % len(sheet.points)]
        world = WORLD | sheet.given | {"t": row, "x": x, "y": y, "n": len(sheet.points)}
        world |= {"next_x": next_x, "next_y": next_y}
        world |= {f"up_{name}": 0.0 for name in (*formulas, *hidden, *slips)} | above
        waiting = dict(formulas)
        for name, text in slips.items():
            if rows is None or row in rows:
                waiting[name] = text
        # A learner who uses a later number computes that one first.
        while waiting:
            late: Formulas = {}
            for name, text in waiting.items():
                asked = compile(text, name, "eval").co_names
                if any(one in waiting and one != name for one in asked):
                    late[name] = text
                    continue
                try:
                    number = float(eval(text, world))
                except (ArithmeticError, ValueError, TypeError):
                    return None
                if not math.isfinite(number) or abs(number) > 1e12:
                    return None
                shown, kept = write(number) if name not in hidden else (number, number)
                world[name] = kept
                if name not in hidden:
                    cells[row, name] = shown
            if len(late) == len(waiting):
                raise ValueError(f"{sheet.rule}: {sorted(late)} wait for each other")
            waiting = late
        above = {f"up_{name}": world[name] for name in (*formulas, *hidden)}
    return cells


class Trial(NamedTuple):
    """A slip that is made: where, what is computed instead, and the names it may be given.

    ``names`` empty: there is no name for it, and any would be wrong.
    """

    rule: str
    formulas: Formulas
    names: str = ""
    schedule: str | None = None
    rows: tuple[int, ...] | None = None


AVG = "beta * up_avg_{p} + (1 - beta) * grad_{p}"
SQR = "beta * up_sqr_avg_{p} + (1 - beta) * "
ADAM_STEP = "lr * avg_hat_{p} / (sqrt(sqr_avg_hat_{p}) + eps)"
TRIALS = [
    # The line and its error.
    Trial("sgd", {"y_pred": "intercept - slope * x"}, "minus_for_plus"),
    Trial("sgd", {"y_pred": "slope + intercept * x"}, "parameters_swapped"),
    Trial("sgd", {"y_pred": "(intercept + slope) * x"}, "parentheses_misplaced"),
    Trial("sgd", {"y_pred": "intercept + slope * y"}, "x_and_y_swapped"),
    Trial("sgd", {"y_pred": "intercept + slope * next_x"}, "next_row"),
    Trial("sgd", {"y_pred": "intercept + slope"}, "factor_forgotten"),
    Trial("sgd", {"y_pred": "slope * x"}, "term_forgotten"),
    Trial("sgd", {"y_pred": "intercept + slope * x * x"}, "square_added"),
    Trial("sgd", {"error": "y - y_pred"}, "turned_round"),
    Trial("sgd", {"error": "y_pred - next_y"}, "next_row"),
    Trial("sgd", {"error": "y_pred - x"}, "x_and_y_swapped"),
    Trial("sgd", {"error": "(y_pred - y) ** 2"}, "square_added"),
    Trial("sgd", {"err2": "2 * error"}, "doubled_for_squared"),
    Trial("sgd", {"err2": "error"}, "square_forgotten copied_from_beside"),
    # Its gradients.
    Trial("sgd", {"grad_intercept": "error"}, "factor_forgotten"),
    Trial("sgd", {"grad_intercept": "2 * error ** 2"}, "square_added"),
    Trial("sgd", {"grad_intercept": "2 * error / n"}, "divided_by_n"),
    Trial("sgd", {"grad_slope": "2 * error"}, "factor_forgotten copied_from_beside"),
    Trial("sgd", {"grad_slope": "grad_intercept * x ** 2"}, "square_added"),
    Trial("sgd", {"grad_slope": "grad_intercept * y"}, "x_and_y_swapped"),
    Trial("sgd", {"grad_slope": "grad_intercept * next_x"}, "next_row"),
    Trial("sgd", {"grad_slope": "2 * (new_intercept + slope * x - y) * x"}, "not_simultaneous"),
    Trial("sgd", {"grad_slope": "error * x"}, "factor_forgotten stage_skipped"),
    Trial("sgd", {"y_pred": "(intercept + slope * x) / 2"}, "factor_added"),
    Trial("sgd", {"grad_intercept": "4 * error"}, "factor_added"),
    Trial("sgd", {"slope": "up_new_intercept", "intercept": "up_new_slope"}, "other_parameter"),
    # Its steps.
    Trial("sgd", {"step_{p}": "grad_{p}"}, "rate_forgotten copied_from_beside"),
    Trial("sgd", {"step_{p}": "lr * lr * grad_{p}"}, "rate_twice"),
    Trial("sgd", {"step_{p}": "sqrt(lr) * grad_{p}"}, "root_added"),
    Trial("sgd", {"step_{p}": "lr * up_grad_{p}"}, "row_above"),
    Trial("sgd", {"new_{p}": "{p} + step_{p}"}, "plus_for_minus"),
    Trial("sgd", {"new_{p}": "{p} - step_{q}"}, "other_parameter"),
    Trial("sgd", {"new_{p}": "{p} - lr * step_{p}"}, "rate_twice"),
    Trial("sgd", {"new_{p}": "start_{p} - step_{p}"}, "start_value"),
    Trial("sgd", {"y_pred": "intercept + start_slope * x"}, "start_value"),
    # Slips that have no name.
    Trial("sgd", {"y_pred": "intercept * slope * x"}),
    Trial("sgd", {"err2": "y_pred ** 2 - y ** 2"}),
    Trial("sgd", {"grad_slope": "grad_intercept * slope"}),
    Trial("sgd", {"new_{p}": "{p} * step_{p}"}),
    Trial("sgd", {"new_{p}": "-step_{p}"}),
    Trial("sgd", {"y_pred": "intercept * 1.1 + slope * x"}),
    Trial("sgd", {"error": "y_pred - y + 1"}),
    Trial("sgd", {"grad_intercept": "2 * error / x"}),
    Trial("sgd", {"grad_slope": "grad_intercept * (x - 1)"}),
    Trial("sgd", {"new_{p}": "{p} * (1 - lr) - step_{p}"}),
    # Averages.
    Trial("momentum", {"avg_{p}": "(1 - beta) * up_avg_{p} + beta * grad_{p}"}, "beta_swapped"),
    Trial("momentum", {"avg_{p}": "up_avg_{p} + (1 - beta) * grad_{p}"}, "beta_forgotten"),
    Trial(
        "momentum",
        {"avg_{p}": "beta * up_avg_{p} + grad_{p}"},
        "one_minus_beta_forgotten another_convention",
    ),
    Trial("momentum", {"avg_{p}": "up_avg_{p} + grad_{p}"}, "sum_for_average"),
    Trial(
        "momentum",
        {"step_{p}": "lr * avg_{p} / (1 - beta ** t)"},
        "bias_correction_added",
    ),
    Trial("momentum", {"step_{p}": "lr * grad_{p}"}, "stage_skipped another_convention"),
    Trial(
        "momentum",
        {"avg_{p}": "usual_beta * up_avg_{p} + (1 - usual_beta) * grad_{p}"},
        "default_taken",
    ),
    Trial(
        "momentum",
        {
            "y_pred": "intercept - beta * lr * up_avg_intercept + "
            "(slope - beta * lr * up_avg_slope) * x"
        },
        "look_ahead",
    ),
    Trial("momentum", {"avg_{p}": "beta * up_avg_{q} + (1 - beta) * grad_{p}"}, "other_parameter"),
    Trial("momentum", {"avg_{p}": "beta * up_avg_{p} + (1 - beta) * up_grad_{p}"}, "row_above"),
    Trial("momentum", {"avg_{p}": "(up_avg_{p} * (t - 1) + grad_{p}) / t"}, "mean_for_average"),
    Trial("momentum", {"avg_{p}": "(up_avg_{p} + grad_{p}) / 2"}, "mean_for_average"),
    Trial("momentum", {"avg_{p}": "beta * up_avg_{p} + (1 + beta) * grad_{p}"}),
    Trial("momentum", {"step_{p}": "lr * (avg_{p} + grad_{p})"}),
    # Averages of squares.
    Trial("rmsprop", {"sqr_avg_{p}": SQR + "grad_{p}"}, "square_forgotten another_convention"),
    Trial("rmsprop", {"sqr_avg_{p}": SQR + "err2"}, "squared_error_for_gradient"),
    Trial(
        "rmsprop",
        {"mean_{p}": "beta * up_mean_{p} + (1 - beta) * grad_{p}", "sqr_avg_{p}": "mean_{p} ** 2"},
        "square_of_average",
    ),
    Trial(
        "rmsprop",
        {"sqr_avg_{p}": "(1 - beta) * up_sqr_avg_{p} + beta * grad_{p} ** 2"},
        "beta_swapped",
    ),
    Trial("rmsprop", {"step_{p}": "lr * grad_{p} / (sqr_avg_{p} + eps)"}, "root_forgotten"),
    Trial("rmsprop", {"step_{p}": "sqrt(lr) * grad_{p} / sqrt(sqr_avg_{p})"}, "root_added"),
    Trial("rmsprop", {"step_{p}": "grad_{p} / (sqrt(sqr_avg_{p}) + eps)"}, "rate_forgotten"),
    Trial("rmsprop", {"step_{p}": "lr * grad_{p}"}, "divisor_forgotten another_convention"),
    Trial("rmsprop", {"step_{p}": "lr * grad_{p} * sqrt(sqr_avg_{p})"}, "times_for_divided"),
    Trial("rmsprop", {"step_{p}": "lr * grad_{p} / sqrt(grad_{p} ** 2)"}),
    Trial("adagrad", {"sum_sqr_{p}": "up_sum_sqr_{p} + err2"}, "squared_error_for_gradient"),
    Trial("adagrad", {"sum_sqr_{p}": "up_sum_sqr_{p} + grad_{p}"}, "square_forgotten"),
    Trial("adagrad", {"sum_sqr_{p}": "grad_{p} ** 2"}, "term_forgotten"),
    Trial("adagrad", {"step_{p}": "lr * grad_{p} / (sqrt(sum_sqr_{p} / t) + eps)"}, "mean_for_sum"),
    Trial("adagrad", {"step_{p}": "lr * grad_{p} / (sum_sqr_{p} + eps)"}, "root_forgotten"),
    Trial("rmsprop", {"step_{p}": "lr * sqrt(sqr_avg_{p}) / grad_{p}"}),
    Trial("rmsprop", {"step_{p}": "lr / sqrt(sqr_avg_{p})"}, "factor_forgotten"),
    # Adam.
    Trial("adam", {"avg_hat_{p}": "avg_{p} / (1 + beta1 ** t)"}),
    Trial("adam", {"sqr_avg_{p}": "beta2 * up_sqr_avg_{p} + (1 - beta2) * avg_{p} ** 2"}),
    Trial(
        "adam", {"avg_{p}": "beta1 * up_avg_hat_{p} + (1 - beta1) * grad_{p}"}, "corrected_carried"
    ),
    Trial(
        "adam",
        {
            "avg_hat_{p}": "avg_{p} / (1 - beta1) ** t",
            "sqr_avg_hat_{p}": "sqr_avg_{p} / (1 - beta2) ** t",
        },
        "power_misplaced",
    ),
    Trial(
        "adam",
        {"avg_hat_{p}": "avg_{p}", "sqr_avg_hat_{p}": "sqr_avg_{p}"},
        "bias_correction_forgotten copied_from_beside",
    ),
    Trial(
        "adam",
        {
            "avg_hat_{p}": "avg_{p} / (1 - beta1 ** (t + 1))",
            "sqr_avg_hat_{p}": "sqr_avg_{p} / (1 - beta2 ** (t + 1))",
        },
        "t_off_by_one",
    ),
    Trial("adam", {"avg_hat_{p}": "avg_{p} / (1 - beta1 * t * 0.9)"}),
    Trial(
        "adam",
        {
            "avg_{p}": "beta2 * up_avg_{p} + (1 - beta2) * grad_{p}",
            "sqr_avg_{p}": "beta1 * up_sqr_avg_{p} + (1 - beta1) * grad_{p} ** 2",
        },
        "other_beta",
    ),
    Trial("adam", {"avg_hat_{p}": "avg_{p} / (1 - beta2 ** t)"}, "other_beta"),
    Trial(
        "adam",
        {"step_{p}": "lr * avg_{p} / (sqrt(sqr_avg_{p}) + eps)"},
        "bias_correction_forgotten another_convention",
    ),
    Trial("adam", {"step_{p}": "lr * avg_hat_{p} / (sqr_avg_hat_{p} + eps)"}, "root_forgotten"),
    Trial(
        "adam",
        {"avg_{p}": "beta1 * up_avg_{p} + grad_{p}"},
        "one_minus_beta_forgotten another_convention",
    ),
    Trial(
        "adam",
        {"sqr_avg_{p}": "beta2 * up_sqr_avg_{p} + (1 - beta2) * err2"},
        "squared_error_for_gradient",
    ),
    Trial(
        "adam",
        {"step_{p}": "lr * grad_{p} / (sqrt(sqr_avg_hat_{p}) + eps)"},
        "stage_skipped another_convention",
    ),
    # Schedules.
    Trial("sgd", {"lr": "start_lr"}, "schedule_forgotten", schedule="cosine"),
    Trial("sgd", {"step_{p}": "start_lr * grad_{p}"}, "start_rate", schedule="cosine"),
    Trial(
        "sgd",
        {"lr": "start_lr * (1 + cos(180 * min(t - 1, period) / period)) / 2"},
        "degrees",
        schedule="cosine",
    ),
    Trial(
        "sgd",
        {"lr": "start_lr * (1 + cos(pi * min(t - 1, period) / period * pi / 180)) / 2"},
        "degrees",
        schedule="cosine",
    ),
    Trial(
        "sgd",
        {"lr": "start_lr * (1 + cos(pi * min(t, period) / period)) / 2"},
        "t_off_by_one",
        schedule="cosine",
    ),
    Trial(
        "sgd",
        {"lr": "start_lr * factor ** (t - 1)"},
        "function_forgotten another_schedule divisor_forgotten",
        schedule="step_decay",
    ),
    Trial(
        "sgd",
        {"lr": "start_lr * (1 + cos(pi * (min(t, period) - warmup) / (period - warmup))) / 2"},
        "other_case",
        schedule="warmup_cosine",
    ),
    Trial("sgd", {"grad_slope": "error ** 2 * x"}, "squared_error_for_gradient"),
]
# Two slips in one formula: where one alone is named, it is taken for another.
TWO_AT_ONCE = [
    Trial("adam", {"step_{p}": "lr * avg_{p} / (sqr_avg_hat_{p} + eps)"}),
    Trial("adam", {"step_{p}": "lr * avg_{p} / (sqr_avg_{p} + eps)"}),
    Trial("adam", {"step_{p}": "lr * grad_{p} / (sqr_avg_hat_{p} + eps)"}),
    Trial("adam", {"sqr_avg_{p}": "beta1 * up_sqr_avg_{p} + (1 - beta1) * grad_{p}"}),
    Trial("adam", {"new_{p}": "{p} + lr * step_{p}"}),
    Trial("momentum", {"avg_{p}": "(1 - beta) * up_avg_{p} + beta * grad_{q}"}),
    Trial("momentum", {"step_{p}": "lr * lr * grad_{p}"}),
    Trial("rmsprop", {"step_{p}": "lr * grad_{q} / (sqr_avg_{p} + eps)"}),
    Trial("rmsprop", {"step_{p}": "lr * lr * grad_{p} / sqr_avg_{p}"}),
    Trial("adagrad", {"step_{p}": "grad_{p} / (sum_sqr_{p} + eps)"}),
    Trial("sgd", {"y_pred": "slope - intercept * x"}),
    Trial("sgd", {"step_{p}": "lr * lr * grad_{q}"}),
    Trial("sgd", {"new_{p}": "{p} + lr * step_{p}"}),
    Trial("sgd", {"new_{p}": "{p} + step_{q}"}),
]
STYLES = {
    "4 decimals": rounded(4),
    "4 decimals, all digits kept": rounded(4, carried=False),
    "3 decimals": rounded(3),
    "2 decimals": rounded(2),
    "6 decimals, all digits kept": rounded(6, carried=False),
}
SEEDS = (3, 5, 7)


def wrong_sheets(
    sheet_of: Callable[[Trial, int], Sheet],
    seeds: tuple[int, ...] = SEEDS,
    trials: list[Trial] = TRIALS,
) -> Iterator[tuple[Trial, int, str, Sheet, dict[Place, float]]]:
    """Every slip on every seed's sheet in every style, if it can be computed."""
    for trial in trials:
        for seed in seeds:
            sheet = sheet_of(trial, seed)
            for style, write in STYLES.items():
                filled = fills_in(sheet, write, trial.formulas, trial.rows)
                if filled is not None:
                    yield trial, seed, style, sheet, filled


def by_hand(cells: dict[Place, float], kind: str, seed: int) -> tuple[Place, dict[Place, float]]:
    """One cell that differs from the computed number: a digit dropped, misread, and so on."""
    draw = random.Random(f"{kind} {seed}")
    place = 2, draw.choice(["y_pred", "grad_slope", "err2"])
    text = f"{cells[place]:.4f}"
    at = [i for i, one in enumerate(text) if one.isdigit()]
    i = draw.choice(at[1:] or at)
    if kind == "digit_dropped":
        changed = text[:i] + text[i + 1 :]
    elif kind == "digit_misread":
        changed = text[:i] + draw.choice("0123456789".replace(text[i], "")) + text[i + 1 :]
    else:
        changed = f"{-cells[place]:.4f}"
    return place, cells | {place: float(changed)}
