"""The same calls on a Dask cluster of two workers, one of which is killed in the middle."""

import os
import signal

import engines
import joblib
import numpy as np
import pytest
from conftest import missing
from handed_in import hand_in

import gdlab
from gdlab.core.parallel import spread
from gdlab.marking.classes import mark_class, marking
from gdlab.studies.sweeps import work

OVER = {"lr": np.geomspace(1e-5, 10, 60), "beta1": np.linspace(0, 0.9, 20)}


@pytest.fixture(scope="module")
def cluster():
    if not engines.has_module("distributed"):
        missing("distributed (pip install distributed)")
    import distributed

    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster),
    ):
        yield cluster


def kill_one(cluster):
    process = next(iter(cluster.workers.values())).pid
    os.kill(process, signal.SIGKILL)


def killing(results, cluster, after, killed):
    """The results one by one; a worker is killed when some have come."""
    for number, result in enumerate(results):
        if number == after:
            kill_one(cluster)
            killed.append(number)
        yield result


def test_a_sweep_is_the_serial_one_though_a_worker_dies(cluster, monkeypatch):
    serial = gdlab.sweep("adam", over=OVER, epochs=12)
    monkeypatch.setattr(work, "FIRST_ROWS", 1)
    monkeypatch.setattr(work, "PIECE_SECONDS", 0.0)
    killed = []
    monkeypatch.setattr(work, "spread", lambda *given: killing(spread(*given), cluster, 5, killed))
    with joblib.parallel_config(backend="dask"):
        found = gdlab.sweep("adam", over=OVER, epochs=12)
    assert killed == [5]
    assert np.array_equal(found.values, serial.values, equal_nan=True)


def test_a_class_is_marked_though_a_worker_dies(cluster, tmp_path, monkeypatch):
    handed_in = tmp_path / "in"
    handed_in.mkdir()
    for seed in range(24):
        hand_in(handed_in / f"{seed:02d}.xlsx", "sgd", rows=1, seed=seed)
    (handed_in / "bad.xlsx").write_text("no workbook")
    monkeypatch.setattr(marking, "FILES_AT_ONCE", 4)
    killed = []
    original = marking.spread

    def spread(*given, **options):
        return killing(original(*given, **options), cluster, 1, killed)

    monkeypatch.setattr(marking, "spread", spread)
    with joblib.parallel_config(backend="dask"):
        counts = mark_class(handed_in, tmp_path / "out")
    assert killed == [1]
    monkeypatch.setattr(marking, "spread", original)
    assert mark_class(handed_in, tmp_path / "alone") == counts
    assert (counts.marked, list(counts.refused)) == (24, ["bad.xlsx"])
    tables = [(tmp_path / one / "marks.csv").read_bytes() for one in ("out", "alone")]
    assert tables[0] == tables[1]
