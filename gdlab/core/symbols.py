"""The symbols of all names in maths and in plain text, and the limits of hyperparameters.

The name of a column for one parameter ends in that parameter's name, ``avg_intercept``; its symbol
is the symbol of the base with the parameter's letter as a subscript.
"""

import math
import re
from numbers import Real
from typing import NamedTuple, Protocol


class Limits(NamedTuple):
    """The range of numbers that a hyperparameter may have, also in words."""

    low: float
    low_allowed: bool
    below: float
    words: str


OVER_ZERO = Limits(0.0, False, math.inf, "over 0")
ZERO_OR_MORE = Limits(0.0, True, math.inf, "0 or more")
SHARE = Limits(0.0, True, 1.0, "from 0 up to but not including 1")
INNER_SHARE = Limits(0.0, False, 1.0, "over 0 and under 1")
ANY = Limits(-math.inf, False, math.inf, "that is finite")
# Inputs that are whole numbers from 1.
WHOLE = ("batch_size", "at_epoch")

LIMITS: dict[str, Limits] = {
    "lr": OVER_ZERO,
    "h": OVER_ZERO,
    "max_norm": OVER_ZERO,
    "max_value": OVER_ZERO,
    "batch_size": OVER_ZERO,
    "at_epoch": OVER_ZERO,
    "interval": OVER_ZERO,
    "period": OVER_ZERO,
    "warmup": OVER_ZERO,
    "limit": OVER_ZERO,
    "threshold": OVER_ZERO,
    "factor": OVER_ZERO,
    "sync_every": OVER_ZERO,
    "beta": SHARE,
    "beta1": SHARE,
    "beta2": SHARE,
    "momentum": SHARE,
    # 0 ** 0 is 1 in Python and #NUM! in Excel.
    "decay": INNER_SHARE,
    "patience": ZERO_OR_MORE,
    "momentum_decay": ZERO_OR_MORE,
    "eps": ZERO_OR_MORE,
    "weight_decay": ZERO_OR_MORE,
}

# Letters for the parameters; the lesson's workbook uses "ab" for the line.
LETTERS: dict[str, dict[str, str]] = {
    "mb": {"intercept": "b", "slope": "m"},
    "ab": {"intercept": "b", "slope": "a"},
}

# Base name -> (LaTeX, plain text); {} is the parameter's letter, {loss} the loss.
BASES: dict[str, tuple[str, str]] = {
    "grad": (r"\frac{{\partial {loss}}}{{\partial {}}}", "d{loss}/d{}"),
    "est_grad": (r"\frac{{\Delta {loss}}}{{\Delta {}}}", "est d{loss}/d{}"),
    "err2_h": (r"e^2_{{{}+h}}", "e² at {}+h"),
    "avg": (r"\overline{{g}}_{{{}}}", "avg_{}"),
    "sqr_avg": (r"\overline{{g^2}}_{{{}}}", "sqr_avg_{}"),
    "avg_hat": (r"\widehat{{g}}_{{{}}}", "avg_hat_{}"),
    "sqr_avg_hat": (r"\widehat{{g^2}}_{{{}}}", "sqr_avg_hat_{}"),
    "sqr_dev_avg": (r"\overline{{\left(g-\overline{{g}}\right)^2}}_{{{}}}", "sqr_dev_avg_{}"),
    "sqr_dev_avg_hat": (
        r"\widehat{{\left(g-\overline{{g}}\right)^2}}_{{{}}}",
        "sqr_dev_avg_hat_{}",
    ),
    "variance": (r"\mathrm{{Var}}(g)_{{{}}}", "var_{}"),
    "rho": (r"\rho_{{{}}}", "rho_{}"),
    "rectifier": (r"r_{{{}}}", "r_{}"),
    "fast": (r"{}^{{\mathrm{{fast}}}}", "fast {}"),
    "slow": (r"{}^{{\mathrm{{slow}}}}", "slow {}"),
    "velocity": (r"v_{{{}}}", "v_{}"),
    "sum_sqr": (r"\textstyle\sum g_{{{}}}^2", "sum_sqr_{}"),
    "divisor": (r"d_{{{}}}", "divisor_{}"),
    "sample_grad": (r"\frac{{\partial {loss}_{{i}}}}{{\partial {}}}", "d{loss}_i/d{}"),
    "sum_grad": (r"\textstyle\sum g_{{{}}}", "sum_grad_{}"),
    "scaled_grad": (r"g_{{{}}}^{{\mathrm{{scaled}}}}", "scaled_grad_{}"),
    "clipped_grad": (r"g_{{{}}}^{{\mathrm{{clipped}}}}", "clipped_grad_{}"),
    "decayed_grad": (r"g_{{{}}}^{{\mathrm{{decayed}}}}", "decayed_grad_{}"),
    "max_sqr_avg": (r"\overline{{g^2}}_{{\max,{}}}", "max_sqr_avg_{}"),
    "max_abs": (r"u_{{{}}}", "max_abs_{}"),
    "sqr_step": (r"\overline{{\Delta^2}}_{{{}}}", "sqr_step_{}"),
    "delta": (r"\delta_{{{}}}", "delta_{}"),
    "step": (r"\Delta {}", "step_{}"),
    "new": (r"{}^{{\mathrm{{new}}}}", "new_{}"),
}

# A letter or a word, its subscript, its superscript.
RAISED = re.compile(r"(\\?[A-Za-z]+|\\mathrm\{[^{}]*\})(?:_\{([^{}]*)\})?\^(\{.*\}|\w)")

