"""The lessons' workbook: the original's sheets and numbers, live and complete."""

import json
import os
import re
from pathlib import Path

import engines
import openpyxl
import pytest
from books import differences, parts, rewrite

import gdlab
from gdlab.core.layout import START_ROW, cell, epoch_letters, input_address, letters
from gdlab.core.lessons import LESSONS
from gdlab.excel.compare import FIRST_RMSE, NOT_YET, THRESHOLD
from gdlab.excel.lessons import write_lessons

EXPORTS = Path(__file__).parent.parent / "exports"
ORIGINAL = json.loads(
    (Path(__file__).parent / "data" / "original_values.json").read_text(encoding="utf-8")
)
FULL = os.environ.get("GDLAB_PROOF") == "full"
SHEETS = [
    "intro", "data", "basic", "momentum", "rmsprop", "adam", "adam_ann", "adagrad", "compare",
]  # fmt: skip
VOLATILE = re.compile(r"\b(RAND|RANDBETWEEN|NOW|TODAY|OFFSET|INDIRECT|CELL|INFO)\(")
ADDRESS = re.compile(r"^([A-Za-z]{1,3}\d+|[Rr]\d*[Cc]\d*|[Rr]|[Cc])$")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """The folder of workbooks that were written again."""
    folder = tmp_path_factory.mktemp("exports")
    assert [path.name for path in write_lessons(folder)] == [
        "graddesc.xlsx",
        *(f"{name}.xlsx" for name in LESSONS),
    ]
    return folder


@pytest.fixture(scope="module")
def stored(fresh):
    """Every formula cell of the lessons' workbook: its formula and its stored value."""
    return engines.stored(fresh / "graddesc.xlsx")


def test_the_committed_workbooks_are_what_is_written_now(fresh):
    committed = sorted(path.name for path in EXPORTS.glob("*.xlsx"))
    assert committed == sorted(path.name for path in fresh.iterdir())
    for name in committed:
        # Member by member, because another zlib may pack the same bytes in another way.
        assert parts(EXPORTS / name) == parts(fresh / name), f"{name}: run make exports"


def test_the_same_bytes_again(fresh, tmp_path):
    for path in write_lessons(tmp_path / "new" / "folder"):
        assert path.read_bytes() == (fresh / path.name).read_bytes()


def test_the_original_s_sheets_in_its_order(fresh):
    book = openpyxl.load_workbook(fresh / "graddesc.xlsx", read_only=True)
    assert book.sheetnames == [*SHEETS, *(f"handout {name}" for name in LESSONS)]
    assert not any(sheet.sheet_state != "visible" for sheet in book.worksheets)
    for name in LESSONS:
        small = openpyxl.load_workbook(fresh / f"{name}.xlsx", read_only=True)
        assert small.sheetnames == [name, f"handout {name}", "data"]


def test_the_original_s_numbers(stored):
    """Its sheet basic, cell for cell as the original has them stored."""
    known = ORIGINAL["basic"]
    ours = {
        "intercept": "intercept", "slope": "slope", "y_pred": "y_pred", "err^2": "err2",
        "errb1": "err2_h_intercept", "est de/db": "est_grad_intercept", "erra1": "err2_h_slope",
        "est de/da": "est_grad_slope", "de/db": "grad_intercept", "de/da": "grad_slope",
        "new a": "new_slope", "new b": "new_intercept", "x": "x", "y": "y",
    }  # fmt: skip
    table = gdlab.lesson("basic").table
    assert len(known["rows"]) == 29
    for t, row in enumerate(known["rows"], 1):
        for label, value in zip(known["columns"], row, strict=True):
            shown = stored["basic", cell(table, ours[label], t)][1]
            # Differences of nearly equal errors, divided by 0.01, lose four digits more.
            assert shown == pytest.approx(value, rel=1e-9 if "est" in label else 1e-12), (t, label)


