"""``gdlab film``: a run as a film."""

import argparse

from gdlab.cli.given import run_of
from gdlab.cli.parsing import Commands, command, say
from gdlab.cli.running import add_run_options


def add(group: Commands) -> None:
    """Add the command film."""
    parser = command(
        group,
        "film",
        "gdlab film adam --epochs 5 --set lr=0.3 --out adam.gif",
        _film,
    )
    parser.add_argument("rule", metavar="RULE", help="a rule's name (see gdlab rules)")
    parser.add_argument(
        "--out", metavar="FILE", required=True, help="NAME.gif, or NAME.mp4 where ffmpeg is there"
    )
    add_run_options(parser)


def _film(args: argparse.Namespace) -> None:
    from gdlab.notebook.film import write_film

    say(write_film(run_of(args, args.rule), args.out))
