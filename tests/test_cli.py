"""The command line as a user sees it: what it prints, writes and refuses."""

import csv
import inspect
import io
import json
import math
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import gdlab

# A rate at which the lesson's points drive SGD past 1.8e308 and on to nan.
EXPLODING = ["sgd", "--set", "lr=0.1", "--epochs", "6"]


def read_csv(text: str) -> list[list[float]]:
    """The columns of a table in csv, without their heads."""
    rows = list(csv.reader(io.StringIO(text)))
    return [list(map(float, column)) for column in zip(*rows[1:], strict=True)]


# The table


def test_a_table_in_text_shows_the_numbers_a_learner_computes(run):
    code, out, err = run("table", "sgd")
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[0].split()[:6] == ["epoch", "sample", "t", "x", "y", "intercept"]
    # By hand: at (14, 58) from b = m = 1 the line gives 15, 43 too little; 2 * -43 = -86.
    first = dict(zip(lines[0].split(), lines[1].split(), strict=True))
    assert [first[name] for name in ("y_pred", "error", "err2")] == ["15", "-43", "1849"]
    assert [first[name] for name in ("grad_intercept", "grad_slope")] == ["-86", "-1204"]
    assert [first[name] for name in ("new_intercept", "new_slope")] == ["1.0086", "1.1204"]
    assert len({len(line) for line in lines[:30]}) == 1, "columns do not stand in line"
    assert lines[-1].startswith("sgd (lr=0.0001), 29 updates: intercept ")


def test_json_and_csv_keep_every_double(run):
    frame = gdlab.trace("adam", epochs=2, lr=0.3, start={"slope": -0.1}).frame
    words = ["table", "adam", "--epochs", "2", "--set", "lr=0.3", "--start", "slope=-0.1"]
    code, out, err = run(*words, "--format", "json")
    rows = json.loads(out)
    assert (code, err) == (0, "")
    assert [list(row) for row in rows] == [list(frame.columns)] * 58
    assert [list(row.values()) for row in rows] == frame.astype(object).to_numpy().tolist()
    code, out, err = run(*words, "--format", "csv")
    assert (code, err) == (0, "")
    assert out.split("\n")[0] == ",".join(frame.columns)
    assert read_csv(out) == [frame[name].tolist() for name in frame.columns]


def test_a_long_table_can_keep_less(run):
    words = ["--columns", "new_slope", "err2", "--every", "4", "--format", "json"]
    code, out, err = run("table", "adam", *words)
    frame = gdlab.trace("adam").frame.iloc[3::4][
        ["epoch", "sample", "t", "x", "y", "err2", "new_slope"]
    ]
    assert (code, err) == (0, "")
    assert json.loads(out) == frame.to_dict("records")
    text = run("table", "adam", *words[:-1], "text")[1]
    assert text.splitlines()[0].split() == list(frame.columns)
    assert len(text.splitlines()) == 1 + len(frame) + 2
    code, out, err = run("table", *EXPLODING, *words)
    first = next(row["t"] for row in json.loads(out) if row["err2"] is None)
    assert err.endswith(f"; the first is err2 in row {first}\n")


@pytest.mark.parametrize("kind", ["csv", "json", "text"])
def test_a_table_written_in_parts_is_whole(run, monkeypatch, kind):
    words = ["table", "adam", "--format", kind]
    whole = run(*words)[1]
    monkeypatch.setattr("gdlab.cli.formats.ROWS_PRINTED_AT_ONCE", 7)
    assert run(*words)[1] == whole


def test_json_writes_whole_numbers_without_a_point(run):
    first = json.loads(run("table", "sgd", "--format", "json")[1])[0]
    assert [type(first[name]) for name in ("epoch", "sample", "t", "x")] == [int, int, int, float]


def test_parquet_holds_the_frame(run, tmp_path):
    path = tmp_path / "adam.parquet"
    assert run("table", "adam", "--format", "parquet", "--out", str(path)) == (0, "", "")
    pd.testing.assert_frame_equal(
        pd.read_parquet(path), gdlab.trace("adam").frame.reset_index(drop=True)
    )


