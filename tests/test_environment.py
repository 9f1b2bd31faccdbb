"""The ways to install and to test say the same thing."""

import re
import tomllib
from pathlib import Path

import yaml
from release import to_do

import gdlab

HERE = Path(__file__).parents[1]


def project() -> dict:
    return tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def commands(text: str) -> set[str]:
    """The lines of a script or a README that are a call of make, without their prompt."""
    lines = (line.removeprefix("$ ").strip() for line in text.splitlines())
    return {line for line in lines if re.fullmatch(r"make [a-z]+", line)}


def test_conda_installs_what_pip_installs():
    conda = yaml.safe_load((HERE / "environment.yml").read_text(encoding="utf-8"))
    settings = project()
    extras = settings["optional-dependencies"]
    wanted = settings["dependencies"] + extras["lab"] + extras["digits"] + extras["parquet"]
    # conda-forge's names are pip's in lower case.
    expected = {"pip", f"python{settings['requires-python']}", *map(str.lower, wanted)}
    assert conda["name"] == settings["name"]
    assert conda["channels"] == ["conda-forge"]
    assert {entry for entry in conda["dependencies"] if isinstance(entry, str)} == expected
    assert conda["dependencies"][-1] == {"pip": ["-e ."]}


def test_the_readme_tests_as_ci_does():
    ci = commands((HERE / ".ci" / "run").read_text(encoding="utf-8"))
    readme = commands((HERE / "README.md").read_text(encoding="utf-8"))
    assert "make test" in ci & readme


def test_the_workflow_runs_ci():
    text = (HERE / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    steps = yaml.safe_load(text)["jobs"]["test"]["steps"]
    assert "bash .ci/run" in [step.get("run") for step in steps]


def test_what_a_release_lacks_is_said(tmp_path):
    assert to_do(HERE, gdlab.__version__) == []
    for name in ("CITATION.cff", "CHANGELOG.md"):
        (tmp_path / name).write_text((HERE / name).read_text(encoding="utf-8"), encoding="utf-8")
    assert [line.split()[0] for line in to_do(tmp_path, "9.0")] == ["CITATION.cff", "CHANGELOG.md"]
    (tmp_path / "CHANGELOG.md").write_text(f"## {gdlab.__version__}\n", encoding="utf-8")
    (line,) = to_do(tmp_path, gdlab.__version__)
    assert "no date" in line
