"""The text of a sweep's loop: many runs side by side, no table kept, one number per run.

It is written from the same functions and steps as the row loop (:mod:`gdlab.core.codegen`), so a
run has the same bits here as there. Up to 64 runs go through a row together, each in its lane.
Their state stands in one short array, all lanes of a name beside each other, so that the processor
computes several lanes at once.
"""

import ast
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import prod

from gdlab.core.codegen import (
    call_text,
    counters,
    function_names,
    points_name,
    step_lines,
    with_functions,
)
from gdlab.core.columns import Table, every_call
from gdlab.language.grammar import names
from gdlab.studies.sweeps.measures import Measure

LANES = 64
# With fewer runs side by side, powers may as well be taken run by run.
ENOUGH = 8
# From so many runs on, nearly all blocks of lanes are full.
FILLED = 4 * LANES


def shared_and_lanes(
    table: Table, sizes: Mapping[str, int]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split the swept names (with how many values each has): the same for a block, and not.

    A power costs more than all the rest of a row. Where the names in it are the same for a block
    of runs, it is taken once for all of them. Of the others only as many differ from lane to lane
    as fill the lanes: a number that is the same for a block need not be read in every row.
    """
    in_powers = _names_in_powers(table)
    lanes: list[str] = []
    # Names with many values first, those in powers last and only where lanes would stay empty.
    shared = sorted(sizes, key=lambda name: (name not in in_powers, sizes[name]))
    while shared:
        wanted = ENOUGH if shared[-1] in in_powers else FILLED
        if prod(sizes[name] for name in lanes) >= wanted:
            break
        lanes.append(shared.pop())
    return tuple(shared), tuple(lanes)


@lru_cache(maxsize=64)
def _names_in_powers(table: Table) -> frozenset[str]:
    powers = [
        part
        for call in every_call(table.steps)
        for column in call.columns()
        if column.expression is not None
        for part in ast.walk(column.expression)
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Pow)
    ]
    return frozenset(name for power in powers for name in names(power))


def numbers(table: Table) -> tuple[str, ...]:
    """The names of the numbers that a run is given, in order."""
    return (*table.starts, *table.epoch_starts, *table.hyper)


def in_lanes(table: Table, lanes: tuple[str, ...], measure: Measure) -> tuple[str, ...]:
    """The names with a number in every lane: first those that are swept there."""
    rate = [table.start_rate] if table.rate and table.rate in lanes else []
    return tuple(dict.fromkeys([*lanes, *rate, *_changing(table, measure)]))


def _changing(table: Table, measure: Measure) -> tuple[str, ...]:
    """What a run carries from row to row, or from its rows to what is done after an epoch."""
    after_epoch: list[str] = []
    if table.schedule:
        asked = [name.removesuffix("_prev") for name in table.schedule.names.values()]
        asked = [name for name in asked if name in table.computed]
        after_epoch = [table.rate, *table.epoch_starts, *asked]
    carried = [*table.starts, *table.counts, *measure.state, *after_epoch]
    return tuple(dict.fromkeys(carried))


@lru_cache(maxsize=64)
def _test_of_all(table: Table, known: frozenset[str]) -> str | None:
    """The test in the table's functions whose answer is the same in all lanes of a row.

    ``known`` are the names that are; of several tests the one that is asked most often. A test
    counts where every function calls these names as the table does.
    """
    calls = [*every_call(table.steps)]
    own = {one for one in known if all(call.names.get(one, one) == one for call in calls)}
    found = Counter(
        ast.unparse(part.test)
        for call in calls
        for part in ast.walk(ast.parse(call.formulas.source))
        if isinstance(part, ast.IfExp)
        and own.intersection(call.formulas.arguments).issuperset(names(part.test))
    )
    return max(found, key=found.__getitem__, default=None)


@lru_cache(maxsize=64)
def _decided(text: str, test: str, answer: bool) -> str:
    """A function's source where the answer to a test of its arguments is known."""

    class Decided(ast.NodeTransformer):
        def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
            self.generic_visit(node)
            if ast.unparse(node.test) != test or not given.issuperset(names(node.test)):
                return node
            return node.body if answer else node.orelse

    tree = ast.parse(text)
    given = {part.arg for part in ast.walk(tree) if isinstance(part, ast.arg)}
    return ast.unparse(Decided().visit(tree))


def lanes_text(
    table: Table, shared: tuple[str, ...], lanes: tuple[str, ...], measure: Measure
) -> str:
    """The module whose ``run`` writes the measure of many runs into ``_out``.

    ``run(_first, _count, _fast, _epochs, _samples, POINTS, _order, NUMBERS, INPUTS, _swept, _s,
    _out)``: ``_count`` runs, the first of them the run ``_first`` of the whole sweep, in which
    ``_fast`` runs after each other have the shared names in common. POINTS are arrays, NUMBERS
    those of :func:`numbers`, INPUTS the measure's. ``_swept`` holds the values of the shared names
    and of the lanes', whose last change fastest from run to run; ``_s`` is room for 64 lanes of
    :func:`in_lanes`.
    """
    written = function_names(table)
    kept = in_lanes(table, lanes, measure)
    changing = _changing(table, measure)
    common = ["_epochs", "_samples", *map(points_name, table.point), "_order", *numbers(table)]
    common += measure.inputs
    of_block = [name for name in common if name not in lanes]
    lane_of = {name: f"_s[{LANES * i} + _j]" for i, name in enumerate(kept)}
    first_value = {name: repr(value) for name, value in {**table.counts, **measure.state}.items()}
    first_value |= {name: "0.0" for name in changing if name in table.computed}
    first_value |= {name: name for name in of_block}
    if table.rate and table.rate in lanes:
        first_value[table.start_rate] = lane_of[table.rate]

    def load(indent: str) -> list[str]:
        return [f"{indent}{name} = {lane_of[name]}" for name in kept]

    def store(changed: Iterable[str], indent: str) -> list[str]:
        return [f"{indent}{lane_of[name]} = {name}" for name in changed]

    def each(indent: str, lines: Iterable[str], changed: Iterable[str] = ()) -> list[str]:
        """A loop over the lanes; none where there is nothing to do."""
        inner = indent + "    "
        work = [inner + line for line in lines]
        loop = [f"{indent}for _j in _range(_lanes):", *load(inner), *work, *store(changed, inner)]
        return loop if work else []

    def lines(*groups: Iterable[str]) -> str:
        return "\n".join(line for group in groups for line in group)

    update = [f"{name} = {table.carrier(name)}" for name in table.parameters]
    # Where every row carries a name it is stored by every row.
    by_epoch = [*table.epoch_starts, *([table.rate] if table.schedule else [])]
    schedule = []
    if table.schedule:
        following = f"{table.rate} = {table.schedule.names['next_lr']}"
        schedule = [call_text(table.schedule, written), following]

    def row(indent: str, functions: dict[str, str]) -> list[str]:
        """A row of all lanes; ``functions`` are the names of those to call, by source."""
        steps = step_lines(table.steps, functions, {*table.starts, *table.counts}, "")
        stored = [name for name in changing if name not in by_epoch]
        return each(indent, [*steps, *measure.row, *update], stored)

    rows = row(" " * 12, written)
    test = _test_of_all(table, frozenset({*of_block, *counters(table)}.difference(kept)))
    if test:
        # The processor then computes what one case needs, not both values in every lane.
        rows, sources = [], tuple(written)
        for head, answer in ((f"if {test}:", True), ("else:", False)):
            left = {source: _decided(source, test, answer) for source in sources}
            for text in left.values():
                written.setdefault(text, f"_{len(written)}_case")
            functions = {source: written[text] for source, text in left.items()}
            rows += [f"{' ' * 12}{head}", *row(" " * 16, functions)]
    block = lines(
        [f"def _block({', '.join([*of_block, '_s', '_out', '_start', '_lanes'])}):"],
        [f"    {table.count} = _float(_samples)"],
        [f"    {table.start_rate} = {table.rate}"] if table.rate and table.rate in of_block else [],
        ["    for _j in _range(_lanes):"],
        (f"        {lane_of[name]} = {first_value[name]}" for name in kept if name not in lanes),
        ["    _row = 0", "    for _e in _range(_epochs):"],
        each("        ", measure.before, measure.state),
        ["        for _i in _range(_samples):"],
        (f"            {name} = {cell}" for name, cell in counters(table).items()),
        rows,
        ["            _row += 1"],
        each("        ", [*schedule, *measure.after], [*by_epoch, *measure.state]),
        each("    ", [f"_out[_start + _j] = {measure.result}"]),
    )
    values = {name: f"_swept[{i}]" for i, name in enumerate((*shared, *lanes))}

    def pick(name: str, index: str, group: tuple[str, ...]) -> str:
        """A name's value at an index among all combinations of its group."""
        later = group[group.index(name) + 1 :]
        steps = " * ".join(f"_len({values[other]})" for other in later)
        index = f"{index} // ({steps})" if later else index
        return (
            f"{values[name]}[{index} % _len({values[name]})]"
            if len(group) > 1
            else (f"{values[name]}[{index}]")
        )

    handed = [pick(name, "_combination", shared) if name in shared else name for name in of_block]
    run = lines(
        [f"def run(_first, _count, _fast, {', '.join(common)}, _swept, _s, _out):"],
        ["    _c = 0", "    while _c < _count:"],
        ["        _combination = (_first + _c) // _fast"],
        ["        _at = (_first + _c) % _fast"],
        ["        _lanes = _fast - _at"],
        [f"        if _lanes > {LANES}:", f"            _lanes = {LANES}"],
        ["        if _lanes > _count - _c:", "            _lanes = _count - _c"],
        ["        for _j in _range(_lanes):"],
        (f"            {lane_of[name]} = {pick(name, '(_at + _j)', lanes)}" for name in lanes),
        [f"        _block({', '.join(handed)}, _s, _out, _c, _lanes)"],
        ["        _c += _lanes"],
    )
    return with_functions(written, f"{block}\n\n\n{run}")
