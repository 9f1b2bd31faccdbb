"""``gdlab class new``: a practice sheet for every learner. ``gdlab class mark``: mark them all."""

import argparse

from gdlab.cli.parsing import BAD_INPUT, Commands, command, command_group, complain, say
from gdlab.cli.running import add_sheet_options

EXAMPLE_NEW = "gdlab class new adam --students students.csv --rows 4 --out course"
EXAMPLE_MARK = "gdlab class mark handed-in --students students.csv --out marks"
MOST_LISTED = 20


def add(group: Commands) -> None:
    """Add the commands of classes."""
    inner = command_group(command(group, "class", f"{EXAMPLE_NEW}\n{EXAMPLE_MARK}"))

    new = command(inner, "new", EXAMPLE_NEW, _new)
    new.add_argument("rule", metavar="RULE", help="a rule's name (see gdlab rules)")
    new.add_argument(
        "--students",
        metavar="FILE",
        required=True,
        help="a .csv with a column headed id and, where wanted, one headed name",
    )
    new.add_argument("--out", metavar="DIR", required=True, help="the folder to write to")
    add_sheet_options(new)

    mark = command(inner, "mark", EXAMPLE_MARK, _mark)
    mark.add_argument("folder", metavar="DIR", help="the folder of all that came back")
    mark.add_argument("--out", metavar="DIR", required=True, help="the folder for the marks")
    mark.add_argument(
        "--students",
        metavar="FILE",
        help="the list that the class was made from: gives ids and names, and who is missing",
    )


def _new(args: argparse.Namespace) -> None:
    from gdlab.marking.classes import new_class

    written, there = new_class(
        args.rule,
        args.students,
        args.out,
        rows=args.rows,
        blank=args.blank or "all",
        decimals=args.decimals,
    )
    say(f"{written} practice sheets written, {there} were there already")
    say(f"to hand out: {args.out}/sheets")
    say(f"the keys: {args.out}/keys")
    say(f"whose is which: {args.out}/class.csv")


def _mark(args: argparse.Namespace) -> int:
    from gdlab.marking.classes import mark_class

    counts = mark_class(args.folder, args.out, args.students)
    say(f"{counts.marked} marked, {len(counts.refused)} not marked")
    if not (counts.marked or counts.refused):
        say(f"there was nothing to mark in {args.folder}")
    say(f"marks: {args.out}/marks.csv")
    say(f"marked copies: {args.out}/marked")
    say(f"which cells went wrong: {args.out}/items.csv, and a picture for each rule beside it")
    say(f"sheets that are alike: {args.out}/alike.csv")
    for file, reason in list(counts.refused.items())[:MOST_LISTED]:
        complain(args.prog, f"{file} is not marked: {reason}")
    if len(counts.refused) > MOST_LISTED:
        complain(args.prog, f"and {len(counts.refused) - MOST_LISTED} more; see marks.csv")
    return BAD_INPUT if counts.refused else 0
