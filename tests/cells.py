"""Define functions as a notebook cell does: from text, with a source that can be read."""

import itertools
import linecache
import textwrap
from collections.abc import Callable
from typing import Any

import pytest

import gdlab
from gdlab.core import registry

_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def rules_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget after each test what it registered; a test file asks for it by importing it."""
    monkeypatch.setattr(registry, "_registered", dict(registry._registered))


def function(source: str) -> Callable:
    """The last function that ``source`` defines; nothing is registered."""
    text = textwrap.dedent(source).lstrip("\n")
    name = f"<cell {next(_numbers)}>"
    # IPython, too, hands a cell's text to linecache, where inspect finds it.
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    namespace: dict[str, Any] = {"gdlab": gdlab}
    exec(compile(text, name, "exec"), namespace)
    return [
        value
        for value in namespace.values()
        if getattr(getattr(value, "__code__", None), "co_filename", None) == name
    ][-1]


def define(source: str) -> Callable:
    """The same, registered as a rule."""
    return gdlab.rule(function(source))
