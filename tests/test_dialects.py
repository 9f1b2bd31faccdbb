"""One expression as Excel formula, plain text, LaTeX and MathML, and its value as a cell's."""

import ast
import itertools
import math
import operator
import os
import re
import xml.dom.minidom

import expressions
import formualizer
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import gdlab
from gdlab.core.symbols import LETTERS
from gdlab.core.symbols import latex as symbol
from gdlab.language.evaluate import CellError, evaluate
from gdlab.language.infix import TEXT, excel, infix, number
from gdlab.language.latex import latex
from gdlab.language.mathml import mathml

EXAMPLES = 3_000 if os.environ.get("GDLAB_PROOF") == "full" else 250
quickly = settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
tree = expressions.tree

# Python -> Excel, text, LaTeX, typed by hand.
WRITTEN = {
    "a + b - c": ("=a+b-c", "a + b - c", "a + b - c"),
    "a - (b - c)": ("=a-(b-c)", "a - (b - c)", r"a - \left(b - c\right)"),
    "a / b / c": ("=a/b/c", "a / b / c", r"\frac{\frac{a}{b}}{c}"),
    "a / (b * c)": ("=a/(b*c)", "a / (b * c)", r"\frac{a}{b\,c}"),
    "a * (b / c)": ("=a*(b/c)", "a * (b / c)", r"a\,\left(\frac{b}{c}\right)"),
    "(a + b) * c": ("=(a+b)*c", "(a + b) * c", r"\left(a + b\right)\,c"),
    "2 * a": ("=2*a", "2 * a", r"2\,a"),
    "a * 2": ("=a*2", "a * 2", r"a \cdot 2"),
    "0.5 * 0.96 ** a": ("=0.5*0.96^a", "0.5 * 0.96^a", r"0.5 \cdot {0.96}^{a}"),
    "a * a": ("=a*a", "a * a", "{a}^2"),
    "(a + b) * (a + b)": ("=(a+b)*(a+b)", "(a + b) * (a + b)", r"\left(a + b\right)^2"),
    "((a + b) * c) ** d": ("=((a+b)*c)^d", "((a + b) * c)^d",
                           r"\left(\left(a + b\right)\,c\right)^{d}"),
    "(a + b) * (c + d) * ((a + b) * (c + d))": (
        "=(a+b)*(c+d)*((a+b)*(c+d))", "(a + b) * (c + d) * ((a + b) * (c + d))",
        r"\left(\left(a + b\right)\,\left(c + d\right)\right)^2"),
    "a ** b ** c": ("=a^(b^c)", "a^(b^c)", "{a}^{{b}^{c}}"),
    "(a ** b) ** c": ("=(a^b)^c", "(a^b)^c", r"\left({a}^{b}\right)^{c}"),
    "-a ** b": ("=-(a^b)", "-(a^b)", "-{a}^{b}"),
    "(-a) ** b": ("=(-a)^b", "(-a)^b", r"\left(-a\right)^{b}"),
    "a ** -b": ("=a^(-b)", "a^(-b)", "{a}^{-b}"),
    "a - -b": ("=a-(-b)", "a - (-b)", r"a - \left(-b\right)"),
    "-a * b": ("=(-a)*b", "(-a) * b", r"\left(-a\right)\,b"),
    "-(a * b)": ("=-(a*b)", "-(a * b)", r"-a\,b"),
    "1e-8 + a": ("=1E-08+a", "1E-08 + a", "10^{-8} + a"),
    "2.5e-7 * a": ("=2.5E-07*a", "2.5E-07 * a", r"2.5 \cdot 10^{-7}\,a"),
    "1e16 * a": ("=1E+16*a", "1E+16 * a", r"10^{16}\,a"),
    "1e14 + a": ("=100000000000000+a", "100000000000000 + a", "100000000000000 + a"),
    "sqrt(a + b)": ("=SQRT(a+b)", "sqrt(a + b)", r"\sqrt{a + b}"),
    "cos(pi * a)": ("=COS(PI()*a)", "cos(π * a)", r"\cos\left(\pi\,a\right)"),
    "exp(-a)": ("=EXP(-a)", "exp(-a)", r"\exp\left(-a\right)"),
    "1 / (1 + exp(-a))": ("=1/(1+EXP(-a))", "1 / (1 + exp(-a))",
                          r"\frac{1}{1 + \exp\left(-a\right)}"),
    "-(a * log(b))": ("=-(a*LN(b))", "-(a * log(b))", r"-a\,\log\left(b\right)"),
    "sin(a)": ("=SIN(a)", "sin(a)", r"\sin\left(a\right)"),
    "floor(a / b)": ("=INT(a/b)", "floor(a / b)", r"\left\lfloor \frac{a}{b}\right\rfloor "),
    "sign(-a)": ("=SIGN(-a)", "sign(-a)", r"\operatorname{sign}\left(-a\right)"),
    "abs(a)": ("=ABS(a)", "abs(a)", r"\left|a\right|"),
    "max(a, min(b, c))": ("=MAX(a,MIN(b,c))", "max(a, min(b, c))",
                          r"\max\left(a, \min\left(b, c\right)\right)"),
    "a if b >= c else d": ("=IF(b>=c,a,d)", "(a if b >= c, else d)",
                           r"\begin{cases}a & b \ge c \\ d & \text{otherwise}\end{cases}"),
    "a if b != 1 else d": ("=IF(b<>1,a,d)", "(a if b <> 1, else d)",
                           r"\begin{cases}a & b \ne 1 \\ d & \text{otherwise}\end{cases}"),
    "a * (b if c == d else 0)": (
        "=a*IF(c=d,b,0)", "a * (b if c = d, else 0)",
        r"a\,\begin{cases}b & c = d \\ 0 & \text{otherwise}\end{cases}"),
}  # fmt: skip


