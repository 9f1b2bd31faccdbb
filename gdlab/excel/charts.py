"""The charts of a rule's sheet: native ones, which follow the cells."""

import math
from typing import Any, NamedTuple

from gdlab.core.layout import (
    DATA_SHEET,
    DATA_START_ROW,
    FIRST_INPUT_COLUMN,
    START_ROW,
    TITLE_ROW,
    inputs,
)
from gdlab.core.looks import COLOURS, OTHERS, Look, colour_of
from gdlab.core.model import LINE
from gdlab.core.symbols import text
from gdlab.core.trace import Trace
from gdlab.core.units import unit_of, with_unit
from gdlab.excel import styles
from gdlab.excel.epochs import LINE_ROWS, first_column
from gdlab.excel.writer import Sheet, Workbook

# A chart of more points than this is slow to open: it shows the first ones. The path is then drawn
# by epochs.
CHART_POINTS = 4_000
# The head's words stand in so many columns at least.
WORDS_COLUMNS = 9
# ... and so many columns are in sight when a sheet is opened, with two charts behind them.
SCREEN_COLUMNS = 14
# Heights of two rows of the head, with and without the charts' own share, in points.
STATUS_HEIGHT, CHART_STATUS_HEIGHT, CHART_LABEL_HEIGHT = 32, 96, 50
GAP = 8  # pixels between charts


class Size(NamedTuple):
    """How large a chart is, in pixels, and its letters, in points."""

    width: int
    height: int
    title: int
    label: int


LARGE = Size(440, 277, 12, 10)
# In the head of a rule's sheet, above the rows that scroll: as high as five rows.
HEAD = Size(272, 182, 10, 9)
HEAD_CHARTS = 2  # more would reach over the epoch table

Series = dict[str, Any]
# The points have a colour of their own, which no lesson's rule has.
POINTS = Look(OTHERS, 0)


# Not a line chart: in LibreOffice that draws an exploded epoch at 0, where this one leaves a gap.
EPOCHS_CHART = {"type": "scatter", "subtype": "straight_with_markers"}


def charts_column(trace: Trace) -> int:
    """The column, from 0, where the charts begin: right of the head's words and of the inputs."""
    beside = FIRST_INPUT_COLUMN + len(inputs(trace.table)) + 1
    return max(beside, WORDS_COLUMNS) if beside <= SCREEN_COLUMNS else WORDS_COLUMNS


def head_heights(trace: Trace) -> tuple[float, float]:
    """The heights of status and labels that give the charts room: above inputs that are many."""
    if FIRST_INPUT_COLUMN + len(inputs(trace.table)) + 1 > SCREEN_COLUMNS:
        return CHART_STATUS_HEIGHT, styles.LABEL_HEIGHT
    return STATUS_HEIGHT, CHART_LABEL_HEIGHT


def add_charts(book: Workbook, sheet: Sheet, trace: Trace, symbols: str) -> None:
    """Add the charts beside each other to the head of a sheet, in sight when it is opened."""
    # A page's edge would cut through them: the handout has them for paper.
    sheet.has_charts_for_screen = True
    shown = drawn(book, sheet.get_name(), trace, symbols, HEAD)[:HEAD_CHARTS]
    for k, (chart, said) in enumerate(shown):
        across = k * (HEAD.width + GAP)
        put_chart(sheet, chart, said, TITLE_ROW, charts_column(trace), across)


def put_chart(sheet: Sheet, chart: Any, said: str, row: int, column: int, across: int = 0) -> None:
    """Put a chart on a sheet; ``said`` is read to people who do not see it."""
    sheet.insert_chart(
        row - 1,
        column,
        chart,
        {"x_offset": across, "y_offset": 1, "object_position": 2, "description": said},
    )


