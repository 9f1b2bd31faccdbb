"""The lesson as one web page: no Python, no network, still live."""

from gdlab.page.writing import write_lessons_page, write_page

__all__ = ("write_lessons_page", "write_page")
