"""Every command that is printed anywhere does what it says, run as it is printed."""

import re
import shutil
from pathlib import Path

import pytest
from shell import HERE, shell

import gdlab
import notebooks
from gdlab.cli.listing import COMMANDS
from gdlab.core.points import lesson_pairs
from gdlab.marking.classes import new_class

FENCED = re.compile(r"^```\w*\n(.*?)^```", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"`(gdlab [^`]+)`")
DOCUMENTS = sorted([*HERE.glob("*.md"), *HERE.glob("docs/*.md"), *HERE.glob("benchmarks/*.md")])


def commands(text: str) -> list[str]:
    """The lines for a shell in a text in Markdown: in fences, and in a sentence."""
    found: list[str] = []
    for block in FENCED.findall(text):
        lines = [line.removeprefix("$ ") for line in block.replace("\\\n", " ").splitlines()]
        found += [line for line in lines if line.startswith("gdlab ")]
    found += [" ".join(span.split()) for span in SPAN.findall(FENCED.sub("", text))]
    return [line for line in found if line.removeprefix("gdlab ") not in COMMANDS]


def markdown(source: Path) -> str:
    """The words of a notebook: the comments of its py:percent file."""
    return re.sub("^# ?", "", source.read_text(encoding="utf-8"), flags=re.MULTILINE)


def printed() -> dict[str, list[str]]:
    """The commands by the text that prints them first: each is run once."""
    texts = {str(path.relative_to(HERE)): path.read_text(encoding="utf-8") for path in DOCUMENTS}
    texts |= {path.stem: markdown(path) for path in notebooks.sources()}
    found: dict[str, list[str]] = {}
    for name, text in texts.items():
        earlier = {line for lines in found.values() for line in lines}
        found[name] = [line for line in dict.fromkeys(commands(text)) if line not in earlier]
    return {name: lines for name, lines in found.items() if lines}


PRINTED = printed()


@pytest.fixture
def folder(tmp_path):
    """A folder with what a teacher has: points, a list of learners, and sheets that came back."""
    x, y = lesson_pairs()
    rows = "".join(f"{a},{b}\n" for a, b in zip(x, y, strict=True))
    (tmp_path / "points.csv").write_text(f"x,y\n{rows}", encoding="utf-8")
    (tmp_path / "students.csv").write_text("id,name\n17,Ada\n23,Emmy\n", encoding="utf-8")
    (tmp_path / "class").mkdir()
    sheet, key = (tmp_path / "class" / f"{name}.xlsx" for name in (17, 23))
    gdlab.practice("sgd", sheet, rows=2, key=key)
    new_class("adam", tmp_path / "students.csv", tmp_path / "course", rows=4)
    shutil.copytree(tmp_path / "course" / "sheets", tmp_path / "handed-in")
    return tmp_path


def test_there_are_examples_to_run():
    """A pattern that finds nothing would let everything pass."""
    assert {"README.md", "docs/scale.md"} <= set(PRINTED)
    assert len(PRINTED["README.md"]) >= 5
    assert sum(map(len, PRINTED.values())) >= 20
    words = markdown(notebooks.SOURCES / "11_sweeps_and_classes.py")
    assert any(line.startswith("gdlab class new ") for line in commands(words))


@pytest.mark.parametrize("name", PRINTED)
def test_what_a_text_prints_works(folder, name):
    for command in PRINTED[name]:
        shell(command, folder)
        out = re.search(r"--out (\S+)", command)
        assert not out or (folder / out[1]).exists(), command


@pytest.mark.parametrize("name", ["", *COMMANDS])
@pytest.mark.sample(3)
def test_what_a_help_prints_works(folder, name):
    help_text = shell(f"gdlab {name} --help", folder)
    if name == "check":
        gdlab.practice("adam", folder / "adam.xlsx")
    for line in help_text.split("example:\n")[1].replace("\\\n", " ").strip().splitlines():
        command = " ".join(line.split())
        assert command.startswith(f"gdlab {name}")
        if not any(command in lines for lines in PRINTED.values()):
            shell(command, folder)


def test_each_file_of_an_example_is_written(folder):
    """gdlab export --help names a folder that is not there yet."""
    assert shell("gdlab export sgd momentum --out sheets", folder).split() == [
        "sheets/sgd.xlsx",
        "sheets/momentum.xlsx",
    ]
    assert sorted(path.name for path in (folder / "sheets").iterdir()) == [
        "momentum.xlsx",
        "sgd.xlsx",
    ]
