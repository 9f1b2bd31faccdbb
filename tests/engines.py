"""Spreadsheet engines that others wrote, used as oracles for the workbooks.

All read a workbook's formulas and inputs and compute every formula cell again; the values stored
in the file are ignored. formualizer, IronCalc and Formulon keep doubles to the last bit.
LibreOffice computes with doubles too, but writes 15 digits, and takes a difference that nearly
cancels for 0.

All give ``{(sheet name, "B12"): value}`` for the formula cells of a file. A value is a float, or
an error as the spreadsheet writes it ("#NUM!"), or the bool or text of a formula.
"""

import importlib.util
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import coordinate_to_tuple

Cells = dict[tuple[str, str], Any]

# "Recalculate on loading: always". Without it LibreOffice shows the values stored in the file.
PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>
"""
ERRORS = {
    "Null": "#NULL!",
    "Div": "#DIV/0!",
    "Value": "#VALUE!",
    "Ref": "#REF!",
    "Name": "#NAME?",
    "Num": "#NUM!",
    "Na": "#N/A",
}


def soffice() -> str | None:
    """Where LibreOffice's program is, or None."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def chromium() -> str | None:
    """Where a Chromium (or a Chrome) is, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for path in map(shutil.which, names) if path), None)


def has_module(name: str) -> bool:
    """Whether a Python package is installed; it is not imported."""
    return importlib.util.find_spec(name) is not None


def stored(path: Path) -> dict[tuple[str, str], tuple[str, Any]]:
    """Return (formula, stored value) of each formula cell, as the file has them."""
    values = _values(path)
    return {
        key: (cell.value, values.get(key))
        for key, cell in _cells(path, data_only=False)
        if cell.data_type == "f"
    }


def recompute_formualizer(path: Path) -> Cells:
    """Compute each formula cell with formualizer: doubles, bit for bit."""
    import formualizer

    book = formualizer.load_workbook(str(path))
    book.evaluate_all()
    found = {}
    for sheet, address in stored(path):
        value = book.get_value(sheet, *coordinate_to_tuple(address))
        if isinstance(value, dict):
            value = ERRORS.get(value["kind"], value["kind"])
        found[sheet, address] = _plain(value)
    return found


def recompute_ironcalc(path: Path) -> Cells:
    """Compute each formula cell with IronCalc: doubles, bit for bit."""
    import ironcalc

    book = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    book.evaluate()
    sheets = {one["name"]: place for place, one in enumerate(book.get_worksheets_properties())}
    return {
        (sheet, address): _plain(book.get_cell_value(sheets[sheet], *coordinate_to_tuple(address)))
        for sheet, address in stored(path)
    }


def recompute_formulon(path: Path) -> Cells:
    """Compute each formula cell with Formulon: doubles, but powers to some units in the last place.

    It takes no condition over a range inside INDEX.
    """
    import formulon

    book = formulon.Workbook.load(path.read_bytes())
    book.recalc()
    sheets = {book.sheet_name(number): number for number in range(book.sheet_count())}
    found = {}
    for sheet, address in stored(path):
        row, column = coordinate_to_tuple(address)
        value = book.get_value(sheets[sheet], row - 1, column - 1)
        held = (value.number, value.boolean, value.text)
        found[sheet, address] = _plain(next((one for one in held if one is not None), None))
    return found


def recompute_libreoffice(paths: Sequence[Path]) -> list[Cells]:
    """Compute each formula cell of several files with one start of LibreOffice: 15 digits."""
    with tempfile.TemporaryDirectory() as name:
        found = []
        for path, result in zip(paths, save_with_libreoffice(paths, Path(name)), strict=True):
            values = _values(result)
            found.append({key: values.get(key) for key in stored(path)})
    return found


def save_with_libreoffice(
    paths: Sequence[Path], folder: Path, form: str = "xlsx:Calc MS Excel 2007 XML"
) -> list[Path]:
    """Open several workbooks, recompute and save them under ``folder``, with one start."""
    program = soffice()
    if program is None:
        raise RuntimeError("LibreOffice is not installed: there is no soffice on the PATH")
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(PROFILE, encoding="utf-8")
    # Files of one name in several folders would overwrite one another: number them.
    copies = [folder / f"{number}{path.suffix}" for number, path in enumerate(paths)]
    for path, copy in zip(paths, copies, strict=True):
        shutil.copyfile(path, copy)
    run = subprocess.run(
        [
            program,
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--norestore",
            "--convert-to",
            form,
            "--outdir",
            str(folder / "out"),
            *map(str, copies),
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    ending = form.partition(":")[0]
    results = [folder / "out" / f"{copy.stem}.{ending}" for copy in copies]
    for path, result in zip(paths, results, strict=True):
        # soffice exits with 0 even if it could not convert a file.
        if not result.exists():
            raise RuntimeError(f"LibreOffice wrote nothing for {path}: {run.stderr.strip()}")
    return results


def agrees_to_15_digits(ours: Any, printed: Any) -> bool:
    """Whether what LibreOffice wrote is our value, to one unit of its 15th digit.

    Errors must be the same, but for one: a root or a logarithm outside its domain is #NUM! in Excel
    and #VALUE! in a file from LibreOffice.
    """
    if isinstance(ours, str) or isinstance(printed, str):
        return ours == printed or (ours, printed) == ("#NUM!", "#VALUE!")
    if printed is None or ours == 0:
        return bool(printed == ours)
    exact = Decimal(float(ours))
    unit = Decimal(1).scaleb(exact.adjusted() - 14)
    return abs(Decimal(float(printed)) - exact) <= unit


def _cells(path: Path, *, data_only: bool) -> Iterator[tuple[tuple[str, str], Any]]:
    book = openpyxl.load_workbook(path, read_only=True, data_only=data_only)
    try:
        for sheet in book.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.value is not None:
                        yield (sheet.title, cell.coordinate), cell
    finally:
        book.close()


def _values(path: Path) -> Cells:
    return {key: _plain(cell.value) for key, cell in _cells(path, data_only=True)}


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
