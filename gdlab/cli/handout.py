"""``gdlab handout``: a rule on one page to print."""

import argparse

from gdlab.cli.given import run_of
from gdlab.cli.parsing import Commands, command
from gdlab.cli.running import add_run_options


def add(group: Commands) -> None:
    """Add the command handout."""
    parser = command(
        group,
        "handout",
        "gdlab handout adam --set lr=0.1 --out adam.pdf",
        _handout,
    )
    parser.add_argument("rule", metavar="RULE", help="a rule's name (see gdlab rules)")
    parser.add_argument("--out", metavar="FILE", required=True, help="NAME.pdf, .png or .svg")
    add_run_options(parser)


def _handout(args: argparse.Namespace) -> None:
    from gdlab.notebook.one_page import write_handout

    print(write_handout(run_of(args, args.rule), args.out))