def test_inf_and_nan_are_null_in_json_with_a_warning(run):
    code, out, err = run("table", *EXPLODING, "--format", "json")

    def refuse(name):
        raise AssertionError(f"{name} is no JSON")

    rows = json.loads(out, parse_constant=refuse)
    frame = gdlab.trace("sgd", lr=0.1, epochs=6).frame.reset_index(drop=True)
    cells = [(row[name], frame[name][i]) for i, row in enumerate(rows) for name in frame.columns]
    assert code == 0
    assert all((cell is None) == (not math.isfinite(number)) for cell, number in cells)
    assert None in [cell for cell, _ in cells]
    assert err.count("\n") == 1
    assert re.search(r"null; the first is \w+ in row \d+", err)


def test_an_explosion_is_named_under_the_table(run):
    out = run("table", *EXPLODING)[1]
    assert re.search(
        r"exploded: \w+ in row \d+ is not a finite number; rates under [\de.-]+ .*$", out.strip()
    )
    assert " inf " in out
    assert " nan " in out


@pytest.mark.parametrize(
    ("name", "kind"), [("a.csv", "csv"), ("a.JSON", "json"), ("a.txt", "text"), ("a", "text")]
)
def test_the_ending_of_out_says_the_format(run, tmp_path, name, kind):
    path = tmp_path / name
    assert run("table", "sgd", "--out", str(path)) == (0, "", "")
    assert path.read_text(encoding="utf-8") == run("table", "sgd", "--format", kind)[1]
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_the_options_of_a_run_are_those_of_trace(run, tmp_path):
    points = tmp_path / "points.csv"
    points.write_text("x;y\n1,5;2\n3;4,25\n7;1\n")
    given = pd.DataFrame({"x": [1.5, 3, 7], "y": [2, 4.25, 1]})
    cases = [
        (["--data", str(points)], {"points": given}),
        (["--batch-size", "4"], {"batch_size": 4}),
        (["--batch-size", "full"], {"batch_size": "full"}),
        (["--epochs", "2", "--shuffle", "--seed", "5"], {"epochs": 2, "shuffle": True, "seed": 5}),
        (["--shuffle", "replacement"], {"shuffle": "replacement"}),
        (["--schedule", "cosine", "--set", "period=9"], {"schedule": "cosine", "period": 9}),
        (
            ["--epochs", "3", "--schedule", "lesson_annealing"],
            {"epochs": 3, "schedule": "lesson_annealing"},
        ),
        (
            ["--epochs=2", "--switch=at_epoch=2", "--switch=to=momentum", "--switch=lr=0.01"],
            {"epochs": 2, "switch": {"at_epoch": 2, "to": "momentum", "lr": 0.01}},
        ),
        (
            ["--surface", "ravine", "--steps", "7", "--start", "u=-4", "--start", "v=2"],
            {"surface": "ravine", "steps": 7, "start": {"u": -4, "v": 2}},
        ),
        (["--model", "logistic", "--start", "bias=1"], {"model": "logistic", "start": {"bias": 1}}),
        (["--scale", "minmax"], {"scale": "minmax"}),
        (["--scale", "x=standard"], {"scale": {"x": "standard"}}),
        (["--set", "h=0.01", "--set", "max_norm=5"], {"h": 0.01, "max_norm": 5}),
        (["--columns", "err2", "--every", "5"], {"columns": ["err2"], "every": 5}),
    ]
    tried = {name for _, options in cases for name in options}
    missing = set(inspect.signature(gdlab.trace).parameters) - tried - {"rule", "start", "hyper"}
    assert not missing, "no option for these arguments of gdlab.trace, or it is not tried here"
    for words, options in cases:
        code, out, err = run("table", "adam", *words, "--format", "csv")
        wanted = gdlab.trace("adam", **options).frame
        assert (code, err) == (0, ""), words
        assert read_csv(out) == [wanted[name].tolist() for name in wanted.columns], words


