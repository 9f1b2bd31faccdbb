"""Walk the XML parts of a workbook with expat before any reader of workbooks sees them."""

import posixpath
from dataclasses import dataclass, field

from gdlab.reading.door import Refused
from gdlab.reading.walking import walk

# openpyxl makes an object for each other element: styles, names, conditions.
LIGHT = frozenset(("row", "c", "f", "v", "is", "si", "t", "col"))
MOST_ATTRIBUTES = 200
MOST_XML_DEPTH = 60
WIDEST = 255.0  # letters, as a spreadsheet program allows
TOO_LARGE_INSIDE = "it is far larger inside than a workbook to be checked can be"
MACROS = "it holds macros; save it as .xlsx, without macros"
LINKS = "it links to other files; replace those links by their values"


@dataclass
class SheetFacts:
    """Facts in the XML of a sheet that a reader of values does not report."""

    formulas: set[str] = field(default_factory=set)
    uncalculated: set[str] = field(default_factory=set)
    merged: list[str] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    widths: list[tuple[int, int, float]] = field(default_factory=list)


@dataclass(frozen=True)
class SizeLimits:
    """Limits for a workbook; with ``macros``, one with macros is read, but without them.

    With ``any_kind`` it may link to other files, which are not opened, or be an OpenDocument sheet.
    """

    part_bytes: int
    inflated_bytes: int
    elements: int
    heavy: int
    listed: int
    macros: bool
    any_kind: bool


class PartWalker:
    """Walks the XML parts of one file, counts elements, and collects facts about sheets."""

    def __init__(self, limits: SizeLimits) -> None:
        self.limits = limits
        self.elements = self.heavy = 0

    def walk(self, part: str, content: bytes) -> SheetFacts | None:
        """Walk one part; returns the facts about a sheet, None for any other part."""
        self.part, self.depth = part, 0
        self.listed: set[str] = set()
        self.facts: SheetFacts | None = None
        self.cell, self.in_value, self.has_formula, self.has_value = "", False, False, False
        walk(content, self, f"its part {part[:60]!a} is damaged")
        return self.facts

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Count an element, refuse links and macros, and note facts about a sheet."""
        name = name.rpartition(" ")[2]
        if self.depth == 0 and name == "worksheet":
            self.facts = SheetFacts()
        self.depth += 1
        self.elements += 1
        is_light = name in LIGHT
        if not is_light:
            self.heavy += 1
        if (
            self.elements > self.limits.elements
            or self.heavy > self.limits.heavy
            or self.depth > MOST_XML_DEPTH
            or len(attributes) > MOST_ATTRIBUTES
        ):
            raise Refused(TOO_LARGE_INSIDE)
        if is_light and self.limits.any_kind:
            return  # cells of a stranger's sheet are only counted
        if name == "Relationship":
            kind = attributes.get("Type", "").rpartition("/")[2]
            # A hyperlink for a person to click is harmless, since nothing follows it here.
            if kind != "hyperlink":
                if attributes.get("TargetMode") == "External" and not self.limits.any_kind:
                    raise Refused(LINKS)
                self.enlist(_target(self.part, attributes.get("Target", "")))
        elif name == "sheet":
            self.enlist(
                next((value for key, value in attributes.items() if key.endswith(" id")), "")
            )
        elif (
            name == "Override"
            and not self.limits.macros
            and "macroEnabled" in attributes.get("ContentType", "")
        ):
            raise Refused(MACROS)
        elif self.facts is not None and not self.limits.any_kind:
            self.note(self.facts, name, attributes)

    def enlist(self, entry: str) -> None:
        """Note a sheet or its part, and refuse duplicates: each is read as often as listed."""
        if entry in self.listed:
            raise Refused("it is damaged: one of its parts is listed twice")
        self.listed.add(entry)
        if len(self.listed) > self.limits.listed:
            raise Refused(TOO_LARGE_INSIDE)

    def note(self, facts: SheetFacts, name: str, attributes: dict[str, str]) -> None:
        """Note a cell, a merged range, or hidden rows and columns and their widths."""
        if name == "c":
            self.cell = attributes.get("r", "")
            # A formula with an empty text as its value was calculated.
            self.has_formula, self.has_value = False, attributes.get("t") == "str"
        elif name == "f":
            self.has_formula = True
        elif name in ("v", "t"):
            self.in_value = True
        elif name == "mergeCell":
            facts.merged.append(attributes.get("ref", ""))
        elif name == "row" and attributes.get("hidden") in ("1", "true"):
            facts.hidden_rows.add(_whole(attributes.get("r")))
        elif name == "col":
            ends = _whole(attributes.get("min")), _whole(attributes.get("max"))
            if attributes.get("hidden") in ("1", "true"):
                facts.hidden_columns.append(ends)
            facts.widths.append((*ends, _width(attributes.get("width"))))

    def text(self, _text: str) -> None:
        """Note that a value has content."""
        if self.in_value:
            self.has_value = True

    def end(self, name: str) -> None:
        """Note at the end of a cell whether its formula was ever calculated."""
        self.depth -= 1
        if self.facts is None or self.limits.any_kind:
            return  # no facts are needed
        name = name.rpartition(" ")[2]
        if name in ("v", "t"):
            self.in_value = False
        elif name == "c" and self.has_formula and self.cell:
            self.facts.formulas.add(self.cell)
            if not self.has_value:
                self.facts.uncalculated.add(self.cell)


def _target(part: str, target: str) -> str:
    """The part that a relation of ``part`` refers to, resolved as openpyxl does it."""
    if target.startswith("/"):
        return target[1:]
    owner = posixpath.dirname(posixpath.dirname(part))
    return posixpath.normpath(posixpath.join(owner, target))


def _width(text: str | None) -> float:
    """A column's width in letters, within limits; 0 if none is given."""
    try:
        return min(max(float(text or 0), 0.0), WIDEST)
    except ValueError:
        return 0.0


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0
