"""How every sheet looks: colours, type, number formats, widths. The one place to change them.

Each style is a set of XlsxWriter's cell properties. Text keeps a contrast of 4.5 to 1 to its ground
(WCAG 2.1, level AA), and no meaning is carried by colour alone: inputs have a border, errors and
explosions are bold.
"""

from typing import Any

INK, QUIET = "#1A1A1A", "#595959"
HEADER_GROUND, HEADER_INK = "#1F3A5F", "#FFFFFF"
SYMBOL_GROUND = "#E4EBF3"
INPUT_GROUND, INPUT_EDGE = "#FFF2CC", "#7F6000"
BLANK_GROUND, BLANK_EDGE = "#E7F3E4", "#38761D"
EPOCH_EDGE, GRID = "#7F7F7F", "#D9D9D9"
EXPLODED_GROUND, EXPLODED_INK = "#F8D7DA", "#842029"
FOLLOWS_GROUND, FOLLOWS_INK = "#DCE9F7", "#1F4E79"
HUGE_GROUND, HUGE_INK = "#FFE8CC", "#7A3E00"

# Past this size a number is marked: it is on its way to 1.8e308, where the cells become #NUM!.
HUGE = 1e30

FONT = {"font_name": "Calibri", "font_size": 11, "font_color": INK}

# As many decimals down a column, so that its numbers stand below each other; the cell keeps all.
# The second is for what is small beside the points: rates, steps, and the parameters they move.
FIXED, FIXED_SMALL = "0.0000", "0.000000"
# From this size on they would not fit, and are shown as powers of ten: by a conditional format,
# because LibreOffice shows no minus where a number format has a section for large numbers.
LONG = {FIXED: 1e6, FIXED_SMALL: 1e4}
POWER = "0.00E+00"

# With serifs, as formulas are printed.
FORMULA = {"font_name": "Cambria", "font_size": 12}

STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16},
    "subtitle": {"bold": True, "font_size": 13, "font_color": HEADER_GROUND},
    "source": {"italic": True, "font_color": QUIET},
    "text": {},
    "prose": {"text_wrap": True, "valign": "top"},
    "status": {"bold": True, "text_wrap": True, "valign": "top"},
    # One line of a sheet's head, made smaller where it would not fit.
    "title_fitted": {"bold": True, "font_size": 16, "shrink": True},
    "source_fitted": {"italic": True, "font_color": QUIET, "shrink": True},
    "ruled": {"align": "right", "bottom": 4, "bottom_color": GRID},
    "ruled_name": {"bottom": 4, "bottom_color": GRID},
    "symbol_plain": {**FORMULA, "align": "center", "bottom": 4, "bottom_color": GRID},
    "symbol_slanted": {
        **FORMULA,
        "italic": True,
        "align": "center",
        "bottom": 4,
        "bottom_color": GRID,
    },
    "name_line": {"align": "right", "valign": "bottom"},
    "label": {"text_wrap": True, "align": "center", "valign": "bottom", "font_color": QUIET},
    "label_left": {"font_color": QUIET},
    "input": {
        "bg_color": INPUT_GROUND,
        "border": 1,
        "border_color": INPUT_EDGE,
        "align": "center",
        "locked": False,
    },
    "formula": {**FORMULA, "text_wrap": True, "valign": "vcenter"},
    "formula_plain": FORMULA,
    "formula_slanted": {**FORMULA, "italic": True},
    "formula_below": {**FORMULA, "font_script": 2},
    "formula_above": {**FORMULA, "font_script": 1},
    "symbol": {"align": "center", "italic": True, "bg_color": SYMBOL_GROUND},
    "header": {
        "bold": True,
        "font_size": 10,
        "align": "center",
        "valign": "vcenter",
        "font_color": HEADER_INK,
        "bg_color": HEADER_GROUND,
        "shrink": True,
    },
    "start": {
        "align": "right",
        "indent": 1,
        "italic": True,
        "font_color": QUIET,
        "bottom": 1,
        "bottom_color": EPOCH_EDGE,
    },
    "counter": {"align": "center"},
    "counter_last": {"align": "center", "bottom": 1, "bottom_color": EPOCH_EDGE},
    "number": {"align": "right", "indent": 1},
    "figure": {"align": "right", "indent": 1, "num_format": FIXED},
    "link": {"font_color": HEADER_GROUND, "underline": 1},
    # The last row of an epoch, with a line under it.
    "number_last": {"align": "right", "indent": 1, "bottom": 1, "bottom_color": EPOCH_EDGE},
    "name": {"bold": True, "valign": "top"},
    "blank": {
        "bg_color": BLANK_GROUND,
        "border": 1,
        "border_color": BLANK_EDGE,
        "locked": False,
    },
    "exploded": {"bold": True, "font_color": EXPLODED_INK, "bg_color": EXPLODED_GROUND},
    "huge": {
        "bold": True,
        "italic": True,
        "font_color": HUGE_INK,
        "bg_color": HUGE_GROUND,
        "num_format": POWER,
    },
    "long": {"num_format": POWER},
    # A marked copy: a sign and a note come with each colour.
    "right": {"bg_color": BLANK_GROUND, "font_color": BLANK_EDGE},
    "follows": {"bg_color": FOLLOWS_GROUND, "font_color": FOLLOWS_INK, "italic": True},
    "unearned": {"bg_color": HUGE_GROUND, "font_color": HUGE_INK, "italic": True},
    "wrong": {"bg_color": EXPLODED_GROUND, "font_color": EXPLODED_INK, "bold": True, "border": 1},
    "empty": {"bg_color": INPUT_GROUND, "font_color": INPUT_EDGE, "border": 4},
}
# Styles that only add to what a cell has: conditional formats.
OVERLAYS = ("exploded", "huge", "long")

COUNTER_WIDTH, POINT_WIDTH, NUMBER_WIDTH, WIDEST_HEADER = 6.5, 7, 10.5, 13.5
GAP_WIDTH = 3
NUMBER_MARGIN = 3
TITLE_HEIGHT, LABEL_HEIGHT, HEADER_HEIGHT, ROW_HEIGHT = 26, 32, 20, 15
PAPER_SIZE = 9  # A4
# Characters of a column's width across a page that lies on its side.
PAGE_CHARACTERS = 140

# Lines of charts: told apart by colour, dash and marker together.
LINE_DASHES = ("solid", "dash", "square_dot")
MARKERS = ("circle", "square", "triangle", "diamond", "x", "star")


def width_of(header: str) -> float:
    """The width of a number column, in characters, from its header; long ones are shrunk to fit."""
    return min(max(NUMBER_WIDTH, len(header) + 1), WIDEST_HEADER)


def decimals_format(decimals: int) -> str:
    """The number format that shows so many digits after the point."""
    return "0" + ("." + "0" * decimals if decimals else "")


def prose_height(said: str, width: float) -> float:
    """The height, in points, of a cell that wraps so much text in so many characters."""
    return 15.5 * (1 + int(len(said) * 0.95 / width)) + 2
