"""How a cell of a stranger's workbook looks, as far as its marked copy keeps it."""

from typing import Any

# A cell's look: properties of XlsxWriter, by name.
Look = tuple[tuple[str, Any], ...]
PLAIN: Look = ()
SIZES = 6, 40
ALIGNED = ("left", "center", "right")


def look_of(cell: Any) -> Look:
    """The look of a cell of openpyxl's: type, colours, border and alignment."""
    font, fill, edge, place = cell.font, cell.fill, cell.border.bottom, cell.alignment
    look: dict[str, Any] = {}
    if font.b:
        look["bold"] = True
    if font.i:
        look["italic"] = True
    if font.sz and SIZES[0] <= font.sz <= SIZES[1]:
        look["font_size"] = float(font.sz)
    look |= _coloured("font_color", font.color)
    if fill.patternType == "solid":
        look |= _coloured("bg_color", fill.fgColor)
    if edge is not None and edge.style:
        on_all_sides = cell.border.top is not None and cell.border.top.style
        side = "border" if on_all_sides else "bottom"
        look |= {side: 1, **_coloured(f"{side}_color", edge.color)}
    if place.horizontal in ALIGNED:
        look["align"] = place.horizontal
    if place.wrap_text:
        look["text_wrap"] = True
    return tuple(sorted(look.items()))


def _coloured(name: str, colour: Any) -> dict[str, str]:
    """A colour that is written out; those of a theme or a palette are left to the program."""
    if colour is None or colour.type != "rgb" or not isinstance(colour.rgb, str):
        return {}
    digits = colour.rgb[-6:]
    return {name: f"#{digits}"} if all(one in "0123456789abcdefABCDEF" for one in digits) else {}
