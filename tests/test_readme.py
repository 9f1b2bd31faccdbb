"""What the README shows is what a reader gets.

``python tests/test_readme.py`` writes today's output and tables into it.
"""

import contextlib
import doctest
import io
import linecache
import re
import tempfile

import pytest
from shell import HERE, shell

from gdlab.core.registry import BUILT_IN, find_rule

README = HERE / "README.md"
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
# Python in order: a cell or a file's lines, and what is typed at prompts.
PYTHON = re.compile(r"```(python|pycon)\n(.*?)```", re.DOTALL)


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


def cell(source: str, namespace: dict) -> None:
    """Run lines as a notebook's cell: their source is kept."""
    name = f"<README {len(linecache.cache)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    exec(compile(source, name, "exec"), namespace)


def answers(source: str, namespace: dict) -> str:
    """What Python prints after one prompt, where no source is kept."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(source, "<stdin>", "single"), namespace)
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


def with_rules(text: str) -> str:
    """The README with a fresh table of the rules between its two marks."""
    begin, end = "<!-- rules -->\n", "\n<!-- /rules -->"
    before, rest = text.split(begin)
    return f"{before}{begin}{rules_table()}{end}{rest.split(end)[1]}"


@pytest.mark.parametrize("block", CONSOLE.findall(README.read_text(encoding="utf-8")))
def test_the_commands_print_what_the_readme_shows(block):
    assert rerun(block) == block


def test_python_answers_what_the_readme_shows():
    namespace: dict = {}
    for kind, block in PYTHON.findall(README.read_text(encoding="utf-8")):
        if kind == "python":
            cell(block, namespace)
        else:
            assert as_it_is(block, namespace) == block


def test_the_table_of_the_rules_is_todays():
    text = README.read_text(encoding="utf-8")
    assert with_rules(text) == text


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

    def fresh(found: re.Match[str]) -> str:
        if found[1] == "python":
            cell(found[2], namespace)
            return found[0]
        return f"```pycon\n{as_it_is(found[2], namespace)}```"

    text = PYTHON.sub(fresh, text)
    README.write_text(with_rules(text), encoding="utf-8")


if __name__ == "__main__":
    write()
