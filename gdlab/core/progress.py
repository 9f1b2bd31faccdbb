"""Show the progress of work that takes more than a second: a bar, or in a notebook a line."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE = 1.0  # seconds
REDRAWN_EVERY = 0.25  # seconds


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show progress while the block runs; yields a function that takes the number of parts done.

    With ``total`` it also shows the time that is left. It appears after a second, in a notebook or
    on standard error if that is a terminal.
    """
    if _in_notebook():
        draw = _in_line
    elif sys.stderr.isatty():
        draw = _in_terminal
    else:
        yield lambda parts: None
        return
    done = 0
    stop = threading.Event()

    def advance(parts: int) -> None:
        nonlocal done
        done += parts

    def show() -> None:
        begin = time.monotonic()
        if not stop.wait(PATIENCE):
            with draw(what, total, begin) as update:
                while not stop.wait(REDRAWN_EVERY):
                    update(done)

    shower = threading.Thread(target=show, daemon=True)
    shower.start()
    try:
        yield advance
    finally:
        stop.set()
        shower.join()


Draw = Iterator[Callable[[int], Any]]


@contextmanager
def _in_terminal(what: str, total: int | None, begin: float) -> Draw:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


@contextmanager
def _in_line(what: str, total: int | None, begin: float) -> Draw:
    """One line of output that is updated, and removed at the end."""
    from IPython.display import display

    line = display(_Line(what), display_id=True)  # type: ignore[no-untyped-call]
    try:
        yield lambda done: line.update(
            _Line(progress_text(what, done, total, time.monotonic() - begin))
        )
    finally:
        line.update(_Line(""))


class _Line:
    """A text that a notebook shows as it is."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def progress_text(what: str, done: int, total: int | None, seconds: float) -> str:
    """``Marking: 25 %, about 12 s left``."""
    if not total:
        return f"{what}: {seconds:.0f} s"
    if not done:
        return f"{what}: 0 %"
    left = seconds * (total - done) / done
    return f"{what}: {100 * done / total:.0f} %, about {left:.0f} s left"


def _in_notebook() -> bool:
    # A notebook has imported IPython already; importing it here would take time.
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None) is not None
