"""The near end of a marking process: it asks, waits, and starts a new one where one was lost."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from gdlab.marking.classes.worker import TOO_MUCH

SECONDS = 10.0
STARTING_SECONDS = 60.0
TOO_LONG = f"it takes more than {SECONDS:.0f} seconds to read"
LOST = "the program that read it broke down"

PACKAGE = str(Path(__file__).parents[2])

_own = threading.local()
_all: list["Marker"] = []


class Marker:
    """One marking process at a time, started when it is first asked."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None

    def mark(self, path: Path, copy: Path) -> dict[str, Any]:
        """What :func:`gdlab.marking.classes.worker.mark` answers; a reason where it does not."""
        fresh = self.process is None or self.process.poll() is not None
        if fresh:
            self.process = _start()
        assert self.process
        process, late = self.process, threading.Event()
        assert process.stdin
        assert process.stdout

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(SECONDS + (STARTING_SECONDS if fresh else 0), stop)
        timer.start()
        try:
            process.stdin.write(json.dumps({"path": str(path), "copy": str(copy)}) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        finally:
            timer.cancel()
        if answer.endswith("\n"):
            return json.loads(answer)
        code = process.wait()
        self.close()
        if late.is_set():
            return {"reason": TOO_LONG}
        return {"reason": TOO_MUCH if code == -9 else LOST}

    def close(self) -> None:
        """End the process, if there is one."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


def _start() -> "subprocess.Popen[str]":
    # One thread is enough for each, and a library's pools count as memory.
    own = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"}
    own["PYTHONPATH"] = os.pathsep.join(filter(None, [PACKAGE, os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(
        [sys.executable, "-m", "gdlab.marking.classes.worker"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={**os.environ, **own}, text=True, encoding="utf-8",
        # A Ctrl-C is for the process that people see; this one ends with its standard input.
        start_new_session=True,
    )  # fmt: skip


def mark_some(files: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """Mark some files, each (where it is, where its copy goes), by this thread's own process."""
    if not hasattr(_own, "marker"):
        _own.marker = Marker()
        _all.append(_own.marker)
    return [_own.marker.mark(Path(path), Path(copy)) for path, copy in files]


def close_all() -> None:
    """End the marking processes of this process; those of others end with theirs."""
    for marker in _all:
        marker.close()
