"""Which options work together: tries every pair, for the table in docs/options.md.

python tests/combinations.py
"""

import itertools

import gdlab

OPTIONS = {
    "batches": {"batch_size": 4},
    "full batch": {"batch_size": "full"},
    "shuffle": {"shuffle": True, "seed": 3},
    "with replacement": {"shuffle": "replacement"},
    "schedule of t": {"schedule": "cosine"},
    "annealing": {"schedule": "lesson_annealing"},
    "on plateau": {"schedule": "reduce_on_plateau"},
    "max_norm": {"max_norm": 50.0},
    "max_value": {"max_value": 20.0},
    "weight_decay": {"weight_decay": 0.1},
    "h": {"h": 0.01},
    "switch": {"switch": {"at_epoch": 2, "to": "momentum"}},
    "surface": {"surface": "ravine", "steps": 40, "start": {"u": -4.0, "v": 2.0}},
}


def together(first: str, second: str, rule: str = "adam") -> "gdlab.Trace | str":
    """The run with two options, or the sentence that refuses it."""
    one, other = OPTIONS[first], OPTIONS[second]
    if first != second and set(one) & set(other):
        return "one at a time"
    options = {**one, **other}
    if "surface" not in options:
        options["epochs"] = 3
    try:
        return gdlab.trace(rule, **options)
    except ValueError as refusal:
        return str(refusal)


def table() -> str:
    """The table in Markdown; an empty cell is a pair that is refused."""
    names = list(OPTIONS)
    lines = ["| | " + " | ".join(names) + " |", "| --- |" + " :-: |" * len(names)]
    for name in names:
        cells = ["" if isinstance(together(name, other), str) else "✓" for other in names]
        lines.append(f"| **{name}** | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def refusals() -> dict[tuple[str, str], str]:
    """The pairs that are refused, with the reason given."""
    tried = {pair: together(*pair) for pair in itertools.combinations(OPTIONS, 2)}
    return {pair: answer for pair, answer in tried.items() if isinstance(answer, str)}


if __name__ == "__main__":
    print(table())