def test_a_terminal_gets_lines_that_fit(tmp_path):
    """Folded to the terminal's width, every block with t; a pipe gets whole lines."""
    leader, follower = pty.openpty()
    os.set_blocking(leader, True)
    program = (
        "import fcntl, struct, sys, termios; from gdlab.cli import main\n"
        "fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 72, 0, 0))\n"
        "main(['table', 'adam', '--set', 'lr=0.5'])"
    )
    plain = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    child = subprocess.Popen([sys.executable, "-c", program], stdout=follower, env=plain)
    os.close(follower)
    chunks = []
    while True:
        try:
            chunk = os.read(leader, 65536)
        except OSError:  # Linux ends a terminal that nobody writes to like this.
            break
        chunks.append(chunk)
        if not chunk:
            break
    child.wait()
    os.close(leader)
    text = b"".join(chunks).decode().replace("\r\n", "\n")
    blocks = text.strip().split("\n\n")
    assert max(len(line) for block in blocks[:-1] for line in block.split("\n")) <= 72
    assert [len(block.split("\n")) for block in blocks[:-1]] == [30] * (len(blocks) - 1)
    assert all(block.split()[0] == "t" for block in blocks[1:-1])
    heads = [name for block in blocks[:-1] for name in block.split("\n")[0].split()]
    assert list(dict.fromkeys(heads)) == list(gdlab.trace("adam").frame.columns)


# Rules and explanations


def test_rules_are_listed_with_source_and_defaults(run):
    code, out, err = run("rules")
    assert (code, err) == (0, "")
    assert "adam (lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08)\n    Kingma & Ba 2015" in out
    assert all(re.search(rf"^{name} \(", out, re.MULTILINE) for name in gdlab.rules())


def test_explain_shows_a_cell_worked_out(run):
    code, out, err = run("explain", "momentum", "--row", "2", "--column", "avg_slope")
    assert (code, err) == (0, "")
    # Typed from the lesson: beta times the average above plus 1 - beta times this row's gradient.
    # Row 1: gradient -1204, average 0.1 * -1204. Row 2: x = 86 and the line's value there.
    intercept, slope = 1 + 0.0001 * 8.6, 1 + 0.0001 * 120.4
    gradient = 2 * (intercept + slope * 86 - 202) * 86
    result = 0.9 * -120.4 + (1 - 0.9) * gradient
    assert float(re.search(r"result +(\S+)", out)[1]) == pytest.approx(result, rel=1e-12)
    assert f"0.9 * (-120.4) + (1 - 0.9) * ({gradient:.10g})" in out
    assert "avg_m = beta * avg_m[t-1] + (1 - beta) * de²/dm" in out
    assert re.search(r"Excel +[A-Z]+11: =beta\*[A-Z]+10\+\(1-beta\)\*[A-Z]+11", out)


def test_explain_can_write_the_lessons_letters(run):
    out = run("explain", "sgd", "--row=1", "--column=new_slope", "--symbols=ab")[1]
    assert "new_a = a - step_a" in out


# Workbooks


def stored(path: Path, sheet: str) -> list[list]:
    """The stored values of a sheet, row by row."""
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        return [list(row) for row in book[sheet].iter_rows(values_only=True)]
    finally:
        book.close()


