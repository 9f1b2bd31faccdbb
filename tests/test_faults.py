"""A full disk, a killed run, a dead parent process: the old file stays and no scraps are left."""

import hashlib
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import GDLAB, command, linux, one_line, posix, students
from handed_in import hand_in

from gdlab.core.files import PREFIX

FULL = os.environ.get("GDLAB_PROOF") == "full"


# --- 7: a full disk ---


class Full(OSError):
    def __init__(self):
        super().__init__(28, "No space left on device")


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 48 kB; as root only, and where a file system may be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = shutil.which("mount") and not os.getuid() and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=48k", "tmpfs", place], capture_output=True
    ).returncode == 0  # fmt: skip
    if not mounted:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", place], check=True)


PLACES = {
    "export": ["export", "adam", "--out", "{disk}/old.xlsx"],
    "export to a folder": ["export", "adam", "sgd", "--out", "{disk}"],
    "export --all": ["export", "--all", "--out", "{disk}"],
    "practice": ["practice", "adam", "--rows", "200", "--out", "{disk}/new.xlsx"],
    "a key": ["practice", "adam", "--rows", "200", "--out", "{tmp}/p.xlsx",
              "--key", "{disk}/new.xlsx"],
    "check --marked": ["check", "{tmp}/sheet.xlsx", "--marked", "{disk}/old.xlsx"],
    "class new": ["class", "new", "adam", "--students", "{tmp}/list.csv", "--rows", "20",
                  "--out", "{disk}"],
    "class mark": ["class", "mark", "{tmp}/in", "--out", "{disk}"],
    "csv": ["table", "adam", "--epochs", "50", "--out", "{disk}/old.csv"],
    "json": ["table", "adam", "--epochs", "50", "--out", "{disk}/old.json"],
    "parquet": ["table", "adam", "--epochs", "50", "--out", "{disk}/old.parquet"],
    "text": ["table", "adam", "--epochs", "50", "--out", "{disk}/old.txt"],
    "page": ["page", "adam", "--out", "{disk}/old.html"],
    "sweep to csv": ["sweep", "adam", "--over", "lr=0.001:0.1:5000", "--out", "{disk}/old.csv"],
    "sweep to parquet": ["sweep", "adam", "--over", "lr=0.001:0.1:9000",
                         "--out", "{disk}/old.parquet"],
    "a map": ["sweep", "adam", "--over", "lr=0.001:0.1:40", "--plot", "{disk}/old.png"],
    "a streamed workbook": ["export", "adam", "--epochs", "500", "--out", "{disk}/old.xlsx"],
}  # fmt: skip


@pytest.mark.sample(3)
@pytest.mark.parametrize("place", PLACES)
def test_a_full_disk_costs_one_line(tmp_path, small_disk, place):
    words = [word.format(disk=small_disk, tmp=tmp_path) for word in PLACES[place]]
    hand_in(tmp_path / "sheet.xlsx", "adam", rows=40)
    (tmp_path / "in").mkdir()
    shutil.copy(tmp_path / "sheet.xlsx", tmp_path / "in")
    students(tmp_path / "list.csv", *((f"s{i}", "") for i in range(12)))
    filler = small_disk / "filler"
    filler.write_bytes(bytes(40_000))
    olds = [small_disk / Path(word).name for word in words if "/old." in word]
    for old in olds:
        old.write_bytes(b"old")
    done = command(*words)
    assert "No space left" in one_line(done) or "Errno 28" in done.stderr
    assert all(old.read_bytes() == b"old" for old in olds)
    assert not [rest.name for rest in small_disk.rglob(f"{PREFIX}*")]
    assert not (small_disk / "new.xlsx").exists()
    filler.unlink()


# --- 10: leftovers, and workers without a parent ---


def test_what_a_killed_run_left_is_removed_and_what_is_being_written_stays(tmp_path):
    script = (
        "import sys, time\nfrom gdlab.core.files import replacing\n"
        "with replacing(sys.argv[1]) as beside:\n"
        "    beside.write_text('half')\n    print(flush=True)\n    time.sleep(60)\n"
    )
    children = []
    for name in ("killed", "working"):
        child = subprocess.Popen(
            [sys.executable, "-c", script, tmp_path / name], stdout=subprocess.PIPE
        )
        assert child.stdout.readline()
        children.append(child)
    try:
        assert len(list(tmp_path.glob(f"{PREFIX}*"))) == 2
        children[0].kill()
        children[0].wait()
        code = (
            "import sys; from gdlab.core.files import replacing\nwith replacing(sys.argv[1]): pass"
        )
        subprocess.run([sys.executable, "-c", code, tmp_path / "next"], check=True)
        assert len(list(tmp_path.glob(f"{PREFIX}*"))) == (1 if os.name != "nt" else 2)
    finally:
        for child in children:
            child.kill()
            child.communicate()


