"""Machine code kept on disk for the next process: by this user, for this user.

What is kept is unpickled and run, so nothing is read but what only this user can have written.
Numba's own cache asks nobody for that, and looks for its settings in the current folder.
"""

import hashlib
import os
import pickle
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from gdlab.core.files import replacing
from gdlab.core.trust import private_folder, read_private

ENDING = ".nbc"
DIGEST = hashlib.sha256().digest_size
_told: set[str] = set()


def cache_folder() -> Path:
    """Where machine code is kept; GDLAB_CACHE names another place."""
    import platformdirs

    return Path(os.environ.get("GDLAB_CACHE") or platformdirs.user_cache_dir("gdlab"))


def keep(function: Any, name: str) -> None:
    """Let a compiled function's machine code be kept in files that begin with ``name``."""
    import numba
    from numba.core import serialize
    from numba.core.caching import _Cache
    from numba.core.compiler import CompileResult

    class Kept(_Cache):
        """The cache of one function: a file for every kind of arguments and processor."""

        cache_path = property(lambda _: str(cache_folder()))

        def load_overload(self, sig: Any, target_context: Any) -> Any:
            target_context.refresh()
            stored = _read(self._file(sig, target_context.codegen()))
            if stored is None:
                return None
            try:
                rebuild: Any = CompileResult._rebuild
                return rebuild(target_context, *pickle.loads(stored))
            except Exception:
                # Damaged, in whatever way: it is compiled and written again.
                return None

        def save_overload(self, sig: Any, data: Any) -> None:
            if not data.library.has_dynamic_globals:
                dumps: Any = serialize.dumps
                _write(self._file(sig, data.codegen), dumps(data._reduce()))

        def _file(self, sig: Any, codegen: Any) -> str:
            kind = (numba.__version__, sys.version, str(sig), codegen.magic_tuple())
            return f"{name}-{hashlib.sha256(repr(kind).encode()).hexdigest()[:16]}{ENDING}"

        def enable(self) -> None:
            """Nothing: it is on from its beginning."""

        disable = flush = enable

    function._cache = Kept()


def forget(name: str) -> None:
    """Remove what is kept under a name."""
    folder = _folder()
    if folder is not None:
        for file in folder.glob(f"{name}-*{ENDING}"):
            file.unlink(missing_ok=True)


def _folder() -> Path | None:
    """The folder, closed to others; None where there is none, and one line where it is not."""
    folder = cache_folder()
    try:
        private_folder(folder)
    except ValueError as error:
        _tell(str(error))
        return None
    except OSError:
        return None
    return folder


def _read(file: str) -> bytes | None:
    folder = _folder()
    if folder is None:
        return None
    try:
        stored = read_private(folder / file)
    except ValueError as error:
        _tell(str(error))
        return None
    except OSError:
        return None
    # A fault of the disk is no machine code either.
    content = stored[DIGEST:]
    return content if hashlib.sha256(content).digest() == stored[:DIGEST] else None


def _write(file: str, content: bytes) -> None:
    folder = _folder()
    if folder is None:
        return
    try:
        with replacing(folder / file, mode=0o600) as beside:
            beside.write_bytes(hashlib.sha256(content).digest() + content)
    except ValueError:
        # No room, or no permission: this process compiles for itself.
        return


def _tell(why: str) -> None:
    if why not in _told:
        _told.add(why)
        line = f"gdlab: compiled code is not kept, which costs seconds: {why}"
        print("".join(c if c.isprintable() else ascii(c)[1:-1] for c in line), file=sys.stderr)


@lru_cache(maxsize=64)
def name_of(text: str) -> str:
    """A name made of a module's text: an edited rule has another one."""
    return "gdlab_kernel_" + hashlib.sha256(text.encode()).hexdigest()[:32]
