"""Points: the lesson's own, made ones, a file's, and everything that is none."""

import datetime
import decimal
import fractions
import math
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest

import gdlab
from gdlab.core.points import pairs
from gdlab.reading.door import MOST_TEXT_BYTES


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
    "columns twice": (pd.DataFrame([[1, 2, 3]], columns=["x", "x", "y"]), LENGTHS),
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


# --- files ---

CSV = {
    "heads": "x,y\n1.5,2\n3,4\n",
    "no heads": "1.5,2\n3,4\n",
    "other order": "y,name,x\n2,a,1.5\n4,b,3\n",
    "capitals": " X ,Y\n 1.5, 2 \n3,4\n",
    "semicolons": "x;y\n1,5;2\n3;4,0\n",
    "semicolons, points": "x;y\n1.5;2\n3;4\n",
    "semicolons after a gap": "\n\nx;y\n1,5;2\n3;4\n",
    "tabs": "x\ty\n1,5\t2\n3\t4\n",
    "gaps": "\nx,y\n\n1.5,2\n,\n3,4\n\n",
    "windows": "x,y\r\n1.5,2\r\n3,4\r\n",
    "old mac": "x,y\r1.5,2\r3,4\r",
    "byte order mark": "\ufeffx,y\n1.5,2\n3,4\n",
    "quotes": '"x","y"\n"1.5","2"\n"3","4"\n',
    "no last line end": "x,y\n1.5,2\n3,4",
    "exponents": "x,y\n15e-1,.2E+1\n+3,4.\n",
}


@pytest.mark.parametrize("kind", CSV)
def test_csv_files_of_every_kind(kind, tmp_path):
    path = tmp_path / "points.csv"
    path.write_bytes(CSV[kind].encode())
    found = gdlab.read_points(path)
    assert found.equals(pd.DataFrame({"x": [1.5, 3.0], "y": [2.0, 4.0]}))
    assert gdlab.read_points(str(path)).equals(found)


HEADS = "head the columns x and y, or give just two columns"
BAD_CSV = {
    b"": "p.csv: it is empty",
    b"\n\n,\n": "p.csv: no rows",
    b"x,y\n": "p.csv: a head but no points under it",
    b"x\n1\n": f"p.csv: {HEADS}",
    b"1,2,3\n": f"p.csv: {HEADS}",
    b"# words\nx,y\n1,2\n": f"p.csv: {HEADS}",
    b"a,b\n1,2\n": "p.csv, line 1: x must be a number, not 'a'",
    b"x,y\n1,2\n1,two\n": "p.csv, line 3: y must be a number, not 'two'",
    b"x,y\n1\n": "p.csv, line 2: y must be a number, not None",
    b"x,y\n1,5,2\n": "p.csv, line 2: more values than in the first line",
    b"1,2\n1,5,2\n": "p.csv, line 2: more values than in the first line",
    b'x,y\n"1,5",2\n': "p.csv, line 2: x must be a number, not '1,5'",
    b"x;y\n1.000,5;2\n": "p.csv, line 2: x must be a number, not '1.000,5'",
    b"x,y\n1_000,2\n": "p.csv, line 2: x must be a number, not '1_000'",
    b"x,y\n1,nan\n": "p.csv, line 2: y must be a finite number, not nan",
    b"x,y\n1,1e999\n": "p.csv, line 2: y must be a finite number, not inf",
    b"x,y\n=1+1,2\n": "p.csv, line 2: x must be a number, not '=1+1'",
    b"x,y\n1,\x002\n": r"p.csv, line 2: y must be a number, not '\x002'",
    "x,y\n\u22121,2\n".encode(): "p.csv, line 2: x must be a number",
    "x,y\n1,2\n".encode("utf-16"): "p.csv: not a text file in UTF-8",
    b"x,y\n1,\xe9\n": "p.csv: not a text file in UTF-8",
    b"x,y\n1," + b"a" * 5000 + b"\n": "p.csv, line 2: y must be a number, not 'aaa",
    b"x,y\n1," + b"1" * 200_000 + b"\n": "p.csv: row 2 is longer than 131,072 characters",
}


@pytest.mark.parametrize("content", BAD_CSV, ids=lambda content: repr(content[:20]))
def test_csv_files_without_points_are_refused(content, tmp_path):
    path = tmp_path / "p.csv"
    path.write_bytes(content)
    assert BAD_CSV[content] in refused(gdlab.read_points, path)


def workbook(path, rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    # Points are read from the first sheet alone.
    book.create_sheet("more").append(["x", "y"])
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
    ],
)
def test_workbooks(rows, tmp_path):
    found = gdlab.read_points(workbook(tmp_path / "points.XLSX", rows))
    assert found.equals(pd.DataFrame({"x": [1.5, 3.0], "y": [2.0, 4.0]}))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "p.xlsx: no rows"),
        ([["x", "y"]], "p.xlsx: a head but no points under it"),
        ([["points"], ["x", "y"], [1, 2]], f"p.xlsx: {HEADS}"),
        ([["x", "y"], [1, 2], ["1", 2]], "p.xlsx, line 3: x must be a number, not '1'"),
        ([["x", "y"], [1, None]], "p.xlsx, line 2: y must be a number, not None"),
        ([["x", "y"], [True, 2]], "p.xlsx, line 2: x must be a number, not True"),
        ([["x", "y"], ["#NUM!", 2]], "p.xlsx, line 2: x must be a number, not '#NUM!'"),
        ([["x", "y"], [datetime.date(2020, 1, 1), 2]], "p.xlsx, line 2: x must be a number"),
        # A formula without a stored value: nothing is computed here.
        ([["x", "y"], ["=1+1", 2]], "p.xlsx, line 2: x must be a number, not None"),
    ],
)
def test_workbooks_without_points_are_refused(rows, words, tmp_path):
    assert words in refused(gdlab.read_points, workbook(tmp_path / "p.xlsx", rows))


def test_files_that_are_no_workbooks_are_refused(tmp_path):
    path = tmp_path / "p.xlsx"
    for content, words in (
        (b"", "it is empty"),
        (b"words", "it is damaged, or no .xlsx workbook"),
        (b"PK\x03\x04damaged", "it is damaged, or no .xlsx workbook"),
    ):
        path.write_bytes(content)
        assert refused(gdlab.read_points, path) == f"p.xlsx: {words}"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("other", "words")
    assert refused(gdlab.read_points, path) == "p.xlsx: it is a zip file, but no .xlsx workbook"


def test_paths_that_are_no_files_are_refused(tmp_path):
    (tmp_path / "folder.csv").mkdir()
    assert refused(gdlab.read_points, tmp_path / "folder.csv").startswith("folder.csv: ")
    assert refused(gdlab.read_points, tmp_path / "none.csv").startswith("none.csv: No such file")
    assert refused(gdlab.read_points, "p.txt") == "p.txt: points are read from .csv or .xlsx files"
    assert "null" in refused(gdlab.read_points, "p\0.csv")
    for thing in (None, 3, ["p.csv"]):
        assert refused(gdlab.read_points, thing).startswith("points are read from a file's path")


def test_large_files_are_refused_unread(tmp_path):
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(MOST_TEXT_BYTES + 1)
    assert refused(gdlab.read_points, path) == "large.csv: it is larger than 50 MB"
