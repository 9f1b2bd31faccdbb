"""The page as a file: its contents, that it is the same each time, and messages about bad input."""

import ast
import base64
import json
import lzma
import re
import zlib
from pathlib import Path

import pytest

import gdlab
from gdlab.cli import main
from gdlab.core.lessons import LESSONS, lesson
from gdlab.language.javascript import javascript
from gdlab.web.assets import CONSTANTS, STATIC, in_order
from gdlab.web.constants import module_text, shared
from gdlab.web.limits import PAGE_POINTS, PAGE_ROWS
from gdlab.web.page import write_lessons_page, write_page
from gdlab.web.program import program

ROOT = Path(__file__).parent.parent
COMMITTED = ROOT / "exports" / "graddesc.html"
ENTRIES = ("page.js", "jupyter.js", "loader.js")
DEFLATED = re.compile('id="gdlab-(?:data|module)">([^<]*)')
PACKED = re.compile('id="gdlab-rest">([^<]*)')
LOOKS = {"id": lzma.FILTER_LZMA1, "lc": 4, "lp": 0, "pb": 0, "dict_size": 1 << 24}


@pytest.fixture(scope="module")
def fresh(lessons):
    """The page of all lessons, written again."""
    return lessons


def data_of(path):
    """The data in a page, unpacked."""
    return json.loads(unpacked(path)[0])


def unpacked(path):
    """The data of a page, its module and the rest of its data, as text."""
    text = path.read_text(encoding="utf-8")
    found = [zlib.decompress(base64.b64decode(one)) for one in DEFLATED.findall(text)]
    rest = base64.b64decode(*PACKED.findall(text))
    whole = lzma.decompress(rest[4:], lzma.FORMAT_RAW, filters=[LOOKS])
    assert len(whole) == int.from_bytes(rest[:4], "little")
    return [one.decode() for one in (*found, whole)]


def test_the_committed_page_is_what_is_written_now(fresh):
    whole, now = COMMITTED.read_text(encoding="utf-8"), fresh.read_text(encoding="utf-8")
    # Another zlib may pack the same bytes in another way: what is packed is compared unpacked.
    bare = [PACKED.sub("", DEFLATED.sub("", one)) for one in (whole, now)]
    assert bare[0] == bare[1], "exports/graddesc.html: run make exports"
    assert unpacked(COMMITTED) == unpacked(fresh), "exports/graddesc.html: run make exports"


def test_the_same_bytes_again(fresh, tmp_path):
    again = write_lessons_page(tmp_path / "again.html")
    assert again.read_bytes() == fresh.read_bytes()


def test_all_lessons_fit_into_400_kb(fresh):
    assert fresh.stat().st_size < 400_000


def test_nothing_is_fetched_from_anywhere(fresh):
    text = fresh.read_text(encoding="utf-8")
    # What is packed is looked through as well.
    # A workbook's parts name their formats by addresses that nobody asks for.
    data, script, rest = unpacked(fresh)
    rest = json.loads(rest)
    del rest["workbooks"]
    for part in (text, script, data, json.dumps(rest)):
        found = set(re.findall(r"https?://[^\s\"'<>\\]+", part))
        assert found <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML"}
    assert not re.search(r"<(link|img|iframe)\b|\bsrc=|@import|\burl\(", text + script)
    assert "default-src 'none'" in text
    assert "unsafe-eval" not in text
    assert "connect-src" not in text


def test_a_rule_may_be_called_as_a_tab_is(tmp_path):
    @gdlab.rule
    def compare(g, lr=0.1):
        """My own."""
        step = lr * g
        return (), (step,)

    page = gdlab.trace(compare).to_html(tmp_path / "page.html")
    assert data_of(page)["tabs"] == ["data", "compare_rule", "compare"]


def test_a_title_from_a_stranger_stays_text(tmp_path):
    page = write_page({"sgd": gdlab.trace("sgd")}, tmp_path / "page.html", title="<b> & </title>")
    assert "<title>&lt;b&gt; &amp; &lt;/title&gt;</title>" in page.read_text(encoding="utf-8")


# The dialect

WRITTEN = {
    "a + b - c": "sub(add(a, b), c)",
    "a - (b - c)": "sub(a, sub(b, c))",
    "a / b * c": "mul(div(a, b), c)",
    "-a ** b": "neg(pow(a, b))",
    "sqrt(a) * 1e-8": "mul(sqrt(a), 1e-08)",
    "max(a, min(b, 2)) + 0.5": "add(max(a, min(b, 2)), 0.5)",
    "cos(pi * a)": "cos(mul(Math.PI, a))",
    "123456789012345 * 1e22": "mul(123456789012345, 1e+22)",
    "a if b == 1 else -c": 'choose("==", b, 1, () => a, () => neg(c))',
    "a if b + 1 <= c else d": 'choose("<=", add(b, 1), c, () => a, () => d)',
}


@pytest.mark.parametrize("python", WRITTEN)
def test_what_is_written_in_javascript(python):
    assert javascript(ast.parse(python, mode="eval").body, str) == WRITTEN[python]


