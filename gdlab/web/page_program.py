"""What a browser needs to compute a run again, beside its program: gdlab/web/static/compute.js."""

from typing import Any

from gdlab.core.trace import Trace
from gdlab.web.python_call import python_call


def page_program(run: Trace) -> dict[str, Any]:
    """Names, starts and carried columns of a run's table, and the parts of its line of Python."""
    table = run.table
    return {
        "rule": run.rule,
        "names": table.names,
        "computed": table.computed,
        "data": table.point,
        "carriers": {name: table.carrier(start) for start, name in table.start_inputs.items()},
        "carried": {name: start for start, name in table.start_inputs.items()},
        "starts": {name: table.starts[start] for start, name in table.start_inputs.items()},
        "counts": table.counts,
        "count": table.count,
        "loss": table.loss,
        "constants": list(table.model.constants),
        "rate": table.rate,
        "startRate": table.start_rate,
        "nextRate": table.schedule.names["next_lr"] if table.schedule else "",
        "epochNames": [column.name for column in table.epoch_columns],
        "epochStarts": table.epoch_starts,
        "arguments": python_call(run),
        "order": _order(run),
    }


def _order(run: Trace) -> dict[str, Any] | None:
    """What a shuffled run's samples are drawn by: gdlab/web/static/drawn_order.js."""
    seed, how = int(run.options.get("seed", 0)), run.options.get("shuffle")
    words = [seed >> low & 0xFFFFFFFF for low in range(0, max(1, seed.bit_length()), 32)]
    return {"words": words, "again": how == "replacement"} if how else None
