"""One measured figure beside the limit that it is held to."""

from typing import NamedTuple


class Goal(NamedTuple):
    """A figure: what was measured, its value, and the least or most that it may be."""

    what: str
    figure: float
    unit: str
    limit: float
    at_most: bool = True

    @property
    def met(self) -> bool:
        """Whether the figure is within its limit."""
        return self.figure <= self.limit if self.at_most else self.figure >= self.limit

    @property
    def share(self) -> float:
        """How much of the limit is used: at most 1 if the goal is met."""
        return self.figure / self.limit if self.at_most else self.limit / self.figure

    def __str__(self) -> str:
        bound = "at most" if self.at_most else "at least"
        verdict = "met" if self.met else "NOT met"
        return f"{self.what:58}{self.figure:12.4g} {self.unit:12}{bound} {self.limit:g}: {verdict}"
