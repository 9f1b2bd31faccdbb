"""Points: the lesson's own, made ones, a file's, and everything that is none."""

import datetime
import decimal
import fractions
import io
import json
import math
import warnings
import zipfile
from pathlib import Path

import engines
import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import gdlab
from gdlab.core.number_text import number_of
from gdlab.core.points import pairs
from gdlab.reading.door import MOST_TEXT_BYTES
from gdlab.reading.points import read_columns

DATA = Path(__file__).parent / "data"


def refused(function, *arguments, **options):
    """The one line with which bad input is answered."""
    with pytest.raises(ValueError, match=r".") as refusal:
        function(*arguments, **options)
    message = str(refusal.value)
    assert "\n" not in message
    assert len(message) < 200
    return message


def test_the_lessons_points():
    points = gdlab.lesson_points()
    assert list(points.columns) == ["x", "y"]
    assert points.dtypes.tolist() == [np.float64, np.float64]
    assert len(points) == 29
    assert points.iloc[[0, 1, 28]].to_numpy().tolist() == [[14, 58], [86, 202], [8, 46]]
    assert (points["y"] == 2 * points["x"] + 30).all()


def test_each_call_gives_points_of_its_own():
    points = gdlab.lesson_points()
    points.loc[0, "x"] = 99
    assert gdlab.lesson_points().loc[0, "x"] == 14


def test_a_made_line():
    points = gdlab.make_line(slope=-3, intercept=0.5, n=50, seed=4)
    assert points.shape == (50, 2)
    assert (points["y"] == -3 * points["x"] + 0.5).all()
    assert points["x"].between(1, 100).all()
    assert (points["x"] == points["x"].round()).all()
    assert points["x"].nunique() > 20


def test_a_made_line_is_the_same_for_the_same_seed_alone():
    assert gdlab.make_line(seed=1).equals(gdlab.make_line(seed=1))
    assert not gdlab.make_line(seed=1).equals(gdlab.make_line(seed=2))
    assert gdlab.make_line(seed=np.int64(1)).equals(gdlab.make_line(seed=1))


def test_noise_has_the_spread_that_was_asked_for():
    points = gdlab.make_line(noise=5, n=4000, seed=1)
    errors = points["y"] - (2 * points["x"] + 30)
    # Four standard errors of a mean and of a standard deviation.
    assert abs(errors.mean()) < 4 * 5 / math.sqrt(4000)
    assert abs(errors.std() - 5) < 4 * 5 / math.sqrt(8000)
    assert (points["x"] == gdlab.make_line(n=4000, seed=1)["x"]).all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"n": 0}, "n must be a whole number from 1, not 0"),
        ({"n": -3}, "n must be a whole number from 1, not -3"),
        ({"n": 2.0}, "n must be a whole number from 1, not 2.0"),
        ({"n": True}, "n must be a whole number from 1, not True"),
        ({"n": "3"}, "n must be a whole number from 1, not '3'"),
        ({"seed": "a"}, "seed must be a whole number from 0, not 'a'"),
        ({"seed": [1]}, "seed must be a whole number from 0, not [1]"),
        ({"seed": None}, "seed must be a whole number from 0, not None"),
        ({"noise": -1}, "noise must be 0 or more, not -1"),
        ({"noise": math.nan}, "noise must be a finite number, not nan"),
        ({"slope": "2"}, "slope must be a number, not '2'"),
        ({"intercept": None}, "intercept must be a number, not None"),
        ({"slope": 1e308}, "y would be past 1.8e308"),
    ],
)
def test_lines_that_cannot_be_made(options, words):
    assert words in refused(gdlab.make_line, **options)


GIVEN = {
    "rows": [(1, 2), (3, 4)],
    "lists": [[1, 2], [3, 4]],
    "generator": ((i, i + 1) for i in (1, 3)),
    "array": np.array([[1, 2], [3, 4]]),
    "float32": np.array([[1, 2], [3, 4]], dtype=np.float32),
    "objects": np.array([[1, 2], [3, 4]], dtype=object),
    "frame": pd.DataFrame({"x": [1, 3], "y": [2, 4]}),
    "frame_other_order": pd.DataFrame({"y": [2, 4], "name": ["a", "b"], "x": [1, 3]}, index=[7, 7]),
    "nullable": pd.DataFrame({"x": [1, 3], "y": [2, 4]}, dtype="Int64"),
    "float_nullable": pd.DataFrame({"x": [1, 3], "y": [2, 4]}, dtype="Float64"),
    "arrow": pd.DataFrame({"x": [1, 3], "y": [2, 4]}, dtype="int64[pyarrow]"),
    "categories": pd.DataFrame({"x": pd.Categorical([1, 3]), "y": [2, 4]}),
    "mapping": {"x": [1, 3], "y": (2, 4)},
    "ranges": {"x": range(1, 4, 2), "y": range(2, 5, 2)},
    "decimals": [(decimal.Decimal(1), 2), (3, fractions.Fraction(8, 2))],
}


