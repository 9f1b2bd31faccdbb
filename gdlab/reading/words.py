"""Describe a reading in words, for a terminal or a notebook."""

import html
from typing import TYPE_CHECKING

from gdlab.core.words import listed, plain
from gdlab.reading.losses import RIGHT, SCALED, UNCHECKED

if TYPE_CHECKING:
    from gdlab.reading.result import FoundTable, Gradient, Reading

MOST_FINDINGS_LISTED = 30
NO_DESCENT = "no parameter is updated in any sheet"


def table_words(
    table: "FoundTable",
    model: str,
    names: dict[str, str],
    has_faults: bool,
    method: str = "",
) -> str:
    """A table in sentences: the rule, the model, the number of updates, and the gradients.

    ``names`` are the names of ranges; ``method`` is a method that is no registered rule.
    """
    rule = table.rule or "an update of no known rule"
    if rule == "gradient descent":
        rule = "plain gradient descent"
    elif method:
        rule = method
    on = f" on {model}" if model else ""
    parts = [f"{rule}{on}"]
    if not model:
        count = len(table.parameters)
        parts.append(f"{count} parameter{'s' if count != 1 else ''}")
    parts.append(f"{table.updates} update{'s' if table.updates != 1 else ''}")
    for name, (value, cell) in table.hyper.items():
        parts.append(f"{name} {value:.10g}" + (f" ({cell})" if cell else ""))
    sentences = [", ".join(parts) + "."]
    if table.differs:
        sentences.append("It " + "; it ".join(table.differs) + ".")
    if not has_faults and (table.rule or method):
        sentences.append("Every cell follows.")
    return " ".join([*sentences, *_gradient_words(table, names)])


def _gradient_words(table: "FoundTable", names: dict[str, str]) -> list[str]:
    """Sentences on the gradients without faults, grouped by verdict."""
    groups: dict[tuple[str, str | None], list[Gradient]] = {}
    for verdict in (RIGHT, SCALED, UNCHECKED):
        for one in table.gradients:
            if one.verdict == verdict:
                groups.setdefault((verdict, one.because), []).append(one)
    found = []
    for (verdict, because), those in groups.items():
        cells = listed([names.get(one.cells, one.cells) for one in those])
        are = "are" if len(those) > 1 else "is"
        if because is None:
            loss = those[0].loss
            implied = "the squared error" if table.model == "line" else "one function"
            of = names.get(loss, loss) if loss else f"{implied}, which stands in no cell"
            found.append(f"{cells} {are} the derivative{'s' if len(those) > 1 else ''} of {of}.")
        else:
            unchecked = " not checked" if verdict == UNCHECKED else ""
            found.append(f"{cells} {are}{unchecked}: {because}." if unchecked
                         else f"{cells} {are} {because}.")  # fmt: skip
    return found


def nothing_found(reading: "Reading") -> str:
    """The sentence for a workbook without a descent, with what changes its cells instead."""
    before = [note for note in reading.notes if "Newton" in note]
    after = [note for note in reading.notes if "macros" in note or "Solver" in note]
    said = "; ".join([*before, why_nothing(reading), *after])
    return f"{plain(reading.file)}: {plain(said)}"


def why_nothing(reading: "Reading") -> str:
    """Why nothing is judged: how numbers were read, or that there is no descent."""
    if reading.seen:
        return plain("; ".join(reading.seen))
    unread = any("the function" in one.because for one in reading.findings if not one.is_fault)
    return f"{NO_DESCENT}, as far as its formulas are read" if unread else NO_DESCENT


def as_lines(reading: "Reading") -> list[str]:
    """A reading as lines of plain text."""
    file = plain(reading.file)
    lines = [f"{file}, {plain(table.sheet)}: {plain(table.words)}" for table in reading.tables]
    if not reading.tables:
        lines.append(nothing_found(reading))
    for finding in reading.findings[:MOST_FINDINGS_LISTED]:
        why = finding.hint if reading.hinting else finding.because
        kind = "wrong" if finding.is_fault else "note"
        where = f"{plain(finding.sheet)}!{finding.address}"
        lines.append(f"  {where}  {kind}  {plain(why)}")
    if len(reading.findings) > MOST_FINDINGS_LISTED:
        lines.append(f"  and {len(reading.findings) - MOST_FINDINGS_LISTED} more")
    notes = [*reading.notes, *(reading.seen if reading.tables else ())]
    lines += [f"  note: {plain(note)}" for note in notes]
    return lines


def as_text(reading: "Reading") -> str:
    """A reading as plain text."""
    return "\n".join(as_lines(reading))


def as_html(reading: "Reading") -> str:
    """A reading for a notebook: a paragraph for each table, and the findings as a list."""
    parts = [
        f"<p><b>{html.escape(plain(table.sheet))}</b> {html.escape(table.range)}: "
        f"{html.escape(plain(table.words))}</p>"
        for table in reading.tables
    ] or [f"<p>{html.escape(why_nothing(reading))}</p>"]
    items = []
    for finding in reading.findings[:MOST_FINDINGS_LISTED]:
        why = finding.hint if reading.hinting else finding.because
        sign = "✗ wrong" if finding.is_fault else "note"
        where = f"{plain(finding.sheet)}!{finding.address}"
        items.append(f"<li><b>{html.escape(where)}</b> {sign}: {html.escape(plain(why))}</li>")
    if len(reading.findings) > MOST_FINDINGS_LISTED:
        items.append("<li>… and more; to_dict() has them all</li>")
    notes = "".join(f"<p>Note: {html.escape(plain(note))}</p>" for note in reading.notes)
    title = html.escape(plain(reading.file))
    return f"<div><p><b>{title}</b></p>{''.join(parts)}<ul>{''.join(items)}</ul>{notes}</div>"
