"""``claims``: every claim run, and the table of what came out."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gdlab.core.progress import progress
from gdlab.studies.claims import (
    adam_and_friends,
    deep_dive,
    every_model,
    lesson_workbook,
    murthy,
    murthy_digits,
    variants,
)
from gdlab.studies.claims.claim import UNTESTABLE, Claim, Outcome, line_of

if TYPE_CHECKING:
    import pandas as pd

ARTICLES: dict[str, tuple[Claim, ...]] = {
    "Murthy, How do ML Models actually do Gradient Descent?": murthy.CLAIMS + murthy_digits.CLAIMS,
    "The lesson workbook": lesson_workbook.CLAIMS,
    "Gradient descent variants": variants.CLAIMS,
    "Adam and friends": adam_and_friends.CLAIMS,
    "The algorithm that trains every model": every_model.CLAIMS,
    "Optimizers deep dive": deep_dive.CLAIMS,
}


def claims() -> "pd.DataFrame":
    """Run every claim of the articles and judge it; takes some seconds.

    One row per claim: ``source``, the article; ``claim``; ``run``, the line of Python that shows
    it; ``outcome``, its numbers; ``verdict``, one of *holds*, *holds with these settings*, *does
    not hold* and *cannot be tested*, computed from those numbers; and ``reason``.
    """
    import pandas as pd

    rows = []
    ran: dict[Callable, Any] = {}
    with progress("Claims", sum(map(len, ARTICLES.values()))) as advance:
        for source, own in ARTICLES.items():
            for claim in own:
                # Claims about the same run share it.
                if claim.run not in ran:
                    ran[claim.run] = _result(claim.run)
                result = ran[claim.run]
                judge = _not_run if isinstance(result, ImportError) else claim.judge
                rows.append((source, claim.text, line_of(claim.run), *judge(result)))
                advance(1)
    return pd.DataFrame(rows, columns=["source", "claim", "run", "outcome", "verdict", "reason"])


def _result(run: Callable[[], Any]) -> Any:
    """What a run gives, or the ImportError of one that needs what is not installed."""
    try:
        return run()
    except ImportError as error:
        return error


def _not_run(error: ImportError) -> Outcome:
    return Outcome("not run", UNTESTABLE, str(error))
