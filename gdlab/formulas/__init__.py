"""What a learner reads and edits: optimizers, models, schedules, transforms, surfaces.

Every function in optimizers.py is a rule; the same holds for models, schedules and surfaces.
"""

from collections.abc import Callable
from types import ModuleType


def functions_of(module: ModuleType) -> dict[str, Callable[..., object]]:
    """The functions defined in a file, by name, in the order of the file."""
    return {
        name: thing
        for name, thing in vars(module).items()
        if getattr(thing, "__module__", None) == module.__name__
    }
