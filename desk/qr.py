"""A QR code as the path of an SVG, where the library that draws it is installed (extra ``qr``)."""

import re
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

_PATH = re.compile(r'<svg width="(\d+)".*<path d="([MHVhvzmlLZ0-9 .,-]+)"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Code:
    """The dark squares of a code, on a ground of ``side`` by ``side``."""

    side: int
    path: str


def drawn(text: str) -> Code | None:
    """Return the code of a text, None where nothing is installed that could draw it."""
    if find_spec("zxingcpp") is None:
        return None
    zxing = import_module("zxingcpp")
    svg = str(zxing.create_barcode(text, zxing.BarcodeFormat.QRCode).to_svg())
    found = _PATH.search(svg)
    return Code(int(found[1]), found[2]) if found else None
