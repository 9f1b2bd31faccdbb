"""Files kept on disk for the next process: by this user, for this user.

What is kept is trusted, and machine code among it is run. So only files that nobody but this user
can have written are read, and none that a disk has damaged.
"""

import hashlib
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from gdlab.core.files import replacing
from gdlab.core.trust import private_folder, read_private

DIGEST = hashlib.sha256().digest_size
_told: set[str] = set()


def cache_folder() -> Path:
    """Where files are kept; GDLAB_CACHE names another place."""
    import platformdirs

    return Path(os.environ.get("GDLAB_CACHE") or platformdirs.user_cache_dir("gdlab"))


def remembered(kind: str, key: str, most: int, make: Callable[[], str]) -> str:
    """A text that takes long to make: what was kept under its key, or made now and kept.

    ``key`` is everything that the text depends on. Of each ``kind`` the latest ``most`` are
    kept.
    """
    ending = f".{kind}"
    file = hashlib.sha256(key.encode()).hexdigest()[:32] + ending
    stored = read_kept(file)
    if stored is not None:
        return stored.decode()
    text = make()
    write_kept(file, text.encode())
    for old in kept_files(f"*{ending}")[:-most]:
        old.unlink(missing_ok=True)
    return text


def kept_files(pattern: str) -> list[Path]:
    """The kept files whose names are of a pattern, those written last at the end."""
    folder = _folder()
    found = []
    for file in folder.glob(pattern) if folder is not None else ():
        with suppress(FileNotFoundError):  # another process has just removed it
            found.append((file.stat().st_mtime_ns, file))
    return [file for _, file in sorted(found)]


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


def read_kept(file: str) -> bytes | None:
    """What is kept in a file of this name; None where there is none that can be believed."""
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
    # A fault of the disk is not what was written.
    content = stored[DIGEST:]
    return content if hashlib.sha256(content).digest() == stored[:DIGEST] else None


def write_kept(file: str, content: bytes) -> None:
    """Keep a file, where the disk lets it."""
    folder = _folder()
    if folder is None:
        return
    try:
        with replacing(folder / file, mode=0o600) as beside:
            beside.write_bytes(hashlib.sha256(content).digest() + content)
    except ValueError:
        # No room, or no permission: each process does the work for itself.
        return


def _tell(why: str) -> None:
    if why not in _told:
        _told.add(why)
        line = f"gdlab: nothing is kept for the next time, which costs seconds: {why}"
        print("".join(c if c.isprintable() else ascii(c)[1:-1] for c in line), file=sys.stderr)
