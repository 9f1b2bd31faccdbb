"""What the README shows is what a reader gets.

``python tests/test_readme.py`` writes today's output and tables into it.
"""

import contextlib
import doctest
import io
import linecache
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import gdlab
from gdlab.registry import BUILT_IN, find_rule

HERE = Path(__file__).parents[1]
README = HERE / "README.md"
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
PYCON = re.compile(r"```pycon\n(.*?)```", re.DOTALL)

# What a run may be given, and how the table of the README calls it.
PARTS = {
    "batch_size": {"batch_size": 4},
    "shuffle": {"shuffle": True},
    "schedule by update": {"schedule": "cosine"},
    "schedule by epoch": {"schedule": "reduce_on_plateau"},
    "switch": {"switch": {"at_epoch": 2, "to": "momentum"}},
    "max_norm": {"max_norm": 1},
    "max_value": {"max_value": 1},
    "weight_decay": {"weight_decay": 0.01},
    "h": {"h": 0.01},
    "surface": {"surface": "ravine"},
}


def shell(command: str, folder: str) -> str:
    """The output of a line of the README, with a gdlab that is this one."""
    script = Path(folder) / "gdlab"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gdlab "$@"\n')
    script.chmod(0o755)
    path = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(HERE)}
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env=os.environ | path,
    )
    assert not done.stderr
    return done.stdout


def rerun(block: str) -> str:
    """A console block with the output of its commands as it is now."""
    commands = [line for line in block.splitlines() if line.startswith("$ ")]
    with tempfile.TemporaryDirectory() as folder:
        return "".join(f"{line}\n{shell(line[2:], folder)}" for line in commands)


def as_it_is(source: str, namespace: dict) -> str:
    """A block of Python prompts with what Python answers now."""
    answer = ""
    for example in doctest.DocTestParser().get_examples(source):
        lines = example.source.splitlines()
        answer += "".join(
            f"{mark} {line}".rstrip() + "\n"
            for mark, line in zip([">>>", *["..."] * len(lines)], lines, strict=False)
        )
        answer += answers(example.source, namespace)
    return answer


def answers(source: str, namespace: dict) -> str:
    """What Python prints after one prompt."""
    # A rule's source is read, so it must be found like a notebook cell's.
    name = f"<README {len(linecache.cache)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(source, name, "single"), namespace)
    return out.getvalue()


def rules_table() -> str:
    """Every rule, what it takes and where it comes from."""
    lines = ["| rule | hyperparameters | source, and where eps stands |", "| --- | --- | --- |"]
    for function in BUILT_IN:
        rule = find_rule(function)
        hyper = ", ".join(f"{word}={value:g}" for word, value in rule.hyper.items())
        source = rule.source.replace("|", r"\|")
        lines.append(f"| {rule.name} | {hyper} | {source} |")
    return "\n".join(lines)


def fits(*parts: str) -> bool:
    """Whether some options work together: the run, and the explanation of each of its columns."""
    options: dict = {}
    for part in parts:
        if options.keys() & PARTS[part].keys():
            return False  # the same argument cannot be given twice
        options |= PARTS[part]
    if "surface" not in options:
        options["epochs"] = 3
    try:
        run = gdlab.trace("adam", **options)
    except ValueError:
        return False
    assert all(run.explain(run.rows, name).excel for name in run.table.computed)
    return True


def options_table() -> str:
    """Which options work together, in pairs."""
    names = list(PARTS)
    lines = ["| with | " + " | ".join(names) + " |", "| --- |" + " :-: |" * len(names)]
    for one in names:
        marks = ["" if one == other else "yes" if fits(one, other) else "no" for other in names]
        lines.append(f"| {one} | " + " | ".join(marks) + " |")
    return "\n".join(lines)


TABLES = {"rules": rules_table, "options": options_table}


def with_table(text: str, name: str) -> str:
    """The README with a fresh table between its two marks."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, rest = text.split(begin)
    return f"{before}{begin}\n{TABLES[name]()}\n{end}{rest.split(end)[1]}"


@pytest.mark.parametrize("block", CONSOLE.findall(README.read_text(encoding="utf-8")))
def test_the_commands_print_what_the_readme_shows(block):
    assert rerun(block) == block


def test_python_answers_what_the_readme_shows():
    namespace: dict = {}
    for block in PYCON.findall(README.read_text(encoding="utf-8")):
        assert as_it_is(block, namespace) == block


@pytest.mark.parametrize("name", TABLES)
def test_the_tables_are_those_of_today(name):
    text = README.read_text(encoding="utf-8")
    assert with_table(text, name) == text


def test_pictures_and_files_that_it_points_to_are_there():
    links = re.findall(r"\]\(([^)#]+)\)", README.read_text(encoding="utf-8"))
    own = [link for link in links if "://" not in link]
    assert own
    assert [link for link in own if not (HERE / link).exists()] == []


def write() -> None:
    """Bring the README up to date."""
    text = README.read_text(encoding="utf-8")
    namespace: dict = {}
    text = CONSOLE.sub(lambda found: f"```console\n{rerun(found[1])}```", text)
    text = PYCON.sub(lambda found: f"```pycon\n{as_it_is(found[1], namespace)}```", text)
    for name in TABLES:
        text = with_table(text, name)
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
