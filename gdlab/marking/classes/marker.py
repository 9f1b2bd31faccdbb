"""The parent's side of a marking process: it asks, waits, and starts a new one if one is lost."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from gdlab.core.parallel import PACKAGE, safe_path
from gdlab.marking.classes import worker

# On the clock: so long a process is waited for. What a file may compute is far less.
SECONDS = 60.0
STARTING_SECONDS = 60.0
TOO_LONG = f"it takes more than {worker.COMPUTING_SECONDS} seconds of computing to read"
LOST = "the program that read it broke down"
ENDED = "the program that read it was ended from outside; run the command again"
LATE = f"the program that read it did not answer for {SECONDS:.0f} seconds; run the command again"

# How a process ends that a file has brought down; of any other signal a person is the sender.
OWN_DEATHS = ("SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT", "SIGSYS")
# It is given where the package is, who its parent is, and where libraries are: isolated (-I),
# Python looks neither into the current folder nor at its environment.
START = """
import importlib.util, json, sys
root, parent, path = json.loads(sys.argv[1])
sys.path += [place for place in path if place not in sys.path]
spec = importlib.util.spec_from_file_location(
    "gdlab", root + "/gdlab/__init__.py", submodule_search_locations=[root + "/gdlab"]
)
sys.modules["gdlab"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["gdlab"])
from gdlab.marking.classes.worker import main
main(parent)
"""

_own = threading.local()
_all: list["Marker"] = []


class Marker:
    """One marking process at a time, started when it is first asked."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None
        self.ended = False

    def mark(self, path: Path, copy: Path, asked: dict[str, Any]) -> dict[str, Any]:
        """What :func:`gdlab.marking.classes.worker.mark` answers; a reason where it does not.

        A file that a process was lost with, or that its memory was too small for, is tried once
        more by a new one: the fault may have been another's.
        """
        answer = self._ask(path, copy, asked)
        if answer.get("reason") in (LOST, ENDED, worker.TOO_MUCH) and not self.ended:
            self._stop()
            answer = self._ask(path, copy, asked)
        return answer

    def _ask(self, path: Path, copy: Path, asked: dict[str, Any]) -> dict[str, Any]:
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
            process.stdin.write(json.dumps({"path": str(path), "copy": str(copy), **asked}) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        except (OSError, ValueError):
            # It has ended, or was ended together with this marking.
            answer = ""
        finally:
            timer.cancel()
        if answer.endswith("\n"):
            return json.loads(answer)
        code = process.wait()
        self._stop()
        return {"reason": LATE, "again": True} if late.is_set() else _death(code)

    def _stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for stream in (self.process.stdin, self.process.stdout):
                with contextlib.suppress(OSError):
                    stream.close()  # type: ignore[union-attr]
            self.process = None

    def close(self) -> None:
        """End the process, if there is one, for good."""
        self.ended = True
        self._stop()


def _death(code: int) -> dict[str, Any]:
    """What it says of a file that the process which read it ended so."""
    name = signal.Signals(-code).name if code < 0 else ""
    if name == "SIGXCPU":
        return {"reason": TOO_LONG}
    if code >= 0 or name in OWN_DEATHS:
        return {"reason": LOST}
    return {"reason": ENDED, "again": True}


def _start() -> "subprocess.Popen[str]":
    # One thread is enough for each, and a library's pools count as memory.
    own = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    told = json.dumps([PACKAGE, os.getpid(), safe_path(sys.path)])
    return subprocess.Popen(
        [sys.executable, "-I", "-X", "utf8", "-c", START, told],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={**os.environ, **own}, text=True, encoding="utf-8", cwd=PACKAGE,
        # A Ctrl-C is for the process that people see; this one ends with it.
        start_new_session=True,
    )  # fmt: skip


def mark_some(files: list[tuple[str, str]], asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Mark some files, each (where it is, where its copy goes), by this thread's own process.

    ``asked`` is what :func:`gdlab.marking.classes.worker.mark` is told beside.
    """
    if not hasattr(_own, "marker") or _own.marker.ended:
        _own.marker = Marker()
        _all.append(_own.marker)
    return [_own.marker.mark(Path(path), Path(copy), asked) for path, copy in files]


def close_all() -> None:
    """End the marking processes of this process; those of others end with theirs."""
    while _all:
        _all.pop().close()
