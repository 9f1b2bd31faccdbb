"""A sheet with numbers only: what was read as what, the rule, and which cells are wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from gdlab.core.words import listed
from gdlab.reading.book import Book, address, area
from gdlab.reading.figures import Figures, FigureTable, figure_tables
from gdlab.reading.labels import ranges, speaks_of_descent
from gdlab.reading.losses import RIGHT, SCALED, WRONG
from gdlab.reading.numeric import Layout, Role, Series, bounded, find_layout
from gdlab.reading.numeric_rules import (
    Followed,
    Moves,
    Pair,
    follow,
    moves_of,
    steps_of,
    update_right,
)  # fmt: skip
from gdlab.reading.result import VALUE, Finding, Gradient, Parameter, Table
from gdlab.reading.runs import CLOSE, equal_run
from gdlab.reading.variants import LESSONS

if TYPE_CHECKING:
    from gdlab.core.trace import Trace

GRADIENTS = {
    "gb": ("b", 1.0), "-gb": ("b", -1.0), "gm": ("m", 1.0), "-gm": ("m", -1.0),
    "gm/2": ("m", 0.5), "-gm/2": ("m", -0.5),
}  # fmt: skip
ERRORS = {"error": 0.5, "-error": -0.5}
NAMES = {"b": "intercept", "m": "slope"}


@dataclass(frozen=True)
class Read:
    """One sheet of numbers, with all that was found out about it."""

    book: Book
    figures: FigureTable
    layout: Layout
    moves: list[Moves]
    rule: Followed | None
    as_good: list[str]


def read_numbers(book: Book, sheet: int) -> tuple[Table, list[Finding]] | None:
    """A sheet of numbers as a table with its findings; None where no line's descent is found."""
    best: Read | None = None
    for figures in figure_tables(book, sheet):
        layout = find_layout(figures)
        if layout is None:
            continue
        read = _read(book, figures, layout)
        # Read down; and to the right where down gives nothing.
        if read.rule is not None and (_is_sharp(read) or speaks_of_descent(book, {sheet})):
            best = read
            break
    if best is None:
        return None
    findings = _ordered(list(_findings(best)))
    return _table(best, findings), findings


def _read(book: Book, figures: FigureTable, layout: Layout) -> Read:
    taken = {
        id(one)
        for one in (
            layout.intercept.figures, layout.slope.figures, layout.x.figures, layout.y.figures,
            layout.prediction.figures, *(role.figures for role in layout.roles),
        )
    }  # fmt: skip
    p, y, x = Series(layout.prediction.figures), layout.y, layout.x
    columns = {which: _gradient(layout, which) for which in "bm"}
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
    return Read(book, figures, layout, moves, rule, as_good)


def _gradient(layout: Layout, which: str) -> Figures | None:
    own = [role for role in layout.roles if GRADIENTS.get(role.name, ("", 0))[0] == which]
    return own[0].figures if own else None


def _by_update(
    figures: FigureTable, layout: Layout, moves: Moves, rule: Followed
) -> Figures | None:
    """The column that a parameter's updates are the rate times of."""
    rate = rule.hyper["lr"][0]
    b = _gradient(layout, "b")
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


def _findings(read: Read) -> Iterator[tuple[int, int, Finding]]:
    """Every cell that the cells before it contradict, with its row and rank in the row.

    A cell that follows from what should stand in a wrong cell before it is right: one slip of the
    pen is one finding.
    """
    mended: Mended = {}
    for rank, role in enumerate(_roles(read)):
        for row in range(read.figures.rows):
            wanted = role.expected(row)
            if role.right(row) is not False or wanted is None:
                continue
            if not _follows(role, row, mended):
                mended[id(role.figures), row] = wanted[0]
                why = _slip(role, row)
                words = f"{role.figures.label or role.name} = {role.words}"
                yield row, rank, _finding(read, role.figures, row, wanted[0], words, why)
    if read.rule is None or not _is_sharp(read):
        return
    rate = read.rule.hyper["lr"][0]
    others = _mended_steps(read, mended)
    for number, moves in enumerate(read.moves):
        own = read.rule.steps[number]
        for row in range(read.figures.rows):
            move, step = moves.rows[row], own[row]
            if update_right(moves, own, rate, row) is False and move is not None and step:
                if update_right(moves, others[number], rate, row):
                    continue
                wanted_value = move[0] - rate * step[0]
                at = row if moves.own_column else row + 1
                words = f"{moves.after.label or 'the new value'} = {NAMES[moves.name]} - step"
                why = _update_slip(move, step[0], rate, read, number, row)
                yield row, 20 + number, _finding(read, moves.after, at, wanted_value, words, why)
        yield from _not_carried(read, moves)


