"""The command line as a process: how fast it starts, what it loads, and how it ends."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import gdlab
from gdlab.cli.listing import COMMANDS


def process(*words: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "gdlab", *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,
    )


def examples(help_text: str) -> list[list[str]]:
    """The commands that a help shows, word by word."""
    shown = help_text.split("example:\n")[1].replace("\\\n", " ")
    return [shlex.split(line) for line in shown.strip().splitlines()]


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_is_everywhere_with_an_example(run, name):
    code, out, err = run(*name.split(), "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"usage: gdlab {name}".rstrip())
    assert examples(out)
    assert all(
        words[: 1 + len(name.split())] == ["gdlab", *name.split()] for words in examples(out)
    )


def presupposed(run) -> None:
    """What the examples speak of: a list, filled-in sheets, a course and what came back of it."""
    Path("students.csv").write_text("id,name\nann,Ann\nben,Ben\n")
    Path("class").mkdir()
    for key in ("adam.xlsx", "class/ann.xlsx", "class/ben.xlsx"):
        assert run("practice", "adam", "--out", "blank.xlsx", "--key", key)[0] == 0
    run("class", "new", "adam", "--students", "students.csv", "--rows", "4", "--out", "course")
    shutil.copytree("course/sheets", "handed-in")


@pytest.mark.sample(4)
@pytest.mark.parametrize("name", COMMANDS)
def test_every_example_of_a_help_runs_as_it_is_printed(run, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if name.startswith(("class", "check")):
        presupposed(run)
    for words in examples(run(*name.split(), "--help")[1]):
        code, out, err = run(*words[1:])
        assert (code, err) == (0, ""), words
        assert Path(words[words.index("--out") + 1]).exists() if "--out" in words else out


def loaded_by(*words: str) -> set[str]:
    """The modules that a command has loaded when it ends."""
    program = (
        "import sys; from gdlab.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "sys.stdout.flush(); print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(Path(gdlab.__file__).parents[1])},
    )
    assert done.stdout
    return set(done.stderr.split())


def test_help_loads_next_to_nothing():
    bare = subprocess.run(
        [sys.executable, "-c", "import sys, argparse; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    more = loaded_by("--help") - set(bare.stdout.split())
    own = {name for name in more if name.startswith("gdlab")}
    face = {"gdlab", "gdlab.core", "gdlab.core.writers"}
    commands = {"gdlab.cli", "gdlab.cli.listing", "gdlab.cli.parsing", "gdlab.cli.process"}
    assert own == face | commands
    slow = {"typing", "pathlib", "shutil", "json", "dataclasses", "inspect", "ast", "numpy"}
    assert not slow & more
    assert len(more - own) <= 8, more


@pytest.mark.parametrize(
    "words",
    [
        ["table", "adam", "--epochs", "4"],
        ["table", "sgd", "--data", "points.csv"],
        ["rules"],
        ["explain", "adam", "--row=1", "--column=x"],
    ],
)
def test_small_answers_need_no_heavy_library(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("points.csv").write_text("1,2\n3,4\n", encoding="utf-8")
    heavy = {
        "pandas",
        "numba",
        "matplotlib",
        "openpyxl",
        "xlsxwriter",
        "pyarrow",
        "rich",
        "IPython",
    }
    assert not heavy & loaded_by(*words)


def test_a_reader_that_goes_away_is_no_error():
    child = subprocess.Popen(
        [sys.executable, "-m", "gdlab", "table", "sgd", "--epochs", "2000", "--format", "csv"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdout.readline().startswith(b"epoch,")
    child.stdout.close()
    assert child.stderr.read() == b""
    assert child.wait(60) == 141


def test_ctrl_c_ends_quietly_and_leaves_no_half_file(tmp_path):
    path = tmp_path / "long.csv"
    child = subprocess.Popen(
        [sys.executable, "-m", "gdlab", "table", "sgd", "--epochs=100000", f"--out={path}"],
        stderr=subprocess.PIPE,
    )
    # Until it has begun to write; a file that is just being made is cleared by the next run.
    while not any(file.stat().st_size for file in tmp_path.iterdir()):
        assert child.poll() is None
        time.sleep(0.02)
    child.send_signal(signal.SIGINT)
    assert child.stderr.read() == b""
    assert child.wait(60) == 130
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_that_knows_no_greek_gets_an_escape():
    done = process(
        "explain",
        "sgd",
        "--row=1",
        "--column=error",
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 0
    assert r"\u0177" in done.stdout


def test_a_closed_output_is_no_traceback():
    command = [sys.executable, "-m", "gdlab", "table", "sgd"]
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *command], stderr=subprocess.PIPE, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("line", "offered", "not_offered"),
    [
        ("gdlab ", {"table", "export", "class"}, {"new"}),
        ("gdlab ta", {"table "}, {"export"}),
        ("gdlab class ", {"new", "mark"}, {"table"}),
        ("gdlab table ad", {"adam", "adagrad", "adadelta"}, {"sgd"}),
        ("gdlab export sgd mom", {"momentum "}, {"sgd"}),
        ("gdlab table adam --ep", {"--epochs "}, {"--every"}),
        ("gdlab table adam --set be", {"beta1=", "beta2="}, {"lr="}),
        ("gdlab explain adam --row 1 --column sqr_avg_h", {"sqr_avg_hat_slope"}, {"lr"}),
        ("gdlab table sgd --schedule co", {"cosine", "constant"}, {"exponential"}),
        ("gdlab table sgd --start ", {"slope=", "intercept="}, set()),
    ],
)
def test_the_shell_completes(tmp_path, line, offered, not_offered):
    """Asked as argcomplete's function in bash asks."""
    answer = tmp_path / "answer"
    asking = {
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_SHELL": "bash",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(answer),
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
        "COMP_TYPE": "9",
        "IFS": "\013",
    }
    done = process(env=os.environ | asking)
    words = set(answer.read_text().split("\013"))
    assert not done.stdout
    assert offered <= words
    assert not not_offered & words


def test_the_installed_command_is_the_module():
    script = Path(sys.executable).with_name("gdlab")
    if not script.exists():
        pytest.skip("gdlab is not installed beside this Python; make test installs it")
    done = subprocess.run([script, "rules"], capture_output=True, text=True, check=True)
    assert done.stdout == process("rules").stdout
