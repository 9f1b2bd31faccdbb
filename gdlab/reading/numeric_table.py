"""Read a sheet without formulas: its columns, its rule, and the resulting table."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from gdlab.core.words import listed
from gdlab.reading.book import Book, address, area
from gdlab.reading.figures import Figures, FigureTable, figure_tables
from gdlab.reading.labels import ranges, speaks_of_descent
from gdlab.reading.losses import RIGHT, SCALED, WRONG
from gdlab.reading.numeric import Layout, Series, find_layouts
from gdlab.reading.numeric_findings import MOST_WRONG_SHARE, findings_of
from gdlab.reading.numeric_moves import Moves, moves_of
from gdlab.reading.numeric_read import (
    PARAMETER_NAMES,
    NumericRead,
    factor_of,
    gradient_of,
    is_sharp,
)
from gdlab.reading.numeric_rules import Followed, follow
from gdlab.reading.numeric_steps import update_right
from gdlab.reading.result import Finding, FoundTable, Gradient, Parameter
from gdlab.reading.runs import CLOSE, OTHERWISE, equal_run

if TYPE_CHECKING:
    from gdlab.core.trace import Trace

# If more readings of a table fit equally well, its numbers repeat and fit by chance.
MOST_LAYOUTS = 12
FEWEST_WORDLESS_ROWS = 4


def read_numbers(book: Book, sheet: int) -> tuple[FoundTable, list[Finding]] | str | None:
    """A sheet of numbers as a table with its findings; None if nothing looks like a descent.

    If the columns are those of a line but nothing shows a descent, a sentence instead.
    """
    reads = [
        max((read for one in layouts for read in _reads(book, figures, one)), key=_fit)
        for figures in figure_tables(book, sheet)
        if 0 < len(layouts := find_layouts(figures)) <= MOST_LAYOUTS
    ]
    # Repeated numbers fit by chance: a column cannot be the new value of two parameters.
    reads = [
        read for read in reads if len({id(one.after) for one in read.moves}) == len(read.moves)
    ]
    speaks = speaks_of_descent(book, {sheet})
    for read in reads:
        # Read downwards first, then to the right.
        if _is_descent(read, speaks):
            findings = _ordered(list(findings_of(read)))
            return _table(read, findings), findings
    for read in reads:
        # A mere difference of two columns may be chance.
        wordless = read.figures.rows >= FEWEST_WORDLESS_ROWS and any(
            "error" not in role.name for role in read.layout.roles
        )
        if speaks or wordless:
            return f"sheet {book.sheets[sheet]}: {', '.join(_columns(read))}; {_why_not(read)}"
    return None


def _fit(read: NumericRead) -> tuple[float, int, int, bool]:
    """How well the rule of a reading fits; only updates can distinguish x from the slope."""
    rule = read.rule
    return (rule.hits / rule.tried, *rule.fit) if rule else (0.0, 0, 0, False)


def _is_descent(read: NumericRead, speaks: bool) -> bool:
    """Whether a rule explains the updates, or a column is the gradient of the slope.

    Three rows fit by chance, so they need words that say what they are.
    """
    if read.figures.rows < FEWEST_WORDLESS_ROWS and not speaks:
        return False
    if gradient_of(read.layout, "m") is not None:
        return True
    return read.rule is not None and (is_sharp(read) or speaks)


def _why_not(read: NumericRead) -> str:
    if not is_sharp(read):
        return "its digits are too few to tell whether a rule updates b and m"
    return "no rule that gdlab knows gives these b and m"


def _reads(book: Book, figures: FigureTable, layout: Layout) -> Iterator[NumericRead]:
    """Yield a layout with its rule; without gradients, for the square and for half of it."""
    yield _read(book, figures, layout, 1.0)
    if gradient_of(layout, "b") is None and gradient_of(layout, "m") is None:
        yield _read(book, figures, layout, 0.5)


def _read(book: Book, figures: FigureTable, layout: Layout, share: float) -> NumericRead:
    taken = {
        id(one)
        for one in (
            layout.intercept.figures, layout.slope.figures, layout.x.figures, layout.y.figures,
            layout.prediction.figures, *(role.figures for role in layout.roles),
        )
    }  # fmt: skip
    p, y, x = Series(layout.prediction.figures), layout.y, layout.x
    columns = {which: gradient_of(layout, which) for which in "bm"}
    # A computed gradient gets the factor of the written one.
    b, m = (2 * share * factor_of(layout, columns[which]) for which in "mb")
    moves = [
        moves_of(figures, layout, taken, "b", columns["b"], lambda p, y: b * (p - y), (p, y)),
        moves_of(
            figures, layout, taken, "m", columns["m"], lambda p, y, x: m * (p - y) * x, (p, y, x)
        ),
    ]
    taken |= {id(one.after) for one in moves}
    rule, as_good = follow(figures, moves, taken)
    if rule is not None and columns["m"] is None:
        # The slope's gradient may be wrong in every row; then the updates show its column.
        found = _by_update(figures, layout, moves[1], rule)
        if found is not None:
            others = [
                moves[0],
                moves_of(figures, layout, taken, "m", found, lambda p, y: 2 * (p - y), (p, y)),
            ]
            other, others_as_good = follow(figures, others, taken)
            if other is not None and other.fit >= rule.fit:
                moves, rule, as_good = others, other, others_as_good
    return NumericRead(book, figures, layout, moves, rule, as_good)


def _by_update(
    figures: FigureTable, layout: Layout, moves: Moves, rule: Followed
) -> Figures | None:
    """The column that, times the rate, gives a parameter's updates; None if there is none."""
    rate = rule.hyper["lr"][0]
    b = gradient_of(layout, "b")
    states = [one for own in rule.states for one in own.values()]
    for column in figures.columns:
        if (
            column is b
            or any(column is one for one in states)
            or column in (moves.after, layout.x.figures, layout.prediction.figures)
        ):
            continue
        hits = tried = 0
        for row, move in enumerate(moves.rows):
            g = column.values[row]
            if move is None or g is None or not g:
                continue
            tried += 1
            hits += abs(move[0] - move[1] - rate * g) <= move[2] + rate * column.slack(row) + 1e-9
        if tried and hits >= max(2, 0.6 * tried):
            return column
    return None


