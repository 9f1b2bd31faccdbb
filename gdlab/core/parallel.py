"""Work sent out through joblib: to this machine, or wherever ``joblib.parallel_config`` says.

What a task needs goes with it as plain tuples: no task depends on what a worker holds already, so
one that was lost with its worker is done again by another.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple


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
    function: Callable, given: Iterable[tuple], prefer: str, *, ordered: bool = True
) -> Iterator[Any]:
    """``function(*one)`` for each of ``given``: the results in order, or as they come."""
    from joblib import Parallel, delayed

    run = Parallel(
        n_jobs=_jobs(),
        prefer=prefer,
        return_as="generator" if ordered else "generator_unordered",
        batch_size=1,
    )
    return run(delayed(function)(*one) for one in given)


def share(
    parts: Iterable[tuple], function: Callable, size: int, advance: Callable[[int], None]
) -> None:
    """``function(first, last)`` for each of ``parts``, by so many threads of this process.

    A thread that is done takes the next part, so no time goes by between two of them; joblib looks
    a hundred times a second only. ``advance`` is told ``last - first`` after each part. What one
    raises ends all, and so does Ctrl-C.
    """
    left = iter(parts)
    taking = threading.Lock()

    def take() -> None:
        nonlocal left
        while True:
            with taking:
                part = next(left, None)
            if part is None:
                return
            try:
                function(*part)
            except BaseException:
                left = iter(())
                raise
            advance(part[1] - part[0])

    with ThreadPoolExecutor(size) as team:
        try:
            for done in [team.submit(take) for _ in range(size)]:
                done.result()
        finally:
            left = iter(())


def _jobs() -> int:
    """How many workers somebody chose with ``parallel_config``; else one a core."""
    from joblib.parallel import get_active_backend

    # Asked with a preference for threads, joblib says 1 where nobody chose.
    _, jobs = get_active_backend()
    return -1 if jobs is None else jobs