@pytest.mark.parametrize("kind", GIVEN)
def test_points_of_every_kind(kind):
    found = pairs(GIVEN[kind])
    assert found == ([1.0, 3.0], [2.0, 4.0])
    assert {type(value) for column in found for value in column} == {float}


def test_one_point_is_enough():
    run = gdlab.trace("sgd", [(2, 5)], epochs=3)
    assert run.frame["t"].tolist() == [1, 2, 3]
    assert run.frame["sample"].tolist() == [1, 1, 1]


def test_the_points_given_are_left_as_they_are():
    frame = pd.DataFrame({"x": [1, 3], "y": [2, 4]}, index=["a", "b"])
    before = frame.copy()
    gdlab.trace("sgd", frame)
    assert frame.equals(before)


KIND = "points must be a table with columns x and y, or rows of two numbers"
LENGTHS = "points: x and y must have the same number of values, at least one"
NOT_POINTS = {
    "nothing": ([], LENGTHS),
    "empty mapping": ({}, "there is no column x and no column y"),
    "empty frame": (pd.DataFrame(), "there is no column x and no column y"),
    "no rows": (pd.DataFrame({"x": [], "y": []}), LENGTHS),
    "no y": ({"x": [1]}, "there is no column y"),
    "capitals": (pd.DataFrame({"X": [1], "Y": [2]}), "there is no column x and no column y"),
    "uneven": ({"x": [1], "y": [1, 2]}, LENGTHS),
    "columns twice": (pd.DataFrame([[1, 2, 3]], columns=["x", "x", "y"]), KIND),
    "single numbers": ({"x": 1, "y": 2}, KIND),
    "nothing in columns": ({"x": None, "y": None}, KIND),
    "one row": (pd.DataFrame({"x": [1.0], "y": [1]}).iloc[0], KIND),
    "series": (pd.Series([1, 2]), "there is no column x and no column y"),
    "text": ("abc", KIND),
    "path": ("points.csv", KIND),
    "number": (5, KIND),
    "flat": ([1, 2], KIND),
    "flat array": (np.zeros(4), KIND),
    "three columns": (np.zeros((2, 3)), KIND),
    "ragged": ([(1, 2), (1,)], KIND),
    "object": (object(), KIND),
    "text in x": ([("1", 2)], "points: x in row 1 must be a number, not '1'"),
    "text of numpy": (np.array([["a", "b"]]), "points: x in row 1 must be a number"),
    "text in y": ({"x": [1, 2], "y": [3, "b"]}, "points: y in row 2 must be a number, not 'b'"),
    "long text": ([("x" * 9999, 2)], "points: x in row 1 must be a number, not 'xxx"),
    "lines": ([("a\nb", 2)], r"points: x in row 1 must be a number, not 'a\nb'"),
    "none": ([(1, None)], "points: y in row 1 must be a number, not None"),
    "nan": ([(1, 2), (math.nan, 2)], "points: x in row 2 must be a finite number, not nan"),
    "infinity": ([(1, -math.inf)], "points: y in row 1 must be a finite number, not -inf"),
    "missing": (
        pd.DataFrame({"x": pd.array([1, None], dtype="Int64"), "y": [1, 2]}),
        "points: x in row 2 must be a number, not <NA>",
    ),
    "truth": ([(True, 2)], "points: x in row 1 must be a number, not True"),
    "truth of numpy": (np.array([[True, False]]), "points: x in row 1 must be a number"),
    "complex": ([(1j, 2)], "points: x in row 1 must be a number, not 1j"),
    "complex of numpy": (np.array([[1 + 2j, 2]]), "points: x in row 1 must be a number"),
    "too large": ([(10**400, 2)], "points: x in row 1 must be a number under 1.8e308"),
    "date": ([(datetime.date(2020, 1, 1), 2)], "points: x in row 1 must be a number, not datetime"),
    "times": (
        pd.DataFrame({"x": pd.to_datetime(["2020-01-01"]), "y": [1]}),
        "points: x in row 1 must be a number, not Timestamp",
    ),
    "arrays": ([(np.array([1, 2]), 2)], "points: x in row 1 must be a number, not array"),
}


