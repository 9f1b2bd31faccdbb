"""The command line: ``gdlab COMMAND``.

Little is imported until a command runs, so that ``gdlab --help`` starts at once.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import gdlab
from gdlab.cli.listing import COMMANDS
from gdlab.cli.parsing import BAD_INPUT, Parser, command, command_group, complain
from gdlab.cli.process import prepare

READER_GONE, INTERRUPTED = 141, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code.

    0: done; 2: bad input, with one line on standard error. A command may have codes of its own.
    """
    own_process = arguments is None
    if own_process:
        prepare()
    if "_ARGCOMPLETE" in os.environ:
        _complete()
    for name in ("stdout", "stderr"):
        # Closed by the caller (gdlab table adam >&-): what would be said there goes nowhere.
        stream = getattr(sys, name) or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
        setattr(sys, name, stream)
        # A terminal without ŷ gets an escape in its place, no UnicodeEncodeError.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    given = sys.argv[1:] if arguments is None else list(arguments)
    prog = "gdlab"
    try:
        parsed = parser(_command_in(given)).parse_args(given)
        prog = parsed.prog
        code = parsed.run(parsed)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone (gdlab table adam | head), but Python flushes once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE
    except KeyboardInterrupt:
        if own_process and _computing():
            # Compiled code that hears nothing would be waited for.
            os._exit(INTERRUPTED)
        return INTERRUPTED
    except MemoryError:
        complain(prog, "more rows than fit in memory; take fewer epochs or steps")
    except ImportError as error:
        complain(prog, str(error).partition("\n")[0])
    except OSError as error:
        file = f"{error.filename}: " if error.filename else ""
        complain(prog, f"{file}{error.strerror or error}")
    except ValueError as error:
        complain(prog, str(error))
    else:
        return code or 0
    return BAD_INPUT


def _computing() -> bool:
    parallel = sys.modules.get("gdlab.core.parallel")
    return parallel is not None and parallel.computing()


def parser(chosen: str | None) -> Parser:
    """The parser of one command, or of none in particular: then of all, without their options."""
    whole = Parser(
        prog="gdlab",
        description="Gradient descent as a table of cells to check by hand.",
        example="gdlab table adam --epochs 4\ngdlab export --all",
    )
    whole.add_argument("--version", action="version", version=f"gdlab {gdlab.__version__}")
    group = command_group(whole)
    if chosen in COMMANDS:
        module, _ = COMMANDS[chosen]
        import_module(f"gdlab.cli.{module}").add(group)
    else:
        for name in COMMANDS:
            if " " not in name:
                command(group, name)
    return whole


def _command_in(words: Sequence[str]) -> str | None:
    return next((word for word in words if not word.startswith("-")), None)


def _complete() -> None:
    """Answer the shell, which asks how the line in COMP_LINE could go on, and end."""
    from gdlab.cli.completion import complete

    # The word that is being typed is not a command yet.
    line = os.environ["COMP_LINE"][: int(os.environ["COMP_POINT"])]
    complete(parser(_command_in(line.split()[1:] if line[-1:].isspace() else line.split()[1:-1])))
