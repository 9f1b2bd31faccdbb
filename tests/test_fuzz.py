"""Damaged workbooks: no crash, no hang, no more memory than 500 MB, and no wrong pass."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FULL = os.environ.get("GDLAB_PROOF") == "full"
CHUNK = 1_000 if FULL else 150
CHUNKS = 10 if FULL else 1
MOST_MEGABYTES = 500


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_damaged_workbooks(tmp_path: Path, chunk: int) -> None:
    script = Path(__file__).with_name("fuzzed.py")
    run = subprocess.run(
        [sys.executable, script, tmp_path, str(chunk * CHUNK), str(CHUNK)],
        capture_output=True,
        text=True,
        timeout=1_800,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2_000:]
    told = json.loads(run.stdout)
    assert not told["faults"], "\n".join(told["faults"])
    assert told["megabytes"] < MOST_MEGABYTES
    assert set(told["found"]) == {"refused", "marked", "passed"}
    assert sum(told["found"].values()) == CHUNK
    # Every file goes to the points' door too, and one of another kind beside it.
    assert set(told["doors"]) == {"refused", "read"}
    assert sum(told["doors"].values()) == 2 * CHUNK + 4
    # The damage reaches beyond the zip: some files are still marked, and some even pass.
    assert min(told["found"].get(kind, 0) for kind in ("refused", "marked", "passed")) > CHUNK // 30
