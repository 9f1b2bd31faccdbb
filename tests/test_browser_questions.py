"""A class's questions on the page in Chromium; test_browser_others.py asks them elsewhere."""

from pathlib import Path
from typing import Any

from class_questions import Chromium, asked
from pages import opened

from gdlab.web.page import write_lessons_page


def test_ten_questions_in_three_actions_each(browser: Any, tmp_path: Path) -> None:
    with opened(browser) as page:
        asked(Chromium(page), write_lessons_page(tmp_path / "lessons.html").as_uri())
