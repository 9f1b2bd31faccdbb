"""A class as it comes back from Moodle, from Canvas, by mail; compared, matched, imported."""

import csv
import io
import random
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest
from deliveries import as_ods, fill, lines_of, table, zipped

from gdlab.cli import main
from gdlab.marking import check
from gdlab.marking.classes import mark_class, new_class
from gdlab.marking.classes.alike import Alike
from gdlab.marking.classes.delivery import Roster, attempt, delivered
from gdlab.marking.classes.roster import Learner, read_roster

NAMES = (
    "Ann Lee",
    "José Núñez",
    "王伟",
    "Doe, Jane",
    "Jörg Müller",
    "Olu Ade",
    "Mia Chen",
    "Bo Ek",
)


def students(folder, names=NAMES):
    place = folder / "students.csv"
    with place.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "name"])
        rows.writerows([f"s{100 + number}", name] for number, name in enumerate(names))
    return place


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    new_class("sgd", students(folder), folder / "course", rows=3)
    return folder / "course"


def marks_of(out, name="marks.csv"):
    return {row["id"]: row for row in table(Path(out, name))}


# Handing out


def test_neither_the_key_nor_anothers_sheet_follows_from_what_a_sheet_shows(course, tmp_path):
    lines = lines_of(course)
    sheet = openpyxl.load_workbook(course / lines[0]["sheet"])
    told = {row[0].value: row[1].value for row in sheet["practice"].iter_rows(max_col=2)}
    assert told["seed"] == "none"
    assert (told["learner"], told["Your name"]) == ("s100", "Ann Lee")
    # Another course has another secret, so the same id has other numbers there.
    new_class("sgd", students(tmp_path), tmp_path / "other", rows=3)
    assert lines_of(tmp_path / "other")[0]["fingerprint"] != lines[0]["fingerprint"]
    assert (course / "secret").stat().st_mode & 0o077 == 0


def test_a_stopped_class_goes_on_with_the_same_numbers(tmp_path):
    place = students(tmp_path)
    assert new_class("sgd", place, tmp_path / "course", rows=2) == (8, 0)
    before = {path: path.read_bytes() for path in (tmp_path / "course").rglob("*.xlsx")}
    victim = tmp_path / "course" / lines_of(tmp_path / "course")[3]["sheet"]
    victim.unlink()
    assert new_class("sgd", place, tmp_path / "course", rows=2) == (1, 7)
    assert {path: path.read_bytes() for path in before} == before


def test_further_rules_and_rounds_go_into_the_same_course(tmp_path):
    place = students(tmp_path, NAMES[:2])
    new_class("sgd", place, tmp_path / "course", rows=2)
    new_class(["sgd", "adam"], place, tmp_path / "course", rows=3, decimals=4)
    new_class("adam", place, tmp_path / "course", rows=4, batch_size=2)
    found = [(line["id"], line["round"], line["rows"]) for line in lines_of(tmp_path / "course")]
    rounds = [("", "2"), ("sgd", "3"), ("adam", "3"), ("adam_2", "4")]
    assert found == [(who, *one) for one in rounds for who in ("s100", "s101")]
    for line in lines_of(tmp_path / "course"):
        assert check(tmp_path / "course" / line["key"]).passed


def test_a_teachers_own_rule_is_handed_out_and_marked(tmp_path, monkeypatch):
    own = tmp_path / "mine.py"
    own.write_text(
        "import gdlab\n\n@gdlab.rule\ndef halves(g, lr=0.0001):\n"
        '    """Our own. No eps."""\n    step = lr * g / 2\n    return (), (step,)\n'
    )
    place = students(tmp_path, NAMES[:2])
    course = tmp_path / "course"
    words = ["class", "new", "halves", "--students", str(place), "--out", str(course)]
    assert main([*words, "--rules", str(own), "--rows", "2"]) == 0
    for line in lines_of(course):
        fill(course, line, tmp_path / "back" / f"{line['id']}.xlsx")
    words = ["class", "mark", str(tmp_path / "back"), "--course", str(course)]
    assert main([*words, "--out", str(tmp_path / "marks"), "--rules", str(own)]) == 0
    assert {row["percent"] for row in marks_of(tmp_path / "marks").values()} == {"100.0"}


