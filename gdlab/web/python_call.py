"""The parts of the line of Python that gives a run, for the page to put its own numbers into."""

from typing import Any

from gdlab.core.assembly import EXTRAS
from gdlab.core.rerun import written
from gdlab.core.trace import Trace

Part = str | list[Any] | dict[str, list[list[Any]]]


def python_call(run: Trace) -> list[Part]:
    """The arguments of ``gdlab.trace`` behind the rule, in the order of ``rerun.python_line``.

    A text stands as it is, but for ``points``, ``epochs`` and ``start``, which the page writes. A
    list is an argument, the input that it comes from, and the value at which it is left out (None:
    never). Under ``switch`` stand such lists of what goes into its braces, with a fixed text or
    None behind.
    """
    table, hyper = run.table, list(run.hyper)
    parts: list[Part] = ["points", "epochs"] if table.point else [f"steps={run.rows}"]
    parts.append("start")
    for name, value in run.options.items():
        if name != "switch":
            parts.append(f"{name}={written(value)}")
            continue
        after = [one for one in table.inputs if one.after]
        own = [one.name for one in after]
        given = [[one.part.base, one.name, None] for one in after]
        parts.append(
            {"switch": [["at_epoch", "at_epoch", None], ["to", None, repr(value["to"])], *given]}
        )
        hyper = [one for one in hyper if one not in (*own, "at_epoch")]
    # Some settings bring columns along by being given at all, whatever their value.
    brings = {*EXTRAS, "batch_size"}.difference(table.rule.hyper, table.model.constants)
    hyper.sort(key=lambda name: name != "batch_size")
    for name in hyper:
        default = None if name in brings else run.table.hyper[name]
        parts.append([name, table.start_rate if name == table.rate else name, default])
    return parts
