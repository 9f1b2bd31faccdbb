"""The spreadsheet inside JupyterLab: ``workbook`` for all lessons, ``sheet`` for one rule."""

from gdlab.widget.live import LiveSheet, sheet, workbook

__all__ = ("LiveSheet", "sheet", "workbook")
