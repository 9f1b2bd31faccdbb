"""Files come whole or not at all: written beside their place, then moved there."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give a path to write to; what is written there takes ``path``'s place when all went well.

    Where the block raises, the file that stood at ``path`` stays as it was. Raises ValueError
    naming ``path`` where its folder is not there or where nothing can be written.
    """
    place = checked_place(path)
    beside = place.with_name(f".{secrets.token_hex(8)}{place.suffix}")
    try:
        # Not later than inside this block, so that an interrupt leaves nothing behind.
        beside.touch(exist_ok=False)
        yield beside
        beside.replace(place)
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            beside.unlink()


def checked_place(path: str | Path) -> Path:
    """Where a file to be written will stand; ValueError naming ``path`` where none can stand."""
    try:
        # A link stays a link: the file that it points to is replaced.
        place = Path(path).resolve()
        if place.is_dir():
            raise ValueError(f"{path} is a folder; name a file in it")
        if place.exists() and not place.is_file():
            raise ValueError(f"{path} is no ordinary file and is not replaced")
        if not place.parent.is_dir():
            raise ValueError(f"{path}: there is no folder {place.parent}")
    except (OSError, RuntimeError) as error:
        raise ValueError(f"{path}: {getattr(error, 'strerror', None) or error}") from None
    return place


def check_workbook_name(path: str | Path) -> None:
    """ValueError for a path that does not end in .xlsx."""
    if Path(path).suffix.lower() != ".xlsx":
        raise ValueError(f"{path}: a workbook's name ends in .xlsx")
