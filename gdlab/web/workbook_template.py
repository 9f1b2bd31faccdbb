"""The workbook that a page writes itself: its parts as XlsxWriter makes them, to be filled in.

A workbook of some rows is written and taken apart. Its rows but for two, and what its charts have
stored, are left out; ``gdlab/web/static/workbook.js`` puts in the rows of what is on the screen,
and moves every reference to the last row, epoch or point to where that is then.
"""

import dataclasses
import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from gdlab.core.columns import Table
from gdlab.core.layout import (
    DATA_SHEET,
    DATA_START_ROW,
    START_ROW,
    epoch_formula,
    letters,
)
from gdlab.core.model import LINE
from gdlab.core.points import Points
from gdlab.core.rerun import rerun
from gdlab.core.trace import Trace
from gdlab.excel.charts import CHART_POINTS
from gdlab.excel.epochs import first_column
from gdlab.excel.handout import PREFIX
from gdlab.excel.workbook import write_sheets
from gdlab.excel.writer import writing
from gdlab.web.data import COMPARE
from gdlab.web.sheet_meta import sheet_meta


def _hole(number: re.Match) -> str:
    """A group for a hole that holds a part of its own, and none for one that only counts."""
    return r"[\d.]+" if number[1] in "06" else r"([\d., ]+)"


# Their last rows (29, 13 and 11) are the only ones of these numbers among a sheet's references.
TEMPLATE_SAMPLES, TEMPLATE_EPOCHS = 5, 4
ROWS = TEMPLATE_SAMPLES * TEMPLATE_EPOCHS
# An epoch and a number of points whose rows no other number in a formula equals.
FAR_EPOCH, FAR_POINTS = 1_000_003, 1_009
ROW = re.compile(r'<row r="(\d+)".*?</row>')
# A cell that holds a number or an error, a formula's or none's.
CELL = re.compile(r'<c (r="[A-Z]+(\d+)" s="\d+")(?: t="e")?>(<f>[^<]*</f>)?<v>[^<]*</v></c>')
# A cell of a handout that reads one of the rows; those that read an input have a $.
READ = re.compile(r'(<c r="[A-Z]+\d+" s="\d+")(?: t="e")?><f>[^<$]*</f><v>[^<]*</v></c>')
# A note's box, which holds no text: {1} to {5} tell it from others, {0} and {6} count it.
NOTE_BOX = (
    '<v:shape id="_x0000_s{0}" type="#_x0000_t202" style="position:absolute;margin-left:{1}pt;'
    'margin-top:{2}pt;width:195pt;height:{3}pt;z-index:{6};visibility:hidden" fillcolor="#ffffe1" '
    'o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>'
    '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div '
    'style="text-align:left"></div></v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/>'
    "<x:SizeWithCells/><x:Anchor>{4}</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>7</x:Row>"
    "<x:Column>{5}</x:Column></x:ClientData></v:shape>"
)
NOTE = re.compile(re.sub(r"\\\{(\d)\\\}", _hole, re.escape(NOTE_BOX)))
NOTE_NUMBERS = re.compile(r'(?<=<o:idmap v:ext="edit" )data="\d+"')
CACHE = re.compile(r"<c:(num|str)Cache>.*?</c:\1Cache>")


def workbook_templates(
    runs: Mapping[str, Trace], guests: Mapping[str, Trace] | None = None
) -> Iterator[float | dict[str, Any]]:
    """The templates of the workbooks of some sheets, by name: of each, and of all as ``data``.

    It takes seconds: what comes is how much of it is done, from 0 to 1, and last the templates.
    That of ``compare`` has those of the ``guests`` too, rules that are compared and have no sheet;
    ``heads`` are theirs. The line's others are there for points on the lesson's line, too.
    ``parts`` are the texts that the ``files`` of a book point to.
    """
    guests = guests or {}
    held: dict[tuple[str, str], tuple[dict[str, Trace], dict[str, Trace]]] = {}
    for kind, points in _points(next(iter(runs.values()))).items():
        shown = {name: _shown(run, points) for name, run in runs.items()}
        held |= {(name, kind): ({name: run}, {}) for name, run in shown.items()}
        if len(shown) > 1:
            held[DATA_SHEET, kind] = shown, {}
        if guests and kind == "free":
            held[COMPARE, kind] = shown, {name: _shown(run, points) for name, run in guests.items()}
    books: dict[str, dict[str, Any]] = {}
    for done, ((name, kind), sheets) in enumerate(held.items()):
        yield done / len(held)
        books.setdefault(name, {})[kind] = _book(*sheets)
    every = [one for kinds in books.values() for one in kinds.values()]
    parts = list(dict.fromkeys(text for one in every for text in one["files"].values()))
    numbers = {text: number for number, text in enumerate(parts)}
    for one in every:
        one["files"] = {name: numbers[text] for name, text in one["files"].items()}
    yield {
        "parts": parts,
        "books": books,
        "sheets": {name: _figures(run) for name, run in {**runs, **guests}.items()},
        "heads": {name: sheet_meta(run.table) for name, run in guests.items()},
        "start_row": START_ROW,
        "data_start_row": DATA_START_ROW,
        "last": {
            "rows": START_ROW + ROWS,
            "epochs": START_ROW + TEMPLATE_EPOCHS,
            "points": DATA_START_ROW + TEMPLATE_SAMPLES,
            "epoch_first": START_ROW + ROWS - TEMPLATE_SAMPLES + 1,
        },
        "rows": ROWS,
        "samples": TEMPLATE_SAMPLES,
        "charted": CHART_POINTS,
        "handout": PREFIX,
        "note": NOTE_BOX,
    }


