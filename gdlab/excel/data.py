"""The sheet ``data``: the points, one row each, which every rule's sheet reads."""

from collections.abc import Sequence

from gdlab.core.layout import DATA_SHEET, DATA_START_ROW, letters
from gdlab.core.symbols import LETTERS
from gdlab.excel import styles
from gdlab.excel.inputs import validation
from gdlab.excel.writer import Cell, Sheet, Workbook

DATA_TITLE_ROW, SAID_ROW, TRUE_LABEL_ROW, TRUE_ROW = 1, 2, 3, 4
TRUTH = ("true_intercept", "true_slope")


def truth_address(parameter: str) -> str:
    """Where the true intercept or slope stands, for a formula on another sheet."""
    return f"{DATA_SHEET}!${letters(TRUTH.index(f'true_{parameter}'))}${TRUE_ROW}"


def write_data(
    book: Workbook,
    names: Sequence[str],
    points: Sequence[Sequence[float]],
    truth: tuple[float, float] | None = None,
    symbols: str = "mb",
) -> Sheet:
    """Write the points as inputs, a column for each of ``names``.

    With a true (intercept, slope), y is a formula of theirs.

    Then every y must be exactly intercept + slope * x.
    """
    sheet = book.add_sheet(DATA_SHEET)
    sheet.set_column(0, max(1, len(names) - 1), styles.NUMBER_WIDTH)
    sheet.set_row(DATA_TITLE_ROW - 1, styles.TITLE_HEIGHT)
    sheet.set_row(TRUE_LABEL_ROW - 1, styles.LABEL_HEIGHT)
    sheet.freeze_panes(DATA_START_ROW, 0)
    slope = LETTERS[symbols]["slope"]
    said = "Change any number: every sheet that reads these points follows."
    if truth:
        said = f"y = {slope}*x + b. Change {slope}, b or any x: every other sheet follows."
    cells = [
        Cell(DATA_TITLE_ROW, 0, "The points", book.style("title")),
        Cell(SAID_ROW, 0, said, book.style("source")),
        *(Cell(DATA_START_ROW, i, name, book.style("header")) for i, name in enumerate(names)),
    ]
    for column, (name, value) in enumerate(zip(TRUTH, truth or (), strict=False)):
        cells.append(Cell(TRUE_LABEL_ROW, column, name.replace("_", " "), book.style("label")))
        cells.append(Cell(TRUE_ROW, column, value, book.style("input")))
        address = f"={DATA_SHEET}!${letters(column)}${TRUE_ROW}"
        book.define_name(f"{DATA_SHEET}!{name}", address)
        sheet.data_validation(TRUE_ROW - 1, column, TRUE_ROW - 1, column, validation(name))
    sheet.put(cells)
    own, computed = book.style("input"), book.style("counter")
    for row, values in enumerate(zip(*points, strict=True), DATA_START_ROW + 1):
        for column, value in enumerate(values):
            if truth and column:
                sheet.formula(row, 1, f"=true_intercept+true_slope*A{row}", computed, value)
            else:
                sheet.number(row, column, value, own)
    last = DATA_START_ROW + len(points[0]) - 1
    shown = names[:1] if truth else names
    sheet.data_validation(DATA_START_ROW, 0, last, len(shown) - 1, validation(" or ".join(shown)))
    sheet.set_paper(styles.PAPER_SIZE)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(DATA_START_ROW - 1)
    sheet.guard()
    return sheet