@pytest.mark.parametrize("python", WRITTEN)
def test_what_is_written(python):
    found = excel(tree(python), str), infix(tree(python), str, TEXT), latex(tree(python), str)
    assert found == WRITTEN[python]


def test_numbers_put_in_keep_their_signs_apart():
    cells = {"a": "-2", "b": "3", "c": "-0.5"}
    for python, wanted in {
        "a * b": "(-2) * 3",
        "b - c": "3 - (-0.5)",
        "a ** b": "(-2)^3",
        "-a": "-(-2)",
        "sqrt(a)": "sqrt(-2)",
        "a": "-2",
    }.items():
        assert infix(tree(python), cells.__getitem__, TEXT) == wanted


@given(expressions.trees)
@quickly
def test_the_text_reads_back_as_the_same_expression(made):
    assert expressions.shape(expressions.from_text(infix(made, str, TEXT))) == expressions.shape(
        made
    )


@given(expressions.trees)
@example(tree("((a + b) * (c + d)) * ((a + b) * (c + d))"))
@example(tree("((a + b) * c) ** d"))
@example(tree("2 * 0.96 ** a"))
@quickly
def test_the_latex_reads_back_as_the_same_expression(made):
    # 2 times 1e-8 is typeset as the number 2e-8 is.
    tens = (1e-8, 1e16, 1e22, 1e-300)
    assume(
        not any(
            isinstance(part, ast.BinOp)
            and isinstance(part.op, ast.Mult)
            and isinstance(part.right, ast.Constant)
            and part.right.value in tens
            for part in ast.walk(made)
        )
    )
    back = expressions.from_latex(latex(made, str))
    assert expressions.shape(back) == expressions.shape(made)


@given(expressions.trees)
@quickly
def test_mathml_is_sound_xml_for_all_that_is_typeset(made):
    xml.dom.minidom.parseString(mathml(latex(made, str)))


VALUES = st.one_of(
    st.integers(-9, 9).map(float),
    st.floats(-1000, 1000),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, -0.0, 5e-324, -1e-310, 1e308, -1e308, 0.5, 1 / 3]),
)
CELLS = st.fixed_dictionaries(dict.fromkeys(expressions.NAMES, VALUES))


def engine(made, cells):
    """The value that formualizer, a spreadsheet engine of others, gives the Excel formula."""
    book = formualizer.Workbook()
    book.add_sheet("sheet")
    address = {name: f"{name.upper()}1" for name in cells}
    for name, value in cells.items():
        book.set_value("sheet", 1, 1 + expressions.NAMES.index(name), value)
    book.set_formula("sheet", 2, 1, excel(made, address.__getitem__))
    book.evaluate_all()
    value = book.get_value("sheet", 2, 1)
    if isinstance(value, dict):
        return {"Num": "#NUM!", "Div": "#DIV/0!"}[value["kind"]]
    return float(value)


def ours(made, cells):
    try:
        return evaluate(made, cells.__getitem__)
    except CellError as error:
        return str(error)


