"""The lessons of the Excel workbook in order: the rule of each sheet, and its inputs."""

from dataclasses import dataclass, field
from typing import Any

from gdlab.core.suggest import unknown
from gdlab.core.trace import Trace, trace

LESSON_EPOCHS = 5  # the original's run button makes as many


@dataclass(frozen=True)
class Lesson:
    """One sheet of the lessons: its name, its rule and its inputs."""

    name: str
    title: str
    rule: str
    hyper: dict[str, float]
    start: dict[str, float] = field(default_factory=dict)
    schedule: str | None = None

    @property
    def settings(self) -> dict[str, Any]:
        """The sheet's arguments of :func:`gdlab.trace`, without points and epochs."""
        return {**self.hyper, "start": self.start, "schedule": self.schedule}


# The original's macros compute these starts by passes over the points: RMSprop's averages start at
# 10000 and take two passes, Adagrad's divisors start at 10000 and take one, each from intercept 1
# and slope 1. A spreadsheet keeps 15 digits of them.
RMSPROP_START = {
    "sqr_avg_intercept": 9309.63147497951,
    "sqr_avg_slope": 38847505.0494841,
}
ADAGRAD_START = {
    "divisor_intercept": 28.0927102289586,
    "divisor_slope": 1918.71076952777,
}
LESSONS: dict[str, Lesson] = {
    lesson.name: lesson
    for lesson in (
        Lesson("basic", "SGD, one point at a time", "sgd", {"lr": 0.0001, "h": 0.01}),
        Lesson("momentum", "SGD with momentum", "momentum", {"lr": 0.0001, "beta": 0.9}),
        Lesson(
            "rmsprop",
            "RMSprop",
            "rmsprop_lesson",
            {"lr": 0.02, "beta": 0.9},
            RMSPROP_START,
        ),
        Lesson("adam", "Adam", "adam_lesson", {"lr": 0.1, "beta1": 0.9, "beta2": 0.9}),
        Lesson(
            "adam_ann",
            "Adam with annealing",
            "adam_lesson",
            {"lr": 1, "beta1": 0.9, "beta2": 0.95},
            schedule="lesson_annealing",
        ),
        Lesson(
            "adagrad",
            "Adagrad, from the older edition",
            "adagrad_lesson",
            {"lr": 0.001},
            ADAGRAD_START,
        ),
    )
}


def lesson(name: str, points: Any = None, *, epochs: int = LESSON_EPOCHS) -> Trace:
    """The trace of one lesson's sheet: its rule with the sheet's own inputs.

    ``name`` is basic, momentum, rmsprop, adam, adam_ann or adagrad; ValueError for any other.
    """
    if not isinstance(name, str) or name not in LESSONS:
        raise ValueError(unknown(f"no lesson is called {name!r:.40}", name, LESSONS))
    found = LESSONS[name]
    return trace(found.rule, points, epochs=epochs, **found.settings)
