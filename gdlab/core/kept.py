"""A cache on disk, private to this user, for the next process.

The cache contains machine code that is run. So it reads only files that nobody but this user can
have written, and checks that they are not damaged.
"""

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gdlab.core.files import replacing
from gdlab.core.trust import private_folder, read_private

DIGEST = hashlib.sha256().digest_size
LOCKED = ".lock"
LONGEST_WAIT_SECONDS = 120.0
_announced: set[str] = set()


def cache_folder() -> Path:
    """The folder of the cache; the variable GDLAB_CACHE can name another one."""
    import platformdirs

    return Path(os.environ.get("GDLAB_CACHE") or platformdirs.user_cache_dir("gdlab"))


def remembered(kind: str, key: str, most: int, make: Callable[[], str]) -> str:
    """A text that takes long to make: from the cache, or else made now and kept there.

    ``key`` is everything that the text depends on. Only the ``most`` latest texts of a ``kind`` are
    kept. Where another process is making the same text, this one waits for it.
    """
    ending = f".{kind}"
    file = hashlib.sha256(key.encode()).hexdigest()[:32] + ending
    stored = read_kept(file)
    if stored is None:
        with _one_at_a_time(file):
            stored = read_kept(file)
            if stored is None:
                stored = make().encode()
                write_kept(file, stored)
    for old in kept_files(f"*{ending}")[:-most]:
        old.unlink(missing_ok=True)
    return stored.decode()


@contextmanager
def _one_at_a_time(file: str) -> Iterator[None]:
    """Wait while another process makes a file; where it takes too long, or none can lock, go on."""
    from filelock import FileLock

    folder = _folder()
    if folder is None:
        yield
        return
    lock = FileLock(folder / f"{file}{LOCKED}", timeout=LONGEST_WAIT_SECONDS, mode=0o600)
    # A timeout is an OSError too.
    with suppress(OSError, NotImplementedError):
        lock.acquire()
    try:
        yield
    finally:
        if lock.is_locked:
            # Whoever comes now finds the file made. Windows removes none that is open.
            with suppress(OSError):
                (folder / f"{file}{LOCKED}").unlink()
            lock.release()


def kept_files(pattern: str) -> list[Path]:
    """The files in the cache with names that match a pattern, the latest ones last."""
    folder = _folder()
    found = []
    for file in folder.glob(pattern) if folder is not None else ():
        with suppress(FileNotFoundError):  # another process has just removed it
            found.append((file.stat().st_mtime_ns, file))
    return [file for _, file in sorted(found)]


def _folder() -> Path | None:
    """The cache's folder if it is private; else None, with a warning if others can write."""
    folder = cache_folder()
    try:
        private_folder(folder)
    except ValueError as error:
        _tell(str(error))
        return None
    except OSError:
        return None
    return folder


def read_kept(file: str) -> bytes | None:
    """The content of a file in the cache; None if there is none, or none that can be trusted."""
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
    # A damaged file does not match its digest.
    content = stored[DIGEST:]
    return content if hashlib.sha256(content).digest() == stored[:DIGEST] else None


def write_kept(file: str, content: bytes) -> None:
    """Write a file into the cache, if possible."""
    folder = _folder()
    if folder is None:
        return
    try:
        with replacing(folder / file, mode=0o600) as beside:
            beside.write_bytes(hashlib.sha256(content).digest() + content)
    except ValueError:
        # No space or no permission: then every process does the work itself.
        return


def _tell(why: str) -> None:
    if why not in _announced:
        _announced.add(why)
        line = f"gdlab: nothing is kept for the next time, which costs seconds: {why}"
        print("".join(c if c.isprintable() else ascii(c)[1:-1] for c in line), file=sys.stderr)
