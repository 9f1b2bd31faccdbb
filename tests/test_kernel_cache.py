"""Machine code is kept for the next process, and no cache, however bad, does harm."""

import hashlib
import os
import pickle
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import gdlab
from gdlab.core.files import PREFIX
from gdlab.core.kept import DIGEST

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


def process(cache, rule="momentum", before="", warning="", umask=0o022, cwd=ROOT):
    """Run a trace in a new Python; what it printed."""
    found = subprocess.run(
        [sys.executable, "-P", "-c", TRACE.format(rule=rule, before=before)],
        env=os.environ | {"GDLAB_CACHE": str(cache), "NUMBA_DISABLE_JIT": "0"},
        cwd=cwd,
        umask=umask,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert found.returncode == 0, found.stderr
    told = found.stderr.splitlines()
    assert len(told) == bool(warning), found.stderr
    assert not warning or warning in told[0]
    return found.stdout.strip()


def files(folder):
    """Every file with its time: none written again, none added."""
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
    found = process(place, warning="is not a folder")
    assert found == gdlab.trace("momentum", epochs=2).column("new_slope")[-1].hex()
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


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """A cache with machine code in it, and what the trace printed."""
    cache = tmp_path_factory.mktemp("kept") / "cache"
    return cache, process(cache)


def entry(cache):
    (found,) = cache.glob("*.nbc")
    return found


@needs_compiler
@pytest.mark.parametrize("damage", [b"", b"words", None])
def test_damaged_machine_code_is_written_again(tmp_path, damage):
    first = process(tmp_path)
    kept = entry(tmp_path)
    whole = kept.read_bytes()
    # None: one bit of the code itself.
    kept.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:] if damage is None else damage)
    assert process(tmp_path) == first
    # Not the same bytes: a compiler's names differ. But whole, with its digest before it.
    again = kept.read_bytes()
    assert hashlib.sha256(again[DIGEST:]).digest() == again[:DIGEST]
    assert len(again) > 1_000 and again != whole


# --- what another user of the machine can have put there ---

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")


class Planted:
    """Unpickled, it leaves a trace; so does machine code that was put there."""

    def __init__(self, mark):
        self.mark = str(mark)

    def __reduce__(self):
        return open, (self.mark, "w")


def evil(mark):
    content = pickle.dumps(Planted(mark))
    return hashlib.sha256(content).digest() + content


def as_another(path):
    if os.getuid():
        pytest.skip("only root can give a file away")
    os.chown(path, 12345, 12345, follow_symlinks=False)


def plant_other_owner(cache, mark):
    entry(cache).write_bytes(evil(mark))
    as_another(entry(cache))
    return "belongs to another user"


def plant_writable(cache, mark):
    entry(cache).write_bytes(evil(mark))
    entry(cache).chmod(0o666)
    return "can be written by other users"


def plant_group_writable(cache, mark):
    entry(cache).write_bytes(evil(mark))
    entry(cache).chmod(0o620)
    return "can be written by other users"


def plant_link(cache, mark):
    elsewhere = cache.parent / "elsewhere"
    elsewhere.write_bytes(evil(mark))
    place = entry(cache)
    place.unlink()
    place.symlink_to(elsewhere)
    return "is a link"


def plant_pipe(cache, mark):
    place = entry(cache)
    place.unlink()
    os.mkfifo(place, 0o600)
    return "is not a file"


def plant_folder_for_all(cache, mark):
    entry(cache).write_bytes(evil(mark))
    cache.chmod(0o777)
    return "can be written by other users"


def plant_folder_above(cache, mark):
    entry(cache).write_bytes(evil(mark))
    cache.parent.chmod(0o777)
    return "can be written by other users"


def plant_other_folder(cache, mark):
    entry(cache).write_bytes(evil(mark))
    as_another(cache)
    return "belongs to another user"


def plant_foreign_link_to_the_folder(cache, mark):
    entry(cache).write_bytes(evil(mark))
    moved = cache.rename(cache.with_name("moved"))
    cache.symlink_to(moved)
    as_another(cache)
    return "is a link that another user made"


PLANTED = [value for name, value in list(globals().items()) if name.startswith("plant_")]


@posix
@needs_compiler
@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
@pytest.mark.sample(2)
def test_nothing_that_another_user_planted_is_run(tmp_path, compiled, plant):
    cache, mark = tmp_path / "home" / "cache", tmp_path / "mark"
    kept, first = compiled
    shutil.copytree(kept, cache)
    warning = plant(cache, mark)
    assert process(cache, warning=warning) == first
    assert not mark.exists()


@posix
@needs_compiler
def test_what_its_user_kept_is_read(tmp_path, compiled):
    # The counterpart of the tests above: this code does run, so they can fail.
    mark = tmp_path / "mark"
    shutil.copytree(compiled[0], tmp_path / "cache")
    entry(tmp_path / "cache").write_bytes(evil(mark))
    process(tmp_path / "cache")
    assert mark.exists()


@posix
@needs_compiler
@pytest.mark.parametrize("umask", [0, 0o077])
def test_the_cache_is_closed_whatever_the_umask(tmp_path, umask):
    cache = tmp_path / "new" / "cache"
    process(cache, umask=umask)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (cache, cache.parent)}
    assert modes == {"cache": 0o700, "new": 0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in cache.iterdir()} <= {0o600}


@posix
@needs_compiler
def test_settings_of_the_current_folder_do_not_move_the_cache(tmp_path):
    here, cache, other = tmp_path / "here", tmp_path / "cache", tmp_path / "other"
    here.mkdir()
    other.mkdir(mode=0o777)
    (here / ".numba_config.yaml").write_text(f"cache_dir: {other}\ndebug_cache: 1\n")
    process(cache, cwd=here)
    assert entry(cache) and not list(other.iterdir())


@needs_compiler
def test_what_a_killed_run_left_is_removed(tmp_path):
    process(tmp_path)
    entry(tmp_path).unlink()
    left = tmp_path / f"{PREFIX}0123456789abcdef.nbc"
    left.write_bytes(b"half")
    process(tmp_path)
    assert not left.exists()
    assert [path.suffix for path in tmp_path.iterdir()] == [".nbc"]
