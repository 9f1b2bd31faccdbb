"""The result of reading a workbook, as plain data: tables, gradients, findings."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.text import Text

GRADIENT, UPDATE, PATTERN, VALUE, TYPED, UNREAD = (
    "gradient", "update", "pattern", "value", "typed over", "unread",
)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One fault, or something that could not be read: where, of which kind, and why.

    ``written`` and ``expected`` are formulas or numbers, or None; ``cells`` are the addresses;
    ``hint`` is ``because`` without formulas and values.
    """

    sheet: str
    address: str
    kind: str
    written: str | float | None
    expected: str | float | None
    because: str
    hint: str
    cells: tuple[str, ...] = ()

    @property
    def is_fault(self) -> bool:
        """Whether this is a fault rather than something that could not be read."""
        return self.kind != UNREAD

    def to_dict(self, hinting: bool) -> dict[str, Any]:
        """The finding as a JSON object; if ``hinting``, without values and formulas."""
        return {
            "sheet": self.sheet,
            "address": self.address,
            "kind": self.kind,
            "written": self.written,
            "expected": None if hinting else self.expected,
            "because": self.hint if hinting else self.because,
        }


@dataclass(frozen=True)
class Parameter:
    """A parameter: the cells that hold it, its label, and the cells of its gradient."""

    cells: str
    label: str
    gradient: str | None

    def to_dict(self) -> dict[str, Any]:
        """The parameter as a JSON object."""
        return {"cells": self.cells, "label": self.label, "gradient": self.gradient}


@dataclass(frozen=True)
class Gradient:
    """A gradient's cells, its parameter and loss, and whether it is the derivative."""

    cells: str
    of: str
    loss: str | None
    verdict: str
    factor: float | None
    because: str | None

    def to_dict(self, hinting: bool) -> dict[str, Any]:
        """The gradient as a JSON object; if ``hinting``, without the reason why it is wrong."""
        return {
            "cells": self.cells,
            "of": self.of,
            "loss": self.loss,
            "verdict": self.verdict,
            "factor": self.factor,
            "because": None if hinting and self.verdict == "wrong" else self.because,
        }


@dataclass
class FoundTable:
    """One descent: its kind, its position on the sheet, and the verdicts on its gradients.

    ``words`` are sentences for people; ``run`` is the same descent as a trace, or None if the
    grammar cannot express the model or the rule; ``no_run`` says why.
    """

    sheet: str
    range: str
    layout: str
    rule: str | None
    differs: list[str]
    model: str | None
    loss: str | None
    updates: int
    parameters: list[Parameter]
    hyper: dict[str, tuple[float, str | None]]
    gradients: list[Gradient]
    words: str = ""
    make_run: Callable[[], Any] = lambda: "no rule that gdlab can follow was read"

    @cached_property
    def _made(self) -> Any:
        return self.make_run()

    @property
    def run(self) -> Any:
        """The same descent as a trace, computed on first access; or None."""
        return None if isinstance(self._made, str) else self._made

    @property
    def no_run(self) -> str | None:
        """Why there is no run; None if there is one."""
        return self._made if isinstance(self._made, str) else None

    def to_dict(self, hinting: bool) -> dict[str, Any]:
        """The table as a JSON object."""
        return {
            "sheet": self.sheet,
            "range": self.range,
            "layout": self.layout,
            "rule": self.rule,
            "differs": list(self.differs),
            "model": self.model,
            "loss": self.loss,
            "updates": self.updates,
            "parameters": [one.to_dict() for one in self.parameters],
            "hyper": {
                name: {"value": value, "cell": cell} for name, (value, cell) in self.hyper.items()
            },
            "gradients": [one.to_dict(hinting) for one in self.gradients],
        }


@dataclass
class Reading:
    """The reading of any workbook: its tables, what is wrong, and what could not be read.

    ``seen`` has a sentence for every sheet of numbers that resembles a descent; these are not
    judged.
    """

    file: str
    tables: list[FoundTable]
    findings: list[Finding]
    notes: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    hinting: bool = False

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not any(finding.is_fault for finding in self.findings)

    @property
    def sentence(self) -> str | None:
        """The sentence for a workbook with nothing to judge; else None."""
        from gdlab.reading.words import nothing_found

        return None if self.tables else nothing_found(self)

    @property
    def first_wrong(self) -> str | None:
        """The address of the first wrong cell in topological order."""
        first = next((one for one in self.findings if one.is_fault), None)
        return first.cells[0] if first and first.cells else None

    def hint(self) -> "Reading":
        """The same reading without values and formulas: where to look, and for what."""
        return Reading(self.file, self.tables, self.findings, self.notes, self.seen, hinting=True)

    def to_dict(self) -> dict[str, Any]:
        """The reading as a JSON object."""
        return {
            "file": self.file,
            "kind": "workbook",
            "tables": [table.to_dict(self.hinting) for table in self.tables],
            "findings": [finding.to_dict(self.hinting) for finding in self.findings],
            "first_wrong": self.first_wrong,
        }

    def __rich__(self) -> "Text":
        from rich.text import Text

        return Text(str(self))

    def __str__(self) -> str:
        from gdlab.reading.words import as_text

        return as_text(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from gdlab.reading.words import as_html

        return as_html(self)
