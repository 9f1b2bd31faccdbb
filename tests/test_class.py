"""A whole class: sheets that depend on the learner alone, marking that nobody can break."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from filelock import FileLock
from handed_in import hand_in, with_part

from gdlab.cli import main
from gdlab.marking import check
from gdlab.marking.classes import (
    course,
    handing_out,
    mark_class,
    marker,
    marking,
    new_class,
    roster,
    worker,
)
from gdlab.marking.classes.journal import Journal

FULL = os.environ.get("GDLAB_PROOF") == "full"
BOMB = 40_000_000


def table(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def students(path, *ids):
    path.write_text("id,name\n" + "".join(f"{one},Name of {one}\n" for one in ids))
    return path


def test_a_learners_sheet_depends_on_the_id_alone(tmp_path):
    few = students(tmp_path / "few.csv", "anna", "béla")
    many = students(tmp_path / "many.csv", "zoe", "béla", "=1+1", "anna")
    assert new_class("momentum", few, tmp_path / "a", rows=2) == (2, 0)
    assert new_class("momentum", many, tmp_path / "b", rows=2) == (4, 0)
    listed = {row["id"]: row for row in table(tmp_path / "b" / "class.csv")}
    assert [row["sheet"] for row in listed.values()] == [
        "sheets/zoe.xlsx", "sheets/béla-264970ac11964a9c.xlsx",
        "sheets/_1+1-bac90eef5bf3aecd.xlsx", "sheets/anna.xlsx",
    ]  # fmt: skip
    # The numbers depend on the id and the course: the secret makes courses differ.
    shutil.copytree(
        tmp_path / "a", tmp_path / "c", ignore=lambda *_: ["sheets", "keys", "class.csv"]
    )
    assert new_class("momentum", many, tmp_path / "c", rows=2) == (4, 0)
    for folder in ("sheets", "keys"):
        a, b, c = ((tmp_path / one / folder / "anna.xlsx").read_bytes() for one in "abc")
        assert a == c != b
        assert a != (tmp_path / "c" / folder / "zoe.xlsx").read_bytes()
    key = check(tmp_path / "b" / "keys" / "anna.xlsx")
    assert key.passed
    assert check(tmp_path / "b" / "sheets" / "anna.xlsx").marks["empty"] == key.marks["of"]


def test_sheets_that_are_there_stay(tmp_path):
    listed = students(tmp_path / "list.csv", "a", "b")
    new_class("sgd", listed, tmp_path / "class", rows=1)
    (tmp_path / "class" / "sheets" / "a.xlsx").write_text("filled in")
    (tmp_path / "class" / "sheets" / "b.xlsx").unlink()
    assert new_class("sgd", listed, tmp_path / "class", rows=1) == (1, 1)
    assert (tmp_path / "class" / "sheets" / "a.xlsx").read_text() == "filled in"
    # Other sheets are another round, and leave these as they are.
    assert new_class("sgd", listed, tmp_path / "class", rows=2) == (2, 0)
    assert (tmp_path / "class" / "sheets" / "a.xlsx").read_text() == "filled in"
    assert (tmp_path / "class" / "sheets" / "sgd" / "a.xlsx").exists()
    (tmp_path / "class" / "class.csv").write_text("id,name\na,b\n")
    with pytest.raises(ValueError, match=r"class\.csv: it is not a list of a class"):
        new_class("sgd", listed, tmp_path / "class", rows=2)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name\nanna\n", "head the column"),
        ("", "it is empty"),
        ("id\n", "no learners"),
        ("id\na\na\n", "line 3: the id 'a' is there twice"),
        ("id,name\n,anna\n", "line 2: a learner without an id"),
        ("id\n" + "x" * 300, "over 200"),
    ],
)
def test_bad_lists_are_answered_in_one_line(tmp_path, text, words):
    place = tmp_path / "list.csv"
    place.write_text(text)
    with pytest.raises(ValueError, match=words):
        roster.read_roster(place)


AWKWARD = (
    "con", "CON", "nul.txt", "com1", "..", "a/b", "a:b", "A_b", "a_b", "a_B", "-x", "ü" * 100,
    "王伟", "李娜", "müller", "möller", "Muller", "x" * 200, "x" * 199, "a.", ".a", "a b",
    "a\u202eb", "😀", "a-0123456789abcdef", "İ", "i", "ß", "ss", "𝒳", "~$a",
)  # fmt: skip


def test_file_names_suit_every_file_system():
    names = [roster.file_of(one) for one in AWKWARD]
    assert len({roster.alike(name) for name in names}) == len(AWKWARD)
    for name in names:
        assert not set(name) & set('\\/:*?"<>| ~$') and name.isprintable()
        assert len(name.encode()) < 120
        assert name[0] not in "-." and name[-6] != "."
        assert roster.DEVICES.fullmatch(name.lower().removesuffix(".xlsx")) is None
    assert roster.file_of("王伟").startswith("王伟-")
    assert roster.file_of("s1234567") == "s1234567.xlsx"


def test_a_longer_list_moves_nobody(tmp_path):
    alone = {one: roster.file_of(one) for one in AWKWARD}
    seeds = {one: course.seed_of(b"secret", one, "") for one in AWKWARD}
    listed = students(tmp_path / "list.csv", "new", *reversed(AWKWARD), "newer")
    for one in roster.read_roster(listed)[1:-1]:
        assert one.file == alone[one.id]
    assert len(set(seeds.values())) == len(AWKWARD)
    # An accent may be written in two ways; the learner is one.
    (again,) = roster.read_roster(students(tmp_path / "mac.csv", "mu\u0308ller"))
    assert (again.id, again.file) == ("müller", alone["müller"])


def test_a_class_grows_and_sheets_stay_with_their_learners(tmp_path):
    out = tmp_path / "class"
    new_class("sgd", students(tmp_path / "a.csv", "王伟", "müller"), out, rows=1)
    before = {place.name: place.read_bytes() for place in (out / "sheets").iterdir()}
    new_class("sgd", students(tmp_path / "b.csv", "李娜", "möller", "王伟", "müller"), out, rows=1)
    after = {place.name: place.read_bytes() for place in (out / "sheets").iterdir()}
    assert len(after) == 4 and before.items() <= after.items()


def hostile(folder):
    """Files that cannot be marked, with words of the reason that is to be given."""
    sound = hand_in(folder / "sound.xlsx", "sgd", rows=1)
    data = sound.read_bytes()

    def changed(name, part, content):
        path = folder / name
        path.write_bytes(data)
        return with_part(path, part, content)

    files = {
        "empty.xlsx": (b"", "empty"),
        "text.xlsx": (b"I did it on paper", "damaged, or not an .xlsx"),
        "cut.xlsx": (data[: len(data) // 2], "damaged, or not an .xlsx"),
        "old.xlsx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".xls format"),
        "large.xlsx": (bytes(10_000_001), "larger than 10 MB"),
    }
    found = {}
    for name, (content, words) in files.items():
        (folder / name).write_bytes(content)
        found[name] = words
    with zipfile.ZipFile(folder / "other.xlsx", "w") as other:
        other.writestr("letter.txt", "Dear teacher")
    found["other.xlsx"] = "zip file, but not an .xlsx workbook"
    changed("bomb.xlsx", "xl/sharedStrings.xml", b"<sst>" + b" " * BOMB + b"</sst>")
    found["bomb.xlsx"] = "far larger inside"
    entities = '<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>'
    changed("entities.xlsx", "xl/styles.xml", entities)
    found["entities.xlsx"] = "declares a document type"
    changed("macros.xlsx", "xl/vbaProject.bin", b"Sub Auto_Open()")
    found["macros.xlsx"] = "macros"
    changed("broken.xlsx", "xl/worksheets/sheet1.xml", lambda xml: xml[:-30])
    found["broken.xlsx"] = "damaged"
    sound.unlink()
    return found


def test_one_hostile_file_costs_only_its_own_mark(tmp_path):
    handed_in, honest = tmp_path / "in", {}
    (handed_in / "group 1").mkdir(parents=True)
    ids = [f"s{i:04d}" for i in range(950 if FULL else 24)]
    listed = students(tmp_path / "list.csv", *ids, "absent")
    learners = roster.read_roster(listed)[:-1]
    for number, one in enumerate(learners):
        wrong = {(1, "grad_slope"), (2, "avg_slope")} if number % 3 == 0 else set()
        place = handed_in / ("group 1" if number % 2 else "") / one.file
        hand_in(
            place, "momentum", rows=2, seed=number,
            change=lambda t, name, value, wrong=wrong: value * 3 + 7
            if (t, name) in wrong else value,
        )  # fmt: skip
        honest[one.id] = len(wrong)
    (handed_in / "hostile").mkdir()
    bad = hostile(handed_in / "hostile")
    for copy in range(1, 5 if FULL else 1):
        for name, words in tuple(bad.items()):
            twin = f"{copy}{name}"
            (handed_in / "hostile" / twin).write_bytes((handed_in / "hostile" / name).read_bytes())
            bad[twin] = words
    before = {place: place.read_bytes() for place in handed_in.rglob("*.xlsx")}

    counts = mark_class(handed_in, tmp_path / "out", listed)

    assert before == {place: place.read_bytes() for place in handed_in.rglob("*.xlsx")}
    assert counts.marked == len(honest)
    assert set(counts.refused) == {f"hostile/{name}" for name in bad}
    rows = {row["id"]: row for row in table(tmp_path / "out" / "marks.csv")}
    for identity, wrong in honest.items():
        row = rows.pop(identity)
        assert int(row["wrong"]) == wrong
        assert int(row["right"]) + int(row["follows"]) == int(row["of"]) - wrong
        assert row["name"] == f"Name of {identity}"
        assert row["remark"] == ""
    assert rows.pop("absent")["remark"] == "nothing was handed in"
    assert rows == {}
    nobodys = table(tmp_path / "out" / "unknown.csv")
    for row in nobodys:
        assert row["right"] == ""
        assert bad[Path(row["file"]).name] in row["remark"], row
    assert len(nobodys) == len(bad)
    assert len(list((tmp_path / "out" / "marked").glob("*.xlsx"))) == len(honest)

    items = {(row["column"], row["row"]): row for row in table(tmp_path / "out" / "items.csv")}
    slipped = sum(wrong > 0 for wrong in honest.values())
    assert items["grad_slope", "1"]["wrong"] == str(slipped)
    assert items["grad_slope", "2"]["wrong"] == "0"
    assert all(row["of"] == str(len(honest)) for row in items.values())
    assert (tmp_path / "out" / "items-momentum.png").read_bytes().startswith(b"\x89PNG")
    alike = table(tmp_path / "out" / "alike.csv")
    named = [one for row in alike for one in row["learners"].split("; ")]
    assert {honest[one] for one in named} == {2}
    # By chance a usual slip may give one learner's wrong number, and then it is not like others.
    assert 0.95 * slipped - 1 <= len(named) == len(set(named)) <= slipped
    assert all(row["question"].endswith("?") for row in alike)


def test_nothing_is_marked_twice_and_nothing_is_lost(tmp_path, monkeypatch):
    handed_in, out = tmp_path / "in", tmp_path / "out"
    handed_in.mkdir()
    for name in "abc":
        hand_in(handed_in / f"{name}.xlsx", "sgd", rows=1)
    marked = []
    original = marking.mark_some

    def counting(files, asked):
        marked.extend(Path(path).stem for path, _ in files)
        return original(files, asked)

    monkeypatch.setattr(marking, "mark_some", counting)
    mark_class(handed_in, out)
    assert sorted(marked) == ["a", "b", "c"]
    first = (out / "marks.csv").read_bytes()
    # The machine stopped in the middle of a line.
    journal = out / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:2]) + lines[2][:40])
    del marked[:]
    mark_class(handed_in, out)
    assert marked == [Path(json.loads(json.loads(lines[2])[0])[0]).stem]
    assert (out / "marks.csv").read_bytes() == first
    # Another content is another file.
    hand_in(handed_in / "b.xlsx", "sgd", rows=1, change=lambda t, name, value: None)
    del marked[:]
    mark_class(handed_in, out)
    assert marked == ["b"]
    assert [row["empty"] == "0" for row in table(out / "marks.csv")] == [True, False, True]


def test_ctrl_c_leaves_whole_files_only(tmp_path):
    handed_in, out = tmp_path / "in", tmp_path / "out"
    handed_in.mkdir()
    for number in range(40):
        hand_in(handed_in / f"{number:02d}.xlsx", "sgd", rows=1, seed=number)
    command = [sys.executable, "-m", "gdlab", "class", "mark", handed_in, "--out", out]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    journal = out / "journal.jsonl"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if journal.exists() and journal.read_text().count("\n") >= 3:
            break
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "")
    done = [handed.file for handed, _ in Journal(journal)]
    assert 3 <= len(done) < 40
    assert not (out / "marks.csv").exists()
    for copy in (out / "marked").iterdir():
        assert not copy.name.startswith(".")
        assert zipfile.ZipFile(copy).testzip() is None
    written = {copy: copy.stat().st_mtime_ns for copy in (out / "marked").iterdir()}
    assert main(["class", "mark", str(handed_in), "--out", str(out)]) == 0
    kept = {out / "marked" / marking.copy_of(file) for file in done}
    assert all(copy.stat().st_mtime_ns == written[copy] for copy in kept)
    assert len(table(out / "marks.csv")) == len(journal.read_text().splitlines()) == 40


STUB = """
import json, os, signal, sys, time
for line in sys.stdin:
    folder, path = os.path.split(json.loads(line)["path"])
    told = os.path.join(folder, "asked")
    with open(told, "a") as file:
        file.write(path + " ")
    if "hang" in path:
        time.sleep(60)
    if "die" in path:
        os._exit(3)
    if "crash" in path:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "ended" in path:
        os.kill(os.getpid(), signal.SIGKILL)
    if "once" in path and open(told).read().count("once") == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    if "compute" in path:
        os.kill(os.getpid(), signal.SIGXCPU)
    print(json.dumps({"reason": "answered"}), flush=True)