def test_formualizer_agrees_on_every_formula_cell(fresh, formualizer):
    # The small ones hold the same sheets.
    for path in sorted(fresh.iterdir()) if FULL else [fresh / "graddesc.xlsx"]:
        recomputed = formualizer(path)
        assert len(recomputed) > 2_000
        assert differences(path, recomputed) == []


def test_ironcalc_agrees_on_every_formula_cell(fresh, ironcalc):
    path = fresh / "graddesc.xlsx"
    recomputed = ironcalc(path)
    assert len(recomputed) > 40_000
    assert differences(path, recomputed) == []


def test_formulon_agrees_where_there_is_no_power(fresh, formulon, tmp_path):
    path = fresh / "rmsprop.xlsx"
    recomputed = formulon(path)
    assert len(recomputed) > 2_000
    assert differences(path, recomputed) == []
    # It computes and ignores the stored values.
    planted = rewrite(
        path, lambda _, part: part.replace(b"<v>15.0</v>", b"<v>16.0</v>"), tmp_path / "p.xlsx"
    )
    assert {formula for _, formula, *_ in differences(planted, formulon(planted))} >= {
        "=F10+G10*D10"
    }


def test_libreoffice_agrees_on_every_formula_cell(fresh, libreoffice):
    path = fresh / "graddesc.xlsx"
    (recomputed,) = libreoffice([path])
    assert len(recomputed) > 40_000
    assert differences(path, recomputed, engines.agrees_to_15_digits) == []


def test_nothing_that_a_reader_would_trip_over(fresh, stored):
    for place, (formula, value) in stored.items():
        assert value not in (None, ""), place
        assert not str(value).startswith("#"), place
        assert not VOLATILE.search(formula), place
        assert "[" not in formula and "_xlfn" not in formula, place
    members = parts(fresh / "graddesc.xlsx")
    assert not any("externalLink" in name or "vbaProject" in name for name in members)
    book = members["xl/workbook.xml"].decode()
    assert 'iterate="' not in book
    names = re.findall(r'<definedName name="([^"]+)"', book)
    assert len(names) > 40
    assert not [name for name in names if ADDRESS.match(name)]
    assert not re.search(r"#REF!", book)


def test_the_points_are_formulas_of_the_true_line(stored):
    for row, (x, y) in enumerate(gdlab.lesson_points().itertuples(index=False), 7):
        assert stored["data", f"B{row}"] == (f"=true_intercept+true_slope*A{row}", y)
        assert y == 30 + 2 * x


def test_every_lesson_reads_its_points_from_data(stored):
    for name in LESSONS:
        table = gdlab.lesson(name).table
        assert stored[name, cell(table, "x", 145)] == ("=INDEX(data!$A$7:$A$35,B154)", 8)
        assert stored[name, cell(table, "y", 145)] == ("=INDEX(data!$B$7:$B$35,B154)", 46)


def test_estimates_stand_beside_the_gradients_with_their_largest_error(stored, fresh):
    run = gdlab.lesson("basic")
    sheet = openpyxl.load_workbook(fresh / "graddesc.xlsx", read_only=True)["basic"]
    labels = {c.value: letters(c.column - 1) for c in sheet[4] if c.value}
    for parameter, label in (("intercept", "est de²/db"), ("slope", "est de²/dm")):
        place = f"{labels[f'largest error of {label}']}5"
        gaps = run.column(f"est_grad_{parameter}") - run.column(f"grad_{parameter}")
        assert stored["basic", place][1] == max(abs(gaps))
    # Forward differences of a square overshoot by h, and by h * x * x in the slope.
    assert stored["basic", "Y5"][1] == pytest.approx(0.01, rel=1e-6)
    assert stored["basic", "Z5"][1] == pytest.approx(0.01 * 99**2, rel=1e-9)


