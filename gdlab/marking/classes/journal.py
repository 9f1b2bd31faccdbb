"""The journal of a marking: every file's result as soon as it is there, and by this user alone.

Each line is signed with a key that only this user can read: a line that somebody else has written,
or changed, counts as none, and its file is marked again.
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from gdlab.core.files import replacing
from gdlab.core.kept import cache_folder
from gdlab.core.trust import private_folder, read_private
from gdlab.marking.classes.attempts import Result

KEY = "journal.key"
KEY_BYTES = 32


class Handed(NamedTuple):
    """One file that came back: its path within the folder, and what tells its content."""

    file: str
    content: str


class Journal:
    """The results of a marking that are final, in a file that is only ever added to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.key = _key()

    def __iter__(self) -> Iterator[tuple[Handed, Result]]:
        """The results so far; a line that was cut off when the machine stopped counts as none."""
        try:
            lines = read_private(self.path).splitlines()
        except FileNotFoundError:
            return
        except ValueError as error:
            raise ValueError(f"{error}; name another folder for the marks") from None
        for line in lines:
            with suppress(ValueError, TypeError):
                told, signature = json.loads(line)
                if hmac.compare_digest(self._signed(told), signature):
                    file, content, result = json.loads(told)
                    yield Handed(file, content), result

    def _signed(self, told: str) -> str:
        return hmac.new(self.key, told.encode(), hashlib.sha256).hexdigest()

    @contextmanager
    def appending(self) -> Iterator[Any]:
        """Give a function that adds a result: ``add(handed, result)``."""

        def opener(name: str, flags: int) -> int:
            return os.open(name, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)

        half_a_line = self.path.exists() and self.path.read_bytes()[-1:] not in (b"", b"\n")
        with open(self.path, "ab", opener=opener, buffering=0) as file:
            if half_a_line:
                file.write(b"\n")

            def add(handed: Handed, result: Result) -> None:
                told = json.dumps([*handed, result])
                line = json.dumps([told, self._signed(told)]).encode() + b"\n"
                if file.write(line) != len(line):
                    raise OSError(28, "No space left on device", str(self.path))

            yield add


def _key() -> bytes:
    """This user's own; where there is no place for one, a new one, with which nothing is found."""
    folder = cache_folder()
    try:
        private_folder(folder)
        with suppress(FileNotFoundError):
            key = read_private(folder / KEY)
            if len(key) == KEY_BYTES:
                return key
        key = secrets.token_bytes(KEY_BYTES)
        with replacing(folder / KEY, mode=0o600) as beside:
            beside.write_bytes(key)
        return read_private(folder / KEY)
    except (ValueError, OSError):
        return secrets.token_bytes(KEY_BYTES)
