"""Two small charts of a run as SVG: drawn in a millisecond, in the colours of their page.

They look like the sheet's pictures: classes say what a line is, and the style of the page its
colour. For pictures to keep, with several runs and legends, there is :func:`gdlab.plot`.
"""

import html
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from gdlab.core.model import LINE
from gdlab.core.trace import Trace
from gdlab.core.units import unit_of, with_unit
from gdlab.notebook.axes import widened
from gdlab.notebook.geometry import goal_of, loss_over, span, two_parameters, way_of

WIDTH, HEIGHT = 420, 240
LEFT, RIGHT, TOP, BOTTOM = 54, 12, 26, 34
INNER_WIDTH, INNER_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
X_TICKS, Y_TICKS = 6, 5  # about so many
# Contour lines, and the points each way that they are found from.
CONTOUR_LEVELS, SVG_GRID_SIDE = 12, 61
OUT_OF_PAGE = 1e4  # points further off than this are not told apart
MOST_DECADES, MOST_POWER = 300, 308
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

Span = tuple[float, float]


class PlotArea(NamedTuple):
    """Where numbers stand on a chart, and the frame round them."""

    x: Callable[[np.ndarray], np.ndarray]
    y: Callable[[np.ndarray], np.ndarray]
    frame: str


def charts(run: Trace) -> str:
    """The loss of every row, and beside it the points with the last line, or the path."""
    second = line_chart(run) if _is_line(run) else ""
    if not second and len(run.table.parameters) > 1:
        second = path_chart(run)
    return f'<div class="gdlab-charts">{loss_chart(run)}{second}</div>'


def loss_chart(run: Trace) -> str:
    """The squared error of every row, before its update (on a surface its loss); logarithmic."""
    loss = run.column(run.table.loss)
    rows = np.arange(1, len(loss) + 1)
    over = loss[np.isfinite(loss) & (loss > 0)]
    low, high = (over.min(), over.max()) if len(over) else (0.1, 1.0)
    bottom = max(math.floor(math.log10(low)), math.ceil(math.log10(high)) - MOST_DECADES)
    decades = (bottom, max(math.ceil(math.log10(high)), bottom + 1))
    title = f"{'Squared error' if run.table.model.squared_error else 'Loss'} of every row"
    unit = unit_of(run.table.model, run.table.loss)
    up = f"in units of {unit}" if unit else ""
    area = _area(title, "row", up, (1, max(len(loss), 2)), decades, _decade_ticks(decades))
    with np.errstate(divide="ignore", invalid="ignore"):
        marks = _line(area, rows, np.log10(loss), "gdlab-run")
    if run.exploded:
        row, _ = run.exploded
        at = area.x(np.array([float(row)]))[0]
        marks += f'<path class="gdlab-bad" d="M{at:.1f} 0V{INNER_HEIGHT}"/>'
        left, anchor = (at + 5, "start") if at < INNER_WIDTH / 2 else (at - 5, "end")
        said = f"exploded in row {row:,}"
        marks += _word("gdlab-bad-word", left, INNER_HEIGHT - 8, said, anchor)
    return _chart(title, area, marks)


def line_chart(run: Trace) -> str:
    """The points and the line after the last row."""
    x, y = (np.array(values) for values in run.points)
    title = f"The line after row {run.rows:,}"
    spans = [widened(min(v.min(), 0.0), v.max()) for v in (x, y)]
    area = _area(title, "x", "y", spans[0], spans[1])
    marks = "".join(
        f'<circle class="gdlab-point" r="3" cx="{a:.1f}" cy="{b:.1f}"/>'
        for a, b in zip(area.x(x), area.y(y), strict=True)
    )
    intercept, slope = (run.final[name] for name in run.table.parameters)
    ends = np.array(spans[0])
    with np.errstate(all="ignore"):
        marks += _line(area, ends, intercept + slope * ends, "gdlab-run")
    return _chart(title, area, marks)


def path_chart(run: Trace) -> str:
    """The path of the first two parameters over contour lines of the loss."""
    chosen = two_parameters(run, None)
    path = way_of(run, run.rows, chosen)
    spans = [span([way], goal) for way, goal in zip(path, goal_of(run, chosen), strict=True)]
    across, up = (with_unit(one, unit_of(run.table.model, one)) for one in chosen)
    area = _area("Path across the loss", across, up, spans[0], spans[1])
    marks = _contours(run, chosen, area, spans)
    marks += _line(area, path[0], path[1], "gdlab-run")
    at = [scale(np.array(v[:1]))[0] for scale, v in zip((area.x, area.y), path, strict=True)]
    marks += f'<circle class="gdlab-start" r="4" cx="{at[0]:.1f}" cy="{at[1]:.1f}"/>'
    return _chart("Path across the loss", area, marks)


def _is_line(run: Trace) -> bool:
    return run.table.model.name == LINE


def _contours(run: Trace, chosen: tuple[str, str], area: PlotArea, spans: list[Span]) -> str:
    """Contour lines of the loss; other parameters are held where the last row left them."""
    from contourpy import contour_generator

    grid = np.meshgrid(*(np.linspace(*span, SVG_GRID_SIDE) for span in spans))
    heights = np.asarray(loss_over(run, run.rows, dict(zip(chosen, grid, strict=True))))
    low, high = heights.min(), heights.max()
    if not low < high or not np.isfinite(high):
        return ""
    found: Any = contour_generator(x=grid[0], y=grid[1], z=heights)
    levels = low + (high - low) * np.geomspace(0.0005, 1, CONTOUR_LEVELS)
    lines = [line for level in levels for line in found.lines(level)]
    return "".join(_line(area, line[:, 0], line[:, 1], "gdlab-contour") for line in lines)


