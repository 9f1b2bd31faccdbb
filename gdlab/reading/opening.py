"""Open a workbook of any kind through the guard and read its cells."""

from pathlib import Path

from gdlab.core.number_text import meanings, proven_marks
from gdlab.reading.book import Book
from gdlab.reading.door import Refused, read_bytes
from gdlab.reading.guard import ANY_WORKBOOK, MOST_WORKBOOK_BYTES, OLD_FORMAT, package_of, part_of
from gdlab.reading.looked_up import put_looked_up
from gdlab.reading.open_document import read_open_document
from gdlab.reading.open_xml import read_open_xml
from gdlab.reading.rows import ODS, text_rows
from gdlab.reading.uncollected import uncollected


def open_workbook(path: str | Path) -> Book:
    """The cells of a workbook; a ValueError has the file's name and one sentence."""
    file = Path(path)
    try:
        return read_book(file)
    except ValueError as error:
        raise ValueError(f"{file.name or path}: {error}") from None


@uncollected()
def read_book(file: Path) -> Book:
    """The cells of an .xlsx, .xlsm, .ods or .csv; ValueError without the file's name."""
    book = _read_bytes(read_bytes(file, MOST_WORKBOOK_BYTES), file.suffix.lower())
    if not book.formulas:
        _take_typed_numbers(book)
    put_looked_up(book)
    return book


def _read_bytes(data: bytes, suffix: str) -> Book:
    if data.startswith(b"PK") and ODS in data[:200]:
        return read_open_document(part_of(data, "content.xml"))
    if data.startswith((b"PK", OLD_FORMAT)) or suffix in (".xlsx", ".xlsm", ".ods"):
        package = package_of(data, ANY_WORKBOOK)
        book = read_open_xml(package.archive)
        if package.has_macros:
            book.notes.append("it holds macros, which are never run")
        return book
    return _of_text(data)


def _of_text(data: bytes) -> Book:
    """Delimited text as a sheet of numbers and words."""
    book = Book(sheets=["text"])
    for row, (_, fields) in enumerate(text_rows(data), start=1):
        for column, field in enumerate(fields, start=1):
            key = 0, row, column
            if isinstance(field, (int, float)):
                book.values[key] = float(field)
            elif isinstance(field, str) and field.strip():
                book.values[key] = field.strip()
    if not book.values:
        raise Refused("it is empty")
    return book


def _take_typed_numbers(book: Book) -> None:
    """Replace texts that are numbers, such as 0,5 in a file with decimal commas."""
    texts = {key: value for key, value in book.values.items() if isinstance(value, str)}
    marks = proven_marks(texts.values())
    for key, text in texts.items():
        if found := meanings(text, marks):
            book.values[key] = float(found[0])
