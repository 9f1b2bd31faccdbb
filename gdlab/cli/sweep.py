"""``gdlab sweep``: a rule over a grid, one number per run."""

import argparse

from gdlab.cli.given import settings_of
from gdlab.cli.parsing import Commands, command, say
from gdlab.cli.running import add_run_options

MEASURES = ("rmse", "loss", "epochs_to_threshold", "exploded_at", "distance")
MOST_VALUES = 10_000_000


def add(group: Commands) -> None:
    """Add the command sweep."""
    parser = command(
        group,
        "sweep",
        "gdlab sweep adam --over lr=1e-5:10:400:log --over beta1=0:0.99:400 --epochs 4 \\\n"
        "    --plot map.png --out map.parquet",
        _sweep,
    )
    parser.add_argument("rule", metavar="RULE", help="a rule's name (see gdlab rules)")
    parser.add_argument(
        "--over",
        metavar="NAME=FROM:TO:COUNT[:log]",
        action="append",
        required=True,
        help="a hyperparameter or start, and its values: evenly spaced, or with :log evenly "
        "spaced in their logarithm; also NAME=A,B,C; once for each name",
    )
    parser.add_argument(
        "--measure",
        choices=MEASURES,
        help="the number to keep of each run (default rmse; loss if that is not a squared error)",
    )
    parser.add_argument(
        "--threshold",
        metavar="Y",
        type=float,
        default=1.0,
        help="the rmse that epochs_to_threshold waits for, in units of y (default 1)",
    )
    parser.add_argument(
        "--out", metavar="FILE", help="write one row per run to a .parquet or .csv file"
    )
    parser.add_argument("--plot", metavar="FILE", help="draw the map: .png, .svg or .pdf")
    add_run_options(parser)


def _sweep(args: argparse.Namespace) -> None:
    from gdlab.core.files import checked_path, replacing
    from gdlab.studies.sweeps import sweep

    _check_ending("--out", args.out, (".parquet", ".csv"))
    _check_ending("--plot", args.plot, (".png", ".svg", ".pdf"))
    for path in filter(None, (args.out, args.plot)):
        # Known now, not after a long sweep.
        checked_path(path)
    over: dict[str, list[float]] = {}
    for given in args.over:
        name, values = _values(given)
        if name in over:
            raise ValueError(f"--over {name} is given twice")
        over[name] = values
    if args.plot and len(over) > 2:
        raise ValueError("--plot draws one or two swept names; leave it out or sweep over fewer")
    points, settings = settings_of(args)
    found = sweep(
        args.rule, points, over=over, measure=args.measure, threshold=args.threshold, **settings
    )
    say(f"{args.rule}: {found.runs:,} runs of {found.rows:,} rows")
    if found.best is None:
        say(f"no run has a finite {found.measure}")
    else:
        # A run that never exploded has no row of the explosion.
        best = (f"{name}={value:.10g}" for name, value in found.best.items())
        say(f"best: {', '.join(best).replace('exploded_at=nan', 'exploded_at=never')}")
    if args.out:
        (found.to_csv if args.out.lower().endswith(".csv") else found.to_parquet)(args.out)
        say(f"written: {args.out}")
    if args.plot:
        with replacing(args.plot) as beside:
            found.plot().figure.savefig(beside)
        say(f"drawn: {args.plot}")


def _check_ending(option: str, path: str | None, endings: tuple[str, ...]) -> None:
    if path and not path.lower().endswith(endings):
        raise ValueError(f"{option} {path}: end the name in {' or '.join(endings)}")


def _values(text: str) -> tuple[str, list[float]]:
    """``lr=1e-5:10:400:log``, ``lr=0.1:1:10`` or ``lr=0.1,0.2`` as a name and its values."""
    name, sign, given = text.partition("=")
    where = f"--over {text:.60}"
    if not (name and sign and given):
        raise ValueError(
            f"{where}: write NAME=FROM:TO:COUNT, followed by :log if wanted, or NAME=A,B,C"
        )
    if ":" not in given:
        return name, [_number(where, one) for one in given.split(",")]
    first, *rest = given.split(":")
    if len(rest) not in (2, 3) or rest[2:] not in ([], ["log"]):
        raise ValueError(f"{where}: write NAME=FROM:TO:COUNT, followed by :log if wanted")
    low, high = _number(where, first), _number(where, rest[0])
    if not (rest[1].isascii() and rest[1].isdigit() and 1 <= int(rest[1]) <= MOST_VALUES):
        raise ValueError(f"{where}: the count must be a whole number from 1 to {MOST_VALUES:,}")
    import numpy as np

    if rest[2:]:
        if not (low > 0 and high > 0):
            raise ValueError(f"{where}: with :log both ends must be over 0")
        return name, np.geomspace(low, high, int(rest[1])).tolist()
    return name, np.linspace(low, high, int(rest[1])).tolist()


def _number(where: str, text: str) -> float:
    import math

    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{where}: {text!r:.40} is not a finite number")
    return value