def test_export_writes_a_rules_workbook(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("export", "Adam", "--set", "lr=0.5", "--epochs", "5") == (0, "adam.xlsx\n", "")
    frame = gdlab.trace("adam", epochs=5, lr=0.5).frame
    rows = stored(tmp_path / "adam.xlsx", "adam")
    head = next(i for i, row in enumerate(rows) if "new_slope" in row)
    cells = [row[rows[head].index("new_slope")] for row in rows[head + 2 : head + 2 + 145]]
    assert cells == frame["new_slope"].tolist()


def test_export_writes_where_it_is_told(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("sheets").mkdir()
    assert run("export", "sgd", "--epochs=1", "--out", "Mine.XLSX") == (0, "Mine.XLSX\n", "")
    code, out, err = run("export", "sgd", "momentum", "sgd", "--epochs=1", "--out", "sheets")
    assert (code, err) == (0, "")
    assert [Path(line).as_posix() for line in out.splitlines()] == [
        "sheets/sgd.xlsx",
        "sheets/momentum.xlsx",
    ]
    assert sorted(path.name for path in tmp_path.rglob("*.xlsx")) == ["momentum.xlsx", "sgd.xlsx"]
    assert Path("Mine.XLSX").stat().st_size


def test_export_all_writes_the_lessons(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = run("export", "--all")
    paths = out.splitlines()
    assert (code, err) == (0, "")
    assert str(Path("exports", "graddesc.xlsx")) in paths
    assert all(Path(path).is_file() for path in paths)
    assert sorted(Path("exports").iterdir()) == sorted(map(Path, paths))


def test_export_can_write_the_lessons_letters(run, tmp_path):
    texts = {}
    for letters in ("mb", "ab"):
        path = tmp_path / f"{letters}.xlsx"
        run("export", "sgd", "--epochs=1", "--symbols", letters, "--out", str(path))
        texts[letters] = [cell for row in stored(path, "sgd") for cell in row]
    assert "de²/dm" in texts["mb"]
    assert "de²/da" in texts["ab"]
    assert "de²/dm" not in texts["ab"]


# Where a word is not known


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["tabel"], "gdlab: no command is called 'tabel'; did you mean table?"),
        (["class", "nwe"], "gdlab class: no command is called 'nwe'; did you mean new?"),
        (["table", "addam"], "gdlab table: no rule is called 'addam'; did you mean adam?"),
        (["table", "adam", "--epcohs", "4"], "--epcohs 4; did you mean --epochs? (see gdlab table"),
        (["table", "adam", "--batch_size", "4"], "did you mean --batch-size? (see gdlab table"),
        (["table", "adam", "--lr", "0.1"], "write --set lr=0.1 (see gdlab table"),
        (["table", "adam", "--lr=0.1"], "write --set lr=0.1 (see"),
        (["table", "adam", "-lr", "0.1"], "write --set lr=0.1 (see"),
        (["table", "adam", "lr=0.1"], "write --set lr=0.1 (see"),
        (["table", "adam", "--learning-rate", "1e-3"], "write --set lr=1e-3 (see"),
        (["export", "adam", "--beta1", "0.8"], "write --set beta1=0.8 (see gdlab export"),
        (["page", "adam", "--out", "a.html", "--max-norm=3"], "write --set max_norm=3 (see"),
        (["table", "adam", "--slope", "-2"], "write --start slope=-2 (see"),
        (["table", "adam", "--avg_slope", "1"], "write --start avg_slope=1 (see"),
        (["table", "adam", "--at_epoch", "3"], "write --switch at_epoch=3 (see"),
        (["table", "adam", "--set", "Lr=1"], "adam has no hyperparameter 'Lr'; did you mean lr?"),
        (["table", "adam", "--columns", "step_m"], "'step_m'; did you mean step_slope?"),
        (["table", "adam", "--format", "jsn"], "did you mean json?"),
        (["table", "adam", "--schedule", "cosin"], "did you mean cosine?"),
        (["rules", "--lr", "1"], "unrecognized arguments: --lr 1 (see gdlab rules --help)"),
        (["check", "a.xlsx", "--hnt"], "did you mean --hint? (see gdlab check"),
    ],
)
def test_an_unknown_word_gets_the_one_that_was_meant(run, words, says):
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1


def test_what_is_said_to_write_works(run):
    """The line that a message gives is run as it stands there."""
    for words in (["--lr", "0.5"], ["--max-norm", "3"], ["--slope", "7"]):
        said = run("table", "adam", *words)[2]
        written = re.search(r"write (--\w+) (\S+)", said)
        code, out, _ = run("table", "adam", written[1], written[2])
        assert code == 0
    assert "7" in out.splitlines()[1].split()