@posix
def test_sigterm_leaves_nothing_behind(tmp_path):
    child = subprocess.Popen(
        [GDLAB, "table", "sgd", "--epochs", "100000", "--out", tmp_path / "a.csv"],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not list(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.02)
    child.terminate()
    _, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (143, "")
    assert not list(tmp_path.iterdir())


def _processes(word):
    """The processes on whose command line, or in whose folder, a word stands."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            told = (place / "cmdline").read_bytes() + os.fsencode((place / "cwd").readlink())
        except OSError:
            continue
        if os.fsencode(word) in told:
            found.append(int(place.name))
    return found


@linux
@pytest.mark.parametrize("part", ["new", "mark"])
def test_workers_end_with_their_parent(tmp_path, part):
    folder = tmp_path / f"orphans-{random.randrange(10**9)}"
    folder.mkdir()
    listed = students(tmp_path / "list.csv", *((f"s{i}", "") for i in range(400)))
    words = ["class", "new", "adam", "--students", str(listed), "--out", "out"]
    if part == "mark":
        (tmp_path / "in").mkdir()
        for number in range(60):
            hand_in(tmp_path / "in" / f"{number}.xlsx", "sgd", rows=1, seed=number)
        words = ["class", "mark", str(tmp_path / "in"), "--out", "out"]
    child = subprocess.Popen([GDLAB, *words], cwd=folder, stderr=subprocess.DEVNULL)
    written = folder / "out" / ("sheets" if part == "new" else "marked")
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not (
        written.exists() and len(list(written.glob("*.xlsx"))) >= 2
    ):
        time.sleep(0.02)
    assert list(written.glob("*.xlsx"))
    parents = [str(child.pid)]
    own = [
        int(place.parent.name) for place in Path("/proc").glob("[0-9]*/stat")
        if _parent_of(place) in parents
    ]  # fmt: skip
    child.kill()
    child.wait()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and any(_alive(one) for one in own):
        time.sleep(0.05)
    assert own and not any(_alive(one) for one in own)
    before = sorted(written.glob("*.xlsx"))
    time.sleep(1)
    assert sorted(written.glob("*.xlsx")) == before
    assert not _processes(folder.name)


def _parent_of(place):
    try:
        return place.read_text().rpartition(")")[2].split()[1]
    except OSError:
        return ""


def _alive(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# --- kill -9 at random moments: a rerun gives what an undisturbed run gives ---

KILLED = {
    "export": ["export", *(["--all"] if FULL else ["adam", "momentum"]), "--out", "out"],
    "class new": ["class", "new", "sgd", "--students", "{tmp}/list.csv", "--out", "out"],
    "class mark": ["class", "mark", "{tmp}/in", "--out", "out"],
    "sweep": ["sweep", "adam", "--over", "lr=0.001:0.1:60", "--over", "beta1=0:0.9:60",
              "--out", "out.csv"],
    "compile": ["table", "sgd", "--epochs", "8000", "--columns", "error", "--every", "1000",
                "--out", "out.csv"],
}  # fmt: skip
# Seconds of the first lines differ, and a lock or a journal is no result.
NOT_COMPARED = (".lock", "journal.jsonl")


def _content(folder):
    return {
        str(place.relative_to(folder)): hashlib.sha256(place.read_bytes()).hexdigest()
        for place in folder.rglob("*")
        if place.is_file() and place.name not in NOT_COMPARED and "cache" not in place.parts
    }


@posix
@pytest.mark.parametrize("kind", KILLED)
@pytest.mark.sample(2)
def test_killed_at_any_moment_a_rerun_makes_it_whole(tmp_path, kind):
    students(tmp_path / "list.csv", *((f"s{i}", "") for i in range(8)))
    (tmp_path / "in").mkdir()
    for number in range(6):
        hand_in(tmp_path / "in" / f"{number}.xlsx", "sgd", rows=1, seed=number)
    words = [GDLAB, *(word.format(tmp=tmp_path) for word in KILLED[kind])]
    temp = tmp_path / "temp"
    temp.mkdir()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}

    def here(name):
        folder = tmp_path / name
        folder.mkdir()
        if kind == "class new":  # a course's secret is drawn once; these are one course
            (folder / "out").mkdir(mode=0o700)
            (folder / "out" / "secret").touch(mode=0o600)
            (folder / "out" / "secret").write_bytes(b"0" * 64)
        cache = folder / "cache" if kind == "compile" else tmp_path / "cache"
        return folder, os.environ | {"GDLAB_CACHE": str(cache), "TMPDIR": str(temp)}

    begin = time.monotonic()
    folder, env = here("undisturbed")
    subprocess.run(words, cwd=folder, env=env, check=True, **quiet)
    seconds = time.monotonic() - begin
    whole = _content(folder)
    draw = random.Random(kind)
    for number in range(50 if FULL else 1):
        folder, env = here(f"killed-{number}")
        child = subprocess.Popen(words, cwd=folder, env=env, start_new_session=True, **quiet)
        time.sleep(draw.uniform(0.2, 1) * seconds)
        child.kill()
        child.wait()
        subprocess.run(words, cwd=folder, env=env, check=True, **quiet)
        assert _content(folder) == whole
        assert not list(folder.rglob(f"{PREFIX}*"))
        assert not [rest.name for rest in temp.iterdir() if rest.name.startswith(PREFIX)]
