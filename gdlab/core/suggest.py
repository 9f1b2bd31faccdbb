"""Suggestions for an unknown name: the name that was probably meant, or all names."""

from collections.abc import Iterable

LIKE_ENOUGH = 0.8  # from 0 to 1: a typing error is at least this similar to what was meant


def nearest(name: object, names: Iterable[str]) -> list[str]:
    """The names most similar to ``name``, ignoring case and hyphens; empty if none is similar."""
    if not isinstance(name, str):
        return []
    unordered = {one: _likeness(_plain(name), _plain(one)) for one in names}
    best = max(unordered.values(), default=0.0)
    return [one for one, alike in unordered.items() if alike == best] if best >= LIKE_ENOUGH else []


def _likeness(one: str, other: str) -> float:
    """The similarity of two names, from 0 to 1, where two letters swapped count half."""
    from difflib import SequenceMatcher

    ordered = SequenceMatcher(None, one, other, autojunk=False).ratio()
    unordered = SequenceMatcher(None, sorted(one), sorted(other), autojunk=False).ratio()
    return (ordered + unordered) / 2


def unknown(what: str, name: object, names: Iterable[str], listed: str = "there are") -> str:
    """``what`` with the nearest names, or all: ``no rule is called x; there are a, b``."""
    known = list(names)
    every = f"{listed} {', '.join(known)}"
    return f"{what}; {did_you_mean(nearest(name, known)) or every}"


def did_you_mean(near: list[str]) -> str:
    """``did you mean beta1 or beta2?``, or an empty text for no names."""
    return f"did you mean {' or '.join(near)}?" if near else ""


def _plain(name: str) -> str:
    return name.casefold().replace("-", "_")
