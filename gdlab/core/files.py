"""Atomic file writes: a file is written beside the old one, then moved there."""

import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gdlab.core.trust import is_mine, refuse_foreign_links

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

# The prefix of a file until it is complete. A killed run leaves such a file behind, and the next
# run that writes into the folder removes it.
PREFIX = ".gdlab-"
DAY = 86_400.0  # seconds
_being_written: set[Path] = set()
_cleared: set[Path] = set()


@contextmanager
def replacing(path: str | Path, mode: int = 0o666) -> Iterator[Path]:
    """Yield a path to write to; the new file replaces ``path`` if the block ends without an error.

    If the block raises, the file at ``path`` does not change. ``mode`` is the permissions before
    the umask. Raises ValueError naming ``path`` if its folder does not exist, if the file cannot be
    written, or if the path goes through another user's link.
    """
    target = checked_path(path)

    def make() -> Path:
        beside = target.with_name(f"{PREFIX}{secrets.token_hex(8)}{target.suffix}")
        os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
        return beside

    try:
        _clear_once(target.parent)
        # The file is made inside this block, so that an interrupt leaves nothing behind.
        with _working(make) as beside:
            yield beside
            beside.replace(target)
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror or error}") from None


@contextmanager
def scratch() -> Iterator[Path]:
    """Yield a temporary folder for the time in which a file is written."""
    parent = Path(tempfile.gettempdir())
    _clear_once(parent)
    with _working(lambda: Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))) as folder:
        yield folder


@contextmanager
def _working(make: Callable[[], Path]) -> Iterator[Path]:
    """Yield the path that ``make`` returns, locked while it is in use; remove it at the end."""
    made = handle = None
    try:
        while handle is None:
            made = make()
            _being_written.add(made)
            handle = _lock(made)
        yield made  # type: ignore[misc]
    finally:
        if made is not None:
            _give_up(made)
        if handle:
            os.close(handle)


def _lock(made: Path) -> int | None:
    """The handle of the lock, 0 if the system has no locks; None if the file has been removed."""
    if fcntl is None:
        return 0
    try:
        handle = os.open(made, os.O_RDONLY)
    except FileNotFoundError:
        return None
    with suppress(OSError):  # A file system without locks.
        fcntl.flock(handle, fcntl.LOCK_EX)
    # Before it was locked, another process may have taken it for a leftover.
    with suppress(FileNotFoundError):
        if os.path.samestat(os.fstat(handle), made.stat()):
            return handle
    os.close(handle)
    return None


def _give_up(made: Path) -> None:
    with suppress(OSError):
        _remove(made)
    _being_written.discard(made)


def _remove(made: Path) -> None:
    if made.is_dir() and not made.is_symlink():
        shutil.rmtree(made, ignore_errors=True)
    else:
        made.unlink()


def give_up_all() -> None:
    """Remove the unfinished files of this process before it ends at once."""
    for made in list(_being_written):
        _give_up(made)


def _clear_once(folder: Path) -> None:
    if folder not in _cleared:
        _cleared.add(folder)
        clear_leftovers(folder)


def clear_leftovers(folder: Path) -> None:
    """Remove unfinished files of killed runs, but not files that are being written now."""
    for rest in folder.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if is_mine(rest) and _abandoned(rest):
                _remove(rest)


def _abandoned(rest: Path) -> bool:
    if fcntl is None:
        return time.time() - rest.stat().st_mtime > DAY
    handle = os.open(rest, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except OSError:
        return False
    finally:
        os.close(handle)


def checked_path(path: str | Path) -> Path:
    """The real path of a file to be written; ValueError naming ``path`` if it cannot be written."""
    try:
        refuse_foreign_links(path)
        # A link stays a link: the file that it points to is replaced.
        target = Path(path).resolve()
        if target.is_dir():
            raise ValueError(f"{path} is a folder; name a file in it")
        if target.exists() and not target.is_file():
            raise ValueError(f"{path} is not an ordinary file and is not replaced")
        if not target.parent.is_dir():
            raise ValueError(f"{path}: there is no folder {target.parent}")
    except (OSError, RuntimeError) as error:
        raise ValueError(f"{path}: {getattr(error, 'strerror', None) or error}") from None
    return target


def make_folder(path: str | Path) -> Path:
    """Make a folder and those above it if they do not exist; ValueError naming ``path``."""
    folder = Path(path)
    try:
        refuse_foreign_links(folder)
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError) as error:
        raise ValueError(f"{path}: {getattr(error, 'strerror', None) or error}") from None
    return folder


def check_workbook_name(path: str | Path) -> None:
    """ValueError for a path that does not end in .xlsx."""
    if Path(path).suffix.lower() != ".xlsx":
        raise ValueError(f"{path}: a workbook's name ends in .xlsx")
