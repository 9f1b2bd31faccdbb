"""How much a browser's sheet can hold; Python hands both numbers to the page."""

PAGE_ROWS = 500_000
PAGE_POINTS = 10_000