def test_annealing_as_formulas(stored):
    """Each epoch's rate is a cell of the epoch table, to which its rows refer."""
    table = gdlab.lesson("adam_ann").table
    rate = epoch_letters(table, "lr")
    for epoch in range(1, 6):
        for t in (29 * epoch - 28, 29 * epoch):
            formula = stored["adam_ann", cell(table, "lr", t)][0]
            assert formula == f"=${rate}${START_ROW + epoch}"
    following = epoch_letters(table, "next_lr")
    formula = stored["adam_ann", f"{following}11"][0]
    assert re.fullmatch(r"=IF\([A-Z]+11>limit,[A-Z]+11\*factor,[A-Z]+11\)", formula)


def test_the_lesson_s_figure_is_labelled_as_what_it_is(stored):
    run = gdlab.lesson("adam")
    for epoch, figures in enumerate(run.epochs.itertuples(), 1):
        rows = slice(29 * epoch - 29, 29 * epoch)
        squares = run.column("err2")[rows]
        for name, value in (
            ("mse", sum(squares) / 29),
            ("rmse", (sum(squares) / 29) ** 0.5),
            ("root_sum_err2", sum(squares) ** 0.5),
        ):
            shown = stored["adam", f"{epoch_letters(run.table, name)}{START_ROW + epoch}"][1]
            assert shown == getattr(figures, name)
            assert shown == pytest.approx(value, rel=1e-14)


def test_compare_has_every_rule_with_its_own_numbers(stored, fresh):
    sheet = openpyxl.load_workbook(fresh / "graddesc.xlsx", read_only=True)["compare"]
    labels = [row[0].value for row in sheet.iter_rows(min_row=10, max_col=1, max_row=60)]
    labels = [label for label in labels if label]
    lesson_rules = {lesson.rule for lesson in LESSONS.values()}
    runs = {name: gdlab.lesson(name) for name in LESSONS}
    runs |= {
        name: gdlab.trace(name, epochs=5) for name in gdlab.rules() if name not in lesson_rules
    }
    # A lesson's sheet may bear the name of another rule: adam is the lesson's, adam_lesson.
    lessons_first = [gdlab.lesson(name) for name in LESSONS]
    others = [gdlab.trace(n, epochs=5) for n in gdlab.rules() if n not in lesson_rules]
    assert [label.split(" (")[-1].rstrip(")") for label in labels] == [
        run.rule for run in (*lessons_first, *others)
    ]
    for row, run in enumerate((*lessons_first, *others), 10):
        rmse = run.epochs.rmse.tolist()
        shown = [stored["compare", f"{letters(FIRST_RMSE + i)}{row}"][1] for i in range(5)]
        assert shown == rmse
        intercept, slope = run.final["intercept"], run.final["slope"]
        assert stored["compare", f"C{row}"][1] == intercept
        assert stored["compare", f"D{row}"][1] == slope
        distance = ((intercept - 30) ** 2 + (slope - 2) ** 2) ** 0.5
        assert stored["compare", f"E{row}"][1] == pytest.approx(distance, rel=1e-15)
        until = next((i for i, value in enumerate(rmse, 1) if value < THRESHOLD), NOT_YET)
        assert stored["compare", f"G{row}"][1] == until
        assert stored["compare", f"B{row}"][1] == run.hyper["lr"]
    chart = next(
        data.decode()
        for name, data in parts(fresh / "graddesc.xlsx").items()
        if name.startswith("xl/charts/") and b"compare!" in data
    )
    # Not a line for each of all rules: none would be found.
    assert chart.count("<c:ser>") == len(LESSONS) < len(labels)


