"""A sweep's work in pieces: what one piece is told, how it is computed, how pieces go out."""

import math
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from gdlab.core import engine
from gdlab.core.parallel import interruptible, share, spread, workers
from gdlab.core.points import Points
from gdlab.studies.sweeps.lanes import LANES

if TYPE_CHECKING:
    import numpy as np

# From about this many rows on, all runs together, compiling is worth its time.
COMPILE_SWEEP_FROM = 50_000
# A thread takes a share of what is left, so that all end at the same time: never more rows than
# are computed in about a tenth of a second, for which Ctrl-C and the progress bar wait, and never
# fewer than are worth a call.
SHARES, PIECE_ROWS, FEWEST_ROWS_A_PROCESS = 4, 20_000_000, 400_000
# A piece for another process or machine takes about so long: sending it out and back costs far
# less than a twentieth of that. Less than one piece is not sent at all.
PIECE_SECONDS = 0.5
CACHE_LINE = 8  # numbers in 64 bytes
FIRST_ROWS = 2_000_000


class Work(NamedTuple):
    """All that is needed to compute any run of a sweep, in this process or another.

    ``text`` is the module of :func:`gdlab.studies.sweeps.lanes.lanes_text`. ``swept`` are the
    values of the swept names in the order of the runs: the last one's change fastest. ``fast`` runs
    after each other have the shared names in common. ``numbers`` are what is the same for all runs
    and the measure's inputs; ``kept`` is how many names are kept in a lane.
    """

    text: str
    swept: tuple["np.ndarray", ...]
    fast: int
    epochs: int
    samples: int
    points: Points
    order: list[int]
    numbers: tuple[float, ...]
    kept: int

    @property
    def runs(self) -> int:
        """The number of runs."""
        return math.prod(len(values) for values in self.swept)

    @property
    def rows(self) -> int:
        """The number of rows of one run."""
        return self.epochs * self.samples

    @property
    def compiled(self) -> bool:
        """Whether there is so much to do that it is compiled."""
        return self.runs * self.rows >= COMPILE_SWEEP_FROM and engine.numba_wanted()


def compute_all(work: Work, advance: Callable[[int], None]) -> "np.ndarray":
    """The measures of all runs in their order; ``advance`` is told how many were just computed.

    The runs go out through joblib, to this machine's cores or wherever ``joblib.parallel_config``
    sends them; all that a piece needs goes with it, so one that was lost is computed again.
    Threads of this process share the array instead.
    """
    import numpy as np

    found = np.empty(work.runs)
    if work.compiled:
        # Compiled before anybody waits for it, and so that the first piece tells the speed.
        interruptible(compute, work, 0, found[:0])
    # Compiled code lets go of Python's lock; plain Python needs processes of its own.
    prefer = "threads" if work.compiled else "processes"
    team = workers(prefer)
    if team.threads:
        share(
            shrinking(work, team.size),
            lambda first, last: compute(work, first, found[first:last]),
            team.size,
            advance,
        )
        return found
    done = 0
    for piece in _sent_out(work, team.size, prefer):
        found[done : done + len(piece)] = piece
        done += len(piece)
        advance(len(piece))
    return found


def compute(work: Work, first: int, out: "np.ndarray") -> None:
    """Write the measures of the runs from ``first`` on into ``out``, a float64 array."""
    import numpy as np

    given = (work.epochs, work.samples)
    if work.compiled:
        points = [np.array(values, dtype=float) for values in work.points]
        order = np.array(work.order, dtype=np.int64)
        room = _on_a_line(work.kept * LANES)
        engine.run_compiled(
            work.text, first, len(out), work.fast, *given, *points, order, *work.numbers,
            work.swept, room, out,
        )  # fmt: skip
        return

    def one(run: int) -> float:
        """One run by itself, so that one which Python's numbers refuse costs no other."""

        def plainly(module: dict[str, Any], number: Callable) -> float:
            out = [0.0]
            points = [[number(value) for value in values] for values in work.points]
            swept = tuple([number(value) for value in values] for values in work.swept)
            module["run"](
                run, 1, work.fast, *given, *points, work.order, *map(number, work.numbers),
                swept, [0.0] * (work.kept * LANES), out,
            )  # fmt: skip
            return float(out[0])

        return engine.interpreted(work.text, plainly)

    out[:] = [one(run) for run in range(first, first + len(out))]


def _on_a_line(size: int) -> "np.ndarray":
    """A float64 array that begins where a line of the processor's cache does.

    Elsewhere every second access of several lanes at once would touch two lines.
    """
    import numpy as np

    room = np.empty(size + CACHE_LINE)
    first = -room.ctypes.data // room.itemsize % CACHE_LINE
    return room[first : first + size]


def shrinking(work: Work, threads: int) -> Iterator[tuple[int, int]]:
    """Pieces of all runs, (first, past the last), large ones first."""
    # Runs that have the shared names in common go through together.
    whole = work.fast if work.fast * work.rows <= PIECE_ROWS // SHARES else LANES
    first = 0
    while first < work.runs:
        fair = max((work.runs - first) // (SHARES * threads), FEWEST_ROWS_A_PROCESS // work.rows)
        fair = min(fair, PIECE_ROWS // work.rows)
        last = min(first + max(whole, fair // whole * whole), work.runs)
        yield first, last
        first = last


def _sent_out(work: Work, size: int, prefer: str) -> Iterator["np.ndarray"]:
    """The measures of all runs in their order, piece by piece, from other processes."""
    first = min(work.runs, max(LANES, FIRST_ROWS // work.rows))
    begin = perf_counter()
    yield _piece(work, 0, first)
    seconds = (perf_counter() - begin) / first
    left = work.runs - first
    if left * seconds < PIECE_SECONDS:
        yield _piece(work, first, left)
        return
    size = max(LANES, min(int(PIECE_SECONDS / seconds), math.ceil(left / size)))
    starts = range(first, work.runs, size)
    yield from spread(
        _piece, ((work, start, min(size, work.runs - start)) for start in starts), prefer
    )


def _piece(work: Work, first: int, count: int) -> "np.ndarray":
    import numpy as np

    out = np.empty(count)
    compute(work, first, out)
    return out
