"""What a trace can be written as: the public API names here the writers that stand above it."""

from importlib import import_module

TYPE_CHECKING = False  # importing typing would take as long as the whole of `gdlab --help` may
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# The method's name -> "module:function".
WRITERS: dict[str, str] = {}


def writer(method: str) -> "Callable[..., Path]":
    """The function behind ``Trace.to_excel``, ``Trace.to_html`` or ``Trace.to_film``."""
    module, _, function = WRITERS[method].partition(":")
    found: Callable[..., Path] = getattr(import_module(module), function)
    return found