@pytest.mark.parametrize("kind", NOT_POINTS)
def test_what_is_no_point_is_named(kind):
    points, words = NOT_POINTS[kind]
    assert words in refused(gdlab.trace, "sgd", points)


# --- files: one list of cases for this reader and for the page's ---

NUMBERS = json.loads((DATA / "number_cases.json").read_text(encoding="utf-8"))
CASES = json.loads((DATA / "points_cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", NUMBERS, ids=lambda case: repr(case["text"]))
def test_written_numbers(case):
    if isinstance(case["expect"], str):
        assert case["expect"] in refused(number_of, case["text"], "here")
    else:
        assert number_of(case["text"], "here") == case["expect"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["kind"])
def test_texts_of_every_kind(case, tmp_path):
    path = tmp_path / case["name"]
    path.write_bytes(case["text"].encode(case.get("encoding", "utf-8")))
    if isinstance(case["expect"], str):
        assert refused(gdlab.read_points, path).startswith(case["expect"])
    else:
        found = gdlab.read_points(path)
        assert found.to_dict("list") == case["expect"]
        assert found.dtypes.tolist() == [np.float64, np.float64]


THREE = "id,TV,Sales\n1,230.1,22.1\n2,44.5,10.4\n"


@pytest.mark.parametrize(
    ("text", "named", "x", "y"),
    [
        (THREE, {"x": "TV", "y": "Sales"}, [230.1, 44.5], [22.1, 10.4]),
        (THREE, {"x": "tv", "y": " sales "}, [230.1, 44.5], [22.1, 10.4]),
        (THREE, {"x": 2, "y": "3"}, [230.1, 44.5], [22.1, 10.4]),
        (THREE, {"x": "Sales", "y": "Sales"}, [22.1, 10.4], [22.1, 10.4]),
        ("TV,Sales\n1,2\n3,4\n", {"x": "Sales"}, [2, 4], [1, 3]),
        ("TV ($),Sales [units]\n1,2\n3,4\n", {"x": "sales", "y": "TV"}, [2, 4], [1, 3]),
        ("land,2019,2020\na,1,2\nb,3,4\n", {"x": "2019", "y": 2020}, [1, 3], [2, 4]),
        ("1,2,3\n4,5,6\n", {"x": 3, "y": 1}, [3, 6], [1, 4]),
        ("x,y,z\n1,2,3\n4,5,6\n", {"y": "z"}, [1, 4], [3, 6]),
    ],
)
def test_columns_are_named(text, named, x, y):
    found = gdlab.read_points(io.StringIO(text), **named)
    assert found.to_dict("list") == {"x": x, "y": y}


def test_any_number_of_columns_is_read_for_a_model():
    text = "area,rooms,price\n50,2,100\n70,3,150\n"
    wanted = {"x1": "area", "x2": "rooms", "y": None}
    found = read_columns(io.StringIO(text), wanted)
    assert found.columns == {"x1": [50, 70], "x2": [2, 3], "y": [100, 150]}
    with pytest.raises(ValueError, match="4 columns of numbers"):
        read_columns(io.StringIO(text), dict.fromkeys(("x1", "x2", "x3", "y")))


def test_columns_that_are_not_there_are_named():
    told = refused(gdlab.read_points, io.StringIO(THREE), x="TV", y="Radio")
    assert told == "points: there is no column 'Radio'; it has id, TV, Sales"
    told = refused(gdlab.read_points, io.StringIO("1,2\n"), x=0, y=3)
    assert told == "points: there is no column '0'; it has 2 columns without headers"
    told = refused(gdlab.read_points, io.StringIO(THREE))
    assert told.endswith("It has id, TV, Sales; name them with x= and y= (--x and --y)")


@pytest.mark.parametrize(
    ("text", "decimal", "x"),
    [
        ("x;y\n1,000;2\n", ",", 1),
        ("x;y\n1,000;2\n", ".", 1000),
        ("x;y\n1.000;2,5\n", ",", 1000),
        ("x;y\n1.000;2,5\n", ".", 1),
    ],
)
def test_the_decimal_sign_can_be_said(text, decimal, x):
    assert gdlab.read_points(io.StringIO(text), decimal=decimal)["x"].tolist() == [x]
    assert "decimal must be" in refused(gdlab.read_points, io.StringIO(text), decimal=";")


def test_rows_without_a_value_are_left_out_on_request():
    text = "id,x,y\n1,1,2\n2,,\n3,NA,3\n4,5,6\n"
    with pytest.warns(UserWarning, match="2 rows left out for a missing value: line 3 and 4"):
        found = gdlab.read_points(io.StringIO(text), drop_missing=True)
    assert found.to_dict("list") == {"x": [1, 5], "y": [2, 6]}
    told = refused(gdlab.read_points, io.StringIO("x,y\n1,\n2,NA\n"), drop_missing=True)
    assert told == "points: a value is missing in every line"


def test_the_clipboard_is_read(monkeypatch):
    monkeypatch.setattr("pandas.io.clipboard.clipboard_get", lambda: "TV\tSales\n1\t2\n3\t4\n")
    assert gdlab.read_points("clipboard").to_dict("list") == {"x": [1, 3], "y": [2, 4]}

    def none():
        raise RuntimeError("\n\nno clipboard\nhere")

    monkeypatch.setattr("pandas.io.clipboard.clipboard_get", none)
    told = refused(gdlab.read_points, "clipboard")
    assert told == "the clipboard cannot be read here: no clipboard"


TABLE = {"name": ["a", "b"], "y": [2, 4], "x": [1.5, 3.0]}
OWN = {"TV": [1.5, 3.0], "Sales": [2, 4]}
FRAMES = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "arrow": pa.table}


