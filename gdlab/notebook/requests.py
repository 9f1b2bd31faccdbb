"""What the page asks of the kernel, because a page cannot do it itself: one kind of message.

The page sends ``{"kind": "request", "number", "what", ...}`` and gets ``result`` or ``error``, a
sentence, under the same number. A work awaits ``tell(share)``, which says how much of it is done,
from 0 to 1, and lets the kernel hear that the page wants it stopped.
"""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from gdlab.core.points import pairs
from gdlab.core.rerun import rerun
from gdlab.marking.reporting import report
from gdlab.marking.sheet import Filled
from gdlab.marking.slips import slips
from gdlab.marking.values import typed
from gdlab.web.data import guest, guests_data, with_programs
from gdlab.web.race import guest_rules
from gdlab.web.slips import slips_of

if TYPE_CHECKING:
    from gdlab.notebook.widget import LiveSheet, Sheets

Event = Mapping[str, Any]
Tell = Callable[[float], Awaitable[None]]


def answer(sheet: "LiveSheet", event: Event) -> None:
    """Do what the page asks for, beside the kernel's other work where it has a loop to run in."""
    number = event.get("number", 0)
    if event.get("kind") == "stop":
        if number in sheet.tasks:
            sheet.tasks[number].cancel()
        return
    working = work(sheet, event)
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(working)
    else:
        sheet.tasks[number] = loop.create_task(working)
        sheet.tasks[number].add_done_callback(lambda _: sheet.tasks.pop(number))


async def work(sheet: "LiveSheet", event: Event) -> None:
    """Do one request step by step, and send the page how far it is and what comes out."""
    number = event.get("number", 0)

    async def tell(share: float) -> None:
        sheet.send({"number": number, "share": share})
        await asyncio.sleep(0)

    try:
        found = WORKS.get(str(event.get("what")))
        if found is None:
            raise ValueError(f"there is no request {event.get('what')!r:.40}")
        result = await found(sheet, sheet.sheets_of(event["model"]), event, tell)
        sheet.send({"number": number, "result": result})
    except Exception as error:
        # The page is where a person looks, so what went wrong is said there, whatever it was.
        other = f"gdlab could not do this ({type(error).__name__}: {error})"
        told = str(error) if isinstance(error, ValueError) else other
        sheet.send({"number": number, "error": told})


async def _model(_sheet: "LiveSheet", here: "Sheets", _event: Event, tell: Tell) -> Event:
    """What the page needs to show another model."""
    await tell(0)
    return {"page": here.page}


async def _news(sheet: "LiveSheet", here: "Sheets", event: Event, tell: Tell) -> Event:
    """What was registered since the sheet was made: models to choose, and rules to be compared.

    ``changed`` are the models, of those brought before, that were written again.
    """
    changed = sheet.forget_changed()
    new = {name: rule for name, rule in guest_rules(here.own).items() if name not in event["known"]}
    for done, (name, rule) in enumerate(new.items()):
        await tell(done / len(new))
        here.runs[name] = guest(rule, next(iter(here.runs.values())))
    guests = with_programs(guests_data({name: here.runs[name] for name in new}), here.runs)
    # Python checks their inputs too.
    here.page["guests"] |= guests
    return {"models": sheet.models(), "changed": changed, "guests": guests}


async def _workbook(_sheet: "LiveSheet", here: "Sheets", _event: Event, tell: Tell) -> Event:
    """What the page needs to write its own workbook."""
    # Only whoever saves a workbook waits for what writes one.
    from gdlab.web.workbook_template import workbook_templates

    await tell(0)
    guests = {name: run for name, run in here.runs.items() if name not in here.own}
    return {"workbook": workbook_templates(here.own, guests)}


async def _slips(_sheet: "LiveSheet", here: "Sheets", event: Event, tell: Tell) -> Event:
    """The usual slips of a sheet's columns, which a practice compares with."""
    name = event["sheet"]
    table = here.runs[name].table
    for done, column in enumerate(table.names):
        await tell(done / len(table.names))
        slips(table, column)
    return {"slips": slips_of({table.model.name: {name: table}})}


WORKS: dict[str, Callable[["LiveSheet", "Sheets", Event, Tell], Awaitable[Event]]] = {
    one.__name__.removeprefix("_"): one for one in (_model, _news, _workbook, _slips)
}


def score(sheet: "LiveSheet") -> dict[str, int]:
    """The marks of the practice that is open, as ``gdlab check`` gives them."""
    practice = sheet.practice
    run = sheet.runs[practice["sheet"]]
    # Samples come in their order: one that is drawn was drawn for other points.
    plain = {name: value for name, value in run.options.items() if name not in ("shuffle", "seed")}
    key = rerun(
        dataclasses.replace(run, options=plain, order=[]),
        pairs(practice["points"], run.table.point),
        practice["epochs"],
        inputs=practice["inputs"],
    )
    given = sheet.page["practice"] or {}
    blank = given.get("blank") or [one.name for one in key.table.columns if one.expression]
    asked = frozenset((row, name) for row in range(1, key.rows + 1) for name in blank)
    places = {place: place.split(" ") for place in practice["texts"]}
    cells = {
        (int(row), name): typed(practice["texts"][place], "")[0]
        for place, (row, name) in places.items()
    }
    return report(Filled(key, asked, cells, shown=given.get("decimals"))).marks
