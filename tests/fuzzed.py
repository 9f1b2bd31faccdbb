"""Check damaged workbooks, one after another: ``python fuzzed.py FOLDER FIRST COUNT``.

Run as a process of its own, under limits. Prints one JSON object: the outcomes for each kind of
file, whatever should never have happened, and the peak memory.
"""

import gzip
import json
import resource
import signal
import struct
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from damage import damaged, damaged_bytes
from handed_in import hand_in

from gdlab import digits, read_points
from gdlab.marking import check, practice
from gdlab.marking.classes.roster import read_roster
from gdlab.marking.classes.worker import mark

MOST_SECONDS, MOST_BYTES = 5, 4_000_000_000


class TooSlow(BaseException):
    """More than five seconds of computing on one file."""


def too_slow(*_signal: Any) -> None:
    raise TooSlow


def one_wrong(t: int, name: str, true: float) -> float:
    return true + 1.37 if (t, name) == (2, "error") else true


def bases(folder: Path) -> list[tuple[bytes, int]]:
    """Workbooks before the damage, each with the marks it can get; 0 for one that is not right."""
    path, key = folder / "base.xlsx", folder / "key.xlsx"
    right = hand_in(path, "adam", rows=3).read_bytes()
    wrong = hand_in(path, "momentum", rows=4, change=one_wrong).read_bytes()
    own = hand_in(path, "sgd", rows=3, record=False, change=one_wrong).read_bytes()
    path.unlink()
    practice("rmsprop", path, rows=3, seed=1, key=key)
    return [(right, 57), (wrong, 0), (key.read_bytes(), 39), (own, 0), (path.read_bytes(), 0)]


def one_line(text: str) -> bool:
    return text.isprintable() and len(text) < 400


def outcome(path: Path, copy: Path, marks: int, seed: int) -> str:
    """The outcome for one file; raises AssertionError for an outcome that must never happen."""
    try:
        report = check(path)
    except ValueError as error:
        return "refused" if one_line(str(error)) else f"refused in no plain line: {error!a}"
    json.dumps(report.to_dict(), allow_nan=False)
    assert str(report).replace("\n", "").isprintable(), "control characters in the report"
    report._repr_html_()
    if seed % 4 == 0:
        told = mark(path, copy, None, 1.0, None)
        if "reason" in told:  # such as a learner's own sheet, which was not handed out
            assert told["reason"].isprintable(), "control characters in a reason"
        else:
            assert told["marks"].items() >= report.marks.items(), "a class marks otherwise"
    if report.passed:
        assert report.marks["of"] == marks, f"passed with {report.marks}, not {marks}"
        return "passed"
    return "marked"


# Lists and digits as they should be, each with the reader at whose door it is handed in.
def other_doors(folder: Path) -> list[tuple[bytes, Path, Callable[[Path], Any]]]:
    """Files of the other kinds, where each is put, and what reads it."""
    points = "x;y\n" + "1,5;2\n3;4\n" * 20
    learners = "id,name\n" + "".join(f"s{i},Name {i}\n" for i in range(50))
    images = bytes([0, 0, 8, 3]) + struct.pack(">3I", 5, 28, 28) + bytes(5 * 784)
    (folder / "labels").write_bytes(bytes([0, 0, 8, 1]) + struct.pack(">I", 5) + bytes(5))

    def idx(path: Path) -> Any:
        return digits.read_idx(path, folder / "labels")

    return [
        (points.encode(), folder / "points.csv", read_points),
        (learners.encode(), folder / "learners.csv", read_roster),
        (images, folder / "images", idx),
        (gzip.compress(images), folder / "images.gz", idx),
    ]


def through(read: Callable[[Path], Any], path: Path) -> str:
    """The outcome for a file that is read by another reader."""
    try:
        read(path)
    except ValueError as error:
        return "refused" if one_line(str(error)) else f"refused in no plain line: {error!a}"
    return "read"


def main(folder: Path, first: int, count: int) -> None:
    """Damage and check ``count`` workbooks from seed ``first``."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    # Computing time, not the clock's, so that a busy machine is no hang.
    signal.signal(signal.SIGVTALRM, too_slow)
    path, copy = folder / "damaged.xlsx", folder / "copy.xlsx"
    found: Counter[str] = Counter()
    faults = []
    most = 0
    whole, doors = bases(folder), other_doors(folder)
    through_doors: Counter[str] = Counter(through(read, _put(data, p)) for data, p, read in doors)
    assert through_doors == {"read": len(doors)}
    for data, marks in whole:
        path.write_bytes(data)
        assert outcome(path, copy, marks, 0) == ("passed" if marks else "marked")
    for seed in range(first, first + count):
        data, marks = whole[seed % len(whole)]
        path.write_bytes(damaged(data, seed))
        forget_peak()
        signal.setitimer(signal.ITIMER_VIRTUAL, MOST_SECONDS)
        try:
            found[outcome(path, copy, marks, seed)] += 1
            through_doors[through(read_points, path)] += 1
            data, place, read = doors[seed % len(doors)]
            place.write_bytes(damaged_bytes(data, seed))
            through_doors[through(read, place)] += 1
        except BaseException as error:
            where = traceback.format_exception(error)[-2:]
            faults.append(f"seed {seed}: {type(error).__name__}: {' '.join(where)}")
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            most = max(most, peak_megabytes())
    told = {"found": found, "doors": through_doors, "faults": faults}
    print(json.dumps({**told, "megabytes": most}))


def _put(data: bytes, place: Path) -> Path:
    place.write_bytes(data)
    return place


def forget_peak() -> None:
    """Count memory from here on: to pack half a GB takes as much, to refuse it does not."""
    if Path("/proc/self/clear_refs").exists():
        Path("/proc/self/clear_refs").write_text("5")


def peak_megabytes() -> int:
    """The most memory that this process has had since it was last forgotten."""
    status = Path("/proc/self/status")
    if status.exists():
        # Linux hands getrusage's figure on from the process that started this one.
        return int(status.read_text().split("VmHWM:")[1].split()[0]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
