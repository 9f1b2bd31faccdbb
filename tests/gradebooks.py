"""Moodle's and Canvas' imports of marks, as strict as the systems themselves, for the tests.

Moodle's offline grading worksheet (mod/assign/feedback/offline) is UTF-8 with commas, and a mark
of the encoding is passed over. It needs the heads Identifier, Grade and Last modified (grade),
knows a learner by the number behind the word Participant, and takes a grade up to the maximum.
Canvas (lib/gradebook_importer) passes no mark over, and takes no quotation mark inside a field. It
needs Student, ID and, last of its own columns, Section, and knows a learner by its ID or, where it
is empty, by the SIS User ID or the SIS Login ID. All columns behind are assignments.
"""

from pathlib import Path

PARTICIPANT = "Participant "


def strict_rows(text: str) -> list[list[str]]:
    """The rows of a table after RFC 4180; ValueError for a quotation mark inside a plain field."""
    rows: list[list[str]] = [[]]
    at = 0
    while at < len(text):
        if text[at] == '"':
            field, at = "", at + 1
            while text[at : at + 1] != '"' or text[at + 1 : at + 2] == '"':
                field += text[at]
                at += 2 if text[at] == '"' else 1
            at += 1
        else:
            end = min(found for one in ",\r\n" if (found := text.find(one, at)) >= 0)
            field, at = text[at:end], end
            if '"' in field:
                raise ValueError(f"a quotation mark inside {field!r}")
        rows[-1].append(field)
        if text[at] == ",":
            at += 1
            if text[at] in "\r\n":
                rows[-1].append("")
        if text[at] in "\r\n":
            at += 2 if text[at : at + 2] == "\r\n" else 1
            rows.append([])
    return rows[:-1]


def moodle_import(place: Path, maximum: float) -> dict[int, tuple[float | None, str]]:
    """By participant the grade and the feedback that Moodle takes from a worksheet."""
    text = place.read_bytes().decode("utf-8").removeprefix("\ufeff")
    heads, *rows = strict_rows(text)
    of_id, of_grade = heads.index("Identifier"), heads.index("Grade")
    said, _ = heads.index("Feedback comments"), heads.index("Last modified (grade)")
    found: dict[int, tuple[float | None, str]] = {}
    for row in rows:
        assert len(row) == len(heads)
        participant = int(row[of_id].removeprefix(PARTICIPANT))
        assert participant not in found
        grade = float(row[of_grade]) if row[of_grade] else None
        assert grade is None or 0 <= grade <= maximum
        found[participant] = grade, row[said]
    return found


def canvas_import(place: Path, users: dict[str, int]) -> dict[int, dict[str, float | None]]:
    """By Canvas' number the marks of each assignment; ``users`` are its numbers by SIS id."""
    heads, *rows = strict_rows(place.read_bytes().decode("utf-8"))
    assert "Student" in heads[0] and heads[1] == "ID"
    of_sis = 2 if heads[2:4] == ["SIS User ID", "SIS Login ID"] else None
    own = 5 if of_sis else 4 if heads[2] == "SIS Login ID" else 3
    assert "Section" in heads[own - 1]
    found: dict[int, dict[str, float | None]] = {}
    for row in rows:
        assert len(row) == len(heads)
        if "Points Possible" in row[0]:
            assert all(float(points) > 0 for points in row[own:])
            continue
        user = int(row[1]) if row[1] else users[row[of_sis]]
        assert user not in found
        marks = zip(heads[own:], row[own:], strict=True)
        found[user] = {name: float(mark) if mark else None for name, mark in marks}
    return found
