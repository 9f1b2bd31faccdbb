"""Whole workbooks: one rule's, and the lessons'."""

from gdlab.workbooks.lessons import write_lessons
from gdlab.workbooks.rule import write_trace
from gdlab.workbooks.together import write_runs

__all__ = ["write_lessons", "write_runs", "write_trace"]
