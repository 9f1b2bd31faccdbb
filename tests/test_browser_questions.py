"""A class's questions on the page in Chromium; test_browser_others.py asks them elsewhere."""

from pathlib import Path
from typing import Any

from class_questions import Chromium, asked
from pages import opened


def test_ten_questions_in_three_actions_each(browser: Any, lessons: Path) -> None:
    with opened(browser) as page:
        asked(Chromium(page), lessons.as_uri())
