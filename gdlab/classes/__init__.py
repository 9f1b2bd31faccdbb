"""A whole class: a practice sheet for each learner, and all that came back marked."""

from gdlab.classes.handing_out import new_class
from gdlab.classes.marking import mark_class

__all__ = ("mark_class", "new_class")