# The prefix of a model's gradient with respect to one of its columns: grad_z.
GRADIENT = "grad_"

# Whole names -> (LaTeX, plain text).
WORDS: dict[str, tuple[str, str]] = {
    "y_pred": (r"\hat{y}", "ŷ"),
    "error": ("e", "e"),
    "err2": ("e^2", "e²"),
    "loss": ("L", "L"),
    "lr": (r"\alpha", "lr"),
    "start_lr": (r"\alpha_0", "start_lr"),
    "eps": (r"\epsilon", "eps"),
    "momentum": (r"\mu", "momentum"),
    "weight_decay": (r"\lambda", "weight decay"),
    "g": ("g", "g"),
    "w": ("w", "w"),
    "avg": (r"\overline{g}", "avg"),
    "sqr_avg": (r"\overline{g^2}", "sqr_avg"),
    "avg_hat": (r"\widehat{g}", "avg_hat"),
    "sqr_avg_hat": (r"\widehat{g^2}", "sqr_avg_hat"),
    "velocity": ("v", "v"),
    "step": (r"\Delta w", "step"),
}

GREEK = (
    "alpha",
    "beta",
    "gamma",
    "delta",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "rho",
    "sigma",
    "tau",
)


def refusal(name: str, value: object, base: str | None = None) -> str | None:
    """Why ``value`` is not allowed for the hyperparameter ``name``, in words; None if it is.

    ``base`` is the rule's own name for it, if the table has another one.
    """
    limits = LIMITS.get(base or name, ANY)
    wrong = f"{name} must be a number {limits.words}, not {value!r:.40}"
    if isinstance(value, bool) or not isinstance(value, Real):
        return wrong
    try:
        number = float(value)
    except OverflowError:
        return wrong
    low = number >= limits.low if limits.low_allowed else number > limits.low
    return None if math.isfinite(number) and low and number < limits.below else wrong


def refuse_letters(letters: str) -> None:
    """ValueError for an unknown set of letters."""
    if letters not in LETTERS:
        raise ValueError(f"letters must be one of {', '.join(LETTERS)}, not {letters!r:.40}")


class Named(Protocol):
    """An object that knows the parts of names: a table."""

    @property
    def loss(self) -> str:
        """The loss's column."""

    def part(self, name: str) -> tuple[str, str | None]:
        """The base of a name and its parameter, ``avg`` and ``slope``."""


def latex(name: str, letters: str = "mb", of: Named | None = None) -> str:
    """A name in LaTeX: ``sqr_avg_slope`` -> ``\\overline{g^2}_{m}``; ``_prev`` adds t-1.

    ``of`` is the table that the name belongs to; without one it is a rule's own name.
    """
    if name.endswith("_prev"):
        now = latex(name.removesuffix("_prev"), letters, of)
        # The t-1 joins an existing subscript, and goes below a superscript.
        if re.search(r"_\{[^{}]*\}$", now):
            return f"{now[:-1]},t-1}}"
        raised = RAISED.fullmatch(now)
        if raised:
            below = f"{raised[2]},t-1" if raised[2] else "t-1"
            return f"{raised[1]}_{{{below}}}^{raised[3]}"
        return f"{{{now}}}_{{t-1}}"
    base, parameter = of.part(name) if of else (name, None)
    if parameter is None and base.startswith(GRADIENT):
        by = latex(base.removeprefix(GRADIENT), letters, of)
        return BASES["grad"][0].format(by, loss=WORDS[_loss(of)][0])
    if parameter is None:
        return WORDS[base][0] if base in WORDS else _letters(base)
    letter = LETTERS[letters].get(parameter) or _letters(parameter)
    if not base:
        return letter
    if base not in BASES:
        return f"{latex(base)}_{{{letter}}}"
    return BASES[base][0].format(letter, loss=WORDS[_loss(of)][0])


def _loss(of: Named | None) -> str:
    """The name of what is differentiated: the squared error, or a model's own loss."""
    return "err2" if of is None or of.loss == "err2" else "loss"


def _letters(name: str) -> str:
    """A name without a symbol: upright, with digits as a subscript, or a Greek letter."""
    letter, _, below = name.partition("_")
    if len(letter) == 1 and below:
        return f"{letter}_{{{below if len(below) == 1 else _letters(below)}}}"
    stem, digits = re.fullmatch(r"(.*?)(\d*)", name).groups()  # type: ignore[union-attr]
    written = f"\\{stem}" if stem in GREEK else stem
    if len(stem) > 1 and stem not in GREEK:
        written = r"\mathrm{" + stem.replace("_", r"\_") + "}"
    return f"{written}_{{{digits}}}" if digits else written


def text(name: str, letters: str = "mb", of: Named | None = None) -> str:
    """A name in plain text, for the symbol row of a sheet: ``grad_slope`` -> ``de²/dm``."""
    if name.endswith("_prev"):
        return f"{text(name.removesuffix('_prev'), letters, of)}[t-1]"
    base, parameter = of.part(name) if of else (name, None)
    if parameter is None and base.startswith(GRADIENT):
        by = text(base.removeprefix(GRADIENT), letters, of)
        return BASES["grad"][1].format(by, loss=WORDS[_loss(of)][1])
    if parameter is None:
        return WORDS[base][1] if base in WORDS else base
    letter = LETTERS[letters].get(parameter, parameter)
    if not base:
        return letter
    if base not in BASES:
        return f"{base}_{letter}"
    return BASES[base][1].format(letter, loss=WORDS[_loss(of)][1])