def test_a_rule_may_be_typed_in_any_capitals(run):
    assert run("table", "RMSprop")[1] == run("table", "rmsprop")[1]
    assert run("explain", "ADAM", "--row=1", "--column=x")[1].startswith("adam, row 1")


@pytest.mark.parametrize("words", [[], ["class"]])
def test_alone_it_shows_what_there_is(run, words):
    code, out, err = run(*words)
    assert (code, err) == (0, "")
    assert out == run(*words, "--help")[1]


def test_it_says_its_version(run):
    assert run("--version") == (0, f"gdlab {gdlab.__version__}\n", "")


@pytest.mark.parametrize("words", [["table"], ["explain", "--row=29", "--column=t"]])
def test_a_run_without_epochs_is_the_same_everywhere(run, words):
    """One pass over the points, as gdlab.trace makes it; the row behind it is not there."""
    command, *more = words
    assert run(command, "adam", *more)[0] == 0
    assert "--epochs N" in run(command, "--help")[1]
    assert "default 1, as for gdlab.trace" in " ".join(run(command, "--help")[1].split())


def test_export_and_page_have_the_epochs_of_table(run, tmp_path):
    run("export", "adam", "--out", str(tmp_path / "a.xlsx"))
    rows = stored(tmp_path / "a.xlsx", "adam")
    head = next(row for row in rows if "new_slope" in row)
    assert max(row[head.index("t")] for row in rows[rows.index(head) + 2 :]) == 29
    for command in ("export", "page", "sweep"):
        assert "default 1, as for" in " ".join(run(command, "--help")[1].split())


