"""A class as it is: every way to hand in, marked, and its marks imported by the systems' own rules.

Thirty learners in the suite, two hundred with GDLAB_PROOF=full.
"""

import csv
import os
import random
import shutil
import time

import openpyxl
import pytest
from deliveries import as_ods, fill, lines_of, table, zipped
from gradebooks import canvas_import, moodle_import

from gdlab.marking import check
from gdlab.marking.classes import mark_class, new_class

FULL = os.environ.get("GDLAB_PROOF") == "full"
COUNT = 200 if FULL else 30
FIRST, LAST = ("Ann", "José", "Mia", "Olu", "Zoë", "Li", "Bo"), ("Lee", "Núñez", "Ek", "Müller")
# What a learner does, and what the file is called.
WAYS = (
    ("right", "{stem}.xlsx"),
    ("slip", "{stem}.xlsx"),
    ("copy", "Copy of {id}.xlsx"),
    ("again", "{stem}.xlsx"),
    ("ods", "{stem}.ods"),
    ("late", "{stem}.xlsx"),
    ("photo", "{stem}.jpg"),
    ("key", "{stem}.xlsx"),
    ("nothing", ""),
    ("own", "{stem}.xlsx"),
)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("many")
    with (folder / "list.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "name"])
        for number in range(COUNT):
            name = f"{FIRST[number % 7]} {LAST[number % 4]} {number}"
            rows.writerow([f"s{1000 + number}", name])
    new_class("momentum", folder / "list.csv", folder / "course", rows=3)
    return folder / "course"


def slipping(seed):
    """The square forgotten, and now and then a number misread."""
    draw = random.Random(seed)
    return lambda address, value: value * 2 if draw.random() < 0.05 else value


def hand_in(course, line, way, place):
    """Write one learner's file, and a later attempt of theirs; gives the marks that it is due."""
    if way == "nothing":
        return None
    place.parent.mkdir(parents=True, exist_ok=True)
    match way:
        case "slip":
            fill(course, line, place, slipping(line["id"]))
        case "again":
            fill(course, line, place, lambda address, value: value + 1)
            again = place.with_name(f"{place.stem}-1.xlsx")
            fill(course, line, again)
            return 1.0
        case "ods":
            as_ods(fill(course, line, place.with_suffix(".xlsx")), place)
            place.with_suffix(".xlsx").unlink()
            return 1.0
        case "photo":
            place.write_bytes(b"\xff\xd8\xff\xe0" + bytes(200))
            return None
        case "key":
            shutil.copy(course / line["key"], place)
            return None
        case "own":
            book = openpyxl.Workbook()
            book.active["A1"] = "notes"
            book.save(place)
            return None
        case _:
            fill(course, line, place)
    return check(place).score


def handed_in(course, folder, place_of):
    """All learners' files in a folder; by id the marks that they should get."""
    wanted = {}
    for number, line in enumerate(lines_of(course)):
        way, name = WAYS[number % len(WAYS)]
        wanted[line["id"]] = hand_in(course, line, way, folder / place_of(number, line, way, name))
    return wanted


def test_moodles_download_marked_and_imported(course, tmp_path):
    def place_of(number, line, way, name):
        file = name.format(stem="sheet", id=line["id"])
        return f"{line['name']}_{70_000 + number}_assignsubmission_file_/{file}"

    wanted = handed_in(course, tmp_path / "moodle", place_of)
    worksheet = tmp_path / "worksheet.csv"
    with worksheet.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([
            "Identifier", "Full name", "ID number", "Email address", "Status", "Grade",
            "Maximum grade", "Grade can be changed", "Last modified (submission)",
            "Last modified (grade)", "Feedback comments",
        ])  # fmt: skip
        for number, line in enumerate(lines_of(course)):
            ids = [f"Participant {70_000 + number}", line["name"], line["id"], f"{number}@x.org"]
            rows.writerow([*ids, "Submitted", "", "20.00", "Yes", "-", "-", ""])
    packed = zipped(tmp_path / "moodle", tmp_path / "moodle.zip")
    begun = time.monotonic()
    mark_class(packed, tmp_path / "marks", worksheet, course=course, form="moodle")
    print(f"{COUNT / (time.monotonic() - begun):.0f} learners a second")
    found = moodle_import(tmp_path / "marks" / "moodle-gdlab.csv", maximum=20)
    assert set(found) == {70_000 + number for number in range(COUNT)}
    for number, (who, share) in enumerate(wanted.items()):
        grade, said = found[70_000 + number]
        assert grade == (None if share is None else pytest.approx(20 * share, abs=0.011)), who
        assert said or share is not None, who
    assert table(tmp_path / "marks" / "unknown.csv") == []


def test_canvas_download_marked_and_imported(course, tmp_path):
    def place_of(number, line, way, name):
        bare = "".join(line["name"].lower().split())
        late = "_LATE" if way == "late" else ""
        stem = f"{bare}{late}_{500 + number}_{9000 + number}_sheet"
        return name.format(stem=stem, id=line["id"])

    wanted = handed_in(course, tmp_path / "canvas", place_of)
    book = tmp_path / "canvas.csv"
    with book.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Essay (12)"])
        rows.writerow(["    Points Possible", "", "", "", "", "10"])
        for number, line in enumerate(lines_of(course)):
            last = line["name"].split()
            student = f"{' '.join(last[1:])}, {last[0]}"
            rows.writerow([student, 500 + number, line["id"], f"l{number}", "Section A", ""])
        rows.writerow(["Student, Test", 999_999, "", "test", "Section A", ""])
    out = tmp_path / "marks"
    mark_class(tmp_path / "canvas", out, book, course=course, form="canvas", assignment="GD (77)")
    users = {line["id"]: 500 + number for number, line in enumerate(lines_of(course))}
    found = canvas_import(out / "canvas-GD (77).csv", users)
    assert set(found) == set(users.values())
    for who, share in wanted.items():
        mark = found[users[who]]["GD (77)"]
        assert mark == (None if share is None else pytest.approx(100 * share, abs=0.051)), who
    assert table(out / "unknown.csv") == []


def test_mail_attachments_and_marks_without_canvas_numbers(course, tmp_path):
    wanted = handed_in(
        course, tmp_path / "mail", lambda number, line, way, name: name.format(
            stem=f"{line['id']} ({number % 3 + 1})" if way == "right" else line["id"],
            id=line["id"],
        ),
    )  # fmt: skip
    out = tmp_path / "marks"
    mark_class(tmp_path / "mail", out, course / "class.csv", form="canvas")
    users = {line["id"]: number for number, line in enumerate(lines_of(course))}
    found = canvas_import(out / "canvas-gdlab.csv", users)
    for who, share in wanted.items():
        mark = found[users[who]]["gdlab"]
        assert mark == (None if share is None else pytest.approx(100 * share, abs=0.051)), who
    remarks = {row["id"]: row["remark"] for row in table(out / "marks.csv")}
    for number, who in enumerate(wanted):
        way = WAYS[number % len(WAYS)][0]
        said = {
            "photo": "not marked: ", "key": "it is the key", "nothing": "nothing was handed in",
            "own": "a workbook of the learner's own", "again": "also handed in: ",
        }.get(way, "")  # fmt: skip
        assert said in remarks[who], (who, way)