CHANGES = {
    "rate": ("adam", {"lr": 0.37}, {}),
    "start": ("rmsprop", {}, {"intercept": -7.25, "sqr_avg_slope": 123456.5}),
    "explodes": ("basic", {"lr": 0.02}, {}),
    "annealed": ("adam_ann", {"lr": 3.5, "beta2": 0.5}, {"slope": 4.0}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_inputs_change_everything_below(change, fresh, formualizer, tmp_path):
    """Inputs and a point changed with openpyxl, recomputed, against a fresh trace of the same."""
    name, hyper, start = CHANGES[change]
    before = gdlab.lesson(name)
    whole = change == "start"
    book = openpyxl.load_workbook(fresh / ("graddesc.xlsx" if whole else f"{name}.xlsx"))
    sheet = book[name]
    words = {f"start_{key}": value for key, value in start.items()} | hyper
    if "lr" in before.table.names:
        words["start_lr"] = words.pop("lr")
    for word, value in words.items():
        sheet[input_address(before.table, word).replace("$", "")] = value
    book["data"]["A11"], book["data"]["B4"] = 77.5, 2.5
    book.save(tmp_path / "changed.xlsx")

    points = gdlab.lesson_points()
    points.loc[4, "x"] = 77.5
    points["y"] = 30 + 2.5 * points["x"]
    lesson = LESSONS[name]
    after = gdlab.trace(
        lesson.rule,
        points,
        epochs=5,
        start=lesson.start | start,
        schedule=lesson.schedule,
        **(lesson.hyper | hyper),
    )
    recomputed = formualizer(tmp_path / "changed.xlsx")
    seen = 0
    for column in after.table.computed:
        for t, value in enumerate(after.column(column).tolist(), 1):
            shown = recomputed[name, cell(after.table, column, t)]
            if isinstance(shown, str):
                assert after.exploded and t >= after.exploded[0]
            else:
                assert shown == value, (column, t)
                seen += value != before.value(column, t)
    assert seen > 1000
    assert recomputed["data", "B11"] == 30 + 2.5 * 77.5
    if whole:
        # The comparison reads the lesson's sheet, and its own blocks read the points.
        row = 10 + list(LESSONS).index(name)
        assert recomputed["compare", f"C{row}"] == after.final["intercept"]
        lion = gdlab.trace("lion", points, epochs=5)
        rows = {recomputed["compare", f"C{row}"] for row in range(10, 10 + len(gdlab.rules()) + 1)}
        assert lion.final["intercept"] in rows


def test_more_epochs_and_the_lesson_s_letters(tmp_path, formualizer):
    write_lessons(tmp_path, epochs=7, letters="ab")
    path = tmp_path / "graddesc.xlsx"
    cells = engines.stored(path)
    assert ("compare", f"{letters(FIRST_RMSE + 6)}10") in cells
    assert ("basic", cell(gdlab.lesson("basic").table, "new_slope", 7 * 29)) in cells
    book = openpyxl.load_workbook(tmp_path / "basic.xlsx", read_only=True)
    symbols = [one.value for one in book["basic"][7]]
    assert {"a", "b", "de²/da", "est de²/da", "new a"} <= set(symbols)
    assert book["basic"]["A1"].value.endswith("y = a*x + b")
    small = tmp_path / "basic.xlsx"
    assert differences(small, formualizer(small)) == []


def test_notes_give_the_original_s_columns(fresh):
    book = openpyxl.load_workbook(fresh / "graddesc.xlsx")
    notes = {one.value: one.comment.text for one in book["basic"][8] if one.comment}
    assert notes["grad_slope"].endswith("In the original workbook: column L, de/da")
    assert notes["new_slope"].endswith("In the original workbook: column M, new a")
    notes = {one.value: one.comment.text for one in book["momentum"][8] if one.comment}
    assert notes["avg_intercept"].endswith("In the original workbook: column J, avg_b")


def test_bad_wishes_are_refused_in_a_line(tmp_path):
    taken = tmp_path / "file"
    taken.write_text("here before", encoding="utf-8")
    with pytest.raises(ValueError, match=r"file: File exists"):
        write_lessons(taken)
    with pytest.raises(ValueError, match="up to 10,000 epochs, not 10,001"):
        write_lessons(tmp_path / "many", epochs=10_001)
    with pytest.raises(ValueError, match="epochs must be a whole number"):
        write_lessons(tmp_path / "none", epochs=0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]
