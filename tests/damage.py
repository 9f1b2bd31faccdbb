"""Ways to damage a workbook, chosen by a seed: its bytes, the parts of its zip, their XML."""

import io
import random
import re
import warnings
import zipfile
from collections.abc import Callable
from xml.etree import ElementTree

TAG = re.compile(rb"<[^<>]*>")
NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
ATTRIBUTE = re.compile(rb'"[^"]*"')
HOSTILE = (
    b"", b"0", b"-1", b"1e999", b"nan", b"inf", b"-0", b"99999999999999999999", b"1048577",
    b"1.5", b"XFD1048576", b"A0", b"AAAA1", b"A1:XFD1048576", b"#REF!", b"=1+1", b"\xff\xfe",
    b"&#0;", b"&x;", b"true", b"x" * 5_000, b"9" * 5_000, b"<a>", b"<![CDATA[1]]>",
    b"<!-- 1 -->", "\u202e7".encode(),
    b"<c>" * 200, b"<row r='1'/>" * 3_000, b"<f>1+1</f>", b'<!DOCTYPE a [<!ENTITY b "c">]>',
)  # fmt: skip
HUGE = (
    b"9" * 400, b"-" + b"9" * 400, b"9" * 4_301, b"1e308", b"1.8e308", b"-1e999", b"5e-324",
    b"1e-999", b"0." + b"0" * 400 + b"1", b"4294967296", b"2147483648", b"-2147483649",
    b"1e400000000", b"NaN", b"INF", b"0x10", b"1_0", b"18446744073709551616",
)  # fmt: skip
MORE = (
    b"<si><t>text</t></si>", b"<si><r><t>rich</t></r></si>", b"<si/>", b"<xf numFmtId='14'/>",
    b"<numFmt numFmtId='164' formatCode='yyyy'/>",
    b"<definedName name='a'>Sheet!$A$1</definedName>",
    b"<definedName name='_xlnm.Print_Area' localSheetId='99'>#REF!</definedName>",
    b"<sheet name='x' sheetId='1' r:id='rId1'/>", b"<Relationship Id='rId1' Type='t' Target='x'/>",
    b"<Relationship Id='r' Type='t' Target='../../../etc/passwd'/>",
    b"<Override PartName='/xl/x.xml' ContentType='application/xml'/>",
)  # fmt: skip
TEXT = (b",", b";", b"\t", b'"', b"\n", b"\r", b"\x00", b"\xef\xbb\xbf", "\u2028".encode(), b"=1")
NAMES = (
    "xl/worksheets/sheet1.xml", "xl/styles.xml", "../../evil.xml", "/etc/passwd",
    "xl/vbaProject.bin",
    "xl/externalLinks/externalLink1.xml", "[Content_Types].xml", "a" * 300, "xl/\x01.xml", "",
)  # fmt: skip


def damaged(data: bytes, seed: int) -> bytes:
    """The workbook with one to three kinds of damage."""
    draw = random.Random(seed)
    kind = draw.choice((_bytes, _parts, _xml, _tree, _tree, _headers, _table_parts, _numbers))
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        data = kind(data, draw)
    return data


def damaged_bytes(data: bytes, seed: int) -> bytes:
    """A file of another kind, text or packed numbers, with its bytes damaged."""
    draw = random.Random(seed)
    for _ in range(draw.choice((1, 1, 2))):
        if draw.random() < 0.3:
            at, word = draw.randrange(len(data) + 1), draw.choice((*HOSTILE, *TEXT))
            data = data[:at] + word * draw.choice((1, 1, 300)) + data[at:]
        else:
            data = _bytes(data, draw)
    return data


def _headers(data: bytes, draw: random.Random) -> bytes:
    """The zip's own headers: sizes, offsets, flags, counts and times that are not true."""
    changed = bytearray(data)
    places = [hit.start() for hit in re.finditer(rb"PK(?:\x01\x02|\x03\x04|\x05\x06)", data)]
    for _ in range(draw.choice((1, 1, 2, 8)) if places else 0):
        at, width = draw.choice(places) + draw.randrange(4, 44), draw.choice((1, 2, 4))
        value = draw.choice((0, 1, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, draw.getrandbits(32)))
        new = value.to_bytes(4, "little")[:width]
        changed[at : at + width] = new
    return bytes(changed)


def _table_parts(data: bytes, draw: random.Random) -> bytes:
    """Shared strings, styles, defined names and relationships: other values, and very many."""
    parts = _unzipped(data)
    wanted = draw.choice(("sharedStrings", "styles", "workbook.xml", ".rels", "Content_Types"))
    places = [i for i, (name, _) in enumerate(parts) if wanted in name]
    if not places:
        return data
    place = draw.choice(places)
    name, content = parts[place]
    tags = [hit for hit in TAG.finditer(content) if not hit[0].startswith((b"<?", b"</"))]
    for _ in range(draw.choice((1, 1, 3))):
        hit = draw.choice(tags) if tags else None
        if hit is None or draw.random() < 0.4:
            more = draw.choice(MORE)
            at = content.rfind(b"</") if draw.random() < 0.7 else draw.randrange(len(content) + 1)
            content = content[:at] + more * draw.choice((1, 40, 4_000)) + content[at:]
        else:
            values = [*ATTRIBUTE.finditer(hit[0])]
            if values:
                low, high = draw.choice(values).span()
                new = b'"' + draw.choice((*HOSTILE, *HUGE)) + b'"'
                content = content[: hit.start() + low] + new + content[hit.start() + high :]
    parts[place] = name, content
    return _zipped(parts)


