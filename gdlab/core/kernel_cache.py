"""Keep Numba's machine code in gdlab's own cache on disk.

Numba's own cache does not check who owns the files that it unpickles and runs, and it looks for its
settings in the current folder.
"""

import hashlib
import pickle
import sys
from functools import lru_cache
from typing import Any

from gdlab.core.kept import cache_folder, kept_files, read_kept, write_kept

ENDING = ".nbc"


def keep(function: Any, name: str) -> None:
    """Keep the machine code of a compiled function in files with names that begin with ``name``."""
    import numba
    from numba.core import serialize
    from numba.core.caching import _Cache
    from numba.core.compiler import CompileResult

    class Kept(_Cache):
        """The cache of one function: a file for each signature and processor."""

        cache_path = property(lambda _: str(cache_folder()))

        def load_overload(self, sig: Any, target_context: Any) -> Any:
            target_context.refresh()
            stored = read_kept(self._file(sig, target_context.codegen()))
            if stored is None:
                return None
            try:
                rebuild: Any = CompileResult._rebuild
                return rebuild(target_context, *pickle.loads(stored))
            except Exception:
                # Damaged: compile and write it again.
                return None

        def save_overload(self, sig: Any, data: Any) -> None:
            if not data.library.has_dynamic_globals:
                dumps: Any = serialize.dumps
                write_kept(self._file(sig, data.codegen), dumps(data._reduce()))

        def _file(self, sig: Any, codegen: Any) -> str:
            kind = (numba.__version__, sys.version, str(sig), codegen.magic_tuple())
            return f"{name}-{hashlib.sha256(repr(kind).encode()).hexdigest()[:16]}{ENDING}"

        def enable(self) -> None:
            """Do nothing: this cache is always on."""

        disable = flush = enable

    function._cache = Kept()


def forget(name: str) -> None:
    """Remove the files of a name from the cache."""
    for file in kept_files(f"{name}-*{ENDING}"):
        file.unlink(missing_ok=True)


@lru_cache(maxsize=64)
def name_of(text: str) -> str:
    """The name of a module, a hash of its source: an edited rule has another one."""
    return "gdlab_kernel_" + hashlib.sha256(text.encode()).hexdigest()[:32]