# What should stand in wrong cells, by column and row.
Mended = dict[tuple[int, int], float]


def _roles(read: Read) -> list[Role]:
    """The columns with what each holds, in the order of computing."""
    layout, wrong_column = read.layout, read.moves[1].gradient
    roles = [
        role
        for role in (layout.prediction, *layout.roles)
        if role.figures is not wrong_column or GRADIENTS.get(role.name, ("", 0))[0] == "m"
    ]
    if wrong_column is not None and _gradient(layout, "m") is not wrong_column:
        inputs = (Series(layout.prediction.figures), layout.y, layout.x)
        roles.append(
            Role("gm", wrong_column, "2*(y_pred - y)*x", lambda p, y, x: 2 * (p - y) * x, inputs)
        )
    return roles


def _follows(role: Role, row: int, mended: Mended) -> bool:
    """Whether a cell is what the others make it, with the wrong ones before it put right."""
    written = [one.at(row) for one in role.inputs]
    given = [
        mended.get((id(one.figures), row - one.shifted), value)
        for one, value in zip(role.inputs, written, strict=True)
    ]
    value = role.figures.values[row]
    if given == written or value is None or any(one is None for one in given):
        return False
    found = bounded(role.formula, given, [one.slack(row) for one in role.inputs])  # type: ignore[arg-type]
    return found is not None and abs(value - found[0]) <= found[1] + role.figures.slack(row)


def _mended_steps(read: Read, mended: Mended) -> list[list[Pair | None]]:
    """What the rule would subtract, with wrong gradients put right."""
    assert read.rule is not None
    moves = []
    for one in read.moves:
        rows = [
            (*move[:3], (mended.get((id(one.gradient), row), move[3][0]), move[3][1]))
            if move is not None
            else None
            for row, move in enumerate(one.rows)
        ]
        moves.append(replace(one, rows=rows))
    hyper = {name: value for name, (value, _) in read.rule.hyper.items()} | {"lr": 1.0}
    return steps_of(read.rule.variant, moves, hyper, read.rule.states, read.figures.rows)


