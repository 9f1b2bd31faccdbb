"""The grammar of the rules: what it reads, what it refuses, and with which words."""

import ast
import functools
import math
import re
import subprocess
import sys
import textwrap

import cells
import pytest
from IPython.core.interactiveshell import InteractiveShell

import gdlab
from gdlab.language.grammar import (
    EXACT_DIGITS,
    MOST_FUNCTION_PARTS,
    GrammarError,
    bare,
    names,
    substitute,
)
from gdlab.language.reader import read

END = "\n    return (), (step,)\n"


def body(expression, arguments="g, t, n, lr=0.1, k=3"):
    return cells.function(f"def made({arguments}):\n    step = {expression}{END}")


def values(function, **given):
    """The result of each returned name, its formula run as Python."""
    formulas = read(function)
    scope = {"sqrt": math.sqrt, "cos": math.cos, "floor": math.floor, "pi": math.pi}
    scope |= {"sign": lambda x: (x > 0) - (x < 0), "abs": abs, "min": min, "max": max}
    found = {}
    for name in formulas.results:
        text = ast.unparse(formulas.expressions[name])
        found[name] = eval(text, {"__builtins__": {}}, scope | given | found)
    return found


GOOD = {
    "g": 5,
    "-g": -5,
    "--g": 5,
    "lr * g / t - 2 + 0.5": 0.1 * 5 / 4 - 2 + 0.5,
    "g - (t - n)": 5 - (4 - 7),
    "g / (t / n)": 5 / (4 / 7),
    "(g + t) * n": 63,
    "lr ** t": 0.1**4,
    "(g * t) ** n": 20**7,
    "g ** (-t)": 5**-4,
    "(-g) ** t": 625,
    "-g ** t": -625,
    "0.96 ** (t * lr)": 0.96**0.4,
    "sqrt(g * g)": 5,
    "cos(pi * g)": -1,
    "floor(g / 2)": 2,
    "sign(-g)": -1,
    "abs(-g)": 5,
    "min(g, t) + max(g, t)": 9,
    "g if t < n else n": 5,
    "g if t <= 4 else n": 5,
    "g if t > n else n": 7,
    "g if t >= 5 else n": 7,
    "g if t == 4 else n": 5,
    "g if t != 4 else n": 7,
    "1e-8 + 1E5 + 2": 100002.00000001,
    "(g if t < n else n) * 2": 10,
    "min(g if t < n else n, lr)": 0.1,
}


@pytest.mark.parametrize("expression", GOOD)
def test_what_is_read_has_pythons_value(expression):
    given = {"g": 5, "t": 4, "n": 7, "lr": 0.1, "k": 3}
    assert values(body(expression), **given)["step"] == pytest.approx(GOOD[expression], rel=1e-15)


