"""Numbers and points that a person types and loads on the page: the lists that Python reads by."""

import json
from pathlib import Path

import pytest
from pages import opened

from gdlab.web.assets import module

DATA = Path(__file__).parent / "data"
NUMBERS = json.loads((DATA / "number_cases.json").read_text(encoding="utf-8"))
CASES = json.loads((DATA / "points_cases.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def ask(browser):
    """What the page's reader makes of something: ``ask("typedNumber", ...)``, or its refusal."""
    with opened(browser) as page:
        code = f"{module('points_file.js')};window.asked = {{ typedNumber, pointsOfFile }}"
        page.set_content(f"<script type=module>{code}</script>")
        call = """async ([name, first, second, words]) => {
            const given = Array.isArray(second) ? new Uint8Array(second) : second;
            try {
                return await window.asked[name](first, given, words);
            } catch (error) {
                if (error instanceof TypeError) throw error;
                return error.message;
            }
        }"""
        yield lambda *given: page.evaluate(call, list(given))


@pytest.mark.parametrize("case", NUMBERS, ids=lambda case: repr(case["text"]))
def test_written_numbers(ask, case):
    found = ask("typedNumber", case["text"], "here")
    if isinstance(case["expect"], str):
        assert case["expect"] in found
    else:
        assert found == case["expect"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["kind"])
def test_texts_of_every_kind(ask, case):
    data = case["text"].encode(case.get("encoding", "utf-8"))
    found = ask("pointsOfFile", case["name"], list(data), ["x", "y"])
    if isinstance(case["expect"], str):
        assert found.startswith(case["expect"])
        assert "\n" not in found
    else:
        assert found == case["expect"]