def _ordered(found: list[tuple[int, int, Finding]]) -> list[Finding]:
    return [finding for _, _, finding in sorted(found, key=lambda one: one[:2])]


def _table(read: NumericRead, findings: list[Finding]) -> FoundTable:
    layout, rule, book = read.layout, read.rule, read.book
    wrong = {cell for finding in findings for cell in finding.cells}
    gradients, parameters = [], []
    losses = [role for role in layout.roles if role.name.startswith("err2")]
    loss = area(list(losses[0].figures.keys)) if losses else None
    for moves in read.moves:
        cells = area(list(moves.gradient.keys)) if moves.gradient is not None else None
        before = moves.before.figures
        name = before.label or PARAMETER_NAMES[moves.name]
        parameters.append(Parameter(area(list(before.keys)), name, cells))
        if moves.gradient is None or cells is None:
            continue
        factor = factor_of(layout, moves.gradient)
        bad = [key for key in moves.gradient.keys if address(key) in wrong]
        good = [key for key in moves.gradient.keys if address(key) not in wrong]
        if good:
            verdict = RIGHT if factor == 1.0 else SCALED
            because = None if verdict == RIGHT else f"{factor:g} times the derivative"
            gradients.append(Gradient(ranges(book, good), name, loss, verdict, factor, because))
        if bad:
            why = next(one.because for one in findings if address(bad[0]) in one.cells)
            gradients.append(Gradient(ranges(book, bad), name, loss, WRONG, None, why))
    keys = [key for column in read.figures.columns for key in column.keys]
    known = None if _is_doubtful(read) else rule
    hyper = {
        name: (value, address(cell) if cell else None)
        for name, (value, cell) in (known.hyper if known else {}).items()
    }
    table = FoundTable(
        sheet=book.sheets[read.figures.sheet],
        range=area(keys),
        layout="rows" if read.figures.down else "columns",
        rule=_rule_name(read),
        differs=list(known.differs) if known else [],
        model="line",
        loss=loss,
        updates=_updates(read),
        parameters=parameters,
        hyper=hyper,
        gradients=gradients,
    )
    table.words = _words(read, table, bool(findings))
    if known is not None:
        table.make_run = partial(_run, read)
    return table


