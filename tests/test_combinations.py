"""Options alone and in pairs: the sheet's formulas, plain Python and the compiled loop agree."""

import os
from pathlib import Path

import combinations
import engines
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gdlab
from gdlab.core import engine

DOCUMENT = Path(__file__).parent.parent / "docs" / "options.md"
MARK = "<!-- what works with what: python tests/combinations.py -->\n"
FULL = os.environ.get("GDLAB_PROOF") == "full"
LINE_RULES = [name for name in gdlab.rules() if not name.endswith("_lesson")]


def test_the_readme_shows_what_works_with_what():
    shown = DOCUMENT.read_text(encoding="utf-8").split(MARK)[1].split("\n\n")[0]
    assert shown.strip() == combinations.table()


def test_every_refusal_says_why():
    for (first, second), reason in combinations.refusals().items():
        assert reason == "one at a time" or "surface" in (first, second), (first, second, reason)
        assert "\n" not in reason


def agree(run: gdlab.Trace, formualizer, path: Path) -> None:
    """Every formula cell of the exported run: stored as recomputed, and as the frame has it."""
    run.to_excel(path)
    recomputed = formualizer(path)
    stored = engines.stored(path)
    assert len(stored) > 10 * run.rows
    for place, (formula, value) in stored.items():
        assert recomputed[place] == value, (place, formula)
    sheet = next(name for name, _ in stored if name != "data")
    for name in run.table.computed:
        for row, cell in enumerate(run.column(name).tolist(), 1):
            shown = recomputed[sheet, run.explain(row, name).cell]
            # Where a number has exploded, a sheet shows an error.
            assert shown == cell or isinstance(shown, str), (name, row)
            assert not isinstance(shown, str) or run.exploded


@pytest.mark.sample(3)
@pytest.mark.parametrize("option", combinations.OPTIONS)
def test_each_option_alone_through_another_engine(option, formualizer, tmp_path):
    agree(combinations.together(option, option), formualizer, tmp_path / "run.xlsx")


def test_each_option_alone_through_libreoffice(libreoffice, tmp_path):
    paths = []
    for option in combinations.OPTIONS:
        paths.append(tmp_path / f"{len(paths)}.xlsx")
        combinations.together(option, option).to_excel(paths[-1])
    for path, recomputed in zip(paths, libreoffice(paths), strict=True):
        for place, (formula, value) in engines.stored(path).items():
            assert engines.agrees_to_15_digits(value, recomputed[place]), (
                path.name,
                place,
                formula,
            )


PAIRS = st.tuples(
    st.sampled_from(list(combinations.OPTIONS)), st.sampled_from(list(combinations.OPTIONS))
)


def examples(sample: int) -> settings:
    """A sample, always the same, in the suite; hundreds of new ones in the full proof."""
    return settings(
        max_examples=300 if FULL else sample,
        deadline=None,
        derandomize=not FULL,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )


@examples(8)
@given(pair=PAIRS, rule=st.sampled_from(LINE_RULES))
def test_pairs_of_options_through_another_engine(formualizer, tmp_path, pair, rule):
    run = combinations.together(*pair, rule=rule)
    if not isinstance(run, str):
        agree(run, formualizer, tmp_path / "run.xlsx")


@examples(5)  # each one is compiled
@given(pair=PAIRS, rule=st.sampled_from(LINE_RULES))
def test_pairs_of_options_compiled_and_plain(pair, rule):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "COMPILE_FROM", 10**9)
        plain = combinations.together(*pair, rule=rule)
        patch.setattr(engine, "COMPILE_FROM", 1)
        compiled = combinations.together(*pair, rule=rule)
    if isinstance(plain, str):
        assert plain == compiled
        return
    np.testing.assert_array_equal(plain.values.view(np.int64), compiled.values.view(np.int64))
    np.testing.assert_array_equal(plain.epoch_values, compiled.epoch_values)
