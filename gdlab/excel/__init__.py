"""Workbooks that gdlab writes: one rule's, and the lessons'."""
