"""A rule's lines and a row's numbers as they are shown, against lines typed by hand."""

import re

import pytest

import gdlab


def test_a_rule_stands_beside_its_typeset_form():
    shown = gdlab.show_rule("momentum")
    assert shown.caption.startswith("momentum: Running average of the gradient")
    assert shown.lines == (
        ("def momentum(g, avg_prev, lr=0.0001, beta=0.9):", ""),
        (
            "    avg = beta * avg_prev + (1 - beta) * g",
            r"\overline{g} = \beta\,{\overline{g}}_{t-1} + \left(1 - \beta\right)\,g",
        ),
        ("    step = lr * avg", r"\Delta w = \alpha\,\overline{g}"),
        ("    return (avg,), (step,)", ""),
    )


@pytest.mark.parametrize("rule", sorted(gdlab.rules()))
def test_every_rule_shown_computes_what_the_rule_computes(rule):
    """The shown source, run as it stands, is the rule."""
    source = "\n".join(line[0] for line in gdlab.show_rule(rule).lines)
    found = {}
    exec(
        "from math import floor, sqrt\nfrom gdlab.formulas.functions import sign, min, max\n"
        + source,
        found,
    )
    from gdlab.formulas import optimizers

    arguments = {"g": 3.0, "w": 1.5, "t": 7.0, "epoch": 1.0, "sample": 7.0, "n": 29.0}
    code = getattr(optimizers, rule).__code__
    given = [arguments.get(name, 0.25) for name in code.co_varnames[: code.co_argcount]]
    assert found[rule](*given) == getattr(optimizers, rule)(*given)


def test_a_rule_of_a_notebook_cell_is_shown_too():
    @gdlab.rule
    def half_step(g, lr=0.01):
        """My own <rule>."""
        step = lr * g / 2
        return (), (step,)

    shown = gdlab.show_rule(half_step)
    assert ("    step = lr * g / 2", r"\Delta w = \frac{\alpha\,g}{2}") in shown.lines
    assert "My own &lt;rule&gt;." in shown._repr_html_()


def test_a_row_by_hand():
    shown = gdlab.show_row(gdlab.trace("sgd"), 1, ["y_pred", "err2", "step_slope", "new_slope"])
    assert [line[2:] for line in shown.lines] == [
        ("1 + 1 * 14", "15"),
        ("(-43) * (-43)", "1849"),
        ("0.0001 * (-1204)", "-0.1204"),
        ("1 - (-0.1204)", "1.1204"),
    ]
    page = shown._repr_html_()
    assert r"$\displaystyle \hat{y} = b + m\,x$" in page
    assert "0.0001 * (-1204)" in page


def test_a_row_has_all_computed_columns_by_default():
    run = gdlab.lesson("adam")
    shown = gdlab.show_row(run, 2)
    assert [line[0] for line in shown.lines] == list(run.frame.columns[5:])


def test_the_cells_of_the_sheet():
    shown = gdlab.show_cells(gdlab.trace("sgd"), 2, ["slope", "y_pred", "new_slope"])
    assert shown.lines == (
        ("slope", "G11", "=P10", "1.1204"),
        ("y_pred", "H11", "=F11+G11*D11", "97.363"),
        ("new_slope", "P11", "=G11-N11", "2.9201564"),
    )
    assert "=F11+G11*D11" in repr(shown)


def test_an_address_is_no_formula_to_typeset():
    """Pages typeset what stands between two $, but not within code."""
    page = gdlab.show_cells(gdlab.trace("sgd", batch_size=4), 1, ["last"])._repr_html_()
    assert ">=IF(E10&gt;=batch_size,1,IF(B10=COUNT(data!$A$7:$A$35),1,0))</code>" in page


def test_what_is_not_there_is_refused_in_words():
    run = gdlab.trace("sgd")
    with pytest.raises(ValueError, match="no rule is called 'sdg'"):
        gdlab.show_rule("sdg")
    with pytest.raises(ValueError, match="row must be a whole number from 1 to 29, not 30"):
        gdlab.show_row(run, 30)
    with pytest.raises(ValueError, match="no column is called 'avg_slope'"):
        gdlab.show_cells(run, 1, ["avg_slope"])


def test_a_formula_is_seen_once_with_and_without_a_style_sheet():
    """MathML where the page keeps it and its style; LaTeX where both are taken out."""
    run = gdlab.trace("adam")
    page = gdlab.show_row(run, 1)._repr_html_()
    shown = page.count('class="gdlab-mathml" style="display:none"><math ')
    assert shown == page.count('class="gdlab-latex">$') == len(run.table.computed)
    [style] = re.findall("<style>(.*?)</style>", page)
    assert ".gdlab-mathml{display:inline!important}" in style
    assert ".gdlab-latex{display:none!important}" in style
    assert "<style>" not in gdlab.show_cells(gdlab.trace("adam"), 1)._repr_html_()
