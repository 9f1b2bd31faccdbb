"""The command gdlab as a process of its own, and how it refuses."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

GDLAB = str(Path(sys.executable).with_name("gdlab"))
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such files or signals")
linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="Linux only")


def command(*words, cwd=None, timeout=300, **options):
    return subprocess.run(
        [GDLAB, *map(str, words)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=timeout,
        **options,
    )


def one_line(done, words=""):
    """The one line on standard error with which a command was refused."""
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("gdlab "), done.stderr
    assert words in done.stderr
    return done.stderr


def students(path, *rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "name"), *rows])
    return path
