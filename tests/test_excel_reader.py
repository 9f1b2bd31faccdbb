"""Excel formulas read into trees: precedence, notations, what is refused, and the way back."""

import ast
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdlab.core.columns import Table
from gdlab.core.registry import find_rule, rules
from gdlab.core.trace import trace
from gdlab.language.addresses import Address, read_address
from gdlab.language.excel_reader import Unread, read_formula
from gdlab.language.infix import excel


def shape(tree):
    """A tree as text: 2 and 2.0 are one number."""
    return ast.dump(tree).replace(".0)", ")").replace(", ctx=Load()", "")


@pytest.mark.parametrize(
    ("formula", "python"),
    [
        ("=-A1^2", "(-A1) ** 2"),
        ("=2^3^2", "(2 ** 3) ** 2"),
        ("=2^-A1", "2 ** (-A1)"),
        ("=A1-B1-C1", "(A1 - B1) - C1"),
        ("=A1/B1*C1", "(A1 / B1) * C1"),
        ("=5%*A1", "5 / 100 * A1"),
        ("=+A1--B1", "A1 - (-B1)"),
        ("=1/(1+ EXP(-I3))", "1 / (1 + exp(-I3))"),
        ("=POWER(A1,2)", "A1 ** 2"),
        ("=LN(A1)+SQRT(B1)", "log(A1) + sqrt(B1)"),
        ("=IF(A1>=0,B1,-B1)", "B1 if A1 >= 0 else -B1"),
        ("=IF(A1,B1)", "B1 if A1 != 0 else 0"),
        ("=MAX(0,A1)", "max(0, A1)"),
        ("=_xlfn.SIGN(A1)", "sign(A1)"),
        ("=pow(A1,3)", "A1 ** 3"),
        ("=lr*A1+1E-08", "lr * A1 + 1e-08"),
        ("A1*TRUE", "A1 * 1"),
    ],
)
def test_formulas_are_read_with_the_precedence_of_excel(formula, python):
    want = ast.parse(python, mode="eval").body
    assert shape(read_formula(formula)) == shape(
        ast.parse(ast.unparse(want), mode="eval").body
    ).replace(", ctx=Load()", "")


def test_ranges_stay_under_the_functions_that_take_them():
    tree = read_formula("=SUMPRODUCT('My sheet'!$A$1:B3,C:C)/COUNT(A1:A3)")
    assert ast.unparse(tree) == "SUMPRODUCT('My sheet'!$A$1:B3, C:C) / COUNT(A1:A3)"


@pytest.mark.parametrize(
    ("formula", "what"),
    [
        ("=OFFSET(A1,1,1)", "OFFSET"),
        ("=RAND()", "RAND"),
        ('=A1&"x"', "operator"),
        ("=cmd|' /C calc'!A0", "."),
        ("={1,2,3}+A1", "."),
        ("=" + "(" * 9000, "characters"),
        ("=" + "(" * 4000 + "1" + ")" * 4000, "too deep"),
        ("=" + "-" * 8000 + "1", "too deep"),
        ("=1" + "+1" * 4000, "too deep"),
        ("=A1+", "breaks off"),
        ("=(A1", "breaks off"),
        ("=A1 B1", "."),
    ],
)
def test_what_lies_outside_the_grammar_is_named_and_refused(formula, what):
    with pytest.raises(Unread, match=what):
        read_formula(formula)


def test_addresses_are_read_in_both_notations():
    assert read_address("B$3", 5, 5) == (Address(None, 3, -3, True, False),)
    assert read_address("R[-2]C3", 5, 5) == (Address(None, -2, 3, False, True),)
    assert read_address("RC", 5, 5) == (Address(None, 0, 0, False, False),)
    first, last = read_address("'It''s'!A1:$B$2", 1, 1)
    assert (first.sheet, first.row, last.column) == ("It's", 0, 2)
    assert read_address("learning_rate", 1, 1) == ()
    assert read_address("A1048577", 1, 1) == ()


def every_formula():
    for name in rules():
        run = trace(name, [(1.0, 2.0), (3.0, 5.0)])
        table: Table = run.table
        for column in table.columns:
            if column.expression is not None:
                yield name, column.name, column.expression


def test_every_formula_that_gdlab_writes_is_read_back_as_the_tree_it_came_from():
    count = 0
    for rule, column, tree in every_formula():
        read = read_formula(excel(tree, lambda name: f"name_{name}"))
        back = {f"name_{name.id}": name.id for name in ast.walk(tree) if isinstance(name, ast.Name)}
        for node in ast.walk(read):
            if isinstance(node, ast.Name):
                node.id = back.get(node.id, node.id)
        assert shape(read) == shape(tree), (rule, column)
        count += 1
    assert count > len(rules()) * 5
    assert find_rule("adam").name == "adam"


CELLS = st.builds(
    lambda column, row: f"{column}{row}",
    st.sampled_from(string.ascii_uppercase),
    st.integers(1, 99),
)


@settings(max_examples=200, deadline=None)
@given(st.recursive(
    CELLS | st.integers(0, 9).map(str),
    lambda part: st.builds(lambda a, op, b: f"({a}{op}{b})", part, st.sampled_from("+-*/^"), part)
    | st.builds(lambda a: f"(-{a})", part) | st.builds(lambda a: f"EXP({a})", part),
    max_leaves=12,
))  # fmt: skip
def test_a_formula_with_all_brackets_survives_being_written_and_read(text):
    tree = read_formula(f"={text}")
    assert shape(read_formula(excel(tree, str))) == shape(tree)
