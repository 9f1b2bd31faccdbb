"""What the articles say about gradient descent, run again and judged."""

from gdlab.studies.claims.curves import plot_curves
from gdlab.studies.claims.reading import show_claims
from gdlab.studies.claims.rules import (
    adam_corrected_twice,
    layer_of_ten,
    rmsprop_misplaced,
    rmsprop_without_root,
    sgd_not_zeroed,
)
from gdlab.studies.claims.table import claims
from gdlab.studies.claims.walking import walk

__all__ = [
    "adam_corrected_twice",
    "claims",
    "layer_of_ten",
    "plot_curves",
    "rmsprop_misplaced",
    "rmsprop_without_root",
    "sgd_not_zeroed",
    "show_claims",
    "walk",
]
