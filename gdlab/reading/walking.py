"""Parse untrusted XML once with expat: elements and texts, without a document type."""

from typing import NoReturn, Protocol
from xml.parsers import expat

from gdlab.reading.door import Refused


class Walker(Protocol):
    """A handler of elements and texts that refuses what is too large."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element."""

    def end(self, name: str) -> None:
        """Handle the end of an element."""

    def text(self, text: str) -> None:
        """Handle a text."""


def walk(content: bytes, walker: Walker, damaged: str, spaces: str | None = " ") -> None:
    """Parse XML with a walker; raises Refused with ``damaged``, or for a document type.

    ``spaces`` separates an element's namespace from its name; None leaves prefixes as they are.
    """
    parser = expat.ParserCreate(namespace_separator=spaces)
    parser.StartDoctypeDeclHandler = _refuse_dtd
    parser.EntityDeclHandler = _refuse_dtd
    parser.StartElementHandler = walker.start
    parser.EndElementHandler = walker.end
    parser.CharacterDataHandler = walker.text
    parser.buffer_text = True
    try:
        parser.Parse(content, True)
    except Refused:
        raise
    except (expat.ExpatError, LookupError, ValueError):
        raise Refused(damaged) from None


def _refuse_dtd(*_declaration: object) -> NoReturn:
    raise Refused("its XML declares a document type, which no spreadsheet program writes")