@pytest.mark.parametrize("kind", FRAMES)
def test_frames_are_read_by_their_heads(kind):
    expected = {"x": [1.5, 3], "y": [2, 4]}
    for table, named in (
        (TABLE, {}),
        (OWN, {}),
        ({"id": [7, 8], **OWN}, {"x": "TV", "y": "Sales"}),
    ):
        found = gdlab.read_points(FRAMES[kind](table), **named)
        assert found.to_dict("list") == expected
    told = refused(gdlab.read_points, FRAMES[kind]({"x": [1, None], "y": [1, 2]}))
    assert told.startswith("points, row 2: x is missing; ")
    told = refused(gdlab.read_points, FRAMES[kind]({"x": [1.0, math.inf], "y": [1, 2]}))
    assert told == "points, row 2: x must be a finite number, not inf"


def workbook(path, rows, *more):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.create_sheet("more").append(["x", "y"])
    for row in more:
        book["more"].append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(
    "rows",
    [
        [["x", "y"], [1.5, 2], [3, 4]],
        [[1.5, 2], [3, 4]],
        [["Y", None, " x"], [2, "a", 1.5], [4, "b", 3]],
        [[], ["x", "y"], [1.5, 2], [], [3, 4], []],
        [[None, "x", "y"], [None, 1.5, 2], [None, 3, 4]],
        [[None, 1.5, 2], [None, 3, 4]],
        [["x", "y"], [1.5, 2, "a note"], [3, 4]],
        [["Sales of a shop"], [], ["TV", "Sales"], ["$", "pieces"], ["1,5", 2], [3, "4"]],
    ],
)
def test_workbooks(rows, tmp_path):
    found = gdlab.read_points(workbook(tmp_path / "points.XLSX", rows))
    assert found.equals(pd.DataFrame({"x": [1.5, 3.0], "y": [2.0, 4.0]}))


def test_a_sheet_is_read_by_its_name(tmp_path):
    path = workbook(tmp_path / "p.xlsx", [["x", "y"], [1, 2]], [5, 6])
    assert gdlab.read_points(path)["x"].tolist() == [1]
    assert gdlab.read_points(path, sheet="More")["x"].tolist() == [5]
    told = refused(gdlab.read_points, path, sheet="less")
    assert told == "p.xlsx: there is no sheet 'less'; it has Sheet, more"
    told = refused(gdlab.read_points, io.StringIO("1,2"), sheet="more")
    assert told == "points: it is a text file and has no sheets"


