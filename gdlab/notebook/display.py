"""A rule, and one row of a run, laid open for reading: source, typeset form, numbers, Excel."""

import ast
import html
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from gdlab.core.explanation import Explanation, short
from gdlab.core.registry import Rule, find_rule
from gdlab.core.symbols import latex as latex_symbol
from gdlab.core.trace import Trace
from gdlab.language.latex import latex
from gdlab.language.mathml import mathml

# Within each cell, because a page may drop style sheets and has its own for tables.
LEFT = "text-align:left;vertical-align:middle;padding:4px 18px 4px 0"
CODE = "background:none;padding:0;white-space:pre-wrap"
# Browsers draw MathML by themselves: without a script, a network, or a library. JupyterLab takes it
# out of a notebook that has not been run yet, and this style with it: then the LaTeX is to be seen.
STYLE = (
    "<style>.gdlab-mathml{display:inline!important}.gdlab-latex{display:none!important}"
    '.gdlab-mathml math{font-family:"Cambria Math","STIX Two Math","Latin Modern Math",'
    '"DejaVu Math TeX Gyre",math,serif}'
    "@media print{table{font-size:9pt;width:100%}code{overflow-wrap:anywhere}}</style>"
)


@dataclass(frozen=True)
class Shown:
    """Lines laid out for a notebook as a table, with the same in plain text as ``repr``."""

    caption: str
    heads: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    math: str

    def _repr_html_(self) -> str:
        heads = "".join(f'<th style="{LEFT}">{html.escape(head)}</th>' for head in self.heads)
        rows = "".join(
            f"<tr>{''.join(map(self._cell, self.heads, line))}</tr>" for line in self.lines
        )
        table = f"<table><tr>{heads}</tr>{rows}</table>"
        return f"{STYLE if self.math else ''}<p>{html.escape(self.caption)}</p>{table}"

    def _cell(self, head: str, text: str) -> str:
        if head == self.math:
            return f'<td style="{LEFT}">{_typeset(text) if text else ""}</td>'
        # In a code element no page takes the $ of an address for the beginning of a formula.
        return f'<td style="{LEFT}"><code style="{CODE}">{html.escape(text)}</code></td>'

    def __repr__(self) -> str:
        return "\n".join([self.caption, *("   ".join(line) for line in self.lines)])


def _typeset(text: str) -> str:
    """A formula as MathML, and as LaTeX for a page that has dropped the style and the MathML."""
    shown = f'<span class="gdlab-mathml" style="display:none">{mathml(text)}</span>'
    return f'{shown}<span class="gdlab-latex">$\\displaystyle {html.escape(text)}$</span>'


def show_rule(rule: str | Callable) -> Shown:
    """A rule's source, each line beside its typeset form, both from the same syntax tree.

    Raises ValueError for a name or a function that is not a rule.
    """
    found = find_rule(rule)
    lines = [
        (_signature(found), ""),
        *((f"    {source}", typeset) for source, typeset in statements(found)),
        (f"    return {', '.join(map(_tuple, found.formulas.returned))}", ""),
    ]
    caption = f"{found.name}: {found.source}" if found.source else found.name
    return Shown(caption, ("source", "typeset"), tuple(lines), "typeset")


def show_row(run: Trace, row: int = 1, columns: Sequence[str] | None = None) -> Shown:
    """One row by hand: every formula in symbols, with values substituted, and its result.

    Raises ValueError for a row or a column that is not there.
    """
    lines = tuple(
        (found.column, found.latex, found.numbers, short(found.result))
        for found in _explained(run, row, columns)
    )
    heads = ("column", "formula", "with the numbers of this row", "result")
    return Shown(f"{run.rule}, row {row}", heads, lines, "formula")


def show_cells(run: Trace, row: int = 1, columns: Sequence[str] | None = None) -> Shown:
    """The same row as cells of the exported sheet: address, Excel formula, value.

    Raises ValueError for a row or a column that is not there.
    """
    lines = tuple(
        (found.column, found.cell, str(found.excel), short(found.result))
        for found in _explained(run, row, columns)
    )
    heads = ("column", "cell", "Excel formula", "value")
    return Shown(f"{run.rule}, row {row} in Excel", heads, lines, "")


def _explained(run: Trace, row: int, columns: Sequence[str] | None) -> list[Explanation]:
    """The computed cells of a row, or those asked for."""
    wanted = run.table.computed if columns is None else columns
    return [run.explain(row, name) for name in wanted]


def statements(rule: Rule) -> Iterator[tuple[str, str]]:
    """A rule's lines: each as source, and typeset as LaTeX."""
    function = ast.parse(rule.formulas.source).body[0]
    for statement in function.body[:-1]:  # type: ignore[attr-defined]
        name, value = ast.unparse(statement.targets[0]), _as_typed(statement.value)
        yield (
            f"{name} = {ast.unparse(value)}",
            f"{latex_symbol(name)} = {latex(value, latex_symbol)}",
        )


def _signature(rule: Rule) -> str:
    """The function's first line, with its defaults."""
    defaults = rule.formulas.defaults
    arguments = [
        f"{name}={short(defaults[name])}" if name in defaults else name
        for name in rule.formulas.arguments
    ]
    return f"def {rule.name}({', '.join(arguments)}):"


def _as_typed(tree: ast.expr) -> ast.expr:
    """The expression with its whole numbers written without a point, as people type them."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, float)
            and node.value.is_integer()
        ):
            node.value = int(node.value)
    return tree


def _tuple(names: Sequence[str]) -> str:
    return f"({', '.join(names)}{',' if len(names) == 1 else ''})"
