"""The wheel holds all that is needed, and little else has to be installed beside it."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1]
NEEDED_TO_BUILD = ("gdlab", "pyproject.toml", "README.md", "LICENSE")
# An installation without any extra: these are not there.
CORE_ONLY = """
import sys
ABSENT = ("IPython", "anywidget", "ipywidgets", "jupyterlab", "jupytext", "mlxtend", "pyarrow")
class Absent:
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent)
from gdlab.cli import main
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked into a folder as pip does, away from the checkout."""
    folder = tmp_path_factory.mktemp("package")
    source = folder / "source"
    source.mkdir()
    for name in NEEDED_TO_BUILD:
        place = HERE / name
        copy = shutil.copytree if place.is_dir() else shutil.copy
        copy(place, source / name)
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "-w", folder, source], check=True)
    (wheel,) = folder.glob("gdlab-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


def python(site: Path, code: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """Run lines with the unpacked wheel; libraries are those of this Python."""
    return subprocess.run(
        [sys.executable, "-P", "-c", code],
        env=os.environ | {"PYTHONPATH": str(site)},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_has_every_file_of_the_package(installed: Path) -> None:
    def files(top: Path) -> set[str]:
        found = (path.relative_to(top) for path in top.rglob("*") if path.is_file())
        return {str(path) for path in found if "__pycache__" not in path.parts}

    assert files(installed / "gdlab") == files(HERE / "gdlab")


def test_away_from_the_checkout_it_writes_the_same_exports(installed: Path, tmp_path: Path) -> None:
    code = f"{CORE_ONLY}import gdlab; print(gdlab.__file__); raise SystemExit(main())"
    code = code.replace("main()", "main(['export', '--all', '--out', 'out'])")
    done = python(installed, code, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert Path(done.stdout.splitlines()[0]).is_relative_to(installed)
    for path in (HERE / "exports").iterdir():
        assert (tmp_path / "out" / path.name).read_bytes() == path.read_bytes(), path.name


def test_what_is_not_installed_is_named_with_the_way_to_get_it(
    installed: Path, tmp_path: Path
) -> None:
    code = f"{CORE_ONLY}import gdlab; gdlab.sheet"
    told = python(installed, code, tmp_path).stderr.splitlines()[-1]
    assert told == "ImportError: gdlab.sheet needs anywidget: pip install 'gdlab[lab]'"
    code = f"{CORE_ONLY}raise SystemExit(main(['table', 'sgd', '--out', 'table.parquet']))"
    done = python(installed, code, tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1 and "pyarrow" in done.stderr
    assert list(tmp_path.iterdir()) == []