def _numbers(data: bytes, draw: random.Random) -> bytes:
    """Numbers in cells that are too large for a double, or nearly so."""
    parts = _unzipped(data)
    place = _a_part(parts, draw)
    if place is None:
        return data
    name, content = parts[place]
    for _ in range(draw.choice((1, 1, 3, 30))):
        found = list(re.finditer(rb"(?<=<v>)[^<]*", content)) or list(NUMBER.finditer(content))
        if found:
            low, high = draw.choice(found).span()
            content = content[:low] + draw.choice(HUGE) + content[high:]
    parts[place] = name, content
    return _zipped(parts)


def _piece(length: int, draw: random.Random, most: int = 400) -> slice:
    start = draw.randrange(length + 1)
    return slice(start, start + draw.randrange(most))


def _bytes(data: bytes, draw: random.Random) -> bytes:
    ways: list[Callable[[bytearray], None]] = [
        lambda b: b.__setitem__(draw.randrange(len(b)), draw.randrange(256)),
        lambda b: b.__delitem__(_piece(len(b), draw)),
        lambda b: b.__delitem__(slice(draw.randrange(len(b)), None)),
        lambda b: b.__setitem__(_piece(len(b), draw), draw.randbytes(draw.randrange(400))),
        lambda b: b.extend(b[_piece(len(b), draw, 4_000)]),
    ]
    changed = bytearray(data or b"\0")
    for _ in range(draw.choice((1, 1, 3, 20))):
        draw.choice(ways)(changed)
        changed = changed or bytearray(b"\0")
    return bytes(changed)


def _unzipped(data: bytes) -> list[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            return [(name, file.read(name)) for name in file.namelist()]
    except Exception:
        return []


def _zipped(parts: list[tuple[str, bytes]]) -> bytes:
    packed = io.BytesIO()
    warnings.filterwarnings("ignore", "Duplicate name", UserWarning)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts:
            file.writestr(name, content)
    return packed.getvalue()


def _parts(data: bytes, draw: random.Random) -> bytes:
    parts = _unzipped(data)
    if not parts:
        return data
    first, second = draw.randrange(len(parts)), draw.randrange(len(parts))
    name, content = parts[first]
    way = draw.randrange(7)
    if way == 0:
        del parts[first]
    elif way == 1:
        parts[first] = parts[second][0], content
    elif way == 2:
        parts[first] = draw.choice(NAMES) or "x", content
    elif way == 3:
        parts[first] = name, parts[second][1]
    elif way == 4:
        parts[first] = name, content[: draw.randrange(len(content) + 1)]
    elif way == 5:
        parts[first] = name, draw.randbytes(draw.randrange(2_000))
    else:
        parts[first] = name, content * draw.randrange(2, 50)
    return _zipped(parts)


def _a_part(parts: list[tuple[str, bytes]], draw: random.Random) -> int | None:
    """One of the XML parts, those that are read most of all more often."""
    places = [i for i, (name, _) in enumerate(parts) if name.endswith((".xml", ".rels"))]
    likely = [i for i in places if "sheet" in parts[i][0] or "String" in parts[i][0]]
    if not places:
        return None
    return draw.choice(likely or places) if draw.random() < 0.7 else draw.choice(places)


def _tree(data: bytes, draw: random.Random) -> bytes:
    """XML that is still well formed, with elements moved, doubled, lost or given other values."""
    parts = _unzipped(data)
    place = _a_part(parts, draw)
    if place is None:
        return data
    try:
        root = ElementTree.fromstring(parts[place][1])
    except ElementTree.ParseError:
        return data
    for _ in range(draw.choice((1, 1, 2, 10))):
        every = list(root.iter())
        parent, other = draw.choice(every), draw.choice(every)
        value = draw.choice(HOSTILE).decode("latin-1")
        way = draw.randrange(6)
        if way == 0 and len(parent):
            parent.remove(draw.choice(list(parent)))
        elif way == 1 and len(parent):
            parent.extend([draw.choice(list(parent))] * draw.choice((1, 3, 500)))
        elif way == 2 and parent not in list(other.iter()):
            parent.append(other)
        elif way == 3:
            parent.text = draw.choice((value, other.text, None))
        elif way == 4 and parent.attrib:
            parent.attrib[draw.choice(list(parent.attrib))] = value
        elif way == 5:
            parent.attrib |= other.attrib
    try:
        parts[place] = parts[place][0], ElementTree.tostring(root)
    except (ValueError, RecursionError):
        return data
    return _zipped(parts)


def _xml(data: bytes, draw: random.Random) -> bytes:
    parts = _unzipped(data)
    place = _a_part(parts, draw)
    if place is None:
        return data
    name, content = parts[place]
    for _ in range(draw.choice((1, 1, 2, 10))):
        pattern = draw.choice((TAG, NUMBER, ATTRIBUTE))
        found = list(pattern.finditer(content))
        if not found:
            continue
        hit, other = draw.choice(found), draw.choice(found)
        new = draw.choice((b"", other[0], hit[0] * 2, draw.choice(HOSTILE)))
        if pattern is ATTRIBUTE and new[:1] != b'"':
            new = b'"' + new + b'"'
        low, high = hit.span()
        if pattern is TAG and draw.random() < 0.5:
            # From one tag to another one not far behind it: whole cells and rows.
            high = min(high + draw.randrange(600), len(content))
        content = content[:low] + new + content[high:]
    parts[place] = name, content
    return _zipped(parts)
