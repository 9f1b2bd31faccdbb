"""The sheet ``intro``: what the workbook is, and how to use it."""

from gdlab.core.lessons import LESSONS
from gdlab.core.symbols import LETTERS
from gdlab.excel import styles
from gdlab.excel.writer import Cell, Sheet, Workbook

NAME_WIDTH, PROSE_WIDTH = 14, 96


def write_intro(book: Workbook, epochs: int, symbols: str) -> Sheet:
    """Write the first sheet of the lessons' workbook."""
    sheet = book.add_sheet("intro")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, NAME_WIDTH)
    sheet.set_column(1, 1, PROSE_WIDTH)
    sheet.set_row(0, styles.TITLE_HEIGHT)
    cells: list[Cell] = []
    row = 1
    for style, name, said in _lines(epochs, symbols):
        if name:
            cells.append(Cell(row, 0, name, book.style(style)))
        if said:
            cells.append(Cell(row, 1, said, book.style("prose")))
            sheet.set_row(row - 1, styles.prose_height(said, PROSE_WIDTH))
        row += 1
    sheet.put(cells)
    sheet.set_landscape()
    sheet.set_paper(styles.PAPER_SIZE)
    sheet.fit_to_pages(1, 1)
    sheet.guard()
    return sheet


def _lines(epochs: int, symbols: str) -> list[tuple[str, str, str]]:
    """The sheet's lines: a style, what stands in the first column, what in the second."""
    slope = LETTERS[symbols]["slope"]
    passes = f"{epochs} epoch" + ("s" if epochs > 1 else "")
    lines = [
        ("title", "Gradient descent, one cell at a time", ""),
        ("source", f"A straight line y = {slope}*x + b, fitted by one optimizer per sheet.", ""),
        ("text", "", ""),
        ("subtitle", "How to use it", ""),
        ("name", "Look", "Every row is one update: one point is looked at, and slope and intercept "
         "move a step. Click a cell to see its formula; it needs only its own row, the row above "
         "and the inputs. Each cell can be computed by hand."),
        ("name", "Change", "Tinted cells with a border are inputs: rates, start values, points. "
         "Everything else follows at once. All other cells are locked, without a password, so "
         "that nothing breaks by accident."),
        ("name", "Compare", f"Each sheet goes {passes} over the points; its charts stand over the "
         "rows, its epochs right of them. The sheet compare puts all rules side by side."),
        ("name", "Explode", "Choose a rate that is too large: the numbers grow past 1.8e308, cells "
         "become #NUM! in bold, and a line at the top says in which row it began."),
        ("text", "", ""),
        ("subtitle", "The sheets", ""),
        ("name", "data", f"The points. y is computed from the true {slope} and b, "
         "and every other sheet reads its points here."),
    ]  # fmt: skip
    said = {
        "basic": "Stochastic gradient descent. The gradients are also estimated by moving a "
        "parameter by h; the largest error of that stands above the epochs.",
        "momentum": "The step follows a running average of the gradients.",
        "rmsprop": "Each gradient is divided by the root of a running average of its squares, "
        "taken from the row above as the lesson does, and without eps.",
        "adam": "Momentum and RMSprop together as in the lesson: no bias correction, no eps.",
        "adam_ann": "The same with annealing: after an epoch in which the averages' roots have "
        "more than doubled, the rate is divided by 4. Each epoch's rate is a cell of its table.",
        "adagrad": "One divisor per epoch, from the epoch before.",
    }
    lines += [("name", name, f"{lesson.title}. {said[name]}") for name, lesson in LESSONS.items()]
    lines += [
        ("name", "compare", "Every rule on the same points for as many epochs, papers' forms "
         "included: where it ends, how far that is from the truth, and how soon it gets near."),
        ("name", "handout ...", "One page to print for each sheet: its formulas, three rows, two "
         "rows to fill in by hand, and two pictures."),
        ("text", "", ""),
        ("subtitle", "Where it differs from the lesson's workbook", ""),
        ("name", "Epochs", "Stacked below each other as rows. No macros and no buttons."),
        ("name", "RMSE", "The root of the MEAN of the squared errors. The lesson's figure of that "
         "name is the root of their SUM; it stands beside, called root_sum_err2."),
        ("name", "x", "The lesson's own values, not drawn again at every change."),
        ("name", "Names", "Headers are the names of the Python table; notes on them give each "
         "formula in symbols, and what the column is called in the lesson where it is there."),
    ]  # fmt: skip
    return lines