"""


@pytest.fixture
def stub(monkeypatch):
    def start():
        return subprocess.Popen(
            [sys.executable, "-c", STUB], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    monkeypatch.setattr(marker, "_start", start)
    monkeypatch.setattr(marker, "SECONDS", 0.4)
    monkeypatch.setattr(marker, "STARTING_SECONDS", 4.0)


def test_a_process_that_hangs_or_dies_is_replaced(tmp_path, stub):
    own = marker.Marker()
    names = ("a", "hang", "b", "die", "c", "crash", "ended", "once", "compute", "d")
    answers = {name: own.mark(tmp_path / name, Path(), {}) for name in names}
    own.close()
    assert {name: answer["reason"] for name, answer in answers.items()} == {
        "a": "answered", "b": "answered", "c": "answered", "d": "answered", "once": "answered",
        "hang": marker.LATE, "die": marker.LOST, "crash": marker.LOST, "ended": marker.ENDED,
        "compute": marker.TOO_LONG,
    }  # fmt: skip
    # The next run tries again after a fault of the machine, but not after a fault of the file.
    assert {name for name, answer in answers.items() if answer.get("again")} == {"hang", "ended"}


def test_only_what_the_file_itself_did_is_kept(tmp_path, stub):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for name in ("crash", "ended"):
        (folder / f"{name}.xlsx").write_text(name)
    assert set(mark_class(folder, out).refused) == {"crash.xlsx", "ended.xlsx"}
    (folder / "asked").unlink()
    assert mark_class(folder, out).refused["ended.xlsx"] == marker.ENDED
    assert set((folder / "asked").read_text().split()) == {"ended.xlsx"}


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux holds the limit")
def test_memory_is_limited():
    script = "from gdlab.marking.classes import worker; worker._limit_memory(); bytearray({})"
    for size, ends_well in ((worker.MEMORY // 2, True), (worker.MEMORY * 2, False)):
        command = [sys.executable, "-c", script.format(size)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode == 0) is ends_well
        assert ends_well or "MemoryError" in done.stderr


def test_a_strangers_text_stays_text(tmp_path):
    handed_in = tmp_path / "in"
    handed_in.mkdir()

    def name(book, sheet, practice):
        practice.write_string(2, 0, "Your name")
        practice.write_string(2, 1, "=HYPERLINK(1)\x1b[2J".replace("\x1b", "\x85"))

    hand_in(handed_in / "=cmd.xlsx", "sgd", rows=1, touch=name)
    mark_class(handed_in, tmp_path / "out")
    text = (tmp_path / "out" / "marks.csv").read_text(encoding="utf-8-sig")
    (row,) = table(tmp_path / "out" / "marks.csv")
    assert row["name"].startswith("'=HYPERLINK")
    assert row["id"] == "'=cmd"
    assert "\x85" not in text


def test_two_markings_do_not_write_into_one_folder(tmp_path):
    folder, out = tmp_path / "in", tmp_path / "marks"
    folder.mkdir()
    out.mkdir()
    hand_in(folder / "anna.xlsx", "sgd", rows=1, seed=1)
    with FileLock(out / marking.LOCK):
        with pytest.raises(ValueError, match="another marking is at work") as caught:
            mark_class(folder, out)
        assert "\n" not in str(caught.value)
    assert mark_class(folder, out).marked == 1
    assert len(table(out / "marks.csv")) == 1


def test_an_empty_folder_is_told(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    assert main(["class", "mark", str(tmp_path / "in"), "--out", str(tmp_path / "marks")]) == 0
    assert "there was nothing to mark in" in capsys.readouterr().out


def test_the_commands(tmp_path, capsys):
    listed = students(tmp_path / "list.csv", "anna", "bob")
    out = tmp_path / "course"
    assert main(["class", "new", "sgd", "--students", str(listed), "--out", str(out),
                 "--rows", "2", "--blank", "y_pred", "error"]) == 0  # fmt: skip
    assert "2 practice sheets written, 0 were there already" in capsys.readouterr().out
    key = check(out / "keys" / "bob.xlsx")
    assert key.marks["of"] == 4
    (out / "sheets" / "anna.xlsx").write_text("nothing")
    marks = ["class", "mark", str(out / "sheets"), "--out", str(tmp_path / "marks")]
    assert main([*marks, "--students", str(listed)]) == 2
    told = capsys.readouterr()
    assert told.out.startswith("1 marked, 1 not marked\n")
    assert told.err.startswith("gdlab class mark: anna.xlsx is not marked: ")
    assert told.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["new", "adam", "--students", "none.csv", "--out", "o"], "No such file"),
        (["new", "adan", "--students", "list.csv", "--out", "o"], "no rule is called"),
        (["new", "sgd", "--students", "list.csv", "--out", "list.csv"], "list.csv"),
        (["mark", "nowhere", "--out", "o"], "nowhere is neither a folder"),
        (["mark", ".", "--out", "."], "name another"),
    ],
)
def test_bad_input_is_answered_in_one_line(tmp_path, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(tmp_path)
    students(tmp_path / "list.csv", "anna")
    assert main(["class", *arguments]) == 2
    err = capsys.readouterr().err
    assert words in err
    assert err.count("\n") == 1
    assert not (tmp_path / handing_out.SHEETS).exists()
