"""A sheet with numbers only: what was read as what, and the rule; the table that is made of it."""

from functools import partial
from typing import TYPE_CHECKING

from gdlab.core.words import listed
from gdlab.reading.book import Book, address, area
from gdlab.reading.figures import Figures, FigureTable, figure_tables
from gdlab.reading.labels import ranges, speaks_of_descent
from gdlab.reading.losses import RIGHT, SCALED, WRONG
from gdlab.reading.numeric import Layout, Series, find_layout
from gdlab.reading.numeric_findings import MOST_WRONG, findings_of
from gdlab.reading.numeric_read import GRADIENTS, NAMES, NumericRead, gradient_of, is_sharp
from gdlab.reading.numeric_rules import Followed, Moves, follow, moves_of, update_right
from gdlab.reading.result import Finding, FoundTable, Gradient, Parameter
from gdlab.reading.runs import CLOSE, equal_run
from gdlab.reading.variants import LESSONS

if TYPE_CHECKING:
    from gdlab.core.trace import Trace


def read_numbers(book: Book, sheet: int) -> tuple[FoundTable, list[Finding]] | None:
    """A sheet of numbers as a table with its findings; None where no line's descent is found."""
    best: NumericRead | None = None
    for figures in figure_tables(book, sheet):
        layout = find_layout(figures)
        if layout is None:
            continue
        read = _read(book, figures, layout)
        # Read down; and to the right where down gives nothing.
        if read.rule is not None and (is_sharp(read) or speaks_of_descent(book, {sheet})):
            best = read
            break
    if best is None:
        return None
    findings = _ordered(list(findings_of(best)))
    return _table(best, findings), findings


def _read(book: Book, figures: FigureTable, layout: Layout) -> NumericRead:
    taken = {
        id(one)
        for one in (
            layout.intercept.figures, layout.slope.figures, layout.x.figures, layout.y.figures,
            layout.prediction.figures, *(role.figures for role in layout.roles),
        )
    }  # fmt: skip
    p, y, x = Series(layout.prediction.figures), layout.y, layout.x
    columns = {which: gradient_of(layout, which) for which in "bm"}
    moves = [
        moves_of(figures, layout, taken, "b", columns["b"], lambda p, y: 2 * (p - y), (p, y)),
        moves_of(
            figures, layout, taken, "m", columns["m"], lambda p, y, x: 2 * (p - y) * x, (p, y, x)
        ),
    ]
    taken |= {id(one.after) for one in moves}
    rule, as_good = follow(figures, moves, taken)
    if rule is not None and columns["m"] is None:
        # A slope's gradient may be wrong in every row, and the update tells which column it is.
        found = _by_update(figures, layout, moves[1], rule)
        if found is not None:
            moves[1] = moves_of(
                figures, layout, taken, "m", found, lambda p, y: 2 * (p - y), (p, y)
            )
            rule, as_good = follow(figures, moves, taken)
    return NumericRead(book, figures, layout, moves, rule, as_good)


def _by_update(
    figures: FigureTable, layout: Layout, moves: Moves, rule: Followed
) -> Figures | None:
    """The column that a parameter's updates are the rate times of."""
    rate = rule.hyper["lr"][0]
    b = gradient_of(layout, "b")
    for column in figures.columns:
        if column is b or column in (moves.after, layout.x.figures, layout.prediction.figures):
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
    assert rule is not None
    wrong = {cell for finding in findings for cell in finding.cells}
    gradients, parameters = [], []
    losses = [role for role in layout.roles if role.name.startswith("err2")]
    loss = area(list(losses[0].figures.keys)) if losses else None
    for moves in read.moves:
        role = next(
            (
                one
                for one in layout.roles
                if one.figures is moves.gradient and one.name in GRADIENTS
            ),
            None,
        )
        cells = area(list(moves.gradient.keys)) if moves.gradient is not None else None
        held = moves.before.figures
        name = held.label or NAMES[moves.name]
        parameters.append(Parameter(area(list(held.keys)), name, cells))
        if moves.gradient is None or cells is None:
            continue
        factor = GRADIENTS[role.name][1] if role else None
        bad = [key for key in moves.gradient.keys if address(key) in wrong]
        good = [key for key in moves.gradient.keys if address(key) not in wrong]
        if good:
            verdict = RIGHT if factor in (1.0, None) else SCALED
            because = None if verdict == RIGHT else f"{factor:g} times the derivative"
            gradients.append(Gradient(ranges(book, good), name, loss, verdict, factor, because))
        if bad:
            why = next(one.because for one in findings if address(bad[0]) in one.cells)
            gradients.append(Gradient(ranges(book, bad), name, loss, WRONG, None, why))
    keys = [key for column in read.figures.columns for key in column.keys]
    doubtful = _is_doubtful(read)
    hyper = {
        name: (value, address(cell) if cell else None)
        for name, (value, cell) in rule.hyper.items()
        if not doubtful
    }
    table = FoundTable(
        sheet=book.sheets[read.figures.sheet],
        range=area(keys),
        layout="rows" if read.figures.down else "columns",
        rule=_rule_name(read),
        differs=list(LESSONS.get(rule.variant.name, ("", ()))[1]),
        model="line",
        loss=loss,
        updates=_updates(read),
        parameters=parameters,
        hyper=hyper,
        gradients=gradients,
    )
    table.words = _words(read, table, bool(findings))
    table.make_run = partial(_run, read)
    return table


