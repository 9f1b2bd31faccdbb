"""``gdlab practice`` and ``gdlab check`` as a user meets them."""

import hashlib
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from handed_in import hand_in, with_part

import gdlab
from gdlab.cli import main

Run = Callable[..., tuple[int, str, str]]
CELL = {
    "sheet", "address", "row", "column", "status", "written", "expected", "expected_from_yours",
    "slip", "because",
}  # fmt: skip


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process: exit code, standard output, standard error."""

    def run(*words: Any) -> tuple[int, str, str]:
        try:
            code = main([str(word) for word in words])
        except SystemExit as end:
            code = int(str(end.code))
        out, err = capsys.readouterr()
        return code, out, err

    return run


def slip(t: int, name: str, true: float) -> float:
    """The square is forgotten once, and the learner's next column follows from it."""
    return 3.25 if (t, name) == (2, "sqr_avg_slope") else true


def same_line(text: str) -> bool:
    return text.count("\n") == 1 and text.endswith("\n") and text[:-1].isprintable()


def test_practice_writes_what_it_says(run: Run, tmp_path: Path) -> None:
    out, key = tmp_path / "a.xlsx", tmp_path / "key.xlsx"
    words = ["--rows", 2, "--seed", 5, "--blank", "y_pred", "error", "--decimals", 3, "--key", key]
    assert run("practice", "adam", "--out", out, *words) == (
        0,
        f"practice sheet: {out}\nkey: {key}\n",
        "",
    )
    code, text, _ = run("check", key, "--json")
    assert code == 0 and json.loads(text)["marks"]["of"] == 4
    assert run("practice", "adam", "--out", out, "--seed", -3, "--blank", "all")[0] == 0
    assert json.loads(run("check", out, "--json")[1])["marks"]["of"] == 6 * 19


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["adamant", "--out", "a.xlsx"], "no rule is called 'adamant'"),
        (["adam", "--out", "no/a.xlsx"], "there is no folder"),
        (["adam", "--out", "."], "a workbook's name ends in .xlsx"),
        (["adam"], "--out"),
        (["adam", "--out", "a.xlsx", "--rows", "0"], "--rows"),
        (["adam", "--out", "a.xlsx", "--rows", "5000"], "rows must be a whole number from 1 to"),
        (["adam", "--out", "a.xlsx", "--blank", "x"], "no column 'x' can be blank"),
        (["adam", "--out", "a.xlsx", "--decimals", "99"], "decimals must be a whole number"),
        (["adam", "--out", "a.xlsx", "--key", "a.xlsx"], "cannot be both"),
    ],
)
def test_practice_refuses_in_one_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run("practice", *words)
    assert code == 2 and out == "" and said in err and same_line(err)
    assert not list(tmp_path.iterdir())


def test_exit_codes(run: Run, tmp_path: Path) -> None:
    right = hand_in(tmp_path / "right.xlsx")
    wrong = hand_in(tmp_path / "wrong.xlsx", change=slip)
    empty = hand_in(tmp_path / "empty.xlsx", change=lambda t, n, v: None if n == "err2" else v)
    bad = tmp_path / "bad.xlsx"
    bad.write_text("hello")
    assert run("check", right)[0] == 0
    assert run("check", wrong)[0] == run("check", empty)[0] == run("check", right, wrong)[0] == 1
    code, out, err = run("check", bad)
    assert (code, out) == (2, "")
    assert same_line(err) and err.startswith(
        "gdlab check: bad.xlsx: it is damaged, or not an .xlsx"
    )


