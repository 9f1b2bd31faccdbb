"""``claims``: every claim run, and the table of what came out."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gdlab.core.progress import progress
from gdlab.studies.claims import (
    adam_and_friends,
    adam_and_friends_formulas,
    deep_dive,
    deep_dive_formulas,
    every_model,
    every_model_formulas,
    lesson_workbook,
    murthy,
    murthy_digits,
    murthy_formulas,
    several_inputs,
    variants,
    variants_formulas,
)
from gdlab.studies.claims.claim import UNTESTABLE, Article, Outcome, line_of

if TYPE_CHECKING:
    import pandas as pd

VARIANTS = (
    "https://learn.zoos.dev/notes/math-for-ai-engineering/optimization/gradient-descent-variants"
)
# Where an article's address is empty, it is not known to us.
ARTICLES = (
    Article(
        "How do ML Models actually do Gradient Descent?",
        "Murthy",
        "",
        "",
        murthy.CLAIMS + murthy_formulas.CLAIMS + murthy_digits.CLAIMS,
    ),
    Article(
        "The lesson workbook, graddesc.xlsm",
        "fast.ai",
        "2016 to 2023",
        "",
        lesson_workbook.CLAIMS,
    ),
    Article(
        "Gradient Descent Variants",
        "",
        "",
        VARIANTS,
        (*variants.CLAIMS, *variants_formulas.CLAIMS, several_inputs.TEN),
    ),
    Article(
        "Adam and friends",
        "Aman Arora",
        "2021-03-13",
        "https://amaarora.github.io/posts/2021-03-13-optimizers.html",
        adam_and_friends.CLAIMS + adam_and_friends_formulas.CLAIMS,
    ),
    Article(
        "The algorithm that trains every model",
        "",
        "",
        "",
        every_model.CLAIMS + every_model_formulas.CLAIMS,
    ),
    Article(
        "Optimizers deep dive",
        "",
        "",
        "",
        (*deep_dive.CLAIMS, *deep_dive_formulas.CLAIMS, several_inputs.SPARSE),
    ),
)


def claims(*about: str) -> "pd.DataFrame":
    """Run every claim of the articles, or those with one of the words in them, and judge it.

    One row per claim: ``source``, the article with its author, date and address; ``claim``;
    ``run``, the line of Python that shows it, and ``shows``, in which cells; ``outcome``, its
    numbers; ``verdict``, one of *holds*, *holds with these settings*, *does not hold* and *cannot
    be tested*, computed from those numbers; ``reason``; and ``edge``, where the verdict turns. All
    of them take some seconds. Raises ValueError where no claim has the words.
    """
    import pandas as pd

    rows = []
    ran: dict[Callable, Any] = {}
    wanted = [
        (article.source, claim)
        for article in ARTICLES
        for claim in article.claims
        if not about or any(words.lower() in claim.text.lower() for words in about)
    ]
    if not wanted:
        raise ValueError(f"no claim is about {' or '.join(about)!r:.40}")
    with progress("Claims", len(wanted)) as advance:
        for source, claim in wanted:
            # Claims about the same run share it.
            if claim.run not in ran:
                ran[claim.run] = _result(claim.run)
            result = ran[claim.run]
            judge = _not_run if isinstance(result, ImportError) else claim.judge
            told = (source, claim.text, line_of(claim.run), claim.shows)
            rows.append((*told, *judge(result)))
            advance(1)
    return pd.DataFrame(rows, columns=["source", "claim", "run", "shows", *Outcome._fields])


def _result(run: Callable[[], Any]) -> Any:
    """What a run gives, or the ImportError of one that needs what is not installed."""
    try:
        return run()
    except ImportError as error:
        return error


def _not_run(error: ImportError) -> Outcome:
    return Outcome("not run", UNTESTABLE, str(error))