# What comes back is compared with what was handed out


def test_another_work_than_the_one_handed_out_gets_no_marks(course, tmp_path, capsys):
    lines = {line["id"]: line for line in lines_of(course)}
    back = tmp_path / "back"
    fill(course, lines["s100"], back / "s100.xlsx")
    shutil.copy(course / lines["s101"]["key"], back / "s101.xlsx")
    fill(course, lines["s100"], back / "s102.xlsx")  # another's sheet
    main(["practice", "sgd", "--rows", "1", "--out", str(back / "s103.xlsx")])  # an easier one
    main(["export", "sgd", "--out", str(back / "s104.xlsx")])  # a full export
    changed = openpyxl.load_workbook(course / lines["s105"]["sheet"])
    row = next(row for row in changed["practice"].iter_rows() if row[0].value == "rows")
    row[1].value = 1
    changed.save(back / "s105.xlsx")
    mark_class(back, tmp_path / "marks", course=course)
    found = marks_of(tmp_path / "marks")
    assert found["s100"]["percent"] == "100.0"
    wanted = {
        "s101": "it is the key",
        "s102": "it is the sheet of Ann Lee",
        "s103": "not the sheet that was handed out",
        "s104": "does not say what was asked",
        "s105": "not marked",
        "s106": "nothing was handed in",
    }
    for who, words in wanted.items():
        assert words in found[who]["remark"], who
        assert found[who]["percent"] == "", who


# Deliveries


def moodle(course, folder):
    """Moodle's folders, a participant number each; the last learner hands in a photo."""
    for number, line in enumerate(lines_of(course)):
        inside = folder / f"{line['name']}_{9000 + number}_assignsubmission_file_"
        if number == 7:
            inside.mkdir(parents=True)
            (inside / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
        else:
            fill(course, line, inside / "my sheet.xlsx", name="")
    return folder


def test_a_moodle_download(course, tmp_path):
    packed = zipped(moodle(course, tmp_path / "moodle"), tmp_path / "moodle.zip")
    roster = tmp_path / "grading.csv"
    with roster.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        heads = ["Identifier", "Full name", "ID number", "Email address", "Grade"]
        rows.writerow([*heads, "Maximum Grade", "Feedback comments"])
        for number, line in enumerate(lines_of(course)):
            ids = [f"Participant {9000 + number}", line["name"], line["id"], f"{number}@x.org"]
            rows.writerow([*ids, "", "100.00", ""])
    mark_class(packed, tmp_path / "marks", roster, course=course, form="moodle", assignment="first")
    found = marks_of(tmp_path / "marks")
    assert [found[f"s{100 + k}"]["percent"] for k in range(8)] == ["100.0"] * 7 + [""]
    assert "not marked" in found["s107"]["remark"]
    assert "nothing was handed in" not in found["s107"]["remark"]
    # As Moodle reads it: by Identifier, every head it knows, no line twice.
    back = table(tmp_path / "marks" / "moodle-first.csv")
    assert [row["Identifier"] for row in back] == [f"Participant {9000 + k}" for k in range(8)]
    assert [row["Grade"] for row in back] == ["100.0"] * 7 + [""]
    assert {row["Maximum Grade"] for row in back} == {"100.00"}
    assert table(tmp_path / "marks" / "unknown.csv") == []


def test_a_canvas_download_with_resubmissions(course, tmp_path):
    roster = tmp_path / "canvas.csv"
    with roster.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Old (1)"])
        rows.writerow(["    Points Possible", "", "", "", "", "10"])
        for number, line in enumerate(lines_of(course)):
            rows.writerow([line["name"], 500 + number, line["id"], f"l{number}", "A", ""])
        rows.writerow(["Student, Test", 999, "", "test", "A", ""])
    lines, back = lines_of(course), tmp_path / "back"

    def worse(address, value):
        return 0.5 if address.endswith("11") else value

    for number, line in enumerate(lines):
        stem = f"{''.join(line['name'].lower().split())}_{500 + number}_{700 + number}_sheet"
        fill(course, line, back / f"{stem}.xlsx", worse if number == 1 else lambda _, v: v, name="")
        if number < 2:
            again = (lambda _, v: v) if number == 1 else worse
            fill(course, line, back / f"{stem}-1.xlsx", again, name="")
    late = back / f"muellerjorg_LATE_504_9_{lines[4]['id']}.xlsx"
    shutil.move(back / "jörgmüller_504_704_sheet.xlsx", late)
    for which, wanted in (("latest", (False, True)), ("best", (True, True))):
        out = tmp_path / which
        mark_class(back, out, roster, course=course, attempts=which, form="canvas")
        found = marks_of(out)
        assert [found[who]["percent"] == "100.0" for who in ("s100", "s101")] == list(wanted)
        assert "also handed in:" in found["s100"]["remark"]
        assert found["s104"]["percent"] == "100.0"
        book = table(out / "canvas-gdlab.csv")
        assert list(book[0]) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "gdlab"]
        assert book[0]["Student"].strip() == "Points Possible"
        assert sorted(row["SIS User ID"] for row in book[1:]) == [f"s{100 + k}" for k in range(8)]
        # What a class did is counted once for each learner.
        assert {row["of"] for row in table(out / "items.csv")} == {"8"}


