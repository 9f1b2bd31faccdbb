"""A command's own process: it ignores files of the current folder, and ends when told to."""

import gc
import os
import signal
import sys
from importlib.machinery import ModuleSpec, PathFinder

TYPE_CHECKING = False  # importing typing would take as long as argparse does
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType, ModuleType

TERMINATED = 143
# Formulas are trees of many small objects: at Python's 700 new ones, looking among all for what
# could be freed takes a third of the time that a page takes to make.
OBJECTS_BETWEEN_SEARCHES = 50_000
# They look for matplotlibrc and .numba_config.yaml in the current folder.
READ_SETTINGS = ("matplotlib", "numba")


def prepare() -> None:
    """Keep the current folder from changing what this process, or one that it starts, imports."""
    os.environ["PYTHONSAFEPATH"] = "1"
    sys.meta_path.insert(0, _Elsewhere())
    # As Ctrl-C does, so that nothing half written stays.
    signal.signal(signal.SIGTERM, _terminate)
    gc.set_threshold(OBJECTS_BETWEEN_SEARCHES)


def _terminate(_signal: int, _frame: "FrameType | None") -> None:
    raise SystemExit(TERMINATED)


class _Elsewhere:
    """Finds the libraries that read settings, and lets them look for those in their own folder."""

    def find_spec(
        self, name: str, path: "Sequence[str] | None", target: "ModuleType | None" = None
    ) -> ModuleSpec | None:
        """The module's usual place, with a loader that changes the folder while it is imported."""
        if name not in READ_SETTINGS:
            return None
        found = PathFinder.find_spec(name, path, target)
        if found is None or found.loader is None or not found.origin:
            return found
        load, folder = found.loader.exec_module, os.path.dirname(found.origin)  # noqa: PTH120

        def elsewhere(module: "ModuleType") -> None:
            here = os.getcwd()  # noqa: PTH109
            os.chdir(folder)
            try:
                load(module)
            finally:
                os.chdir(here)
            if name == "numba":
                # It looks again whenever it compiles.
                sys.modules["numba.core.config"]._config_fname = ""  # type: ignore[attr-defined]

        found.loader.exec_module = elsewhere  # type: ignore[method-assign]
        return found
