"""Machine code is kept for the next process, and no cache, however bad, does harm."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import gdlab

NO_JIT = os.environ.get("NUMBA_DISABLE_JIT", "0") != "0"
ROOT = Path(__file__).parent.parent

needs_compiler = pytest.mark.skipif(NO_JIT, reason="the compiler is switched off")

TRACE = """
import sys
from gdlab.core import engine
import gdlab
engine.COMPILE_FROM = 1
{before}
print(gdlab.trace({rule!r}, epochs=2).column("new_slope")[-1].hex())
"""
RULE = """
import linecache
TEXT = '''def own(g, lr=0.0001):
    step = lr * g {change}
    return (), (step,)
'''
linecache.cache["own.py"] = (len(TEXT), None, TEXT.splitlines(True), "own.py")
names = {{}}
exec(compile(TEXT, "own.py", "exec"), names)
gdlab.rule(names["own"])
"""


def process(cache, rule="momentum", before=""):
    """Run a trace in a new Python; what it printed."""
    found = subprocess.run(
        [sys.executable, "-c", TRACE.format(rule=rule, before=before)],
        env=os.environ | {"GDLAB_CACHE": str(cache), "NUMBA_DISABLE_JIT": "0"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert found.returncode == 0, found.stderr
    assert not found.stderr
    return found.stdout.strip()


def files(folder):
    """Every file with its time: none written anew, none added."""
    return {
        str(path.relative_to(folder)): path.stat().st_mtime_ns
        for path in folder.rglob("*")
        if path.is_file()
    }


@needs_compiler
def test_machine_code_is_kept_for_the_next_process(tmp_path):
    cache = tmp_path / "cache"
    first = process(cache)
    kept = files(cache)
    assert any(name.endswith(".nbc") for name in kept)
    assert [process(cache), process(cache)] == [first, first]
    assert files(cache) == kept
    assert first == gdlab.trace("momentum", epochs=2).column("new_slope")[-1].hex()


@needs_compiler
def test_an_edited_rule_gives_new_numbers(tmp_path):
    found = [
        process(tmp_path, "own", RULE.format(change=change))
        for change in ("", "* 0.5", "* 0.25", "")
    ]
    assert len(set(found)) == 3
    assert found[3] == found[0]
    assert found[0] == gdlab.trace("sgd", epochs=2).column("new_slope")[-1].hex()


@needs_compiler
def test_a_cache_that_is_no_folder_does_no_harm(tmp_path):
    place = tmp_path / "file"
    place.write_text("here already")
    assert process(place) == gdlab.trace("momentum", epochs=2).column("new_slope")[-1].hex()
    assert place.read_text() == "here already"


@needs_compiler
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_cache_that_cannot_be_written_does_no_harm(tmp_path):
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        found = process(tmp_path / "new" if os.getuid() else "/proc/gdlab")
    finally:
        tmp_path.chmod(stat.S_IRWXU)
    assert found == gdlab.trace("momentum", epochs=2).column("new_slope")[-1].hex()
    assert not files(tmp_path)


@needs_compiler
def test_a_damaged_module_is_written_again(tmp_path):
    first = process(tmp_path)
    (module,) = tmp_path.glob("gdlab_kernel_*.py")
    whole = module.read_text()
    module.write_text("raise SystemExit('damaged')")
    assert process(tmp_path) == first
    assert module.read_text() == whole
