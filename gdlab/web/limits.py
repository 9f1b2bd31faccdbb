"""How much a browser's sheet can hold; Python hands both numbers to the page."""

MOST_ROWS = 500_000
MOST_POINTS = 10_000