ALLOWED = "allowed are"
BAD = {
    "g % t": ALLOWED,
    "g // t": ALLOWED,
    "g @ t": ALLOWED,
    "g << 2": ALLOWED,
    "+g": ALLOWED,
    "not g": ALLOWED,
    "~g": ALLOWED,
    "g < t": ALLOWED,
    "lr * (g > 0)": ALLOWED,
    "g and t": ALLOWED,
    "g if t else n": ALLOWED,
    "g if t < n < k else n": ALLOWED,
    "g if t < n and g < k else n": ALLOWED,
    "g if t is n else n": ALLOWED,
    "g if t in (n,) else n": ALLOWED,
    "g.real": ALLOWED,
    "g[0]": ALLOWED,
    "[g]": ALLOWED,
    "(g, t)": ALLOWED,
    "{g}": ALLOWED,
    "(lambda: g)()": ALLOWED,
    "(a := g)": ALLOWED,
    "[x for x in g]": ALLOWED,
    "f'{g}'": ALLOWED,
    "'g'": ALLOWED,
    "b'g'": ALLOWED,
    "None": ALLOWED,
    "True": ALLOWED,
    "False * g": ALLOWED,
    "...": ALLOWED,
    "2j * g": ALLOWED,
    "1e999 * g": ALLOWED,
    "10 ** 400 * g": "write a fixed power",
    "1e300 * g": ALLOWED,
    "0.1234567890123456 * g": "numbers of up to 15 digits",
    "1234567890123456 * g": "numbers of up to 15 digits",
    "tan(g)": ALLOWED,
    "np.sqrt(g)": ALLOWED,
    "eval('1')": ALLOWED,
    "__import__('os')": ALLOWED,
    "sqrt(x=g)": ALLOWED,
    "sqrt(*g)": ALLOWED,
    "sqrt()": "the number of arguments of sqrt is 1",
    "sqrt(g, t)": "the number of arguments of sqrt is 1",
    "max(g, t, n)": "the number of arguments of max is 2",
    "min(g)": "the number of arguments of min is 2",
    "sqrt": "sqrt is not known here",
    "q * g": "q is not known here",
    "step": "step is not known here",
    "made(g)": ALLOWED,
    "g ** 2": "write a fixed power with products and sqrt",
    "g ** 2.0": "write a fixed power with products and sqrt",
    "g ** -1": "write a fixed power with products and sqrt",
    "g ** 0.5": "write a fixed power with products and sqrt",
    "g ** (1 + 1)": "write a fixed power with products and sqrt",
    "g ** pi": "write a fixed power with products and sqrt",
    "2 ** t": "give the base of this power as a hyperparameter",
    "0.5 ** t": "give the base of this power as a hyperparameter",
    "8.0 ** t": "give the base of this power as a hyperparameter",
    "(-2) ** t": "give the base of this power as a hyperparameter",
    "(1 + 1) ** t": "give the base of this power as a hyperparameter",
    "0 ** t": "give the base of this power as a hyperparameter",
}


@pytest.mark.parametrize("expression", BAD)
def test_what_is_not_in_the_grammar_is_refused_with_its_line(expression):
    with pytest.raises(GrammarError) as refusal:
        read(body(expression))
    message = str(refusal.value)
    assert message.startswith(f"made, line 2: {f'step = {expression}'!r}: ")
    assert BAD[expression] in message
    assert "\n" not in message


def test_a_power_that_becomes_fixed_through_a_name_is_refused():
    with pytest.raises(GrammarError, match=r"line 3: 'step = g \*\* two': write a fixed power"):
        read(cells.function(f"def made(g):\n    two = 1 + 1\n    step = g ** two{END}"))


BODIES = {
    "pass": "the last line returns tuples of names",
    "step = g": "the last line returns tuples of names",
    "return g": "the last line returns tuples of names",
    "step = g; return step": "the last line returns tuples of names",
    "step = g; return (), step": "return tuples of names",
    "return (), (g,)": "only assigned names can be returned",
    "return (), (lr * g,)": "only assigned names can be returned",
    "step = g; return (step,), (step,)": "a name is returned twice",
    "step = g; return (), (step, step)": "a name is returned twice",
    "step: float = g; return (), (step,)": "only assignments",
    "step = g; step += g; return (), (step,)": "only assignments",
    "del g; return ()": "only assignments",
    "import os; return ()": "only assignments",
    "global a; return ()": "only assignments",
    "print(g); return ()": "only assignments",
    "return (); return ()": "only assignments",
    "a = step = g; return (), (step,)": "assign to one name",
    "a, step = g, g; return (), (step,)": "assign to one name",
    "g.x = 1; return ()": "assign to one name",
    "step = g; step = lr; return (), (step,)": "step has a value already",
    "lr = 3; return (), (lr,)": "lr has a value already",
    "a_prev = g; return (a_prev,), ()": "names that end in _prev belong to the row above",
    "_a = g; return (_a,), ()": "_a: a name begins with a letter",
    "sqrt = g; return (sqrt,), ()": "sqrt already has another meaning",
    "pi = g; return (pi,), ()": "pi already has another meaning",
}


