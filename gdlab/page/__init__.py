"""The lesson as one web page: no Python, no network, still live."""

from gdlab.page.writing import LESSONS_PAGE, write_lessons_page, write_page

__all__ = ("LESSONS_PAGE", "write_lessons_page", "write_page")
