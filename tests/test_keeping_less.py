"""``columns=`` and ``every=`` keep a part of a long run, cell for cell the whole run's."""

import pytest

import gdlab
from gdlab.core import engine, run


@pytest.mark.kernel
@pytest.mark.parametrize("compile_from", [1, 10**9])
@pytest.mark.parametrize("every", [1, 7, 29, 500])
def test_what_is_kept_is_what_the_whole_run_has(monkeypatch, compile_from, every):
    monkeypatch.setattr(engine, "COMPILE_FROM", compile_from)
    whole = gdlab.trace("adam", epochs=10, schedule="cosine")
    part = gdlab.trace(
        "adam", epochs=10, schedule="cosine", columns=["new_slope", "err2", "x"], every=every
    )
    assert part.final == whole.final
    assert part.values.shape == (2, 290 // every)
    for name in ("t", "epoch", "sample", "x", "err2", "new_slope"):
        cells = whole.column(name)[every - 1 :: every]
        assert part.column(name).tolist() == cells.tolist()
        assert part.frame[name].tolist() == cells.tolist()


def test_a_shuffled_runs_points_stay_with_their_rows():
    whole = gdlab.trace("sgd", epochs=4, shuffle=True)
    part = gdlab.trace("sgd", epochs=4, shuffle=True, every=5)
    assert part.column("x").tolist() == whole.column("x")[4::5].tolist()
    assert part.column("err2").tolist() == whole.column("err2")[4::5].tolist()


def test_what_needs_whole_rows_says_so():
    part = gdlab.trace("sgd", epochs=4, columns=["err2"])
    with pytest.raises(ValueError, match="this run kept no slope; name it in columns="):
        part.column("slope")
    for ask in (
        lambda: part.epochs,
        lambda: part.exploded,
        lambda: part.explain(1, "err2"),
        lambda: part.to_excel("never.xlsx"),
    ):
        with pytest.raises(ValueError, match="this run kept less than its table"):
            ask()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"columns": ["speed"]}, "no column is called 'speed'; there are epoch"),
        ({"every": 0}, "every must be a whole number from 1"),
        ({"every": 2.5}, "every must be a whole number from 1"),
    ],
)
def test_bad_requests_are_refused_in_one_line(given, words):
    with pytest.raises(ValueError, match=words):
        gdlab.trace("sgd", **given)


def test_a_run_that_keeps_little_may_be_longer(monkeypatch):
    # 2,900 rows of one column: too many cells whole, few enough when each 29th is kept.
    monkeypatch.setattr(run, "COMPUTED_CELLS", 100)
    with pytest.raises(ValueError, match="2,900 rows are more than fit in memory; give fewer"):
        gdlab.trace("sgd", epochs=100, columns=["err2"])
    part = gdlab.trace("sgd", epochs=100, columns=["err2"], every=29)
    assert len(part.frame) == 100
