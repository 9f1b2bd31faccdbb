"""What the two spreadsheet engines do, case by case, so that the workbooks' tests may lean on it.

The expected numbers are Python's own arithmetic, or typed in.
"""

import math
import random
from pathlib import Path

import engines
import pytest
import xlsxwriter

WRONG = -98.5  # what every formula cell holds before an engine has computed it
XS = [float(x) for x in range(3, 32)]
YS = [2 * x + 30 for x in XS]

# Formula on the sheet "calc" -> its value; both engines.
PLAIN = {
    "=lr*3": 0.1 * 3,
    "=rate*3": 0.7 * 3,
    "=data!$C$1+1": 8.0,
    "='my data'!A1+1": 12.0,
    "=INDEX(data!$A$5:$A$33,B12)": XS[2],
    "=INDEX(data!$B$5:$B$33,B12)": YS[2],
    "=IF(B12<4,2,1)": 2.0,
    "=IF(B12>=4,1/0,5)": 5.0,
    "=SQRT(2)": math.sqrt(2),
    "=SUMSQ(1,2,3)": 14.0,
    "=SUM(data!$A$5:$A$33)": sum(XS),
    "=SUMSQ(data!$A$5:$A$33)": sum(x * x for x in XS),
    "=MIN(B12,-2)": -2.0,
    "=MAX(B12,-2)": 3.0,
    "=ABS(-2.5)": 2.5,
    "=SIGN(-2.5)": -1.0,
    "=SIGN(0)": 0.0,
    "=INT(-2.5)": -3.0,
    "=EXP(1)": math.exp(1),
    "=LN(10)": math.log(10),
    "=COS(1)": math.cos(1),
    "=PI()": math.pi,
    "=0.9^B12": 0.9**3.0,
    "=2^-1": 0.5,
    # A minus binds closer than a power; so a power's base stands in parentheses.
    "=-B12^2": 9.0,
    "=-(B12^2)": -9.0,
    "=(-B12)^3": -27.0,
    "=1E-200*1E-200": 0.0,
    "=1E-160*1E-160": 1e-320,
    "=EXP(-1000)": 0.0,
}
# Formula -> error; both engines.
ERRORS = {
    "=1E+300*1E+300": "#NUM!",
    "=-1E+300*1E+300": "#NUM!",
    "=1E+200^2": "#NUM!",
    "=EXP(1000)": "#NUM!",
    "=SUM(1E+308,1E+308)": "#NUM!",
    "=1/0": "#DIV/0!",
    "=0/0": "#DIV/0!",
    "=(1/0)*0": "#DIV/0!",
    "=1/(1E+300*1E+300)": "#NUM!",
    "=IF(1E+300*1E+300>0,1,2)": "#NUM!",
    "=SUM(1E+300*1E+300,1)": "#NUM!",
    "=MAX(1/0,1)": "#DIV/0!",
    "=SQRT(0/0)": "#DIV/0!",
    "=1/0+1E+300*1E+300": "#DIV/0!",
    "=1E+300*1E+300+1/0": "#NUM!",
    # LibreOffice files these three under #VALUE!, which agrees_to_15_digits lets pass.
    "=SQRT(-1)": "#NUM!",
    "=LN(0)": "#NUM!",
    "=LN(-1)": "#NUM!",
}
# Formula -> (formualizer, LibreOffice), where the two part ways.
APART = {
    "=0.1+0.2": (0.1 + 0.2, 0.3),
    # LibreOffice takes a difference below about 2^-48 of its operands for nothing.
    "=(0.1+0.2)-0.3": (0.1 + 0.2 - 0.3, 0.0),
    "=IF(0.1+0.2>0.3,1,0)": (1.0, 0.0),
}
FORMULAS = [*PLAIN, *ERRORS, *APART]


def write(path: Path, formulas) -> list[tuple[str, str]]:
    """Write a workbook; every formula's stored value is wrong. Returns the formulas' keys."""
    book = xlsxwriter.Workbook(path)
    calc, data, far = (book.add_worksheet(name) for name in ("calc", "data", "far"))
    quoted = book.add_worksheet("my data")
    for row, (x, y) in enumerate(zip(XS, YS, strict=True)):
        data.write_number(4 + row, 0, x)
        data.write_number(4 + row, 1, y)
    data.write_number("C1", 7)
    quoted.write_number("A1", 11)
    calc.write_number("B12", 3)
    calc.write_number("H1", 0.1)
    calc.write_number("H2", 0.7)
    far.write_number("H2", 0.25)
    assert book.define_name("lr", "=calc!$H$1") == 0
    for sheet, cell in {"calc": "calc!$H$2", "far": "far!$H$2", "'my data'": "data!$C$1"}.items():
        assert book.define_name(f"{sheet}!rate", f"={cell}") == 0
    for row, formula in enumerate(formulas):
        calc.write_formula(20 + row, 0, formula, None, WRONG)
    far.write_formula("A1", "=rate*2", None, WRONG)
    quoted.write_formula("B1", "=rate*2", None, WRONG)
    book.close()
    return [("calc", f"A{21 + row}") for row in range(len(formulas))]