def drawn(
    book: Workbook, name: str, trace: Trace, symbols: str, size: Size
) -> list[tuple[Any, str]]:
    """The charts of the sheet with this name, each with what it shows in words."""
    found = []
    if trace.table.point:
        found.append(_error(book, name, trace, size))
        if trace.table.model.name == LINE:
            found.append(_line(book, name, trace, size))
        elif trace.table.model.prediction and len(trace.table.point) == 2:
            found.append(_predictions(book, name, trace, size))
    else:
        found.append(_loss(book, name, trace, size))
    if len(trace.table.parameters) > 1:
        found.append(_path(book, name, trace, symbols, size))
    return found


def chart_of(
    book: Workbook, kind: dict[str, str], title: str, axes: tuple[str, str], size: Size = LARGE
) -> Any:
    """An empty chart in our looks."""
    chart = book.add_chart(kind)
    font = {"color": styles.INK}
    chart.set_title({"name": title, "name_font": {**font, "size": size.title, "bold": True}})
    edge = {"color": styles.QUIET}
    for set_axis, label in zip((chart.set_x_axis, chart.set_y_axis), axes, strict=True):
        set_axis(
            {
                "name": label,
                "name_font": {**font, "size": size.label, "bold": False},
                "num_font": {**font, "size": size.label - 1},
                "num_format": "General",
                "line": edge,
                "major_gridlines": {"visible": True, "line": {"color": styles.GRID}},
                "label_position": "low",
            }
        )
    chart.set_size({"width": size.width, "height": size.height})
    chart.set_legend({"none": True})
    return chart


def titled(title: str, count: int) -> str:
    """A title that says where only the first of ``count`` points are drawn."""
    return f"{title} (the first {CHART_POINTS:,})" if count > CHART_POINTS else title


def marker(look: Look, size: int = 6) -> Series:
    """A run's marker."""
    color = {"color": COLOURS[look.colour]}
    kind = styles.MARKERS[(look.colour + look.round) % len(styles.MARKERS)]
    return {"type": kind, "size": size, "fill": color, "border": color}


def line(look: Look, width: float = 1.75) -> Series:
    """A run's line."""
    dash = styles.LINE_DASHES[look.round % len(styles.LINE_DASHES)]
    return {"color": COLOURS[look.colour], "width": width, "dash_type": dash}


def look_of(trace: Trace) -> Look:
    """How a run looks where it is alone."""
    return Look(colour_of(trace.rule), 0)


def _epochs(trace: Trace, sheet: str, name: str) -> list[Any]:
    column = first_column(trace) + trace.table.epoch_names.index(name)
    return [sheet, START_ROW, column, START_ROW + min(trace.n_epochs, CHART_POINTS) - 1, column]


def _rows(trace: Trace, sheet: str, name: str) -> list[Any]:
    column = trace.table.names.index(name)
    return [sheet, START_ROW, column, START_ROW + min(trace.rows, CHART_POINTS) - 1, column]


def _error(book: Workbook, name: str, trace: Trace, size: Size) -> tuple[Any, str]:
    table = trace.table
    rooted = table.measures.get("rmse")
    figure, shown = (rooted, "RMSE") if rooted else (table.measures["mean_loss"], "Mean loss")
    unit = f"RMSE, in units of {table.point[-1]}" if rooted else "mean loss"
    title = titled(f"{shown} by epoch", trace.n_epochs)
    chart = chart_of(book, EPOCHS_CHART, title + _exploded(trace, figure), ("epoch", unit), size)
    chart.add_series(
        {
            "name": figure,
            "categories": _epochs(trace, name, "epoch"),
            "values": _epochs(trace, name, figure),
            "line": line(look_of(trace)),
            "marker": marker(look_of(trace)),
        }
    )
    said = "root of the mean squared error" if rooted else "mean loss"
    return chart, f"Line chart: the {said} of each epoch."


def _exploded(trace: Trace, figure: str) -> str:
    """Which epoch the numbers explode in; what the chart leaves out from there on, it says."""
    values = trace.epochs[figure].to_numpy()
    bad = [epoch for epoch, value in enumerate(values.tolist(), 1) if not math.isfinite(value)]
    return f" (as saved, exploded in epoch {bad[0]})" if bad else ""


