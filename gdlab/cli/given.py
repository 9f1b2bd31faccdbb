"""What a command was given, from words to points, options and numbers."""

import argparse
import sys

from gdlab.cli.parsing import TYPE_CHECKING, complain, say, whole

if TYPE_CHECKING:
    from typing import Any, BinaryIO

    from gdlab.core.trace import Trace

# The options by their names among the arguments of gdlab.trace and gdlab.read_points, and --set.
OPTIONS = (
    "data", "x", "y", "sheet", "decimal", "drop_missing", "epochs", "set", "start", "batch_size",
    "shuffle", "seed", "schedule", "switch", "model", "surface", "steps", "scale",
)  # fmt: skip


def points_of(args: argparse.Namespace) -> "dict[str, list[float]] | None":
    """The points that --data and its options describe; None for the lesson's."""
    if args.data is None:
        for name in ("x", "y", "sheet", "decimal", "drop_missing"):
            if getattr(args, name):
                raise ValueError(f"--{name.replace('_', '-')} goes with --data FILE")
        return None
    from gdlab.core.model import find_model
    from gdlab.reading.points import left_out, read_columns

    source = _standard_input() if args.data == "-" else args.data
    # Of the columns of a model, those called x and y have an option of their own.
    wanted = {
        name: getattr(args, name, None) for name in find_model(getattr(args, "model", None)).data
    }
    for name in "xy":
        if getattr(args, name) and name not in wanted:
            raise ValueError(f"--{name}: {args.model} has no column {name}")
    found = read_columns(source, wanted, args.sheet, args.decimal, args.drop_missing)
    if found.dropped:
        complain(args.prog, left_out(found))
    return found.columns


def _standard_input() -> "BinaryIO":
    """Standard input as bytes; ValueError where a person would have to type a table."""
    if sys.stdin is None or sys.stdin.isatty():
        raise ValueError(
            "--data -: nothing is piped in; for example: gdlab table sgd --data - < p.csv"
        )
    return sys.stdin.buffer


def sheet_of(args: argparse.Namespace) -> "dict[str, Any]":
    """The arguments of gdlab.practice that the options describe, but for the seed and the files."""
    return {
        "rows": args.rows,
        "blank": args.blank or "all",
        "decimals": args.decimals,
        "points": points_of(args),
        **options_of(args, ("epochs", "batch_size", "schedule", "model")),
        **scale_of(args),
        **hyper_of(args),
    }


def say_unseen(rule: str, **asked: "Any") -> None:
    """Say which usual mistakes do not show in the numbers of a practice sheet, if any."""
    from gdlab.marking.handout import make
    from gdlab.marking.separating import unseen

    record, run = make(rule, **asked)
    if hidden := unseen(run, record.decimals):
        say(f"note: {rule}: {hidden}")


def run_options_given(args: argparse.Namespace) -> set[str]:
    """The names of the run's options that the user has given."""
    return {name for name in OPTIONS if getattr(args, name) not in (None, [], False)}


def run_of(args: argparse.Namespace, rule: str, **kept: "Any") -> "Trace":
    """The trace of a rule that the options describe; ValueError for those that do not fit.

    ``kept`` says which columns and rows are kept, as for gdlab.trace.
    """
    from gdlab.core.progress import progress
    from gdlab.core.trace import trace

    points, settings = settings_of(args)
    with progress("Computing"):
        run = trace(rule, points, **kept, **settings)
    if run.found:
        complain(args.prog, run.found.explanation)
    return run


def settings_of(args: argparse.Namespace) -> "tuple[Any, dict[str, Any]]":
    """The points and the arguments of gdlab.trace that the options describe."""
    options = options_of(
        args, ("epochs", "batch_size", "shuffle", "seed", "schedule", "model", "surface", "steps")
    )
    hyper = hyper_of(args)
    start = _numbers("--start", args.start)
    return points_of(args), {"start": start, **options, **scale_of(args), **hyper}


def scale_of(args: argparse.Namespace) -> "dict[str, Any]":
    """The argument scale of gdlab.trace, where --scale was given."""
    if not args.scale:
        return {}
    # One kind alone is for all columns.
    alone = len(args.scale) == 1 and "=" not in args.scale[0]
    return {"scale": args.scale[0] if alone else _pairs("--scale", args.scale)}


def options_of(args: argparse.Namespace, names: tuple[str, ...]) -> "dict[str, Any]":
    """The arguments of gdlab.trace among ``names`` that were given, and the switch."""
    options: dict[str, Any] = {
        name: getattr(args, name) for name in names if getattr(args, name) is not None
    }
    return options | {"switch": _switch(args.switch)} if args.switch else options


def hyper_of(args: argparse.Namespace) -> "dict[str, Any]":
    """The hyperparameters of --set; ValueError for an argument that has its own option."""
    from inspect import signature

    from gdlab.core.trace import trace

    texts = _pairs("--set", args.set)
    hyper: dict[str, Any] = {
        name: text if (name, text) == ("lr", "find") else _number(f"--set {name}", text)
        for name, text in texts.items()
    }
    for name in hyper:
        if name in signature(trace).parameters:
            option = {"points": "data"}.get(name, name).replace("_", "-")
            where = "before the options" if name == "rule" else f"with --{option}"
            raise ValueError(f"--set {name}: {name} is not a hyperparameter; give it {where}")
    return hyper


def _pairs(option: str, given: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not (name and sign and value):
            raise ValueError(f"{option} {text}: write a name, = and a value without spaces")
        if name in found:
            raise ValueError(f"{option} {name} is given twice")
        found[name] = value
    return found


def _number(where: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{where} must be a number such as 0.1, not {text!r:.40}") from None


def _numbers(option: str, given: list[str]) -> "dict[str, Any]":
    return {name: _number(f"{option} {name}", text) for name, text in _pairs(option, given).items()}


def _switch(given: list[str]) -> "dict[str, Any]":
    texts = _pairs("--switch", given)
    switch: dict[str, Any] = {
        name: text if name == "to" else _number(f"--switch {name}", text)
        for name, text in texts.items()
    }
    at_epoch = switch.get("at_epoch")
    if isinstance(at_epoch, float) and at_epoch.is_integer():
        switch["at_epoch"] = int(at_epoch)
    return switch


def batch_size(text: str) -> int | str:
    """How many samples make a batch, or ``full``."""
    return text if text == "full" else whole(text)


def seed(text: str) -> int:
    """A whole number, as an argument's type."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a whole number, not {text!r:.40}") from None