def test_a_sheet_that_nobody_has_filled_in_is_no_failure(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = "adam.xlsx"
    run("practice", "adam", "--rows", 2, "--out", path)
    code, out, err = run("check", path)
    assert (code, err) == (0, "")
    assert out == f"{path}, adam: nothing is filled in yet; 38 cells are empty\n"
    assert json.loads(run("check", path, "--json")[1])["marks"]["empty"] == 38


def test_practice_replaces_no_sheet_with_an_answer(run: Run, tmp_path: Path) -> None:
    path, key = tmp_path / "a.xlsx", tmp_path / "key.xlsx"
    words = ["practice", "adam", "--out", path, "--key", key, "--rows", 2]
    assert run(*words)[0] == 0
    # Nothing is lost: an empty sheet and a key are replaced.
    assert run(*words, "--seed", 3)[0] == 0
    book = openpyxl.load_workbook(path)
    book["adam"]["K10"] = 3
    book.save(path)
    filled = digest(path)
    for out in (["--out", path], ["--out", tmp_path / "b.xlsx", "--key", path]):
        code, _, err = run("practice", "adam", *out)
        assert code == 2 and "may be filled in; give another name" in err and same_line(err)
    assert digest(path) == filled and not (tmp_path / "b.xlsx").exists()
    with pytest.raises(ValueError, match="may be filled in"):
        gdlab.practice("sgd", path)
    other = tmp_path / "diary.xlsx"
    other.write_text("dear diary")
    assert run("practice", "adam", "--out", other)[0] == 2 and other.read_text() == "dear diary"


def test_a_pattern_that_the_shell_leaves_is_looked_up(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    for name in ("b.xlsx", "a.xlsx"):
        hand_in(folder / name)
    code, out, _ = run("check", folder / "*.xlsx", "--json")
    assert code == 0
    assert [Path(json.loads(line)["file"]).name for line in out.splitlines()] == [
        "a.xlsx",
        "b.xlsx",
    ]
    code, out, err = run("check", tmp_path / "none" / "*.xlsx", "--marked", tmp_path / "marked")
    assert (code, out) == (2, "") and same_line(err)
    assert err == f"gdlab check: {tmp_path}/none/*.xlsx: No such file\n"


def test_one_bad_file_costs_only_itself(run: Run, tmp_path: Path) -> None:
    files = [hand_in(tmp_path / "a.xlsx"), tmp_path / "missing.xlsx", hand_in(tmp_path / "c.xlsx")]
    code, out, err = run("check", *files, "--json")
    assert code == 2 and "missing.xlsx: No such file" in err and same_line(err)
    assert [json.loads(line)["file"] for line in out.splitlines()] == [str(files[0]), str(files[2])]


def test_json(run: Run, tmp_path: Path) -> None:
    path = hand_in(tmp_path / "a.xlsx", "adam", rows=3, change=slip)
    code, out, err = run("check", path, "--json")
    told = json.loads(out)
    assert code == 1 and err == "" and out.isascii() and out.count("\n") == 1
    assert set(told) == {"file", "kind", "rule", "marks", "first_wrong", "cells"}
    assert told["rule"] == "adam" and told["file"] == str(path) and told["first_wrong"] == "P11"
    assert list(told["marks"]) == [
        "right", "follows", "unearned", "wrong", "empty", "slips", "of", "score",
    ]  # fmt: skip
    marks = told["marks"]
    counted = sum(marks[one] for one in ("right", "follows", "unearned", "wrong", "empty"))
    assert counted == marks["of"] == len(told["cells"])
    assert marks["score"] == pytest.approx(1 - marks["slips"] / marks["of"], abs=1e-6)
    assert all(set(cell) == CELL for cell in told["cells"])
    wrong = next(cell for cell in told["cells"] if cell["status"] == "wrong")
    assert (wrong["sheet"], wrong["row"], wrong["column"]) == ("adam", 2, "sqr_avg_slope")
    assert wrong["written"] == 3.25 and wrong["expected"] == pytest.approx(
        wrong["expected_from_yours"], rel=1e-4
    )
    assert isinstance(wrong["because"], str)


def test_remarks_stay_out_of_the_json(run: Run, tmp_path: Path) -> None:
    path = hand_in(tmp_path / "a.xlsx", sheet="mine")
    code, out, err = run("check", path, "--json")
    assert code == 0 and "notes" not in json.loads(out)
    assert "the table was found on the sheet 'mine'" in err and same_line(err)


def test_hints_give_no_value_away(run: Run, tmp_path: Path) -> None:
    path = hand_in(tmp_path / "a.xlsx", rows=2, change=slip)
    cells = json.loads(run("check", path, "--json")[1])["cells"]
    true, why = next(
        (cell["expected"], cell["because"]) for cell in cells if cell["status"] == "wrong"
    )
    code, out, _ = run("check", path, "--hint")
    hinted = run("check", path, "--hint", "--json")[1]
    copy = tmp_path / "copy.xlsx"
    run("check", path, "--hint", "--marked", copy)
    assert code == 1 and "P11" in out
    book = openpyxl.load_workbook(copy)
    text = (
        out
        + hinted
        + " ".join(
            f"{cell.value} {cell.comment.text if cell.comment else ''}"
            for sheet in book
            for row in sheet
            for cell in row
        )
    )
    assert why not in text and "which step, done with them" in text
    assert f"{true:.4f}" not in text and f"{true:.5g}" not in text


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_marked_copy(run: Run, tmp_path: Path) -> None:
    def change(t: int, name: str, true: float) -> Any:
        if name == "err2" and t == 1:
            return "=cmd|' /C calc'!A0"
        return None if name == "error" and t == 2 else slip(t, name, true)

    def touch(_book: Any, sheet: Any, practice: Any) -> None:
        for row, text in enumerate(("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "a\x85b\u202e", "ok")):
            sheet.write_string(30 + row, 0, text)
        practice.write("A3", "Your name")
        practice.write("B3", "=HYPERLINK(1)", None)

    path = hand_in(tmp_path / "a.xlsx", rows=2, change=change, touch=touch)
    before, copy = digest(path), tmp_path / "copy.xlsx"
    code, _, _ = run("check", path, "--marked", copy)
    assert code == 1 and digest(path) == before
    book = openpyxl.load_workbook(copy)
    assert book.sheetnames == ["marks", "adam", "practice"]
    every = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
    assert not [cell for cell in every if cell.data_type == "f"]
    texts = [cell.value for cell in every if isinstance(cell.value, str)]
    assert all(text.isprintable() and text[0] not in "=+-@" for text in texts)
    assert {"'=1+1", "'+1", "'-1", "'@SUM(1)", "ok"} <= set(texts)
    sheet = book["adam"]
    wrong = sheet["P11"]
    assert wrong.value == 3.25 and "✗" in wrong.number_format
    assert wrong.comment.text.startswith("wrong: ")
    assert sheet["I11"].value == "○" and sheet["I11"].comment.text.startswith("empty")
    assert sheet["F10"].comment is None and "✓" in sheet["F10"].number_format
    assert sheet["D10"].value == openpyxl.load_workbook(path)["adam"]["D10"].value
    marks = " ".join(str(cell.value) for row in book["marks"] for cell in row)
    assert "P11" in marks and "✗ wrong" in marks and "a copy with values only" in marks


def test_the_learners_file_is_never_overwritten(run: Run, tmp_path: Path) -> None:
    path = hand_in(tmp_path / "a.xlsx")
    link, before = tmp_path / "link.xlsx", digest(path)
    link.symlink_to(path)
    other = tmp_path / "hard.xlsx"
    os.link(path, other)
    for out in (path, link, other, tmp_path):
        code, _, err = run("check", path, "--marked", out)
        assert code == 2 and "the learner's own file" in err and same_line(err)
    assert digest(path) == before


def test_marked_copies_of_several_files(run: Run, tmp_path: Path) -> None:
    first, second = hand_in(tmp_path / "a.xlsx"), hand_in(tmp_path / "b.xlsx", "sgd")
    folder = tmp_path / "marked"
    assert run("check", first, second, "--marked", folder)[0] == 0
    assert sorted(path.name for path in folder.iterdir()) == ["a.xlsx", "b.xlsx"]
    other = tmp_path / "other"
    other.mkdir()
    code, _, err = run("check", first, hand_in(other / "a.xlsx"), "--marked", folder)
    assert code == 2 and "two of the files have the same name" in err
    code, _, err = run("check", first, second, "--marked", tmp_path / "a.xlsx")
    assert code == 2 and "name a folder" in err


def test_nothing_from_a_file_reaches_the_terminal_unescaped(run: Run, tmp_path: Path) -> None:
    evil = "\x9b31m[red]boo[/red]\u202e<b>"

    def change(t: int, name: str, true: float) -> Any:
        return evil if (t, name) == (1, "error") else true

    path = hand_in(tmp_path / "a\x1b[31m.xlsx", change=change, sheet="\x9bx\u202e")
    for words in ((), ("--hint",), ("--json",), ("--marked", tmp_path / "copy.xlsx")):
        code, out, err = run("check", path, *words)
        assert code == 1
        assert all(text.replace("\n", "").isprintable() for text in (out, err)), words
    assert "[red]boo[/red]" in run("check", path)[1]
    page = gdlab.check(path)._repr_html_()
    assert "[red]boo[/red]" in page and "boo[/red]\\u202e&lt;b&gt;" in page


def test_a_terminal_gets_colours_and_the_signs_stay(tmp_path: Path) -> None:
    path = hand_in(tmp_path / "a.xlsx", change=slip)
    plain = subprocess.run(
        [sys.executable, "-m", "gdlab", "check", path], capture_output=True, text=True, check=False
    )
    assert plain.returncode == 1 and "✗ wrong" in plain.stdout and "\x1b" not in plain.stdout
    for extra, styled in (({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True)):
        code, out = in_terminal(["check", str(path)], extra)
        assert code == 1 and "✗ wrong" in out and ("\x1b[" in out) == styled, extra


def in_terminal(words: list[str], extra: dict[str, str]) -> tuple[int, str]:
    """The exit code and all that a command writes to a terminal."""
    leader, follower = pty.openpty()
    plain = {name: text for name, text in os.environ.items() if name != "NO_COLOR"}
    plain |= {"TERM": "xterm-256color", **extra}
    child = subprocess.Popen(
        # How far it is, which a slow machine shows on stderr, is another matter.
        [sys.executable, "-m", "gdlab", *words], stdout=follower, stderr=subprocess.DEVNULL,
        env=plain,
    )  # fmt: skip
    os.close(follower)
    text = b""
    while True:
        try:
            chunk = os.read(leader, 65536)
        except OSError:  # Linux ends a terminal that nobody writes to in this way.
            break
        if not chunk:
            break
        text += chunk
    os.close(leader)
    return child.wait(60), text.decode()


def test_a_password_and_macros(run: Run, tmp_path: Path) -> None:
    macros = with_part(hand_in(tmp_path / "m.xlsx"), "xl/vbaProject.bin", b"x")
    locked = tmp_path / "p.xlsx"
    locked.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"))
    code, out, err = run("check", macros, locked)
    assert (
        code == 2
        and out == ""
        and err.splitlines()
        == [
            "gdlab check: m.xlsx: it holds macros; save it as .xlsx, without macros",
            "gdlab check: p.xlsx: it is protected by a password; save it without one",
        ]
    )
