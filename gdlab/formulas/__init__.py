"""What a learner reads and edits: optimizers, models, schedules, transforms, surfaces.

Whatever stands in the file of optimizers is a rule, and so for models, schedules and surfaces.
"""

from collections.abc import Callable
from types import ModuleType


def functions_of(module: ModuleType) -> dict[str, Callable[..., object]]:
    """The functions that stand in a file, by name, in their order there."""
    return {
        name: thing
        for name, thing in vars(module).items()
        if getattr(thing, "__module__", None) == module.__name__
    }