def _is_sharp(read: Read) -> bool:
    """Whether the updates are large beside what rounding may hide: else nothing is to be told."""
    sizes = sorted(
        abs(move[0] - move[1]) / max(move[2], 1e-300)
        for moves in read.moves
        for move in moves.rows
        if move is not None
    )
    return bool(sizes) and sizes[len(sizes) // 4] > 10


def _not_carried(read: Read, moves: Moves) -> Iterator[tuple[int, int, Finding]]:
    """The rows that do not begin with the new value of the row above."""
    if not moves.own_column or moves.before.shifted:
        return
    for row in range(1, read.figures.rows):
        above, here = moves.after.values[row - 1], moves.before.at(row)
        if above is None or here is None:
            continue
        off = moves.after.slack(row - 1) + moves.before.slack(row) + 1e-9 * abs(above)
        if abs(above - here) > off:
            words = (
                f"{moves.before.figures.label or NAMES[moves.name]} is the row above's new value"
            )
            yield row, -1, _finding(read, moves.before.figures, row, above, words, None)


def _finding(
    read: Read, figures: Figures, row: int, wanted: float, words: str, why: str | None
) -> Finding:
    key = figures.keys[row]
    value = figures.values[row]
    because = f"{why}; {words} gives {wanted:.10g}" if why else f"{words} gives {wanted:.10g}"
    hint = why or f"look at {words} again"
    return Finding(
        read.book.sheets[key[0]], address(key), VALUE, value, wanted, because, hint,
        (address(key),),
    )  # fmt: skip


SLIPS: dict[str, tuple[tuple[str, Callable[..., float]], ...]] = {
    "y_pred": (
        ("intercept and slope are exchanged", lambda b, m, x: m + b * x),
        ("brackets are set that do not belong: (b + m)*x", lambda b, m, x: (b + m) * x),
        ("the intercept is missing", lambda b, m, x: m * x),
        ("+ and - are exchanged", lambda b, m, x: b - m * x),
    ),
    "gm": (
        ("the factor x is missing", lambda p, y, x: 2 * (p - y)),
        ("the factor 2 is missing", lambda p, y, x: (p - y) * x),
        ("the sign is the other way round", lambda p, y, x: -2 * (p - y) * x),
        ("y stands where x belongs", lambda p, y, x: 2 * (p - y) * y),
        ("the factors 2 and x are missing", lambda p, y, x: p - y),
        ("the factor x stands twice", lambda p, y, x: 2 * (p - y) * x * x),
    ),
    "gb": (
        ("the factor 2 is missing", lambda p, y: p - y),
        ("the sign is the other way round", lambda p, y: 2 * (y - p)),
        ("+ stands where - belongs", lambda p, y: 2 * (p + y)),
        ("the error is squared", lambda p, y: (p - y) ** 2),
    ),
    "error": (
        ("the sign is the other way round", lambda p, y: y - p),
        ("+ stands where - belongs", lambda p, y: p + y),
    ),
    "err2": (
        ("the square is missing", lambda p, y: p - y),
        ("the factor 1/2 is one too many", lambda p, y: (p - y) ** 2 / 2),
        ("the error is doubled, not squared", lambda p, y: 2 * (p - y)),
    ),
}  # fmt: skip


def _slip(role: Role, row: int) -> str | None:
    """The usual slip that gives the number written, where there is exactly one."""
    found = []
    for why, formula in SLIPS.get(role.name.strip("-").removesuffix("/2"), ()):
        slipped = Role(role.name, role.figures, "", formula, role.inputs)
        if slipped.right(row):
            found.append(why)
    return found[0] if len(found) == 1 else None


def _update_slip(
    move: tuple[float, float, float, tuple[float, float]],
    step: float,
    rate: float,
    read: Read,
    number: int,
    row: int,
) -> str | None:
    other = read.moves[1 - number].rows[row]
    assert read.rule is not None
    across = read.rule.steps[1 - number][row]
    ways = [
        ("+ stands where - belongs", move[0] + rate * step),
        ("the learning rate is missing", move[0] - step),
        ("the learning rate stands twice", move[0] - rate * rate * step),
        ("nothing is subtracted", move[0]),
    ]
    if other is not None and across is not None:
        ways.append(("the other parameter's gradient is taken", move[0] - rate * across[0]))
        ways.append(("it starts from the other parameter", other[0] - rate * step))
    off = move[2] + 1e-9 * abs(move[1])
    found = [why for why, value in ways if abs(value - move[1]) <= off]
    return found[0] if len(found) == 1 else None


def _ordered(found: list[tuple[int, int, Finding]]) -> list[Finding]:
    return [finding for _, _, finding in sorted(found, key=lambda one: one[:2])]


def _table(read: Read, findings: list[Finding]) -> Table:
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
    hyper = {
        name: (value, address(cell) if cell else None) for name, (value, cell) in rule.hyper.items()
    }
    table = Table(
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


def _run(read: Read) -> "Trace | None":
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


def _updates(read: Read) -> int:
    return max(sum(row is not None for row in moves.rows) for moves in read.moves)


def _rule_name(read: Read) -> str | None:
    assert read.rule is not None
    if not _is_sharp(read):
        return None
    name = read.rule.variant.name
    xs = {value for value in read.layout.x.figures.values if value is not None}
    return "gradient descent" if name == "sgd" and len(xs) == 1 else name


def _words(read: Read, table: Table, has_faults: bool) -> str:
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
    hyper = ", ".join(
        f"{name} {value:.10g}" + (f" ({cell})" if cell else "")
        for name, (value, cell) in table.hyper.items()
    )
    rule_name = table.rule or "an unknown rule"
    sentences = [
        f"{rule_name} on y = b + m*x, {table.updates} updates, {hyper}, read from the numbers: "
        + ", ".join(parts) + "."
    ]  # fmt: skip
    if table.differs:
        sentences.append("It " + "; it ".join(table.differs) + ".")
    if not _is_sharp(read):
        sentences.append("Its digits are too few to tell the rule, or to judge the updates.")
    elif read.as_good:
        sentences.append(f"The numbers fit {listed(read.as_good)} as well.")
    if not has_faults:
        sentences.append("Every cell follows.")
    return " ".join(sentences)
