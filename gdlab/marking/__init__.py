"""Marking: practice sheets, and what is right, what follows and what went wrong in them."""

from gdlab.marking.checking import check
from gdlab.marking.handout import practice
from gdlab.marking.report import Report

__all__ = ("Report", "check", "practice")