NEVER = "its formulas were never calculated; open it in a spreadsheet program, save it there"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "p.xlsx: no rows"),
        ([["x", "y"]], "p.xlsx: a header but no points under it"),
        ([["x", "y"], [1, 2], ["one", 2]], "p.xlsx, line 3: x must be a number, not 'one'"),
        ([["x", "y"], [1, None]], "p.xlsx, line 2: y is missing"),
        ([["x", "y"], [True, 2]], "p.xlsx, line 2: x must be a number, not True"),
        ([["x", "y"], ["#NUM!", 2]], "p.xlsx, line 2: x must be a number, not '#NUM!'"),
        ([["x", "y"], [datetime.date(2020, 1, 1), 2]], "p.xlsx, line 2: x must be a number"),
        # A formula without a stored value: nothing is computed here.
        ([["x", "y"], ["=1+1", 2]], f"p.xlsx, line 2: x: {NEVER}"),
        ([["x", "y"], [1, 2], [2, "=2*A3+30"]], f"p.xlsx, line 3: y: {NEVER}"),
        ([["x", "y"], [1, "1,000"]], "p.xlsx, line 2: y: 1,000 may mean 1.000 or 1000"),
    ],
)
def test_workbooks_without_points_are_refused(rows, words, tmp_path):
    assert words in refused(gdlab.read_points, workbook(tmp_path / "p.xlsx", rows))


def test_a_workbook_with_macros_is_read_without_them(tmp_path):
    plain, path = workbook(tmp_path / "p.xlsx", [["x", "y"], [1, 2]]), tmp_path / "p.xlsm"
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            new.writestr(part, content.replace(b"sheet.main+xml", b"sheet.main+xml"))
        new.writestr("xl/vbaProject.bin", b"macros")
    assert gdlab.read_points(path).to_dict("list") == {"x": [1], "y": [2]}


