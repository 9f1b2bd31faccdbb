"""What is imported when: the arrows between modules, and libraries only where they are used."""

import ast
import graphlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import gdlab
from gdlab.web.assets import joined

ROOT = Path(__file__).parent.parent
HEAVY = (
    "numpy",
    "pandas",
    "numba",
    "matplotlib",
    "IPython",
    "ipywidgets",
    "openpyxl",
    "xlsxwriter",
)


def loaded(code):
    """The heavy libraries that a new Python has loaded after some code."""
    tail = f"\nimport json, sys\nprint(json.dumps([n for n in {HEAVY!r} if n in sys.modules]))"
    found = subprocess.run(
        [sys.executable, "-c", code + tail],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("import gdlab", []),
        ("import gdlab; gdlab.rules(); dir(gdlab)", []),
        ("import gdlab; gdlab.__all__; gdlab.__version__", []),
        ("import gdlab.core.run, gdlab.core.lessons, gdlab.core.layout", []),
        ("import gdlab; gdlab.trace('adam').final", ["numpy"]),
        ("import gdlab; gdlab.trace('sgd', lr=1e300).exploded", ["numpy"]),
        ("import gdlab; gdlab.trace('adam').frame", ["numpy", "pandas"]),
        ("import gdlab; gdlab.lesson_points()", ["numpy", "pandas"]),
    ],
)
def test_a_library_is_loaded_where_it_is_used(code, wanted):
    assert loaded(code) == wanted


@pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="the compiler is switched off"
)
def test_the_compiler_is_loaded_for_large_tables_alone():
    large = (
        "import gdlab\nfrom gdlab.core import engine\nengine.COMPILE_FROM = 1\ngdlab.trace('sgd')"
    )
    assert "numba" in loaded(large)


@pytest.mark.parametrize("name", gdlab.__all__)
def test_every_name_of_the_face_is_there(name):
    assert callable(getattr(gdlab, name))
    assert getattr(gdlab, name).__doc__


def test_an_unknown_name_is_answered_with_those_that_there_are():
    with pytest.raises(AttributeError, match=r"gdlab has no 'tracer'; it has .*trace"):
        gdlab.tracer  # noqa: B018
    assert set(gdlab.__all__) <= set(dir(gdlab))


def test_the_arrows_between_modules_point_one_way():
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run())",
        ],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert "KEPT" in found.stdout


LAYERS = ("formulas", "language", "core", "excel", "reading", "marking", "web", "notebook",
          "studies", "cli")  # fmt: skip
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in (ROOT / "gdlab").rglob("*.py")
}


def imports_of(path):
    """The gdlab modules that a file imports, wherever in it; not those for the type checker."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written out"
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in MODULES else node.module for name in inner]
        yield from (name for name in names if name in MODULES)


def test_no_import_goes_up():
    # The same rule as the linter's, read from the files by other means.
    for module, path in MODULES.items():
        for name in imports_of(path):
            below, above = name.split(".")[1:2], module.split(".")[1:2]
            if below and above and below[0] in LAYERS and above[0] in LAYERS:
                assert LAYERS.index(below[0]) <= LAYERS.index(above[0]), (module, name)


def test_the_imports_have_no_circle():
    graph = {module: set(imports_of(path)) - {"gdlab"} for module, path in MODULES.items()}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        raise AssertionError(" -> ".join(error.args[1])) from None


def test_a_module_has_no_name_of_the_face():
    modules = {path.stem for path in (ROOT / "gdlab").glob("*.py")}
    modules |= {path.name for path in (ROOT / "gdlab").iterdir() if path.is_dir()}
    assert not modules & set(gdlab.__all__)


# The measures of a drawing stand in the file that draws it.
OF_A_DRAWING = {
    "BOTTOM",
    "DIGITS",
    "DPI",
    "GAP",
    "HEIGHT",
    "LEFT",
    "MARGIN",
    "LINE_HEIGHT",
    "RIGHT",
    "TOP",
    "WIDTH",
}


def test_a_number_has_one_name_and_a_name_one_number():
    files: dict[str, list[str]] = {}
    for path in (ROOT / "gdlab").rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            for name in numbers_named(node) - OF_A_DRAWING:
                files.setdefault(name, []).append(path.name)
    assert len(files) > 200
    assert {name: found for name, found in files.items() if len(found) > 1} == {}


def test_a_class_has_one_name():
    named = [
        node.name
        for path in (ROOT / "gdlab").rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    ]
    assert len(named) > 150
    assert [name for name, count in Counter(named).items() if count > 1] == []


# Where learners' cells are judged in a page; everywhere else a place has a name of its own.
JUDGING = {
    "announcements",
    "claims",
    "deciding",
    "diagnosis",
    "equivalents",
    "evidence",
    "handed_in",
    "judge",
    "marks",
    "mistyping",
    "own_formulas",
    "practice",
    "practice_state",
    "report",
}


def test_a_place_is_a_learners_cell():
    python = {
        path.relative_to(ROOT / "gdlab").as_posix()
        for path in (ROOT / "gdlab").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if {getattr(node, "id", ""), getattr(node, "arg", "")} & {"place", "places"}
    }
    # A practice's texts come by their places from the sheet in a notebook.
    assert {path for path in python if not path.startswith("marking/")} == {"notebook/score.py"}
    javascript = {
        path.stem
        for path in (ROOT / "gdlab").rglob("*.js")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\bplaces?\b(?! (of|the)\b)", re.sub(r"//.*|^ *(/\*)?\*.*|`[^`]*`", "", line))
    }
    assert javascript <= JUDGING


@pytest.mark.parametrize("entry", ["page.js", "jupyter.js"])
def test_joined_modules_share_no_name(entry):
    # They are joined into one, where a second name would be an error in the browser.
    names = re.findall(
        r"^(?:export )?(?:async )?(?:function\*?|const|let|class) (\w+)",
        joined(entry),
        re.MULTILINE,
    )
    assert len(names) > 300
    assert [name for name, count in Counter(names).items() if count > 1] == []


def numbers_named(node):
    """The names of a module's constants that are numbers."""
    if not isinstance(node, ast.Assign):
        return set()
    target, value = node.targets[0], node.value
    pairs = [(target, value)]
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = list(zip(target.elts, value.elts, strict=True))
    return {
        name.id
        for name, number in pairs
        if isinstance(name, ast.Name) and name.id.isupper()
        if isinstance(number, ast.BinOp | ast.UnaryOp)
        or (isinstance(number, ast.Constant) and type(number.value) in (int, float))
    }
