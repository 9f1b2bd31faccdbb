"""Progress as a person sees it: on a terminal, in a notebook, or nowhere."""

import re
import time

import nbformat
from nbclient import NotebookClient

from gdlab.core import progress

CELL = """
import time
from gdlab.core import progress
progress.PATIENCE = progress.REDRAWN_EVERY = 0.05
with progress.progress("Marking", 4) as done:
    done(1)
    time.sleep(1)
"""


def test_a_notebook_gets_a_line_with_the_time_left():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    client = NotebookClient(notebook, kernel_name="python3")
    take, lines = client.process_message, []

    def process_message(message, *rest):
        if "data" in message["content"]:
            lines.append(message["content"]["data"]["text/plain"])
        return take(message, *rest)

    client.process_message = process_message
    client.execute()
    assert re.fullmatch(r"Marking: 25 %, about \d s left", lines[1])
    assert lines[-1] == "", "the line stays after the end"


def test_the_time_left_is_what_the_parts_until_now_took():
    assert progress.progress_text("Marking", 0, 4, 1.0) == "Marking: 0 %"
    assert progress.progress_text("Marking", 1, 4, 10.0) == "Marking: 25 %, about 30 s left"
    assert progress.progress_text("Writing", 0, None, 7.2) == "Writing: 7 s"


def test_a_bar_appears_after_a_second_on_a_terminal(monkeypatch, capsys):
    monkeypatch.setattr(progress, "PATIENCE", 0.05)
    with progress.progress("Marking", 4) as done:
        done(4)
        time.sleep(0.2)
    assert capsys.readouterr().err == "", "a bar in a file or a pipe"
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with progress.progress("Marking", 4) as done:
        done(1)
        time.sleep(0.6)
    assert "Marking" in capsys.readouterr().err
    monkeypatch.setattr(progress, "PATIENCE", 60)
    started = time.monotonic()
    with progress.progress("Marking"):
        pass
    assert capsys.readouterr().err == "", "a bar for what took no time"
    assert time.monotonic() - started < 30, "waited for the bar that was not needed"
