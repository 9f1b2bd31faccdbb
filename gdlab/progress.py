"""A progress bar for what takes more than a second: on standard error, where a person sees it."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE = 1.0  # seconds


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show a bar while the block runs; call what it gives with the number of parts just done.

    Without ``total`` the bar only moves. Shown after a second, and only where standard error is a
    terminal.
    """
    if not sys.stderr.isatty():
        yield lambda parts: None
        return
    done = 0
    stop = threading.Event()

    def advance(parts: int) -> None:
        nonlocal done
        done += parts

    def show() -> None:
        if stop.wait(PATIENCE):
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=total)
            while not stop.wait(0.1):
                bar.update(task, completed=done)

    shower = threading.Thread(target=show, daemon=True)
    shower.start()
    try:
        yield advance
    finally:
        stop.set()
        shower.join()
