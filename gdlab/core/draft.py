"""The plan of a table: the options that it is asked for, and the names of everything in it.

:class:`Names` prevents clashes between the names of the model, the rule and the table. The model's
names stay as they are; a later name that is taken gets its owner as a prefix: beside a parameter
``beta1``, Adam's ``beta1`` becomes ``adam_beta1``.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from gdlab.core.columns import COUNTERS, Part
from gdlab.core.model import Model
from gdlab.core.registry import Rule
from gdlab.language.grammar import Formulas

TABLE = "table"


class Plan(NamedTuple):
    """The options of a table, which :func:`gdlab.trace` explains."""

    extras: frozenset[str] = frozenset()
    batches: bool = False
    shuffled: bool = False
    schedule: str | None = None
    switch_to: Rule | None = None
    model: Model | None = None


class Names:
    """The names of one table, all different; the model's own names are never changed."""

    def __init__(self, model: Model) -> None:
        self.taken = {*model.names, *COUNTERS}
        self.given: dict[tuple[str, Part], str] = {}

    def column(self, base: str, parameter: str | None = None, owner: str = TABLE) -> str:
        """The name of a column; the same arguments always give the same name."""
        wanted = base if parameter is None else f"{base}_{parameter}"
        return self._give("column", Part(base, parameter), wanted, owner)

    def of_rule(self, base: str, parameter: str, rule: Rule) -> str:
        """The column for a name that a rule returns; two rules share it if their names agree."""
        return self._give("rule", Part(base, parameter), f"{base}_{parameter}", rule.name)

    def input(self, base: str, owner: str = TABLE, wanted: str | None = None) -> str:
        """The name of an owner's input; the same arguments always give the same name."""
        return self._give(f"input of {owner}", Part(base), wanted or base, owner)

    def _give(self, kind: str, part: Part, wanted: str, owner: str) -> str:
        if (kind, part) not in self.given:
            name, number = wanted, 1
            while name in self.taken:
                name = f"{owner}_{wanted}" if number == 1 else f"{owner}_{wanted}_{number}"
                number += 1
            self.taken.add(name)
            self.given[kind, part] = name
        return self.given[kind, part]


@dataclass(frozen=True)
class Draft:
    """A table before its steps are made: its rule, options, names and inputs."""

    rule: Rule
    plan: Plan
    model: Model
    names: Names
    schedule: Formulas | None
    hyper: dict[str, float] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The model's parameters."""
        return tuple(self.model.parameters)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rule and, if there is a switch, the rule after it."""
        return (self.rule, self.plan.switch_to) if self.plan.switch_to else (self.rule,)

    @property
    def position(self) -> str:
        """The column that counts the rows within an epoch."""
        return self.names.column("position") if self.plan.shuffled else "sample"

    @property
    def after_epoch(self) -> bool:
        """Whether the schedule is called after each epoch, not in each row."""
        return self.schedule is not None and "next_lr" in self.schedule.results

    @property
    def rate(self) -> str:
        """The learning rate of the rule."""
        return self.names.input("lr", self.rule.name)

    def has(self, extra: str) -> bool:
        """Whether an input that adds columns was given, and is not the rule's or model's own."""
        owned = extra in self.rule.hyper or extra in self.model.constants
        return extra in self.plan.extras and not owned

    def hypers(self) -> dict[str, str]:
        """The rule's hyperparameters: its own names, with their names in the table."""
        return {base: self.names.input(base, self.rule.name) for base in self.rule.hyper}

    def hypers_after(self) -> dict[str, str]:
        """The same for the rule after a switch; a schedule sets one lr for both rules."""
        assert self.plan.switch_to
        own = {
            base: self.names.input(base, f"{self.plan.switch_to.name} after", f"{base}_after")
            for base in self.plan.switch_to.hyper
            if base != "lr" or not self.schedule
        }
        return own | (
            {"lr": self.rate} if "lr" in self.plan.switch_to.hyper and self.schedule else {}
        )
