"""What unknown words on the command line were probably meant to be."""

import re

from gdlab.core.suggest import did_you_mean, nearest
from gdlab.core.symbols import LETTERS, LIMITS

# Other words for the learning rate, as books and libraries have them.
RATE = {"rate", "learning_rate", "alpha", "eta", "step_size"}


def meant(words: list[str], options: list[str]) -> str:
    """One sentence about ``words``; ``options`` are those that the command has.

    ``--lr 0.1`` and ``lr=0.1`` get the option that takes them, ``--epcohs`` the one that is near.
    """
    said = f"unrecognized arguments: {' '.join(words)}"
    dashes, name, value = _parts(words)
    option = _option_for(name) if dashes or value else None
    if option in options:
        name = "lr" if name in RATE else name
        return f"{said}; write {option} {name}={value or 'NUMBER'}"
    long = [one for one in options if one.startswith("--")]
    near = nearest(f"--{name}", long) if dashes else []
    return f"{said}; {did_you_mean(near)}" if near else said


def _parts(words: list[str]) -> tuple[str, str, str]:
    """The first word's dashes, name and value; the value may be the next word."""
    dashes, name, value = re.match("(-*)([^=]*)=?(.*)", words[0], re.DOTALL).groups()  # type: ignore[union-attr]
    if dashes and not value and len(words) > 1 and not words[1].startswith("--"):
        value = words[1]
    return dashes, name.replace("-", "_"), value


def _option_for(name: str) -> str | None:
    """The option that takes ``name=value``; None for a name that none takes."""
    if name in RATE or (name in LIMITS and name != "batch_size"):
        return "--switch" if name == "at_epoch" else "--set"
    base = re.sub("_(intercept|slope|u|v)$", "", name)
    return "--start" if name in LETTERS["mb"] or base != name else None
