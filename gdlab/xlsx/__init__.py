"""Writing workbooks: one rule's sheet, the points' sheet, and how both look."""
