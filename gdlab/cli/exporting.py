"""``gdlab export``: workbooks with live formulas."""

import argparse

from gdlab.cli.given import run_of, run_options_given
from gdlab.cli.parsing import Commands, command, say
from gdlab.cli.running import add_run_options

TYPE_CHECKING = False  # importing typing would take as long as argparse does
if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "exports"


def add(group: Commands) -> None:
    """Add the command export."""
    parser = command(
        group,
        "export",
        "gdlab export adam --set lr=0.1 --out adam.xlsx\n"
        "gdlab export sgd momentum --out sheets\n"
        "gdlab export --all",
        _export,
    )
    parser.add_argument("rules", metavar="RULE", nargs="*", help="rules' names (see gdlab rules)")
    parser.add_argument(
        "--all",
        action="store_true",
        help=f"the lessons' workbook, one per lesson, and the lessons' page, into {FOLDER}/",
    )
    parser.add_argument(
        "--out",
        metavar="PATH",
        help="a workbook, NAME.xlsx, or a folder, made where needed (default: RULE.xlsx here)",
    )
    parser.add_argument(
        "--symbols",
        choices=("mb", "ab"),
        default="mb",
        help="the line's letters: y = m*x + b, or y = a*x + b as in the lessons (default mb); "
        "the page keeps m and b",
    )
    add_run_options(parser, "; with --all 5, as in the lesson")


def _export(args: argparse.Namespace) -> None:
    if args.all == bool(args.rules):
        raise ValueError("name one rule or more, or give --all")
    for path in _lessons(args) if args.all else _rules(args):
        say(path)


def _lessons(args: argparse.Namespace) -> list[str]:
    from pathlib import Path

    from gdlab.core.progress import progress
    from gdlab.excel.lessons import write_lessons
    from gdlab.web.page import LESSONS_PAGE, write_lessons_page

    given = run_options_given(args) - {"epochs"}
    if given:
        raise ValueError(f"--{min(given).replace('_', '-')} goes with a rule, not with --all")
    given_epochs = {} if args.epochs is None else {"epochs": args.epochs}
    folder = args.out or FOLDER
    with progress("Writing workbooks"):
        paths = write_lessons(folder, letters=args.symbols, **given_epochs)
        paths.append(write_lessons_page(Path(folder, LESSONS_PAGE), **given_epochs))
    return list(map(str, paths))


def _rules(args: argparse.Namespace) -> list[str]:
    from gdlab.core.progress import progress
    from gdlab.core.registry import find_rule
    from gdlab.excel.workbook import write_trace

    rules = list(dict.fromkeys(find_rule(rule).name for rule in args.rules))
    paths = _paths(args.out, rules)
    # All are computed before anything is written: bad input leaves no file behind.
    traces = [run_of(args, rule) for rule in rules]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
    with progress("Writing workbooks", len(rules)) as done:
        for trace, path in zip(traces, paths, strict=True):
            write_trace(trace, path, letters=args.symbols)
            done(1)
    return list(map(str, paths))


def _paths(out: str | None, rules: list[str]) -> "list[Path]":
    """Where the rules' workbooks go: one file, or a folder, which need not be there yet."""
    from pathlib import Path

    from gdlab.core.files import check_workbook_name

    path = Path(out or "")
    if path.suffix and not path.is_dir():
        check_workbook_name(path)
        if len(rules) > 1:
            raise ValueError(f"{out} is one workbook; for several rules give --out a folder")
        return [path]
    if path.is_file():
        raise ValueError(f"{out} is a file; name a folder, or a workbook that ends in .xlsx")
    return [path / f"{rule}.xlsx" for rule in rules]