def test_mail_attachments_and_other_kinds_of_file(course, tmp_path):
    lines, back = lines_of(course), tmp_path / "mail"
    fill(course, lines[0], back / "Copy of s100.xlsx", name="")
    fill(course, lines[1], back / "s101 (1).xlsx", name="")
    as_ods(fill(course, lines[2], tmp_path / "ods.xlsx"), back / "work.ods")
    (back / "s103.pdf").write_bytes(b"%PDF-1.4\n")
    (back / "s104.numbers").write_bytes(b"PK\x03\x04")
    (back / "s105.xls").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
    (back / "IMG_0001.jpg").write_bytes(b"\xff\xd8")
    mark_class(back, tmp_path / "marks", course=course)
    found = marks_of(tmp_path / "marks")
    assert [found[who]["percent"] for who in ("s100", "s101", "s102")] == ["100.0"] * 3
    for who, said in {"s103": "it is a PDF", "s104": "", "s105": "it is in the old .xls"}.items():
        assert found[who]["remark"].startswith(f"not marked: {said}"), who
        assert found[who]["file"].startswith(who)
    assert found["s106"]["remark"] == "nothing was handed in"
    (nobody,) = table(tmp_path / "marks" / "unknown.csv")
    assert nobody["file"] == "IMG_0001.jpg"


def test_one_common_sheet_with_the_name_typed_in(tmp_path):
    roster = students(tmp_path)
    sheet, key = tmp_path / "sheet.xlsx", tmp_path / "key.xlsx"
    words = ["practice", "sgd", "--rows", "2", "--out", str(sheet), "--key", str(key)]
    assert main(words) == 0
    line = {"sheet": "sheet.xlsx", "key": "key.xlsx", "rule": "sgd"}
    typed = {"s100": "ann LEE", "s101": "Nunez, Jose", "s103": "Jane Doe", "s104": "s104"}
    for number, name in enumerate(typed.values()):
        fill(tmp_path, line, tmp_path / "back" / f"sheet ({number}).xlsx", name=name)
    mark_class(tmp_path / "back", tmp_path / "marks", roster)
    found = marks_of(tmp_path / "marks")
    assert {who for who, row in found.items() if row["percent"] == "100.0"} == set(typed)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_lists_of_learners_as_systems_export_them(tmp_path, encoding, mark):
    text = io.StringIO()
    rows = csv.writer(text, delimiter=mark)
    rows.writerow(["First name", "Last name", "Student ID", "Email address"])
    rows.writerow(["José", "Núñez", "7", "j@x.org"])
    place = tmp_path / "list.csv"
    place.write_bytes(text.getvalue().encode(encoding))
    (one,) = read_roster(place)
    assert (one.id, one.name, one.others) == ("7", "José Núñez", ("j@x.org",))
    (one,) = read_roster(place, "Email address", "Last name")
    assert (one.id, one.name) == ("j@x.org", "Núñez")
    with pytest.raises(ValueError, match=r"list\.csv: it has no column headed 'Matrikel'"):
        read_roster(place, "Matrikel")


