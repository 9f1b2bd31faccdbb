"""Sheets of a class as learners hand them in, and as learning systems deliver them, by script."""

import csv
import shutil
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import openpyxl

MIME = "application/vnd.oasis.opendocument.spreadsheet"


def lines_of(course):
    """class.csv as dictionaries."""
    with Path(course, "class.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def table(place):
    """A .csv that was written, as dictionaries."""
    with Path(place).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def fill(course, line, out, change=lambda address, value: value, name=None):
    """The sheet of a line of class.csv filled in from its key; ``change`` slips where it likes."""
    sheet = openpyxl.load_workbook(Path(course, line["sheet"]))
    key = openpyxl.load_workbook(Path(course, line["key"]), data_only=True)
    for row in sheet[line["rule"]].iter_rows():
        for cell in row:
            true = key[line["rule"]][cell.coordinate].value
            if cell.value is None and isinstance(true, int | float):
                cell.value = change(cell.coordinate, round(true, 4))
    if name is not None:
        sheet["practice"]["B3"] = name
    out = Path(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(out)
    return out


def as_ods(workbook, out):
    """The stored values of a workbook as an OpenDocument spreadsheet."""
    book = openpyxl.load_workbook(workbook, data_only=True)
    tables = []
    for sheet in book:
        rows = []
        for row in sheet.iter_rows(values_only=True):
            cells = []
            for value in row:
                if value is None:
                    cells.append("<table:table-cell/>")
                elif isinstance(value, int | float):
                    number = f'office:value-type="float" office:value="{value!r}"'
                    cells.append(
                        f"<table:table-cell {number}><text:p>{value}</text:p></table:table-cell>"
                    )
                else:
                    # A note on a cell stands inside of it, before its text.
                    note = "<office:annotation><text:p>a note</text:p></office:annotation>"
                    text = f"{note}<text:p>{escape(str(value))}</text:p>"
                    cells.append(
                        f'<table:table-cell office:value-type="string">{text}</table:table-cell>'
                    )
            rows.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
        tables.append(
            f"<table:table table:name={quoteattr(sheet.title)}>{''.join(rows)}</table:table>"
        )
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names}><office:body>'
        f"<office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", MIME, zipfile.ZIP_STORED)
        packed.writestr("content.xml", content)
    return Path(out)


def zipped(folder, out):
    """A folder as one .zip, as a learning system gives it."""
    return Path(shutil.make_archive(str(Path(out).with_suffix("")), "zip", folder))