# Bad input: one line, exit code 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["tabel"], "no command is called 'tabel'; did you mean table?"),
        (["table"], "required: RULE"),
        (["table", "steepest"], "no rule is called 'steepest'; there are sgd, momentum"),
        (["table", "adam", "--wrong"], "--wrong"),
        (["table", "adam", "--epoch", "4"], "--epoch"),
        (["table", "adam", "--epochs", "0"], "--epochs: must be a whole number from 1, not '0'"),
        (["table", "adam", "--epochs", "two"], "not 'two'"),
        (["table", "adam", "--epochs", "9" * 5000], "--epochs: must be a whole number"),
        (["table", "adam", "--epochs", "9" * 18], "rows are more than"),
        (["table", "adam", "--set", "lr=0"], "lr must be a number over 0"),
        (["table", "adam", "--set", "lr=nan"], "lr must be a number over 0"),
        (["table", "adam", "--set", "lr=0,1"], "--set lr must be a number such as 0.1, not '0,1'"),
        (["table", "adam", "--set", "lr"], "--set lr: write a name, = and a value"),
        (["table", "adam", "--set", "beta1=1"], "beta1 must be a number from 0 up to but not"),
        (["table", "adam", "--set", "rate=1"], "no hyperparameter 'rate'; it has lr, beta1"),
        (["table", "adam", "--set", "lr=1", "--set", "lr=2"], "--set lr is given twice"),
        (["table", "adam", "--set", "epochs=2"], "with --epochs"),
        (["table", "adam", "--set", "batch_size=2"], "with --batch-size"),
        (["table", "adam", "--set", "points=2"], "with --data"),
        (["table", "adam", "--set", "rule=2"], "before the options"),
        (["table", "adam", "--set", "every=2"], "with --every"),
        (["table", "adam", "--columns", "q"], "no column is called 'q'; there are epoch"),
        (["table", "adam", "--every", "0"], "--every: must be a whole number from 1"),
        (["table", "adam", "--start", "avg_b=1"], "start has no 'avg_b'; adam starts from"),
        (["table", "adam", "--start", "slope=inf"], "start slope must be a finite number"),
        (["table", "adam", "--data", "no.csv"], "no.csv: No such file"),
        (["table", "adam", "--data", "bad.csv"], "bad.csv, line 3: y must be a number, not 'zwei'"),
        (["table", "adam", "--data", "folder"], "folder: points are read from .csv, .tsv"),
        (["table", "adam", "--format", "xml"], "--format"),
        (["table", "adam", "--format", "parquet"], "give --out"),
        (["table", "adam", "--out", "a.xlsx"], "gdlab export adam"),
        (["table", "adam", "--out", "nowhere/a.csv"], "nowhere/a.csv: there is no folder"),
        (["table", "adam", "--out", "folder"], "folder is a folder"),
        (["table", "adam", "--out", "/dev/null"], "/dev/null is not an ordinary file"),
        (["table", "adam", "--out", "bad\x00.csv"], "null"),
        (["table", "adam", "--out", "x" * 300 + ".csv"], "name too long"),
        (["table", "adam", "--batch-size", "half"], "--batch-size"),
        (["table", "adam", "--shuffle", "twice"], "--shuffle"),
        (["table", "adam", "--seed", "x"], "--seed: must be a whole number"),
        (["table", "adam", "--schedule", "no"], "no schedule is called 'no'; there are constant"),
        (["table", "adam", "--surface", "no"], "no surface is called 'no'; there are ravine"),
        (["table", "adam", "--steps", "3"], "steps goes with a surface"),
        (["table", "adam", "--switch", "to=sgd"], "at_epoch"),
        (["table", "adam", "--switch", "at_epoch=1.5", "--switch", "to=sgd"], "at_epoch"),
        (["export"], "name one rule or more, or give --all"),
        (["export", "adam", "--all"], "name one rule or more, or give --all"),
        (["export", "--all", "--set", "lr=1"], "--set goes with a rule, not with --all"),
        (["export", "--all", "--batch-size", "4"], "--batch-size goes with a rule"),
        (["export", "sgd", "addam"], "no rule is called 'addam'"),
        (["export", "sgd", "adam", "--out", "a.xlsx"], "for several rules give --out a folder"),
        (["export", "sgd", "adam", "--out", "bad.csv"], "bad.csv: a workbook's name ends in .xlsx"),
        (["export", "sgd", "--out", "plain"], "plain is a file; name a folder"),
        (["export", "sgd", "--epochs", "99999"], "2,899,971 rows do not fit"),
        (["explain", "adam", "--row", "1"], "required: --column"),
        (
            ["explain", "adam", "--row", "30", "--column", "x"],
            "--row must be from 1 to 29, not 30; --epochs 2 has that row",
        ),
        (
            ["explain", "sgd", "--surface", "ravine", "--row", "101", "--column", "u"],
            "--row must be from 1 to 100, not 101; --steps 101 has that row",
        ),
        (["explain", "adam", "--row", "1", "--column", "q"], "no column is called 'q'; there are"),
        (["explain", "adam", "--row", "1", "--column", "\x1b[31m"], r"\x1b[31m"),
        (["table", "adam\nTraceback"], r"'adam\nTraceback'"),
        (["adam\nTraceback"], r"'adam\nTraceback'"),
        (["table", "adam", "two\nlines"], r"two\nlines"),
    ],
)
def test_bad_input_costs_one_line_and_exit_code_2(run, tmp_path, monkeypatch, words, says):
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("bad.csv").write_text("x,y\n1,2\n2,zwei\n")
    Path("plain").write_text("")
    code, out, err = run(*words)
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert "\x1b" not in err
    assert err.startswith("gdlab")
    assert says in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.csv", "folder", "plain"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to_is_named(run, tmp_path):
    tmp_path.chmod(0o500)
    code, _, err = run("table", "sgd", "--out", str(tmp_path / "a.csv"))
    tmp_path.chmod(0o700)
    assert code == 2
    assert err.count("\n") == 1
    assert "Permission denied" in err


def test_a_full_disk_is_reported_and_the_old_file_kept(run, tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text("what was there")

    def fail(trace, out):
        out.write("half a ta")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(__import__("gdlab.cli.formats").cli.formats.WRITERS, "csv", fail)
    code, _, err = run("table", "sgd", "--out", str(path))
    assert code == 2
    assert err == f"gdlab table: {path}: No space left on device\n"
    assert path.read_text() == "what was there"
    assert list(tmp_path.iterdir()) == [path]
