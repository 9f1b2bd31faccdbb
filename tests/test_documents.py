"""What the README and the documentation show is what a reader gets.

``python tests/test_documents.py`` writes today's output and tables into them.
"""

import contextlib
import doctest
import io
import linecache
import re
import shutil
import subprocess
import sys
import tempfile
from urllib.parse import unquote

import pytest
from shell import HERE, shell

from gdlab.core.registry import BUILT_IN_RULES, find_rule
from gdlab.studies.claims.table import ARTICLES

README = HERE / "README.md"
DOCUMENTS = [README, *sorted((HERE / "docs").glob("*.md"))]
RULES = HERE / "docs" / "rules.md"
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
# Python in order: a cell or a file's lines, and what is typed at prompts. (Lines marked `py` need a
# cluster, which test_cluster.py has.)
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
    for function in BUILT_IN_RULES:
        rule = find_rule(function)
        hyper = ", ".join(f"{word}={value:g}" for word, value in rule.hyper.items())
        source = rule.source.replace("|", r"\|")
        lines.append(f"| {rule.name} | {hyper} | {source} |")
    return "\n".join(lines)


def with_rules(text: str) -> str:
    """A text with a fresh table of the rules between its two marks."""
    begin, end = "<!-- rules -->\n", "\n<!-- /rules -->"
    before, rest = text.split(begin)
    return f"{before}{begin}{rules_table()}{end}{rest.split(end)[1]}"


def blocks() -> list[tuple[str, str]]:
    """Every block of commands, with the document that shows it."""
    return [
        (path.name, block)
        for path in DOCUMENTS
        for block in CONSOLE.findall(path.read_text(encoding="utf-8"))
    ]


def with_answers(text: str) -> str:
    """A document with what Python answers today; its blocks of Python follow each other."""
    namespace: dict = {}
    exec("import gdlab", namespace)

    def fresh(found: re.Match[str]) -> str:
        if found[1] == "python":
            cell(found[2], namespace)
            return found[0]
        return f"```pycon\n{as_it_is(found[2], namespace)}```"

    return PYTHON.sub(fresh, text)


@pytest.mark.parametrize(("name", "block"), blocks())
def test_the_commands_print_what_a_document_shows(name, block):
    assert rerun(block) == block, name


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_python_answers_what_a_document_shows(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = path.read_text(encoding="utf-8")
    assert with_answers(text) == text


def test_there_is_something_to_run():
    """A pattern that finds nothing would let everything pass."""
    assert len(blocks()) >= 5
    assert sum(">>>" in path.read_text(encoding="utf-8") for path in DOCUMENTS) >= 4


def with_counts(text: str) -> str:
    """The README with today's numbers of optimizers and claims."""
    claims = sum(len(article.claims) for article in ARTICLES)
    text = re.sub(r"\d+ optimizers", f"{len(BUILT_IN_RULES)} optimizers", text)
    return re.sub(r"\d+ claims", f"{claims} claims", text)


def test_the_readme_counts_as_gdlab_does():
    text = README.read_text(encoding="utf-8")
    assert re.search(r"\d+ optimizers", text) and re.search(r"\d+ claims", text)
    assert with_counts(text) == text


def test_the_table_of_the_rules_is_todays():
    text = RULES.read_text(encoding="utf-8")
    assert with_rules(text) == text


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_pictures_and_files_that_it_points_to_are_there(path):
    links = re.findall(r"\]\(([^)#]+)", path.read_text(encoding="utf-8"))
    # Sphinx puts the notebooks and the live page beside the documents.
    beside = {"graddesc.html": HERE / "exports"}
    own = [link for link in links if "://" not in link]
    places = [
        HERE / link if link.startswith("notebooks/") else beside.get(link, path.parent) / link
        for link in own
    ]
    assert [str(place) for place in places if not place.exists()] == []


def test_the_site_builds_without_a_warning_and_its_links_lead_somewhere(tmp_path):
    shutil.copytree(HERE / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns("_build"))
    for name in ("exports", "notebooks"):
        (tmp_path / name).symlink_to(HERE / name)
    for path in HERE.glob("*.md"):
        (tmp_path / path.name).symlink_to(path)
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-W",
        "--keep-going",
        "-q",
        "-b",
        "html",
        "docs",
        "site",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    for page in (tmp_path / "site").rglob("*.html"):
        for link in re.findall(r'(?:href|src)="([^"#:?]+)[#"?]', page.read_text(encoding="utf-8")):
            assert (page.parent / unquote(link)).exists(), f"{page.name}: {link}"


def write() -> None:
    """Bring the documents up to date."""
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        text = CONSOLE.sub(lambda found: f"```console\n{rerun(found[1])}```", text)
        text = with_answers(text)
        text = with_counts(text) if path == README else text
        path.write_text(with_rules(text) if path == RULES else text, encoding="utf-8")


if __name__ == "__main__":
    write()