@pytest.mark.parametrize("line", BODIES)
def test_statements_outside_the_grammar_are_refused(line):
    with pytest.raises(GrammarError) as refusal:
        read(cells.function(f"def made(g, lr=0.1):\n    {line}\n"))
    message = str(refusal.value)
    assert message.startswith("made, line 2: ")
    assert BODIES[line] in message
    assert "\n" not in message


HEADS = {
    "g, *rest": "plain arguments only",
    "g, **rest": "plain arguments only",
    "g, *, lr=0.1": "plain arguments only",
    "g, /, lr=0.1": "plain arguments only",
    "g, lr='a'": "the default of lr must be a number",
    "g, lr=True": "the default of lr must be a number",
    "g, lr=None": "the default of lr must be a number",
    "g, lr=1 / 10": "the default of lr must be a number",
    "g, lr=--1": "the default of lr must be a number",
    "g, lr=1e400": "the default of lr must be a number",
    "g, lr=12345678901234567": "the default of lr must be a number",
    "g, _lr=1": "_lr: a name begins with a letter",
    "g, sqrt=1": "sqrt already has another meaning",
}


@pytest.mark.parametrize("arguments", HEADS)
def test_arguments_outside_the_grammar_are_refused(arguments):
    with pytest.raises(GrammarError) as refusal:
        read(body("g", arguments))
    assert str(refusal.value).startswith(f"made, line 1: {f'def made({arguments}):'!r}: ")
    assert HEADS[arguments] in str(refusal.value)


def test_an_empty_function_is_refused():
    with pytest.raises(GrammarError, match="nothing is returned"):
        read(cells.function("def made(g):\n    '''Only words.'''\n"))


def test_a_function_read_whole():
    formulas = read(
        cells.function(
            """
            @(lambda function: function)
            def made(
                g: float, t, avg_prev=-2, lr: float = 1, k=1e-8
            ) -> tuple:
                '''Somebody 1999, equation 3.

                More words.
                '''
                # a comment
                half = avg_prev / 2  # a helper, which is no column
                avg = (
                    half
                    + g
                )
                step = lr * avg - k
                return (avg,), (step,)
            """
        )
    )
    assert formulas.name == "made"
    assert formulas.doc == "Somebody 1999, equation 3.\n\nMore words."
    assert formulas.arguments == ("g", "t", "avg_prev", "lr", "k")
    assert formulas.defaults == {"avg_prev": -2.0, "lr": 1.0, "k": 1e-8}
    assert formulas.returned == (("avg",), ("step",))
    assert formulas.results == ("avg", "step")
    shown = {name: ast.unparse(tree) for name, tree in formulas.expressions.items()}
    assert shown == {"avg": "avg_prev / 2 + g", "step": "lr * avg - k"}


def test_a_helper_is_put_in_with_its_own_order_of_operations():
    function = cells.function(
        """
        def made(a, b, c):
            sum_of = a + b
            scaled = sum_of * c
            step = c / scaled
            return (step,), ()
        """
    )
    assert ast.unparse(read(function).expressions["step"]) == "c / ((a + b) * c)"


def test_the_text_that_is_run_holds_neither_words_nor_defaults_and_only_floats():
    source = """
        def made(g: float, k=2) -> tuple:
            '''Words.'''
            step = 3 * g if g > -1 else k * 0.5
            return (), (step,)
        """
    tree = ast.parse(textwrap.dedent(source)).body[0]
    assert bare(tree) == (
        "def _(g, k):\n    step = 3.0 * g if g > -1.0 else k * 0.5\n    return ((), (step,))"
    )


def test_names_are_listed_once_in_order_without_functions_and_pi():
    tree = ast.parse("sqrt(b + a) * b - pi / max(c, 2)", mode="eval").body
    assert names(tree) == ("b", "a", "c")


