"""A rule on one sheet of paper: formulas, the first rows, rows to fill in, and two pictures.

Columns of the table stand below each other, because a page is narrow and a rule has many: so every
number keeps 9 points.
"""

import math
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gdlab.core.explanation import short
from gdlab.core.files import replacing
from gdlab.core.layout import BLANK_ROWS, GIVEN_ROWS
from gdlab.core.lessons import LESSONS
from gdlab.core.trace import Trace
from gdlab.notebook.display import statements
from gdlab.notebook.plots import draw, drawings_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 8.27, 11.69  # A4 in inches
MARGIN, TOP = 0.6, 0.55
SMALL, NORMAL, FORMULA, LARGE = 9, 10, 11, 16  # points
LINE_HEIGHT, LEAST_LINE = 0.19, 0.14  # inches from one line of the table to the next
FLAT, HIGH = 0.3, 0.5  # inches of a formula without and with a fraction
FORMULAS_HEIGHT = 4.0  # inches of all of them
PICTURE, LEAST_PICTURE = 2.7, 1.6
NAMES_WIDTH, SYMBOLS_WIDTH = 1.55, 1.05  # widths of the table's first two columns
TABLE_DIGITS = 6
FORMATS = (".pdf", ".png", ".svg")


def write_handout(run: Trace, path: str | Path) -> Path:
    """Write a run's first rows as a page to print: .pdf, .png or .svg; returns the path.

    Raises ValueError for another ending, and for a run without rows enough to show and fill in.
    """
    from matplotlib.figure import Figure

    if Path(path).suffix.lower() not in FORMATS:
        raise ValueError(f"{path}: a handout's name ends in {', '.join(FORMATS)}")
    if run.rows < GIVEN_ROWS + BLANK_ROWS:
        raise ValueError(f"a handout shows {GIVEN_ROWS + BLANK_ROWS} rows; this run has {run.rows}")
    figure = Figure(figsize=(WIDTH, HEIGHT))
    page = figure.add_axes((0, 0, 1, 1))
    page.set(xlim=(0, WIDTH), ylim=(HEIGHT, 0))
    page.set_axis_off()
    down = _head(page, run)
    down = _formulas(page, run, down)
    lines = len(run.table.names) + 1
    room = HEIGHT - MARGIN - down
    step = min(LINE_HEIGHT, max(LEAST_LINE, (room - LEAST_PICTURE) / lines))
    if step * lines > room:
        raise ValueError(f"{run.rule} has {lines - 1} columns, more than a page has room for")
    _table(page, run, down, step)
    picture = min(PICTURE, room - step * lines - 0.2)
    if picture >= LEAST_PICTURE:
        _pictures(figure, run, down + step * lines + 0.2, picture)
    with replacing(path) as beside:
        figure.savefig(beside, format=Path(path).suffix[1:].lower())
    return Path(path)


def _pictures(figure: "Figure", run: Trace, down: float, height: float) -> None:
    """The loss, and the line (else the path, else the mean loss), side by side."""
    there = drawings_of(run)
    second = next(name for name in ("line", "path", "epochs") if name in there)
    wide = (WIDTH - 2 * MARGIN - 1.1) / 2
    for number, drawing in enumerate(("loss", second)):
        left, bottom = MARGIN + 0.5 + number * (wide + 0.6), HEIGHT - down - height + 0.45
        spot = (left / WIDTH, bottom / HEIGHT, wide / WIDTH, (height - 0.7) / HEIGHT)
        axes = figure.add_axes(spot)
        draw(drawing, axes, [run])
        _plain(axes)


def _head(page: "Axes", run: Trace) -> float:
    """Title, source and settings; returns how far down the page they go."""
    lesson = next((one.name for one in LESSONS.values() if one.rule == run.rule), None)
    own = "_lesson" in run.rule and lesson
    title = f"{run.rule} (the lesson's {lesson})" if own else run.rule
    page.text(MARGIN, TOP + 0.1, title, fontsize=LARGE, weight="bold", va="center")
    page.text(
        WIDTH - MARGIN, TOP + 0.1, "Name: " + "_" * 26, fontsize=NORMAL, va="center", ha="right"
    )
    down = TOP + 0.42
    for line in (run.table.rule.source, _settings(run)):
        for part in textwrap.wrap(line, 110):
            page.text(MARGIN, down, part, fontsize=SMALL, va="center", color="#444444")
            down += 0.18
    return down + 0.1


def _settings(run: Trace) -> str:
    given = [f"{name} = {short(value)}" for name, value in run.hyper.items()]
    starts = [f"{name} starts at {short(run.start[name])}" for name in run.table.parameters]
    return ", ".join([*given, *starts]) + "."


