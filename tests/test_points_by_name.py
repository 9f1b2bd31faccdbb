"""Points in other libraries' tables: read by their columns' names, or refused in one line."""

import datetime
import decimal
from collections import namedtuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from gdlab.core.points import pairs

KIND = "points must be a table with columns x and y, or rows of two numbers"
NAMED = namedtuple("NAMED", "y x")
PAIRS = ([1.0, 2.0], [3.0, 4.0])
BY_NAME = {
    "arrow": pa.table({"y": [3.0, 4], "x": [1.0, 2]}),
    "an arrow batch": pa.RecordBatch.from_pydict({"y": [3.0, 4], "x": [1.0, 2]}),
    "decimals in arrow": pa.table({"y": [decimal.Decimal(3), decimal.Decimal(4)], "x": [1, 2]}),
    "fields": np.array([(3, 1), (4, 2)], dtype=[("y", float), ("x", float)]),
    "a record array": np.rec.array([(3, 1), (4, 2)], dtype=[("y", float), ("x", float)]),
    "rows with fields": list(np.array([(3, 1), (4, 2)], dtype=[("y", int), ("x", int)])),
    "named tuples": [NAMED(3, 1), NAMED(4, 2)],
    "mappings": [{"y": 3, "x": 1}, {"y": 4, "x": 2}],
    "a frame": pd.DataFrame({"y": [3, 4], "x": [1, 2]}),
}


@pytest.mark.parametrize("kind", BY_NAME)
def test_columns_are_read_by_their_names(kind):
    assert pairs(BY_NAME[kind]) == PAIRS


def test_a_polars_table_is_read_by_its_names():
    polars = pytest.importorskip("polars")
    table = polars.DataFrame({"y": [3, 4], "x": [1, 2]})
    assert pairs(table) == PAIRS
    with pytest.raises(ValueError, match=KIND):
        pairs(table.lazy())


NUMBER = "points: x in row 1 must be a number"
EITHER = "points: are these rows or columns?"
MISREAD = {
    "two lists": (([1, 2], [3, 4]), EITHER),
    "two arrays": ([np.array([1, 2]), np.array([3, 4])], EITHER),
    "two series": ((pd.Series([1, 2]), pd.Series([3, 4])), EITHER),
    "bytes as rows": ([b"ab", b"cd"], KIND),
    "bytes as columns": ({"x": b"ab", "y": b"cd"}, KIND),
    "a buffer": ([memoryview(b"ab")], KIND),
    "a byte array": ([(bytearray(b"1"), 2)], NUMBER),
    "sets": ([{1, 3}, {2, 4}], KIND),
    "a set as a column": ({"x": {2, 1}, "y": [1, 2]}, KIND),
    "mappings as columns": (pd.DataFrame({"x": [1, 2], "y": [3, 4]}).to_dict(), KIND),
    "two columns of one name": (pd.DataFrame([[1, 2, 3]], columns=["x", "x", "y"]), KIND),
    "no number": ([(decimal.Decimal("sNaN"), 1)], NUMBER),
    "differences": ([(datetime.timedelta(1), 2)], NUMBER),
    "differences of numpy": ({"x": np.array([1], dtype="m8[s]"), "y": [1]}, NUMBER),
    "differences of pandas": (pd.DataFrame({"x": pd.to_timedelta([1]), "y": [1]}), NUMBER),
    "times of arrow": (pa.table({"x": pa.array([1], pa.timestamp("s")), "y": [3]}), NUMBER),
    "one number in an array": (np.array([[[1], [2]]]), NUMBER),
    "other names": (pa.table({"a": [1], "b": [2]}), "there is no column x and no column y"),
}


@pytest.mark.parametrize("kind", MISREAD)
def test_what_could_be_misread_is_refused(kind):
    points, words = MISREAD[kind]
    with pytest.raises(ValueError, match=r".") as refusal:
        pairs(points)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_rows_stay_rows():
    for rows in (
        [[1, 3], [2, 4]],
        ((1, 3), (2, 4)),
        np.array([[1, 3], [2, 4]]),
        zip(*PAIRS, strict=True),
    ):
        assert pairs(rows) == PAIRS
