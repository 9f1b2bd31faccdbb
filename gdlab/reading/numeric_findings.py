"""Find the cells of a sheet without formulas that contradict the cells before them."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from gdlab.reading.book import Key, address
from gdlab.reading.figures import Figures
from gdlab.reading.numeric import Role, Series, bounded
from gdlab.reading.numeric_moves import Moves, Pair
from gdlab.reading.numeric_penalty import closed_rows, is_penalised
from gdlab.reading.numeric_read import (
    GRADIENT_NAMES,
    PARAMETER_NAMES,
    NumericRead,
    gradient_of,
    is_sharp,
)
from gdlab.reading.numeric_steps import steps_of, update_right
from gdlab.reading.result import VALUE, Finding

# If a larger share of a column is wrong, it was probably misunderstood, and nothing is said.
MOST_WRONG_SHARE = 0.25
# The right values of wrong cells, by column and row.
Mended = dict[tuple[int, int], float]


def findings_of(read: NumericRead) -> Iterator[tuple[int, int, Finding]]:
    """Yield findings about cells that contradict the cells before them, with row and rank in it.

    A cell that follows from the right value of a wrong cell is right: a slip of the pen is reported
    once.
    """
    mended: Mended = {}
    sharp, of_roles = is_sharp(read), []
    roles = _roles(read)
    closed = closed_rows(read, roles)
    for rank, role in enumerate(roles):
        found = []
        if is_penalised(read, role):
            continue
        for row in range(read.figures.rows):
            if row in closed:
                continue
            wanted = role.expected(row)
            if role.right(row) is not False or wanted is None:
                continue
            value = role.figures.values[row] or 0.0
            if role.figures.may_be_rounded(row, abs(value - wanted[0]) - wanted[1]):
                continue
            if not _follows(role, row, mended):
                mended[id(role.figures), row] = wanted[0]
                why = _slip(role, row)
                words = f"{role.figures.label or role.name} = {role.words}"
                one = _finding(read, role.figures, row, wanted[0], words, why)
                found.append((row, rank, one))
        sure = len(found) <= max(1, MOST_WRONG_SHARE * role.tried) or _same_slip(found)
        if sure or role.figures is read.moves[1].gradient:
            of_roles += found
    # With few digits other readings are possible: if several rows contradict one, it is not right.
    if sharp or len({row for row, _, _ in of_roles}) < 2 or _same_slip(of_roles):
        yield from of_roles
    if read.rule is None or not sharp or not _is_plain(*read.rule.hyper["lr"]):
        return
    wrong = [
        # Where no column shows the gradient, it may be that of another loss.
        [one for one in _wrong_updates(read, number, mended) if one[0] not in closed]
        if moves.gradient is not None
        else []
        for number, moves in enumerate(read.moves)
    ]
    judged = [sum(step is not None for step in own) for own in read.rule.steps]
    # If many updates contradict a rule, the sheet uses another one, and none is called wrong. With
    # states, rounding affects all later updates.
    share = 0.0 if read.rule.variant.rule.carried else MOST_WRONG_SHARE
    if all(
        len(found) <= max(1, share * count) or _same_slip(found)
        for found, count in zip(wrong, judged, strict=True)
    ):
        for found in wrong:
            yield from found
    for moves in read.moves:
        yield from _not_carried(read, moves)


def _is_plain(rate: float, cell: Key | None) -> bool:
    """Whether a rate is on the sheet, or one that a person types: 0.001, and not 0.001006."""
    return cell is not None or rate == float(f"{rate:.2g}")


def _wrong_updates(
    read: NumericRead, number: int, mended: Mended
) -> Iterator[tuple[int, int, Finding]]:
    """Yield findings about the updates of one parameter that do not follow the rule."""
    assert read.rule is not None
    moves, own = read.moves[number], read.rule.steps[number]
    rate = read.rule.hyper["lr"][0]
    other = _mended_steps(read, mended)[number]
    for row in range(read.figures.rows):
        move, step = moves.rows[row], own[row]
        if update_right(moves, own, rate, row) is not False or move is None or not step:
            continue
        if update_right(moves, other, rate, row):
            continue
        # If several rules fit, an update is wrong only if it follows none of them.
        if any(
            update_right(moves, one.steps[number], one.hyper["lr"][0], row) for one in read.as_good
        ):
            continue
        wanted_value = move[0] - rate * step[0]
        at = row if moves.own_column else row + 1
        words = f"{moves.after.label or 'the new value'} = {PARAMETER_NAMES[moves.name]} - step"
        why = _update_slip(move, step[0], rate, read, number, row)
        yield row, 20 + number, _finding(read, moves.after, at, wanted_value, words, why)


def _same_slip(found: list[tuple[int, int, Finding]]) -> bool:
    """Whether the same slip explains all findings."""
    named = {one.because.partition("; ")[0] for _, _, one in found if "; " in one.because}
    return len(named) == 1 and all("; " in one.because for _, _, one in found)


def _roles(read: NumericRead) -> list[Role]:
    """The roles of all columns, in the order of computing."""
    layout, wrong_column = read.layout, read.moves[1].gradient
    roles = [
        role
        for role in (layout.prediction, *layout.roles)
        if role.figures is not wrong_column or GRADIENT_NAMES.get(role.name, ("", 0))[0] == "m"
    ]
    if wrong_column is not None and gradient_of(layout, "m") is not wrong_column:
        inputs = (Series(layout.prediction.figures), layout.y, layout.x)
        roles.append(
            Role("gm", wrong_column, "2*(y_pred - y)*x", lambda p, y, x: 2 * (p - y) * x, inputs)
        )
    return roles


def _follows(role: Role, row: int, mended: Mended) -> bool:
    """Whether a cell agrees with its inputs after wrong ones among them are corrected."""
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


def _mended_steps(read: NumericRead, mended: Mended) -> list[list[Pair | None]]:
    """The steps of the rule after wrong gradients are corrected."""
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


def _not_carried(read: NumericRead, moves: Moves) -> Iterator[tuple[int, int, Finding]]:
    """Yield findings about rows that do not start from the new value of the row above."""
    if not moves.own_column or moves.before.shifted:
        return
    for row in range(1, read.figures.rows):
        above, here = moves.after.values[row - 1], moves.before.at(row)
        if above is None or here is None:
            continue
        off = moves.after.slack(row - 1) + moves.before.slack(row) + 1e-9 * abs(above)
        if abs(above - here) > off:
            name = moves.before.figures.label or PARAMETER_NAMES[moves.name]
            words = f"{name} is the row above's new value"
            yield row, -1, _finding(read, moves.before.figures, row, above, words, None)


def _finding(
    read: NumericRead, figures: Figures, row: int, wanted: float, words: str, why: str | None
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
        ("there are brackets that do not belong: (b + m)*x", lambda b, m, x: (b + m) * x),
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
        ("the factor 1/2 does not belong here", lambda p, y: (p - y) ** 2 / 2),
        ("the error is doubled, not squared", lambda p, y: 2 * (p - y)),
    ),
}  # fmt: skip


def _slip(role: Role, row: int) -> str | None:
    """The usual slip that gives the written number, if there is exactly one."""
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
    read: NumericRead,
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
