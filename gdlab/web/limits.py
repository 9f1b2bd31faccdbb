"""How much a browser's sheet can hold; Python hands both numbers to the page."""

PAGE_ROWS = 500_000
PAGE_POINTS = 10_000


def refuse_size(samples: int, rows: int) -> None:
    """ValueError for more points or rows than that."""
    if samples > PAGE_POINTS:
        raise ValueError(f"{samples} points; the sheet takes at most {PAGE_POINTS}")
    if rows > PAGE_ROWS:
        raise ValueError(f"{rows:,} rows are more than the {PAGE_ROWS:,} that a page can hold")
