"""What the page asks of the kernel, because a page cannot do it itself: one kind of message.

The page sends ``{"kind": "request", "number", "what", ...}`` and gets ``result`` or ``error``, a
sentence, under the same number. A work is a generator: each ``yield`` tells how much of it is done,
from 0 to 1, and lets the kernel hear that the page wants it stopped.
"""

import asyncio
import dataclasses
import tempfile
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdlab.core.points import pairs
from gdlab.core.rerun import rerun
from gdlab.marking.reporting import report
from gdlab.marking.sheet import Filled
from gdlab.marking.slips import slips
from gdlab.marking.values import typed
from gdlab.reading.columns import WhichColumns
from gdlab.reading.points import read_columns
from gdlab.web.data import guest, guests_data, order_data
from gdlab.web.program import program
from gdlab.web.race import guest_rules
from gdlab.web.slips import slips_of

if TYPE_CHECKING:
    from gdlab.notebook.widget import LiveSheet, Sheets

Work = Generator[float, None, dict[str, Any]]
Event = Mapping[str, Any]

_stopped: set[tuple[str, int]] = set()


def answer(sheet: "LiveSheet", event: Event, buffers: list[Any]) -> None:
    """Do what the page asks for, beside the kernel's other work where it has a loop to run in."""
    number = event.get("number", 0)
    if event.get("kind") == "stop":
        _stopped.add((sheet.model_id, number))
        return
    working = work(sheet, event, buffers)
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(working)
    else:
        task = loop.create_task(working)
        # A loop holds its tasks but weakly.
        sheet.tasks.add(task)
        task.add_done_callback(sheet.tasks.discard)


async def work(sheet: "LiveSheet", event: Event, buffers: list[Any]) -> None:
    """Do one request step by step, and send the page how far it is and what comes out."""
    number = event.get("number", 0)
    key = sheet.model_id, number
    try:
        found = WORKS.get(str(event.get("what")))
        if found is None:
            raise ValueError(f"there is no request {event.get('what')!r:.40}")
        steps = found(sheet, sheet.sheets_of(event["model"]), event, buffers)
        while True:
            share = next(steps)
            sheet.send({"number": number, "share": share})
            await asyncio.sleep(0)
            if key in _stopped:
                return
    except StopIteration as end:
        sheet.send({"number": number, "result": end.value})
    except Exception as error:
        # The page is where a person looks, so what went wrong is said there, whatever it was.
        other = f"gdlab could not do this ({type(error).__name__}: {error})"
        told = str(error) if isinstance(error, ValueError) else other
        sheet.send({"number": number, "error": told})
    finally:
        _stopped.discard(key)


def _model(_sheet: "LiveSheet", here: "Sheets", event: Event, _buffers: list[Any]) -> Work:
    """What the page needs to show another model."""
    yield 0
    programs = {name: program(run.table) for name, run in here.runs.items()}
    return {"page": here.page, "programs": programs}


def _order(_sheet: "LiveSheet", here: "Sheets", event: Event, _buffers: list[Any]) -> Work:
    """The samples' order of every shuffled sheet, over other points or more epochs."""
    samples, epochs = int(event["samples"]), int(event["epochs"])
    one = next(iter(here.runs.values()))
    points = tuple([column[k % len(column)] for k in range(samples)] for column in one.points)
    orders = {}
    shuffled = {name: run for name, run in here.runs.items() if run.order}
    for done, (name, run) in enumerate(shuffled.items()):
        yield done / len(shuffled)
        orders[name] = order_data(rerun(run, points, epochs))
    return {"orders": orders}


def _news(sheet: "LiveSheet", here: "Sheets", event: Event, _buffers: list[Any]) -> Work:
    """What was registered since the sheet was made: models to choose, and rules to be compared.

    ``changed`` are the models, of those brought before, that were written again.
    """
    changed = sheet.forget_changed()
    one = next(iter(here.runs.values()))
    new = {name: rule for name, rule in guest_rules(here.own).items() if name not in event["known"]}
    programs = {}
    for done, (name, rule) in enumerate(new.items()):
        yield done / len(new)
        run = here.runs[name] = guest(rule, one)
        programs[name] = program(run.table)
    guests = guests_data({name: here.runs[name] for name in new})
    # Python checks their inputs too.
    here.page.setdefault("later", {}).update(guests)
    return {"models": sheet.models(), "changed": changed, "guests": guests, "programs": programs}


def _points(_sheet: "LiveSheet", here: "Sheets", event: Event, buffers: list[Any]) -> Work:
    """The points of a workbook, or the columns that a person has to choose from."""
    yield 0
    chosen = {word: int(index) + 1 for word, index in (event.get("chosen") or {}).items()}
    with tempfile.TemporaryDirectory(prefix="gdlab-points-") as folder:
        path = Path(folder) / (Path(event["name"]).name or "points")
        path.write_bytes(bytes(buffers[0]))
        try:
            found = read_columns(path, dict.fromkeys(here.page["points"]) | chosen)
        except WhichColumns as asked:
            columns = [{"index": index, "title": title} for index, title in asked.columns]
            return {"columns": columns}
    return {"points": {name: found.columns[name] for name in here.page["points"]}}


def _workbook(_sheet: "LiveSheet", here: "Sheets", event: Event, _buffers: list[Any]) -> Work:
    """What the page needs to write its own workbook."""
    # Only whoever saves a workbook waits for what writes one.
    from gdlab.web.workbook_template import workbook_templates

    yield 0
    guests = {name: run for name, run in here.runs.items() if name not in here.own}
    return {"workbook": workbook_templates(here.own, guests)}


def _slips(_sheet: "LiveSheet", here: "Sheets", event: Event, _buffers: list[Any]) -> Work:
    """The usual slips of a sheet's columns, which a practice compares with."""
    name = event["sheet"]
    table = here.runs[name].table
    for done, column in enumerate(table.names):
        yield done / len(table.names)
        slips(table, column)
    return {"slips": slips_of({table.model.name: {name: table}})}


WORKS: dict[str, Callable[["LiveSheet", "Sheets", Event, list[Any]], Work]] = {
    one.__name__.removeprefix("_"): one
    for one in (_model, _order, _news, _points, _workbook, _slips)
}


def score(sheet: "LiveSheet") -> dict[str, int]:
    """The marks of the practice that is open, as ``gdlab check`` gives them."""
    practice = sheet.practice
    run = sheet.runs[practice["sheet"]]
    # Samples come in their order: one that is drawn was drawn for other points.
    plain = {name: value for name, value in run.options.items() if name not in ("shuffle", "seed")}
    points = pairs(practice["points"], run.table.point)
    key = rerun(
        dataclasses.replace(run, options=plain, order=[]),
        points,
        practice["epochs"],
        inputs=practice["inputs"],
    )
    given = sheet.page["practice"] or {}
    blank = given.get("blank") or [one.name for one in key.table.columns if one.expression]
    asked = frozenset((row, name) for row in range(1, key.rows + 1) for name in blank)
    cells = {}
    for place, text in practice["texts"].items():
        row, name = place.split(" ")
        cells[int(row), name] = typed(text, "")[0]
    return report(Filled(key, asked, cells, shown=given.get("decimals"))).marks
