"""Firefox and WebKit as they are on the machine, driven by what each understands by itself.

Firefox listens for WebDriver BiDi on a websocket, WebKitGTK's driver for WebDriver on HTTP: with
both a page is opened, a function is evaluated in it, and a hand moves over it.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

WAIT = 30
ENTER = "\ue007"
SIZE = {"width": 1366, "height": 900}
FIREFOX, WEBKIT = "firefox-esr", "WebKitWebDriver"
# No start page, and nothing asked of the network.
PREFERENCES = """
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.page", 0);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.update.enabled", false);
user_pref("services.settings.server", "data:,");
"""


def _actions(kind: str, *steps: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": kind, "id": kind, "actions": list(steps)}]


class Browser(Protocol):
    """A page: ``open``, ``evaluate`` and ``perform`` are each browser's own, hands are alike."""

    def open(self, address: str) -> None: ...

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, by way of JSON."""

    def perform(self, actions: list[dict[str, Any]]) -> None: ...

    def wait_for(self, expression: str) -> None:
        deadline = time.monotonic() + WAIT
        while not self.evaluate(f"Boolean({expression})"):
            assert time.monotonic() < deadline, expression
            time.sleep(0.05)

    def middle(self, selector: str) -> tuple[int, int]:
        """Where an element is, brought into sight."""
        x, y = self.evaluate(
            f"""(() => {{
                const one = document.querySelector({json.dumps(selector)});
                one.scrollIntoView({{ block: "nearest" }});
                const {{ x, y, width, height }} = one.getBoundingClientRect();
                return [x + width / 2, y + height / 2];
            }})()"""
        )
        return round(x), round(y)

    def click(self, selector: str) -> None:
        self.drag(self.middle(selector), [])

    def drag(self, start: tuple[int, int], places: list[tuple[int, int]]) -> None:
        """Press at a place, move over others, let go."""
        steps: list[dict[str, Any]] = [_moved(start), {"type": "pointerDown", "button": 0}]
        steps += [_moved(place) for place in places]
        self.perform(_actions("pointer", *steps, {"type": "pointerUp", "button": 0}))

    def type(self, text: str) -> None:
        keys = [{"type": kind, "value": one} for one in text for kind in ("keyDown", "keyUp")]
        self.perform(_actions("key", *keys))


def _moved(place: tuple[int, int]) -> dict[str, Any]:
    return {"type": "pointerMove", "x": place[0], "y": place[1], "duration": 20}


class Firefox(Browser):
    """A tab of Firefox."""

    def __init__(self, address: str) -> None:
        import websocket

        # Firefox refuses what says that a page of somewhere else sends it.
        self.socket = websocket.create_connection(
            f"{address}/session", timeout=WAIT, suppress_origin=True
        )
        self.number = 0
        self.ask("session.new", capabilities={})
        self.context = self.ask("browsingContext.getTree")["contexts"][0]["context"]
        self.ask("browsingContext.setViewport", context=self.context, viewport=SIZE)

    def ask(self, method: str, **params: Any) -> Any:
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.number:
                assert answer["type"] == "success", answer
                return answer["result"]

    def open(self, address: str) -> None:
        self.ask("browsingContext.navigate", context=self.context, url=address, wait="complete")

    def evaluate(self, expression: str) -> Any:
        found = self.ask(
            "script.evaluate",
            expression=f"JSON.stringify({expression})",
            target={"context": self.context},
            awaitPromise=False,
        )
        assert found["type"] == "success", found
        return json.loads(found["result"].get("value", "null"))

    def perform(self, actions: list[dict[str, Any]]) -> None:
        self.ask("input.performActions", context=self.context, actions=actions)


class WebKit(Browser):
    """A window of WebKitGTK's small browser."""

    def __init__(self, driver: str) -> None:
        self.session = driver
        # The browser of the library itself, which opens no window of a desktop's own.
        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": {"args": ["--automation"]}}}
        made = self.ask("/session", capabilities=wanted)
        self.session = f"{driver}/session/{made['sessionId']}"
        self.ask("/window/rect", **SIZE)

    def ask(self, path: str, **params: Any) -> Any:
        request = urllib.request.Request(
            self.session + path, json.dumps(params).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=WAIT) as answer:
            return json.load(answer)["value"]

    def open(self, address: str) -> None:
        self.ask("/url", url=address)

    def evaluate(self, expression: str) -> Any:
        return json.loads(
            self.ask("/execute/sync", script=f"return JSON.stringify({expression})", args=[])
            or "null"
        )

    def perform(self, actions: list[dict[str, Any]]) -> None:
        self.ask("/actions", actions=actions)


@contextmanager
def firefox() -> Iterator[Browser]:
    """Firefox with a new profile."""
    with tempfile.TemporaryDirectory(prefix="gdlab-firefox-") as name:
        (Path(name) / "user.js").write_text(PREFERENCES, encoding="utf-8")
        log = Path(name) / "log.txt"
        command = [FIREFOX, "--headless", "--no-remote", "--profile", name]
        with _running([*command, "--remote-debugging-port", str(_free_port())], log):
            yield Firefox(_said(log, r"WebDriver BiDi listening on (ws://\S+)"))


@contextmanager
def webkit() -> Iterator[Browser]:
    """WebKitGTK on a display of its own."""
    with tempfile.TemporaryDirectory(prefix="gdlab-webkit-") as name:
        port = _free_port()
        command = ["xvfb-run", "-a", WEBKIT, f"--port={port}"]
        with _running(command, Path(name) / "log.txt"):
            address = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + WAIT
            while True:
                with suppress(OSError):
                    urllib.request.urlopen(f"{address}/status", timeout=5).close()
                    break
                assert time.monotonic() < deadline
                time.sleep(0.1)
            yield WebKit(address)


def missing_of(name: str) -> str:
    """Which part of a browser is missing on this machine; empty if none is."""
    if name == "Firefox":
        return "" if shutil.which(FIREFOX) else "Firefox (the program firefox-esr)"
    parts = {WEBKIT: "webkit2gtk-driver", "xvfb-run": "xvfb"}
    lacking = [package for program, package in parts.items() if not shutil.which(program)]
    return f"WebKit (apt-get install {' '.join(lacking)})" if lacking else ""


@contextmanager
def _running(command: list[str], log: Path) -> Iterator[None]:
    with log.open("w") as output:
        # With what it starts itself: a browser, a display.
        started = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
        try:
            yield
        finally:
            for sign in (signal.SIGTERM, signal.SIGKILL):
                with suppress(ProcessLookupError):
                    os.killpg(started.pid, sign)
                with suppress(subprocess.TimeoutExpired):
                    started.wait(10)


def _said(log: Path, pattern: str) -> str:
    """What a program writes about itself in its log, as soon as it does."""
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline:
        found = re.search(pattern, log.read_text(encoding="utf-8", errors="replace"))
        if found:
            return found[1]
        time.sleep(0.1)
    raise RuntimeError("it did not start:\n" + log.read_text(encoding="utf-8")[-1000:])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