def test_a_strict_workbook_is_read_as_any_other(tmp_path):
    plain, path = workbook(tmp_path / "p.xlsx", [["x", "y"], [1, 2]]), tmp_path / "s.xlsx"
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            for old_space, strict in (
                (
                    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                    b"spreadsheetml/main",
                ),
                (b"http://schemas.openxmlformats.org/officeDocument/2006/", b"officeDocument/"),
            ):
                content = content.replace(old_space, b"http://purl.oclc.org/ooxml/" + strict)
            new.writestr(part, content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert gdlab.read_points(path).to_dict("list") == {"x": [1], "y": [2]}


CELLS = "<table:table-cell{}>{}</table:table-cell>"


def ods(path, rows, name="Sheet1", before=""):
    """An OpenDocument spreadsheet by hand; a text cell per str, a number per float."""

    def cell(value):
        if isinstance(value, str):
            return CELLS.format(' office:value-type="string"', f"<text:p>{value}</text:p>")
        given = "" if value is None else f' office:value-type="float" office:value="{value}"'
        return CELLS.format(given, "")

    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    spaces = "".join(
        f' xmlns:{word}="urn:oasis:names:tc:opendocument:xmlns:{word}:1.0"'
        for word in ("office", "table", "text")
    )
    content = (
        f"<office:document-content{spaces}><office:body><office:spreadsheet>"
        f'{before}<table:table table:name="{name}">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    return path


def test_opendocument_spreadsheets(tmp_path):
    path = ods(tmp_path / "p.ods", [["Weight", None, "Miles"], [1.5, "a", 2], [3, None, 4]])
    assert gdlab.read_points(path).to_dict("list") == {"x": [1.5, 3], "y": [2, 4]}
    path = ods(tmp_path / "p.ods", [["x", "y"], [1, 2], [3, "two"]])
    assert refused(gdlab.read_points, path) == "p.ods, line 3: y must be a number, not 'two'"
    assert "no sheet 'b'; it has Sheet1" in refused(gdlab.read_points, path, sheet="b")
    far = '<table:table table:name="a"><table:table-row table:number-rows-repeated="99999999">'
    far += '<table:table-cell table:number-columns-repeated="16384" office:value-type="float" '
    far += 'office:value="1"/></table:table-row></table:table>'
    path = ods(tmp_path / "p.ods", [], before=far)
    assert "it has more than 250,000 rows" in refused(gdlab.read_points, path)


def test_an_opendocument_spreadsheet_of_libreoffice(libreoffice, tmp_path):
    rows = [["A title"], [], ["TV", "Sales"], [1.5, "=2*1"], [3, "=A5+1"]]
    plain = workbook(tmp_path / "p.xlsx", rows)
    [path] = engines.save_with_libreoffice([plain], tmp_path, "ods")
    found = gdlab.read_points(path)
    assert found.to_dict("list") == {"x": [1.5, 3], "y": [2, 4]}


def test_files_that_are_no_workbooks_are_refused(tmp_path):
    path = tmp_path / "p.xlsx"
    for content, words in (
        (b"", "it is empty"),
        (b"words", "no line of numbers"),
        (b"PK\x03\x04damaged", "it is damaged, or not an .xlsx workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "it is in the old .xls format; save it as .xlsx"),
    ):
        path.write_bytes(content)
        assert refused(gdlab.read_points, path) == f"p.xlsx: {words}"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("other", "words")
    assert refused(gdlab.read_points, path) == "p.xlsx: it is a zip file, but not an .xlsx workbook"


def test_paths_that_are_no_files_are_refused(tmp_path):
    (tmp_path / "folder.csv").mkdir()
    assert refused(gdlab.read_points, tmp_path / "folder.csv").startswith("folder.csv: ")
    assert refused(gdlab.read_points, tmp_path / "none.csv").startswith("none.csv: No such file")
    told = refused(gdlab.read_points, "p.doc")
    assert told == "p.doc: points are read from .csv, .tsv, .txt, .xlsx, .xlsm and .ods files"
    assert refused(gdlab.read_points, "p.xls") == (
        "p.xls: it is in the old .xls format; save it as .xlsx or .csv"
    )
    assert "null" in refused(gdlab.read_points, "p\0.csv")
    for thing in (None, 3, ["p.csv"]):
        assert refused(gdlab.read_points, thing).startswith("points are read from a file's path")


def test_large_files_are_refused_unread(tmp_path):
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(MOST_TEXT_BYTES + 1)
    assert refused(gdlab.read_points, path) == "large.csv: it is larger than 50 MB"


def test_texts_of_too_many_lines_or_values_are_refused(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("1,2\n" * 250_001)
    assert refused(gdlab.read_points, path) == "p.csv: it has more than 250,000 lines"
    path.write_text("," * 5_000_000)
    assert refused(gdlab.read_points, path) == ("p.csv, line 1: longer than 131,072 characters")
    path.write_text(("," * 100_000 + "\n") * 41)
    assert refused(gdlab.read_points, path) == "p.csv: it has more than 4,000,000 values"


# --- samples ---


def test_sample_points_come_with_their_units_source_and_licence():
    for name in ("cars", "temperature", "anscombe1", "anscombe2", "anscombe3", "anscombe4"):
        points = gdlab.sample_points(name)
        assert points.dtypes.tolist() == [np.float64, np.float64]
        assert all(points.attrs[word] for word in ("x", "y", "source", "licence"))
    assert "there are cars, temperature" in refused(gdlab.sample_points, "boats")


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_anscombes_four_are_as_he_printed_them(number):
    points = gdlab.sample_points(f"anscombe{number}")
    # The article's table: means 9.0 and 7.5, y = 3 + 0.5 x, r² = 0.667.
    assert len(points) == 11
    assert points["x"].mean() == 9
    assert round(points["y"].mean(), 2) == 7.5
    slope, intercept = np.polyfit(points["x"], points["y"], 1)
    assert (round(slope, 2), round(intercept, 1)) == (0.5, 3.0)
    assert round(np.corrcoef(points["x"], points["y"])[0, 1] ** 2, 2) == 0.67


def test_the_cars_are_those_of_the_source():
    data = pytest.importorskip("mlxtend.data")
    features, miles = data.autompg_data()
    own = features[:, 5] == 82
    points = gdlab.sample_points("cars")
    assert points["x"].tolist() == features[own, 3].tolist()
    assert points["y"].tolist() == miles[own].tolist()


def test_the_temperatures_rise_as_the_source_says():
    points = gdlab.sample_points("temperature")
    assert points["x"].tolist() == list(range(1980, 2024))
    # NASA: about 0.2 degrees per decade since the seventies; 2016 and 2023 were the warmest then.
    assert 0.017 < np.polyfit(points["x"], points["y"], 1)[0] < 0.021
    assert points["x"][points["y"].nlargest(1).index].tolist() == [2023]