def _points(book: Workbook, trace: Trace, title: str, size: Size) -> Any:
    """A chart of the points."""
    x, y = trace.table.point
    chart = chart_of(book, {"type": "scatter"}, titled(title, trace.samples), (x, y), size)
    last = DATA_START_ROW + min(trace.samples, CHART_POINTS) - 1
    chart.add_series(
        {
            "name": "points",
            "categories": [DATA_SHEET, DATA_START_ROW, 0, last, 0],
            "values": [DATA_SHEET, DATA_START_ROW, 1, last, 1],
            "marker": marker(POINTS, 5),
        }
    )
    chart.set_legend({"position": "bottom", "font": {"size": size.label}})
    return chart


def _predictions(book: Workbook, name: str, trace: Trace, size: Size) -> tuple[Any, str]:
    """The points, and what the rows of the last epoch predict of them."""
    chart = _points(book, trace, "The points and their predictions", size)
    first = START_ROW + trace.rows - trace.samples
    last = first + min(trace.samples, CHART_POINTS) - 1

    def cells(column: str) -> list[Any]:
        index = trace.table.names.index(column)
        return [name, first, index, last, index]

    prediction = trace.table.model.prediction
    assert prediction
    chart.add_series(
        {
            "name": f"{prediction}, last epoch",
            "categories": cells(trace.table.point[0]),
            "values": cells(prediction),
            "marker": marker(look_of(trace), 5),
        }
    )
    return chart, "Scatter chart: the points, and the predictions in the rows of the last epoch."


def _line(book: Workbook, name: str, trace: Trace, size: Size) -> tuple[Any, str]:
    chart = _points(book, trace, "The points and the line now", size)
    left, rows = first_column(trace), (LINE_ROWS[0] - 1, LINE_ROWS[-1] - 1)
    chart.add_series(
        {
            "name": "line after the last row",
            "categories": [name, rows[0], left, rows[1], left],
            "values": [name, rows[0], left + 1, rows[1], left + 1],
            "line": line(look_of(trace)),
            "marker": {"type": "none"},
        }
    )
    return chart, "Scatter chart: the points, and the line of the last intercept and slope."


def _path(book: Workbook, name: str, trace: Trace, symbols: str, size: Size) -> tuple[Any, str]:
    first, second = trace.table.parameters[:2]
    short = trace.rows <= CHART_POINTS or not trace.table.point
    cells = _rows if short else _epochs
    columns = [trace.table.carrier(one) if short else one for one in (first, second)]
    drawn = trace.rows if short else trace.n_epochs
    title = titled(f"The path of {second} against {first}", drawn)
    chart = chart_of(
        book,
        {"type": "scatter", "subtype": "straight_with_markers"},
        title,
        (_titled_axis(trace, first, symbols), _titled_axis(trace, second, symbols)),
        size,
    )
    chart.add_series(
        {
            "name": "path",
            "categories": cells(trace, name, columns[0]),
            "values": cells(trace, name, columns[1]),
            "line": line(look_of(trace), 1),
            "marker": marker(look_of(trace), 3) | {"type": "circle"},
        }
    )
    after = "row" if short else "epoch"
    return chart, f"Scatter chart: {second} against {first} after every {after}."


def _titled_axis(trace: Trace, parameter: str, symbols: str) -> str:
    symbol = text(parameter, symbols, trace.table)
    said = f"{parameter} {symbol}" if parameter != symbol else parameter
    return with_unit(said, unit_of(trace.table.model, parameter))


def _loss(book: Workbook, name: str, trace: Trace, size: Size) -> tuple[Any, str]:
    chart = chart_of(
        book,
        {"type": "scatter", "subtype": "straight_with_markers"},
        titled("Loss by update", trace.rows),
        ("t", "loss"),
        size,
    )
    chart.add_series(
        {
            "name": trace.table.loss,
            "categories": _rows(trace, name, "t"),
            "values": _rows(trace, name, trace.table.loss),
            "line": line(look_of(trace), 1),
            "marker": marker(look_of(trace), 3),
        }
    )
    return chart, "Scatter chart: the loss at every update."
