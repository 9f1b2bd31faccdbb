"""The report on a marked sheet: as an object, in words, for a terminal, a notebook and as JSON."""

import html
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gdlab.core.words import plain
from gdlab.marking.judge import EMPTY, FOLLOWS, RIGHT, UNEARNED, WRONG

if TYPE_CHECKING:
    from rich.console import Group

STATUSES = (RIGHT, FOLLOWS, UNEARNED, WRONG, EMPTY)
STATUS_SIGNS = {RIGHT: "✓", FOLLOWS: "→", UNEARNED: "…", WRONG: "✗", EMPTY: "○"}
TERMINAL_COLOURS = {
    RIGHT: "green", FOLLOWS: "cyan", UNEARNED: "magenta", WRONG: "red", EMPTY: "yellow",
}  # fmt: skip
# Half transparent, so that they do in a light theme and in a dark one.
PAGE_COLOURS = {
    RIGHT: "rgba(60, 160, 90, .22)",
    FOLLOWS: "rgba(60, 130, 200, .25)",
    UNEARNED: "rgba(140, 90, 190, .25)",
    WRONG: "rgba(220, 70, 60, .32)",
    EMPTY: "rgba(200, 160, 40, .20)",
}
# Of what is not wrong so many lines; what is wrong is shown in any case, up to a sheet's worth.
MOST_LINES, MOST_WRONG_LINES = 30, 300


@dataclass(frozen=True)
class Marked:
    """One judged cell as the report shows it.

    ``row`` is the update; ``written`` what stands there, None for nothing; ``expected`` the true
    value and ``expected_from_yours`` what follows from the learner's own cells, each a number or
    the name of an error. ``slip`` is a short stable name, ``because`` a sentence, ``hint`` one
    that gives no value; None where there is nothing to say. ``again``: it is wrong by the same slip
    as a cell above it in its column, and costs nothing more.
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
    again: bool = False


@dataclass(frozen=True)
class Report:
    """What is right, follows, is unearned, wrong or empty, cell by cell, and why.

    ``follows`` is what a cell counts that follows from a slip, or repeats it, from 0 to 1; where
    nothing ``counts``, not even what is right does. ``per_slip`` is the share of the marks that a
    slip costs, where that is not what the wrong cells are worth. With ``hinting`` it shows no
    value: only where to look, and the kind of slip. The cells stand in the order in which they are
    computed.
    """

    file: str | None
    rule: str
    cells: tuple[Marked, ...]
    notes: tuple[str, ...] = ()
    follows: float = 1.0
    counts: bool = True
    hinting: bool = False
    per_slip: float | None = None

    @cached_property
    def marks(self) -> dict[str, int]:
        """How many cells are of each status, how many slips were made, how many cells there are.

        A slip in every row of a column is one slip.
        """
        counted = dict.fromkeys(STATUSES, 0)
        for cell in self.cells:
            counted[cell.status] += 1
        slips = sum(cell.status == WRONG and not cell.again for cell in self.cells)
        return {**counted, "slips": slips, "of": len(self.cells)}

    @property
    def score(self) -> float:
        """The share of the marks, from 0 to 1: a slip counts once, an unearned cell nothing."""
        marks = self.marks
        if not self.counts or self.untouched:
            return 0.0
        if self.per_slip is not None:
            missing = (marks[EMPTY] + marks[UNEARNED]) / marks["of"]
            return max(0.0, 1 - missing - self.per_slip * marks["slips"])
        carried = marks[FOLLOWS] + marks[WRONG] - marks["slips"]
        return (marks[RIGHT] + self.follows * carried) / marks["of"] if marks["of"] else 0.0

    @property
    def passed(self) -> bool:
        """Whether every cell is right or follows."""
        return self.marks[WRONG] == self.marks[EMPTY] == self.marks[UNEARNED] == 0

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
        return replace(self, hinting=True)

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON has it; with hints only, no value and no formula."""
        return {
            "file": self.file,
            "kind": "practice",
            "rule": self.rule,
            "marks": {**self.marks, "score": round(self.score, 6)},
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
        rest = (UNEARNED, WRONG, EMPTY)
        counts += "".join(f", {marks[one]} {one}" for one in rest if marks[one])
        if marks[WRONG] != marks["slips"]:
            counts += f" by {marks['slips']} {'mistake' if marks['slips'] == 1 else 'mistakes'}"
        if marks[RIGHT] != marks["of"]:
            counts += f": {100 * self.score:.1f} % of the marks"
        if self.per_slip is not None and marks["slips"]:
            counts += f", each mistake costing {100 * self.per_slip:g} %"
        first = f"; first wrong: {self.first_wrong}" if self.first_wrong else ""
        return f"{name}{self.rule}: {counts}{first}"

    @property
    def _told(self) -> list[Marked]:
        """The cells to comment on, wrong ones before those that follow.

        A slip that is made again is told of once, and so is what is empty.
        """
        if self.untouched:
            return []

        def of(status: str) -> list[Marked]:
            return [cell for cell in self.cells if cell.status == status and not cell.again]

        return [*of(WRONG), *of(EMPTY)[:1], *of(UNEARNED), *of(FOLLOWS)]

    @property
    def _most(self) -> int:
        """How many lines are shown: all that are wrong, or the usual number."""
        return max(MOST_LINES, min(MOST_WRONG_LINES, self.marks["slips"]))

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
            for cell in self._told[: self._most]:
                status = Text(
                    f"{STATUS_SIGNS[cell.status]} {cell.status}", TERMINAL_COLOURS[cell.status]
                )
                own = () if self.hinting else (Text(_short(cell.expected_from_yours)),)
                words = [Text(one) for one in (cell.address, str(cell.row), cell.column)]
                why = Text(plain(self._why(cell) or ""))
                table.add_row(*words, status, Text(_short(cell.written)), *own, why)
            parts.append(table)
            if len(self._told) > self._most:
                parts.append(Text(f"and {len(self._told) - self._most} more"))
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
        for row in rows[:MOST_LINES]:
            cells = "".join(self._html_cell(marked.get((row, column))) for column in columns)
            lines.append(f"<tr><th scope='row'>{row}</th>{cells}</tr>")
        told = "".join(self._html_line(cell) for cell in self._told[: self._most])
        if len(rows) > MOST_LINES or len(self._told) > self._most:
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
            f"{STATUS_SIGNS[cell.status]} {cell.status}: {html.escape(why)}</li>"
        )

    def _html_cell(self, cell: Marked | None) -> str:
        if cell is None:
            return "<td></td>"
        title = html.escape(plain(self._why(cell) or cell.status), quote=True)
        look = f"background:{PAGE_COLOURS[cell.status]};white-space:nowrap;text-align:right"
        return (
            f"<td style='{look}' title=\"{title}\">{html.escape(_short(cell.written))} "
            f"<span aria-label='{cell.status}'>{STATUS_SIGNS[cell.status]}</span></td>"
        )


def _short(value: float | str | None) -> str:
    """A number or a text from a file for one line."""
    if value is None:
        return "–"
    return plain(value)[:40] if isinstance(value, str) else format(value, ".10g")