def _formulas(page: "Axes", run: Trace, down: float) -> float:
    """The model's formulas on the left, the rule's on the right."""
    explained = [run.explain(1, name) for name in _of_model(run)]
    model = [_written(one.latex, one.symbols) for one in explained]
    rule = [_written(typeset, source) for source, typeset in statements(run.table.rule)]
    rule.append(_written(r"w^{\mathrm{new}} = w - \Delta w", "new_w = w - step"))
    ends = []
    for left, head, lines in (
        (MARGIN, "The model and its gradients", model),
        (WIDTH / 2 + 0.1, "The rule, for each parameter w", rule),
    ):
        page.text(left, down, head, fontsize=NORMAL, weight="bold", va="center")
        at = down + 0.04
        # A rule of very many lines has smaller ones.
        share = min(1.0, FORMULAS_HEIGHT / sum(height for _, height in lines))
        for line, height in lines:
            middle, size = at + share * height / 2 + 0.1, max(FORMULA * share, SMALL)
            size = size if line.startswith("$") else SMALL
            page.text(left + 0.1, middle, line, fontsize=size, va="center", linespacing=1.1)
            at += share * height
        ends.append(at)
    return max(ends) + 0.3


def _written(typeset: str, source: str) -> tuple[str, float]:
    r"""A formula as a half of the page has room for it, and its height in inches.

    matplotlib does not typeset everything (``\begin{cases}``), and some formulas are too wide:
    those stand as they are in the source.
    """
    from matplotlib.textpath import TextPath

    said = f"${typeset}$"
    for own, its in ((r"\textstyle", ""), (r"\,", r"\/"), (r"\frac", r"\dfrac")):
        said = said.replace(own, its)
    try:
        wide = TextPath((0, 0), said, size=FORMULA).get_extents().width / 72
    except ValueError:
        wide = WIDTH
    if wide < WIDTH / 2 - MARGIN - 0.2:
        return said, HIGH if "frac" in said else FLAT
    folded = textwrap.wrap(source, 42, subsequent_indent="    ", break_on_hyphens=False)
    return "\n".join(folded), 0.16 * len(folded) + 0.1


def _of_model(run: Trace) -> tuple[str, ...]:
    gradients = [run.table.named("grad", name) for name in run.table.parameters]
    words = [name for name in run.table.names if name in ("y_pred", "error", run.table.loss)]
    return (*words, *gradients)


def _table(page: "Axes", run: Trace, down: float, step: float) -> None:
    """The first rows, each a column of the page; the last ones are boxes to fill in."""
    left = MARGIN + NAMES_WIDTH + SYMBOLS_WIDTH
    wide = (WIDTH - MARGIN - left) / (GIVEN_ROWS + BLANK_ROWS)
    ends = [left + wide * (k + 1) for k in range(GIVEN_ROWS + BLANK_ROWS)]
    for row, end in enumerate(ends, 1):
        page.text(
            end - 0.06, down, f"row {row}", fontsize=SMALL, weight="bold", va="center", ha="right"
        )
    given = (*run.table.counters, *run.table.point)
    for number, name in enumerate(run.table.names, 1):
        at = down + step * number
        page.plot([MARGIN, WIDTH - MARGIN], [at - step / 2] * 2, color="#CCCCCC", linewidth=0.5)
        page.text(MARGIN, at, name, fontsize=SMALL, va="center")
        page.text(
            MARGIN + NAMES_WIDTH,
            at,
            _symbol(run, name),
            fontsize=SMALL,
            va="center",
            color="#444444",
        )
        cells = run.column(name, 0, GIVEN_ROWS + BLANK_ROWS)
        said = fixed(cells)
        for row, end in enumerate(ends):
            if row < GIVEN_ROWS or name in given:
                page.text(end - 0.06, at, said[row], fontsize=SMALL, va="center", ha="right")
            else:
                box = ([end - wide + 0.04, end - 0.04], [at + step / 2 - 0.03] * 2)
                page.plot(*box, color="#444444", linewidth=0.8, linestyle=":")


def _symbol(run: Trace, name: str) -> str:
    """A column's symbol in plain letters."""
    return run.explain(1, name).symbols.split(" = ")[0]


def fixed(cells: np.ndarray) -> list[str]:
    """Numbers of one column with the same number of decimals, six digits for the largest."""
    if cells.dtype.kind == "i" or all(float(cell).is_integer() for cell in cells):
        return [f"{cell:.0f}" if math.isfinite(cell) else str(cell) for cell in cells]
    finite = np.abs(cells[np.isfinite(cells) & (cells != 0)])
    power = math.floor(math.log10(finite.max())) if len(finite) else 0
    if not -TABLE_DIGITS < power < TABLE_DIGITS:
        return [f"{cell:.{TABLE_DIGITS - 2}e}" for cell in cells]
    return [f"{cell:.{max(0, TABLE_DIGITS - 1 - power)}f}" for cell in cells]


def _plain(axes: "Axes") -> None:
    axes.title.set_fontsize(NORMAL)
    axes.tick_params(labelsize=SMALL)
    axes.xaxis.label.set_fontsize(SMALL)
    axes.yaxis.label.set_fontsize(SMALL)
    axes.spines[["top", "right"]].set_visible(False)
    legend = axes.get_legend()
    if legend:
        legend.remove()
