"""What the articles say about gradient descent, run again and judged."""

from gdlab.studies.claims.curves import plot_curves
from gdlab.studies.claims.reading import show_claims
from gdlab.studies.claims.rules import adam_corrected_twice
from gdlab.studies.claims.table import claims
from gdlab.studies.claims.walking import walk

__all__ = ["adam_corrected_twice", "claims", "plot_curves", "show_claims", "walk"]
