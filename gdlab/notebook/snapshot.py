"""The still view: what a notebook shows of its sheets where no kernel runs."""

import base64
import html
from collections.abc import Mapping

from gdlab.core.trace import Trace
from gdlab.notebook.pictures import plot

SNAPSHOT_ROWS = 12
# JupyterLab writes that it has lost the sheet above the view that stands in for it.
QUIET = (
    "<style>.jp-OutputArea-child:not(:has(.gd)):has(+ .jp-OutputArea-child .gdlab-still)"
    "{display:none}</style>"
)


def still(runs: Mapping[str, Trace], shown: str) -> str:
    """A picture of the runs, and every sheet's summary with its first and last rows, as HTML."""
    parts = [
        QUIET,
        "<p><em>A still view. Run this cell to bring the sheet to life.</em></p>",
        _picture(list(runs.values())),
        *(_sheet(name, run, name == shown) for name, run in runs.items()),
    ]
    return f'<div class="gdlab-still">{"".join(parts)}</div>'


def _picture(runs: list[Trace]) -> str:
    picture = plot(runs, "path", "loss")
    encoded = base64.b64encode(picture._repr_png_()).decode()
    return f'<img alt="{html.escape(repr(picture))}" src="data:image/png;base64,{encoded}">'


def _sheet(name: str, run: Trace, is_open: bool) -> str:
    table = run.frame.to_html(
        index=False, max_rows=SNAPSHOT_ROWS, float_format=lambda value: format(value, ".6g")
    )
    head = f"<summary><b>{html.escape(name)}</b>: {html.escape(run.summary())}</summary>"
    return f"<details{' open' if is_open else ''}>{head}{table}</details>"
