"""Checks that other users of the machine cannot have changed a path.

They are those that OpenSSH makes for its keys: owner and mode of the opened file. Windows has
neither; there the system keeps other users out of a user's folders.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

MOST_LINKS = 40
OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


def refuse_foreign_links(path: str | Path) -> None:
    """ValueError if a path goes through a link that another user has made."""
    for link in _links(Path(path).absolute()):
        if not _trusted(link.lstat().st_uid):
            raise ValueError(f"{path}: {link} is a link that another user made; name the place")


def _links(path: Path) -> Iterator[Path]:
    """The symbolic links in a path, in the order in which the system follows them."""
    here, parts = Path(path.anchor), list(reversed(path.parts[1:]))
    followed = 0
    while parts and followed < MOST_LINKS:
        part = parts.pop()
        here = here.parent if part == ".." else here / part
        if here.is_symlink():
            yield here
            followed += 1
            target = here.readlink()
            here = Path(target.anchor) if target.is_absolute() else here.parent
            parts += reversed(target.parts[1:] if target.is_absolute() else target.parts)


def private_folder(folder: Path) -> None:
    """Make a private folder, or check that an existing one is private.

    Raises ValueError if another user may write in it or could replace it; OSError if it cannot be
    made.
    """
    missing = []
    missing_one = folder.absolute()
    while not missing_one.exists():
        missing.append(missing_one)
        missing_one = missing_one.parent
    refuse_foreign_links(folder)
    for one in reversed(missing):
        # Private, whatever the umask is.
        one.mkdir(mode=0o700, exist_ok=True)
    whole = folder.resolve()
    for one in (whole, *whole.parents):
        why = _open_to_others(one, own=one == whole)
        if why:
            raise ValueError(f"{one} {why}")


def _open_to_others(folder: Path, own: bool) -> str | None:
    """Why a folder is not trusted, or None; a sticky one, such as /tmp, protects my files."""
    found = folder.stat()
    if not stat.S_ISDIR(found.st_mode):
        return "is not a folder"
    if not _trusted(found.st_uid) or (own and not _mine(found.st_uid)):
        return "belongs to another user"
    if found.st_mode & OTHERS_MAY_WRITE and _owned() and (own or not found.st_mode & stat.S_ISVTX):
        return "can be written by other users"
    return None


def read_private(path: Path) -> bytes:
    """The bytes of a file that only this user may write; ValueError for any other file.

    Raises FileNotFoundError, or another OSError, if it cannot be read.
    """
    if path.is_symlink():
        raise ValueError(f"{path} is a link")
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    flags |= getattr(os, "O_BINARY", 0)
    with open(path, "rb", opener=lambda name, _: os.open(name, flags)) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise ValueError(f"{path} is not a file")
        if not _mine(found.st_uid):
            raise ValueError(f"{path} belongs to another user")
        if _owned() and found.st_mode & OTHERS_MAY_WRITE:
            raise ValueError(f"{path} can be written by other users")
        return file.read()


def is_mine(path: Path) -> bool:
    """Whether a path belongs to this user; for a link, the link itself counts."""
    return _mine(path.lstat().st_uid)


def _owned() -> bool:
    return hasattr(os, "geteuid")


def _mine(owner: int) -> bool:
    return not _owned() or owner == os.geteuid()


def _trusted(owner: int) -> bool:
    """Whether an owner is this user or root, who can do anything."""
    return _mine(owner) or owner == 0
