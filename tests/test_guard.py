"""Files that no reader of workbooks should be given: each is refused with one sentence."""

import io
import resource
import zipfile
from pathlib import Path

import pytest
from handed_in import hand_in, with_part

from gdlab.marking.reading import read_filled
from gdlab.reading.guard import MOST_WORKBOOK_BYTES, read_package

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"
DTD = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    return hand_in(tmp_path / "sheet.xlsx")


def refused(path: Path, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        read_filled(path)
    message = str(caught.value)
    assert message.startswith(f"{path.name}: ") and "\n" not in message and len(message) < 250


def test_a_sound_workbook_passes_and_only_its_xml_is_handed_on(sheet: Path) -> None:
    with_part(sheet, "xl/media/picture.png", b"\x89PNG")
    package = read_package(sheet)
    with zipfile.ZipFile(package.archive) as kept:
        assert "xl/media/picture.png" not in kept.namelist()
        assert SHEET in kept.namelist() and "[Content_Types].xml" in kept.namelist()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "it is empty"),
        (b"t,x,y\n1,2,3\n", "not an .xlsx workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old .xls format"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "protected by a password",
        ),
        (b"%PDF-1.7\n", "it is a PDF, not a workbook"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "it is a picture, not a workbook"),
        (b"\0\0\0\x18ftypheic", "it is a picture, not a workbook"),
        (b"PK\x03\x04" + bytes(500), "damaged"),
        (b"PK" + bytes(MOST_WORKBOOK_BYTES), "larger than 10 MB"),
    ],
)
def test_no_workbook_at_all(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "thing.xlsx"
    path.write_bytes(data)
    refused(path, words)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    refused(tmp_path / "nothing.xlsx", "No such file")
    refused(tmp_path, "a folder or a device")
    refused(Path("/dev/zero"), "a folder or a device")


def zipped(path: Path, parts: dict[str, str], packing: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", packing) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return path


def test_other_zips(tmp_path: Path) -> None:
    path = tmp_path / "thing.xlsx"
    refused(zipped(path, {"readme.txt": "hello"}), "a zip file, but not an .xlsx workbook")
    refused(zipped(path, {"Index/Document.iwa": "x"}), "a Numbers document; export it as .xlsx")
    refused(zipped(path, {"mimetype": "x", "content.xml": "<a/>"}), "OpenDocument")
    odd = {"xl/workbook.xml": "<a/>", "[Content_Types].xml": "<a/>"}
    refused(zipped(path, odd, zipfile.ZIP_BZIP2), "packed in an unusual way")
    refused(zipped(path, odd | {f"{i}.xml": "" for i in range(600)}), "more than 500")
    refused(zipped(path, odd | {"XL/Workbook.xml": "<a/>"}), "the same name")
    nameless = zipped(path, odd | {"Qa": "<a/>"}).read_bytes().replace(b"Qa", b"\0a")
    path.write_bytes(nameless)
    refused(path, "damaged")


@pytest.mark.parametrize(
    ("part", "content", "words"),
    [
        ("xl/vbaProject.bin", b"macro", "holds macros"),
        ("xl/macrosheets/sheet1.xml", b"<a/>", "holds macros"),
        ("xl/activeX/activeX1.xml", b"<a/>", "holds macros"),
        ("xl/externalLinks/externalLink1.xml", b"<a/>", "links to other files"),
        ("xl/connections.xml", b"<a/>", "links to other files"),
        ("xl/calcChain.xml", b"<a>", "is damaged"),
        ("xl/calcChain.xml", b"", "is damaged"),
        ("xl/theme/theme1.xml", f"{DTD}<a>&c;</a>".encode(), "document type"),
        ("xl/theme/theme1.xml", f"{DTD}<a>&c;</a>".encode("utf-16"), "document type"),
        (SHEET, f"{DTD}<worksheet xmlns='{MAIN}'/>".encode(), "document type"),
        ("customXml/item1.xml", b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "document type"),
        ("xl/theme/theme1.xml", b"<a>" * 100, "far larger inside"),
        (
            "xl/theme/theme1.xml",
            b"<a " + b" ".join(b'a%d="1"' % i for i in range(300)) + b"/>",
            "far larger inside",
        ),
        ("xl/theme/theme1.xml", b" " * 13_000_000, "far larger inside"),
        (SHEET, b"<worksheet>" + b"<c/>" * 300_001 + b"</worksheet>", "far larger inside"),
        ("xl/styles.xml", b"<a>" + b"<xf/>" * 25_001 + b"</a>", "far larger inside"),
        (
            "xl/_rels/workbook.xml.rels",
            f'<Relationships><Relationship Id="a" Type="{RELATIONS}/image" TargetMode="External" '
            'Target="http://example.com/a.png"/></Relationships>'.encode(),
            "links to other files",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            f'<Relationships><Relationship Id="a" Type="{RELATIONS}/worksheet" Target="a.xml"/>'
            f'<Relationship Id="b" Type="{RELATIONS}/worksheet" Target="/xl/a.xml"/>'
            "</Relationships>".encode(),
            "listed twice",
        ),
    ],
)
def test_what_a_practice_sheet_never_holds(
    sheet: Path, part: str, content: bytes, words: str
) -> None:
    refused(with_part(sheet, part, content), words)


def test_a_workbook_made_for_macros(sheet: Path) -> None:
    def macro(content: bytes) -> bytes:
        return content.replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml")

    refused(with_part(sheet, "[Content_Types].xml", macro), "holds macros")


def test_a_hyperlink_is_no_link_to_a_file(tmp_path: Path) -> None:
    def touch(_book, table, _practice) -> None:  # type: ignore[no-untyped-def]
        table.write_url("A30", "https://example.com/")
        table.write_url("A31", "https://example.com/")

    assert read_filled(hand_in(tmp_path / "a.xlsx", touch=touch)).notes == ()


def bomb(sheet: Path, *, lie: bool) -> Path:
    """A part of 300 MB that packs into 300 kB; its header may say that it is small."""
    with zipfile.ZipFile(sheet, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/media/bomb.xml", b" " * 300_000_000)
    if lie:
        size = (300_000_000).to_bytes(4, "little")
        sheet.write_bytes(sheet.read_bytes().replace(size, (100).to_bytes(4, "little")))
    return sheet


def test_zip_bombs_are_counted_while_they_inflate(sheet: Path) -> None:
    bomb(sheet, lie=False)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused(sheet, "far larger inside")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 100_000  # kB


def test_a_bomb_that_lies_about_its_size(sheet: Path) -> None:
    refused(bomb(sheet, lie=True), "damaged")


def test_a_locked_part(sheet: Path) -> None:
    data = bytearray(sheet.read_bytes())
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        first = file.infolist()[0]
    # The bit for encryption in the central directory's entry of the first part.
    place = data.index(b"PK\x01\x02")
    data[place + 8] |= 1
    assert first.filename.encode() in data[place : place + 100]
    sheet.write_bytes(data)
    refused(sheet, "protected by a password")
