"""``gdlab page``: the lesson as one web page."""

import argparse

from gdlab.cli.parsing import Commands, command
from gdlab.cli.running import add_run_options, run_of, run_options_given

EPOCHS = 5  # one press of the lesson's run button


def add(group: Commands) -> None:
    """Add the command page."""
    parser = command(
        group,
        "page",
        "gdlab page adam --set lr=0.1 --out adam.html\n"
        "gdlab page sgd momentum adam --out three.html\n"
        "gdlab page --all --out graddesc.html",
        _page,
    )
    parser.add_argument("rules", metavar="RULE", nargs="*", help="rules' names (see gdlab rules)")
    parser.add_argument("--all", action="store_true", help="all lessons, a sheet each")
    parser.add_argument("--out", metavar="FILE", required=True, help="the page, NAME.html")
    add_run_options(parser, epochs=EPOCHS)


def _page(args: argparse.Namespace) -> None:
    if args.all == bool(args.rules):
        raise ValueError("name one rule or more, or give --all")
    if args.surface is None and args.epochs is None:
        args.epochs = EPOCHS
    from gdlab.web.page import write_lessons_page, write_page

    if args.all:
        given = run_options_given(args) - {"epochs"}
        if given:
            raise ValueError(f"--{min(given).replace('_', '-')} goes with a rule, not with --all")
        print(write_lessons_page(args.out, epochs=args.epochs))
        return
    rules = dict.fromkeys(args.rules)
    print(write_page({rule: run_of(args, rule) for rule in rules}, args.out))
