"""Whole workbooks: one rule's, and the lessons'."""

from gdlab.workbooks.lessons import write_lessons
from gdlab.workbooks.rule import write_trace

__all__ = ["write_lessons", "write_trace"]
