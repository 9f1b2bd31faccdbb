"""The report on a marked sheet: as an object, in words, for a terminal, a notebook and as JSON."""

import html
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gdlab.core.words import plain
from gdlab.language.infix import TEXT, infix
from gdlab.marking.diagnosis import Diagnosis, diagnose
from gdlab.marking.judge import EMPTY, FOLLOWS, RIGHT, WRONG, Judgement, Verdict, judge
from gdlab.marking.sheet import Filled

if TYPE_CHECKING:
    from rich.console import Group

STATUSES = (RIGHT, FOLLOWS, WRONG, EMPTY)
SIGNS = {RIGHT: "✓", FOLLOWS: "→", WRONG: "✗", EMPTY: "○"}
TERMINAL_COLOURS = {RIGHT: "green", FOLLOWS: "cyan", WRONG: "red", EMPTY: "yellow"}
# Half transparent, so that they do in a light theme and in a dark one.
PAGE_COLOURS = {
    RIGHT: "rgba(60, 160, 90, .22)",
    FOLLOWS: "rgba(60, 130, 200, .25)",
    WRONG: "rgba(220, 70, 60, .32)",
    EMPTY: "rgba(200, 160, 40, .20)",
}
MOST_LISTED = 30


@dataclass(frozen=True)
class Marked:
    """One judged cell as the report shows it.

    ``row`` is the update; ``written`` what stands there, None for nothing; ``expected`` the true
    value and ``expected_from_yours`` what follows from the learner's own cells, each a number or
    the name of an error. ``slip`` is a short stable name, ``because`` a sentence, ``hint`` one
    that gives no value; None where there is nothing to say.
    """

    sheet: str
    address: str
    row: int
    column: str
    status: str
    written: float | str | None
    expected: float | str | None
    expected_from_yours: float | str | None
    slip: str | None
    because: str | None
    hint: str | None


