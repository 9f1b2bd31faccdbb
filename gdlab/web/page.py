"""Writing a page: its data, its programs and the sheet's module, packed, in one HTML file."""

import base64
import hashlib
import html
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rjsmin import jsmin

from gdlab.core.files import replacing
from gdlab.core.kept import remembered
from gdlab.core.lessons import LESSON_EPOCHS, LESSONS, lesson
from gdlab.core.model import LINE, find_model, models
from gdlab.core.registry import all_rules
from gdlab.core.trace import Trace
from gdlab.web.assets import STATIC, module, style
from gdlab.web.data import COMPARE, DATA, checked_runs, guests_of, model_data, page_data, sheet_data
from gdlab.web.limits import refuse_size
from gdlab.web.models import other_models, with_model
from gdlab.web.packing import deflated, packed
from gdlab.web.program import program
from gdlab.web.sheet_meta import sheet_meta
from gdlab.web.slips import slips_of
from gdlab.web.workbook_template import workbook_templates

LESSONS_TITLE = "Gradient descent for a straight line, step by step"
LESSONS_PAGE = "graddesc.html"
# Some 60 to 300 kB each; a class with a page for each sheet, or a run of all tests, makes dozens.
MOST_PAGES_KEPT = 64
MAKES_A_PAGE = (".py", ".js", ".css", ".html")
OWN_TABS = (DATA, COMPARE)
# What is updated, and how a gradient reads: of the line, and of any other model.
SAID_OF_LINE = (
    "the line",
    "The error of a point is e; ∂e²/∂b says how fast its square changes when b does.",
)
SAID_OF_MODEL = (
    "the parameters",
    "A gradient says how fast the loss changes when its parameter does.",
)


def write_lessons_page(path: str | Path, *, epochs: int = LESSON_EPOCHS) -> Path:
    """Write the page of all lessons, a sheet each; returns the path."""
    runs = {name: lesson(name, epochs=epochs) for name in LESSONS}
    return write_page(runs, path, title=LESSONS_TITLE)


def write_page(
    runs: Mapping[str, Trace],
    path: str | Path,
    *,
    title: str | None = None,
) -> Path:
    """Write runs as one HTML file, a live sheet each by its name; returns the path.

    All are of one model, on the same points, or there is one, on a surface. Raises ValueError for a
    path that does not end in .html or .htm, for more points or rows than a page can hold, and where
    the path cannot be written.
    """
    if Path(path).suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"{path}: a page's name ends in .html")
    if len({run.table.model for run in runs.values()}) > 1:
        raise ValueError("the runs of a page are of one model")
    for run in runs.values():
        if len(runs) > 1 and not run.table.point:
            raise ValueError("a page of a surface takes one rule")
        refuse_size(run.samples if run.table.point else 0, run.rows)
    runs = {name if name not in OWN_TABS else f"{name}_rule": run for name, run in runs.items()}
    text = _page(runs, title or f"{', '.join(runs)}: gradient descent, step by step")
    with replacing(path) as beside:
        beside.write_bytes(text.encode())
    return Path(path)


def _page(runs: Mapping[str, Trace], title: str) -> str:
    data = page_data(runs)
    others = _with_other_models(runs)
    every = {**runs, **guests_of(runs), **checked_runs(runs)}
    programs = {
        name: {label: program(run.table) for label, run in own.items()}
        for name, own in ({data["model"]: every} | others).items()
    }
    script, loader = _script(programs), module("loader.js")
    key = repr([_json(data), script, [run.options for run in runs.values()], *_made_from()])
    rest = remembered(
        "page", key, MOST_PAGES_KEPT, lambda: packed(_json(_rest(data, runs, others)))
    )
    updated, gradient = SAID_OF_LINE if data["model"] == LINE else SAID_OF_MODEL
    in_batches = any(run.updates < run.rows for run in runs.values())
    parts = {
        # Nothing but the page's own scripts run, and nothing is fetched from anywhere.
        "policy": f"default-src 'none'; script-src {_digest(loader)} {_digest(script)}; "
        "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
        "title": html.escape(title),
        "style": (STATIC / "page.css").read_text(encoding="utf-8"),
        "looks": deflated(style()),
        "row": "one sample, every batch of rows one update" if in_batches else "one update",
        "updated": updated,
        "gradient": gradient,
        "data": deflated(_json(data)),
        "rest": rest,
        "module": deflated(script),
        "loader": loader,
    }
    text = (STATIC / "page.html").read_text(encoding="utf-8")
    for name, part in parts.items():
        text = text.replace(f"<!-- {name} -->", part)
    return text


def _rest(
    data: Mapping[str, Any], runs: Mapping[str, Trace], others: Mapping[str, Mapping[str, Trace]]
) -> dict[str, Any]:
    """What many readers never ask for; it is unpacked when somebody does."""
    checked = checked_runs(runs)
    return {
        "checked": {
            name: {**sheet_data(run), "head": sheet_meta(run.table)}
            for name, run in checked.items()
        },
        "slips": slips_of(
            {
                model: {name: run.table for name, run in own.items()}
                for model, own in {
                    data["model"]: {**checked, **runs},
                    # A page of one rule is written at once; the others' slips take seconds.
                    **(others if checked else {}),
                }.items()
            }
        ),
        "models": {name: model_data(own) for name, own in others.items()},
        "workbooks": {
            data["model"]: _last(workbook_templates(runs, guests_of(runs))),
            **{name: _last(workbook_templates(own)) for name, own in others.items()},
        },
    }


def _last(made: Iterable[Any]) -> Any:
    *_, last = made
    return last


def _made_from() -> Iterator[str]:
    """What makes a page beside its runs: the package itself, and all rules and models there are."""
    for path in sorted(STATIC.parents[1].rglob("*")):
        if path.suffix in MAKES_A_PAGE:
            yield hashlib.sha256(path.read_bytes()).hexdigest()
    yield version("XlsxWriter")
    known = [rule.formulas for rule in all_rules()]
    for one in known + [find_model(name).formulas for name in models()]:
        yield repr((one.source, one.doc, one.defaults))


def _with_other_models(runs: Mapping[str, Trace]) -> dict[str, dict[str, Trace]]:
    """The sheets of every other model that they can have."""
    found = {}
    for name in other_models(runs):
        # Options of a run may ask for what another model does not have.
        with suppress(ValueError):
            found[name] = with_model(runs, name)
    return found


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _script(programs: Mapping[str, Mapping[str, str]]) -> str:
    """The page's module, with the programs of each model's sheets behind it."""

    def written(texts: Mapping[str, str]) -> str:
        return ",\n".join(f"{json.dumps(name)}: {text}" for name, text in texts.items())

    every = written({model: f"{{{written(own)}}}" for model, own in programs.items()})
    return f"{module('page.js')}\n{jsmin(f'startPage({{{every}}});')}"


def _digest(script: str) -> str:
    """A script as a page's policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