def _run(read: NumericRead) -> "Trace | str":
    """The descent as a run of gdlab that gives the written numbers within their digits.

    If there is none, a sentence that says why.
    """
    rule, layout = read.rule, read.layout
    assert rule is not None
    rows = range(read.figures.rows)
    points = [(layout.x.at(row), layout.y.at(row)) for row in rows]
    start = {PARAMETER_NAMES[one.name]: one.before.at(0) for one in read.moves}
    news = [
        [one.after.values[row] if one.own_column else one.before.at(row + 1) for row in rows[:-1]]
        for one in read.moves
    ]
    if any(None in given for given in (*points, start.values(), *news)):
        return "a number is missing"
    # A person continues with rounded numbers, so errors grow from row to row.
    size = min(max(abs(value or 0.0) for value in column) for column in news)
    slack = max(CLOSE, 50 * max(max(one.after.halves) for one in read.moves) / max(size, 1e-9))
    hyper = {name: value for name, (value, _) in rule.hyper.items()}
    return equal_run(rule.variant.name, points, start, news, hyper, slack) or OTHERWISE  # type: ignore[arg-type]


def _updates(read: NumericRead) -> int:
    return max(sum(row is not None for row in moves.rows) for moves in read.moves)


def _is_doubtful(read: NumericRead) -> bool:
    """Whether many updates of a parameter contradict the rule, so that it may be wrong."""
    if read.rule is None:
        return True
    rate = read.rule.hyper["lr"][0]
    for moves, own in zip(read.moves, read.rule.steps, strict=True):
        marks = [update_right(moves, own, rate, row) for row in range(read.figures.rows)]
        wrong, tried = marks.count(False), len(marks) - marks.count(None)
        if wrong > max(1, MOST_WRONG_SHARE * tried):
            return True
    return False


def _rule_name(read: NumericRead) -> str | None:
    if read.rule is None or not is_sharp(read) or _is_doubtful(read):
        return None
    name = read.rule.variant.name
    xs = {value for value in read.layout.x.figures.values if value is not None}
    return "gradient descent" if name == "sgd" and len(xs) == 1 else name


def _columns(read: NumericRead) -> list[str]:
    """What each column was recognized as, in words."""
    layout, rule = read.layout, read.rule
    known = rule is not None and not _is_doubtful(read)
    states_of_rule = rule.states if rule and known else [{} for _ in read.moves]

    def column(figures: Figures) -> str:
        where = address(figures.keys[0])
        letters = (
            where.rstrip("0123456789")
            if read.figures.down
            else where.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        )
        return f"{letters} ({figures.label})" if figures.label else letters

    parts = [
        f"{column(layout.x.figures)} is x",
        f"{column(layout.y.figures)} y",
        f"{column(layout.intercept.figures)} the intercept b",
        f"{column(layout.slope.figures)} the slope m",
        f"{column(layout.prediction.figures)} b + m*x",
        *(f"{column(role.figures)} {role.words}" for role in layout.roles),
    ]
    parts += [
        f"{column(moves.after)} the new {PARAMETER_NAMES[moves.name]}"
        for moves in read.moves
        if moves.own_column and not moves.before.shifted
    ]
    parts += [
        f"{column(figures)} {name} of the {PARAMETER_NAMES[moves.name]}"
        for moves, states in zip(read.moves, states_of_rule, strict=True)
        for name, figures in states.items()
    ]
    return parts


def _words(read: NumericRead, table: FoundTable, has_faults: bool) -> str:
    """A description of the table: the rule, its columns, and whether all cells follow."""
    hyper = "".join(
        f", {name} {value:.10g}" + (f" ({cell})" if cell else "")
        for name, (value, cell) in table.hyper.items()
    )
    rule_name = table.rule or "an unknown rule"
    sentences = [
        f"{rule_name} on y = b + m*x, {table.updates} updates{hyper}, read from the numbers: "
        + ", ".join(_columns(read)) + "."
    ]  # fmt: skip
    if table.differs:
        sentences.append("It " + "; it ".join(table.differs) + ".")
    if not is_sharp(read):
        sentences.append("Its digits are too few to tell the rule, or to judge the updates.")
    elif table.rule is None:
        sentences.append("No rule that gdlab knows gives these updates, so they are not judged.")
    elif read.as_good:
        sentences.append(
            f"The numbers fit {listed([one.variant.name for one in read.as_good])} as well."
        )
    if not has_faults:
        sentences.append("Every cell follows." if table.rule else "Every other cell follows.")
    return " ".join(sentences)
