"""A teacher's own rules, written in a file that is named explicitly, and run."""

import runpy
from functools import cache
from pathlib import Path


@cache
def load_rules(path: str | Path) -> None:
    """Run a file of Python that registers rules with ``@gdlab.rule``.

    It is the only file that a command runs, and only where it is named: whoever names it trusts it.
    Raises ValueError, one line, where it cannot be run.
    """
    place = Path(path)
    if not place.is_file():
        raise ValueError(f"{path}: there is no such file")
    try:
        runpy.run_path(str(place), run_name="gdlab_own_rules")
    except Exception as error:
        raise ValueError(f"{place.name}: {type(error).__name__}: {error}") from None
