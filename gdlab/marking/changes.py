"""Where a slip changes a formula, and two slips in one formula, each in its own place.

Formulas are data here, as :func:`gdlab.language.javascript.as_data` writes them, so that a page
does the same with them (gdlab/web/static/changes.js). A change is a path, a digit for each step
from the outermost part inwards, and what stands there then, in which ``#12`` is what stood in the
part's first part's second part, and ``#`` the part itself.
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

Tree = Any
SIGN = "#"


class Change(NamedTuple):
    """A change of a formula: where, and what stands there then."""

    path: str
    new: Tree


def change_of(formula: Tree, tree: Tree) -> Change:
    """What makes a formula another one."""
    if _are_alike(formula, tree):
        differ = [at for at, part in enumerate(formula) if part != tree[at]]
        if len(differ) == 1:
            path, new = change_of(formula[differ[0]], tree[differ[0]])
            return Change(f"{differ[0]}{path}", new)
    return Change("", _in_terms(tree, list(_parts(formula, "")), set()))


def _are_alike(formula: Tree, tree: Tree) -> bool:
    both = isinstance(formula, list) and isinstance(tree, list)
    return both and formula[0] == tree[0] and len(formula) == len(tree)


def _parts(formula: Tree, path: str) -> Iterator[tuple[str, Tree]]:
    """All parts of a formula but its numbers, the outer ones first."""
    if isinstance(formula, (list, str)):
        yield path, formula
    if isinstance(formula, list):
        for at, part in enumerate(formula[1:], 1):
            yield from _parts(part, f"{path}{at}")


def _in_terms(tree: Tree, parts: list[tuple[str, Tree]], used: set[str]) -> Tree:
    """A tree in which the parts of a formula are their paths; of equal ones each is taken once."""
    paths = [path for path, part in parts if part == tree]
    if paths:
        path = next((one for one in paths if one not in used), paths[0])
        used.add(path)
        return f"{SIGN}{path}"
    if isinstance(tree, list):
        return [tree[0], *(_in_terms(part, parts, used) for part in tree[1:])]
    return tree


def changed(formula: Tree, change: Change) -> Tree:
    """A formula with one change."""
    path, new = change
    if not path:
        return _filled(new, formula)
    at = int(path[0])
    inner = changed(formula[at], Change(path[1:], new))
    return [*formula[:at], inner, *formula[at + 1 :]]


def _filled(new: Tree, formula: Tree) -> Tree:
    if isinstance(new, list):
        return [new[0], *(_filled(part, formula) for part in new[1:])]
    if isinstance(new, str) and new.startswith(SIGN):
        for at in new[1:]:
            formula = formula[int(at)]
        return formula
    return new


def both(formula: Tree, first: Change, second: Change) -> Tree | None:
    """A formula with two changes; None where one is made in what the other takes away."""
    outer, inner = sorted((first, second), key=lambda one: len(one.path))
    if inner.path.startswith(outer.path):
        within, kept = inner.path[len(outer.path) :], _kept(outer.new)
        is_kept = any(within.startswith(path) for path in kept)
        is_taken_apart = any(path.startswith(within) and path != within for path in kept)
        if not within or not is_kept or is_taken_apart:
            return None
    return changed(changed(formula, inner), outer)


def _kept(new: Tree) -> list[str]:
    """The paths of the parts that a change keeps."""
    if isinstance(new, list):
        return [path for part in new[1:] for path in _kept(part)]
    return [new[1:]] if isinstance(new, str) and new.startswith(SIGN) else []


def as_text(tree: Tree) -> str:
    """A formula as one text, the same for the same formula."""
    return json.dumps(tree)
