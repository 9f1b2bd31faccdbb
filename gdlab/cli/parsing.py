"""What all commands share: how a command is declared, and how bad input is reported."""

import argparse
import sys
from collections.abc import Callable

from gdlab.cli.listing import COMMANDS

TYPE_CHECKING = False  # importing typing would take as long as argparse does
if TYPE_CHECKING:
    from typing import Any, NoReturn

BAD_INPUT = 2

Commands = argparse._SubParsersAction


def _layout(prog: str) -> argparse.HelpFormatter:
    # A width of its own: asking for the terminal's takes as long as all the rest of --help.
    return argparse.RawDescriptionHelpFormatter(prog, width=80)


class Parser(argparse.ArgumentParser):
    """A parser that shows an example in its help and reports bad input in one line."""

    def __init__(self, *, example: str = "", **options: "Any") -> None:
        super().__init__(
            epilog="example:\n" + "\n".join(f"  {line}" for line in example.splitlines()),
            formatter_class=_layout,
            allow_abbrev=False,
            **options,
        )

    def parse_known_args(
        self, args: "Any" = None, namespace: "Any" = None
    ) -> "tuple[Any, list[str]]":
        """Refuse here what no parser knows, so that the message names this command and its help."""
        namespace, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(self._meant(unknown))
        return namespace, unknown

    def _check_value(self, action: argparse.Action, value: "Any") -> None:
        if action.choices is not None and value not in action.choices:
            from gdlab.core.suggest import unknown

            what = f"no {str(action.metavar or 'value').lower()} is called {value!r:.40}"
            raise argparse.ArgumentError(
                None if action.dest == "command" else action, unknown(what, value, action.choices)
            )

    def _meant(self, unknown: list[str]) -> str:
        """What the first of some unknown words should probably have been."""
        from gdlab.cli.unknown import meant

        return meant(unknown, [*self._option_string_actions])

    def error(self, message: str) -> "NoReturn":
        """Report what argparse found: one line on standard error, exit code 2."""
        complain(self.prog, f"{message} (see {self.prog} --help)")
        raise SystemExit(BAD_INPUT)


def command_group(parser: Parser) -> Commands:
    """Give a parser commands; each is added with :func:`command`."""
    # A parser that is given no command shows what there is.
    parser.set_defaults(run=lambda _: parser.print_help(), prog=parser.prog)
    return parser.add_subparsers(
        title="commands", metavar="COMMAND", dest="command", prog=parser.prog
    )


def command(
    group: Commands,
    name: str,
    example: str = "",
    run: Callable[[argparse.Namespace], int | None] | None = None,
) -> Parser:
    """Add a command of the listing to a group.

    ``run`` gets the command's arguments and returns an exit code, None for 0; for bad input it
    raises ValueError with one line for the user. The head of a group of commands has none.
    """
    full_name = f"{group._prog_prefix} {name}".removeprefix("gdlab ")
    _, summary = COMMANDS[full_name]
    parser: Parser = group.add_parser(name, help=summary, description=summary, example=example)
    if run:
        parser.set_defaults(run=run, prog=parser.prog)
    return parser


def complain(prog: str, message: str) -> None:
    """Write one line to standard error, whatever a user's text in it holds."""
    print(f"{prog}: {printable(message)}", file=sys.stderr)


def say(message: object) -> None:
    """Write one line to standard output, whatever a path in it holds."""
    print(printable(str(message)))


def printable(text: str) -> str:
    """Text with every character that a terminal could obey written as an escape."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def whole(text: str) -> int:
    """A whole number from 1, as an argument's type."""
    if not (text.isascii() and text.isdigit() and 0 < len(text) <= 18 and int(text) > 0):
        raise argparse.ArgumentTypeError(f"must be a whole number from 1, not {text!r:.40}")
    return int(text)