def python(made, cells):
    """Python's own arithmetic; None where it raises or leaves the real numbers."""
    scope = {name: getattr(math, name) for name in ("sqrt", "exp", "log", "cos", "sin")}
    scope |= {"floor": lambda x: x // 1.0, "abs": abs, "min": min, "max": max, "pi": math.pi}
    scope["sign"] = lambda x: float((x > 0) - (x < 0))

    class Floats(ast.NodeTransformer):
        def visit_Constant(self, node):
            return ast.Constant(float(node.value))

    text = ast.unparse(Floats().visit(tree(ast.unparse(made))))
    try:
        value = eval(text, {"__builtins__": {}}, scope | cells)
        return value if math.isfinite(value) else None
    except (ArithmeticError, ValueError, TypeError):
        return None


@given(expressions.trees, CELLS)
@example(tree("-a ** b"), {"a": 3.0, "b": 2.0, "c": 0.0, "d": 0.0})
@example(tree("a / b + sqrt(-c)"), {"a": 1.0, "b": 0.0, "c": 1.0, "d": 0.0})
@example(tree("sqrt(-c) + a / b"), {"a": 1.0, "b": 0.0, "c": 1.0, "d": 0.0})
@quickly
def test_a_cells_value_is_the_engines_and_pythons(made, cells):
    value, engines, pythons = ours(made, cells), engine(made, cells), python(made, cells)
    if isinstance(value, str):
        # Excel shows #DIV/0! for 0 ^ -1, this engine #NUM!.
        assert isinstance(engines, str)
        assert engines == value or "**" in ast.unparse(made)
    else:
        assert value == engines == pythons
        assert math.copysign(1, value) == math.copysign(1, pythons)


@given(expressions.trees, CELLS)
@quickly
def test_the_text_with_numbers_put_in_gives_the_cells_value(made, cells):
    text = infix(made, lambda name: repr(cells[name]), TEXT)
    assert ours(expressions.from_text(text), {}) == ours(made, cells)


ERRORS = {
    "1 / 0": "#DIV/0!",
    "0 / 0": "#DIV/0!",
    "1 / -0.0": "#DIV/0!",
    "sqrt(-1)": "#NUM!",
    "1e200 * 1e200": "#NUM!",
    "1e308 + 1e308": "#NUM!",
    "-1e308 - 1e308": "#NUM!",
    "1e308 / 0.1": "#NUM!",
    "10 ** 400": "#NUM!",
    "(-8) ** 0.5": "#NUM!",
    "0 ** -1": "#DIV/0!",
    "1 / (1e200 * 1e200)": "#NUM!",
    "0 * (1 / 0)": "#DIV/0!",
    "1 / 0 + sqrt(-1)": "#DIV/0!",
    "sqrt(-1) + 1 / 0": "#NUM!",
    "max(1, sqrt(-1))": "#NUM!",
    "exp(710)": "#NUM!",
    "log(0)": "#NUM!",
    "log(-1)": "#NUM!",
    "0 * log(0)": "#NUM!",
    "1 if sqrt(-1) > 0 else 2": "#NUM!",
    "a": "#NUM!",
    "b + 1": "#DIV/0!",
}


@pytest.mark.parametrize("made", ERRORS)
def test_errors_are_a_spreadsheets(made):
    def cell(name):
        if name == "a":
            return math.inf
        raise CellError("#DIV/0!")

    with pytest.raises(CellError) as error:
        evaluate(tree(made), cell)
    assert str(error.value) == ERRORS[made]


def test_a_branch_that_is_not_taken_makes_no_error():
    assert evaluate(tree("5 if 1 < 2 else 1 / 0"), None) == 5
    assert evaluate(tree("1 / 0 if 1 > 2 else 5"), None) == 5


COMPARED = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@pytest.mark.parametrize("sign", COMPARED)
def test_every_comparison(sign):
    for first, second in itertools.product((1.0, 2.0), repeat=2):
        wanted = 7 if COMPARED[sign](first, second) else 9
        given = {"a": first, "b": second}
        assert ours(tree(f"7 if a {sign} b else 9"), given) == wanted
        assert engine(tree(f"7 if a {sign} b else 9"), given) == wanted


def test_what_is_outside_the_grammar_is_no_silent_text():
    for made in ("a % b", "a and b", "[a]", "'a'", "a.b", "a // b"):
        for write in (lambda made: excel(made, str), lambda made: latex(made, str)):
            with pytest.raises((TypeError, KeyError)):
                write(tree(made))


def test_numbers_read_back_the_same():
    for value in (0.1, 1 / 3, 1e-8, 1e16, 123456789012345.0, 2.0**53, 5e-324, 1.7e308, 0.0):
        assert float(number(value)) == value


@pytest.mark.parametrize("rule", gdlab.rules())
def test_every_column_of_every_rule_is_written_in_every_dialect(rule):
    run = gdlab.trace(rule, h=0.01, epochs=2)
    for column in run.table.columns:
        if column.expression is None:
            continue
        for letters in LETTERS:
            typeset = latex(column.expression, lambda name, letters=letters: symbol(name, letters))
            xml.dom.minidom.parseString(mathml(typeset))
            assert typeset.count("{") == typeset.count("}")
            assert typeset.count(r"\left") == typeset.count(r"\right")
        explained = run.explain(3, column.name)
        assert explained.excel.startswith("=")
        assert len(explained.excel) < 8192


def test_signs_around_a_formula_are_twins_and_what_is_new_stands_over_its_row():
    """Stretched without a font for maths, one of two parentheses is the larger one."""
    plain = mathml(r"\left(1 - \beta\right)\,\mathrm{Var}(g)_{b}")
    signs = re.findall(r"<mo([^>]*)>[()]</mo>", plain)
    assert signs == [' stretchy="false"'] * 4
    high = mathml(r"\left(\frac{\partial e^2}{\partial b}\right)^2")
    assert re.findall(r"<mo([^>]*)>[()]</mo>", high) == ["", ""]
    run = gdlab.trace("sgd", model="network_2_2_2")
    assert symbol("new_w1_prev", of=run.table) == r"w_{1,t-1}^{\mathrm{new}}"
    neuron = gdlab.trace("sgd", model="logistic").table
    assert symbol("new_bias_prev", of=neuron) == r"\mathrm{bias}_{t-1}^{\mathrm{new}}"
    assert symbol("new_slope_prev", of=gdlab.trace("sgd").table) == r"m_{t-1}^{\mathrm{new}}"