def test_putting_in_leaves_the_expression_as_it_was():
    tree = ast.parse("a * b", mode="eval").body
    put = substitute(tree, {"a": ast.parse("x + y", mode="eval").body})
    assert (ast.unparse(put), ast.unparse(tree)) == ("(x + y) * b", "a * b")


def test_long_expressions_are_refused():
    at_most = " + ".join(["g"] * MOST_FUNCTION_PARTS)
    assert read(body(at_most))
    with pytest.raises(GrammarError, match="step is too long for a cell"):
        read(body(at_most + " + g"))
    # Far past what Python's own recursion holds; and doubling helpers, which would fill the memory.
    with pytest.raises(GrammarError, match=r"cannot be read|too long"):
        read(body(" + ".join(["g"] * 900)))
    doubling = "".join(f"    a{i + 1} = a{i} + a{i}\n" for i in range(60))
    with pytest.raises(GrammarError, match="a6 is too long for a cell"):
        read(cells.function(f"def made(g):\n    a0 = g + g\n{doubling}    step = a60{END}"))


def test_numbers_have_no_more_digits_than_a_spreadsheet_keeps():
    assert EXACT_DIGITS == 15
    assert read(body("0.123456789012345 * g + 123456789012345 + 1e22"))


@pytest.mark.parametrize(
    "thing",
    [len, int, "sgd", None, 3, functools.partial(read), object(), read.__call__],
    ids=["built-in", "type", "text", "none", "number", "partial", "object", "method"],
)
def test_what_has_no_source_is_refused(thing):
    with pytest.raises(GrammarError, match="cannot read the source of"):
        read(thing)


def test_functions_of_other_kinds_are_refused():
    for source in ("made = lambda g: ((), (g,))", "async def made(g):\n    return ()\n"):
        with pytest.raises(GrammarError, match="a rule is one plain function, written with def"):
            read(cells.function(source))
    namespace = {}
    exec("def made(g):\n    return ()\n", namespace)
    with pytest.raises(GrammarError, match="cannot read the source of"):
        read(namespace["made"])


def test_a_text_that_cannot_be_read_by_itself_is_refused_in_one_line():
    words = "'''First\nlast at the margin'''"
    source = f"if True:\n    def made(g):\n        {words}\n        return ()\n"
    with pytest.raises(GrammarError, match="made cannot be read by itself"):
        read(cells.function(source))


RULE = "@gdlab.rule\ndef mine(g, lr=0.1):\n    step = lr * g\n    return (), (step,)\n"


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (
            "<stdin>",
            "cannot read the source of mine: Python's own prompt does not keep it; define it",
        ),
        ("<timed exec>", "cannot read the source of mine under a cell magic such as %%time"),
        ("<string>", "define it with def in a file or a cell"),
    ],
)
def test_a_rule_whose_source_is_not_kept_says_where_to_write_it(file, words):
    with pytest.raises(GrammarError, match=re.escape(words)):
        exec(compile(RULE, file, "exec"), {"gdlab": gdlab})


@pytest.mark.parametrize("magic", ["%%time", "%%timeit -n 1 -r 1", "%%capture", ""])
def test_a_rule_in_a_cell_of_ipython(magic):
    shell = InteractiveShell.instance()
    try:
        result = shell.run_cell(f"{magic}\nimport gdlab\n{RULE}")
        wrong = str(result.error_in_exec or "")
    finally:
        InteractiveShell.clear_instance()
    refused = "cannot read the source of mine under a cell magic such as %%time: take it out"
    assert wrong == (refused if "time" in magic else "")


def test_a_rule_at_pythons_own_prompt():
    run = subprocess.run(
        [sys.executable, "-i", "-c", "import gdlab"],
        input=f"{RULE}\nprint(gdlab.trace(mine).rule)\n",
        capture_output=True,
        text=True,
        check=False,
    )
    # From Python 3.13 on the prompt keeps what is typed.
    told = "mine: Python's own prompt does not keep it; define it with def in a file"
    assert told in run.stderr or run.stdout == "mine\n"