def test_what_is_outside_the_grammar_is_not_written():
    with pytest.raises(TypeError, match="outside the grammar"):
        javascript(ast.parse("a and b", mode="eval").body, str)


def test_a_program_speaks_of_cells_inputs_and_epochs():
    text = program(lesson("adam_ann").table)
    assert "intercept: (r) => c.new_intercept[r - 1]," in text
    assert "grad_slope: (r) => mul(c.grad_intercept[r], c.x[r])," in text
    assert "smallest: (k, r) => min(e.size[k], e.smallest[k - 1])," in text
    assert "step_slope: (r) => div(mul(c.lr[r], c.avg_slope[r]), sqrt(c.sqr_avg_slope[r]))," in text
    # A column stands behind all that it depends on.
    names = re.findall(r"^    (\w+): ", text, re.MULTILINE)
    assert names.index("size") < names.index("smallest") < names.index("ratio")


# The command


def run(capsys, *words):
    code = main(["page", *words])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_page_writes_what_it_is_told(capsys, tmp_path):
    path = tmp_path / "three.html"
    given = ["sgd", "adam", "sgd", "--epochs", "2", "--set", "lr=0.01", "--out", str(path)]
    assert run(capsys, *given) == (0, f"{path}\n", "")
    data = data_of(path)
    assert data["tabs"] == ["data", "sgd", "adam", "compare"]
    assert data["epochs"] == 2
    assert data["sheets"]["adam"]["inputs"]["lr"] == 0.01
    assert run(capsys, "--all", "--out", str(path))[0] == 0
    assert data_of(path)["tabs"] == ["data", *LESSONS, "compare"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--out", "a.html"], "name one rule or more, or give --all"),
        (["adam", "--all", "--out", "a.html"], "name one rule or more, or give --all"),
        (["adm", "--out", "a.html"], "no rule is called 'adm'; did you mean adam?"),
        (["adam", "--out", "a.pdf"], "a.pdf: a page's name ends in .html"),
        (["adam", "--out", "nowhere/a.html"], "nowhere/a.html: there is no folder"),
        (["adam", "--set", "lr=-1", "--out", "a.html"], "lr must be a number over 0, not -1.0"),
        (["--all", "--set", "lr=1", "--out", "a.html"], "--set goes with a rule, not with --all"),
        (["sgd", "adam", "--surface", "beale", "--out", "a.html"], "a surface takes one rule"),
        (["sgd", "--epochs", "20000", "--out", "a.html"], "580,000 rows are more than the 500,000"),
    ],
)
def test_bad_input_is_one_line(words, told, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert told in err
    assert err.startswith("gdlab page: ") and err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_points_that_could_not_be_edited_are_refused(capsys, tmp_path):
    many = tmp_path / "many.csv"
    many.write_text("x,y\n" + "1,2\n" * 10_001, encoding="utf-8")
    given = ["adam", "--data", str(many), "--epochs", "1", "--out", str(tmp_path / "a.html")]
    told = "gdlab page: 10001 points; the sheet takes at most 10000\n"
    assert run(capsys, *given) == (2, "", told)
    assert list(tmp_path.iterdir()) == [many]


def test_python_hands_the_page_its_limits(fresh):
    assert data_of(fresh)["limits"] == {"rows": PAGE_ROWS, "points": PAGE_POINTS}
    for path in STATIC.glob("*.js"):
        assert not re.search(r"\b500_?000\b", path.read_text(encoding="utf-8")), path.name


def test_a_trace_that_kept_less_writes_no_page(tmp_path):
    with pytest.raises(ValueError, match="kept less than its table"):
        gdlab.trace("sgd", columns=["err2"]).to_html(tmp_path / "a.html")


# The modules


def test_every_module_stands_behind_those_that_it_imports_from():
    for entry in ENTRIES:
        order = in_order(entry)
        assert order[-1] == entry and len(set(order)) == len(order)
        for place, name in enumerate(order):
            text = module_text() if name == CONSTANTS else (STATIC / name).read_text("utf-8")
            imported = re.findall(r'from "\./(.+?)"', text)
            assert set(imported) <= set(order[:place]), name


def test_no_file_lies_about_that_no_page_needs():
    used = {name for entry in ENTRIES for name in in_order(entry)}
    assert used == {CONSTANTS, *(path.name for path in STATIC.glob("*.js"))}


def test_what_python_and_the_page_share_is_used_on_the_page():
    text = "".join(path.read_text(encoding="utf-8") for path in STATIC.glob("*.js"))
    assert [name for name in shared() if not re.search(rf"\b{name}\b", text)] == []


def test_a_circle_of_imports_is_refused(monkeypatch, tmp_path):
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\n')
    (tmp_path / "b.js").write_text('import { a } from "./a.js";\n')
    monkeypatch.setattr("gdlab.web.assets.STATIC", tmp_path)
    with pytest.raises(ValueError, match=r"a\.js imports itself, by way of a\.js and b\.js"):
        in_order("a.js")