@dataclass(frozen=True)
class Report:
    """What is right, what follows, what is wrong and what is empty, cell by cell, and why.

    With ``hinting`` it shows no value: only where to look, and the kind of slip. The cells stand
    in the order in which they are computed.
    """

    file: str | None
    rule: str
    cells: tuple[Marked, ...]
    notes: tuple[str, ...] = ()
    hinting: bool = False

    @cached_property
    def marks(self) -> dict[str, int]:
        """How many cells are right, follow, are wrong, are empty, and how many there are."""
        counted = dict.fromkeys(STATUSES, 0)
        for cell in self.cells:
            counted[cell.status] += 1
        return {**counted, "of": len(self.cells)}

    @property
    def passed(self) -> bool:
        """Whether every cell is right or follows."""
        return self.marks[WRONG] == self.marks[EMPTY] == 0

    @property
    def untouched(self) -> bool:
        """Whether nothing is filled in yet."""
        return self.marks[EMPTY] == len(self.cells)

    @property
    def first_wrong(self) -> str | None:
        """The address of the first wrong cell in the order of computing."""
        return next((cell.address for cell in self.cells if cell.status == WRONG), None)

    def hint(self) -> "Report":
        """The same report without values: where to look, and for what kind of slip."""
        return Report(self.file, self.rule, self.cells, self.notes, hinting=True)

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON has it; with hints only, no value and no formula."""
        return {
            "file": self.file,
            "kind": "practice",
            "rule": self.rule,
            "marks": dict(self.marks),
            "first_wrong": self.first_wrong,
            "cells": [self._cell(cell) for cell in self.cells],
        }

    def _cell(self, cell: Marked) -> dict[str, Any]:
        told = not self.hinting
        return {
            "sheet": cell.sheet,
            "address": cell.address,
            "row": cell.row,
            "column": cell.column,
            "status": cell.status,
            "written": cell.written,
            "expected": cell.expected if told else None,
            "expected_from_yours": cell.expected_from_yours if told else None,
            "slip": cell.slip,
            "because": self._why(cell),
        }

    def _why(self, cell: Marked) -> str | None:
        return cell.hint if self.hinting else cell.because

    @property
    def summary(self) -> str:
        """One line: ``adam: 30 of 38 right, 5 follow, 2 wrong, 1 empty; first wrong: K11``."""
        marks = self.marks
        name = f"{plain(self.file)}, " if self.file else ""
        if self.untouched:
            return f"{name}{self.rule}: nothing is filled in yet; {marks['of']} cells are empty"
        counts = f"{marks[RIGHT]} of {marks['of']} right"
        if marks[FOLLOWS]:
            counts += f", {marks[FOLLOWS]} {'follows' if marks[FOLLOWS] == 1 else 'follow'}"
        counts += "".join(f", {marks[one]} {one}" for one in (WRONG, EMPTY) if marks[one])
        first = f"; first wrong: {self.first_wrong}" if self.first_wrong else ""
        return f"{name}{self.rule}: {counts}{first}"

    @property
    def _told(self) -> list[Marked]:
        """The cells that there is something to say about; of empty ones only the first."""
        if self.untouched:
            return []
        empty = [cell for cell in self.cells if cell.status == EMPTY][:1]
        return [cell for cell in self.cells if cell.status in (WRONG, FOLLOWS) or cell in empty]

    def __rich__(self) -> "Group":
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        parts: list[Any] = [Text(self.summary, style="bold")]
        parts += [Text(f"  note: {plain(note)}", style="dim") for note in self.notes]
        if self._told:
            table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
            values = () if self.hinting else ("from your numbers",)
            heads = ("cell", "row", "column", "", "written", *values, "why" if values else "hint")
            for head in heads:
                table.add_column(head, overflow="fold")
            for cell in self._told[:MOST_LISTED]:
                status = Text(f"{SIGNS[cell.status]} {cell.status}", TERMINAL_COLOURS[cell.status])
                own = () if self.hinting else (Text(_short(cell.expected_from_yours)),)
                words = [Text(one) for one in (cell.address, str(cell.row), cell.column)]
                why = Text(plain(self._why(cell) or ""))
                table.add_row(*words, status, Text(_short(cell.written)), *own, why)
            parts.append(table)
            if len(self._told) > MOST_LISTED:
                parts.append(Text(f"and {len(self._told) - MOST_LISTED} more"))
        return Group(*parts)

    def __str__(self) -> str:
        from rich.console import Console

        console = Console(width=110, color_system=None, highlight=False)
        with console.capture() as captured:
            console.print(self)
        return "\n".join(line.rstrip() for line in captured.get().splitlines())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """The sheet with every cell marked by a sign and a colour, and the sentences below."""
        columns = list(dict.fromkeys(cell.column for cell in self.cells))
        rows = sorted({cell.row for cell in self.cells})
        marked = {(cell.row, cell.column): cell for cell in self.cells}
        head = "".join(f"<th scope='col'>{html.escape(name)}</th>" for name in columns)
        lines = []
        for row in rows[:MOST_LISTED]:
            cells = "".join(self._html_cell(marked.get((row, column))) for column in columns)
            lines.append(f"<tr><th scope='row'>{row}</th>{cells}</tr>")
        told = "".join(self._html_line(cell) for cell in self._told[:MOST_LISTED])
        if max(len(rows), len(self._told)) > MOST_LISTED:
            told += "<li>… and more; to_dict() has them all</li>"
        notes = "".join(f"<p>Note: {html.escape(plain(note))}</p>" for note in self.notes)
        return (
            f"<div><p><b>{html.escape(self.summary)}</b></p>{notes}"
            f"<div style='overflow-x:auto'><table><thead><tr><th scope='col'>row</th>{head}</tr>"
            f"</thead><tbody>{''.join(lines)}</tbody></table></div><ul>{told}</ul></div>"
        )

    def _html_line(self, cell: Marked) -> str:
        why = plain(self._why(cell) or "")
        if cell.status == WRONG and not self.hinting:
            why += f" (from your numbers: {_short(cell.expected_from_yours)})"
        return (
            f"<li><b>{html.escape(cell.address)}</b>, row {cell.row}, {html.escape(cell.column)}: "
            f"{SIGNS[cell.status]} {cell.status}: {html.escape(why)}</li>"
        )

    def _html_cell(self, cell: Marked | None) -> str:
        if cell is None:
            return "<td></td>"
        title = html.escape(plain(self._why(cell) or cell.status), quote=True)
        look = f"background:{PAGE_COLOURS[cell.status]};white-space:nowrap;text-align:right"
        return (
            f"<td style='{look}' title=\"{title}\">{html.escape(_short(cell.written))} "
            f"<span aria-label='{cell.status}'>{SIGNS[cell.status]}</span></td>"
        )


def report(filled: Filled) -> Report:
    """Judge a sheet, find the slips, and say it all."""
    judgement = judge(filled)
    diagnoses = diagnose(judgement)
    cells = [_marked(judgement, one, diagnoses.get(one.place)) for one in judgement.verdicts]
    return Report(filled.file, filled.key.rule, tuple(cells), filled.notes)


def _marked(judgement: Judgement, verdict: Verdict, found: Diagnosis | None) -> Marked:
    filled, (row, column) = judgement.filled, verdict.place
    written = verdict.written
    because, hint = _words(filled, verdict, found)
    value: float | str | None = None
    if written is not None:
        value = written.text if written.number is None else written.number
    return Marked(
        sheet=filled.sheet,
        address=filled.address(verdict.place),
        row=row,
        column=column,
        status=verdict.status,
        written=value,
        expected=verdict.expected,
        expected_from_yours=verdict.from_yours,
        slip=found.slip if found else None,
        because=because,
        hint=hint,
    )


def _words(
    filled: Filled, verdict: Verdict, found: Diagnosis | None
) -> tuple[str | None, str | None]:
    """Why a cell is as it is: in full, and as a hint."""
    column = filled.key.table.column(verdict.place[1])
    if verdict.status == FOLLOWS and verdict.origin is not None:
        follows = f"right, given what stands in {filled.address(verdict.origin)}"
        return follows, follows
    if verdict.status == EMPTY:
        return "nothing is written here", "nothing is written here"
    if verdict.status == RIGHT:
        return None, None
    if verdict.written is not None and verdict.written.problem:
        return verdict.written.problem, verdict.written.problem
    if column.expression is None:
        return "this was given otherwise", "this was given otherwise"
    formula = f"{column.name} = {infix(column.expression, _as_headed, TEXT)}"
    if isinstance(verdict.from_yours, str):
        no_number = f"no number comes out here but {verdict.from_yours}: {formula}"
        return no_number, "does a number come out here at all?"
    if found is None:
        return f"no usual slip gives this number; {formula}", "look at this column's formula again"
    return f"{found.because}; {formula}", found.hint


def _as_headed(name: str) -> str:
    above = name.removesuffix("_prev")
    return f"{above} above" if above != name else name


def _short(value: float | str | None) -> str:
    """A number or a text from a file for one line."""
    if value is None:
        return "–"
    return plain(value)[:40] if isinstance(value, str) else format(value, ".10g")
