"""Comma-separated files that spreadsheet programs and learning systems take as they are meant."""

import csv
import io
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

from gdlab.core.files import replacing
from gdlab.core.words import harmless


def write_csv(
    path: Path,
    heads: Iterable[str],
    rows: Iterable[Iterable[Any]],
    encoding: str = "utf-8-sig",
) -> None:
    """Write a table; an atomic file write."""
    # The mark at the beginning tells a spreadsheet program that this is UTF-8.
    with replacing(path) as beside:
        beside.write_text(csv_text(heads, rows), encoding=encoding, newline="")


def csv_text(heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """Comma-separated text in which no field is a formula, whatever separator a program takes."""
    written = io.StringIO()
    # Text is quoted: split at semicolons, its second half could begin with a sign of equality.
    table = csv.writer(written, quoting=csv.QUOTE_NONNUMERIC)
    for row in chain((heads,), rows):
        table.writerow([harmless(one) if isinstance(one, str) else one for one in row])
    return written.getvalue()
