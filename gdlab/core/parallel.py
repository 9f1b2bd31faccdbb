"""Run tasks in parallel through joblib, on this machine or where ``joblib.parallel_config`` says.

A task carries its data as plain tuples and does not depend on the state of a worker. So if a worker
is lost, another one can repeat its task.
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

# The folder that contains the package; workers import it only from there.
PACKAGE = str(Path(__file__).parents[2])
COMPUTING = "gdlab-computing"  # the name of threads that compute
POLLED_EVERY = 0.2  # seconds
_watching = threading.Lock()


class Workers(NamedTuple):
    """The number of workers, and whether they are threads of this process."""

    size: int
    threads: bool


def workers(prefer: str) -> Workers:
    """The current workers; ``prefer`` (threads or processes) applies if none were chosen."""
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
    """Yield ``function(*one)`` for each of ``given``, in order or as the results arrive."""
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
    """Run a task; a process that the sender has started ends together with the sender."""
    end_with(sender)
    return function(*given)


@contextmanager
def _without_this_folder() -> Iterator[None]:
    """Prevent processes that start now from importing modules from the current folder.

    Python looks there first if it is started with -m or -c, as joblib does, and joblib also passes
    on this process's path.
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
    """The import path without the current folder and without relative folders."""
    here = Path.cwd()
    return [one for one in path if Path(one).is_absolute() and Path(one).resolve() != here]


def end_with(parent: int) -> None:
    """End this process soon after its parent ends; does nothing if ``parent`` is not its parent.

    Unfinished files are removed.
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
    """Call ``function`` in a thread and return or raise its result, so that Ctrl-C works meanwhile.

    Compiled code cannot be interrupted. After Ctrl-C the thread is abandoned: a command ends at
    once, and in a notebook the thread computes to its end.
    """
    if threading.current_thread() is not threading.main_thread():
        return function(*given)
    outcome: list[tuple[Any, BaseException | None]] = []

    def answer() -> None:
        try:
            outcome.append((function(*given), None))
        except BaseException as error:
            outcome.append((None, error))

    _wait_for(_started(answer))
    found, error = outcome[0]
    if error is not None:
        raise error
    return found


def share(
    parts: Iterable[tuple[int, int]],
    function: Callable[[int, int], None],
    size: int,
    advance: Callable[[int], None],
) -> None:
    """Call ``function(first, last)`` for each of ``parts``, by ``size`` threads of this process.

    A thread takes its next part without delay; joblib looks for finished work only a hundred times
    a second. ``advance`` gets ``last - first`` after each part. An error in one part ends all, and
    so does Ctrl-C, without waiting.
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
    # A daemon thread: the process can end without waiting for it.
    thread = threading.Thread(target=work, name=COMPUTING, daemon=True)
    thread.start()
    return thread


def _wait_for(thread: threading.Thread) -> None:
    while thread.is_alive():
        # On Windows, Ctrl-C works only between two waits.
        thread.join(POLLED_EVERY)


def computing() -> bool:
    """Whether an abandoned thread is still computing."""
    return any(one.name == COMPUTING for one in threading.enumerate())


def _jobs() -> int:
    """The number of workers chosen with ``parallel_config``, or else -1 for one per core."""
    from joblib.parallel import get_active_backend

    # Without prefer=: with it, joblib says 1 if nobody has chosen.
    _, jobs = get_active_backend()
    return -1 if jobs is None else jobs
