"""``gdlab class new``: a practice sheet for every learner. ``gdlab class mark``: mark them all."""

import argparse

from gdlab.cli.given import say_unseen, sheet_of
from gdlab.cli.parsing import (
    BAD_INPUT,
    Commands,
    Parser,
    command,
    command_group,
    complain,
    say,
)
from gdlab.cli.running import add_sheet_options

EXAMPLE_NEW = "gdlab class new adam --students students.csv --rows 4 --out course"
EXAMPLE_MARK = "gdlab class mark handed-in --course course --out marks"
STUDENTS = (
    "the list of learners: a .csv headed id and, where wanted, name; or Moodle's or Canvas' own"
)
MOST_FILES_LISTED = 20


def add(group: Commands) -> None:
    """Add the commands of classes."""
    inner = command_group(command(group, "class", f"{EXAMPLE_NEW}\n{EXAMPLE_MARK}"))

    new = command(inner, "new", EXAMPLE_NEW, _new)
    new.add_argument("rules", metavar="RULE", nargs="+", help="rules' names (see gdlab rules)")
    new.add_argument("--students", metavar="FILE", required=True, help=STUDENTS)
    new.add_argument("--out", metavar="DIR", required=True, help="the folder of the course")
    add_sheet_options(new)
    _add_common(new)

    mark = command(inner, "mark", EXAMPLE_MARK, _mark)
    mark.add_argument(
        "folder", metavar="DIR", help="the folder, or .zip, with everything that came back"
    )
    mark.add_argument("--out", metavar="DIR", required=True, help="the folder for the marks")
    mark.add_argument("--students", metavar="FILE", help=STUDENTS)
    mark.add_argument(
        "--course",
        metavar="DIR",
        help="the folder of gdlab class new: compare what came back with what was handed out",
    )
    mark.add_argument(
        "--attempts",
        choices=("latest", "best"),
        default="latest",
        help="which of several files of a learner counts (default latest)",
    )
    mark.add_argument(
        "--per-slip",
        metavar="PERCENT",
        type=float,
        help="what a mistake costs (default: what its cell is worth; the same one counts once)",
    )
    mark.add_argument(
        "--follows",
        metavar="SHARE",
        type=float,
        default=1.0,
        help="how much a cell that follows from a mistake counts, from 0 to 1 (default 1)",
    )
    mark.add_argument(
        "--format",
        choices=("csv", "moodle", "canvas"),
        default="csv",
        help="write a file that this system imports, too",
    )
    mark.add_argument(
        "--assignment",
        metavar="NAME",
        default="gdlab",
        help="the assignment's name in that system (default gdlab)",
    )
    _add_common(mark)


def _add_common(parser: Parser) -> None:
    parser.add_argument(
        "--rules",
        dest="own_rules",
        metavar="FILE.py",
        help="a Python file that registers your own rules; it is run",
    )
    parser.add_argument("--id-head", metavar="HEAD", help="the header of the ids in the list")
    parser.add_argument("--name-head", metavar="HEAD", help="the header of the names in the list")


def _new(args: argparse.Namespace) -> None:
    from gdlab.marking.classes import new_class

    written, there = new_class(
        args.rules,
        args.students,
        args.out,
        own_rules=args.own_rules,
        id_head=args.id_head,
        name_head=args.name_head,
        **sheet_of(args),
    )
    say(f"{written} practice sheets written, {there} were there already")
    for rule in args.rules:
        say_unseen(rule, **sheet_of(args))
    say(f"to hand out: {args.out}/sheets")
    say(f"the keys: {args.out}/keys")
    say(f"who has which sheet: {args.out}/class.csv; keep it, and {args.out}/secret, to yourself")


def _mark(args: argparse.Namespace) -> int:
    from gdlab.marking.classes import mark_class

    counts = mark_class(
        args.folder,
        args.out,
        args.students,
        course=args.course,
        attempts=args.attempts,
        per_slip=args.per_slip,
        follows=args.follows,
        form=args.format,
        assignment=args.assignment,
        own_rules=args.own_rules,
        id_head=args.id_head,
        name_head=args.name_head,
    )
    say(f"{counts.marked} marked, {len(counts.refused)} not marked")
    if not (counts.marked or counts.refused):
        say(f"there was nothing to mark in {args.folder}")
    say(f"marks: {args.out}/marks.csv")
    for gradebook in counts.gradebooks:
        say(f"to be imported: {gradebook}")
    say(f"marked copies: {args.out}/marked")
    say(f"which cells went wrong: {args.out}/items.csv, and a picture for each rule beside it")
    say(f"sheets that are alike: {args.out}/alike.csv")
    for file, reason in list(counts.refused.items())[:MOST_FILES_LISTED]:
        complain(args.prog, f"{file} is not marked: {reason}")
    if len(counts.refused) > MOST_FILES_LISTED:
        complain(args.prog, f"and {len(counts.refused) - MOST_FILES_LISTED} more; see marks.csv")
    return BAD_INPUT if counts.refused else 0
