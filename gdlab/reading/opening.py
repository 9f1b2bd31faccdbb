"""A workbook of any kind opened through the guard, as the cells that are read."""

from pathlib import Path

from gdlab.reading.book import Book
from gdlab.reading.guard import ANY_WORKBOOK, read_package
from gdlab.reading.open_xml import read_open_xml


def open_workbook(path: str | Path) -> Book:
    """The cells of a workbook; ValueError, the file's name and one sentence, for any other file."""
    place = Path(path)
    try:
        return read_book(place)
    except ValueError as error:
        raise ValueError(f"{place.name or path}: {error}") from None


def read_book(place: Path) -> Book:
    """The cells of a file of any kind that is read; ValueError without the file's name."""
    package = read_package(place, ANY_WORKBOOK)
    book = read_open_xml(package.archive)
    if package.has_macros:
        book.notes.append("it holds macros, which are never run")
    return book
