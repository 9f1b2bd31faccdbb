"""A text that takes long to make is kept on disk, and never given for another one."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

import gdlab
from gdlab.core import kept
from gdlab.core.kept import kept_files, remembered
from gdlab.web.page import write_page


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Ask for the text of a key, of which three are kept; and the keys it was made for."""
    monkeypatch.setenv("GDLAB_CACHE", str(tmp_path / "kept"))
    keys = []

    def ask(key):
        def make():
            keys.append(key)
            return f"made for {key}"

        assert remembered("text", key, 3, make) == f"made for {key}"

    return ask, keys


def test_a_text_is_made_once(made):
    ask, keys = made
    for key in "abab":
        ask(key)
    assert keys == ["a", "b"]


def test_the_last_ones_are_kept(made):
    ask, keys = made
    for key in "abcdda":
        ask(key)
    assert keys == ["a", "b", "c", "d", "a"]
    assert len(kept_files("*.text")) == 3


@pytest.mark.parametrize(("longest_wait", "times_made"), [(60.0, 1), (0.05, 2)])
def test_who_asks_while_it_is_being_made_waits(tmp_path, monkeypatch, longest_wait, times_made):
    """The system's lock keeps threads apart as it does processes."""
    monkeypatch.setenv("GDLAB_CACHE", str(tmp_path / "kept"))
    monkeypatch.setattr(kept, "LONGEST_WAIT_SECONDS", longest_wait)
    making, made = Event(), []

    def make():
        made.append("the text")
        making.set()
        time.sleep(0.5)
        return "the text"

    with ThreadPoolExecutor(2) as two:
        first = two.submit(remembered, "text", "key", 3, make)
        assert making.wait(30)
        second = two.submit(remembered, "text", "key", 3, make)
        assert first.result() == second.result() == "the text"
    assert len(made) == times_made
    assert [file.suffix for file in (tmp_path / "kept").iterdir()] == [".text"]


@pytest.mark.parametrize("damage", ["cut", "bit", "others"])
def test_what_cannot_be_believed_is_made_again(made, damage):
    ask, keys = made
    ask("a")
    (file,) = kept_files("*.text")
    content = bytearray(file.read_bytes())
    if damage == "cut":
        file.write_bytes(content[:-1])
    elif damage == "bit":
        content[-1] ^= 1
        file.write_bytes(content)
    else:
        file.chmod(0o666)
    ask("a")
    assert keys == ["a", "a"]


def test_a_page_has_the_rules_and_models_there_are_now(tmp_path, monkeypatch):
    monkeypatch.setenv("GDLAB_CACHE", str(tmp_path / "kept"))
    run = gdlab.trace("sgd", [(1, 2), (3, 5)], lr=0.01)

    def page():
        return write_page({"sgd": run}, tmp_path / "a.html").read_bytes()

    first = page()
    assert (page(), len(kept_files("*.page"))) == (first, 1)

    def bent(x, y, b=0.0):
        """Made up: a parabola through the origin."""
        error = b * x * x - y
        err2 = error * error
        return error, err2

    gdlab.model(bent)
    second = page()
    assert (second == first, len(kept_files("*.page"))) == (False, 2)
    # Kept or not, the page is the same.
    monkeypatch.setenv("GDLAB_CACHE", str(tmp_path / "empty"))
    assert page() == second