def _area(
    title: str,
    x_label: str,
    y_label: str,
    x: Span,
    y: Span,
    y_ticks: dict[float, str] | None = None,
) -> PlotArea:
    """Axes over two ranges; ``y_ticks`` are numbers along y with their words."""
    across = _scale(x, 0, INNER_WIDTH)
    up = _scale(y, INNER_HEIGHT, 0)
    size = f'width="{INNER_WIDTH}" height="{INNER_HEIGHT}"'
    parts = [_word("gdlab-title", -LEFT + 4, -10, title), f'<rect class="gdlab-ground" {size}/>']
    for value in _ticks(x, X_TICKS):
        at = across(np.array([value]))[0]
        parts.append(f'<path class="gdlab-tick" d="M{at:.1f} 0V{INNER_HEIGHT}"/>')
        parts.append(_word("gdlab-tick-label", at, INNER_HEIGHT + 13, tick_text(value), "middle"))
    for value, said in (y_ticks or {v: tick_text(v) for v in _ticks(y, Y_TICKS)}).items():
        at = up(np.array([value]))[0]
        parts.append(f'<path class="gdlab-tick" d="M0 {at:.1f}H{INNER_WIDTH}"/>')
        parts.append(_word("gdlab-tick-label", -5, at + 3.5, said, "end"))
    parts.append(_word("gdlab-axis", INNER_WIDTH, INNER_HEIGHT + 28, x_label, "end"))
    parts.append(_word("gdlab-axis", INNER_WIDTH, -10, y_label, "end"))
    return PlotArea(across, up, "".join(parts))


def _scale(span: Span, low: float, high: float) -> Callable[[np.ndarray], np.ndarray]:
    """Numbers of a range as points on the page; far ones stay where they cannot be seen."""

    def on_page(values: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            share = (np.asarray(values, dtype=float) - span[0]) / (span[1] - span[0])
            return np.clip(low + share * (high - low), -OUT_OF_PAGE, OUT_OF_PAGE)

    return on_page


def _chart(title: str, area: PlotArea, marks: str) -> str:
    """A whole chart; what lies outside its axes is cut off."""
    size = f'width="{INNER_WIDTH}" height="{INNER_HEIGHT}"'
    return (
        f'<svg class="gdlab-chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{html.escape(title)}"><g transform="translate({LEFT} {TOP})">'
        f"{area.frame}<svg {size}>{marks}</svg></g></svg>"
    )


def _line(area: PlotArea, x: np.ndarray, y: np.ndarray, name: str) -> str:
    """A line through points; a gap where a number is not finite, few points where it is dense."""
    gone = ~(np.isfinite(x) & np.isfinite(y))
    across, up = area.x(x), area.y(y)
    keep = _telling(up, gone) if len(up) > 4 * INNER_WIDTH else np.arange(len(up))
    data, begins = [], True
    for k in keep.tolist():
        if not gone[k]:
            at = f"{across[k]:.1f} {up[k]:.1f}"
            # h0: a number between two gaps is a dot.
            data.append(f"M{at}h0" if begins else f"L{at}")
        begins = bool(gone[k])
    return f'<path class="{name}" d="{"".join(data)}"/>' if data else ""


def _telling(up: np.ndarray, gone: np.ndarray) -> np.ndarray:
    """Of many points those at the top and at the bottom of every bit of width, and every gap."""
    bits = np.array_split(np.arange(len(up)), 2 * INNER_WIDTH)
    kept = [np.flatnonzero(gone)[:: max(1, len(up) // INNER_WIDTH)]]
    for bit in bits:
        there = bit[~gone[bit]]
        if len(there):
            kept.append(there[[np.argmin(up[there]), np.argmax(up[there])]])
    return np.unique(np.concatenate(kept))


def _ticks(span: Span, count: int) -> list[float]:
    """Round numbers within a range."""
    raw = (span[1] - span[0]) / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(f * power for f in (1, 2, 5, 10) if f * power >= raw * 0.999)
    first, last = math.ceil(span[0] / step), math.floor(span[1] / step + 1e-9)
    return [float(f"{k * step:.12g}") for k in range(first, last + 1)]


def _decade_ticks(decades: Span) -> dict[float, str]:
    """Some whole powers of ten between two."""
    low, high = int(decades[0]), int(decades[1])
    step = max(1, math.ceil((high - low) / Y_TICKS))
    # Above the largest double a decade has no number of its own.
    powers = range(low, min(high, MOST_POWER) + 1, step)
    return {float(power): tick_text(10.0**power) for power in powers}


def tick_text(value: float) -> str:
    """A number beside an axis: ``0.001``, ``25,000``, ``10⁶``, ``5·10⁻⁷``."""
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:,.6f}".rstrip("0").rstrip(".").replace("-", "−")
    digits, power = f"{value:.6e}".split("e")
    digits = digits.rstrip("0").rstrip(".")
    ten = f"10{str(int(power)).translate(SUPERSCRIPTS)}"
    return ten if digits == "1" else f"{digits}·{ten}".replace("-", "−")


def _word(name: str, x: float, y: float, said: str, anchor: str = "start") -> str:
    text = html.escape(said)
    return f'<text class="{name}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>'
