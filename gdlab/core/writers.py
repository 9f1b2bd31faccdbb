"""The formats in which a trace can be written: the public API registers the writers here, because
they are in higher layers."""

from importlib import import_module

TYPE_CHECKING = False  # importing typing would take as long as the whole of `gdlab --help` may
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# A method's name -> "module:function".
WRITERS: dict[str, str] = {}


def writer(method: str) -> "Callable[..., Path]":
    """The function behind ``Trace.to_excel``, ``Trace.to_html`` or ``Trace.to_film``."""
    module, _, function = WRITERS[method].partition(":")
    found: Callable[..., Path] = getattr(import_module(module), function)
    return found
