"""A run as a film: its path over the loss, row by row, with the row's numbers beside it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gdlab.core.files import replacing
from gdlab.core.progress import progress
from gdlab.core.symbols import text as text_symbol
from gdlab.core.trace import Trace
from gdlab.notebook.plots import draw

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

WIDTH, HEIGHT, DPI = 8.0, 4.5, 80  # inches, and dots per inch
PER_SECOND, HOLD = 10, 15  # frames a second, and how many of them show the last row
MOST_FRAMES = 150  # of a longer run as many rows are shown, evenly spread
WRITERS = {".gif": "pillow", ".mp4": "ffmpeg"}
DIGITS = 6


def write_film(run: Trace, path: str | Path) -> Path:
    """Write a run as a film, .gif or .mp4; returns the path.

    A run that explodes ends in the row where it does. Raises ValueError for another ending, for a
    .mp4 where ffmpeg is not there, and where the path cannot be written.
    """
    from matplotlib import animation

    kind = Path(path).suffix.lower()
    if kind not in WRITERS:
        raise ValueError(f"{path}: a film's name ends in .gif or .mp4")
    if not animation.writers.is_available(WRITERS[kind]):
        raise ValueError(
            f"{path}: an .mp4 needs ffmpeg, which is not installed; a .gif needs nothing more"
        )
    writer = animation.writers[WRITERS[kind]](fps=PER_SECOND)
    figure, show = _scene(run)
    rows = shown_rows(run)
    with (
        progress("Drawing", len(rows)) as done,
        replacing(path) as beside,
        writer.saving(figure, str(beside), DPI),
    ):
        for row in rows:
            show(row)
            writer.grab_frame()
            done(1)
        for _ in range(HOLD):
            writer.grab_frame()
    return Path(path)


def shown_rows(run: Trace) -> list[int]:
    """The rows that a film shows: 0, which is the start, to the last or to the explosion."""
    last = run.exploded[0] if run.exploded else run.rows
    return np.unique(np.linspace(0, last, min(last + 1, MOST_FRAMES)).round().astype(int)).tolist()


def _scene(run: Trace) -> tuple["Figure", Any]:
    """The picture, and a function that shows a row of the run on it."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, HEIGHT))
    axes = figure.add_axes((0.09, 0.13, 0.53, 0.78))
    drawing = "path" if len(run.table.parameters) > 1 else "loss"
    draw(drawing, axes, [run])
    if legend := axes.get_legend():
        legend.remove()
    axes.spines[["top", "right"]].set_visible(False)
    curve = axes.lines[0]
    whole = [np.asarray(values) for values in curve.get_data()]
    curve.set(alpha=0.25, marker="")
    colour = curve.get_color()
    (walked,) = axes.plot([], [], color=colour, linewidth=2)
    (here,) = axes.plot([], [], "o", color=colour, markersize=9, markeredgecolor="white")
    figure.text(0.66, 0.9, run.rule, fontsize=15, weight="bold", va="top")
    words = figure.text(0.66, 0.81, "", fontsize=11, family="monospace", va="top", linespacing=1.5)

    def show(row: int) -> Sequence["Artist"]:
        # A path has its start before the first row; a loss has none.
        last = row + 1 if drawing == "path" else row
        walked.set_data([values[:last] for values in whole])
        here.set_data([values[last - 1 : last] if last else [] for values in whole])
        words.set_text("\n".join(_told(run, row)))
        return walked, here, words

    return figure, show


def _told(run: Trace, row: int) -> Iterator[str]:
    """A row's numbers, a line each: its point, its loss and what becomes of the parameters."""
    table = run.table
    drawn = table.parameters[:2]
    if row == 0:
        yield "start"
        for name in drawn:
            yield _line(text_symbol(name, of=table), run.start[name])
        return
    epochs = f", epoch {run.value('epoch', row):.0f}" if table.point and run.n_epochs > 1 else ""
    yield f"row {row} of {run.rows}{epochs}"
    for name in (*table.point, table.loss):
        yield _line(text_symbol(name, of=table), run.value(name, row))
    for parameter in drawn:
        yield ""
        for name in (
            table.named("grad", parameter),
            table.named("step", parameter),
            table.carrier(parameter),
        ):
            yield _line(text_symbol(name, of=table), run.value(name, row))
    if run.exploded and row == run.exploded[0]:
        yield ""
        yield "exploded here"


def _line(name: str, value: float) -> str:
    return f"{name:<8} {value:.{DIGITS}g}"
