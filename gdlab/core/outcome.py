"""Advice for a run that diverged or hardly moved, in one line."""

import math

from gdlab.core.explanation import short
from gdlab.core.run import Run
from gdlab.core.theory import (
    STEEP,
    error_at,
    error_word,
    least_error,
    single_sample_limit,
    steepness,
)

MOVED = 0.99  # times the error at the start
FAR_OFF, OFF = 1.5, 4  # times the smallest error that there is
GREW = 1.1  # times the error at the start


def hardly_moved(run: Run, ends: tuple[float, ...]) -> str:
    """A sentence if the error of all points hardly fell although it could have; else empty.

    ``ends`` are the parameters after the last row.
    """
    least = least_error(run)
    if least is None:
        return ""
    before = error_at(run, [run.start[name] for name in run.table.parameters])
    after = error_at(run, ends)
    if not (after > MOVED * before and before > FAR_OFF * least):
        return ""
    return (
        f"hardly moved: {error_word(run.table.model)} went from {short(before)} to {short(after)}, "
        f"the least squares fit has {short(least)}; lr='find' looks for a rate{_scaling(run)}"
    )


def far_off(run: Run, ends: tuple[float, ...]) -> bool:
    """Whether the error of all points is far above the least possible one and above the start's.

    A run that starts at the best line gets a little worse with any rate, because each single sample
    pulls it away.
    """
    before = error_at(run, [run.start[name] for name in run.table.parameters])
    after = error_at(run, ends)
    return after > GREW * before and after > OFF * (least_error(run) or 0)


def way_out(run: Run) -> str:
    """Advice for a run that ends worse than it began."""
    limit = single_sample_limit(run)
    if limit is None:
        return f"lr='find' looks for a rate{_scaling(run)}"
    return (
        f"rates under {_rounded_down(limit)} converge here; lr='find' looks for one{_scaling(run)}"
    )


def _scaling(run: Run) -> str:
    return ", or scale x" if steepness(run) > STEEP else ""


def _rounded_down(rate: float) -> str:
    """A rate rounded down to two digits."""
    power = math.floor(math.log10(rate)) - 1
    return f"{math.floor(rate / 10.0**power) * 10.0**power:.2g}"
