"""``gdlab page``: the lesson as one web page."""

import argparse

from gdlab.cli.given import run_of, run_options_given
from gdlab.cli.parsing import Commands, command, say
from gdlab.cli.running import add_run_options


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
    add_run_options(parser, "; with --all 5, as in the lesson")


def _page(args: argparse.Namespace) -> None:
    if args.all == bool(args.rules):
        raise ValueError("name one rule or more, or give --all")
    from gdlab.core.registry import find_rule
    from gdlab.web.page import write_lessons_page, write_page

    if args.all:
        given = run_options_given(args) - {"epochs"}
        if given:
            raise ValueError(f"--{min(given).replace('_', '-')} goes with a rule, not with --all")
        given_epochs = {} if args.epochs is None else {"epochs": args.epochs}
        say(write_lessons_page(args.out, **given_epochs))
        return
    rules = dict.fromkeys(find_rule(rule).name for rule in args.rules)
    say(write_page({rule: run_of(args, rule) for rule in rules}, args.out))
