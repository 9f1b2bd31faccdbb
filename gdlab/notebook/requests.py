"""What the page asks of the kernel, because a page cannot do it itself: one kind of message.

The page sends ``{"number", "what", ...}`` and gets ``share``, how much of it is done, from 0 to 1,
or ``result`` or ``error``, a sentence, under the same number. After a share it asks again by the
number alone: so the kernel does its other work in between, and a page that stops asking has stopped
the work.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from gdlab.web.data import guest, guests_data, with_programs
from gdlab.web.race import guest_rules
from gdlab.web.slips import slips_of

if TYPE_CHECKING:
    from gdlab.notebook.sheet_state import Sheets
    from gdlab.notebook.widget import LiveSheet

Event = Mapping[str, Any]
# Shares, and last the result.
Work = Iterator[float | Event]


def answer(sheet: "LiveSheet", event: Event) -> None:
    """Do a step of what the page asks for, and send it how far it is or what came out."""
    number = event["number"]
    try:
        work = sheet.works.pop(number, None)
        if work is None:
            work = WORKS[event["what"]](sheet, sheet.sheets_of(event["model"]), event)
        made = next(work)
        if isinstance(made, float):
            sheet.works[number] = work
            sheet.send({"number": number, "share": made})
        else:
            sheet.send({"number": number, "result": made})
    except Exception as error:
        # The page is where a person looks, so what went wrong is said there, whatever it was.
        other = f"gdlab could not do this ({type(error).__name__}: {error})"
        sheet.send(
            {"number": number, "error": str(error) if isinstance(error, ValueError) else other}
        )


def _model(_sheet: "LiveSheet", here: "Sheets", _event: Event) -> Work:
    """What the page needs to show another model."""
    yield here.page


def _news(sheet: "LiveSheet", here: "Sheets", event: Event) -> Work:
    """What was registered since the sheet was made: models to choose, and rules to be compared.

    ``changed`` are the models, of those brought before, that were written again.
    """
    changed = sheet.forget_changed()
    one = next(iter(here.own.values()))
    new = {
        name: guest(rule, one)
        for name, rule in guest_rules(here.own).items()
        if name not in event["known"]
    }
    here.runs |= new
    guests = with_programs(guests_data(new), new)
    yield {"models": sheet.models(), "changed": changed, "guests": guests}


def _workbook(_sheet: "LiveSheet", here: "Sheets", _event: Event) -> Work:
    """What the page needs to write its own workbook."""
    # Only whoever saves a workbook waits for what writes one.
    from gdlab.web.workbook_template import workbook_templates

    guests = {name: run for name, run in here.runs.items() if name not in here.own}
    yield from workbook_templates(here.own, guests)


def _slips(_sheet: "LiveSheet", here: "Sheets", event: Event) -> Work:
    """The usual slips of a sheet's columns, which a practice compares with."""
    name = event["sheet"]
    table = here.runs[name].table
    yield slips_of({table.model.name: {name: table}})


WORKS: dict[str, Callable[["LiveSheet", "Sheets", Event], Work]] = {
    one.__name__.removeprefix("_"): one for one in (_model, _news, _workbook, _slips)
}
