"""``gdlab rules``, ``gdlab table``, ``gdlab explain``."""

import argparse
import sys

from gdlab.cli.given import run_of
from gdlab.cli.parsing import Commands, command, complain, whole
from gdlab.cli.running import add_run_options


def add(group: Commands) -> None:
    """Add the commands that print."""
    command(group, "rules", "gdlab rules", _rules)
    command(group, "models", "gdlab models", _models)

    table = command(
        group,
        "table",
        "gdlab table adam --epochs 4\n"
        "gdlab table momentum --set lr=0.001 --set beta=0.5 --start slope=0 --out table.csv",
        _table,
    )
    table.add_argument("rule", metavar="RULE", help="a rule's name (see gdlab rules)")
    add_run_options(table)
    table.add_argument(
        "--format",
        choices=("text", "csv", "json", "parquet"),
        help="default: what the ending of --out says, else text",
    )
    table.add_argument("--out", metavar="FILE", help="write to a file, not to the screen")
    table.add_argument(
        "--columns", metavar="NAME", nargs="+", help="keep only these of the computed columns"
    )
    table.add_argument(
        "--every", metavar="N", type=whole, default=1, help="keep only every N-th row (default 1)"
    )

    explain = command(
        group,
        "explain",
        "gdlab explain adam --row 2 --column sqr_avg_slope",
        _explain,
    )
    explain.add_argument("rule", metavar="RULE", help="a rule's name (see gdlab rules)")
    explain.add_argument("--row", metavar="N", type=whole, required=True, help="a row, from 1")
    explain.add_argument("--column", metavar="NAME", required=True, help="a column's name")
    explain.add_argument(
        "--symbols", choices=("mb", "ab"), default="mb", help="the line's letters (default mb)"
    )
    add_run_options(explain)


def _rules(args: argparse.Namespace) -> None:
    from gdlab.core.registry import find_rule, rules

    for name, source in rules().items():
        defaults = ", ".join(f"{word}={value:g}" for word, value in find_rule(name).hyper.items())
        print(f"{name} ({defaults})\n    {source}")


def _models(args: argparse.Namespace) -> None:
    from gdlab.core.model import find_model, models

    for name, source in models().items():
        model = find_model(name)
        starts = ", ".join(f"{word}={value:g}" for word, value in model.parameters.items())
        print(f"{name} ({', '.join(model.data)}; {starts})\n    {source}")


def _explain(args: argparse.Namespace) -> None:
    run = run_of(args, args.rule)
    if args.row > run.rows:
        epochs = -(-args.row // run.samples)
        more = f"--epochs {epochs}" if run.table.point else f"--steps {args.row}"
        raise ValueError(f"--row must be from 1 to {run.rows}, not {args.row}; {more} has that row")
    print(run.explain(args.row, args.column, args.symbols))


def _table(args: argparse.Namespace) -> None:
    import shutil

    from gdlab.cli import formats

    kind = _kind(args)
    if kind == "parquet" and not args.out:
        raise ValueError("parquet cannot be shown on a screen; give --out FILE.parquet")
    trace = run_of(args, args.rule, columns=args.columns, every=args.every)
    first_null = None
    if args.out:
        first_null = formats.write_file(trace, kind, args.out)
    elif kind == "text":
        # A terminal's lines, or what COLUMNS says; no limit into a pipe.
        size = shutil.get_terminal_size((formats.UNLIMITED, 0))
        formats.write_text(trace, sys.stdout, size.columns)
    else:
        first_null = formats.WRITERS[kind](trace, sys.stdout)
    if first_null:
        warning = "inf and nan, which json does not have, are written as null"
        complain(args.prog, f"{warning}; the first is {first_null}")


def _kind(args: argparse.Namespace) -> str:
    """The format that was asked for, by its name or by the ending of the file."""
    if args.format or not args.out:
        return args.format or "text"
    ending = args.out.lower().rpartition(".")[2]
    if ending == "xlsx":
        raise ValueError(f"{args.out}: a workbook is written by gdlab export {args.rule}")
    return ending if ending in ("csv", "json", "parquet") else "text"
