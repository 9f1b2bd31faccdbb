"""Marking: practice sheets, and what is right, what follows and what went wrong in them."""
