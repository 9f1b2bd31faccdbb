"""Work sent out through joblib: on this machine, or wherever ``joblib.parallel_config`` says.

What a task needs goes with it as plain tuples: no task depends on what a worker holds already, so
one that was lost with its worker is done again by another.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from gdlab.core.files import give_up_all

# The folder that holds the package: workers are told it, and find it nowhere else.
PACKAGE = str(Path(__file__).parents[2])
COMPUTING = "gdlab-computing"  # the name of threads that compute
POLLED_EVERY = 0.2  # seconds
_watching = threading.Lock()


class Workers(NamedTuple):
    """Who does the work: how many, and whether they are threads of this process."""

    size: int
    threads: bool


def workers(prefer: str) -> Workers:
    """The workers of this moment; ``prefer`` (threads or processes) holds where nobody chose."""
    from joblib.parallel import get_active_backend

    backend, _ = get_active_backend(prefer=prefer)
    size = backend.effective_n_jobs(_jobs())
    return Workers(max(1, size), getattr(backend, "supports_sharedmem", False))


def spread(
    function: Callable[..., Any],
    given: Iterable[tuple[Any, ...]],
    prefer: str,
    *,
    ordered: bool = True,
) -> Iterator[Any]:
    """``function(*one)`` for each of ``given``: the results in order, or as they come."""
    from joblib import Parallel, delayed

    run = Parallel(
        n_jobs=_jobs(),
        prefer=prefer,
        return_as="generator" if ordered else "generator_unordered",
        batch_size=1,
    )
    with _without_this_folder():
        yield from run(delayed(_task)(os.getpid(), function, *one) for one in given)


def _task(sender: int, function: Callable[..., Any], *given: Any) -> Any:
    """A task, in whatever process; one that the sender has started ends with it."""
    end_with(sender)
    return function(*given)


@contextmanager
def _without_this_folder() -> Iterator[None]:
    """Let processes that are started now import nothing from the current folder.

    Python looks there first when it is started with -m or -c, and joblib starts its processes so,
    and gives them this process's path besides.
    """
    path, safe = list(sys.path), os.environ.get("PYTHONSAFEPATH")
    sys.path[:] = [*safe_path(path), PACKAGE]
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        sys.path[:] = path
        if safe is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = safe


def safe_path(path: list[str]) -> list[str]:
    """Those of the places to import from that are not the current folder, and no relative ones."""
    here = Path.cwd()
    return [one for one in path if Path(one).is_absolute() and Path(one).resolve() != here]


def end_with(parent: int) -> None:
    """End this process within a second of its parent's end; nothing, where that did not start it.

    What it has not written to its end is removed.
    """
    if not hasattr(os, "getppid") or os.getppid() != parent:
        return
    if not _watching.acquire(blocking=False):
        return

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(POLLED_EVERY)
        give_up_all()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def interruptible(function: Callable[..., Any], *given: Any) -> Any:
    """What ``function`` returns or raises, computed by a thread, so that Ctrl-C is heard meanwhile.

    Compiled code hears nothing. Interrupted, the thread is left to itself: a command ends with it
    at once, in a notebook it computes on to its end.
    """
    if threading.current_thread() is not threading.main_thread():
        return function(*given)
    answers: list[tuple[Any, BaseException | None]] = []

    def answer() -> None:
        try:
            answers.append((function(*given), None))
        except BaseException as error:
            answers.append((None, error))

    _wait_for(_started(answer))
    found, error = answers[0]
    if error is not None:
        raise error
    return found


def share(
    parts: Iterable[tuple[int, int]],
    function: Callable[[int, int], None],
    size: int,
    advance: Callable[[int], None],
) -> None:
    """``function(first, last)`` for each of ``parts``, by so many threads of this process.

    A thread that is done takes the next part, so no time goes by between two of them; joblib looks
    a hundred times a second only. ``advance`` is told ``last - first`` after each part. What one
    raises ends all, and so does Ctrl-C, which waits for no part.
    """
    left = iter(parts)
    taking = threading.Lock()
    errors: list[BaseException] = []

    def take() -> None:
        nonlocal left
        while True:
            with taking:
                part = next(left, None)
            if part is None:
                return
            try:
                function(*part)
                advance(part[1] - part[0])
            except BaseException as error:
                left = iter(())
                errors.append(error)
                return

    team = [_started(take) for _ in range(size)]
    try:
        for one in team:
            _wait_for(one)
    finally:
        left = iter(())
    if errors:
        raise errors[0]


def _started(work: Callable[[], None]) -> threading.Thread:
    # A daemon: the process does not wait for it at its end.
    thread = threading.Thread(target=work, name=COMPUTING, daemon=True)
    thread.start()
    return thread


def _wait_for(thread: threading.Thread) -> None:
    while thread.is_alive():
        # On Windows Ctrl-C is heard between two waits only.
        thread.join(POLLED_EVERY)


def computing() -> bool:
    """Whether a thread still computes, which nobody waits for any more."""
    return any(one.name == COMPUTING for one in threading.enumerate())


def _jobs() -> int:
    """How many workers somebody chose with ``parallel_config``; else one a core."""
    from joblib.parallel import get_active_backend

    # Asked with a preference for threads, joblib says 1 where nobody chose.
    _, jobs = get_active_backend()
    return -1 if jobs is None else jobs
