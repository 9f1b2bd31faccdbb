"""Lines for a shell, run as they are printed, with a gdlab that is this one."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parents[1]


def shell(command: str, folder: str | Path) -> str:
    """The output of a line in a folder; AssertionError where it fails or complains."""
    programs = Path(folder) / ".programs"
    programs.mkdir(exist_ok=True)
    script = programs / "gdlab"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gdlab "$@"\n')
    script.chmod(0o755)
    here = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    here |= {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(HERE)}
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=here,
    )
    assert (done.returncode, done.stderr) == (0, ""), f"{command}: {done.stderr}"
    return done.stdout
