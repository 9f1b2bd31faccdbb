"""What a marked class comes to: marks, cells by difficulty, who is alike, files of nobody."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from gdlab.marking.classes.alike import HEADS as ALIKE_HEADS
from gdlab.marking.classes.alike import UNKNOWN, Alike
from gdlab.marking.classes.attempts import LATEST, Attempt, Judge, Result, chosen, others_told
from gdlab.marking.classes.course import HandedOut
from gdlab.marking.classes.csv_file import write_csv
from gdlab.marking.classes.delivery import Roster
from gdlab.marking.classes.gradebook import write_gradebook
from gdlab.marking.classes.pictures import SLIP, write_pictures

MARKS, ITEMS, ALIKE, NOBODY = "marks.csv", "items.csv", "alike.csv", "unknown.csv"
STATUS_LETTERS = {"r": "right", "f": "follows", "u": "unearned", "w": "wrong", "e": "empty"}
COUNTS = (*STATUS_LETTERS.values(), "of")
MARK_HEADS = ("id", "name", "round", "file", *COUNTS, "percent", "first_wrong", "remark")
ITEM_HEADS = ("rule", "column", "row", *COUNTS, "slips")
NOT_ON_THE_LIST = "not on the list of learners, by its id, its name, the file or its folder"
NOT_HANDED_IN = "nothing was handed in"

# A cell of a rule's sheet: rule, column, row.
Item = tuple[str, str, int]
# Every file that came back with its content's digest, its time and its result; read twice.
Found = Callable[[], Iterable[tuple[str, str, float, Result]]]


class Ways(NamedTuple):
    """How marks are given: which attempt counts, for which system."""

    attempts: str = LATEST
    form: str = "csv"
    assignment: str = "gdlab"


class Counts(NamedTuple):
    """How many files were marked, those that could not be, with their reasons, and the gradebooks.

    ``gradebooks`` are the files for a learning system, one for each round that came back.
    """

    marked: int
    refused: dict[str, str]
    gradebooks: tuple[Path, ...] = ()


def write_results(
    found: Found, roster: Roster, handed_out: list[HandedOut], out: Path, ways: Ways
) -> Counts:
    """Write all tables and pictures of a marked class into a folder."""
    judge = Judge(roster, handed_out)
    groups = chosen(
        (judge.attempt(file, time, result) for file, _, time, result in found()), ways.attempts
    )
    firsts = {group[0].file: group for group in groups.values()}
    items: dict[Item, Counter] = defaultdict(Counter)
    alike, seen = Alike(), set()
    lines: dict[str, dict[str, Any]] = {}
    for file, content, _, result in found():
        if file in firsts:
            group = firsts[file]
            lines[file] = _line(group, result, has_list=bool(roster.learners))
            if not group[0].refusal and result["answered"]:
                alike.add(lines[file]["id"], content, result)
                # A file that was handed in twice, by whomever, says no more than once.
                if content not in seen:
                    _count(items, result)
                seen.add(content)
    listed = [lines[group[0].file] for group in groups.values() if group[0].learner]
    nobodys = [lines[group[0].file] for group in groups.values() if not group[0].learner]
    missing = _missing(roster, groups, handed_out)
    # Without a list of learners, whoever handed in is on it.
    book = [*listed, *missing] if roster.learners else nobodys
    book.sort(key=lambda line: (line["id"], line.get("round", ""), line.get("file", "")))
    write_csv(out / MARKS, MARK_HEADS, _rows(book, MARK_HEADS))
    gradebooks: list[Path] = []
    if roster.learners:
        write_csv(out / NOBODY, MARK_HEADS, _rows(nobodys, MARK_HEADS))
        gradebooks = _write_gradebooks(out, roster, book, ways)
    write_csv(out / ITEMS, ITEM_HEADS, _items(items))
    write_csv(out / ALIKE, ALIKE_HEADS, alike.rows())
    if items:
        write_pictures(items, out)
    refused = {one.file: one.refusal for group in groups.values() for one in group if one.refusal}
    return Counts(sum(map(len, groups.values())) - len(refused), refused, tuple(gradebooks))


def _rows(lines: Iterable[Mapping[str, Any]], heads: Iterable[str]) -> Iterator[list[Any]]:
    return ([line.get(head, "") for head in heads] for line in lines)


def _line(group: list[Attempt], result: Result, *, has_list: bool) -> dict[str, Any]:
    """One line of the marks: the attempt that counts, and in its remark the others."""
    one = group[0]
    who = one.learner
    line: dict[str, Any] = {
        "id": who.id if who else result.get("learner") or Path(one.file).stem,
        "name": (who.name if who else "") or result.get("name", ""),
        "round": one.round,
        "file": one.file,
    }
    remarks = [] if who or not has_list else [NOT_ON_THE_LIST]
    if one.refusal:
        remarks.append(f"not marked: {one.refusal}")
    else:
        line |= {count: result["marks"].get(count, 0) for count in COUNTS}
        line |= {"percent": f"{100 * one.share:.1f}", "first_wrong": result["first_wrong"] or ""}
        line["mistake"] = _first_mistake(result)
        remarks += [*result["notes"], result.get("cost", "")]
    line["remark"] = "; ".join(filter(None, [*remarks, others_told(group)]))
    return line


def _first_mistake(result: Result) -> str:
    """Where a learner went wrong first, for the feedback; empty where nothing is wrong."""
    if not result["wrong"]:
        return ""
    _, column, slip, _ = result["wrong"][0]
    where = f"first wrong: {result['first_wrong']}, {column}"
    return ": ".join(filter(None, [where, result["said"].get(f"{column} {slip}")]))


def _missing(
    roster: Roster, groups: Mapping[tuple[str, str], Any], handed_out: list[HandedOut]
) -> list[dict[str, Any]]:
    """A line for every sheet that was handed out and did not come back.

    Nobody is late with a round from which nothing has come back.
    """
    due = {(line.id, line.round) for line in handed_out} or {(o.id, "") for o in roster.learners}
    begun = {name for _, name in groups}
    due = {one for one in due if one[1] in begun} or due
    names = {one.id: one.name for one in roster.learners}
    back = {who for who, _ in groups}
    return [
        {"id": who, "name": names[who], "round": round_name, "remark": NOT_HANDED_IN}
        for who, round_name in due
        if who in names
        and (who, round_name) not in groups
        # A file that could not be read does not tell its round.
        and not (who in back and (who, "") in groups)
    ]


def _write_gradebooks(
    out: Path, roster: Roster, book: list[dict[str, Any]], ways: Ways
) -> list[Path]:
    if ways.form == "csv":
        return []
    learners, written = {one.id: one for one in roster.learners}, []
    for round_name in sorted({line.get("round", "") for line in book}):
        grades = [
            (
                learners[line["id"]],
                float(line["percent"]) if line.get("percent") else None,
                "; ".join(filter(None, [line.get("mistake"), line["remark"]])),
            )
            for line in book
            if line.get("round", "") == round_name
        ]
        title = f"{ways.assignment} {round_name}".strip()
        written.append(write_gradebook(out, ways.form, title, grades))
    return written


def _count(items: dict[Item, Counter], result: Result) -> None:
    """Add one sheet to the cells' counts; a slip is counted as ``slip:SENTENCE``."""
    for column, letters in result["cells"].items():
        for row, letter in enumerate(letters, 1):
            if letter in STATUS_LETTERS:
                items[result["rule"], column, row][STATUS_LETTERS[letter]] += 1
    said = result.get("said", {})
    for row, column, slip, _ in result["wrong"]:
        sentence = said.get(f"{column} {slip}") or slip or UNKNOWN
        items[result["rule"], column, row][f"{SLIP}{sentence}"] += 1


def _items(items: dict[Item, Counter]) -> Iterator[list[Any]]:
    for item, counts in items.items():
        slips = [(count, name) for name, count in counts.most_common() if name.startswith(SLIP)]
        told = "; ".join(
            f"{count} {'learner' if count == 1 else 'learners'}: {name.removeprefix(SLIP)}"
            for count, name in slips
        )
        numbers = [counts[status] for status in STATUS_LETTERS.values()]
        yield [*item, *numbers, sum(numbers), told]