def test_what_tells_whose_a_file_is():
    roster = Roster(
        [
            Learner("007", "Ann Lee", ("Participant 12345",)),
            Learner("jdoe", "Doe, Jane", ("Canvas 555",)),
            Learner("1", "Adam"),
            Learner("möller", "Jörg Möller"),
            Learner("muller", "Jörg Möller-Klein"),
            Learner("ruiz", "Ana Ruiz"),
            Learner("gil", "Ana Ruiz de la Gil"),
            Learner("ek", "Bo Ek"),
            Learner("kim1", "Kim Lee"),
            Learner("kim2", "Lee, Kim"),
        ]
    )
    for file, wanted in {
        "007.ods": "007",
        "Xx_12345_assignsubmission_file_/sheet.xlsx": "007",
        "Ann Lee_9_assignsubmission_file_/sheet.xlsx": "007",
        "doejane_LATE_777_678_adam-2.xlsx": "jdoe",
        "zz_555_3_x.xlsx": "jdoe",
        "Copy of 1.xlsx": "1",
        "möller.xlsx": "möller",
        "adam_Lee_Ann.xlsx": "007",
        "Ana Ruiz adam.xlsx": "ruiz",
        "adam Ana_Ruiz_de_la_Gil.pdf": "gil",
        "Ek Bo - sheet.xlsx": "ek",
        # What could mean several, or is the name of a rule, means nobody.
        "sheet 1.xlsx": None,
        "adam.xlsx": None,
        "jörg.xlsx": None,
        "Kim Lee.xlsx": None,
    }.items():
        found = roster.sender(file, "", "")
        assert (found and found.learner.id) == wanted, file
    assert [attempt(f"a{end}.xlsx") for end in ("", "-1", " (3)", "-2024")] == [0, 1, 3, 0]


# Marks


def test_a_delivery_of_one_round_is_about_that_round(tmp_path, capsys):
    course, back, out = (tmp_path / name for name in ("course", "back", "marks"))
    new_class(["sgd", "momentum"], students(tmp_path, NAMES[:4]), course, rows=3)
    ann, jose = (line for line in lines_of(course)[4:6])

    def forgotten(address, value):
        return value / 2 if address[0] == "K" else value

    fill(course, ann, back / "s100.xlsx", forgotten)
    shutil.copy(course / jose["key"], back / "s101.xlsx")
    (back / "s102.jpg").write_bytes(b"\xff\xd8\xff")
    words = ["class", "mark", str(back), "--course", str(course), "--out", str(out)]
    assert main([*words, "--format", "moodle"]) == 2
    assert capsys.readouterr().out.count("to be imported: ") == 1
    found = [(row["id"], row["round"], row["remark"]) for row in table(out / "marks.csv")]
    assert found[0] == ("s100", "momentum", "")
    assert [row[:2] for row in found[1:]] == [(f"s10{k}", "momentum") for k in (1, 2, 3)]
    assert found[2][2].startswith("not marked: it is a picture")
    assert found[3][2] == "nothing was handed in"
    (gradebook,) = out.glob("moodle-*.csv")
    assert gradebook.name == "moodle-gdlab momentum.csv"
    said = [row["Feedback comments"] for row in table(gradebook)]
    assert said[0] == "first wrong: K10, grad_intercept: the factor 2 was forgotten"
    assert said[1] == "not marked: it is the key, not the practice sheet"


