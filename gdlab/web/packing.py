"""Packing a page's texts: by deflate, which a browser reads at once, and by LZMA, which is smaller.

Deflate looks 32 kB back, and the formulas of many sheets are alike over megabytes. LZMA looks over
all of a text; a page reads it by a program of its own, gdlab/web/static/unpack.js.
"""

import base64
import lzma
import zlib

# Of a text the byte before says much, and no byte's place says anything.
FILTER = {"id": lzma.FILTER_LZMA1, "preset": 9, "lc": 4, "lp": 0, "pb": 0, "dict_size": 1 << 24}
SIZE_BYTES = 4


def deflated(text: str) -> str:
    """A text as gdlab/web/static/loader.js unpacks it, which takes no time."""
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def packed(text: str) -> str:
    """A text as unpack.js does: its size in bytes, the least first, and what LZMA makes of it."""
    content = text.encode()
    size = len(content).to_bytes(SIZE_BYTES, "little")
    written = lzma.compress(content, lzma.FORMAT_RAW, filters=[FILTER])
    return base64.b64encode(size + written).decode()
