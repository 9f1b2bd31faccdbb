"""What a marked class comes to: marks for a gradebook, cells by difficulty, and who is alike."""

import csv
import hashlib
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from gdlab.core.files import replacing
from gdlab.core.words import harmless
from gdlab.marking.classes.roster import Learner, alike

MARKS, ITEMS, ALIKE = "marks.csv", "items.csv", "alike.csv"
STATUSES = {"r": "right", "f": "follows", "u": "unearned", "w": "wrong", "e": "empty"}
COUNTS = (*STATUSES.values(), "of")
MARK_HEADS = ("id", "name", "file", *COUNTS, "percent", "first_wrong", "remark")
ITEM_HEADS = ("rule", "column", "row", *COUNTS, "slips")
ALIKE_HEADS = ("question", "learners", "same_numbers", "cells")
QUESTION = "did they work together, or slip in the same way?"
# One wrong cell in common is nothing to ask about.
FEWEST_ALIKE = 2
UNKNOWN = "no usual slip"

# What one file came to; see gdlab.marking.classes.worker.mark.
Result = dict[str, Any]
# A cell of a rule's sheet: rule, column, row.
Item = tuple[str, str, int]


class Counts(NamedTuple):
    """How many files were marked, and those that could not be, with their reasons."""

    marked: int
    refused: dict[str, str]


def write_results(
    found: Iterable[tuple[str, Result]], learners: list[Learner], out: Path
) -> Counts:
    """Write all tables and pictures of a marked class into a folder.

    ``found`` gives each file with its result; only what the tables need of it is kept.
    """
    by_seed: dict[int | None, Learner] = {one.seed: one for one in learners}
    by_name = {alike(one.file): one for one in learners}
    rows, handed_in, refused = [], Counter[str](), {}
    items: dict[Item, Counter] = defaultdict(Counter)
    groups: dict[bytes, Group] = {}
    for file, result in found:
        # A learner is known by the seed of the numbers, else by the file's name.
        learner = by_seed.get(result.get("seed")) or by_name.get(alike(Path(file).name))
        identity = learner.id if learner else Path(file).stem
        row = _marks(identity, file, result, learner)
        if learner:
            handed_in[learner.id] += 1
        elif learners:
            row["remark"].insert(0, "not on the list of learners, by its numbers or its name")
        rows.append(row)
        if "reason" in result:
            refused[file] = result["reason"]
            continue
        _count(items, result)
        _group(groups, identity, result)
    _write(out / MARKS, MARK_HEADS, _gradebook(rows, handed_in, learners))
    _write(out / ITEMS, ITEM_HEADS, _items(items))
    _write(out / ALIKE, ALIKE_HEADS, _alike(groups))
    if items:
        from gdlab.marking.classes.pictures import write_pictures

        write_pictures(items, out)
    return Counts(len(rows) - len(refused), refused)


def _write(place: Path, heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    # The mark at the beginning tells a spreadsheet program that this is UTF-8.
    with replacing(place) as beside:
        beside.write_text(csv_text(heads, rows), encoding="utf-8-sig", newline="")


def csv_text(heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """Comma-separated text in which no field is a formula, whatever separator a program takes."""
    written = io.StringIO()
    # Text is quoted: split at semicolons, its second half could begin with a sign of equality.
    table = csv.writer(written, quoting=csv.QUOTE_NONNUMERIC)
    table.writerow(heads)
    for row in rows:
        table.writerow([harmless(one) if isinstance(one, str) else one for one in row])
    return written.getvalue()


def _marks(identity: str, file: str, result: Result, learner: Learner | None) -> dict[str, Any]:
    """One line of the gradebook; the remarks are still a list."""
    name = learner.name if learner and learner.name else result.get("name", "")
    row = {"id": identity, "name": name, "file": file}
    if "reason" in result:
        return {**row, "remark": [f"not marked: {result['reason']}"]}
    marks = result["marks"]
    percent = f"{100 * result['score']:.1f}"
    row |= {count: marks[count] for count in COUNTS} | {"percent": percent}
    return {**row, "first_wrong": result["first_wrong"] or "", "remark": list(result["notes"])}


def _gradebook(
    rows: list[dict[str, Any]], handed_in: Counter, learners: list[Learner]
) -> Iterator[list[Any]]:
    for row in sorted(rows, key=lambda row: (row["id"], row["file"])):
        if handed_in[row["id"]] > 1:
            row["remark"].insert(0, f"{handed_in[row['id']]} files have this learner's numbers")
        row["remark"] = "; ".join(row["remark"])
        yield [row.get(head, "") for head in MARK_HEADS]
    for one in learners:
        if one.id not in handed_in:
            row = {"id": one.id, "name": one.name, "remark": "nothing was handed in"}
            yield [row.get(head, "") for head in MARK_HEADS]


def _count(items: dict[Item, Counter], result: Result) -> None:
    """Add one sheet to the cells' counts; a slip is counted as ``slip:NAME``."""
    for column, letters in result["cells"].items():
        for row, letter in enumerate(letters, 1):
            if letter in STATUSES:
                items[result["rule"], column, row][STATUSES[letter]] += 1
    for row, column, slip, _ in result["wrong"]:
        items[result["rule"], column, row][f"slip:{slip or UNKNOWN}"] += 1


def _items(items: dict[Item, Counter]) -> Iterator[list[Any]]:
    for item, counts in items.items():
        slips = [(count, name) for name, count in counts.most_common() if name.startswith("slip:")]
        told = "; ".join(f"{count} {name.removeprefix('slip:')}" for count, name in slips)
        numbers = [counts[status] for status in STATUSES.values()]
        yield [*item, *numbers, sum(numbers), told]


class Group:
    """Learners with the same wrong cells and slips."""

    def __init__(self, cells: str) -> None:
        self.cells = cells
        self.learners: list[str] = []
        self.numbers: set[bytes] = set()


def _group(groups: dict[bytes, Group], identity: str, result: Result) -> None:
    wrong = sorted(result["wrong"], key=lambda cell: cell[:2])
    if len(wrong) >= FEWEST_ALIKE:
        cells = "; ".join(
            f"row {row} {column}: {slip or UNKNOWN}" for row, column, slip, _ in wrong
        )
        key = _digest(f"{result['rule']} {cells}")
        group = groups.setdefault(key, Group(cells))
        group.learners.append(identity)
        group.numbers.add(_digest(str([number for *_, number in wrong])))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="backslashreplace")).digest()


def _alike(groups: dict[bytes, Group]) -> Iterator[list[str]]:
    """The groups of two and more, those with the most cells in common first."""
    several = [group for group in groups.values() if len(group.learners) > 1]
    for group in sorted(several, key=lambda group: -group.cells.count(";")):
        same = "yes" if len(group.numbers) == 1 else "no"
        yield [QUESTION, "; ".join(sorted(group.learners)), same, group.cells]
