"""torch.optim in float64 over 500 updates, against our tables: 1e-12 relative."""

import json

import pytest
import record_torch

import gdlab

RECORDED = json.loads(record_torch.FILE.read_text())


def ours(rule):
    hyper = record_torch.RUNS[rule][2]
    run = gdlab.trace(rule, epochs=18, **hyper)
    assert run.rows >= record_torch.UPDATES
    columns = run.column("new_intercept"), run.column("new_slope")
    return list(zip(*(column[: record_torch.UPDATES].tolist() for column in columns), strict=True))


def assert_close(found, wanted):
    assert len(found) == len(wanted)
    for update, (pair, torchs) in enumerate(zip(found, wanted, strict=True), 1):
        assert pair == pytest.approx(tuple(torchs), rel=1e-12, abs=0), update


@pytest.mark.kernel
@pytest.mark.parametrize("rule", record_torch.RUNS)
def test_rows_are_those_that_torch_was_recorded_with(rule):
    every = RECORDED["every"]
    assert_close(ours(rule)[every - 1 :: every], RECORDED["runs"][rule])


@pytest.mark.parametrize("rule", record_torch.RUNS)
def test_rows_are_those_of_torch(rule, torch):
    optimizer, settings, _ = record_torch.RUNS[rule]
    assert_close(ours(rule), record_torch.compute(torch, optimizer, settings))


def test_what_torch_records_does_not_explode():
    for rule, rows in RECORDED["runs"].items():
        assert len(rows) == record_torch.UPDATES // RECORDED["every"], rule
        assert max(abs(value) for row in rows for value in row) < 100, rule


@pytest.mark.parametrize("rule", record_torch.RUNS)
def test_the_recorded_numbers_are_torchs(rule, torch):
    every = RECORDED["every"]
    optimizer, settings, _ = record_torch.RUNS[rule]
    found = record_torch.compute(torch, optimizer, settings)[every - 1 :: every]
    assert_close(found, RECORDED["runs"][rule])
