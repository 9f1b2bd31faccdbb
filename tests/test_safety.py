"""Working beside strangers' files: none of their code runs, and nothing they planted is used."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from commands import GDLAB, command, posix, students
from deliveries import fill, lines_of
from handed_in import hand_in

import gdlab
from gdlab.cli import main
from gdlab.core.files import replacing
from gdlab.marking import reading
from gdlab.marking.classes import mark_class, new_class
from gdlab.marking.classes.journal import Journal

FULL = os.environ.get("GDLAB_PROOF") == "full"


def as_another(path):
    if os.getuid():
        pytest.skip("only root can give a file away")
    os.chown(path, 12345, 12345, follow_symlinks=False)


# --- 1: nothing of the current folder is imported or obeyed ---


@pytest.fixture
def hostile(tmp_path):
    """A folder in which every module of Python, and many others, would leave a trace."""
    folder, trace = tmp_path / "hostile", tmp_path / "trace"
    folder.mkdir()
    names = {*sys.stdlib_module_names, "numpy", "pandas", "matplotlib", "numba", "joblib", "yaml",
             "openpyxl", "xlsxwriter", "rich", "filelock", "evilbackend",
             "usercustomize"}  # fmt: skip
    for name in names - {"sys", "builtins"}:
        # It fails as well: what is only imported, and not used, would pass unseen.
        (folder / f"{name}.py").write_text(f"open({str(trace)!r}, 'a').write({name!r})\n1 / 0\n")
    (folder / "matplotlibrc").write_text("backend: module://evilbackend\nfont.size: 40\n")
    (folder / ".numba_config.yaml").write_text("disable_jit: 1\nno_such: [1\n")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p evilbackend\n")
    (folder / "sitecustomize.py").write_text(f"open({str(trace)!r}, 'a').write('site')\n")
    return folder, trace


@pytest.mark.parametrize("start", [[GDLAB], [sys.executable, "-m", "gdlab"]], ids=["gdlab", "-m"])
def test_no_command_imports_from_the_current_folder(hostile, tmp_path, start):
    folder, trace = hostile
    listed = students(tmp_path / "list.csv", ("anna", ""), ("bob", ""))
    commands = [
        ["class", "new", "sgd", "--students", listed, "--out", tmp_path / "class", "--rows", "1"],
        ["class", "mark", tmp_path / "in", "--students", listed, "--out", tmp_path / "marks"],
    ]
    if start == [GDLAB]:
        swept = ["--over", "lr=0.01:0.1:90", "--over", "beta=0:0.9:90"]
        commands += [
            ["check", tmp_path / "in" / "anna.xlsx", "--marked", tmp_path / "marked.xlsx"],
            ["sweep", "momentum", *swept, "--plot", tmp_path / "map.png"],
        ]
    for words in commands:
        if words[1] == "mark":
            for line in lines_of(tmp_path / "class"):
                fill(tmp_path / "class", line, tmp_path / "in" / Path(line["sheet"]).name)
        done = subprocess.run(
            [*start, *map(str, words)], cwd=folder, capture_output=True, text=True, timeout=300
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert not trace.exists(), trace.read_text()
    with (tmp_path / "marks" / "marks.csv").open(encoding="utf-8-sig") as marks:
        assert [row["percent"] for row in csv.DictReader(marks)] == ["100.0", "100.0"]


@pytest.mark.skipif(os.name == "nt", reason="an empty entry of PYTHONPATH is one of Unix")
def test_an_empty_entry_of_the_path_is_not_the_current_folder(hostile):
    folder, trace = hostile
    (folder / "sitecustomize.py").unlink()
    for name in ("_posixsubprocess", "site", "encodings", "usercustomize"):
        (folder / f"{name}.py").unlink(missing_ok=True)
    code = "import sys; sys.path.insert(0, ''); from gdlab.__main__ import main; sys.exit(main())"
    script = folder.parent / "start.py"
    script.write_text(code.replace("; ", "\n"))
    done = subprocess.run(
        [sys.executable, "-P", script, "rules"], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert not trace.exists() and "adam" in done.stdout


def test_workers_of_joblib_import_nothing_from_the_current_folder(hostile, tmp_path):
    folder, trace = hostile
    script = tmp_path / "script.py"
    script.write_text(
        "import sys, joblib.parallel\nfrom gdlab.core.parallel import spread\n"
        "sys.path.insert(0, '')\nfrom operator import add\n"
        "print(sorted(spread(add, [(1, 2), (3, 4)], 'processes')))\n"
    )
    # Four cores by name: on one core joblib would start no process.
    done = subprocess.run(
        [sys.executable, "-P", script], cwd=folder, capture_output=True, text=True, timeout=120,
        env=os.environ | {"LOKY_MAX_CPU_COUNT": "4"},
    )  # fmt: skip
    assert done.stdout == "[3, 7]\n", done.stderr
    assert not trace.exists(), trace.read_text()


# --- 4: whatever one file contains, the others are checked ---


def test_one_cell_does_not_end_check(tmp_path, capsys, monkeypatch):
    good = hand_in(tmp_path / "good.xlsx", "sgd", rows=1)
    bad = hand_in(tmp_path / "bad.xlsx", "sgd", rows=1, change=_marked)
    with zipfile.ZipFile(bad) as book:
        content = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(bad, "w") as book:
        for name, part in content.items():
            book.writestr(name, part.replace(b"<v>123456789", b"<v>" + b"9" * 400))
    assert main(["check", str(bad), str(good)]) == 1
    told = capsys.readouterr()
    assert "good.xlsx, sgd: " in told.out and told.err == ""
    assert "this is not a number that a spreadsheet can hold" in told.out

    read = reading.read_filled

    def broken(path):
        if "bad" in str(path):
            raise RecursionError
        return read(path)

    monkeypatch.setattr(reading, "read_filled", broken)
    assert main(["check", str(bad), str(good)]) == 2
    told = capsys.readouterr()
    assert "good.xlsx, sgd: " in told.out
    assert told.err.count("\n") == 1 and "bad.xlsx: it cannot be checked" in told.err


def _marked(t, name, value):
    return 123456789 if name == "error" else value


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (pd.NA, "empty"), (Decimal("sNaN"), "empty"), (Decimal("NaN"), "empty"), (pd.NaT, "empty"),
        (None, "empty"), (float("nan"), "empty"), (10**400, "wrong"), (10**5000, "wrong"),
        (-(10**400), "wrong"), (Decimal("1e999"), "wrong"), (np.float64("inf"), "wrong"),
        (object(), "wrong"), ([1, 2], "wrong"), (b"1", "wrong"), ("9" * 5000, "wrong"),
        (complex(1, 2), "wrong"), (pd.Timestamp(0), "wrong"), (True, "wrong"),
    ],
    ids=lambda value: f"{type(value).__name__}",
)  # fmt: skip
def test_a_frame_may_hold_anything(value, kind):
    run = gdlab.trace("sgd")
    frame = run.frame.astype(object)
    frame.at[2, "error"] = value
    report = gdlab.check(frame, run)
    cell = next(one for one in report.cells if (one.row, one.column) == (2, "error"))
    assert cell.status == kind
    assert all(one.status in ("right", "follows") for one in report.cells if one is not cell)
    json.dumps(report.to_dict(), allow_nan=False)
    str(report), report._repr_html_()


# --- 5: one door for every file ---


def door_files(folder):
    """Files that no reader should be given, and words of the one line; see also test_fuzz."""
    files = {
        "rows.csv": (b"id,x,y\n" + b"1,2,3\n" * 2_000_000, "more than"),
        "commas.csv": (b"," * 20_000_000, "longer than 131,072 characters"),
        "quote.csv": (b'id,x,y\n"' + b"a\n" * 200_000, "longer than 131,072 characters"),
        "wide.csv": (b"id,x,y\n" + (b"," * 100_000 + b"\n") * 50, "more than"),
        "large.csv": (b"1" * 50_000_001, "larger than 50 MB"),
        "empty.csv": (b"", "empty"),
    }
    for name, (content, words) in files.items():
        (folder / name).write_bytes(content)
        yield folder / name, words
    if os.name != "nt":
        os.mkfifo(folder / "pipe.csv")
        (folder / "zero.csv").symlink_to("/dev/zero")
        (folder / "folder.csv").mkdir()
        for name in ("pipe.csv", "zero.csv", "folder.csv"):
            yield folder / name, "a folder or a device"


def test_every_door_is_guarded(tmp_path, capsys):
    for path, words in door_files(tmp_path):
        for option in (["table", "sgd", "--data"], ["class", "new", "sgd", "--out", tmp_path / "o",
                                                    "--students"]):  # fmt: skip
            begin = time.process_time()
            assert main([*map(str, option), str(path)]) == 2
            err = capsys.readouterr().err
            assert words in err and err.count("\n") == 1, err
            assert time.process_time() - begin < 60


@pytest.mark.parametrize("packed", [False, True])
def test_a_packed_file_of_digits_is_counted_while_it_is_unpacked(tmp_path, packed):
    import gzip

    from gdlab import digits
    from gdlab.reading.door import Refused, gunzipped

    bomb = gzip.compress(bytes(30_000_000)) if packed else bytes(30_000_000)
    (tmp_path / "images").write_bytes(bomb)
    with pytest.raises(ValueError, match="not an idx file"):
        digits.read_idx(tmp_path / "images", tmp_path / "images")
    if packed:
        with pytest.raises(Refused, match="holds more than 1 MB"):
            gunzipped(bomb, 1_000_000)


# --- 8: no formula in a table ---

SAID = ('=HYPERLINK("http://x","y")', "=cmd|'/c calc'!A1", "+1", "-1+1", "@SUM(1)", "\t=1", "\r=1",
        "＝1+1", "＋1", "－1", "＠x", "﹦1", " =1", "a;=1", 'a",=1', "|calc", "%1", "\n-1",
        "a;|b")  # fmt: skip


def test_names_and_ids_are_no_formulas(tmp_path):
    rows = [(f"{said} {i}", said) for i, said in enumerate(SAID)]
    listed = students(tmp_path / "list.csv", *rows)
    new_class("sgd", listed, tmp_path / "class", rows=1)
    (tmp_path / "in").mkdir()
    key = next((tmp_path / "class" / "keys").iterdir())
    shutil.copy(key, tmp_path / "in")
    mark_class(tmp_path / "in", tmp_path / "marks", listed)
    for place in (tmp_path / "class" / "class.csv", tmp_path / "marks" / "marks.csv"):
        text = place.read_text(encoding="utf-8-sig")
        for separator in (",", ";", "\t"):
            for row in csv.reader(text.splitlines(), delimiter=separator):
                for field in row:
                    assert field.lstrip(' "')[:1] not in tuple("=+@|%＝＋－＠﹦"), field
                    assert not field.startswith("-"), field
    # The list of a class names the same learners again.
    again = new_class("sgd", tmp_path / "class" / "class.csv", tmp_path / "class", rows=1)
    assert again == (0, len(SAID))


# --- 9: Ctrl-C, and sizes ---


COMPUTING = 6  # seconds of the processor's time: what is imported and compiled before is done


def _computed(pid):
    """Seconds that a process has computed, by ps, whose form is [[days-]hours:]minutes:seconds."""
    told = subprocess.run(["ps", "-o", "time=", "-p", str(pid)], capture_output=True, text=True)
    hours, minutes, seconds = ["0", *told.stdout.strip().split(":")][-3:]
    return 3600 * int(hours) + 60 * int(minutes) + float(seconds)


@posix
@pytest.mark.skipif(bool(os.environ.get("NUMBA_DISABLE_JIT")), reason="the compiler is off")
def test_ctrl_c_ends_a_long_compiled_run(tmp_path):
    # Some 100 seconds of computing; begun when the machine code is there and the main thread waits.
    command("table", "sgd", "--epochs", "30000", "--columns", "error", "--every", "100000",
            "--out", tmp_path / "a.csv")  # fmt: skip
    long = [GDLAB, "table", "sgd", "--epochs", "3000000000", "--columns", "error",
            "--every", "1000000000", "--out", str(tmp_path / "b.csv")]  # fmt: skip
    child = subprocess.Popen(long, stderr=subprocess.PIPE, text=True)
    try:
        while _computed(child.pid) < COMPUTING:
            time.sleep(0.2)
            assert child.poll() is None
        begin = time.monotonic()
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=20)
        assert time.monotonic() - begin < 5
    finally:
        child.kill()
    assert (child.returncode, err) == (130, "")
    assert not (tmp_path / "b.csv").exists()


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    "words",
    [
        ["table", "sgd", "--epochs", "999999999999999999"],
        ["table", "sgd", "--epochs", "999999999999999999", "--every", "999999999999999999"],
        ["table", "sgd", "--epochs", "999999999999999999", "--columns", "error", "--every",
         "99999"],
        ["table", "sgd", "--surface", "ravine", "--steps", "999999999999999999"],
        ["table", "sgd", "--surface", "ravine", "--steps", "999999999999999999", "--every",
         "999999999999999999"],
        ["explain", "sgd", "--row", "1", "--column", "error", "--epochs", "999999999999999999"],
        ["export", "sgd", "--epochs", "999999999999999999", "--out", "o.xlsx"],
        ["export", "--all", "--epochs", "999999999999999999", "--out", "o"],
        ["page", "sgd", "--epochs", "999999999999999999", "--out", "o.html"],
        ["sweep", "sgd", "--over", "lr=0.1,0.2", "--epochs", "999999999999999999"],
        ["sweep", "sgd", "--over", "lr=0.1:0.2:9999999", "--over", "slope=0:1:9999999"],
        ["practice", "sgd", "--rows", "999999999999999999", "--out", "o.xlsx"],
        ["practice", "sgd", "--rows", "4", "--epochs", "999999999999999999", "--out", "o.xlsx"],
    ],
    ids=lambda words: " ".join(words[:3]),
)  # fmt: skip
def test_impossible_sizes_are_refused_before_the_work(tmp_path, monkeypatch, run, words):
    monkeypatch.chdir(tmp_path)
    begin = time.process_time()
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1 and len(err) < 300
    assert time.process_time() - begin < 30
    assert not [path for path in tmp_path.iterdir() if path.is_file()]


# --- 11: trust in folders ---


def test_a_planted_journal_does_not_count(tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    hand_in(folder / "a.xlsx", "sgd", rows=1, change=_marked)
    mark_class(folder, out)
    honest = (out / "marks.csv").read_bytes()
    ((handed, result),) = Journal(out / "journal.jsonl")
    result["marks"].update(right=result["marks"]["of"], wrong=0, follows=0)
    forged = [json.dumps([*handed, result])]
    lines = [
        json.dumps([*handed, result]),
        json.dumps([forged[0], "0" * 64]),
        json.dumps([forged[0], json.loads((out / "journal.jsonl").read_text())[1]]),
    ]
    for planted in lines:
        (out / "journal.jsonl").write_text(planted + "\n")
        mark_class(folder, out)
        assert (out / "marks.csv").read_bytes() == honest
    # In the folder that came from others, a journal of theirs is not even looked at.
    with pytest.raises(ValueError, match="is in the folder that was handed in"):
        mark_class(folder, folder / "marks")


@posix
def test_a_journal_of_another_user_is_not_read(tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    hand_in(folder / "a.xlsx", "sgd", rows=1)
    mark_class(folder, out)
    as_another(out / "journal.jsonl")
    with pytest.raises(ValueError, match="belongs to another user; name another folder"):
        mark_class(folder, out)


@posix
def test_a_link_among_the_hand_ins_is_not_followed(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    new_class("sgd", students(tmp_path / "l.csv", ("a", "")), tmp_path / "class", rows=1)
    (folder / "a.xlsx").symlink_to(tmp_path / "class" / "keys" / "a.xlsx")
    (folder / "inside").symlink_to(tmp_path / "class")
    counts = mark_class(folder, tmp_path / "marks")
    assert counts.marked == 0
    assert set(counts.refused.values()) == {"it is a link; hand in the file itself"}


def test_a_marked_copy_does_not_say_where_the_teachers_files_lie(tmp_path):
    (tmp_path / "in").mkdir()
    hand_in(tmp_path / "in" / "a.xlsx", "sgd", rows=1)
    mark_class(tmp_path / "in", tmp_path / "marks")
    gdlab.check(tmp_path / "in" / "a.xlsx")
    main(["check", str(tmp_path / "in" / "a.xlsx"), "--marked", str(tmp_path / "b.xlsx")])
    for copy in (tmp_path / "b.xlsx", *(tmp_path / "marks" / "marked").iterdir()):
        with zipfile.ZipFile(copy) as book:
            assert not [one for one in book.namelist() if tmp_path.name.encode() in book.read(one)]


OUTS = {
    "file": ["table", "sgd", "--out", "{link}"],
    "workbook": ["export", "sgd", "--out", "{link}.xlsx"],
    "folder": ["class", "new", "sgd", "--rows", "1", "--students", "{tmp}/l.csv", "--out",
               "{link}"],
    "folder above": ["table", "sgd", "--out", "{link}/a.csv"],
    "marks": ["class", "mark", "{tmp}/in", "--out", "{link}"],
    "all": ["export", "--all", "--out", "{link}"],
}  # fmt: skip


@posix
@pytest.mark.parametrize("kind", OUTS)
def test_a_link_of_another_user_is_not_written_through(tmp_path, run, kind):
    target = tmp_path / "own"
    (tmp_path / "in").mkdir()
    students(tmp_path / "l.csv", ("a", ""))
    words = [word.format(link=tmp_path / "link", tmp=tmp_path) for word in OUTS[kind]]
    link = Path(next(word for word in words if "/link" in word))
    link = link if link.parent == tmp_path else link.parent
    if kind in ("file", "workbook"):
        target.write_text("thesis")
    else:
        target.mkdir()
    link.symlink_to(target)
    as_another(link)
    code, _, err = run(*words)
    assert code == 2 and "is a link that another user made" in err and err.count("\n") == 1
    assert target.read_text() == "thesis" if target.is_file() else not list(target.iterdir())


@posix
def test_ones_own_link_is_written_through(tmp_path):
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("real.csv")
    with replacing(tmp_path / "link.csv") as beside:
        beside.write_text("new")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text() == "new"


# --- 13: paths on the terminal ---


@posix
@pytest.mark.parametrize(
    "words",
    [
        ["export", "sgd", "--out", "{out}.xlsx"],
        ["practice", "sgd", "--out", "{out}.xlsx", "--key", "{out}-key.xlsx"],
        ["page", "sgd", "--out", "{out}.html"],
        ["sweep", "sgd", "--over", "lr=0.1,0.2", "--out", "{out}.csv"],
        ["class", "new", "sgd", "--rows", "1", "--students", "l.csv", "--out", "{out}"],
        ["class", "mark", "in", "--out", "{out}"],
        ["table", "sgd", "--out", "{out}/none/a.csv"],
    ],
    ids=lambda words: words[0] + words[1],
)
def test_a_path_is_printed_without_its_control_characters(tmp_path, monkeypatch, run, words):
    monkeypatch.chdir(tmp_path)
    students(tmp_path / "l.csv", ("a", ""))
    (tmp_path / "in").mkdir()
    bad = "a\x1b[2J\u202e\x9bb\x07"
    _, out, err = run(*(word.format(out=bad) for word in words))
    assert r"\x1b" in out + err
    assert all(line.isprintable() for line in (out + err).splitlines())
