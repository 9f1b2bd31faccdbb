"""Work sent out through joblib: to this machine, or wherever ``joblib.parallel_config`` says.

What a task needs goes with it as plain tuples: no task depends on what a worker holds already, so
one that was lost with its worker is done again by another.
"""

from collections.abc import Callable, Iterable, Iterator
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


def _jobs() -> int:
    """How many workers somebody chose with ``parallel_config``; else one a core."""
    from joblib.parallel import get_active_backend

    # Asked with a preference for threads, joblib says 1 where nobody chose.
    _, jobs = get_active_backend()
    return -1 if jobs is None else jobs
