"""A whole class: a practice sheet for each learner, and all that came back marked."""

from gdlab.marking.classes.handing_out import new_class
from gdlab.marking.classes.marking import mark_class

__all__ = ("mark_class", "new_class")
