"""What the articles say about gradient descent, run again and judged."""

from gdlab.audit.curves import plot_curves
from gdlab.audit.reading import show_claims
from gdlab.audit.rules import adam_corrected_twice
from gdlab.audit.table import claims
from gdlab.audit.walking import walk

__all__ = ["adam_corrected_twice", "claims", "plot_curves", "show_claims", "walk"]
