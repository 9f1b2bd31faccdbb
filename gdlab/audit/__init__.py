"""What the articles say about gradient descent, run again and judged."""

from gdlab.audit.rules import adam_corrected_twice as adam_corrected_twice
from gdlab.audit.table import claims as claims
from gdlab.audit.walking import walk as walk
