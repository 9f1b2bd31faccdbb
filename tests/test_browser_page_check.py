"""A page checks a practice sheet that is dropped on it, and says what ``gdlab check`` says."""

import io
import os
import random
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from deliveries import as_ods
from handed_in import hand_in, with_part
from pages import go, opened
from test_own_formulas import EXCEL_TOO, ODD, Excel, odd_sheet

import gdlab
from gdlab.web.page import write_lessons_page, write_page

FULL = os.environ.get("GDLAB_PROOF") == "full"
STATUSES = ("right", "follows", "unearned", "wrong", "empty")
DROP = """([name, bytes]) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(bytes)], name));
    document.querySelector("main").dispatchEvent(
        new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
}"""
MARKS = """() => Object.fromEntries([...document.querySelectorAll("tr[data-row]")].flatMap((row) =>
    [...row.querySelectorAll("td[data-column]")].map((cell) => [
        `${row.dataset.row} ${cell.dataset.column}`,
        cell.className.split(" ").map((one) => one.replace("gd-", "")),
    ])))"""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of all lessons, which checks the sheets of every rule."""
    return write_lessons_page(tmp_path_factory.mktemp("page") / "rules.html")


@pytest.fixture(scope="module")
def page(browser: Any, rules: Path) -> Iterator[Any]:
    with opened(browser) as there:
        # Half of the columns in sight.
        there.set_viewport_size({"width": 4000, "height": 1000})
        go(there, rules)
        yield there


def drop(page: Any, file: Path) -> None:
    """Drop a file on the page, as a hand does, and wait for what is said."""
    page.evaluate("document.querySelector('main').setAttribute('aria-busy', 'waiting')")
    page.evaluate(DROP, [file.name, list(file.read_bytes())])
    page.wait_for_selector(".gd[aria-busy=false]")


def statuses(page: Any) -> dict[tuple[int, str], str]:
    """Every judged cell of the sheet that is shown, from its first columns to its last."""
    names = page.locator(".gd-table .gd-label").all_text_contents()
    found = {}
    for key in ("Control+Home", "End"):
        page.locator(".gd-table").press(key)
        for place, classes in page.evaluate(MARKS).items():
            row, column = map(int, place.split())
            for status in STATUSES:
                if status in classes:
                    found[row, names[column]] = status
    return found


def said(page: Any) -> list[list[str]]:
    """The lines of the report."""
    rows = page.locator(".gd-report tbody tr").all()
    return [row.locator("th, td").all_text_contents() for row in rows]


def same_as_python(page: Any, file: Path) -> gdlab.marking.report.Report:
    """Drop a file and compare all that is said with what gdlab says; its report."""
    report = gdlab.check(file)
    drop(page, file)
    assert page.locator(".gd-alert").text_content() == ""
    here = statuses(page)
    wanted = {(cell.row, cell.column): cell.status for cell in report.cells}
    assert here == wanted, file.name
    lines = {line[0]: line for line in said(page)}
    for cell in report.cells:
        if cell.address in lines:
            # A slip that is made again has no line of its own.
            assert not cell.again, cell
            assert lines[cell.address][3].endswith(cell.status)
            assert lines[cell.address][6] == cell.because
    summary = page.locator(".gd-report b").text_content()
    assert summary.startswith(f"{file.name}, {report.rule}: ")
    if not report.untouched:
        # By the same slips the same marks, and the same is said of the sheet.
        assert " ".join(summary.split()) == " ".join(report.summary.split()).replace(
            str(file), file.name
        )
        notes = page.locator(".gd-report p").all_text_contents()
        judged = [note for note in report.notes if note.endswith(OF_MARKS)]
        assert [note for note in judged if f"Note: {note}" not in notes] == [], notes
    return report


def changes(seed: int) -> Any:
    """What a learner may do to some cells of a sheet."""
    draw = random.Random(seed)
    odd = [
        "many", "12,5", "−3.25", "1,204", "=1+1", "50%", None, 0.0, ("=A1", 7.25), True, 10**200,
        "1½", 3.0000000000001,
    ]  # fmt: skip

    def change(t: int, name: str, value: float) -> Any:
        if name in ("epoch", "sample", "t", "x", "y") or draw.random() > 0.12:
            return value
        return draw.choice([draw.choice(odd), -value, value * 2, round(value * 1.01, 3), value])

    return change


OF_MARKS = ("nothing", "that counts as right", "write more digits")
GIVEN = ("epoch", "sample", "t", "x", "y")
RULES = tuple(gdlab.rules())


@pytest.mark.sample(3)
@pytest.mark.parametrize("seed", range(200 if FULL else 24))
def test_every_cell_is_judged_as_python_does(page: Any, tmp_path: Path, seed: int) -> None:
    made: dict[str, Any] = {"rows": 2 + seed % 3, "seed": seed}
    if seed % 4 == 1:
        made["decimals"] = 3
    if seed % 5 == 2:
        made["blank"] = ["error", "grad_slope", "new_slope"]
    file = hand_in(
        tmp_path / f"sheet {seed}.xlsx", RULES[seed % len(RULES)], change=changes(seed),
        digits=2 + seed % 4, **made,
    )  # fmt: skip
    same_as_python(page, file)


@pytest.mark.parametrize("number", range(0, len(EXCEL_TOO), 1 if FULL else 12))
def test_a_learners_formula_is_read_as_python_reads_it(
    page: Any, tmp_path: Path, number: int
) -> None:
    trial, file = EXCEL_TOO[number], tmp_path / "own.xlsx"
    Excel(trial.rule, 3).filled(file, trial.formulas, trial.rows)
    same_as_python(page, file)


def test_odd_formulas_are_judged_by_their_numbers(page: Any, tmp_path: Path) -> None:
    report = same_as_python(page, odd_sheet(tmp_path / "odd.xlsx"))
    assert report.marks["wrong"] >= len(ODD)


def test_marks_that_are_earned_are_the_same(page: Any, tmp_path: Path) -> None:
    """Noughts, whole numbers, another convention, a slip in every row, and one row copied down."""

    def zeros(_t: int, name: str, value: float) -> float:
        return value if name in GIVEN else 0.0

    def whole(_t: int, name: str, value: float) -> float:
        return value if name in GIVEN else round(value)

    def turned(_t: int, name: str, value: float) -> float:
        return -value if name == "error" else value

    def halved(_t: int, name: str, value: float) -> float:
        return value / 2 if name == "grad_slope" else value

    marks = {}
    for name, change in {"zeros": zeros, "whole": whole, "turned": turned, "half": halved}.items():
        file = hand_in(tmp_path / f"{name}.xlsx", "momentum", rows=4, seed=1, change=change)
        marks[name] = same_as_python(page, file)
    assert marks["zeros"].score == 0 and 0 < marks["whole"].score < 0.9
    assert marks["turned"].passed and marks["half"].marks["slips"] == 1


def test_a_right_sheet_and_one_with_a_slip(page: Any, tmp_path: Path) -> None:
    right = same_as_python(page, hand_in(tmp_path / "right.xlsx", "adam", rows=3, seed=1))
    assert right.passed
    assert page.locator(".gd-report table").count() == 0

    def slip(t: int, name: str, value: float) -> float:
        return -value if (t, name) == (2, "error") else value

    wrong = hand_in(tmp_path / "slip.xlsx", "adam", rows=3, seed=1, change=slip)
    same_as_python(page, wrong)
    first = said(page)[0]
    assert first[:4] == ["I11", "2", "error", "✗ wrong"]
    page.click(".gd-report tbody button")
    assert page.locator(".gd-name-box").text_content() == "I11"
    assert "error = y_pred - y" in page.locator(".gd-numbers").text_content()
    # What is typed now is judged as ever, and said below too.
    page.keyboard.type(str(gdlab.check(wrong).cells[0].written))
    page.keyboard.press("Escape")
    page.click("[data-do=leave]")
    assert page.locator(".gd-report").is_hidden()


def test_a_sheet_from_the_command_filled_in_with_openpyxl(page: Any, tmp_path: Path) -> None:
    sheet, key = tmp_path / "s.xlsx", tmp_path / "k.xlsx"
    gdlab.practice("adam", sheet, rows=3, seed=5, key=key)
    assert same_as_python(page, sheet).untouched
    values = openpyxl.load_workbook(key, data_only=True)["adam"]
    book = openpyxl.load_workbook(sheet)
    for row in book["adam"].iter_rows():
        for cell in row:
            if cell.value is None:
                cell.value = values[cell.coordinate].value
    book["adam"].insert_rows(1)
    book["adam"]["A1"] = "my work"
    book.save(sheet)
    assert same_as_python(page, sheet).passed
    assert "headers stand in row 9" in page.locator(".gd-report").text_content()


def test_inputs_that_were_changed_are_taken_as_they_stand(page: Any, tmp_path: Path) -> None:
    file = hand_in(tmp_path / "own.xlsx", "momentum", rows=2, seed=3, inputs_given={"lr": 0.5})
    report = same_as_python(page, file)
    (note,) = [one for one in report.notes if one.startswith("lr in")]
    assert f"Note: {note}" in page.locator(".gd-report p").all_text_contents()


def test_sheets_with_options_are_checked_by_a_page_with_the_same(
    browser: Any, rules: Path, tmp_path: Path
) -> None:
    options = {"schedule": "cosine", "batch_size": 2, "epochs": 2}
    file = hand_in(tmp_path / "cosine.xlsx", "sgd", rows=4, seed=3, change=changes(5), **options)
    scaled = hand_in(tmp_path / "scaled.xlsx", "sgd", rows=4, seed=3, scale="standard")
    runs = {
        "sgd": gdlab.trace("sgd", schedule="cosine", batch_size=4, epochs=3),
        "scaled": gdlab.trace("sgd", scale="standard"),
    }
    with opened(browser) as page:
        page.set_viewport_size({"width": 4000, "height": 1000})
        go(page, write_page({"sgd": runs["sgd"]}, tmp_path / "cosine.html"))
        same_as_python(page, file)
        drop(page, scaled)
        assert "with other options than this page has" in page.locator(".gd-alert").text_content()
        go(page, write_page({"sgd": runs["scaled"]}, tmp_path / "scaled.html"))
        assert same_as_python(page, scaled).passed


def hostile(folder: Path) -> dict[str, tuple[bytes, str]]:
    """Files that are no practice sheet of this page, with words of what is said."""
    sound = hand_in(folder / "sound.xlsx", "sgd", rows=1).read_bytes()

    def other(change: Any) -> bytes:
        place = folder / "changed.xlsx"
        place.write_bytes(sound)
        change(place)
        return place.read_bytes()

    def text_zip(name: str, text: bytes) -> bytes:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, text)
        return packed.getvalue()

    def edited(place: Path) -> None:
        book = openpyxl.load_workbook(place)
        row = next(row for row in book["practice"].iter_rows() if row[0].value == "rows")
        row[1].value = 2
        book.save(place)

    bomb = b"<worksheet>" + b" " * 40_000_000 + b"</worksheet>"
    own = openpyxl.Workbook()
    own.active["A1"] = "My own notes"
    own.save(folder / "own.xlsx")
    as_ods(folder / "own.xlsx", folder / "own.ods")
    return {
        "empty.xlsx": (b"", "it is empty"),
        "text.xlsx": (b"I did it on paper", "damaged, or not an .xlsx"),
        "cut.xlsx": (sound[: len(sound) // 2], "damaged, or not an .xlsx"),
        "old.xlsx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".xls format"),
        "large.xlsx": (bytes(10_000_001), "larger than 10 MB"),
        "letter.xlsx": (text_zip("letter.txt", b"Dear teacher"), "but not an .xlsx workbook"),
        "photo.jpg": (b"\xff\xd8\xff\xe0", "not an .xlsx workbook; save it as one"),
        "sheet.ods": ((folder / "own.ods").read_bytes(), "not an .xlsx workbook; save it as one"),
        "ods.xlsx": ((folder / "own.ods").read_bytes(), "OpenDocument"),
        "own.xlsx": ((folder / "own.xlsx").read_bytes(), "it is not a practice sheet"),
        "bomb.xlsx": (
            other(lambda place: with_part(place, "xl/worksheets/sheet1.xml", bomb)),
            "far larger inside",
        ),
        "entities.xlsx": (
            other(lambda place: with_part(
                place, "xl/workbook.xml", '<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>'
            )),
            "declares a document type",
        ),
        "broken.xlsx": (
            other(lambda place: with_part(place, "xl/worksheets/sheet1.xml", lambda x: x[:-30])),
            "damaged",
        ),
        "edited.xlsx": (other(edited), "have been changed; fill in a fresh copy"),
    }  # fmt: skip


def test_other_files_get_one_line_and_change_nothing(page: Any, tmp_path: Path) -> None:
    same_as_python(page, hand_in(tmp_path / "before.xlsx", "sgd", rows=2, seed=1))
    before = page.locator(".gd-report").text_content()
    for name, (content, words) in hostile(tmp_path).items():
        place = tmp_path / "dropped" / name
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(content)
        page.evaluate("document.querySelector('.gd-alert').textContent = ''")
        page.set_input_files(".gd-check input", place)
        page.wait_for_selector(".gd-alert:not(:empty)", state="attached")
        told = page.locator(".gd-alert").text_content()
        assert told.startswith(f"{name}: ") and words in told, told
        assert "\n" not in told
        assert page.locator(".gd-report").text_content() == before
    shutil.rmtree(tmp_path / "dropped")
