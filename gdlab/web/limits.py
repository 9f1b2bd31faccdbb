"""How much a browser's sheet can hold; host.js and typed.js have the same limits."""

MOST_ROWS = 500_000
MOST_POINTS = 10_000