def _points(run: Trace) -> dict[str, Points]:
    """The template's points: ``line`` are on the lesson's line, whose y are formulas."""
    x = [float(value) for value in range(1, TEMPLATE_SAMPLES + 1)]
    if run.table.model.name == LINE:
        return {"line": (x, [30 + 2 * at for at in x]), "free": (x, [at * at for at in x])}
    return {
        "free": tuple([one[k % len(one)] for k in range(TEMPLATE_SAMPLES)] for one in run.points)
    }


def _shown(run: Trace, points: Points) -> Trace:
    """The run over the template's points; what it was given stands in its title as it was."""
    if not run.table.point:
        return rerun(run, steps=ROWS)
    return dataclasses.replace(rerun(run, points, TEMPLATE_EPOCHS), options=run.options)


def _book(runs: Mapping[str, Trace], guests: Mapping[str, Trace]) -> dict[str, Any]:
    """The parts of a workbook of one sheet or of all."""
    with tempfile.TemporaryDirectory(prefix="gdlab-template-") as folder:
        path = Path(folder) / "sheet.xlsx"
        with writing(path) as book:
            names = write_sheets(book, runs, guests)
        with zipfile.ZipFile(path) as archive:
            texts = {name: archive.read(name).decode() for name in archive.namelist()}
    sheets = {f"xl/worksheets/sheet{number}.xml": name for number, name in enumerate(names, 1)}
    has_points = DATA_SHEET in names
    files = {
        name: _stripped(name, text, sheets.get(name, ""), has_points)
        for name, text in texts.items()
    }
    return {"files": files, "sheets": sheets}


def _stripped(name: str, text: str, sheet: str, has_points: bool) -> str:
    """A part without what is filled in; ``sheet`` is the name of the sheet that it is, if any."""
    if name.startswith("xl/charts/"):
        return CACHE.sub("<c:numCache/>", text)
    if name.endswith(".vml"):
        return NOTE_NUMBERS.sub('data="{}"', NOTE.sub(_note, text))
    if not sheet:
        return text
    if sheet.startswith(PREFIX):
        return READ.sub(r"\1><f/></c>", text)
    # The first row, and the last of an epoch or, on a surface, of all, which has a line under it.
    kept = {*range(1, START_ROW + 2), START_ROW + (TEMPLATE_SAMPLES if has_points else ROWS)}
    text = ROW.sub(lambda row: row[0] if int(row[1]) in kept else "", text)
    return text if sheet == DATA_SHEET else CELL.sub(_empty, text)


def _note(found: re.Match) -> str:
    """Of a note's box what tells it from others; its number goes by its place."""
    return f"{{{'|'.join(found.groups())}}}"


def _empty(cell: re.Match) -> str:
    """A cell of the rows with its looks alone; above them a formula without its number."""
    address, row, formula = cell.groups()
    if int(row) > START_ROW:
        return f"<c {address}/>"
    return f"<c {address}>{formula}<v></v></c>" if formula else cell[0]


def _figures(run: Trace) -> dict[str, Any]:
    """What stands on a sheet beside its rows: where, and the shapes of the epochs' formulas."""
    table, first = run.table, first_column(run)
    holes = {
        START_ROW + FAR_EPOCH * FAR_POINTS: "{last}",
        START_ROW + (FAR_EPOCH - 1) * FAR_POINTS + 1: "{first}",
        START_ROW + FAR_EPOCH: "{row}",
        START_ROW + FAR_EPOCH - 1: "{above}",
        DATA_START_ROW + FAR_POINTS: "{last_point}",
    }
    measured = {name: base for base, name in table.measures.items()}
    epochs = []
    for column, name in enumerate(table.epoch_names, first):
        formula = epoch_formula(table, name, FAR_EPOCH, FAR_POINTS)
        for number, hole in holes.items():
            formula = formula and re.sub(rf"(?<!\d){number}(?!\d)", hole, formula)
        epochs.append(
            {
                "name": name,
                "letters": letters(column),
                "excel": formula,
                "measure": "epoch" if name == "epoch" else measured.get(name),
                "carrier": table.new.get(name),
            }
        )
    return {
        "epochs": epochs,
        "line": [letters(first), letters(first + 1)] if table.model.name == LINE else None,
        "differences": [
            {"letters": letters(column), "exact": exact, "estimate": estimate}
            for column, (exact, estimate) in enumerate(_estimated(table), first + 3)
        ],
    }


def _estimated(table: Table) -> Iterator[tuple[str, str]]:
    """The gradients that are estimated by finite differences too, each with its estimate."""
    for parameter in table.parameters:
        with suppress(KeyError):
            yield table.named("grad", parameter), table.named("est_grad", parameter)
