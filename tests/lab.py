"""A JupyterLab server of its own for the browser tests, and the few moves that they share."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TOKEN = "gdlab-tests"
NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
STARTUP_SECONDS = 60
RUN_SECONDS = 120

# The kernel is asked for through the application object: the page shows "idle" before it is.
KERNEL_IS_IDLE = """() => {
    const session = window.jupyterapp?.shell.currentWidget?.context?.sessionContext;
    const kernel = session?.isReady && session.session?.kernel;
    return kernel?.connectionStatus === "connected" && kernel.status === "idle";
}"""
RUN_ALL = """() => {
    window.gdlabRun = undefined;
    window.jupyterapp.commands.execute("notebook:run-all-cells").then(
        (done) => { window.gdlabRun = String(done); },
        (error) => { window.gdlabRun = String(error); });
}"""


@contextmanager
def lab(*notebooks: str, dark: bool = False) -> Iterator[str]:
    """Serve copies of some notebooks (names in notebooks/); yields the server's address.

    Settings, workspaces, runtime files and the copies live in a folder that goes away. The kernel
    is the Python that runs the tests. Cells out of sight stay in the page, so that it can be read.
    """
    with tempfile.TemporaryDirectory(prefix="gdlab-lab-") as name:
        home = Path(name)
        work = home / "work"
        work.mkdir()
        for notebook in notebooks:
            shutil.copy(NOTEBOOKS / notebook, work)
        _write_settings(home / "config" / "labconfig", dark)
        port = _free_port()
        address = f"http://127.0.0.1:{port}"
        with (home / "log.txt").open("w", encoding="utf-8") as log:
            server = subprocess.Popen(
                _command(work, port), env=_environment(home), cwd=work, stdout=log, stderr=log
            )
            try:
                _wait_until_up(server, address, home / "log.txt")
                yield address
            finally:
                server.terminate()
                try:
                    server.wait(15)
                except subprocess.TimeoutExpired:
                    server.kill()
                    server.wait()


def open_notebook(page: Any, address: str, notebook: str) -> None:
    """Open a notebook alone on the page and wait until its kernel is there."""
    page.goto(f"{address}/doc/tree/{notebook}?token={TOKEN}")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=STARTUP_SECONDS * 1000)
    page.wait_for_function(KERNEL_IS_IDLE, timeout=STARTUP_SECONDS * 1000)


def run_all(page: Any) -> None:
    """Run every cell and wait until the last one is done; fails where one raised an error."""
    page.evaluate(RUN_ALL)
    page.wait_for_function("window.gdlabRun !== undefined", timeout=RUN_SECONDS * 1000)
    assert page.evaluate("window.gdlabRun") == "true", "a cell raised an error"


def _command(work: Path, port: int) -> list[str]:
    return [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
        "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={work}",
        "--expose-app-in-browser",
    ]  # fmt: skip


def _environment(home: Path) -> dict[str, str]:
    own = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    return os.environ | {name: str(home / folder) for name, folder in own.items()}


def _write_settings(folder: Path, dark: bool) -> None:
    folder.mkdir(parents=True)
    settings = {
        "@jupyterlab/apputils-extension:themes": {
            "theme": "JupyterLab Dark" if dark else "JupyterLab Light"
        },
        "@jupyterlab/apputils-extension:notification": {
            "fetchNews": "false",
            "checkForUpdates": False,
        },
        "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
    }
    path = folder / "default_setting_overrides.json"
    path.write_text(json.dumps(settings), encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_up(server: subprocess.Popen, address: str, log: Path) -> None:
    deadline = time.monotonic() + STARTUP_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is None:
            try:
                urllib.request.urlopen(f"{address}/api?token={TOKEN}", timeout=5).close()
            except OSError:
                time.sleep(0.2)
                continue
            return
        break
    raise RuntimeError("JupyterLab did not start:\n" + log.read_text(encoding="utf-8")[-2000:])