def _run(read: NumericRead) -> "Trace | None":
    """The descent as a run, where it gives the numbers written, as far as their digits go."""
    rule, layout = read.rule, read.layout
    assert rule is not None
    rows = range(read.figures.rows)
    points = [(layout.x.at(row), layout.y.at(row)) for row in rows]
    start = {NAMES[one.name]: one.before.at(0) for one in read.moves}
    news = [
        [one.after.values[row] if one.own_column else one.before.at(row + 1) for row in rows[:-1]]
        for one in read.moves
    ]
    if any(None in given for given in (*points, start.values(), *news)):
        return None
    # A person carries rounded numbers on, so what is off grows from row to row.
    size = min(max(abs(value or 0.0) for value in column) for column in news)
    slack = max(CLOSE, 50 * max(one.after.half for one in read.moves) / max(size, 1e-9))
    hyper = {name: value for name, (value, _) in rule.hyper.items()}
    return equal_run(rule.variant.name, points, start, hyper, news, slack)  # type: ignore[arg-type]


def _updates(read: NumericRead) -> int:
    return max(sum(row is not None for row in moves.rows) for moves in read.moves)


def _is_doubtful(read: NumericRead) -> bool:
    """Whether many updates of a parameter contradict the rule, so that it may be another."""
    assert read.rule is not None
    rate = read.rule.hyper["lr"][0]
    for moves, own in zip(read.moves, read.rule.steps, strict=True):
        marks = [update_right(moves, own, rate, row) for row in range(read.figures.rows)]
        wrong, tried = marks.count(False), len(marks) - marks.count(None)
        if wrong > max(1, MOST_WRONG * tried):
            return True
    return False


def _rule_name(read: NumericRead) -> str | None:
    assert read.rule is not None
    if not is_sharp(read) or _is_doubtful(read):
        return None
    name = read.rule.variant.name
    xs = {value for value in read.layout.x.figures.values if value is not None}
    return "gradient descent" if name == "sgd" and len(xs) == 1 else name


def _words(read: NumericRead, table: FoundTable, has_faults: bool) -> str:
    """What was read as what, first of all; then the rule, and whether all follows."""
    layout, rule = read.layout, read.rule
    assert rule is not None

    def column(figures: Figures) -> str:
        place = address(figures.keys[0])
        letters = (
            place.rstrip("0123456789")
            if read.figures.down
            else place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
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
        f"{column(moves.after)} the new {NAMES[moves.name]}"
        for moves in read.moves
        if moves.own_column and not moves.before.shifted
    ]
    parts += [
        f"{column(figures)} {name} of the {NAMES[moves.name]}"
        for moves, states in zip(read.moves, rule.states, strict=True)
        for name, figures in states.items()
    ]
    hyper = "".join(
        f", {name} {value:.10g}" + (f" ({cell})" if cell else "")
        for name, (value, cell) in table.hyper.items()
    )
    rule_name = table.rule or "an unknown rule"
    sentences = [
        f"{rule_name} on y = b + m*x, {table.updates} updates{hyper}, read from the numbers: "
        + ", ".join(parts) + "."
    ]  # fmt: skip
    if table.differs:
        sentences.append("It " + "; it ".join(table.differs) + ".")
    if not is_sharp(read):
        sentences.append("Its digits are too few to tell the rule, or to judge the updates.")
    elif _is_doubtful(read):
        sentences.append(
            "Many updates are not this rule's, so it is another, and they are not judged."
        )
    elif read.as_good:
        sentences.append(f"The numbers fit {listed(read.as_good)} as well.")
    if not has_faults:
        sentences.append("Every cell follows.")
    return " ".join(sentences)