def test_what_a_slip_costs_is_the_teachers_choice(course, tmp_path):
    line = lines_of(course)[0]

    def slip(address, value):
        return value * 2 if address == "K10" else value

    fill(course, line, tmp_path / "back" / "s100.xlsx", slip)
    mark_class(tmp_path / "back", tmp_path / "usual", course=course)
    mark_class(tmp_path / "back", tmp_path / "dear", course=course, per_slip=20)
    usual, dear = (
        float(marks_of(tmp_path / name)["s100"]["percent"]) for name in ("usual", "dear")
    )
    assert 95 < usual < 100
    assert dear == 80


def test_a_blank_sheet_and_a_second_copy_do_not_tint_the_picture(course, tmp_path):
    lines, back = lines_of(course), tmp_path / "back"
    back.mkdir()
    shutil.copy(course / lines[0]["sheet"], back / "s100.xlsx")
    one = fill(course, lines[1], back / "s101.xlsx")
    shutil.copy(one, back / "again.xlsx")
    mark_class(back, tmp_path / "marks", course=course)
    assert {row["of"] for row in table(tmp_path / "marks" / "items.csv")} == {"1"}


def test_alike_leaves_out_the_lessons_slip_and_names_copies(tmp_path):
    roster = students(tmp_path, [f"Learner {k} Name{k}" for k in range(10)])
    new_class("sgd", roster, tmp_path / "course", rows=3)
    draw = random.Random(1)

    def common(address, value):
        # The factor 2 of the gradient, forgotten in every row.
        return value / 2 if address[0] == "K" else value

    for number, line in enumerate(lines_of(tmp_path / "course")):
        own = {f"{'FGHI'[number % 4]}{draw.choice((10, 11))}": 7.0 + number}
        twins = {"H10": 91234.5, "I10": 4711.25, "J11": -77123.75} if number in (2, 3) else own

        def change(address, value, twins=twins):
            return twins.get(address, common(address, value))

        fill(tmp_path / "course", line, tmp_path / "back" / f"{line['id']}.xlsx", change)
    mark_class(tmp_path / "back", tmp_path / "marks", course=tmp_path / "course")
    groups = [row["learners"] for row in table(tmp_path / "marks" / "alike.csv")]
    assert groups == ["s102; s103"]


@pytest.mark.parametrize(("learners", "many"), [(20, 4), (60, 4), (200, 11)])
def test_what_many_of_a_class_share_is_asked_of_nobody(learners, many):
    # Each has another rule's sheet too, which is right: a share is one of those with the rule.
    for share, rows in ((many - 1, 1), (many, 0)):
        sheets = Alike()
        for k in range(learners):
            slip = "turned_round" if k < share else f"slip {k}"
            wrong = [(row, "error", slip, 2.5) for row in (1, 2)]
            sheets.add(f"s{k}", "", {"rule": "sgd", "wrong": wrong})
            sheets.add(f"s{k}", "", {"rule": "adam", "wrong": []})
        assert len(list(sheets.rows())) == rows, share


PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
MEMBERS = ("a", "a/b", "Ana_1_assignsubmission_file_/a.xlsx", "../out.xlsx", "x\\y.csv")


def test_a_damaged_delivery_costs_one_line(tmp_path):
    path, refused = tmp_path / "in.zip", set()
    for seed in range(400):
        chance = random.Random(seed)
        with zipfile.ZipFile(path, "w", chance.choice(PACKINGS)) as packed:
            for name in chance.sample(MEMBERS, 3):
                packed.writestr(name, chance.randbytes(200))
        data = bytearray(path.read_bytes())
        for _ in range(chance.randint(0, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data)
        try:
            with delivered(path) as folder:
                assert all(one.resolve().is_relative_to(folder) for one in folder.rglob("*"))
        except ValueError as why:
            refused.add(str(why).partition("'")[0])
    assert not any("\n" in one for one in refused)
    assert {one.rpartition(" ")[2] for one in refused} >= {"locked", "again"}
    assert "in.zip: " in refused


def test_a_full_disk_is_no_damaged_delivery(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as packed:
        packed.writestr("a.xlsx", b"1")

    def full(*_given, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(OSError, match="No space"), delivered(tmp_path / "in.zip"):
        pass
