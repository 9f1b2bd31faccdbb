"""``gdlab practice``: a workbook to fill in. ``gdlab check``: mark what was filled in."""

import argparse
import os
import sys
import warnings

from gdlab.cli.given import seed, sheet_of
from gdlab.cli.parsing import BAD_INPUT, Commands, command, complain, say
from gdlab.cli.running import add_sheet_options

TYPE_CHECKING = False  # importing typing would take as long as argparse does
if TYPE_CHECKING:
    from pathlib import Path

    from gdlab.marking.report import Report
    from gdlab.reading.result import Reading

NOT_ALL_RIGHT = 1


def add(group: Commands) -> None:
    """Add the commands of marking."""
    practice = command(
        group,
        "practice",
        "gdlab practice adam --out adam.xlsx --rows 4 --seed 7 --key adam-key.xlsx",
        _practice,
    )
    practice.add_argument("rule", metavar="RULE", help="a rule's name (see gdlab rules)")
    practice.add_argument("--out", metavar="FILE", required=True, help="the workbook to write")
    practice.add_argument(
        "--seed",
        metavar="S",
        type=seed,
        default=0,
        help="another seed gives other points and rates (default 0)",
    )
    add_sheet_options(practice)
    practice.add_argument("--key", metavar="FILE", help="also write the sheet filled in, the key")

    check = command(
        group,
        "check",
        "gdlab check adam.xlsx\ngdlab check class/*.xlsx --marked marked/",
        _check,
    )
    check.add_argument("files", metavar="FILE", nargs="+", help="workbooks that were filled in")
    check.add_argument(
        "--json", action="store_true", help="print one JSON object per file, one to a line"
    )
    check.add_argument(
        "--hint", action="store_true", help="say where to look, without giving values"
    )
    check.add_argument(
        "--follows",
        metavar="SHARE",
        type=float,
        default=1.0,
        help="how much a cell that follows from a mistake counts, from 0 to 1 (default 1)",
    )
    check.add_argument(
        "--marked",
        metavar="OUT",
        help="write a marked copy: a file, or for several files a folder",
    )


def _practice(args: argparse.Namespace) -> None:
    from gdlab.marking import practice

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        practice(args.rule, args.out, seed=args.seed, key=args.key, **sheet_of(args))
    say(f"practice sheet: {args.out}")
    if args.key:
        say(f"key: {args.key}")
    for one in told:
        say(f"note: {one.message}")


def _check(args: argparse.Namespace) -> int:
    from gdlab.core.progress import progress

    files, code = [], 0
    for given in args.files:
        matching = _files_of(given)
        if not matching:
            complain(args.prog, f"{given}: No such file")
            code = BAD_INPUT
        files += matching
    paths = _marked_paths(files, args.marked) if args.marked and files else {}
    with progress("Checking", total=len(files)) as done:
        for file in files:
            try:
                found = _checked(file, args, paths.get(file))
            except (ValueError, OSError) as error:
                complain(args.prog, str(error))
                code = BAD_INPUT
                continue
            except Exception as error:
                # Whatever one file holds, the others are checked.
                complain(args.prog, f"{file}: it cannot be checked ({type(error).__name__})")
                code = BAD_INPUT
                continue
            finally:
                done(1)
            _print(found, args.json, args.prog)
            code = max(code, _code_of(found))
    return code


def _files_of(given: str) -> list[str]:
    """The files of an argument: itself, or what a pattern finds that the shell has not replaced."""
    import glob
    from pathlib import Path

    # Not Path.glob, which knows no pattern from the root or in a folder's name above.
    return [given] if Path(given).exists() else sorted(glob.glob(given))  # noqa: PTH207


def _checked(file: str, args: argparse.Namespace, marked: "Path | None") -> "Report | Reading":
    """One file marked as a practice sheet, or read as any other workbook; and its marked copy."""
    from pathlib import Path

    from gdlab.marking.own import is_own
    from gdlab.reading.opening import open_workbook

    book = open_workbook(file)
    if is_own(book):
        from gdlab.marking import check

        report = check(file, follows=args.follows)
        report = report.hint() if args.hint else report
        if marked is not None:
            from gdlab.marking.marked import write_marked

            write_marked(report, marked)
        return report
    from gdlab.reading.audit import audit

    reading = audit(book, file)
    reading = reading.hint() if args.hint else reading
    if marked is not None and reading.tables:
        from gdlab.reading.marked import write_marked_workbook

        write_marked_workbook(reading, book, Path(marked))
    return reading


def _code_of(found: "Report | Reading") -> int:
    """The exit code that one file asks for."""
    if getattr(found, "sentence", None):
        return BAD_INPUT
    return 0 if found.passed or getattr(found, "untouched", False) else NOT_ALL_RIGHT


def _print(found: "Report | Reading", as_json: bool, prog: str) -> None:
    nothing = getattr(found, "sentence", None)
    if nothing:
        complain(prog, nothing)
    if as_json:
        import json

        for note in found.notes:
            complain(prog, f"{found.file}: note: {note}")
        # ASCII: no control character of a stranger's text reaches a terminal.
        print(json.dumps(found.to_dict(), allow_nan=False))
    elif nothing:
        return
    elif sys.stdout.isatty():
        from rich.console import Console

        # rich keeps bold letters where NO_COLOR asks for none of it.
        Console(color_system=None if os.environ.get("NO_COLOR") else "auto").print(found)
    else:
        print(found)


def _marked_paths(files: list[str], out: str) -> "dict[str, Path]":
    """Where each marked copy goes: ``out`` itself for one file, else a folder of that name."""
    from pathlib import Path

    from gdlab.core.files import make_folder

    folder = Path(out)
    if len(files) == 1 and not folder.is_dir():
        return {files[0]: folder}
    if not folder.is_dir():
        if folder.exists():
            raise ValueError(f"--marked {out}: for several files name a folder")
        make_folder(folder)
    paths = {file: folder / Path(file).name for file in files}
    if len(set(paths.values())) < len(paths):
        raise ValueError(f"--marked {out}: two of the files have the same name; check them apart")
    return paths