@pytest.fixture(scope="module")
def workbook(tmp_path_factory):
    path = tmp_path_factory.mktemp("engines") / "cases.xlsx"
    return path, write(path, FORMULAS)


def test_stored_gives_the_formulas_and_the_values_in_the_file(workbook):
    path, keys = workbook
    cells = engines.stored(path)
    assert [cells[key] for key in keys] == [(formula, WRONG) for formula in FORMULAS]
    assert set(cells) == {*keys, ("far", "A1"), ("my data", "B1")}


def test_formualizer_computes_every_case_to_the_last_bit(workbook, formualizer):
    path, keys = workbook
    found = formualizer(path)
    expected = [*PLAIN.values(), *ERRORS.values(), *(first for first, _ in APART.values())]
    assert dict(zip(FORMULAS, map(found.get, keys), strict=True)) == dict(
        zip(FORMULAS, expected, strict=True)
    )
    # Names that belong to one sheet each, all called the same.
    assert found["far", "A1"] == 0.5
    assert found["my data", "B1"] == 14


def test_libreoffice_computes_every_case_to_15_digits(workbook, libreoffice):
    path, keys = workbook
    (found,) = libreoffice([path])
    expected = [*PLAIN.values(), *ERRORS.values(), *(second for _, second in APART.values())]
    for formula, key, value in zip(FORMULAS, keys, expected, strict=True):
        assert engines.agrees_to_15_digits(value, found[key]), (formula, value, found[key])
    assert found["far", "A1"] == 0.5
    assert found["my data", "B1"] == 14


def test_libreoffice_takes_several_files_of_one_name(tmp_path, libreoffice):
    paths = []
    for folder, formula in (("one", "=1+1"), ("two", "=2+2")):
        (tmp_path / folder).mkdir()
        paths.append(tmp_path / folder / "same.xlsx")
        write(paths[-1], [formula])
    assert [found["calc", "A21"] for found in libreoffice(paths)] == [2, 4]


def test_libreoffice_without_our_profile_would_believe_the_file(tmp_path, libreoffice, monkeypatch):
    path = tmp_path / "planted.xlsx"
    write(path, ["=1+1"])
    monkeypatch.setattr(engines, "PROFILE", engines.PROFILE.replace(">0<", ">1<"))
    (found,) = libreoffice([path])
    assert found["calc", "A21"] == WRONG


def test_random_doubles_through_both_engines(tmp_path, formualizer, libreoffice):
    draw = random.Random(7)
    numbers = [draw.uniform(1, 2) * 10.0 ** draw.randint(-8, 8) for _ in range(300)]
    path = tmp_path / "random.xlsx"
    # A literal in a formula carries all 17 digits; XlsxWriter writes an input cell with 16.
    keys = write(path, [f"={number!r}^2.5/7" for number in numbers])
    exact, printed = formualizer(path), libreoffice([path])[0]
    for number, key in zip(numbers, keys, strict=True):
        assert exact[key] == number**2.5 / 7
        assert engines.agrees_to_15_digits(exact[key], printed[key])


@pytest.mark.parametrize(
    ("ours", "printed", "agree"),
    [
        (0.1 + 0.2, 0.3, True),
        (2 / 3, 0.666666666666667, True),
        (2 / 3, 0.666666666666668, False),
        (1.0, 1.00000000000002, False),
        (1e300 / 3, 3.33333333333333e299, True),
        (-1e-320, -1e-320, True),
        (0.0, 0.0, True),
        (0.0, 1e-300, False),
        (1e-300, 0.0, False),
        (1.0, None, False),
        ("#NUM!", "#NUM!", True),
        ("#NUM!", "#VALUE!", True),
        ("#DIV/0!", "#NUM!", False),
        ("#VALUE!", "#NUM!", False),
        ("#NUM!", 0.0, False),
        (0.0, "#NUM!", False),
    ],
)
def test_agreement_to_15_digits(ours, printed, agree):
    assert engines.agrees_to_15_digits(ours, printed) is agree


def test_the_browser_shows_a_page(browser):
    page = browser.new_page()
    page.set_content("<p id=sum></p><script>sum.textContent = 0.1 + 0.2</script>")
    assert page.inner_text("#sum") == "0.30000000000000004"
    page.close()


@pytest.mark.parametrize(("in_ci", "outcome"), [("", "skipped"), ("1", "errors")])
def test_a_missing_part_is_skipped_or_fails(pytester, monkeypatch, in_ci, outcome):
    monkeypatch.setenv("GDLAB_CI", in_ci)
    monkeypatch.setattr(engines, "soffice", lambda: None)
    pytester.makeconftest(Path(__file__).with_name("conftest.py").read_text(encoding="utf-8"))
    pytester.makeini("[pytest]\nmarkers = engine")
    pytester.makepyfile("def test_needs_it(libreoffice): pass")
    result = pytester.runpytest_inprocess("-rs")
    assert result.parseoutcomes() == {outcome: 1}
    result.stdout.fnmatch_lines("*LibreOffice (the program soffice) is missing*")
